"""Copies and pickles of a graph. They are flat, so that a chain of a million nodes does not recurse, and keep all sharing.

A leaf is pickled on its own. An interior node is pickled as "number k of this pack", where a pack holds a node and all the
interior nodes below it, in columns. While a pickle is being written, its packs remember which nodes they hold. So after
`pickle.dumps([c, e])` and loading, c is still an operand of e.
"""

from __future__ import annotations

import copy
import threading
import weakref
from array import array
from collections.abc import Sequence
from typing import Any, Self

from .node import Node
from .ops import Operation, row_of
from .scopes import Place
from .traversal import partials_by_operand, topological_order


class Portable(Node):
    """A node that can be copied and pickled. Subclasses define how to make nodes of their kind."""

    __slots__ = ()

    @classmethod
    def _blank(cls) -> Self:
        """An empty leaf, to be filled in."""
        raise NotImplementedError

    @classmethod
    def _remade(cls, row: Operation, data: float, operands: tuple[Any, ...], partials: tuple[float, ...]) -> Portable:
        """A node made from its operands and the partial by each, in order; the partial by a constant is ignored."""
        raise NotImplementedError

    def __copy__(self) -> Self:
        return copy_node(self, {})  # type: ignore[no-any-return]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        for node in topological_order(self, stop=memo):
            if id(node) in memo:                                     # already copied, with what a subclass holds
                continue
            if node.op is None:
                leaf = memo[id(node)] = type(node)._blank()
                *own, extra = _state(node)                           # the scope is shared: the place where the leaf was made
                _set_state(leaf, (*own, copy.deepcopy(extra, memo)))  # type: ignore[arg-type]
            else:
                memo[id(node)] = copy_node(node, memo)
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        if self.op is None:
            return _leaf, (type(self),), _state(self), None, None, _set_state
        seat = _seats().get(id(self))
        pack = seat[0]() if seat else None
        if seat is None or pack is None:
            pack = _Pack(self)
            return _pick, (pack, len(pack.nodes) - 1)
        return _pick, (pack, seat[1])


# Copies -----------------------------------------------------------------------------------------------------------------

def copy_node(v: Any, replaced: dict[int, Any]) -> Any:
    """A copy of one node, with the same operands except those in `replaced`."""
    if v.op is None:
        leaf = type(v)._blank()
        _set_state(leaf, _state(v))
        return leaf
    operands = tuple([replaced.get(id(x), x) if isinstance(x, Node) else x for x in v.operands])
    return _node(type(v), v.op, v.data, v.grad, v.name, v._scope, operands, _slots(v))


def _leaf(kind: type[Portable]) -> Portable:
    return kind._blank()


def _node(kind: type[Portable], row: Operation, data: float, grad: float, name: str | None, scope: Place | None,
          operands: tuple[Any, ...], partials: tuple[float, ...]) -> Portable:
    v = kind._remade(row, data, operands, partials)
    v.grad, v.name, v._scope = grad, name, scope
    return v


def _slots(v: Node) -> tuple[float, ...]:
    """The partial by each operand, 0.0 for a constant."""
    return tuple([0.0 if d is None else d for d in partials_by_operand(v)])


State = tuple[float, float, str | None, Place | None, dict[str, Any]]


def _state(v: Node) -> State:
    """What a leaf holds: data, grad, name, scope, and what a subclass of Value adds, in slots or in its __dict__."""
    slots = [name for kind in type(v).__mro__ if kind is not Node for name in _slot_names(kind)]
    extra = {name: getattr(v, name) for name in slots if hasattr(v, name)}
    return v.data, v.grad, v.name, v._scope, {**extra, **getattr(v, "__dict__", {})}


def _slot_names(kind: type) -> list[str]:
    """The slots of a class, with private names mangled as attributes see them."""
    slots = kind.__dict__.get("__slots__", ())
    names = [slots] if isinstance(slots, str) else [name for name in slots if name not in ("__dict__", "__weakref__")]
    return [f"_{kind.__name__.lstrip('_')}{name}" if name[:2] == "__" and name[-2:] != "__" else name for name in names]


def _set_state(v: Any, state: State) -> None:
    v.data, v.grad, v.name, v._scope, extra = state
    for name, x in extra.items():
        setattr(v, name, x)


# Pickles ----------------------------------------------------------------------------------------------------------------

Seat = tuple["weakref.ref[_Pack]", int]


def _pick(nodes: list[Portable], k: int) -> Portable:
    return nodes[k]


class _Seats(dict[int, Seat]):
    """Which pack holds which node, in the pickles now being written. The packs keep it alive, and it dies with the last one."""

    __slots__ = ("__weakref__",)

    def __contains__(self, node: object) -> bool:
        seat = self.get(node)  # type: ignore[call-overload]
        return seat is not None and seat[0]() is not None            # the pack of an earlier pickle may be dead


_thread = threading.local()


def _seats() -> _Seats:
    known: _Seats | None = _thread.seats() if hasattr(_thread, "seats") else None
    if known is None:
        known = _Seats()
        _thread.seats = weakref.ref(known)
    return known


class _Pack:
    """The interior nodes of a graph that no earlier pack of the same pickle holds."""

    def __init__(self, v: Node) -> None:
        self.seats = _seats()                                        # one dictionary for all packs alive
        order = topological_order(v, stop=self.seats)
        self.nodes: list[Node] = [node for node in order if node.op is not None]
        me = weakref.ref(self)
        self.seats.update({id(node): (me, k) for k, node in enumerate(self.nodes)})

    def __reduce__(self) -> tuple[Any, ...]:
        number: dict[int, int] = {id(node): k for k, node in enumerate(self.nodes)}
        given: list[Node] = []                                       # operands outside: leaves and nodes of earlier packs
        counts, references, constants = array("q"), array("q"), array("d")
        for node in self.nodes:
            operands = node.operands
            counts.append(len(operands))
            for x in operands:
                if not isinstance(x, Node):
                    references.append(-1)
                    constants.append(x)
                    continue
                if id(x) not in number:
                    number[id(x)] = len(self.nodes) + len(given)
                    given.append(x)
                references.append(number[id(x)])
        data, grads = array("d", [v.data for v in self.nodes]), array("d", [v.grad for v in self.nodes])
        partials = array("d", [d for v in self.nodes for d in _slots(v)])
        return _unpack, (given, [type(v) for v in self.nodes], [v.op.key for v in self.nodes if v.op],
                         [v.name for v in self.nodes], [v._scope for v in self.nodes], data, grads, counts, references,
                         constants, partials)


def _unpack(given: list[Portable], kinds: list[type[Portable]], rows: list[str], names: list[str | None],
            scopes: list[Place | None], data: Sequence[float], grads: Sequence[float], counts: Sequence[int],
            references: Sequence[int], constants: Sequence[float], partials: Sequence[float]) -> list[Portable]:
    nodes: list[Portable] = []
    constant = iter(constants)
    at = 0
    for kind, row, name, scope, value, grad, count in zip(kinds, rows, names, scopes, data, grads, counts):
        end = at + count
        operands: list[Any] = []
        for k in references[at:end]:
            operands.append(next(constant) if k < 0 else nodes[k] if k < len(rows) else given[k - len(rows)])
        nodes.append(_node(kind, row_of(row), value, grad, name, scope, tuple(operands), tuple(partials[at:end])))
        at = end
    return nodes
