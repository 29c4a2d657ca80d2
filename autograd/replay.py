"""Computes a recorded graph again, and sweeps it, in any arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .node import Node
from .traversal import adjoints, flow


def replay(m: Any, order: Sequence[Node], inputs: Mapping[Any, Any]) -> dict[Any, Any]:
    """The value of every node in the arithmetic m, given the values of the inputs. Other leaves are constants.

    `order` is a `topological_order`. In an arithmetic that gives nan outside a domain, such as the referee's, the branch of a
    `where` that is not taken may be nan, which does no harm.
    """
    values: dict[Any, Any] = dict(inputs)
    for v in order:
        if v not in values:
            values[v] = value_in(m, v, values)
    return values


def value_in(m: Any, v: Node, values: Mapping[Any, Any]) -> Any:
    """The value of a node in the arithmetic, from those of its operands."""
    y = v.data if v.op is None else v.op.value(m, *operands_in(m, v, values))
    return m.number(y) if v.op is None or v.op.is_flat or type(y) is float else y  # a truth, or the 0.0 of a relu, as a number


def operands_in(m: Any, v: Node, values: Mapping[Any, Any]) -> list[Any]:
    """The operands of a node as numbers of the arithmetic m."""
    return [values[x] if isinstance(x, Node) else m.number(x) for x in v.operands]


def sweep(m: Any, order: Sequence[Node], values: Mapping[Any, Any], *, within: Mapping[Any, bool] | None = None,
          local: dict[Any, list[Any]] | None = None, absolute: bool = False) -> dict[int, Any]:
    """The adjoints of a graph in the arithmetic m: d output / d node, by id(), for each node with a path to the output. The
    output is the last node in the order.

    Nodes for which `within` is false are left out. `local` keeps the local partials of each node for the next sweep. With
    `absolute`, local partials are replaced by their absolute values.
    """
    known = {} if local is None else local

    def local_partials(v: Node) -> list[Any]:
        if v not in known:
            known[v] = _local_partials(m, v, values, within)
        return [None if d is None else abs(d) for d in known[v]] if absolute else known[v]

    return adjoints(order, local_partials, lambda g, d: product(m, g, d), lambda a, b: total(m, a, b))


def _local_partials(m: Any, v: Node, values: Mapping[Any, Any], within: Mapping[Any, bool] | None) -> list[Any]:
    """The local partial by each operand in the arithmetic m; None for a constant and where nothing flows."""
    assert v.op is not None
    wanted = [isinstance(x, Node) and (within is None or within[x]) for x in v.operands]
    if True not in wanted:
        return []
    partials = v.op.local_partials(m, values[v], operands_in(m, v, values), wanted)
    to = set(flow(v.op, v.operands, partials))
    return [d if j in to else None for j, d in enumerate(partials)]


def product(m: Any, g: Any, d: Any) -> Any:
    """g * d. A factor of 1.0 or -1.0 is dropped, since it would cost a node, or ink in a formula. Two plain floats are multiplied
    in the arithmetic, because floats would round the product."""
    if isinstance(d, float) and abs(d) == 1.0:
        return g if d > 0.0 else -g
    if isinstance(g, float) and g == 1.0:
        return d
    return m.mul(m.number(g), d) if isinstance(g, float) and isinstance(d, float) else g * d


def total(m: Any, a: Any, b: Any) -> Any:
    """a + b. Two plain floats are added in the arithmetic, because floats would round the sum."""
    return m.add(m.number(a), b) if isinstance(a, float) and isinstance(b, float) else a + b
