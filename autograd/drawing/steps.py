"""The backward sweep as steps: what each adds to which gradient, and what a picture of it shows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ..engine import Value
from ..errors import InputError
from ..labels import Labels, derivative, is_constant
from ..text import counted, listed
from ..traversal import connected, flowing
from .scene import REST, Box, Scene

SINGLE = 40                                                          # edges up to which each is a step of its own
MOST = 400                                                           # steps
NAMED = 4                                                            # operands that a title names


@dataclass(frozen=True)
class Step:
    """One step of a sweep.

    Attributes:
        title: what it does: "∂e/∂b += ∂e/∂c × ∂c/∂b : 3 + 2 × 1 = 5". words: the same without its numbers, which stand between.
        flows: along which edges it goes, each a node's id() and an operand's number.
        gradients: the gradients known after it, by the names of their nodes; of those nodes that have a box of their own.
        values: the names of the nodes whose value is known; in the backward sweep, all.
    """

    title: str
    words: tuple[str, ...]
    gradients: dict[str, float]
    values: frozenset[str] | None = None                             # None: all
    boxes: frozenset[str] = frozenset()                              # keys of the boxes in focus
    edges: frozenset[int] = frozenset()                              # numbers of the edges in focus
    shades: dict[str, float] = field(default_factory=dict)           # the gradient known of each box, by key
    flows: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class _Flow:
    """What flows along one edge: from node v to its operand j."""

    v: Value
    j: int
    x: Value
    before: float
    gradient: float
    partial: float
    after: float


def steps_of(scene: Scene, order: Sequence[Value], labels: Labels, show: Callable[[float], str], forward: bool = False,
             everywhere: bool = False) -> list[Step]:
    """The steps of the sweep through a graph, in the engine's order; with `everywhere`, also where nothing flows at this point
    but may at another, such as the branch that a `where` does not take. Raises InputError if they are too many."""
    return _Steps(scene, order, labels, show, everywhere).all(forward)


class _Steps:

    def __init__(self, scene: Scene, order: Sequence[Value], labels: Labels, show: Callable[[float], str],
                 everywhere: bool) -> None:
        self.everywhere = everywhere
        self.scene, self.order, self.labels, self.show = scene, order, labels, show
        self.output = order[-1]
        self.boxes = {box.key: box for box in scene.boxes}
        self.number = {id(edge): k for k, edge in enumerate(scene.edges)}
        self.between = {(edge.source, edge.target): k for k, edge in enumerate(scene.edges)}
        self.known: dict[int, float] = {}
        self.shades: dict[str, float] = {}
        self.gradients: dict[str, float] = {}

    def all(self, forward: bool) -> list[Step]:
        flows = list(self._flows())
        runs = [[flow] for flow in flows] if len(flows) <= SINGLE else [
            list(run) for _, run in itertools.groupby(flows, key=lambda flow: self.scene.key_of.get(id(flow.v)))]
        before = list(self._forward()) if forward else []
        if len(runs) + len(before) >= MOST:
            raise InputError(f"the sweep would have {len(runs) + len(before):,} steps, more than {MOST}: give a small depth=, so "
                             "that neurons or layers are one step, or sweep a part (any inner node will do as the output)")
        self.known = {id(self.output): 1.0}
        own = derivative(self._name(self.output), self._name(self.output))
        return [*before, self._step([f"{own} = 1"], [], [self.output], []), *[self._run(run) for run in runs]]

    def _name(self, v: Value) -> str:
        return self.labels.name(v)

    def _flows(self) -> Iterator[_Flow]:
        """What flows along each edge, in the order of the sweep; among nodes that are not drawn, it flows unseen."""
        gradients = {id(self.output): 1.0}
        drawn = self.scene.key_of
        for v in reversed(self.order):
            if id(v) not in gradients:
                continue
            for j, d in enumerate(self._along(v)):
                x = v.operands[j]
                if d is None or not isinstance(x, Value) or is_constant(x):
                    continue
                before, g = gradients.get(id(x), 0.0), gradients[id(v)]
                gradients[id(x)] = before + d * g
                if id(v) in drawn or id(x) in drawn:
                    yield _Flow(v, j, x, before, g, d, gradients[id(x)])

    def _along(self, v: Value) -> list[float | None]:
        return connected(v) if self.everywhere else flowing(v)

    # Forward -----------------------------------------------------------------------------------------------------------------

    def _forward(self) -> Iterator[Step]:
        values = {id(v) for v in self.order if v.op is None}
        drawn = [v for v in self.order if v.op is not None and id(v) in self.scene.key_of]
        yield Step("the inputs", ("the inputs",), {}, self._names(values))
        for key, run in itertools.groupby(drawn, key=lambda v: self.scene.key_of[id(v)]):
            nodes = list(run)
            values |= {id(v) for v in nodes}
            edges = frozenset([k for k, edge in enumerate(self.scene.edges) if edge.target == key and edge.kind != "constant"])
            words, numbers = self._computed(nodes)
            yield Step(_sentence(words, numbers), tuple(words), {}, self._names(values), frozenset([key]), edges)

    def _computed(self, nodes: Sequence[Value]) -> tuple[list[str], list[str]]:
        v = nodes[-1]
        if len(nodes) > 1:
            return [f"{self._group(v)}: {counted(len(nodes), 'value')}"], []
        return [f"{self._name(v)} = {self.labels.formula(v)} = ", ""], [self.show(v.data)]

    def _names(self, values: set[int]) -> frozenset[str]:
        return frozenset([self._name(v) for v in self.order if id(v) in values])

    def _group(self, v: Value) -> str:
        box = self.boxes[self.scene.key_of[id(v)]]
        return ".".join([str(scope) for scope in box.room[-1:]] + [box.lines[0]]) if box.kind == "group" else self._name(v)

    # Backward ----------------------------------------------------------------------------------------------------------------

    def _run(self, run: Sequence[_Flow]) -> Step:
        for flow in run:
            self.known[id(flow.x)] = flow.after
        words, numbers = self._single(run[0]) if self._is_single(run) else self._many(run)
        return self._step(words, numbers, [flow.x for flow in run], run)

    def _is_single(self, run: Sequence[_Flow]) -> bool:
        return len(run) == 1 and id(run[0].v) in self.scene.key_of and id(run[0].x) in self.scene.key_of

    def _step(self, words: Sequence[str], numbers: Sequence[str], nodes: Sequence[Value], run: Sequence[_Flow]) -> Step:
        keys = {self.scene.key_of[id(x)] for x in nodes if id(x) in self.scene.key_of}
        for key in keys:
            self._update(self.boxes[key])
        edges = {k for k in [self._edge(flow) for flow in run] if k is not None}
        return Step(_sentence(words, numbers), tuple(words), dict(self.gradients), None, frozenset(keys), frozenset(edges),
                    dict(self.shades), tuple([(id(flow.v), flow.j) for flow in run]))

    def _update(self, box: Box) -> None:
        known = [self.known[id(v)] for v in box.nodes if id(v) in self.known]
        if not known:
            return
        self.shades[box.key] = known[0] if len(box.nodes) == 1 else math.hypot(*known)
        if box.kind != "group":
            self.gradients[self._name(box.nodes[0])] = known[0]

    def _edge(self, flow: _Flow) -> int | None:
        edge = self.scene.edge_of.get((id(flow.v), flow.j))
        if edge is not None:
            return self.number[id(edge)]
        key = self.scene.key_of.get
        return self.between.get((key(id(flow.x), REST), key(id(flow.v), "")))

    def _single(self, flow: _Flow) -> tuple[list[str], list[str]]:
        out, v, x = self._name(self.output), self._name(flow.v), self._name(flow.x)
        old, g, d, new = [self.show(z) for z in (flow.before, flow.gradient, flow.partial, flow.after)]
        rule = f"{derivative(out, x)} += {derivative(out, v)} × {derivative(v, x)} : "
        return [rule, " + ", " × ", " = ", ""], [old, _bracketed(g), _bracketed(d), new]

    def _many(self, run: Sequence[_Flow]) -> tuple[list[str], list[str]]:
        v = run[0].v
        box = self.boxes[self.scene.key_of.get(id(v), REST)]
        if box.kind == "rest":
            return ["the gradient flows back through the nodes that are not drawn"], []
        if box.kind == "group":
            name = box.lines[box.graded].rpartition(" = ")[0]
            return [f"{name} = ", f" flows back through {self._group(v)}"], [self.show(self.shades.get(box.key, 0.0))]
        name = self._name(v)
        names = list(dict.fromkeys([self._name(flow.x) for flow in run]))
        to = listed(names) if len(names) <= NAMED else counted(len(names), "operand")
        return [f"{derivative(self._name(self.output), name)} = ", f" flows from {name} to {to}"], [self.show(run[0].gradient)]


def _sentence(words: Sequence[str], numbers: Sequence[str]) -> str:
    """The words with the numbers between them."""
    return "".join([word + number for word, number in itertools.zip_longest(words, numbers, fillvalue="")])


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith("-") else number
