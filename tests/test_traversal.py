"""The walks over a graph, against definitions of their own: by recursion, and edge by edge."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.arithmetic.graph import GRAPH
from autograd.engine import Nary
from autograd.node import Node
from autograd.ops import FLAT, TABLE
from autograd.traversal import adjoints, backward, flow, flowing, partials_by_operand, topological_order

from .strategies import Recipe, recipes


def by_recursion(*outputs: Value, stop: set[int] = frozenset()) -> list[Value]:  # type: ignore[assignment]
    """Depth first, the operands of a node from left to right, then the node."""
    order: list[Value] = []
    entered = set(stop)

    def enter(v: Value) -> None:
        if id(v) not in entered:
            entered.add(id(v))
            for x in v.parents:
                enter(x)
            order.append(v)
    for v in outputs:
        enter(v)
    return order


def edges(v: Value) -> list[tuple[int, Value, float]]:
    """The number, the operand and the partial of every operand to which gradient flows, as the table's head has it."""
    if v.op is None:
        return []
    found = []
    partials = iter(v.partials)
    for j, x in enumerate(v.operands):
        if isinstance(x, Value):
            d = next(partials)
            rule = v.op.partials[0 if v.op.nary else j]
            chosen = v.op.chooses is True or (v.op.chooses and j in v.op.chooses)
            if rule is not FLAT and not (chosen and d == 0.0):
                found.append((j, x, d))
    return found


def slopes(output: Value, seed: float) -> dict[int, float]:
    """d output / d node times the seed, by the id() of each node to which it flows."""
    found = {id(output): seed}
    for v in reversed(by_recursion(output)):
        for _, x, d in edges(v) if id(v) in found else []:
            found[id(x)] = found.get(id(x), 0.0) + d * found[id(v)]
    return found


def same(nodes: list[Value], others: list[Value]) -> bool:
    return [id(v) for v in nodes] == [id(v) for v in others]


places = st.integers(0, 1000)                                        # a node of a graph, counted round


# The order ----------------------------------------------------------------------------------------------------------------------

@given(recipes(), places, places)
def test_the_order_is_depth_first_from_left_to_right(recipe: Recipe, j: int, k: int) -> None:
    _, output = recipe.build()
    order = by_recursion(output)
    assert same(topological_order(output), order)
    one, other = order[j % len(order)], order[k % len(order)]
    assert same(topological_order(one, other), by_recursion(one, other))
    assert same(topological_order(one, one), by_recursion(one))
    stop = {id(order[j % len(order)]), id(order[k % len(order)])}
    assert same(topological_order(output, stop=stop), by_recursion(output, stop=stop))
    assert same(topological_order(output, one, stop={id(output)}), by_recursion(output, one, stop={id(output)}))


def small_graphs() -> Iterator[list[Value]]:
    """Every graph of two leaves and three products of two, each factor an earlier node or a constant."""
    for choices in itertools.product(*[itertools.product(range(-1, count), repeat=2) for count in (2, 3, 4)]):
        nodes: list[Any] = [Value(2.0), Value(3.0)]
        for a, b in choices:
            if a == b == -1:
                break
            nodes.append((5.0 if a == -1 else nodes[a]) * (7.0 if b == -1 else nodes[b]))
        else:
            yield nodes


def test_every_small_graph() -> None:
    count = 0
    for nodes in small_graphs():
        assert same(topological_order(nodes[-1]), by_recursion(nodes[-1]))
        assert same(topological_order(*nodes[3:]), by_recursion(*nodes[3:]))
        check_sweep(nodes[-1], 1.0)
        count += 1
    assert count == 8 * 15 * 24


def test_the_order_of_a_leaf_of_a_constant_and_of_nothing() -> None:
    x = Value(2.0)
    ln2 = GRAPH.log(2.0)
    assert same(topological_order(x), [x])
    assert same(topological_order(ln2), [ln2])
    assert same(topological_order(GRAPH.pi, x)[1:], [x])
    assert topological_order() == []
    assert topological_order(x, stop={id(x)}) == []


def test_a_ladder_of_shared_nodes_is_walked_once() -> None:
    x = Value(1.0)
    y = x
    for _ in range(200):                                             # 2 ** 200 paths
        y = autograd.sum([y * 0.5, y, y - 1.0])
    order = topological_order(y)
    assert len({id(v) for v in order}) == len(order)
    assert same(order, by_recursion(y))


# To which parents gradient flows -----------------------------------------------------------------------------------------------------

@given(recipes())
def test_gradient_flows_along_the_edges_of_the_table(recipe: Recipe) -> None:
    _, output = recipe.build()
    for v in topological_order(output):
        cached = partials_by_operand(v)
        parents = [j for j, x in enumerate(v.operands) if isinstance(x, Value)]
        assert [j for j, d in enumerate(cached) if d is not None] == parents
        assert tuple([cached[j] for j in parents]) == v.partials
        expected = {j: d for j, _, d in edges(v)}
        assert {j: d for j, d in enumerate(flowing(v)) if d is not None} == expected
        assert len(flowing(v)) == len(v.operands)
        if v.op is not None:
            assert flow(v.op, v.operands, cached) == list(expected)


