"""A graph as a table of text, with a line for each value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..derivatives import gradient
from ..engine import Value
from ..errors import OperandError
from ..inputs import described
from ..labels import Labels, derivative, is_constant, with_output
from ..text import aligned, number
from ..traversal import topological_order


def table(output: Value, names: Mapping[str, Any] | None = None) -> str:
    """The node, operation, value, local partials and gradient of every value below the output, operands before results.

    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> print(table((a + b) * (b + 1), names={}))
    node  operation  value  local partials          gradient
    a                    2                          ∂f/∂a = 2
    b                    1                          ∂f/∂b = 5
    v₁    a + b          3  ∂v₁/∂a = 1, ∂v₁/∂b = 1  ∂f/∂v₁ = 2
    v₂    b + 1          2  ∂v₂/∂b = 1              ∂f/∂v₂ = 3
    f     v₁ × v₂        6  ∂f/∂v₁ = 2, ∂f/∂v₂ = 3  ∂f/∂f = 1
    """
    if not isinstance(output, Value):
        raise OperandError(f"table takes a Value, the output of a graph, got {described(output)}")
    order = topological_order(output)
    labels = Labels(order, with_output(order, names), pretty=True)
    rows = [("node", "operation", "value", "local partials", "gradient")]
    for v, g in zip(order, gradient(output, order)):
        if is_constant(v) and v is not output:
            continue
        name = labels.name(v)
        local = [f"{derivative(name, labels.name(x))} = {number(d)}" for x, d in zip(v.parents, v.partials) if not is_constant(x)]
        rows.append((name, labels.formula(v), number(v.data), ", ".join(local),
                     f"{derivative(labels.name(output), name)} = {number(g)}"))
    return aligned(rows, right=(2,))
