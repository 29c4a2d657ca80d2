"""Values, their operators, and the backward sweep.

A `Value` is a float that remembers how it was computed: which row of the table made it, from which operands, and the local
partial derivative with respect to each. `backward()` multiplies and adds those along every path to the leaves, once each.
Plain Python, written for speed: two operand slots rather than tuples, constants folded into the slot of their partial, and
the hot operators (+ - * /, negation, powers, exp, tanh, relu, dot) spelled out; a test holds each to its row bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, Any, Union

from . import ops
from .arithmetic import FLOAT, IEEE, described, is_real, real
from .errors import DomainError, OperandError, ReadOnlyError
from .ops import ADD, DIV, EXP, MUL, NEG, POW, RELU, SUB, TABLE, TANH, Operation
from .wording import explained, given, needed, node_text

if TYPE_CHECKING:
    from .scopes import Scope

Operand = Union["Value", float]
Place = tuple[str, Any]                                              # a scope's name, and the place around it or None (scopes.py)

_scope: Place | None = None                                       # where nodes are made now
_exp = math.exp
_tanh = math.tanh


class Value:
    """A real number that records how it was computed, so that it can be differentiated.

    Args:
        data: the number: int, float, bool, Fraction, Decimal or a NumPy scalar; kept as a float.
        name: what pictures, tables and error messages call it. `label` is another word for it.

    The other parameters are the engine's own, as those of micrograd's Value are: users make leaves, arithmetic makes nodes.

    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> e = (a + b) * (b + 1)
    >>> e.backward()
    >>> e.data, a.grad, b.grad
    (6.0, 2.0, 5.0)

    Attributes:
        data: the value, a float. That of a leaf can be set: `p.data -= 0.1 * p.grad`. What was computed from it stays as it was.
        grad: d output / d self after `output.backward()`; 0.0 before.
        name: a string or None.
        op: the row of the table that computed it; None for a leaf.
        scope: the call of a module in which it was made; None outside any.
        operands: Values and constants, in order. parents: the Values among them. partials: d self / d parent, one a parent.
    """

    # A node has two operands, a and b, and the local partials da and db. Where an operand is a constant there is no node,
    # and the constant itself stands where its partial would be: x - 3.0 is (a=x, da=1.0, b=None, db=3.0).
    __slots__ = ("__weakref__", "_a", "_b", "_da", "_data", "_db", "_row", "_mark", "_scope", "grad", "name")

    def __init__(self, data: float, name: str | None = None, _row: Operation | None = None,
                 _a: Value | None = None, _da: float = 0.0, _b: Value | None = None, _db: float = 0.0,
                 label: str | None = None) -> None:
        self._data: float = data
        self.grad: float = 0.0
        self.name: str | None = name
        self._row: Operation | None = _row
        self._a: Value | None = _a
        self._b: Value | None = _b
        self._da: float = _da
        self._db: float = _db
        self._mark: object | None = None
        self._scope: Place | None = _scope
        if _row is None:
            self._data = _leaf_number(data)
            self.name = _leaf_name(name if label is None else label)

    # What a graph is read by ---------------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The value."""
        return self._data

    @data.setter
    def data(self, data: float) -> None:
        if self._row is not None:
            raise ReadOnlyError(f"the data of {node_text(self)} was computed and stays: only that of a leaf can be set. "
                                "Set the leaf, and compute again")
        self._data = _leaf_number(data)

    @property
    def label(self) -> str | None:
        """Another word for `name`."""
        return self.name

    @label.setter
    def label(self, label: str | None) -> None:
        self.name = label

    @property
    def op(self) -> Operation | None:
        """The row of the table that computed this value; None for a leaf."""
        return self._row

    @property
    def operands(self) -> tuple[Operand, ...]:
        """Values and constants, in order."""
        if self._row is None:
            return ()
        a: Operand = self._da if self._a is None else self._a
        b: Operand = self._db if self._b is None else self._b
        return (a, b)[:len(self._row.operand_names)]

    @property
    def parents(self) -> tuple[Value, ...]:
        """The Values among the operands, in order; twice where one stands twice."""
        return tuple([x for x in self.operands if isinstance(x, Value)])

    @property
    def partials(self) -> tuple[float, ...]:
        """The local partial derivatives, cached when the value was computed: one for each parent, in order."""
        return tuple([d for p, d in ((self._a, self._da), (self._b, self._db)) if p is not None])

    @property
    def scope(self) -> Scope | None:
        """The innermost scope, such as the call of a module, in which this was made, "layer1.neuron2" in words; or None."""
        if self._scope is None:
            return None
        from .scopes import Scope  # scopes.py tells the engine, and so stands above

        return Scope.at(self._scope)

    @property
    def _prev(self) -> set[Value]:
        return set(self.parents)                                     # micrograd's name for the parents

    @property
    def _op(self) -> str:
        return "" if self._row is None else self._row.symbol or self._row.name  # and for the operation

    def item(self) -> float:
        """The value as a float, outside any graph."""
        return self._data

    def detach(self) -> Value:
        """A leaf with the same data and name, to which no gradient flows."""
        return Value(self._data, self.name)

    def __repr__(self) -> str:
        return f"Value({self._data!r})" if self.name is None else f"Value({self._data!r}, name={self.name!r})"

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    # Operators -------------------------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return Value(self._data + other._data, None, ADD, self, 1.0, other, 1.0)
        c: float = other
        if type(other) is not float:
            c = _constant(self, "+", other)
            if c is NotImplemented:
                return NotImplemented
        return Value(self._data + c, None, ADD, self, 1.0, None, c)

    def __radd__(self, other: Any) -> Value:
        c: float = other
        if type(other) is not float:
            c = _constant(self, "+", other)
            if c is NotImplemented:
                return NotImplemented
        return Value(c + self._data, None, ADD, None, c, self, 1.0)

    def __sub__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return Value(self._data - other._data, None, SUB, self, 1.0, other, -1.0)
        c: float = other
        if type(other) is not float:
            c = _constant(self, "-", other)
            if c is NotImplemented:
                return NotImplemented
        return Value(self._data - c, None, SUB, self, 1.0, None, c)

    def __rsub__(self, other: Any) -> Value:
        c: float = other
        if type(other) is not float:
            c = _constant(self, "-", other)
            if c is NotImplemented:
                return NotImplemented
        return Value(c - self._data, None, SUB, None, c, self, -1.0)

    def __mul__(self, other: Any) -> Value:
        if isinstance(other, Value):
            x: float = self._data
            z: float = other._data
            return Value(x * z, None, MUL, self, z, other, x)
        c: float = other
        if type(other) is not float:
            c = _constant(self, "*", other)
            if c is NotImplemented:
                return NotImplemented
        return Value(self._data * c, None, MUL, self, c, None, c)

    def __rmul__(self, other: Any) -> Value:
        c: float = other
        if type(other) is not float:
            c = _constant(self, "*", other)
            if c is NotImplemented:
                return NotImplemented
        return Value(c * self._data, None, MUL, None, c, self, c)

    def __truediv__(self, other: Any) -> Value:
        z: float
        y: float
        if isinstance(other, Value):
            z = other._data
            if z != 0.0:
                y = self._data / z
                return Value(y, None, DIV, self, 1.0 / z, other, -y / z)
            return binary(DIV, self, other)
        z = other
        if type(other) is not float:
            z = _constant(self, "/", other)
            if z is NotImplemented:
                return NotImplemented
        if z != 0.0:
            return Value(self._data / z, None, DIV, self, 1.0 / z, None, z)
        return binary(DIV, self, z)

    def __rtruediv__(self, other: Any) -> Value:
        c: float = other
        if type(other) is not float:
            c = _constant(self, "/", other)
            if c is NotImplemented:
                return NotImplemented
        z: float = self._data
        if z != 0.0:
            y: float = c / z
            return Value(y, None, DIV, None, c, self, -y / z)
        return binary(DIV, c, self)

    def __pow__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return binary(POW, self, other)
        c: float = other
        if type(other) is not float:
            c = _constant(self, "**", other)
            if c is NotImplemented:
                return NotImplemented
        x: float = self._data
        if 1.0 <= c <= 64.0 and -1e4 < x < 1e4 and (x > 0.0 or c % 1.0 == 0.0):  # where nothing raises
            return Value(x ** c, None, POW, self, c * x ** (c - 1.0), None, c)
        return binary(POW, self, c)

    def __rpow__(self, other: Any) -> Value:
        c: float = other
        if type(other) is not float:
            c = _constant(self, "**", other)
            if c is NotImplemented:
                return NotImplemented
        return binary(POW, c, self)

    def __neg__(self) -> Value:
        return Value(-self._data, None, NEG, self, -1.0)

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return unary(ops.ABS, self)

    # Comparisons -----------------------------------------------------------------------------------------------------
    # < <= > >= are recorded, as 0 or 1, so that a replay decides again; == and != are plain, so that Values can be looked for.

    def __lt__(self, other: Any) -> Value:
        return self._compared(ops.LESS, "<", other)

    def __le__(self, other: Any) -> Value:
        return self._compared(ops.LESS_EQUAL, "<=", other)

    def __gt__(self, other: Any) -> Value:
        return self._compared(ops.GREATER, ">", other)

    def __ge__(self, other: Any) -> Value:
        return self._compared(ops.GREATER_EQUAL, ">=", other)

    def _compared(self, row: Operation, symbol: str, other: Any) -> Value:
        if isinstance(other, Value):
            return binary(row, self, other)
        c: float = _constant(self, symbol, other)
        return NotImplemented if c is NotImplemented else binary(row, self, c)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            return self._data == other._data
        return bool(self._data == other) if is_real(other) else NotImplemented

    def __ne__(self, other: object) -> bool:
        if isinstance(other, Value):
            return self._data != other._data
        return bool(self._data != other) if is_real(other) else NotImplemented

    def __hash__(self) -> int:                                       # identity: equal Values are different nodes
        return id(self) >> 4

    def __bool__(self) -> bool:
        return self._data != 0.0

    def __float__(self) -> float:
        raise OperandError(f"{self!r} would leave the graph, and its gradient be lost: use autograd's function "
                           "(autograd.exp, not math.exp), or .data for the number")

    def __int__(self) -> int:
        raise OperandError(f"{self!r} would leave the graph, and its gradient be lost: use int(v.data) for the number")

    # Functions, under NumPy's names, so that np.tanh(array_of_values) works --------------------------------------------

    def exp(self) -> Value:
        x: float = self._data
        if x < 709.0:
            y: float = _exp(x)
            return Value(y, None, EXP, self, y)
        return unary(EXP, self)

    def tanh(self) -> Value:
        x: float = self._data
        a: float = x if x > 0.0 else -x
        e: float = _exp(-2.0 * a)
        if a < 20.0:
            return Value(_tanh(x), None, TANH, self, 4.0 * e / ((1.0 + e) * (1.0 + e)))
        return unary(TANH, self)

    def relu(self) -> Value:
        x: float = self._data
        return Value(0.0 if x <= 0.0 else x, None, RELU, self, 1.0 if x > 0.0 else 0.0)

    def exp2(self) -> Value:
        return unary(ops.EXP2, self)

    def expm1(self) -> Value:
        return unary(ops.EXPM1, self)

    def log(self) -> Value:
        return unary(ops.LOG, self)

    def log2(self) -> Value:
        return unary(ops.LOG2, self)

    def log10(self) -> Value:
        return unary(ops.LOG10, self)

    def log1p(self) -> Value:
        return unary(ops.LOG1P, self)

    def sqrt(self) -> Value:
        return unary(ops.SQRT, self)

    def cbrt(self) -> Value:
        return unary(ops.CBRT, self)

    def square(self) -> Value:
        return unary(ops.SQUARE, self)

    def reciprocal(self) -> Value:
        return unary(ops.RECIPROCAL, self)

    def sin(self) -> Value:
        return unary(ops.SIN, self)

    def cos(self) -> Value:
        return unary(ops.COS, self)

    def tan(self) -> Value:
        return unary(ops.TAN, self)

    def arcsin(self) -> Value:
        return unary(ops.ASIN, self)

    def arccos(self) -> Value:
        return unary(ops.ACOS, self)

    def arctan(self) -> Value:
        return unary(ops.ATAN, self)

    def arctan2(self, other: Any) -> Value:
        return binary(ops.ATAN2, self, other)

    def hypot(self, other: Any) -> Value:
        return binary(ops.HYPOT, self, other)

    def sinh(self) -> Value:
        return unary(ops.SINH, self)

    def cosh(self) -> Value:
        return unary(ops.COSH, self)

    def arcsinh(self) -> Value:
        return unary(ops.ASINH, self)

    def arccosh(self) -> Value:
        return unary(ops.ACOSH, self)

    def arctanh(self) -> Value:
        return unary(ops.ATANH, self)

    def sigmoid(self) -> Value:
        return unary(ops.SIGMOID, self)

    def conjugate(self) -> Value:
        return self

    # The sweep ---------------------------------------------------------------------------------------------------------

    def backward(self, seed: float = 1.0) -> None:
        """One sweep from here to the leaves: every node's `grad` becomes seed * d self / d node.

        The gradients of interior nodes are made afresh in every sweep; those of leaves add up over sweeps, as in PyTorch: set
        them to 0.0 in between, or use `autograd.gradient`, which touches none. The cost is linear in the edges. After an
        interrupt the next sweep is right again, once the leaves' gradients have been set back.

        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        start: float = seed if type(seed) is float else real(seed)
        order: list[Value] = []
        if self._row is not None:
            order = _entered(self)
            self.grad = 0.0
        try:
            self.grad += start
            for v in reversed(order):
                g: float = v.grad
                p: Value | None = v._a
                if p is not None:
                    p.grad += v._da * g
                q: Value | None = v._b
                if q is not None:
                    q.grad += v._db * g
                elif p is None and isinstance(v, Nary):
                    for x, d in zip(v._flow, v._dflow):
                        x.grad += d * g
        except TypeError:
            for v in topological_order(self):
                if not is_real(v.grad):
                    raise OperandError(f"the grad of {node_text(v)} is {described(v.grad)}: set it to 0.0, not None") from None
            raise

    # Copies --------------------------------------------------------------------------------------------------------------

    def __copy__(self) -> Value:                                     # pickling.py is about Values, and so stands above
        from .pickling import copy_node
        return copy_node(self, {})

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        from .pickling import copy_graph
        return copy_graph(self, memo)

    def __reduce__(self) -> Any:
        from .pickling import reduce_node
        return reduce_node(self)


class Nary(Value):
    """A node of more than two operands, of a row for any number of them, or of a row through which nothing flows."""

    __slots__ = ("_dflow", "_dmany", "_flow", "_many")

    def __init__(self, data: float, row: Operation, many: tuple[Operand, ...], dmany: tuple[float, ...],
                 flow: tuple[Value, ...] | None = None, dflow: tuple[float, ...] = ()) -> None:
        Value.__init__(self, data, None, row)
        self._many: tuple[Operand, ...] = many                       # Values and constants
        self._dmany: tuple[float, ...] = dmany                       # a partial for each; a constant's means nothing
        # To which parents gradient flows, with the local partials: all, but of a `where` only the branch that it chose, and of
        # a comparison or a step none. (To both parents of a plain Value it flows.)
        if flow is None:
            flows: list[bool] = [isinstance(x, Value) and not row.is_flat for x in many]
            if row is ops.WHERE:
                flows = [f and d != 0.0 for f, d in zip(flows, dmany)]
            flow = tuple([x for x, f in zip(many, flows) if f])  # type: ignore[misc]
            dflow = tuple([d for d, f in zip(dmany, flows) if f])
        self._flow: tuple[Value, ...] = flow
        self._dflow: tuple[float, ...] = dflow

    @property
    def operands(self) -> tuple[Operand, ...]:
        return self._many

    @property
    def partials(self) -> tuple[float, ...]:
        return tuple([d for x, d in zip(self._many, self._dmany) if isinstance(x, Value)])


def _entered(output: Value) -> list[Value]:
    """The interior nodes below the output, operands before results, their gradients made afresh.

    A node that was entered carries the mark of this sweep, an object of its own: marks that another sweep left behind, finished
    or interrupted, mean nothing.
    """
    mark: object = object()
    order: list[Value] = []
    stack: list[Value] = []                                          # the path from the output to v
    rest: dict[int, Iterator[Value]] = {}                            # what an Nary on that path has yet to enter
    gates: list[Value] = []
    v: Value = output
    v._mark = mark
    while True:
        p: Value | None = v._a
        if p is not None and p._mark is not mark:
            p._mark = mark
            if p._row is not None:
                p.grad = 0.0
                stack.append(v)
                v = p
                continue
        q: Value | None = v._b
        if q is not None:
            if q._mark is not mark:
                q._mark = mark
                if q._row is not None:
                    q.grad = 0.0
                    stack.append(v)
                    v = q
                    continue
        elif p is None and isinstance(v, Nary):
            x: Value | None = _next_new(v, rest, mark)
            if x is not None:
                x.grad = 0.0
                stack.append(v)
                v = x
                continue
            if v._row is ops.WHERE or (v._row is not None and v._row.is_flat):
                gates.append(v)
        order.append(v)
        if not stack:
            break
        v = stack.pop()
    if gates:
        _silence(gates, mark)
    return order


def _next_new(v: Nary, rest: dict[int, Iterator[Value]], mark: object) -> Value | None:
    """The next interior parent of v that the sweep enters only now."""
    if id(v) not in rest:
        rest[id(v)] = iter(v._flow)
    for x in rest[id(v)]:
        if x._mark is not mark:
            x._mark = mark
            if x._row is not None:
                return x
    return None


def _silence(gates: list[Value], mark: object) -> None:
    """Set the gradients of the nodes that only a comparison, or a branch not taken, leads to: nothing flows there, not even 0
    times infinity."""
    silent: list[Value] = [x for v in gates for x in v.parents]
    for v in silent:                                                 # grows while it is read
        if v._mark is not mark and v._row is not None:
            v._mark = mark
            v.grad = 0.0
            silent.extend(v.parents)


def topological_order(*outputs: Value, stop: Container[int] = ()) -> list[Value]:
    """Every node below the outputs, operands before results; iterative, and the same in every run. The nodes whose id() is in
    `stop` are left out, with what only they lead to."""
    order: list[Value] = []
    entered: set[int] = set()
    stack: list[tuple[Value, bool]] = [(v, False) for v in reversed(outputs)]
    while stack:
        v, finished = stack.pop()
        if finished:
            order.append(v)
        elif id(v) not in entered and id(v) not in stop:
            entered.add(id(v))
            if v._row is None:
                order.append(v)
                continue
            stack.append((v, True))
            p: Value | None = v._a
            q: Value | None = v._b
            if q is not None and id(q) not in entered:
                stack.append((q, False))
            if p is not None and id(p) not in entered:
                stack.append((p, False))
            if p is None and q is None:
                stack.extend([(x, False) for x in reversed(v.parents)])
    return order


def adjoints(output: Value) -> dict[int, float]:
    """d output / d node by the id() of each node to which something flows, from the cached local partials; changes nothing."""
    order: list[Value] = topological_order(output)
    grads: dict[int, float] = {id(output): 1.0}
    for v in reversed(order):
        g: float | None = grads.get(id(v)) if v._row is not None else None
        if g is None:
            continue
        p: Value | None = v._a
        if p is not None:
            grads[id(p)] = grads.get(id(p), 0.0) + v._da * g
        q: Value | None = v._b
        if q is not None:
            grads[id(q)] = grads.get(id(q), 0.0) + v._db * g
        elif p is None and isinstance(v, Nary):
            for x, d in zip(v._flow, v._dflow):
                grads[id(x)] = grads.get(id(x), 0.0) + d * g
    return grads


def set_scope(place: Place | None) -> None:
    """From here on, nodes are made in this scope."""
    global _scope
    _scope = place


# Nodes from the table -----------------------------------------------------------------------------------------------------

def apply(row: Operation, *operands: Any) -> Value:
    """The node of an operation on Values and constants. Where all are constants it is an exact constant, such as log(2)."""
    if row.nary or len(operands) > 2:
        return nary(row, *operands)
    if len(operands) == 2:
        return binary(row, operands[0], operands[1])
    if not operands:
        return Value(float(row.value(FLOAT)), None, row)
    x = operands[0]
    if isinstance(x, Value):
        return unary(row, x)
    c = real(x)
    return Value(evaluate(row, c), None, row, None, c)


def unary(row: Operation, x: Value) -> Value:
    """The node of an operation on one Value."""
    if row.is_flat:
        return nary(row, x)
    z: float = x._data
    try:
        y: float = row.value(FLOAT, z)
    except (ValueError, ArithmeticError) as error:
        raise explained(error, row, (x,)) from None
    try:
        d: float = row.partials[0](FLOAT, y, z)
    except (ValueError, ArithmeticError):
        d = _edge(row, 0, y, (x,))
    return Value(float(y), None, row, x, float(d))


def binary(row: Operation, a: Any, b: Any) -> Value:
    """The node of an operation on two operands, Values or numbers."""
    if row.is_flat:
        return nary(row, a, b)
    p: Value | None = a if isinstance(a, Value) else None
    q: Value | None = b if isinstance(b, Value) else None
    x: float = real(a) if p is None else p._data
    z: float = real(b) if q is None else q._data
    try:
        y: float = row.value(FLOAT, x, z)
    except (ValueError, ArithmeticError) as error:
        raise explained(error, row, (a, b)) from None
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
            db = _edge(row, 1, y, (a, b))
    return Value(float(y), None, row, p, float(da), q, float(db))


def nary(row: Operation, *operands: Any) -> Value:
    """The node of an operation on any number of operands, Values or numbers."""
    many: tuple[Operand, ...] = tuple([x if type(x) is float or isinstance(x, Value) else real(x) for x in operands])
    numbers: list[float] = [x._data if isinstance(x, Value) else x for x in many]
    try:
        y: float = row.value(FLOAT, *numbers)
    except (ValueError, ArithmeticError) as error:
        raise explained(error, row, operands) from None
    wanted: list[bool] = [row.nary or isinstance(x, Value) for x in many]  # those of an nary row come all at once
    try:
        partials: list[Any] = row.local_partials(FLOAT, y, numbers, wanted)
    except (ValueError, ArithmeticError):
        partials = _edges(row, y, numbers, wanted)
    return Nary(float(y), row, many, tuple([d if type(d) is float else float(d or 0.0) for d in partials]))


def weighted_sum(left: list[Any], right: list[Any]) -> Value | None:
    """The node of `dot`, as its row has it, of Values on the left, and Values alone or floats alone on the right; else None."""
    if not (left and _NODES.issuperset(map(type, left))):
        return None
    constant: bool = _FLOATS.issuperset(map(type, right))
    if not constant and not _NODES.issuperset(map(type, right)):
        return None
    numbers: tuple[float, ...] = tuple([x._data for x in left])
    weights: tuple[float, ...] = tuple(right) if constant else tuple([x._data for x in right])
    y: float = FLOAT.sum(*[x * z for x, z in zip(numbers, weights)])
    many: tuple[Any, ...] = (*left, *right)
    dmany: tuple[float, ...] = weights + numbers
    return Nary(y, ops.DOT, many, dmany, tuple(left) if constant else many, weights if constant else dmany)


_NODES = frozenset([Value, Nary])
_FLOATS = frozenset([float])


def evaluate(row: Operation, *operands: Any) -> float:
    """The value of an operation on floats, with the same errors as on Values."""
    numbers = [real(x) for x in operands]
    try:
        return float(row.value(FLOAT, *numbers))
    except (ValueError, ArithmeticError) as error:
        raise explained(error, row, operands) from None


def _edges(row: Operation, y: float, numbers: list[float], wanted: list[bool]) -> list[Any]:
    """The partials at the edge of the domain, where Python's floats raise: as IEEE floats have them, inf or 0."""
    return row.local_partials(IEEE, IEEE.number(y + 0.0), [IEEE.number(x + 0.0) for x in numbers], wanted)  # -0.0 is 0.0 here


