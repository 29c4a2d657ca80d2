"""A graph as data that a page computes with, and the operations it uses as JavaScript."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

from ... import functions
from ...arithmetic.javascript import Number, Program, function, key_of, rows_in_javascript
from ...engine import Value
from ...errors import DomainError, InputError
from ...expressions.reader import OF_ONE_ITERABLE
from ...labels import Labels, bracketed, is_constant
from ...messages import needed
from ...replay import replay
from ...traversal import topological_order
from ..layout import Layout
from ..scene import Box, Edge, Scene
from ..steps import Step
from ..style import DARK, LIGHT, PRINT, Theme
from .document import readable

MOST = 20_000                                                        # nodes
UNTYPED = ("rrelu", "dot", "maxout", "softmax", "log_softmax", "glu", "cumsum", "iv", "polygamma")  # not in a page's claims
MOST_OPERANDS = 5                                                    # of max, sum and the like in a claim


def data_of(order: Sequence[Value], scene: Scene, labels: Labels, steps: Sequence[Step], theme: str) -> dict[str, Any]:
    """All that a page knows: the nodes, where each stands in the picture, and the steps of the sweep."""
    if len(order) > MOST:
        raise InputError(f"the page would compute {len(order):,} nodes, more than {MOST:,}: make one of a part of the graph (any "
                         "inner node will do as its output)")
    place = {id(v): k for k, v in enumerate(order)}
    ends = {id(edge): (place[v], j) for (v, j), edge in scene.edge_of.items() if j >= 0}
    return {"nodes": [_node(k, v, labels, place) for k, v in enumerate(order)],
            "inputs": _inputs(order, scene),
            "boxes": [_box(box, place) for box in scene.boxes],
            "edges": [_edge(edge, ends.get(id(edge))) for edge in scene.edges],
            "steps": [_step(step, scene, place) for step in steps],
            "themes": {name: _theme(one) for name, one in (("light", LIGHT), ("dark", DARK), ("print", PRINT))}, "theme": theme}


def _inputs(order: Sequence[Value], scene: Scene) -> list[int]:
    """The inputs, those first that have a box of their own."""
    own = {id(box.nodes[0]) for box in scene.boxes if len(box.nodes) == 1 and box.kind != "group"}
    inputs = [k for k, v in enumerate(order) if v.op is None and not is_constant(v)]
    return sorted(inputs, key=lambda k: id(order[k]) not in own)


def _node(k: int, v: Value, labels: Labels, place: Mapping[int, int]) -> dict[str, Any]:
    name = labels.known(v) or f"node {k}"
    node: dict[str, Any] = {"name": name, "bracketed": bracketed(name), "value": _text(v.data)}
    if v.name and v.name != name:
        node["alias"] = v.name
    if v.op is not None:
        is_named = all([labels.known(x) is not None for x in (v, *v.parents)])
        node |= {"row": key_of((v.op, len(v.operands))), "formula": labels.formula(v) if is_named else "",
                 "operands": [place[id(x)] if isinstance(x, Value) else _text(x) for x in v.operands]}
        if needs := needed(v.op):
            node["needs"] = needs
    return node


def _text(x: float) -> str:
    """A float as JavaScript's Number() reads it; JSON has no infinities."""
    return repr(float(x)).replace("inf", "Infinity").replace("nan", "NaN")


def _box(box: Box, place: Mapping[int, int]) -> dict[str, Any]:
    has_value = len(box.lines) > 1 and box.lines[1].startswith("value ")
    return {"key": box.key, "nodes": [place[id(v)] for v in box.nodes], "value": "value " if has_value else "",
            "graded": box.graded, "gradient": _before_number(box.lines[box.graded]) if box.graded > 0 else ""}


def _edge(edge: Edge, ends: tuple[int, int] | None) -> dict[str, Any] | None:
    return None if ends is None else {"node": ends[0], "operand": ends[1], "words": _before_number(edge.label)}


