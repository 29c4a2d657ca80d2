"""A scene as Mermaid text, which GitHub and many editors draw."""

from __future__ import annotations

import html
from collections.abc import Sequence

from ..text import printable
from .scene import Box, Edge, Room, Scene
from .style import Theme

SHAPES = {"constant": ('["', '"]'), "operator": ('(("', '"))'), "group": ('[["', '"]]')}


def mermaid_source(scene: Scene, theme: Theme, *, direction: str = "LR") -> str:
    """The Mermaid flowchart of a scene."""
    lines = [f"flowchart {direction}"]
    if scene.title:
        lines = ["---", f"title: {_quoted(scene.title)}", "---", *lines]
    _room(lines, (), scene.boxes, "  ")
    for edge in scene.edges:
        lines.append(f"  {_arrow(edge)}")
    for box in scene.boxes:
        if box.gradient is not None:
            fill = theme.fill(box.gradient, scene.largest)
            border = theme.border if box.is_finite else theme.wrong
            lines.append(f"  style n{box.key} fill:{fill},stroke:{border},color:{theme.text}")
    return "\n".join(lines) + "\n"


def _room(lines: list[str], room: Room, boxes: Sequence[Box], indent: str) -> None:
    waiting: dict[Room, list[Box]] = {}
    for box in boxes:
        if box.room == room:
            left, right = SHAPES.get(box.kind, ('("', '")'))
            lines.append(f"{indent}n{box.key}{left}{'<br/>'.join([_text(line) for line in box.lines])}{right}")
        else:
            waiting.setdefault(box.room[:len(room) + 1], []).append(box)
    for inner, inside in waiting.items():
        lines.append(f'{indent}subgraph room{inside[0].key}_{len(inner)}["{_text(inner[-1].name)}"]')
        _room(lines, inner, inside, indent + "  ")
        lines.append(f"{indent}end")


def _arrow(edge: Edge) -> str:
    if edge.kind == "constant":
        return f"n{edge.source} -.-> n{edge.target}"
    arrow = "==>" if edge.kind == "wrong" or edge.colours else "-->"
    text = "<br/>".join([_text(line.strip()) for line in edge.label.splitlines()])
    return f'n{edge.source} {arrow}|"{text}"| n{edge.target}' if text else f"n{edge.source} {arrow} n{edge.target}"


def _text(text: str) -> str:
    """Plain text as a Mermaid label: quotes, HTML and its own signs as entities."""
    return html.escape(printable(text)).replace("&#x27;", "'").replace("`", "#96;").replace("#", "&num;").replace("\\", "&#92;")


def _quoted(title: str) -> str:
    plain = printable(title).translate({ord("<"): "‹", ord(">"): "›"})             # a title knows no entities
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