def _edge(row: Operation, k: int, y: float, operands: tuple[Any, ...]) -> float:
    """One of them. Where even IEEE floats have none, as for (-2)**v by v, there is no derivative."""
    numbers = [x._data if isinstance(x, Value) else x for x in operands]
    d = float(_edges(row, y, numbers, [j == k for j in range(len(numbers))])[k])
    if d != d and all([math.isfinite(x) for x in numbers]):
        raise DomainError(f"{row.name} has no derivative by its operand {row.operand_names[k]} at {given(row, operands)}"
                          f"{needed(row)}") from None
    return d


# What a Value is made of -------------------------------------------------------------------------------------------------------

def _leaf_number(data: object) -> float:
    if type(data) is float:
        return data
    if isinstance(data, Value):
        raise OperandError(f"Value() takes a number, not {data!r}: use it as it is, or v.detach() for a copy outside the graph")
    if not is_real(data):
        raise OperandError(f"Value() takes a real number, not {described(data)}")
    return real(data)


def _leaf_name(name: object) -> str | None:
    if name is None or isinstance(name, str):
        return name
    raise OperandError(f"the name of a Value is a string, not {described(name)}")


# What reads like a number or a collection but is none: refused here, because no other operand would know better.
_STRANGERS = (str, bytes, complex, list, tuple, dict, set, type(None))


