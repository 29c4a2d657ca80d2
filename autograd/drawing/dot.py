"""A scene as DOT, Graphviz's language.

The same graph gives the same DOT in every run. Labels are plain text with \\n, because the text of HTML tables drifts. `dpi` is
not set, because it breaks the scaling of SVG.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from ..text import printable
from .scene import Box, Edge, Room, Scene
from .style import FONT, Theme


def dot_source(scene: Scene, theme: Theme, *, direction: str = "LR", font_size: float = 12.0, legend: bool = False) -> str:
    """The DOT of a scene."""
    dot = _blank(theme, direction, scene, font_size)
    largest = scene.largest
    _room(dot, (), scene.boxes, theme, largest, direction in ("LR", "RL"))
    for k, edge in enumerate(scene.edges):
        _edge(dot, edge, f"e{k}", theme)
    if legend:
        _legend(dot, theme)
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
    dot.node(box.key, **attributes)


def _edge(dot: Any, edge: Edge, name: str, theme: Theme) -> None:
    if edge.kind == "constant":
        dot.edge(edge.source, edge.target, style="dotted")
        return
    attributes = {"id": name}
    if edge.label:
        attributes["label"] = escaped(*[f" {line} " for line in edge.label.splitlines()])
    if edge.kind == "wrong":
        attributes |= {"color": theme.wrong, "fontcolor": theme.wrong, "fontsize": "12", "penwidth": "2.4"}
    elif edge.colours:
        attributes |= {"color": ":".join(edge.colours), "fontcolor": edge.colours[0], "penwidth": f"{2.6 * edge.width:.2g}"}
    if edge.tooltip:
        attributes["tooltip"] = tooltip(edge.tooltip)
    dot.edge(edge.source, edge.target, **attributes)


def _legend(dot: Any, theme: Theme) -> None:
    """What the shades mean, as a small cluster."""
    attributes = {"label": escaped("gradient"), "fontcolor": theme.quiet_text, "color": theme.room, "style": "rounded"}
    shades = {"largest, negative": -1.0, "zero": 0.0, "largest, positive": 1.0}
    if theme.positive == theme.negative:
        shades = {"zero": 0.0, "largest": 1.0}
    with dot.subgraph(name="cluster_legend", graph_attr=attributes) as key:
        for k, (text, g) in enumerate(shades.items()):
            key.node(f"legend{k}", label=escaped(text), fillcolor=theme.fill(g, 1.0), tooltip=tooltip(text), height="0.3")


def escaped(*lines: str) -> Any:
    """Lines of plain text as a DOT label. What looks like an escape sequence, an entity or HTML in a name stays plain text."""
    import graphviz
    plain = [printable(line).replace("\\", "\\\\").replace("&", "&amp;") for line in lines]
    return graphviz.nohtml("\\n".join(plain))


def tooltip(text: str) -> Any:
    """A line of plain text as a tooltip, in which DOT expands what follows a backslash twice."""
    import graphviz
    return graphviz.nohtml(printable(text).replace("&", "&amp;").replace("\\", "\\" * 4))
