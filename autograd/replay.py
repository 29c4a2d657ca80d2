"""A recorded graph, computed again in any arithmetic, and swept in any arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .engine import Value
from .ops import WHERE


def replay(m: Any, order: Sequence[Value], inputs: dict[Value, Any]) -> dict[Value, Any]:
    """The value of every node in the arithmetic m, given those of the inputs; other leaves are constants.

    `order` is a `topological_order`. An arithmetic that answers nan outside a domain, as the referee does, may find that the
    branch of a `where` that is not taken has no value, which does no harm.
    """
    values: dict[Value, Any] = dict(inputs)
    for v in order:
        if v not in values:
            values[v] = m.number(v.data) if v.op is None else v.op.value(m, *operands_in(m, v, values))
    return values


def operands_in(m: Any, v: Value, values: dict[Value, Any]) -> list[Any]:
    """The operands of a node as numbers of the arithmetic."""
    return [values[x] if isinstance(x, Value) else m.number(x) for x in v.operands]


def sweep(m: Any, order: Sequence[Value], values: dict[Value, Any], *, within: dict[Value, bool] | None = None,
          local: dict[Value, list[Any]] | None = None, absolute: bool = False) -> dict[Value, Any]:
    """The adjoint of every node in the arithmetic m: d output / d node, where the output is the last in the order.

    A node without an adjoint has no path to the output. In an arithmetic of single numbers nothing flows through the branch of
    a `where` that is not taken, so an infinite slope in it does no harm; in one of Values or arrays either may be taken.
    `within` leaves out the nodes for which it is false; `local` keeps the local partials of each node for the next sweep; with
    `absolute` each of them counts with its absolute value.
    """
    local = {} if local is None else local
    adjoints: dict[Value, Any] = {order[-1]: 1.0}
    for v in reversed(order):
        if v.op is None or v not in adjoints:
            continue
        if v not in local:
            wanted = [isinstance(x, Value) and (within is None or within[x]) for x in v.operands]
            local[v] = v.op.local_partials(m, values[v], operands_in(m, v, values), wanted) if True in wanted else []
        for x, d in zip(v.operands, local[v]):
            if d is None or not isinstance(x, Value) or (v.op is WHERE and isinstance(d, float) and d == 0.0):
                continue
            term = product(m, adjoints[v], abs(d) if absolute else d)
            adjoints[x] = total(m, adjoints[x], term) if x in adjoints else term
    return adjoints


def product(m: Any, g: Any, d: Any) -> Any:
    """g * d, without the factor 1.0 or -1.0 that would be one more node, or more ink. The product of two plain floats is taken
    in the arithmetic, for as a float it would be rounded."""
    if isinstance(d, float) and abs(d) == 1.0:
        return g if d > 0.0 else -g
    if isinstance(g, float) and g == 1.0:
        return d
    return m.mul(m.number(g), d) if isinstance(g, float) and isinstance(d, float) else g * d


def total(m: Any, a: Any, b: Any) -> Any:
    """a + b; of two plain floats in the arithmetic."""
    return m.add(m.number(a), b) if isinstance(a, float) and isinstance(b, float) else a + b
