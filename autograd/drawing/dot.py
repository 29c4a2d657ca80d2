"""A graph as DOT: a box for each value, the local partials on the edges, constants as small text.

The same graph gives the same DOT in every run. Labels are plain text with \\n, because the text of HTML tables drifts. `dpi` is
not set, because it breaks the scaling of SVG.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..engine import Value
from ..labels import Labels, is_constant
from ..ops import PEAK
from ..text import number, printable
from .style import FONT, Theme

Marks = Mapping[tuple[Value, int], str]  # the text in red on an edge, by node and operand number


def dot_source(order: Sequence[Value], gradients: Sequence[float], labels: Labels, theme: Theme, *, direction: str = "LR",
               partials: bool = True, title: str | None = None, marks: Marks | None = None) -> str:
    """The DOT of the graph whose last node is the output; `gradients` holds d output / d node for each."""
    dot = _blank(theme, direction, title)
    output = labels.name(order[-1])
    finite = [abs(g) for g in gradients if math.isfinite(g)]
    largest = max(finite, default=0.0)
    number_of: dict[int, str] = {}
    boxes = 0
    for v, g in zip(order, gradients):
        if is_constant(v) and v is not order[-1]:
            continue
        sources = []                                                 # where the edges come from, one for each operand
        for x in v.operands:
            if isinstance(x, Value) and not is_constant(x):
                sources.append(number_of[id(x)])
                continue
            boxes += 1
            sources.append(str(boxes))
            _constant(dot, str(boxes), labels.name(x) if isinstance(x, Value) else number(x, 6), theme)
        boxes += 1
        number_of[id(v)] = str(boxes)
        _box(dot, str(boxes), v, g, output, labels, theme, largest)
        _edges(dot, sources, str(boxes), v, labels, theme, partials, marks or {})
    return str(dot.source)


def _blank(theme: Theme, direction: str, title: str | None) -> Any:
    import graphviz
    graph = {"rankdir": direction, "bgcolor": theme.background, "fontname": FONT, "fontcolor": theme.text, "fontsize": "13",
             "pad": "0.2", "nodesep": "0.3", "ranksep": "0.6"}
    if title:
        graph |= {"label": _escaped(*title.splitlines()), "labelloc": "t"}
    return graphviz.Digraph(
        "autograd", graph_attr=graph,
        node_attr={"fontname": FONT, "fontcolor": theme.text, "fontsize": "12", "shape": "box", "style": "rounded,filled",
                   "color": theme.border, "margin": "0.12,0.06"},
        edge_attr={"fontname": FONT, "fontcolor": theme.quiet_text, "fontsize": "10", "color": theme.edge, "arrowsize": "0.7"})


def _box(dot: Any, key: str, v: Value, gradient: float, output: str, labels: Labels, theme: Theme, largest: float) -> None:
    name, formula = labels.name(v), labels.formula(v)
    lines = [f"{name} = {formula}" if formula else name, f"value {number(v.data)}", f"∂{output}/∂{name} = {number(gradient)}"]
    dot.node(key, label=_escaped(*lines), tooltip=_tooltip(f"{name}: value {v.data!r}, gradient {gradient!r}"), id=f"n{key}",
             fillcolor=theme.fill(gradient, largest), penwidth="1" if formula else "1.8")


def _constant(dot: Any, key: str, text: str, theme: Theme) -> None:
    dot.node(key, label=_escaped(text), shape="plaintext", style="", fontcolor=theme.quiet_text, margin="0.05,0.02",
             height="0.3", width="0.3")


def _edges(dot: Any, sources: Sequence[str], key: str, v: Value, labels: Labels, theme: Theme, partials: bool,
           marks: Marks) -> None:
    local = iter(v.partials)
    for k, (source, x) in enumerate(zip(sources, v.operands)):
        d = next(local) if isinstance(x, Value) else 0.0
        if not isinstance(x, Value) or is_constant(x) or v.op is PEAK:  # the shift of a softmax, which is held constant
            dot.edge(source, key, style="dotted")
            continue
        partial = f"∂{labels.name(v)}/∂{labels.name(x)}"
        label = {"label": _escaped(f" {partial} = {number(d)} ")} if partials else {}
        if (v, k) in marks:
            label = {"label": _escaped(f" {partial} ", f" {marks[v, k]} "), "color": theme.wrong, "fontcolor": theme.wrong,
                     "fontsize": "12", "penwidth": "2.4"}
        dot.edge(source, key, tooltip=_tooltip(f"{partial} = {d!r}"), **label)


def _escaped(*lines: str) -> Any:
    """Lines of plain text as a DOT label. What looks like an escape sequence, an entity or HTML in a name stays plain text."""
    import graphviz
    plain = [printable(line).replace("\\", "\\\\").replace("&", "&amp;") for line in lines]
    return graphviz.nohtml("\\n".join(plain))


def _tooltip(text: str) -> Any:
    """A line of plain text as a tooltip, in which DOT expands what follows a backslash twice."""
    import graphviz
    return graphviz.nohtml(printable(text).replace("&", "&amp;").replace("\\", "\\" * 4))
