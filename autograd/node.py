"""A node of a graph: what it holds and how to read it. engine.py has the arithmetic that makes nodes."""

from __future__ import annotations

from typing import Any, Self

from .errors import OperandError
from .inputs import Name, RealNumber, described, is_real, real
from .ops import Operation
from .scopes import Place, Scope, here

_falling = 0                                                         # for compiled nodes: see Node.__dealloc__
_later: list[Node | None] = []


class Node:
    """One value in a graph.

    Attributes:
        grad: d output / d self after a backward sweep. Raises OperandError if it is set to what is no real number.
    """

    # A node has up to two operands, a and b, with the local partials da and db. If an operand is a constant, its node is None
    # and the constant takes the place of the partial: x - 3.0 is (a=x, da=1.0, b=None, db=3.0).
    __slots__ = ("__weakref__", "_a", "_b", "_da", "_value", "_db", "_row", "_mark", "_name", "_scope", "_grad")

    _value: float
    _row: Operation | None                                           # None for a leaf
    _a: Node | None
    _b: Node | None
    _da: float
    _db: float
    _mark: object                                                    # that of the last sweep to enter it
    _scope: Place | None
    _name: str | None
    _grad: float

    def _fill(self, y: float) -> None:
        """Make an empty node a leaf."""
        self._value = y
        self._row = self._a = self._b = self._name = self._mark = None
        self._da = self._db = self._grad = 0.0
        self._scope = here[0]

    # If a and b do not hold the parents, a subclass overrides these two.
    def _flow(self) -> tuple[Node, ...]:
        """The parents that gradient flows to; those that are leaves for certain may be left out."""
        return ()

    def _pass_on(self, g: float) -> None:
        """Add g times the local partial to the `grad` of each parent that gradient flows to."""

    def __dealloc__(self) -> None:
        """Drop the operands without recursing more than 100 nodes deep; deeper ones wait in `_later`. Only compiled nodes run
        this: CPython protects plain ones itself, but only objects that the garbage collector tracks."""
        global _falling
        if self._a is None and self._b is None:
            return
        _falling += 1
        if _falling > 100:
            _later.append(self._a)
            _later.append(self._b)
        else:
            self._a = None
            self._b = None
        if _falling == 1:
            while _later:
                _later.pop()
        _falling -= 1

    @property
    def data(self) -> float:
        """The value."""
        return self._value

    @property
    def grad(self) -> float:
        """d output / d self after a backward sweep; 0.0 before."""
        return self._grad

    @grad.setter
    def grad(self, grad: RealNumber) -> None:
        if type(grad) is not float and not is_real(grad):
            raise OperandError(f"the grad of {self._name or repr(self)} must be a number, got {described(grad)}: set it to 0.0")
        self._grad = real(grad)

    @property
    def name(self) -> str | None:
        """What pictures, tables and errors call it; a string or None."""
        return self._name

    @name.setter
    def name(self, name: Name) -> None:
        self._name = checked_name(name)

    @property
    def op(self) -> Operation | None:
        """The row of the table that computed this value; None for a leaf."""
        return self._row

    @property
    def operands(self) -> tuple[Self | float, ...]:
        """Values and constants, in order."""
        if self._row is None:
            return ()
        a: Any = self._da if self._a is None else self._a
        b: Any = self._db if self._b is None else self._b
        return (a, b)[:len(self._row.operand_names)]

    @property
    def parents(self) -> tuple[Self, ...]:
        """The Values among the operands, in order; one that occurs twice is listed twice."""
        return tuple([x for x in self.operands if isinstance(x, Node)])

    @property
    def partials(self) -> tuple[float, ...]:
        """The local partials, cached when the value was computed: one for each parent, in order."""
        return tuple([d for p, d in ((self._a, self._da), (self._b, self._db)) if p is not None])

    @property
    def scope(self) -> Scope | None:
        """The innermost scope, such as the call of a module, in which the node was made, or None. As text: "layer1.neuron2"."""
        return None if self._scope is None else Scope.at(self._scope)

    @property
    def label(self) -> str | None:
        """An alias of `name`."""
        return self.name

    @label.setter
    def label(self, label: Name) -> None:
        self.name = label

    @property
    def _prev(self) -> set[Self]:
        return set(self.parents)                                     # micrograd's name for the parents

    @property
    def _op(self) -> str:
        return "" if self._row is None else self._row.symbol or self._row.name  # its name for the operation


def checked_name(name: object) -> str | None:
    """A name, which must be a string or None."""
    if name is None or isinstance(name, str):
        return name
    raise OperandError(f"the name of a Value must be a string, got {described(name)}")


def numbers_of(nodes: list[Any]) -> list[float]:
    """The numbers of nodes: [v.data for v in nodes], where there are many."""
    return [v._value for v in nodes]


def spread(parents: Any, partials: Any, g: float) -> None:
    """Add g times its partial to the `grad` of each parent."""
    xs: tuple[Node, ...] = parents
    ds: tuple[float, ...] = partials
    x: Node
    d: float
    for k, x in enumerate(xs):
        d = ds[k]
        x._grad += d * g
