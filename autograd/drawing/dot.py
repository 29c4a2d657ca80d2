"""A scene as DOT, Graphviz's language.

The same graph gives the same DOT in every run. Labels are plain text with \\n, because the text of HTML tables drifts. `dpi` is
not set, because it breaks the scaling of SVG.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..text import number, printable
from .scene import Box, Edge, Room, Scene
from .style import FONT, Theme

SHARED = 4                                                           # arrows from a box that uses may be far from


def dot_source(scene: Scene, theme: Theme, *, direction: str = "LR", font_size: float = 12.0, legend: bool = False) -> str:
    """The DOT of a scene."""
    dot = _blank(theme, direction, scene, font_size)
    largest = scene.largest
    _room(dot, (), scene.boxes, theme, largest, direction in ("LR", "RL"))
    uses = Counter([edge.source for edge in scene.edges])
    for k, edge in enumerate(scene.edges):
        _edge(dot, edge, f"e{k}", theme, uses[edge.source] > SHARED)
    if legend:
        _legend(dot, scene, theme, font_size)
    return str(dot.source)


def _blank(theme: Theme, direction: str, scene: Scene, size: float) -> Any:
    import graphviz
    graph = {"rankdir": direction, "bgcolor": theme.background, "fontname": FONT, "fontcolor": theme.text,
             "fontsize": f"{size + 1:g}", "pad": "0.2", "nodesep": "0.3", "ranksep": "0.6"}
    if scene.title:
        graph |= {"label": escaped(*scene.title.splitlines()), "labelloc": "t"}
    if scene.straight:
        graph |= {"splines": "line", "ranksep": "1"}
    if any([box.column and box.room for box in scene.boxes]):        # the second round would break up the columns
        graph["remincross"] = "false"
    return graphviz.Digraph(
        "autograd", graph_attr=graph,
        node_attr={"fontname": FONT, "fontcolor": theme.text, "fontsize": f"{size:g}", "shape": "box", "style": "rounded,filled",
                   "color": theme.border, "margin": "0.12,0.06"},
        edge_attr={"fontname": FONT, "fontcolor": theme.quiet_text, "fontsize": f"{size - 2:g}", "color": theme.edge,
                   "arrowsize": "0.7"})


def _room(dot: Any, room: Room, boxes: Sequence[Box], theme: Theme, largest: float, sideways: bool) -> None:
    """The boxes of a room, and the rooms within it as clusters, in the order in which they come."""
    waiting: dict[Room, list[Box]] = {}
    column: dict[str, list[str]] = {}                                # boxes that stand below each other, in their order
    for box in boxes:
        if box.room != room:
            waiting.setdefault(box.room[:len(room) + 1], []).append(box)
            continue
        _box(dot, box, theme, largest)
        if box.column:
            column.setdefault(box.column, []).append(box.key)
    for keys in column.values():
        if len(keys) > 1:
            with dot.subgraph(graph_attr={"rank": "same"}) as same:
                for one, other in itertools.pairwise(keys[::-1] if room and sideways else keys):   # in a cluster they run upwards
                    same.edge(one, other, style="invis", weight="100")
    for inner, inside in waiting.items():
        outermost = len(room) == 0
        attributes = {"label": escaped(inner[-1].name), "fontcolor": theme.quiet_text, "color": theme.room, "labeljust": "l",
                      "style": "rounded,dashed" if outermost else "rounded", "margin": "10", "labelloc": "t"}
        with dot.subgraph(name=f"cluster_{inside[0].key}_{len(inner)}", graph_attr=attributes) as cluster:
            _room(cluster, inner, inside, theme, largest, sideways)


def _box(dot: Any, box: Box, theme: Theme, largest: float) -> None:
    label = escaped(*box.lines)
    if box.kind == "constant":
        dot.node(box.key, label=label, shape="plaintext", style="", fontcolor=theme.quiet_text, margin="0.05,0.02", height="0.3",
                 width="0.3")
        return
    attributes = {"label": label, "tooltip": tooltip(box.tooltip), "id": f"n{box.key}"}
    attributes["fillcolor"] = theme.fill(0.0 if box.gradient is None else box.gradient, largest)
    attributes["penwidth"] = "1.8" if box.kind == "leaf" else "1"
    if theme.is_grey:
        attributes["style"] = _look(theme, box.gradient)
    if box.kind == "operator":
        attributes |= {"shape": "circle", "style": "filled", "margin": "0.02", "fillcolor": theme.background}
    if box.kind == "neuron":
        attributes |= {"shape": "circle", "style": "filled", "width": "0.7", "fixedsize": "true", "margin": "0"}
    if box.kind == "group":
        attributes["peripheries"] = "2"
    if box.kind == "rest":
        attributes |= {"style": "rounded,dashed", "fontcolor": theme.quiet_text}
    if box.highlighted:
        attributes |= {"color": theme.active, "penwidth": "2.6"}
    if not box.is_finite:
        attributes |= {"color": theme.wrong, "penwidth": "2.6"}
    dot.node(box.key, **attributes)


def _edge(dot: Any, edge: Edge, name: str, theme: Theme, shared: bool) -> None:
    if edge.kind == "constant":
        dot.edge(edge.source, edge.target, style="dotted")
        return
    attributes = {"id": name}
    if shared:
        attributes["weight"] = "0"                                   # what is used everywhere draws nothing towards itself
    if edge.label:
        attributes["label"] = escaped(*[f" {line} " for line in edge.label.splitlines()])
    if edge.kind == "wrong":
        attributes |= {"color": theme.wrong, "fontcolor": theme.wrong, "fontsize": "12", "penwidth": "2.4"}
    elif edge.colours:
        label = edge.colours[0] if len(set(edge.colours)) == 1 else theme.text
        attributes |= {"color": ":".join(edge.colours), "fontcolor": label, "penwidth": f"{2.6 * edge.width:.2g}"}
        if theme.is_grey and edge.negative:
            attributes["style"] = "dashed"
    if edge.tooltip:
        attributes["tooltip"] = tooltip(edge.tooltip)
    dot.edge(edge.source, edge.target, **attributes)


def _legend(dot: Any, scene: Scene, theme: Theme, size: float) -> None:
    """What the colours mean, as a small cluster: shades of the gradients that there are; in a network, colours of edges."""
    attributes = {"label": escaped("edges" if scene.straight else "gradient"), "fontcolor": theme.quiet_text, "color": theme.room,
                  "style": "rounded", "fontsize": f"{size - 3:g}", "margin": "6"}
    with dot.subgraph(name="cluster_legend", graph_attr=attributes) as key:
        key.attr("node", fontsize=f"{size - 3:g}", height="0.2", width="0.4", margin="0.08,0.03")
        if scene.straight:
            for k, text in enumerate(("positive", "negative")):
                key.node(f"legend{k}", label=text, color=theme.paths[k], fillcolor=theme.background, penwidth="2",
                         style=_look(theme, -float(k)))
            return
        gradients = [box.gradient for box in scene.boxes if box.gradient is not None]
        shades = {-scene.largest: any([g < 0.0 for g in gradients]), 0.0: True, scene.largest: any([g > 0.0 for g in gradients])}
        for k, g in enumerate([g for g, is_there in shades.items() if is_there]):
            key.node(f"legend{k}", label=escaped(number(g)), fillcolor=theme.fill(g, scene.largest), tooltip="a gradient",
                     style=_look(theme, g))


def _look(theme: Theme, gradient: float | None) -> str:
    """The style of a box. Without colours, a broken border marks a negative gradient."""
    return "rounded,filled,dashed" if theme.is_grey and (gradient or 0.0) < 0.0 else "rounded,filled"


def escaped(*lines: str) -> Any:
    """Lines of plain text as a DOT label. What looks like an escape sequence, an entity or HTML in a name stays plain text."""
    import graphviz
    plain = [printable(line).replace("\\", "\\\\").replace("&", "&amp;") for line in lines]
    return graphviz.nohtml("\\n".join(plain))


def tooltip(text: str) -> Any:
    """A line of plain text as a tooltip, in which DOT expands what follows a backslash twice."""
    import graphviz
    return graphviz.nohtml(printable(text).replace("&", "&amp;").replace("\\", "\\" * 4))
