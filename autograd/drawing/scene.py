"""What a picture shows, before it is drawn: boxes, edges, rooms and their texts. dot.py and mermaid.py write it down."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..engine import Value
from ..labels import Labels, derivative, is_constant
from ..ops import PEAK
from ..scopes import Scope
from ..text import counted, number
from ..traversal import partials_by_operand

Room = tuple[Scope, ...]                                             # the scopes around a box, from the outside in
NUMBERS_FROM = 13                                                    # boxes from which edges carry numbers alone
BARE_FROM = 120                                                      # boxes from which edges carry nothing
OPERATOR = -1                                                        # in place of an operand's number
REST = "1"                                                           # the key of the box for what is not drawn


@dataclass
class Box:
    """A box.

    Attributes:
        kind: "value" or "leaf"; "constant" or "operator"; "group", a closed room; "neuron"; "rest", for what is not drawn.
        key: its name in the picture's own language. lines: what stands in it; the gradient's line is the one numbered `graded`.
        gradient: what shades it; None for none. column: boxes of one column stand below each other, in their order.
        nodes: those whose gradient it shows; of a closed room, its outputs.
    """

    key: str
    lines: list[str]
    tooltip: str = ""
    gradient: float | None = None
    graded: int = -1
    kind: str = "value"
    room: Room = ()
    highlighted: bool = False
    column: str = ""
    nodes: tuple[Value, ...] = ()

    @property
    def is_finite(self) -> bool:
        """Whether its values and its gradient are neither infinite nor NaN."""
        return all([math.isfinite(v.data) for v in self.nodes]) and math.isfinite(self.gradient or 0.0)


@dataclass
class Edge:
    """An arrow. `kind`: "plain", "constant" (nothing flows), "wrong" (in red). `partial`: its local partial, "∂e/∂d".
    `colours`: those of the paths along it. `negative`: whether what it shows, a weight or a share of a derivative, is."""

    source: str
    target: str
    label: str = ""
    tooltip: str = ""
    kind: str = "plain"
    partial: str = ""
    colours: list[str] = field(default_factory=list)
    width: float = 1.0
    negative: bool = False


@dataclass
class Scene:
    """Boxes and edges, in an order that is the same in every run.

    Attributes:
        straight: whether edges are straight lines. key_of: the box in which a node is, by its id(). edge_of: the edge to a node
            from an operand, by the node's id() and the operand's number; OPERATOR for that from the node's operator.
    """

    boxes: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    title: str | None = None
    straight: bool = False
    key_of: dict[int, str] = field(default_factory=dict)
    edge_of: dict[tuple[int, int], Edge] = field(default_factory=dict)

    @cached_property
    def largest(self) -> float:
        """The largest gradient, in size: the darkest box."""
        return max([abs(b.gradient) for b in self.boxes if b.gradient is not None and math.isfinite(b.gradient)], default=0.0)


@dataclass
class Plan:
    """What is drawn of a graph: `order`, its nodes; `rooms` by id(); `groups`, the nodes that share a box; how many it leaves
    out."""

    order: list[Value]
    rooms: dict[int, Room]
    groups: dict[int, Room] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True)
class Style:
    """What is written where; see `draw`."""

    partials: str | bool | None = None
    gradients: bool = True
    constants: bool = False
    operators: bool = False
    show: Callable[[float], str] = number


def scene_of(plan: Plan, gradients: Mapping[int, float], labels: Labels, style: Style) -> Scene:
    """The scene of what a plan draws of a graph, whose last node is the output; `gradients` has d output / d node by id()."""
    return _Builder(plan, gradients, labels, style).scene


class _Builder:

    def __init__(self, plan: Plan, gradients: Mapping[int, float], labels: Labels, style: Style) -> None:
        self.gradients, self.labels, self.style = gradients, labels, style
        self.order, self.rooms, self.groups = order, _, groups = plan.order, plan.rooms, plan.groups
        self.output = labels.name(order[-1])
        self.scene = Scene()
        self.members: dict[Room, list[Value]] = {}
        self.drawn = {id(v) for v in order}
        for v in order:
            if id(v) in groups:
                self.members.setdefault(groups[id(v)], []).append(v)
        if plan.left_out:
            self.scene.boxes.append(Box(REST, [f"… {plan.left_out:,} more"], "nodes that are not drawn", kind="rest"))
        self.partials = self._partials()
        self.connected: set[tuple[str, str]] = set()
        for v in order:
            if id(v) in groups:
                self._group(v)
            elif not is_constant(v) or v is order[-1]:
                self._value(v)
        self._line_up()

    def _partials(self) -> str | bool:
        """How edges are labelled: "full", "numbers" or False; by default by how much room there is."""
        if self.style.partials is not None:
            return "full" if self.style.partials is True else self.style.partials
        count = len([v for v in self.order if id(v) not in self.groups and not is_constant(v)]) + len(self.members)
        return False if count >= BARE_FROM else "numbers" if count >= NUMBERS_FROM else "full"

    def _key(self) -> str:
        return str(len(self.scene.boxes) + 1)

    def _short(self, text: str, room: Room) -> str:
        """A text in which the names of what is in the room are short: w[0] for layer1.neuron2.w[0]."""
        return text.replace(f"{room[-1]}.", "") if room and str(room[-1]) else text

    # Boxes -------------------------------------------------------------------------------------------------------------------

    def _value(self, v: Value) -> None:
        sources = [self._source(v, x) for x in v.operands]
        room, g = self.rooms.get(id(v), ()), self.gradients.get(id(v), 0.0)
        name, formula = self._short(self.labels.name(v), room), self._short(self.labels.formula(v), room)
        if self.style.operators and v.op is not None:
            self._operator(v, sources, room)
            sources, formula = [], ""
        is_spelled = formula in (name, name[1:-1])                   # a name that is the formula itself: (a + b)
        lines = [f"{name} = {formula}" if formula and not is_spelled else formula or name, f"value {self.style.show(v.data)}"]
        graded = -1
        if self.style.gradients:
            graded = len(lines)
            lines.append(f"{derivative(self._short(self.output, room), name)} = {self.style.show(g)}")
        box = Box(self._key(), lines, f"{self.labels.name(v)}: value {v.data!r}, gradient {g!r}", g, graded,
                  "value" if v.op else "leaf", room, nodes=(v,))
        self.scene.boxes.append(box)
        self.scene.key_of[id(v)] = box.key
        if self.style.operators and v.op is not None:
            self.scene.edges.append(Edge(str(int(box.key) - 1), box.key))
            self.scene.edge_of[id(v), OPERATOR] = self.scene.edges[-1]
        for j, source in enumerate(sources):
            self._edge(v, j, source, box.key)

    def _operator(self, v: Value, sources: Sequence[str | None], room: Room) -> None:
        """A round box with the operation, between a value and its operands."""
        assert v.op is not None
        sign = {"*": "×", "/": "÷", "-": "−"}.get(v.op.symbol, v.op.symbol) or v.op.name
        box = Box(self._key(), [sign], str(v.op), kind="operator", room=room)
        self.scene.boxes.append(box)
        for j, source in enumerate(sources):
            self._edge(v, j, source, box.key)

    def _source(self, v: Value, x: object) -> str | None:
        """The box from which an operand's edge comes; None for none."""
        if isinstance(x, Value) and not is_constant(x):
            return self.scene.key_of[id(x)] if id(x) in self.drawn else REST
        if not self.style.constants and not (self.style.operators and v.op is not None):
            return None
        text = self.labels.name(x) if isinstance(x, Value) else number(float(x), 6)  # type: ignore[arg-type]
        self.scene.boxes.append(Box(self._key(), [text], kind="constant", room=self.rooms.get(id(v), ())))
        return self.scene.boxes[-1].key

    def _group(self, v: Value) -> None:
        """The box of a group, when its first member comes; its members' edges from elsewhere lead to it."""
        room = self.groups[id(v)]
        members = self.members[room]
        if id(v) not in self.scene.key_of:
            box = self._group_box(room, members)
            self.scene.boxes.append(box)
            self.scene.key_of.update({id(w): box.key for w in members})
        for x in v.operands:
            source = self.scene.key_of.get(id(x)) if isinstance(x, Value) else None
            self._join(source, self.scene.key_of[id(v)])

    def _group_box(self, room: Room, members: Sequence[Value]) -> Box:
        inside = {id(w) for w in members}
        leaves = [w for w in members if w.op is None]
        used = {id(x) for w in self.order if id(w) not in inside for x in w.parents}
        outputs = [w for w in members if w.op is not None and (id(w) in used or w is self.order[-1])]
        lines = [room[-1].name or "model"]
        gradient = math.hypot(*[self.gradients.get(id(w), 0.0) for w in outputs])
        graded = -1
        if len(outputs) == 1:
            gradient = self.gradients.get(id(outputs[0]), 0.0)
            lines.append(f"value {self.style.show(outputs[0].data)}")
        else:
            lines.append(counted(len(outputs), "output"))
        if self.style.gradients:
            graded = len(lines)
            text = f"∂{self.output}/∂out" if len(outputs) == 1 else f"|∂{self.output}/∂out|"
            lines.append(f"{text} = {self.style.show(gradient)}")
        parameters = f", {counted(len(leaves), 'parameter')}" if leaves else ""
        lines.append(f"{counted(len(members) - len(leaves), 'node')}{parameters}")
        return Box(self._key(), lines, f"{room[-1]}: {lines[-1]}", gradient, graded, "group", room[:-1],
                   nodes=tuple(outputs))

    def _line_up(self) -> None:
        """Closed rooms next to each other, such as the neurons of a layer, stand below each other in their order."""
        rooms: dict[Room, list[Box]] = {}
        for box in self.scene.boxes:
            if box.kind == "group" and box.room:
                rooms.setdefault(box.room, []).append(box)
        for boxes in rooms.values():
            keys = {box.key for box in boxes}
            if any([edge.source in keys and edge.target in keys for edge in self.scene.edges]):
                continue
            places = [k for k, box in enumerate(self.scene.boxes) if box.key in keys]
            for k, box in zip(places, sorted(boxes, key=lambda box: _by_number(box.lines[0]))):
                self.scene.boxes[k] = box
                box.column = boxes[0].key

    # Edges -------------------------------------------------------------------------------------------------------------------

    def _join(self, source: str | None, target: str) -> None:
        """A bare edge between boxes of which one is a group, once."""
        if source is not None and source != target and (source, target) not in self.connected:
            self.connected.add((source, target))
            self.scene.edges.append(Edge(source, target))

    def _edge(self, v: Value, j: int, source: str | None, target: str) -> None:
        x = v.operands[j]
        if source is None:
            return
        if isinstance(x, Value) and not is_constant(x) and (id(x) in self.groups or id(x) not in self.drawn):
            self._join(source, target)
            return
        d = partials_by_operand(v)[j]
        if not isinstance(x, Value) or is_constant(x) or v.op is PEAK or d is None:  # PEAK: the shift of a softmax, held constant
            self.scene.edges.append(Edge(source, target, kind="constant"))
            return
        room = self.rooms.get(id(v), ())
        partial = derivative(self.labels.name(v), self.labels.name(x))
        label = ""
        if self.partials == "full":
            label = f"{self._short(partial, room)} = {self.style.show(d)}"
        elif self.partials == "numbers":
            label = self.style.show(d)
        edge = Edge(source, target, label, f"{partial} = {d!r}", partial=partial)
        self.scene.edges.append(edge)
        self.scene.edge_of[id(v), j] = edge


def _by_number(name: str) -> list[str | int]:
    """A key that sorts neuron10 after neuron9."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", name)]
