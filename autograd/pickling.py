"""Copies and pickles of a graph: flat, so that a chain of a million nodes does not recurse, and with all sharing kept.

A leaf is pickled on its own. An interior node is pickled as "number k of this pack", where a pack holds a node and all the
interior nodes below it, in columns. While one pickle is being written the packs remember which nodes they hold, so that in
`pickle.dumps([c, e])` c is still an operand of e afterwards.
"""

from __future__ import annotations

import copy
import threading
import weakref
from array import array
from collections.abc import Sequence
from typing import Any

from .engine import Nary, Place, Value, topological_order
from .ops import TABLE

# Copies -----------------------------------------------------------------------------------------------------------------


def copy_graph(v: Value, memo: dict[int, Any]) -> Value:
    """The graph below v, with new nodes throughout, but for those that memo has already."""
    for node in topological_order(v, stop=memo):
        if id(node) in memo:                                         # copied on the way, with what a subclass holds
            continue
        if node.op is None:
            leaf = memo[id(node)] = _leaf(type(node))
            *own, extra = _state(node)                               # its scope is where it was made: the same, not a copy
            _set_state(leaf, (*own, copy.deepcopy(extra, memo)))  # type: ignore[arg-type]
        else:
            memo[id(node)] = copy_node(node, memo)
    return memo[id(v)]  # type: ignore[no-any-return]


def copy_node(v: Value, replaced: dict[int, Value]) -> Value:
    """One node again, over the same operands, but for those that were replaced."""
    if v.op is None:
        leaf = _leaf(type(v))
        _set_state(leaf, _state(v))
        return leaf
    operands = tuple([replaced.get(id(x), x) if isinstance(x, Value) else x for x in v.operands])
    return _node(v.op.name, v.data, v.grad, v.name, v._scope, operands, _slots(v), isinstance(v, Nary))


def _leaf(kind: type[Value]) -> Value:
    """A blank leaf. A subclass may have a constructor of its own, which is not called."""
    if kind is Value:
        return Value(0.0)
    v = kind.__new__(kind)
    Value.__init__(v, 0.0)
    return v


State = tuple[float, float, str | None, Place | None, dict[str, Any]]


def _state(v: Value) -> State:
    """What a leaf holds: data, grad, name, scope, and what a subclass has added, in its slots or its __dict__."""
    slots = [name for kind in type(v).__mro__ if kind is not Value for name in _slot_names(kind)]
    extra = {name: getattr(v, name) for name in slots if hasattr(v, name)}
    return v.data, v.grad, v.name, v._scope, {**extra, **getattr(v, "__dict__", {})}


def _slot_names(kind: type) -> list[str]:
    """The slots of a class under the names that they have outside it."""
    slots = kind.__dict__.get("__slots__", ())
    names = [slots] if isinstance(slots, str) else [name for name in slots if name not in ("__dict__", "__weakref__")]
    return [f"_{kind.__name__.lstrip('_')}{name}" if name[:2] == "__" and name[-2:] != "__" else name for name in names]


def _set_state(v: Value, state: State) -> None:
    v.data, v.grad, v.name, v._scope, extra = state
    for name, x in extra.items():
        setattr(v, name, x)


def _node(row: str, data: float, grad: float, name: str | None, scope: Place | None, operands: tuple[Any, ...],
          partials: list[float], is_nary: bool) -> Value:
    """A node from its operands and, in order, the partial of each; the number in a constant's place does not count."""
    if is_nary:
        v: Value = Nary(data, TABLE[row], operands, tuple(partials))
        v.name = name
    else:
        slots: list[Any] = []
        for x, d in zip(operands, partials):
            slots += [x, d] if isinstance(x, Value) else [None, x]
        v = Value(data, name, TABLE[row], *slots)
    v.grad = grad
    v._scope = scope
    return v


def _slots(v: Value) -> list[float]:
    """The partial by each operand, 0.0 for a constant."""
    partials = iter(v.partials)
    return [next(partials) if isinstance(x, Value) else 0.0 for x in v.operands]


# Pickles ----------------------------------------------------------------------------------------------------------------

Seat = tuple["weakref.ref[_Pack]", int]


def reduce_node(v: Value) -> tuple[Any, ...]:
    """What `Value.__reduce__` answers."""
    if v.op is None:
        return _leaf, (type(v),), _state(v), None, None, _set_state
    place = _places().get(id(v))
    pack = place[0]() if place else None
    if place is None or pack is None:
        pack = _Pack(v)
        return _pick, (pack, len(pack.nodes) - 1)
    return _pick, (pack, place[1])


def _pick(nodes: list[Value], k: int) -> Value:
    return nodes[k]


class _Places(dict[int, Seat]):
    """Which packs of the pickles now being written hold which nodes. The packs keep it alive, and with the last it is gone."""

    __slots__ = ("__weakref__",)

    def __contains__(self, node: object) -> bool:
        place = self.get(node)  # type: ignore[call-overload]
        return place is not None and place[0]() is not None          # the pack of an earlier pickle may be gone


_thread = threading.local()


def _places() -> _Places:
    known: _Places | None = _thread.places() if hasattr(_thread, "places") else None
    if known is None:
        known = _Places()
        _thread.places = weakref.ref(known)
    return known


class _Pack:
    """The interior nodes of a graph that no earlier pack of the same pickle holds."""

    def __init__(self, v: Value) -> None:
        self.places = _places()                                      # one dictionary for all the packs alive
        order = topological_order(v, stop=self.places)
        self.nodes: list[Value] = [node for node in order if node.op is not None]
        me = weakref.ref(self)
        self.places.update({id(node): (me, k) for k, node in enumerate(self.nodes)})

    def __reduce__(self) -> tuple[Any, ...]:
        number: dict[int, int] = {id(node): k for k, node in enumerate(self.nodes)}
        given: list[Value] = []                                      # operands from elsewhere: leaves, nodes of earlier packs
        counts, references, constants = array("q"), array("q"), array("d")
        for node in self.nodes:
            operands = node.operands
            counts.append(len(operands) if isinstance(node, Nary) else ~len(operands))
            for x in operands:
                if not isinstance(x, Value):
                    references.append(-1)
                    constants.append(x)
                    continue
                if id(x) not in number:
                    number[id(x)] = len(self.nodes) + len(given)
                    given.append(x)
                references.append(number[id(x)])
        data, grads = array("d", [v.data for v in self.nodes]), array("d", [v.grad for v in self.nodes])
        partials = array("d", [d for v in self.nodes for d in _slots(v)])
        return _unpack, (given, [v.op.name for v in self.nodes if v.op], [v.name for v in self.nodes],
                         [v._scope for v in self.nodes], data, grads, counts, references, constants, partials)


def _unpack(given: list[Value], rows: list[str], names: list[str | None], scopes: list[Place | None],
            data: Sequence[float], grads: Sequence[float], counts: Sequence[int], references: Sequence[int],
            constants: Sequence[float], partials: Sequence[float]) -> list[Value]:
    nodes: list[Value] = []
    constant = iter(constants)
    at = 0
    for row, name, scope, value, grad, count in zip(rows, names, scopes, data, grads, counts):
        many = count >= 0
        end = at + (count if many else ~count)
        operands: list[Any] = []
        for k in references[at:end]:
            operands.append(next(constant) if k < 0 else nodes[k] if k < len(rows) else given[k - len(rows)])
        nodes.append(_node(row, value, grad, name, scope, tuple(operands), list(partials[at:end]), many))
        at = end
    return nodes
