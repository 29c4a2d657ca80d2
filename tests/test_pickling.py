"""Copies and pickles keep data, gradients, names and all sharing, in whatever order the nodes are met."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

import autograd
from autograd import Value
from autograd.traversal import topological_order

from .strategies import Recipe, recipes

WAYS = [copy.deepcopy, *[lambda x, protocol=protocol: pickle.loads(pickle.dumps(x, protocol)) for protocol in (2, 4, 5)],
        lambda x: pickle._loads(pickle._dumps(x))]  # type: ignore[attr-defined]


class Parameter(Value):
    """A subclass with a constructor and a state of its own."""

    def __init__(self, data: float, step: float) -> None:
        super().__init__(data, name="p")
        self.step = step


class Slotted(Value):
    __slots__ = ("me", "note")


class Private(Value):
    __slots__ = ("__secret", "__dict__")

    def __init__(self, data: float) -> None:
        super().__init__(data)
        self.__secret = [data]

    def secret(self) -> list[float]:
        return self.__secret


class OneSlot(Value):
    __slots__ = "one"


def same_graph(one: Value, other: Value) -> None:
    left, right = topological_order(one), topological_order(other)
    places = [{id(v): k for k, v in enumerate(order)} for order in (left, right)]
    assert len(left) == len(right)
    for v, w in zip(left, right):
        assert v is not w
        assert (type(v), v.data, v.grad, v.name, v.op, v.partials) == (type(w), w.data, w.grad, w.name, w.op, w.partials)
        for x, z in zip(v.operands, w.operands):
            assert places[0][id(x)] == places[1][id(z)] if isinstance(x, Value) else x == z


@given(recipes())
def test_a_random_graph_is_the_same_afterwards(recipe: Recipe) -> None:
    _, output = recipe.build()
    output.backward()
    for way in WAYS:
        again = way(output)
        same_graph(output, again)
        again.backward()


@pytest.mark.parametrize("way", WAYS)
def test_sharing_is_kept_in_any_order(way: Callable[[Any], Any]) -> None:
    a, b = Value(2.0, name="a"), Parameter(1.0, step=0.1)
    c = a + b
    d = autograd.sum([b, c, 1.0])
    e = c * d
    nodes = [a, b, c, d, e]
    for order in itertools.permutations(range(5)):
        again = way([nodes[k] for k in order])
        found: list[Any] = [None] * 5
        for k, v in zip(order, again):
            found[k] = v
        a2, b2, c2, d2, e2 = found
        assert c2.parents[0] is a2
        assert c2.parents[1] is b2
        assert d2.parents[0] is b2
        assert d2.parents[1] is c2
        assert e2.parents[0] is c2
        assert e2.parents[1] is d2
        assert (type(b2), b2.step, b2.name) == (Parameter, 0.1, "p")
        e2.backward()
        assert (a2.grad, b2.grad) == (autograd.gradient(e, a), autograd.gradient(e, b))


@pytest.mark.parametrize("way", WAYS)
def test_what_a_subclass_adds_travels_along(way: Callable[[Any], Any]) -> None:
    s, p = Slotted(3.0), Parameter(1.0, step=0.1)
    s.note, s.me = [1], s
    p.note, p.me = s.note, p
    s2, p2 = way([s, p])
    assert (type(s2), s2.data, s2.note, type(p2), p2.name, p2.step) == (Slotted, 3.0, [1], Parameter, "p", 0.1)
    assert s2.me is s2
    assert p2.me is p2
    assert s2.note is p2.note
    assert s2.note is not s.note
    assert copy.copy(s).note is s.note


@pytest.mark.parametrize("way", [*WAYS, copy.copy])
def test_private_and_single_slots_travel_too(way: Callable[[Any], Any]) -> None:
    p, q = Private(2.0), OneSlot(3.0)
    q.one = 5
    assert (way(p).secret(), way(q).one) == ([2.0], 5)
    if way is not copy.copy:
        p.result = (p * 3.0) * 2.0
        again = way(p.result)
        assert again.parents[0].parents[0].result is again


def test_one_pickle_does_not_remember_another() -> None:
    a = Value(2.0)
    c = a * 3.0
    e = c + 1.0
    first = pickle.dumps(e)
    assert len(pickle.dumps(c)) < len(first)
    a.data = 5.0
    assert pickle.loads(pickle.dumps(e)).parents[0].parents[0].data == 5.0


def test_picklers_that_outlive_one_another() -> None:
    import io
    a = Value(2.0)
    x, y = a * 3.0, a * 4.0
    one, other, third = io.BytesIO(), io.BytesIO(), io.BytesIO()
    first, second = pickle.Pickler(one), pickle.Pickler(other)
    first.dump(x)
    second.dump(y)
    del first
    second.dump(x)
    pickle.Pickler(third).dump([x, y])
    other.seek(0)
    load = pickle.Unpickler(other)
    y2, x2 = load.load(), load.load()
    assert (y2.data, x2.data, y2.parents[0] is x2.parents[0]) == (8.0, 6.0, True)


def test_a_pickle_within_a_pickle_keeps_the_sharing() -> None:
    a = Value(2.0)
    c = a * 3.0
    nested = Nested(c + 5.0)
    c2, _, e2 = pickle.loads(pickle.dumps([c, nested, c + 1.0]))
    assert e2.parents[0] is c2


class Nested:
    def __init__(self, v: Value) -> None:
        self.v = v

    def __reduce__(self) -> Any:
        return pickle.loads, (pickle.dumps(self.v),)


def test_many_nodes_of_a_chain_are_pickled_one_after_another() -> None:
    nodes = [Value(0.0)]
    for _ in range(5000):
        nodes.append(nodes[-1] + 1.0)
    for order in (nodes, nodes[::-1]):
        again = pickle.loads(pickle.dumps(order))
        again = again if order is nodes else again[::-1]
        assert all(w.parents[0] is v for v, w in zip(again, again[1:]))


def test_copy_makes_one_node_over_the_same_operands() -> None:
    a = Value(2.0, name="a")
    e = a * 3.0
    e.backward()
    again = copy.copy(e)
    assert again is not e
    assert again.parents[0] is a
    assert (again.data, again.grad, again.operands) == (6.0, 1.0, (a, 3.0))
    leaf = copy.copy(a)
    assert (leaf.data, leaf.name, leaf is a) == (2.0, "a", False)