def _before_number(text: str) -> str:
    """ "∂e/∂b = " for "∂e/∂b = 5"."""
    return f"{text.rpartition(' = ')[0]} = " if " = " in text else ""


def _step(step: Step, scene: Scene, place: Mapping[int, int]) -> dict[str, Any]:
    boxes = {box.key: box for box in scene.boxes}
    kind, shown = ("words", "edge")[len(step.words) > 2], None
    if len(step.words) == 2:
        source = boxes[scene.key_of[step.flows[0][0]]]
        kind, shown = ("group" if source.kind == "group" else "node"), place[id(source.nodes[0])]
    return {"words": step.words, "kind": kind, "box": shown, "flows": [(place[v], j) for v, j in step.flows],
            "boxes": sorted(step.boxes), "edges": sorted(step.edges)}


def _theme(theme: Theme) -> dict[str, Any]:
    return {"blank": theme.blank, "positive": theme.positive, "negative": theme.negative, "unknown": theme.unknown}


def roomy(scene: Scene, longest: str) -> Scene:
    """The scene with the longest number in each place that will hold one."""
    boxes = []
    for box in scene.boxes:
        lines = [f"value {longest}" if k == 1 and line.startswith("value ") else f"{_before_number(line)}{longest}"
                 if k == box.graded else line for k, line in enumerate(box.lines)]
        boxes.append(replace(box, lines=lines))
    edges = [replace(edge, label=f"{_before_number(edge.label)}{longest}" if edge.label else "") for edge in scene.edges]
    return Scene(boxes, edges, None, scene.straight)


def picture(layout: Layout) -> str:
    """The SVG of a page, whose boxes can be chosen; on a narrow screen it does not shrink beyond what can be read."""
    layout.root.set("role", "group")
    layout.root.set("aria-label", "the graph")
    layout.root.set("style", readable(layout))
    for part in layout.root.iter():
        for name in [name for name in part.attrib if name.endswith(("}title", "}href"))]:
            del part.attrib[name]
    return f'<div class="picture">{layout.text()}</div>'


def operations_of(order: Sequence[Value]) -> str:
    """The operations of a graph, and the functions that a claim may use, as JavaScript: `rows` and `functions`."""
    rows = {(v.op, len(v.operands)) for v in order if v.op is not None}
    return f"const rows = {rows_in_javascript(rows)};\nconst functions = {_functions()};\n"


@cache
def _functions() -> str:
    """Our functions by name and number of operands, each as the table computes it."""
    entries = []
    for name in [name for name in functions.__all__ if name not in UNTYPED]:
        composed = [f"{count}: {_composed(name, count)}" for count in _counts(name)]
        entries.append(f"{name}: {{{', '.join(composed)}}}")
    return "{\n" + ",\n".join(entries) + "\n}"


def _counts(name: str) -> Sequence[int]:
    """How many operands a function may be given: with and without those that have a default."""
    if name in OF_ONE_ITERABLE:
        return range(1, MOST_OPERANDS + 1)
    parameters = [p for p in inspect.signature(getattr(functions, name)).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    return sorted({len(parameters), len([p for p in parameters if p.default is p.empty])})


def _composed(name: str, count: int) -> str:
    """A function that is recorded once, at a point where it has a value, and replayed in the arithmetic of JavaScript."""
    f = getattr(functions, name)
    for first, step in ((0.25, 1.0), (1.25, 1.0), (1.25, -0.5)):     # inside acosh's domain is outside asin's
        leaves = [Value(first + k * step) for k in range(count)]
        try:
            order = topological_order(f(leaves) if name in OF_ONE_ITERABLE else f(*leaves))
        except DomainError:
            continue
        return function([f"x{k}" for k in range(count)], partial(_replayed, order, leaves))
    raise AssertionError(f"{name} has no value at these points")


def _replayed(order: Sequence[Value], leaves: Sequence[Value], m: Program, xs: Sequence[Number]) -> Number:
    known = dict(zip(leaves, xs))
    result: Number = replay(m, [v for v in order if v not in known], known)[order[-1]]
    return result
