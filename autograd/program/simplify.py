"""Straight-line code, simplified while it is written: the arithmetic whose numbers are lines of a program.

The table's rows, computed in this arithmetic, write one line for each primitive operation. A line that is there already is not
written again, what depends on constants alone is computed at once, and identities are used where they give the same IEEE result:
x*1 is x, x + 0.0 stays because -0.0 + 0.0 is 0.0. `reached` finds the lines that the results need.

A line has a rank. What differs from lane to lane is LANE; what is the same for all lanes is SHARED, or AFTER if it is computed
from totals over the lanes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..arithmetic.floats import FLOAT, IEEE
from ..ops import TABLE, Operation

CONSTANT, SHARED, LANE, AFTER = range(4)                             # ranks
COUNT = -1                                                           # the place of the number of lanes
BOOLEAN = frozenset(["less", "less_equal", "equal", "not_equal", "and", "or", "not"])
LONG = 64                                                            # products that are worth a loop
NATIVE = frozenset([
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "erf_slope", "sech_squared", "floor", "mod",
    "floor_divide"])                                                 # computed by the back ends; the table derives the others


class Number:
    """The result of a line."""

    __slots__ = ("code", "index")

    def __init__(self, code: Code, index: int) -> None:
        self.code, self.index = code, index

    @property
    def autograd_arithmetic(self) -> Code:
        """The arithmetic that functions of it are computed in."""
        return self.code

    def __add__(self, b: Any) -> Any: return self.code.add(self, b)
    def __radd__(self, a: Any) -> Any: return self.code.add(a, self)
    def __sub__(self, b: Any) -> Any: return self.code.sub(self, b)
    def __rsub__(self, a: Any) -> Any: return self.code.sub(a, self)
    def __mul__(self, b: Any) -> Any: return self.code.mul(self, b)
    def __rmul__(self, a: Any) -> Any: return self.code.mul(a, self)
    def __truediv__(self, b: Any) -> Any: return self.code.div(self, b)
    def __rtruediv__(self, a: Any) -> Any: return self.code.div(a, self)
    def __pow__(self, b: Any) -> Any: return self.code.pow(self, b)
    def __rpow__(self, a: Any) -> Any: return self.code.pow(a, self)
    def __mod__(self, b: Any) -> Any: return self.code.call("mod", self, b)
    def __rmod__(self, a: Any) -> Any: return self.code.call("mod", a, self)
    def __floordiv__(self, b: Any) -> Any: return self.code.call("floor_divide", self, b)
    def __rfloordiv__(self, a: Any) -> Any: return self.code.call("floor_divide", a, self)
    def __lt__(self, b: Any) -> Any: return self.code.compare("less", self, b)
    def __le__(self, b: Any) -> Any: return self.code.compare("less_equal", self, b)
    def __gt__(self, b: Any) -> Any: return self.code.compare("less", b, self)
    def __ge__(self, b: Any) -> Any: return self.code.compare("less_equal", b, self)
    def __neg__(self) -> Any: return self.code.neg(self)
    def __pos__(self) -> Any: return self
    def __abs__(self) -> Any: return self.code.abs(self)

    def __bool__(self) -> bool:
        raise TypeError("a number of a program has no truth value yet: write m.where")


class Code:
    """The arithmetic, and the lines written so far.

    Attributes:
        names, operands, ranks: of each line. A line named "constant" or "input" has no operands: `constants` holds its number,
            `inputs` the place of its input.
    """

    name = "program"

    def __init__(self) -> None:
        self.names: list[str] = []
        self.operands: list[tuple[int, ...]] = []
        self.ranks: list[int] = []
        self.constants: dict[int, float] = {}
        self.inputs: dict[int, int] = {}
        self.pi = math.pi
        self._known: dict[Any, Number] = {}

    def __len__(self) -> int:
        return len(self.names)

    # Lines -------------------------------------------------------------------------------------------------------------

    def input(self, place: int, rank: int) -> Number:
        """The input at this place: of rank LANE a column, of rank SHARED one number. At the place COUNT it is how many lanes
        there are."""
        line = self._line("input", (), rank, ("input", place, rank))
        self.inputs[line.index] = place
        return line

    def columns(self) -> list[int]:
        """The lines of the inputs in lanes, in the order of their places."""
        return sorted([k for k in self.inputs if self.ranks[k] == LANE], key=self.inputs.__getitem__)

    def constant(self, x: Any) -> Number:
        """A number as a line; a comparison as 1 or 0."""
        x = self._plain(x)
        if isinstance(x, Number):
            return x
        line = self._line("constant", (), CONSTANT, ("constant", x.hex() if x == x else "nan"))
        self.constants[line.index] = x
        return line

    def number(self, x: Any) -> Any:
        """A number of this arithmetic. Floats stay floats, so that what depends on them alone is computed at once."""
        return self.constant(x) if isinstance(x, Number) or type(x) is bool else float(x)

    widen = narrow = number

    def write(self, name: str, *xs: Any) -> Number:
        """The line of a primitive operation."""
        operands = tuple([self.constant(x).index for x in xs])
        return self._emit(name, operands)

    def _emit(self, name: str, operands: tuple[int, ...]) -> Number:
        ranks = self.ranks
        rank = max(SHARED, *[ranks[k] for k in operands])
        assert rank < AFTER or all([ranks[k] != LANE for k in operands]), "a lane cannot use what is known after all lanes"
        return self._line(name, operands, rank, (name, operands))

    def _line(self, name: str, operands: tuple[int, ...], rank: int, key: Any) -> Number:
        line = self._known.get(key)
        if line is None:
            line = self._known[key] = Number(self, len(self.names))
            self.names.append(name)
            self.operands.append(operands)
            self.ranks.append(rank)
        return line

    def total(self, x: Any) -> Any:
        """The sum of x over all lanes. Raises AssertionError for what is no lane's: multiply by the number of lanes instead."""
        x = self.constant(x)
        assert self.ranks[x.index] == LANE
        if self.is_line(x, "neg"):
            return self.neg(self.total(self.operand(x, 0)))
        return self._line("total", (x.index,), AFTER, ("total", x.index))

    def spread(self, x: Any) -> Number:
        """x in each lane, even if all lanes share it."""
        x = self.constant(x)
        return x if self.ranks[x.index] == LANE else self._line("spread", (x.index,), LANE, ("spread", x.index))

    def rank(self, x: Any) -> int:
        """Whether x is constant, shared, a lane's, or computed after the lanes."""
        return self.ranks[x.index] if isinstance(x, Number) else CONSTANT

    def is_line(self, x: Any, name: str) -> bool:
        """Whether x is the result of an operation of this name."""
        return isinstance(x, Number) and self.names[x.index] == name

    def operand(self, x: Number, k: int) -> Any:
        """An operand of the line of x: a float if it is constant."""
        j = self.operands[x.index][k]
        return self.constants[j] if j in self.constants else Number(self, j)

    def _plain(self, x: Any) -> Any:
        """A comparison as 1 or 0; constants as floats."""
        if isinstance(x, Number):
            name = self.names[x.index]
            return self.where(x, 1.0, 0.0) if name in BOOLEAN else x
        return float(x)

    def step(self, row: Operation, operands: Sequence[Any]) -> Any:
        """What a row of the table gives."""
        return row.value(self, *operands)

    # Arithmetic -----------------------------------------------------------------------------------------------------------

    def add(self, a: Any, b: Any) -> Any:
        """a + b."""
        a, b = self._plain(a), self._plain(b)
        if type(a) is float and type(b) is float:
            return a + b
        if _is(b, 0.0) and math.copysign(1.0, b) < 0.0:
            return a
        if _is(a, 0.0) and math.copysign(1.0, a) < 0.0:
            return b
        if self.is_line(b, "neg"):
            return self.sub(a, self.operand(b, 0))
        if self.is_line(a, "neg"):
            return self.sub(b, self.operand(a, 0))
        if type(a) is float:
            a, b = b, a
        return self.write("add", a, b)

    def sub(self, a: Any, b: Any) -> Any:
        """a - b."""
        a, b = self._plain(a), self._plain(b)
        if type(a) is float and type(b) is float:
            return a - b
        if _is(b, 0.0) and math.copysign(1.0, b) > 0.0:
            return a
        if self.is_line(b, "neg"):
            return self.add(a, self.operand(b, 0))
        return self.write("sub", a, b)

    def mul(self, a: Any, b: Any) -> Any:
        """a b."""
        a, b = self._plain(a), self._plain(b)
        if type(a) is float and type(b) is float:
            return a * b
        for x, y in ((a, b), (b, a)):
            if _is(x, 1.0):
                return y
            if _is(x, -1.0):
                return self.neg(y)
            if self.is_line(x, "neg"):
                return self.neg(self.mul(self.operand(x, 0), y))
        if type(a) is float or (type(b) is not float and a.index > b.index):
            a, b = b, a
        return self.write("mul", a, b)

    def div(self, a: Any, b: Any) -> Any:
        """a / b."""
        a, b = self._plain(a), self._plain(b)
        if type(a) is float and type(b) is float:
            return float(IEEE.number(a) / IEEE.number(b))
        if type(b) is float and b != 0.0 and math.isfinite(b) and abs(math.frexp(b)[0]) == 0.5 and 1e-300 < abs(b) < 1e300:
            return self.mul(a, 1.0 / b)                              # a power of 2
        if self.is_line(a, "neg"):
            return self.neg(self.div(self.operand(a, 0), b))
        if self.is_line(b, "neg"):
            return self.neg(self.div(a, self.operand(b, 0)))
        return self.write("div", a, b)

    def neg(self, x: Any) -> Any:
        """-x."""
        x = self._plain(x)
        if type(x) is float:
            return -x
        return self.operand(x, 0) if self.is_line(x, "neg") else self.write("neg", x)

    def abs(self, x: Any) -> Any:
        """|x|."""
        x = self._plain(x)
        if type(x) is float:
            return abs(x)
        if self.is_line(x, "abs"):
            return x
        return self.write("abs", self.operand(x, 0) if self.is_line(x, "neg") else x)

    def reciprocal(self, x: Any) -> Any:
        """1 / x."""
        return self.div(1.0, x)

    def square(self, x: Any) -> Any:
        """x²."""
        return self.mul(x, x)

    def pow(self, x: Any, n: Any) -> Any:
        """xⁿ."""
        x, n = self._plain(x), self._plain(n)
        if type(n) is float:
            if n == 0.0:
                return 1.0
            if n == 1.0:
                return x
            if n in (2.0, 3.0, 4.0) and type(x) is not float:
                square = self.mul(x, x)
                return square if n == 2.0 else self.mul(square, x if n == 3.0 else square)
            if n == -1.0:
                return self.div(1.0, x)
        return self.call("pow", x, n)

    # Comparisons and choices -------------------------------------------------------------------------------------------------

    def compare(self, name: str, a: Any, b: Any) -> Any:
        """A comparison; a bool if both are constant."""
        a, b = self._plain(a), self._plain(b)
        if type(a) is float and type(b) is float:
            return bool(_COMPARED[name](a, b))
        return self.write(name, a, b)

    def equal(self, a: Any, b: Any) -> Any:
        """a == b."""
        return self.compare("equal", a, b)

    def not_equal(self, a: Any, b: Any) -> Any:
        """a != b."""
        return self.compare("not_equal", a, b)

    def truth(self, x: Any) -> Any:
        """x as a comparison, or as a bool: whether it is not 0."""
        if not isinstance(x, Number):
            return bool(x)
        return x if self.names[x.index] in BOOLEAN else self.write("not_equal", x, 0.0)

    def both(self, a: Any, b: Any) -> Any:
        """Whether a and b hold."""
        a, b = self.truth(a), self.truth(b)
        if isinstance(a, bool):
            return b if a else False
        if isinstance(b, bool):
            return a if b else False
        return a if a.index == b.index else self._emit("and", (a.index, b.index))

    def either(self, a: Any, b: Any) -> Any:
        """Whether a or b holds."""
        a, b = self.truth(a), self.truth(b)
        if isinstance(a, bool):
            return True if a else b
        if isinstance(b, bool):
            return True if b else a
        return a if a.index == b.index else self._emit("or", (a.index, b.index))

    def negated(self, a: Any) -> Any:
        """Whether a does not hold."""
        a = self.truth(a)
        if isinstance(a, bool):
            return not a
        return Number(self, self.operands[a.index][0]) if self.is_line(a, "not") else self._emit("not", (a.index,))

    def where(self, c: Any, a: Any, b: Any) -> Any:
        """a where c holds, else b."""
        c = self.truth(c)
        if isinstance(c, bool):
            return a if c else b
        if self.is_line(c, "not"):
            c, a, b = Number(self, self.operands[c.index][0]), b, a
        a, b = self.constant(a), self.constant(b)
        return a if a.index == b.index else self._emit("where", (c.index, a.index, b.index))

    # Functions ----------------------------------------------------------------------------------------------------------------

    def call(self, name: str, *xs: Any) -> Any:
        """A native function, computed at once if its operands are constant."""
        xs = tuple([self._plain(x) for x in xs])
        if all([type(x) is float for x in xs]):
            try:
                return float(getattr(FLOAT, name)(*xs))
            except (ArithmeticError, ValueError):
                return float(getattr(IEEE, name)(*[IEEE.number(x) for x in xs]))
        return self.write(name, *xs)

    def floor(self, x: Any) -> Any:
        """NaN for an infinity, which has no whole number below it."""
        return self.call("floor", x) + (x - x)

    def special(self, name: str, *xs: Any) -> Any:
        """A special function, which Python computes."""
        return self.write(f"special {name}", *xs)

    def hypot(self, *xs: Any) -> Any:
        """The square root of the sum of squares."""
        if len(xs) == 2:
            return self.write("hypot", *xs)
        sizes = [self.abs(x) for x in xs]
        largest: Any = 0.0
        infinite: Any = False                                        # then the norm is infinite, even beside a NaN
        for x in sizes:
            largest = self.maximum(largest, x)
            infinite = self.either(infinite, self.equal(x, math.inf))
        scale = self.where(self.both(largest > 0.0, largest < math.inf), largest, 1.0)
        parts = [x / scale for x in xs]
        return self.where(infinite, math.inf, scale * self.call("sqrt", self.sum(*[x * x for x in parts])))

    def sum(self, *xs: Any) -> Any:
        """The sum, in the order given: the first with the second, and so on."""
        if not xs:
            return 0.0
        found = self._plain(xs[0])
        for x in xs[1:]:
            found = self.add(found, x)
        return found

    def dot(self, left: Sequence[Any], right: Sequence[Any]) -> Any:
        """The sum of products. A long one, of numbers that lanes share with numbers that they do not, is one line."""
        if len(left) >= LONG:
            for shared, lanes in ((left, right), (right, left)):
                if self._is_run(shared, SHARED) and (self._is_run(lanes, LANE) or self._are_computed(lanes)):
                    return self.write("dot", *shared, *lanes)
        return self.sum(*[a * b for a, b in zip(left, right)])

    def _is_run(self, xs: Sequence[Any], rank: int) -> bool:
        """Whether these are inputs of a rank, one after the other."""
        first = xs[0]
        return (isinstance(first, Number)
                and all([isinstance(x, Number) and x.index == first.index + j for j, x in enumerate(xs)])
                and all([x.index in self.inputs and self.ranks[x.index] == rank for x in xs]))

    def _are_computed(self, xs: Sequence[Any]) -> bool:
        return all([isinstance(x, Number) and self.ranks[x.index] == LANE and x.index not in self.inputs
                    and self.names[x.index] not in BOOLEAN for x in xs])

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in NATIVE:
            return lambda *xs: self.call(name, *xs)
        if name not in TABLE:
            raise AttributeError(f"the arithmetic of programs has no {name!r}")
        row = TABLE[name]
        return lambda *xs: row.value(self, *xs)


_COMPARED = {"less": float.__lt__, "less_equal": float.__le__, "equal": float.__eq__, "not_equal": float.__ne__}


def _is(x: Any, number: float) -> bool:
    return type(x) is float and x == number


def reached(code: Code, results: Iterable[int]) -> list[int]:
    """The lines that the results need, in order. The others are dead."""
    alive = bytearray(len(code))
    waiting = list(results)
    operands: Sequence[tuple[int, ...]] = code.operands
    while waiting:
        k = waiting.pop()
        if not alive[k]:
            alive[k] = 1
            waiting += operands[k]
    return [k for k, is_alive in enumerate(alive) if is_alive]
