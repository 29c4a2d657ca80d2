"""Where an infinity or a NaN comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .messages import spelled
from .node import Node
from .traversal import checked, flowing, topological_order


@dataclass(frozen=True)
class Nonfinite:
    """The first node of a graph whose value or gradient is infinite or NaN. `str()` of it is the explanation.

    Attributes:
        node: the Value. what: "value" or "gradient". number: the infinity or NaN.
        child: for a gradient, the node computed from `node` through which it arrived.
        factors: the child's gradient, and its local partial with respect to `node`; their product is the number, or made the sum
            overflow.
    """

    node: Node
    what: str
    number: float
    child: Node | None = None
    factors: tuple[float, float] | None = None

    def __str__(self) -> str:
        if self.child is not None and self.factors is not None:
            return self._of_gradient(self.child, *self.factors)
        v = self.node
        if self.what == "gradient":
            return f"the gradient of {spelled(v)} is {self.number}: that is the seed of the sweep"
        if v.op is None:
            return f"the leaf {spelled(v)} is {self.number}{_inside(v)}: that is the value it was given"
        operands = [x for x in dict.fromkeys(v.operands) if isinstance(x, Node) and (x.name or x.op is not None)]
        where = ", ".join([f"{spelled(x)} = {x.data!r}" for x in operands])
        return f"{spelled(v)} is {self.number}{_inside(v)}" + (f", where {where}" if where else "")

    def _of_gradient(self, child: Node, g: float, d: float) -> str:
        node, through = spelled(self.node), spelled(child)
        partial = f"its local partial with respect to {node} is {d} at {node} = {self.node.data!r}{_inside(child)}"
        if math.isfinite(g * d):
            story = f"the sum of its contributions is too large for a float, once that of {through} is added"
        elif g * d != g * d:
            story = f"{g} × {d} is undefined. The gradient of {through} is {g}, and {partial}"
        else:
            story = f"the gradient of {through} is {g}, and {partial}"
        return f"the gradient of {node} is {self.number}: {story}"


def find_nonfinite(output: Node, seed: float = 1.0) -> Nonfinite | None:
    """Find where the first infinity or NaN appears in the graph of an output: the first node, in the order of computation, whose
    value is not finite; if all values are, the first whose gradient is not, in the order of the backward sweep. Returns a
    Nonfinite, or None if everything is finite. `seed` is the gradient of the output. It touches no `.grad`. Raises OperandError
    unless the output is a Value.

    >>> from autograd import Value, sqrt
    >>> x = Value(0.0, name="x")
    >>> print(find_nonfinite(sqrt(x * x) ** 2))                      # doctest: +ELLIPSIS
    the gradient of x*x is nan: 0.0 × inf is undefined. The gradient of sqrt(x*x) is 0.0, and its local partial ... is inf at ...
    """
    order = topological_order(checked("find_nonfinite", output))
    for v in order:
        if not math.isfinite(v.data):
            return Nonfinite(v, "value", v.data)
    gradients = {id(output): seed}
    if not math.isfinite(seed):
        return Nonfinite(output, "gradient", seed)
    for v in reversed(order):
        if id(v) not in gradients:
            continue
        g = gradients[id(v)]
        for x, d in zip(v.operands, flowing(v)):
            if isinstance(x, Node) and d is not None:
                total = gradients.get(id(x), 0.0) + d * g
                if not math.isfinite(total):
                    return Nonfinite(x, "gradient", total, v, (g, d))
                gradients[id(x)] = total
    return None


def _inside(v: Node) -> str:
    return f", in {v.scope}" if v.scope is not None and str(v.scope) else ""
