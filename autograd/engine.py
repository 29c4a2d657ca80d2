"""Values and their operators: arithmetic that records a graph.

A `Value` is a float that remembers how it was computed: by which row of the table, from which operands, and with which local
partial derivative by each. `backward()` combines the local partials along all paths to the leaves, in one sweep (traversal.py).

This is Python written for speed, plain or compiled: two operand slots rather than tuples, constants stored in the slot of their
partial, and the hot operators (+ - * /, negation, powers, exp, tanh, relu) spelled out; `dot` is in weighted.py. A test checks
that each of them agrees with its row, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from . import ops, traversal
from .arithmetic.floats import FLOAT, IEEE
from .display import html_of
from .errors import DomainError, NonfiniteError, OperandError, ReadOnlyError
from .inputs import Name, RealNumber, described, equals, is_real, real
from .messages import explained, given, needed, node_text
from .node import Node, checked_name, spread
from .nonfinite import find_nonfinite
from .ops import ADD, DIV, EXP, MUL, NEG, POW, RELU, SUB, TANH, Operation
from .portable import Portable
from .scopes import here, is_recording, recorder
from .traversal import topological_order
from .ufuncs import array_function

__all__ = ["Value", "topological_order"]

_exp = math.exp
_tanh = math.tanh


class Value(Portable):
    """A real number that records how it was computed, so that it can be differentiated.

    Args:
        data: the number: int, float, bool, Fraction, Decimal or a NumPy scalar; stored as a float.
        name: what pictures, tables and error messages call it. `label` is an alias, as in micrograd.

    Users make leaves; arithmetic makes the other nodes.

    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> e = (a + b) * (b + 1)
    >>> e.backward()
    >>> e.data, a.grad, b.grad
    (6.0, 2.0, 5.0)

    Attributes:
        data: the value, a float. A leaf's can be set: `p.data -= 0.1 * p.grad`. What was computed from it does not change.
        grad: d output / d self after `output.backward()`; 0.0 before.
        name: a string or None.
        op: the row of the table that computed it; None for a leaf.
        scope: the call of a module in which it was made; None outside all modules.
        operands: Values and constants, in order. parents: the Values among them. partials: d self / d parent, for each parent.
    """

    __slots__ = ()

    def __init__(self, data: RealNumber, name: Name = None, *micrograds: Any, label: Name = None) -> None:
        if micrograds or isinstance(name, tuple):
            raise OperandError("Value(data, (a, b), '+') is how micrograd makes a node: here arithmetic makes it: a + b. For an "
                               "operation of your own see autograd.operation")
        self._fill(_leaf_number(data))
        self._name = checked_name(name if label is None else label)

    @property
    def data(self) -> float:
        """The value."""
        return self._value

    @data.setter
    def data(self, data: RealNumber) -> None:
        if self._row is not None:
            raise ReadOnlyError(f"{node_text(self)} was computed, so its data cannot be set: set the data of a leaf, and compute "
                                "again")
        self._value = _leaf_number(data)

    def detach(self) -> Value:
        """A leaf with the same data and name, cut off from the graph: no gradient flows through it."""
        return unary(ops.DETACH, self) if is_recording() else Value(self._value, self.name)

    def __repr__(self) -> str:
        return f"Value({self._value!r})" if self.name is None else f"Value({self._value!r}, name={self.name!r})"

    def _repr_html_(self) -> str | None:
        return html_of("Value", self)

    def __format__(self, spec: str) -> str:
        return format(self._value, spec) if spec else repr(self)

    # Operators -------------------------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return _made(self._value + other._value, ADD, self, 1.0, other, 1.0)
        if type(other) is float:
            c: float = other
            return _made(self._value + c, ADD, self, 1.0, None, c)
        other = _constant(self, "+", other)
        return NotImplemented if other is NotImplemented else self.__add__(other)

    def __radd__(self, other: Any) -> Value:
        if type(other) is float:
            c: float = other
            return _made(c + self._value, ADD, None, c, self, 1.0)
        other = _constant(self, "+", other)
        return NotImplemented if other is NotImplemented else self.__radd__(other)

    def __sub__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return _made(self._value - other._value, SUB, self, 1.0, other, -1.0)
        if type(other) is float:
            c: float = other
            return _made(self._value - c, SUB, self, 1.0, None, c)
        other = _constant(self, "-", other)
        return NotImplemented if other is NotImplemented else self.__sub__(other)

    def __rsub__(self, other: Any) -> Value:
        if type(other) is float:
            c: float = other
            return _made(c - self._value, SUB, None, c, self, -1.0)
        other = _constant(self, "-", other)
        return NotImplemented if other is NotImplemented else self.__rsub__(other)

    def __mul__(self, other: Any) -> Value:
        if isinstance(other, Value):
            x: float = self._value
            z: float = other._value
            return _made(x * z, MUL, self, z, other, x)
        if type(other) is float:
            c: float = other
            return _made(self._value * c, MUL, self, c, None, c)
        other = _constant(self, "*", other)
        return NotImplemented if other is NotImplemented else self.__mul__(other)

    def __rmul__(self, other: Any) -> Value:
        if type(other) is float:
            c: float = other
            return _made(c * self._value, MUL, None, c, self, c)
        other = _constant(self, "*", other)
        return NotImplemented if other is NotImplemented else self.__rmul__(other)

    def __truediv__(self, other: Any) -> Value:
        z: float
        if isinstance(other, Value):
            z = other._value
            if z != 0.0:
                y: float = self._value / z
                return _made(y, DIV, self, 1.0 / z, other, -y / z)
            return binary(DIV, self, other)
        if type(other) is float:
            z = other
            return _made(self._value / z, DIV, self, 1.0 / z, None, z) if z != 0.0 else binary(DIV, self, z)
        other = _constant(self, "/", other)
        return NotImplemented if other is NotImplemented else self.__truediv__(other)

    def __rtruediv__(self, other: Any) -> Value:
        if type(other) is float:
            c: float = other
            z: float = self._value
            if z != 0.0:
                y: float = c / z
                return _made(y, DIV, None, c, self, -y / z)
            return binary(DIV, c, self)
        other = _constant(self, "/", other)
        return NotImplemented if other is NotImplemented else self.__rtruediv__(other)

    def __pow__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return binary(POW, self, other)
        if type(other) is float:
            c: float = other
            x: float = self._value
            if 1.0 <= c <= 64.0 and -1e4 < x < 1e4 and (x > 0.0 or c % 1.0 == 0.0):  # where nothing raises
                return _made(x ** c, POW, self, c * x ** (c - 1.0), None, c)
            return binary(POW, self, c)
        other = _constant(self, "**", other)
        return NotImplemented if other is NotImplemented else self.__pow__(other)

    def __rpow__(self, other: Any) -> Value:
        other = _constant(self, "**", other)
        return NotImplemented if other is NotImplemented else binary(POW, other, self)

    def __mod__(self, other: Any) -> Value: return self._with(ops.MOD, other)
    def __rmod__(self, other: Any) -> Value: return self._with(ops.MOD, other, swapped=True)
    def __floordiv__(self, other: Any) -> Value: return self._with(ops.FLOOR_DIVIDE, other)
    def __rfloordiv__(self, other: Any) -> Value: return self._with(ops.FLOOR_DIVIDE, other, swapped=True)
    def __divmod__(self, other: Any) -> tuple[Value, Value]: return self // other, self % other
    def __rdivmod__(self, other: Any) -> tuple[Value, Value]: return other // self, other % self

    def _with(self, row: Operation, other: Any, swapped: bool = False) -> Value:
        if not isinstance(other, Value):
            other = _constant(self, row.symbol, other)
        a, b = (other, self) if swapped else (self, other)
        return NotImplemented if other is NotImplemented else binary(row, a, b)

    def __neg__(self) -> Value: return _made(-self._value, NEG, self, -1.0, None, 0.0)
    def __pos__(self) -> Value: return self
    def __abs__(self) -> Value: return unary(ops.ABS, self)

    # Comparisons -----------------------------------------------------------------------------------------------------
    # < <= > >= are recorded as 0 or 1, so that a replay decides again. == and != are plain, so that `v in values` works.

    def __lt__(self, other: Any) -> Value: return self._with(ops.LESS, other)
    def __le__(self, other: Any) -> Value: return self._with(ops.LESS_EQUAL, other)
    def __gt__(self, other: Any) -> Value: return self._with(ops.GREATER, other)
    def __ge__(self, other: Any) -> Value: return self._with(ops.GREATER_EQUAL, other)

    def __eq__(self, other: object) -> bool:
        if recorder[0] is not None and other is not self:
            recorder[0](self, "==", other)
        if isinstance(other, Value):
            return self._value == other._value
        return equals(other, self._value) if is_real(other) else NotImplemented

    def __ne__(self, other: object) -> bool:
        if recorder[0] is not None and other is not self:
            recorder[0](self, "!=", other)
        if isinstance(other, Value):
            return self._value != other._value
        return not equals(other, self._value) if is_real(other) else NotImplemented

    def __hash__(self) -> int:                                       # identity: equal Values are different nodes
        return id(self) >> 4

    def __bool__(self) -> bool:
        if recorder[0] is not None:
            recorder[0](self, "bool")
        return self._value != 0.0

    def __float__(self) -> float:
        if recorder[0] is not None:
            recorder[0](self, "float")
        raise OperandError(f"{self!r} would leave the graph and lose its gradient: use autograd's function "
                           "(autograd.exp, not math.exp), an array with dtype=object, or .data for the number")

    def __int__(self) -> int:
        if recorder[0] is not None:
            recorder[0](self, "int")
        raise OperandError(f"{self!r} would leave the graph and lose its gradient: use int(v.data) for the number")

    def item(self) -> float:
        """The value as a float, outside any graph."""
        return self._value if recorder[0] is None else recorder[0](self, "item") or self._value

    # Functions, under NumPy's names, so that np.tanh(array_of_values) works --------------------------------------------

    def exp(self) -> Value:
        x: float = self._value
        if x < 709.0:
            y: float = _exp(x)
            return _made(y, EXP, self, y, None, 0.0)
        return unary(EXP, self)

    def tanh(self) -> Value:
        x: float = self._value
        a: float = x if x > 0.0 else -x
        e: float = _exp(-2.0 * a)
        if a < 20.0:
            return _made(_tanh(x), TANH, self, 4.0 * e / ((1.0 + e) * (1.0 + e)), None, 0.0)
        return unary(TANH, self)

    def relu(self) -> Value:
        x: float = self._value
        if x > 0.0:
            return _made(x, RELU, self, 1.0, None, 0.0)
        return _made_of_many(0.0 if x <= 0.0 else x, RELU, (self,), (0.0,), (), ())

    def exp2(self) -> Value: return unary(ops.EXP2, self)
    def expm1(self) -> Value: return unary(ops.EXPM1, self)
    def log(self) -> Value: return unary(ops.LOG, self)
    def log2(self) -> Value: return unary(ops.LOG2, self)
    def log10(self) -> Value: return unary(ops.LOG10, self)
    def log1p(self) -> Value: return unary(ops.LOG1P, self)
    def sqrt(self) -> Value: return unary(ops.SQRT, self)
    def cbrt(self) -> Value: return unary(ops.CBRT, self)
    def square(self) -> Value: return unary(ops.SQUARE, self)
    def reciprocal(self) -> Value: return unary(ops.RECIPROCAL, self)
    def sin(self) -> Value: return unary(ops.SIN, self)
    def cos(self) -> Value: return unary(ops.COS, self)
    def tan(self) -> Value: return unary(ops.TAN, self)
    def arcsin(self) -> Value: return unary(ops.ASIN, self)
    def arccos(self) -> Value: return unary(ops.ACOS, self)
    def arctan(self) -> Value: return unary(ops.ATAN, self)
    def sinh(self) -> Value: return unary(ops.SINH, self)
    def cosh(self) -> Value: return unary(ops.COSH, self)
    def arcsinh(self) -> Value: return unary(ops.ASINH, self)
    def arccosh(self) -> Value: return unary(ops.ACOSH, self)
    def arctanh(self) -> Value: return unary(ops.ATANH, self)
    def sigmoid(self) -> Value: return unary(ops.SIGMOID, self)
    def arctan2(self, other: Any) -> Value: return binary(ops.ATAN2, self, other)
    def hypot(self, other: Any) -> Value: return binary(ops.HYPOT, self, other)
    def fmod(self, other: Any) -> Value: return binary(ops.FMOD, self, other)
    def floor(self) -> Value: return unary(ops.FLOOR, self)
    def ceil(self) -> Value: return unary(ops.CEIL, self)
    def trunc(self) -> Value: return unary(ops.TRUNC, self)
    def rint(self) -> Value: return unary(ops.ROUND, self)
    def conjugate(self) -> Value: return self

    def __floor__(self) -> Value: return unary(ops.FLOOR, self)
    def __ceil__(self) -> Value: return unary(ops.CEIL, self)
    def __trunc__(self) -> Value: return unary(ops.TRUNC, self)

    def __round__(self, digits: object = None) -> Value:
        if digits is not None:
            raise OperandError("round(v, digits) is for reading: write round(v.data, digits), or f'{v:.2f}'")
        return unary(ops.ROUND, self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return array_function(Value, ufunc, method, inputs, options)

    # The sweep ---------------------------------------------------------------------------------------------------------

    def zero_grad(self) -> None:
        """Set this node's gradient to 0.0; `autograd.zero_grad(output)` does so for a whole graph."""
        self._grad = 0.0

    @property
    def _backward(self) -> Callable[[], None]:
        """micrograd's step of the sweep, for those who take it by hand: adds this node's share to the `grad` of its parents."""
        return partial(traversal.share, self)

    @_backward.setter
    def _backward(self, step: object) -> None:
        raise ReadOnlyError("a node takes its partials from its operation: autograd.operation makes one of your own, from its "
                            "value and its partials")

    def backward(self, seed: RealNumber = 1.0, *, check: bool = False) -> None:
        """Sweep once from here to the leaves: every node's `grad` becomes seed * d self / d node.

        Every sweep starts the gradients of interior nodes afresh. Those of leaves add up over sweeps, as in PyTorch: set them to
        0.0 in between, or use `autograd.gradient`, which touches none. The cost is linear in the number of edges. After an
        interrupt, set the leaves' gradients to 0.0 and the next sweep is right again.

        With `check`, a value or gradient that is infinite or NaN raises NonfiniteError, which says where it comes from, before
        any `grad` is touched; see `autograd.find_nonfinite`.

        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        if check and (found := find_nonfinite(self, real(seed))) is not None:
            raise NonfiniteError(str(found))
        traversal.backward(self, real(seed))

    # How copies are made (portable.py) -----------------------------------------------------------------------------------

    @classmethod
    def _blank(cls) -> Self:
        if cls is Value:
            return cls(0.0)
        v = cls.__new__(cls)                                         # a subclass may have a constructor of its own
        Value.__init__(v, 0.0)
        return v

    @classmethod
    def _remade(cls, row: Operation, data: float, operands: tuple[Any, ...], partials: tuple[float, ...]) -> Value:
        slots = [(x, d) if isinstance(x, Node) else (None, x) for x, d in zip(operands, partials)]
        (a, da), (b, db) = (*slots, (None, 0.0), (None, 0.0))[:2]
        return _made(data, row, a, da, b, db)


class Nary(Value):
    """A node with more than two operands, or whose row takes any number of them, or with one that no gradient flows to."""

    __slots__ = ("_dflow", "_dmany", "_flowing", "_many")

    _many: tuple[Any, ...]                                           # Values and constants
    _dmany: tuple[float, ...]                                        # one for each; a constant's has no meaning
    _flowing: tuple[Node, ...]
    _dflow: tuple[float, ...]

    @property
    def operands(self) -> tuple[Any, ...]:
        return self._many

    @property
    def partials(self) -> tuple[float, ...]:
        return tuple([d for x, d in zip(self._many, self._dmany) if isinstance(x, Node)])

    def _flow(self) -> tuple[Node, ...]:
        return self._flowing

    def _pass_on(self, g: float) -> None:
        spread(self._flowing, self._dflow, g)

    @classmethod
    def _remade(cls, row: Operation, data: float, operands: tuple[Any, ...], partials: tuple[float, ...]) -> Value:
        to = traversal.flow(row, operands, partials)
        return _made_of_many(data, row, operands, partials, tuple([operands[j] for j in to]), tuple([partials[j] for j in to]))


# New nodes ----------------------------------------------------------------------------------------------------------------

def _made(y: float, row: Operation, a: Node | None, da: float, b: Node | None, db: float) -> Value:
    """An interior node. The constructor is for leaves; this is faster, since it has nothing to check."""
    v: Value = Value.__new__(Value)
    v._value = y
    v._row = row
    v._a = a
    v._da = da
    v._b = b
    v._db = db
    v._grad = 0.0
    v._name = None
    v._mark = None
    v._scope = here[0]
    return v


def _made_of_many(y: float, row: Operation, many: Any, dmany: Any, flow: Any, dflow: Any) -> Value:
    """A node of many operands; gradient flows to those in `flow`."""
    v: Nary = Nary.__new__(Nary)
    v._fill(y)
    v._row = row
    v._many = many
    v._dmany = dmany
    v._flowing = flow
    v._dflow = dflow
    return v


# Nodes from the table -----------------------------------------------------------------------------------------------------

def apply(row: Operation, *operands: Any) -> Value:
    """The node of an operation on Values and constants. From constants alone it is an exact constant, such as log(2)."""
    if row.nary or len(operands) > 2:
        return nary(row, *operands)
    if len(operands) == 2:
        return binary(row, operands[0], operands[1])
    if not operands:
        return _made(float(row.value(FLOAT)), row, None, 0.0, None, 0.0)
    x = operands[0]
    if isinstance(x, Value):
        return unary(row, x)
    c = real(x)
    return _made(evaluate(row, c), row, None, c, None, 0.0)


def unary(row: Operation, x: Value) -> Value:
    """The node of an operation on one Value."""
    if not row.is_plain:
        return nary(row, x)
    z: float = x._value
    try:
        y: float = row.value(FLOAT, z)
    except (ValueError, ArithmeticError) as error:
        y = _without_value(error, row, (x,))
    try:
        d: float = row.partials[0](FLOAT, y, z)
    except (ValueError, ArithmeticError):
        d = _edge(row, 0, y, (x,))
    return _made(float(y), row, x, float(d), None, 0.0)


def binary(row: Operation, a: Any, b: Any) -> Value:
    """The node of an operation on two operands, Values or numbers."""
    if not row.is_plain:
        return nary(row, a, b)
    p: Value | None = a if isinstance(a, Value) else None
    q: Value | None = b if isinstance(b, Value) else None
    x: float = real(a) if p is None else p._value
    z: float = real(b) if q is None else q._value
    try:
        y: float = row.value(FLOAT, x, z)
    except (ValueError, ArithmeticError) as error:
        y = _without_value(error, row, (a, b))
    da: float = x
    db: float = z
    if p is not None:
        try:
            da = row.partials[0](FLOAT, y, x, z)
        except (ValueError, ArithmeticError):
            da = _edge(row, 0, y, (a, b))
    if q is not None:
        try:
            db = row.partials[1](FLOAT, y, x, z)
        except (ValueError, ArithmeticError):
            db = _edge(row, 1, y, (a, b), alone=p is None)           # (-2)**n has a slope by its base, and none by n
    return _made(float(y), row, p, float(da), q, float(db))


def nary(row: Operation, *operands: Any) -> Value:
    """The node of an operation on any number of operands, Values or numbers."""
    many: tuple[Any, ...] = tuple([x if type(x) is float or isinstance(x, Value) else real(x) for x in operands])
    numbers: list[float] = [x._value if isinstance(x, Value) else x for x in many]
    try:
        y: float = row.value(FLOAT, *numbers)
    except (ValueError, ArithmeticError) as error:
        y = _without_value(error, row, operands)
    wanted: list[bool] = [row.nary or isinstance(x, Value) for x in many]  # an nary row computes all partials at once
    try:
        partials: list[Any] = row.local_partials(FLOAT, y, numbers, wanted)
    except (ValueError, ArithmeticError):
        partials = _edges(row, y, numbers, wanted)
    return Nary._remade(row, float(y), many, tuple([d if type(d) is float else float(d or 0.0) for d in partials]))


def evaluate(row: Operation, *operands: Any) -> float:
    """The value of an operation on floats, with the same errors as on Values."""
    numbers = [real(x) for x in operands]
    try:
        return float(row.value(FLOAT, *numbers))
    except (ValueError, ArithmeticError) as error:
        raise explained(error, row, operands) from None


def _without_value(error: Exception, row: Operation, operands: tuple[Any, ...]) -> float:
    """The value where there is none: an error, but nan in a function that is recorded, for it will be computed for others."""
    if not is_recording():
        raise explained(error, row, operands) from None
    return math.nan


def _edges(row: Operation, y: float, numbers: list[float], wanted: list[bool]) -> list[Any]:
    """The local partials at the edge of the domain, where Python's floats raise. With IEEE floats they are inf or 0."""
    return row.local_partials(IEEE, IEEE.number(y + 0.0), [IEEE.number(x + 0.0) for x in numbers], wanted)  # -0.0 is 0.0 here