def _constant(v: Value, symbol: str, other: Any) -> Any:
    """The other operand of an operator as a float, or NotImplemented, so that its own type may try (an array does)."""
    if is_real(other):
        return real(other)
    if isinstance(other, _STRANGERS):
        raise OperandError(f"{symbol} takes Values and real numbers, not {described(other)}, beside {node_text(v)}")
    return NotImplemented


# The arithmetic of Values ---------------------------------------------------------------------------------------------------

class Graph:
    """Whatever is asked for becomes a node, so that derivatives have derivatives. What is decided by constants alone is
    decided at once: a graph never asks which constants it holds."""

    name = "Value"

    def number(self, x: Any) -> Any:
        return x

    def widen(self, x: Any) -> Any:
        return x

    def narrow(self, x: Any) -> Any:
        return x

    @property
    def pi(self) -> Value:
        return apply(ops.PI)

    def where(self, c: Any, a: Any, b: Any) -> Any:
        return apply(ops.WHERE, c, a, b) if isinstance(c, Value) else a if c else b

    def equal(self, a: Any, b: Any) -> Any:
        return apply(ops.EQUAL, a, b) if isinstance(a, Value) or isinstance(b, Value) else a == b

    def not_equal(self, a: Any, b: Any) -> Any:
        return apply(ops.NOT_EQUAL, a, b) if isinstance(a, Value) or isinstance(b, Value) else a != b

    def floor(self, x: Any) -> Any:
        return apply(ops.FLOOR, x) if isinstance(x, Value) else FLOAT.floor(x)

    def exp(self, x: Any) -> Any:                                    # the hot ones, as they are spelled out above
        return x.exp() if isinstance(x, Value) else apply(EXP, x)

    def tanh(self, x: Any) -> Any:
        return x.tanh() if isinstance(x, Value) else apply(TANH, x)

    def relu(self, x: Any) -> Any:
        return x.relu() if isinstance(x, Value) else apply(RELU, x)

    def __getattr__(self, name: str) -> Any:
        if name not in TABLE:
            raise AttributeError(f"the arithmetic of Values has no {name!r}")
        row = TABLE[name]
        return lambda *operands: apply(row, *operands)


GRAPH = Graph()
