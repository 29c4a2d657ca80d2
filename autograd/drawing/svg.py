"""What is added to Graphviz's SVG: a title and a description for screen readers, and colours that follow the reader's system."""

from __future__ import annotations

import html
import re

from ..text import printable
from .scene import Scene
from .style import Theme


def finished(svg: str, scene: Scene, theme: Theme, dark: Theme | None) -> str:
    """An SVG with its title and description; with `dark`, in that theme where the reader's system is dark."""
    title = html.escape(printable(scene.title or "computational graph"))
    parts = [f"<title>{title}</title>", f"<desc>{_description(scene)}</desc>"]
    if dark is not None:
        svg = svg.replace("<svg ", '<svg class="autograd-auto" ', 1)  # its rules are for it, not for a page that it stands in
        parts.append(_both(scene, theme, dark))
    svg = re.sub(r"<title>autograd</title>\n?", "", svg, count=1)
    head = re.search(r"<svg[^>]*>", svg, re.S)
    return svg if head is None else svg[:head.end()] + "\n" + "\n".join(parts) + svg[head.end():]


def _description(scene: Scene) -> str:
    """The picture in words."""
    boxes = [", ".join(box.lines) for box in scene.boxes[:100] if box.kind != "constant"]
    return html.escape(printable("; ".join(boxes)))


def _both(scene: Scene, light: Theme, dark: Theme) -> str:
    """A style sheet that takes each colour of the light theme to that of the dark one."""
    names = ("background", "text", "quiet_text", "border", "edge", "room", "wrong", "active", "unknown")
    pairs = {**{getattr(light, name): getattr(dark, name) for name in names}, **dict(zip(light.paths, dark.paths))}
    fills = {light.fill(box.gradient or 0.0, scene.largest): dark.fill(box.gradient or 0.0, scene.largest) for box in scene.boxes}
    called = {"#ffffff": "white", "#000000": "black"}                 # as Graphviz may write them
    rules = [f'.autograd-auto [{kind}="{name}"]{{{kind}:{other}}}' for kind in ("fill", "stroke")
             for one, other in {**fills, **pairs}.items() for name in (one, called.get(one, one))]
    blank = dark.fill(0.0, 1.0)
    boxes = [f'.autograd-auto .node path[fill="{name}"]{{fill:{blank}}}' for name in ("white", "#ffffff")]
    return f"<style>@media (prefers-color-scheme: dark){{{''.join(dict.fromkeys([*rules, *boxes]))}}}</style>"