def _edge(row: Operation, k: int, y: float, operands: tuple[Any, ...], alone: bool = True) -> float:
    """One of them. If even IEEE floats give nan, as for (-2)**v by v, there is no derivative: an error if the operand is `alone`
    in being a Value, else nan."""
    numbers = [x._value if isinstance(x, Value) else x for x in operands]
    d = float(_edges(row, y, numbers, [j == k for j in range(len(numbers))])[k])
    if d != d and alone and not is_recording() and all([math.isfinite(x) for x in numbers]):
        raise DomainError(f"{row.name} has no derivative with respect to its operand {row.operand_names[k]} at "
                          f"{given(row, operands)}{needed(row)}") from None
    return d


# What a Value is made of -------------------------------------------------------------------------------------------------------

def _leaf_number(data: object) -> float:
    if type(data) is float:
        return data
    if isinstance(data, Value):
        raise OperandError(f"Value() takes a number, got {data!r}: use it as it is, or v.detach() for a copy outside the graph")
    if not is_real(data):
        raise OperandError(f"Value() takes a real number, got {described(data)}")
    return real(data)


# Types rejected outright, because their own operators could do nothing with a Value.
_STRANGERS = (str, bytes, complex, list, tuple, dict, set, type(None))


def _constant(v: Value, symbol: str, other: Any) -> Any:
    """The other operand of an operator as a float; NotImplemented lets its own type try, as an array does."""
    if is_real(other):
        return real(other)
    if isinstance(other, _STRANGERS) or type(other).__name__ == "timedelta64":       # NumPy would take it as a number
        raise OperandError(f"{symbol} takes Values and real numbers, but {node_text(v)} meets {described(other)}")
    return NotImplemented
