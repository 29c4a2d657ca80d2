"""A sweep as one HTML file: the picture, its steps, and buttons to walk through them."""

from __future__ import annotations

import html

from ...text import printable
from ..stills import Stills
from .document import document, readable


def sweep_page(stills: Stills, title: str, theme: str) -> str:
    """The HTML of a sweep."""
    steps = [{"title": step.title, "patches": stills.patches(step)} for step in stills.steps]
    svg = stills.layout.text().replace("<svg ", f'<svg style="{readable(stills.layout)}" ', 1)
    body = f'<h1>{html.escape(printable(title))}</h1>\n<div class="picture">{svg}</div>'
    return document(title, "sweep", body, steps, "showSweep(root, data);\n", theme)
