"""The table's rows as JavaScript: the same lambdas, computed in an arithmetic whose numbers are lines of a program.

Each operation on such a number appends a line, `const t3 = t1*t2;`, unless the same line is there. The functions that JavaScript
lacks are in drawing/web/math.js and special.js, under the name `m`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from ..ops import TABLE, Operation
from ..text import exact_number
from .primitives import Function

Rule = Callable[..., Any]
Row = tuple[Operation, int]                                          # an operation and the number of its operands
OURS = ("erf", "erfc", "erf_slope", "exp2", "floor_divide", "mod", "pow")  # in drawing/web/math.js


class Number:
    """A number of a program that is being written: a variable, or a literal. A comparison gives one that `is_truth`."""

    __slots__ = ("is_truth", "program", "text")

    def __init__(self, program: Program, text: str, is_truth: bool = False) -> None:
        self.program, self.text, self.is_truth = program, text, is_truth

    @property
    def autograd_arithmetic(self) -> Program:
        """The arithmetic that functions of it are computed in."""
        return self.program

    def _with(self, template: str, *others: Any, is_truth: bool = False) -> Number:
        return self.program.line(template, [self, *others], is_truth)

    def __add__(self, b: Any) -> Number: return self._with("{} + {}", b)
    def __radd__(self, a: Any) -> Number: return self.program.number(a) + self
    def __sub__(self, b: Any) -> Number: return self._with("{} - {}", b)
    def __rsub__(self, a: Any) -> Number: return self.program.number(a) - self
    def __mul__(self, b: Any) -> Number: return self._with("{}*{}", b)
    def __rmul__(self, a: Any) -> Number: return self.program.number(a) * self
    def __truediv__(self, b: Any) -> Number: return self._with("{}/{}", b)
    def __rtruediv__(self, a: Any) -> Number: return self.program.number(a) / self
    def __lt__(self, b: Any) -> Number: return self._with("{} < {}", b, is_truth=True)
    def __le__(self, b: Any) -> Number: return self._with("{} <= {}", b, is_truth=True)
    def __gt__(self, b: Any) -> Number: return self._with("{} > {}", b, is_truth=True)
    def __ge__(self, b: Any) -> Number: return self._with("{} >= {}", b, is_truth=True)
    def __pow__(self, b: Any) -> Number: return self._with("m.pow({}, {})", b)
    def __rpow__(self, a: Any) -> Number: return self.program.number(a) ** self
    def __mod__(self, b: Any) -> Number: return self._with("m.mod({}, {})", b)
    def __rmod__(self, a: Any) -> Number: return self.program.number(a) % self
    def __floordiv__(self, b: Any) -> Number: return self._with("m.floor_divide({}, {})", b)
    def __rfloordiv__(self, a: Any) -> Number: return self.program.number(a) // self
    def __pos__(self) -> Number: return self
    def __neg__(self) -> Number: return self._with("-{}")
    def __abs__(self) -> Number: return self._with("Math.abs({})")

    def __bool__(self) -> bool:
        raise TypeError("a number of a program has no truth value yet: write m.where")


class Program:
    """The arithmetic: the lines of one JavaScript function."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.pi = Number(self, "Math.PI")
        self._known: dict[str, Number] = {}

    def number(self, x: Any) -> Number:
        """A float as a literal; a comparison as 1 or 0."""
        if isinstance(x, Number):
            return self._statement(f"+{x.text}", False) if x.is_truth else x
        return Number(self, literal(float(x)))

    widen = narrow = number

    def line(self, template: str, parts: Sequence[Any], is_truth: bool = False) -> Number:
        """The result of an operation, which is a line of its own."""
        return self._statement(template.format(*[self.number(x).text for x in parts]), is_truth)

    def _statement(self, code: str, is_truth: bool) -> Number:
        if code not in self._known:
            name = f"t{len(self._known) + 1}"
            self.lines.append(f"const {name} = {code};")
            self._known[code] = Number(self, name, is_truth)
        return self._known[code]

    def where(self, c: Any, a: Any, b: Any) -> Number:
        if not isinstance(c, Number):
            return self.number(a if c else b)
        if c.is_truth:
            return self.line(f"{c.text} ? {{}} : {{}}", [a, b])
        return self.line("{} !== 0 ? {} : {}", [c, a, b])            # as in Python, nan is true

    def equal(self, a: Any, b: Any) -> Number:
        return self.line("{} === {}", [a, b], is_truth=True)

    def not_equal(self, a: Any, b: Any) -> Number:
        return self.line("{} !== {}", [a, b], is_truth=True)

    def sum(self, *xs: Any) -> Number:
        return self.line(f"m.sum([{', '.join(['{}'] * len(xs))}])", xs)

    def special(self, name: str, *xs: Any) -> Number:
        return self._call(f"m.{name}", xs)

    def _call(self, function: str, xs: Sequence[Any]) -> Number:
        return self.line(f"{function}({', '.join(['{}'] * len(xs))})", xs)

    def __getattr__(self, name: str) -> Function:
        if name not in TABLE:
            raise AttributeError(f"the arithmetic of JavaScript has no {name!r}")
        row = TABLE[name]
        if name in _NATIVE:
            return lambda *xs: self._call(f"{'m' if name in OURS else 'Math'}.{name}", xs)
        return lambda *xs: row.value(self, *xs)


