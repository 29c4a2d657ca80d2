"""Traversals of a graph: its topological order, the backward sweep, and the parents that gradient flows to.

There are two reverse sweeps. `backward` works in place, on the `grad` of the nodes; training spends its time there. `adjoints`
keeps its results outside the graph, so it works in every arithmetic, and with local partials other than the cached ones.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any, TypeVar, cast

from .errors import OperandError
from .inputs import described
from .node import Node
from .ops import Operation
from .scopes import is_recording

_lock = threading.RLock()                                            # threads may sweep graphs that share nodes, in turn

AnyNode = TypeVar("AnyNode", bound=Node)


def topological_order(*outputs: AnyNode, stop: Container[int] = ()) -> list[AnyNode]:
    """Every node below the outputs, operands before results, in the same order in every run. Nodes whose id() is in `stop` are
    left out, and so is whatever only they lead to."""
    order: list[Node] = []
    entered: set[int] = set()
    stack: list[tuple[Node, bool]] = [(v, False) for v in reversed(outputs)]
    while stack:
        v, finished = stack.pop()
        if finished:
            order.append(v)
        elif id(v) not in entered and id(v) not in stop:
            entered.add(id(v))
            if v._row is None:
                order.append(v)
                continue
            stack.append((v, True))
            p: Node | None = v._a
            q: Node | None = v._b
            if q is not None and id(q) not in entered:
                stack.append((q, False))
            if p is not None and id(p) not in entered:
                stack.append((p, False))
            if p is None and q is None:
                stack.extend([(x, False) for x in reversed(v.parents)])
    return cast("list[AnyNode]", order)


def checked(name: str, output: AnyNode) -> AnyNode:
    """The output of a graph, which must be a Value; `name` is the function that takes it."""
    if not isinstance(output, Node):
        raise OperandError(f"{name} takes a Value, the output of a graph, got {described(output)}")
    return output


# The parents that gradient flows to --------------------------------------------------------------------------------------------

def flow(row: Operation, operands: Sequence[Any], partials: Sequence[Any]) -> list[int]:
    """The positions of the operands that gradient flows to: the Values, but not through a comparison or a condition (FLAT in its
    row), and not to an operand that a row which chooses did not choose."""
    if row.is_plain:
        return [j for j, x in enumerate(operands) if isinstance(x, Node)]
    if row.is_flat:
        return []
    return [j for j, x in enumerate(operands)
            if isinstance(x, Node) and j not in row.flat and (is_recording() or not row.passes_over(j, partials[j]))]


def partials_by_operand(v: Node) -> list[float | None]:
    """The cached local partial by each operand; None for a constant."""
    cached = iter(v.partials)
    return [next(cached) if isinstance(x, Node) else None for x in v.operands]


def connected(v: Node) -> list[float | None]:
    """The cached local partial by each operand; None for a constant and where nothing ever flows, as through a comparison. By an
    operand that a row did not choose it is 0."""
    partials = partials_by_operand(v)
    if v._row is None or v._row.is_plain:
        return partials
    return [None if v._row.is_flat or j in v._row.flat else d for j, d in enumerate(partials)]


def flowing(v: Node) -> list[float | None]:
    """The cached local partial by each operand; None for a constant and where nothing flows."""
    partials = partials_by_operand(v)
    if v._a is not None or v._b is not None or v._row is None:       # in a plain node it flows to all parents
        return partials
    to = set(flow(v._row, v.operands, partials))
    return [d if j in to else None for j, d in enumerate(partials)]


# The sweep in place ------------------------------------------------------------------------------------------------------------

def backward(output: Node, seed: float) -> None:
    """Add seed * d output / d node to the `grad` of every node below the output; interior nodes start from 0.0."""
    with _lock:
        order: list[Node] = []
        if output._row is not None:
            order = _entered(output)
            output._grad = 0.0
        output._grad += seed
        _sweep(order)


def share(v: Node) -> None:
    """Add what a node passes on to the `grad` of its parents."""
    for x, d in zip(v.operands, flowing(v)):
        if isinstance(x, Node) and d is not None:
            x._grad += d * v._grad


def zero_grad(output: Any) -> None:
    """Set the gradients of an output and of every node below it to 0.0.

    Raises OperandError unless it is a Value.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> y = x * x
    >>> y.backward()
    >>> zero_grad(y)
    >>> x.grad
    0.0
    """
    for v in topological_order(checked("zero_grad", output)):
        v._grad = 0.0


def _sweep(order: list[Node]) -> None:
    v: Node
    for v in reversed(order):
        g: float = v._grad
        p: Node | None = v._a
        if p is not None:
            p._grad += v._da * g
        q: Node | None = v._b
        if q is not None:
            q._grad += v._db * g
        elif p is None:
            v._pass_on(g)


def _entered(output: Node) -> list[Node]:
    """The interior nodes below the output, operands before results, with their gradients set to 0.0.

    A node that was entered carries the mark of this sweep, a new object. So marks left behind by other sweeps, finished or
    interrupted, do not count.
    """
    mark: object = object()
    order: list[Node] = []
    stack: list[Node] = []                                           # the path from the output to v
    rest: dict[int, Iterator[Node]] = {}                             # the parents left to enter, of nodes with many operands
    gates: list[Node] = []
    v: Node = output
    v._mark = mark
    while True:
        p: Node | None = v._a
        if p is not None and p._mark is not mark:
            p._mark = mark
            if p._row is not None:
                p._grad = 0.0
                stack.append(v)
                v = p
                continue
        q: Node | None = v._b
        if q is not None:
            if q._mark is not mark:
                q._mark = mark
                if q._row is not None:
                    q._grad = 0.0
                    stack.append(v)
                    v = q
                    continue
        elif p is None:
            x: Node | None = _next_new(v, rest, mark)
            if x is not None:
                x._grad = 0.0
                stack.append(v)
                v = x
                continue
            if v._row is not None and not v._row.is_plain:
                gates.append(v)
        order.append(v)
        if not stack:
            break
        v = stack.pop()
    if gates:
        _silence(gates, mark)
    return order


def _next_new(v: Node, rest: dict[int, Iterator[Node]], mark: object) -> Node | None:
    """The next interior parent of v that the sweep has not entered yet."""
    x: Node
    waiting = (rest.pop(id(v), None) if rest else None) or iter(v._flow())
    for x in waiting:
        if x._mark is not mark:
            x._mark = mark
            if x._row is not None:
                rest[id(v)] = waiting
                return x
    return None


def _silence(nodes: list[Node], mark: object) -> None:
    """Set to 0 the gradients of nodes that are reached only through comparisons or branches not taken."""
    v: Node
    x: Node
    for v in nodes:                                                  # the list grows during the loop
        is_nary: bool = v._a is None and v._b is None and v._row is not None and v._row.is_plain
        parents: tuple[Node, ...] = v._flow() if is_nary else v.parents
        for x in parents:
            if x._mark is not mark and x._row is not None:
                x._mark = mark
                x._grad = 0.0
                nodes.append(x)


# The sweep outside the graph -------------------------------------------------------------------------------------------------

def adjoints(order: Sequence[Node], local: Callable[[Any], Sequence[Any]], times: Callable[[Any, Any], Any],
             plus: Callable[[Any, Any], Any]) -> dict[int, Any]:
    """d output / d node, by id(), for each node that gradient flows to. The output is the last node in the order.

    `local` gives a node's local partials by operand, None where nothing flows. `times` and `plus` are the arithmetic's.
    """
    found: dict[int, Any] = {id(order[-1]): 1.0}
    for v in reversed(order):
        if v._row is None or id(v) not in found:
            continue
        g = found[id(v)]
        for x, d in zip(v.operands, local(v)):
            if d is not None:
                key = id(x)
                found[key] = plus(found[key], times(g, d)) if key in found else times(g, d)
    return found
