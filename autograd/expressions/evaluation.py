"""Computes a formula that has been read: on numbers of any kind, or on Values with exact numbers in the formula."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from .. import functions
from ..arithmetic.dispatch import arithmetic_of
from ..arithmetic.primitives import Arithmetic
from ..arithmetic.referee import nearest
from ..derivatives import gradient
from ..engine import Value
from ..errors import AutogradError, DomainError, FormulaError
from ..inputs import has_array, real
from ..replay import replay
from ..traversal import topological_order
from .notation import PRIME
from .reader import BINARY, COMPARE, CONSTANTS, FUNCTIONS, LOOPS, MOST_ELEMENTS, OF_ONE_ITERABLE, TOO_DEEP, Steps, whole
from .vectors import elementwise, matmul, transposed


class Evaluation:
    """Computes a formula, given numbers for its names."""

    def __init__(self, given: dict[str, Any], numbers: dict[ast.AST, Any], m: Any) -> None:
        self.given = given
        self.numbers = numbers
        self.m = m

    def lifted(self, x: Any, leaf: bool = False) -> Any:
        """A number in the form that the operations take; here unchanged."""
        return x

    def of(self, steps: Steps) -> Any:
        """The value of the last step."""
        y: Any = None
        not_ours = {id(x) for x in self.given.values()}
        try:
            for name, node in steps:
                y = self.value(node)
                if name is not None:
                    self.given[name] = y
                    if isinstance(y, Value) and y.op is not None and y.name is None and id(y) not in not_ours:
                        y.name = name
        except RecursionError:
            raise FormulaError(TOO_DEEP) from None
        return y

    def value(self, node: ast.expr) -> Any:
        """The value of one part of the formula."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else self.numbers[node]
        if isinstance(node, ast.Name):
            return getattr(self.m, node.id) if node.id in CONSTANTS else self.given[node.id]
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.UnaryOp):
            return elementwise(UNARY[type(node.op)], self.value(node.operand))
        if isinstance(node, ast.Compare):
            return self._compared(node)
        if isinstance(node, ast.BoolOp):
            y = self.value(node.values[0])
            for part in node.values[1:]:
                rest = self._later(part)
                y = _choice(y, rest, _zero) if isinstance(node.op, ast.And) else _choice(y, _one, rest)
            return y
        if isinstance(node, ast.IfExp):
            return _choice(self.value(node.test), self._later(node.body), self._later(node.orelse))
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self.value(x) for x in node.elts]
        if isinstance(node, ast.Subscript):
            return self._item(node)
        if isinstance(node, ast.Attribute):
            return transposed(self.value(node.value))
        if isinstance(node, LOOPS):
            return self._loop(node)
        assert isinstance(node, ast.Call)
        return self._called(node)

    def _later(self, node: ast.expr) -> Callable[[], Any]:
        return lambda: self.lifted(self.value(node))

    def _binary(self, node: ast.BinOp) -> Any:
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):                 # a + b + c + ... nests to the left: no recursion
            chain.append(chain[-1].left)
        y = self.value(chain[-1].left)
        for part in reversed(chain):
            y = self._combined(part, y, self.value(part.right))
        return y

    def _combined(self, node: ast.BinOp, a: Any, b: Any) -> Any:
        if isinstance(a, list) or isinstance(b, list):
            if isinstance(node.op, ast.MatMult):
                return matmul(self.lifted(a), self.lifted(b), functions.dot)
            return elementwise(lambda x, y: self._combined(node, x, y), a, b)
        if isinstance(node.op, ast.MatMult):
            raise FormulaError("@ multiplies vectors and matrices: give the sizes of both, as in domain={'W': [[(-1, 1)]*3]*2}")
        return getattr(arithmetic_of(a, b), BINARY[type(node.op)])(a, b)

    def _compared(self, node: ast.Compare) -> Any:
        a = self.lifted(self.value(node.left))
        y: Any = None
        for op, part in zip(node.ops, node.comparators):
            b = self.lifted(self.value(part))
            holds = COMPARE[type(op)](a, b)
            y = holds if y is None else y * holds
            a = b
        return y

    def _item(self, node: ast.Subscript) -> Any:
        xs, k = self.value(node.value), whole(node.slice, self.given, self.value)
        try:
            return xs[k]
        except (IndexError, TypeError, KeyError):
            raise FormulaError(f"there is no element [{k}]") from None

    def _loop(self, node: ast.ListComp | ast.GeneratorExp, level: int = 0, count: list[int] | None = None) -> list[Any]:
        """The elements of a comprehension."""
        count = [0] if count is None else count
        if level == len(node.generators):
            count[0] += 1
            if count[0] > MOST_ELEMENTS:
                raise FormulaError(f"a range of more than {MOST_ELEMENTS:,} elements is too long for a formula")
            return [self.value(node.elt)]
        part, found = node.generators[level], []
        assert isinstance(part.target, ast.Name)
        name, before = part.target.id, self.given.get(part.target.id, _NOTHING)
        for x in self._items(part.iter):
            self.given[name] = x
            if all([bool(self.lifted(self.value(condition))) for condition in part.ifs]):
                found += self._loop(node, level + 1, count)
        if before is _NOTHING:
            self.given.pop(name, None)
        else:
            self.given[name] = before
        return found

    def _items(self, node: ast.expr) -> list[Any]:
        """What a comprehension runs through: whole numbers, or the elements of a list."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            numbers = range(*[whole(x, self.given, self.value) for x in node.args])
            if len(numbers) > MOST_ELEMENTS:
                raise FormulaError(f"a range of more than {MOST_ELEMENTS:,} elements is too long for a formula")
            return [self.whole_number(k) for k in numbers]
        xs = self.value(node)
        if not isinstance(xs, list):
            raise FormulaError("a comprehension runs through a range or a list: write for i in range(3)")
        return xs

    def whole_number(self, k: int) -> Any:
        """A whole number of a range as a number of the formula."""
        return getattr(self.m, "number", float)(k)

    def _called(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        if name == "where" and len(node.args) == 3 and not node.keywords:
            return _choice(self.lifted(self.value(node.args[0])), self._later(node.args[1]), self._later(node.args[2]))
        args = [self.value(x) for x in node.args]
        if name.endswith(PRIME):
            return elementwise(lambda x: slope_of(name, self.lifted(x, leaf=True)), args[0])
        alone = all([isinstance(x, Fraction) for x in args])        # a function of numbers alone
        args = [self.lifted(x, leaf=alone) for x in args]
        options = {str(k.arg): self.lifted(self.value(k.value)) for k in node.keywords}
        if name in OF_ONE_ITERABLE and len(args) > 1:
            args = [args]
        if name not in OF_LISTS and any([isinstance(x, list) for x in args]):
            return elementwise(lambda *xs: self._applied(name, xs, options), *args)
        return self._applied(name, args, options)

    def _applied(self, name: str, args: Sequence[Any], options: dict[str, Any]) -> Any:
        try:
            return FUNCTIONS[name](*args, **options)
        except TypeError as error:
            if isinstance(error, AutogradError):
                raise
            raise FormulaError(f"{name} was called with the wrong arguments: {error}") from None


def slope_of(name: str, x: Any) -> Any:
    """tanhʹ(x): the derivative of a function at a number, in the arithmetic of the number; one more for each prime."""
    function, order = FUNCTIONS[name.rstrip(PRIME)], name.count(PRIME)
    leaf = x if isinstance(x, Value) else Value(nearest(x))
    y = function(leaf)
    for _ in range(order):
        y = gradient(y, leaf, create_graph=True)
    if isinstance(x, Value) or not isinstance(y, Value):
        return y
    m = arithmetic_of(x)
    return replay(m, topological_order(y), {leaf: x})[y] if isinstance(m, Arithmetic) else y.data


class ExactEvaluation(Evaluation):
    """Computes a formula on Values and keeps its numbers exact. Sums and products of numbers alone are fractions. A number that
    meets a Value becomes a constant if some float equals it exactly, else a leaf."""

    def __init__(self, given: dict[str, Any], numbers: dict[ast.AST, Any], m: Any) -> None:
        super().__init__(given, numbers, m)
        self.exact: dict[Value, Fraction] = {}

    def lifted(self, x: Any, leaf: bool = False) -> Any:
        """A number in the form that a graph takes; with `leaf` it becomes a leaf even if some float equals it exactly."""
        if isinstance(x, list):
            return [self.lifted(item) for item in x]
        if not isinstance(x, Fraction):
            return x
        near = real(x)                                               # RangeError for what no float can hold
        if Fraction(near) == x and not leaf:
            return near
        constant = Value(near, name=repr(near))
        self.exact[constant] = x
        return constant

    def whole_number(self, k: int) -> Any:
        """A whole number of a range, exactly."""
        return Fraction(k)

    def _combined(self, node: ast.BinOp, a: Any, b: Any) -> Any:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            kind, bits = type(node.op), _bits(a) + _bits(b)
            if kind in EXACTLY and bits <= LONGEST and not (kind is ast.Div and b == 0):
                return EXACTLY[kind](a, b)
            if kind is ast.Pow and b.denominator == 1 and abs(b) * _bits(a) <= LONGEST and (a != 0 or b >= 0):
                return Fraction(a) ** int(b)
            a = self.lifted(a, leaf=True)
        if isinstance(a, list) or isinstance(b, list):
            return super()._combined(node, a, b)
        return super()._combined(node, self.lifted(a), self.lifted(b))


UNARY: dict[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: lambda x: functions.equal(x, 0.0)}
OF_LISTS = OF_ONE_ITERABLE | {"dot"}
_NOTHING = object()
LONGEST = 8192                                                       # bits of a fraction that is kept


def _bits(x: Fraction) -> int:
    return x.numerator.bit_length() + x.denominator.bit_length()


EXACTLY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def _no_list(*xs: Any) -> None:
    if any([isinstance(x, list) for x in xs]):
        raise FormulaError("a list cannot be used as a number: use sum, dot, max or another function of lists")


def _zero() -> float:
    return 0.0


def _one() -> float:
    return 1.0


def _choice(condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """The branch that the condition chooses. On Values both branches are recorded, so that a replay can choose again; but a
    branch not taken that has no value here is left out."""
    _no_list(condition)
    if has_array(condition):
        return functions.where(condition, then(), otherwise())
    if not isinstance(condition, Value):
        y = then() if condition else otherwise()
        _no_list(y)
        return y
    taken, left = (then, otherwise) if condition else (otherwise, then)
    y = taken()
    _no_list(y)
    try:
        z = left()
    except (DomainError, ArithmeticError):
        return y
    return functions.where(condition, y, z) if condition else functions.where(condition, z, y)