_NATIVE = frozenset([
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "pow", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan",
    "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "hypot", "erf", "erfc", "erf_slope", "floor", "floor_divide",
    "mod"])


def literal(x: float) -> str:
    """A float as JavaScript reads it back, in parentheses if it is negative."""
    if not math.isfinite(x):
        return "NaN" if x != x else "Infinity" if x > 0.0 else "(-Infinity)"
    text = exact_number(x) if x or math.copysign(1.0, x) > 0.0 else "-0"
    return f"({text})" if text.startswith("-") else text


def key_of(row: Row) -> str:
    """The name of a row in the program: "tanh", or "sum3" for a sum of three."""
    operation, count = row
    own = "" if TABLE.get(operation.name) is operation else "$own"
    return f"{operation.name}{count}" if operation.nary else operation.name + own


def rows_in_javascript(rows: Iterable[Row]) -> str:
    """An object with an entry for each row: its value, its local partials, and its domain where it has one."""
    entries = {key_of(row): _entry(*row) for row in rows}
    return "{\n" + ",\n".join([f"{key}: {{{entry}}}" for key, entry in sorted(entries.items())]) + "\n}"


def _entry(row: Operation, count: int) -> str:
    names = [f"x{k}" for k in range(count)] if row.nary else [f"{name}_" for name in row.operand_names]
    parts = [f"value: {function(names, partial(_called, row.value))}",
             f"partials: {function(['y', *names], partial(_partials, row))}"]
    for name, rule in (("domain", row.domain), ("kink", row.kink)):
        if rule is not None:
            parts.append(f"{name}: {function(names, partial(_called, rule))}")
    if row.chooses:
        among = f"{list(row.chooses)}.includes(j)" if isinstance(row.chooses, tuple) else "true"
        parts.append(f"chooses: j => {among}")
    return ",\n  ".join(parts)


def _called(rule: Rule, m: Program, xs: Sequence[Number]) -> Any:
    return rule(m, *xs)


def _partials(row: Operation, m: Any, xs: Sequence[Number]) -> list[Any]:
    y, *operands = xs
    return row.local_partials(m, y, operands, [True] * len(operands))


def function(names: Sequence[str], body: Callable[[Program, list[Number]], Any]) -> str:
    """A function of these names, as JavaScript. `body` computes its result, or a list of them, in the arithmetic it is given."""
    m = Program()
    result = body(m, [Number(m, name) for name in names])
    if isinstance(result, list):
        returned = f"[{', '.join(['null' if x is None else m.number(x).text for x in result])}]"
    else:
        returned = m.number(result).text
        if m.lines and m.lines[-1].startswith(f"const {returned} = "):   # no name for what is returned at once
            returned = m.lines.pop().partition(" = ")[2].removesuffix(";")
    head = f"({', '.join(names)}) =>"
    if not m.lines:
        return f"{head} {returned}"
    return f"{head} {{ {' '.join(m.lines)} return {returned}; }}"