def test_nothing_flows_to_the_branch_not_taken_nor_to_the_condition() -> None:
    c, a, b = Value(1.0), Value(2.0), Value(3.0)
    assert flowing(autograd.where(c, a, b)) == [None, 1.0, None]
    assert flowing(autograd.where(c < 0, a, 3.0)) == [None, None, None]
    assert flowing(autograd.where(c > 0, 2.0, b)) == [None, None, None]
    assert flowing(a < b) == [None, None]
    assert flowing(autograd.clamp(a, min=2.5)) == [None, None, None]
    assert flowing(autograd.clamp(a, b, 9.0)) == [None, 1.0, None]
    assert flowing(autograd.relu(-a)) == [None]
    assert flowing(autograd.maximum(a, b)) == [None, 1.0]
    assert flowing(autograd.prelu(a, b)) == [1.0, None]
    assert flowing(autograd.copysign(a, b)) == [1.0, None]
    assert flowing(autograd.copysign(a - 2.0, b)) == [0.0, None]     # 0, but not for want of a choice
    assert flowing(autograd.prelu(-a, b - 3.0)) == [0.0, -2.0]
    assert flowing(autograd.abs(a - 2.0)) == [0.0]                   # a row that computes: 0 flows, and 0 times infinity is nan
    assert flow(TABLE["less"], [a, b], [0.0, 0.0]) == []
    assert flow(TABLE["peak"], [a, b], [0.0, 0.0]) == []
    assert flow(TABLE["mul"], [a, 4.0], [0.0, 2.0]) == [0]
    assert flow(TABLE["where"], [c, a, b], [None, 0.0, 1.0]) == [2]  # as local_partials has them


# The sweep in place ---------------------------------------------------------------------------------------------------------------

def check_sweep(output: Value, seed: float) -> None:
    """Every interior node's grad is made afresh, 0 where nothing flows; a leaf's grows."""
    order = by_recursion(output)
    before = {}
    for k, v in enumerate(order):
        v.grad = before[id(v)] = 10.0 + k
    backward(output, seed)
    expected = slopes(output, seed)
    for v in order:
        slope = expected.get(id(v), 0.0)
        assert v.grad == pytest.approx(before[id(v)] + slope if v.op is None else slope, rel=1e-9, abs=1e-12, nan_ok=True)


@given(recipes(), places, st.sampled_from([1.0, -0.5, 3.0]))
def test_a_sweep_adds_up_every_edge_once(recipe: Recipe, k: int, seed: float) -> None:
    _, output = recipe.build()
    order = topological_order(output)
    check_sweep(output, seed)
    check_sweep(order[k % len(order)], seed)                         # with the marks of the sweep before
    check_sweep(output, seed)


def test_a_sweep_from_a_gate_a_constant_and_a_leaf() -> None:
    x, y = Value(0.5), Value(2.0)
    inner, outer = x * y, x + y
    for output in (inner < outer, autograd.where(inner < outer, inner, outer), autograd.where(inner > outer, inner * 2.0, y),
                   GRAPH.floor(inner), GRAPH.peak(inner, outer, x), GRAPH.log(2.0), GRAPH.pi, x,
                   autograd.sum([autograd.where(x, inner, outer), inner, autograd.where(inner < outer, x, outer * inner)]),
                   autograd.sum([x, inner, x, 1.0, inner]), autograd.prod([inner]), autograd.dot([inner, x], [outer, 2.0])):
        check_sweep(output, 1.5)


def test_what_only_a_gate_leads_to_is_silenced_once_each() -> None:
    x = Value(1.0)
    y = x * 2.0
    for _ in range(200):                                             # 2 ** 200 paths
        y = autograd.sum([y * 0.5, y * 0.25, y])
    output = autograd.where(y > 0.0, x * 3.0, y)
    check_sweep(output, 1.0)
    check_sweep(y < 0.0, 1.0)


class Counted(Nary):
    """A node of many operands that counts how often it is asked for them."""

    asked = 0

    def _flow(self) -> tuple[Any, ...]:
        Counted.asked += 1
        return super()._flow()


def test_the_operands_of_a_node_are_read_once_on_the_way_down() -> None:
    leaves = [Value(float(k)) for k in range(10)]
    total: Any = autograd.sum([x * 2.0 for x in leaves])
    counted: Any = Counted.__new__(Counted)
    for slot in (*Node.__slots__[1:], *Nary.__slots__):
        setattr(counted, slot, getattr(total, slot))
    counted.backward()
    assert {x.grad for x in leaves} == {2.0}
    assert Counted.asked == 1                                        # and not once for each: that would be quadratic


# The sweep beside the graph --------------------------------------------------------------------------------------------------------------

@given(recipes(), places)
def test_adjoints_are_of_the_nodes_to_which_something_flows(recipe: Recipe, k: int) -> None:
    _, output = recipe.build()
    order = topological_order(output)
    for v in (output, order[k % len(order)]):
        found = adjoints(topological_order(v), flowing, lambda g, d: g * d, lambda a, b: a + b)
        expected = slopes(v, 1.0)
        assert set(found) == set(expected)
        assert found == {key: pytest.approx(slope, rel=1e-9, abs=1e-12, nan_ok=True) for key, slope in expected.items()}


def test_adjoints_multiply_from_the_output_down_and_add_in_the_order_of_the_walk() -> None:
    x = Value(2.0, name="x")
    y = x * 3.0
    z = y * x

    def local(v: Any) -> list[str | None]:
        assert v.op is not None                                      # a leaf is not asked
        return [f"d{'yz'[v is z]}{j}" if isinstance(p, Value) else None for j, p in enumerate(v.operands)]

    found = adjoints([x, y, z], local, lambda g, d: f"{g}.{d}", lambda a, b: f"({a} + {b})")
    assert found == {id(z): 1.0, id(y): "1.0.dz0", id(x): "(1.0.dz1 + 1.0.dz0.dy0)"}
