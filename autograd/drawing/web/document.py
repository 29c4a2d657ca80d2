"""One HTML file that fetches nothing: style, data and script."""

from __future__ import annotations

import html
import json
from functools import cache
from importlib import resources
from typing import Any

from ...text import printable
from ..layout import Layout
from ..style import DARK, THEMES, Theme

DOCUMENT = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>%(title)s</title>
<style>
%(style)s</style>
</head>
<body>
<main class="autograd %(kind)s">
%(body)s
</main>
<script type="application/json" id="data">%(data)s</script>
<script type="module">
%(script)s</script>
</body>
</html>
"""
READ_DATA = 'const root = document.querySelector("main"), data = JSON.parse(document.getElementById("data").textContent);\n'


@cache
def source(name: str) -> str:
    """One of the files of this room."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def document(title: str, kind: str, body: str, data: Any, script: str, theme: str) -> str:
    """A page. Text from names is data in it, never markup or code."""
    style = f"{variables(theme, ':root')}body {{ background: var(--background); margin: 0 }}\n{source('autograd.css')}"
    return DOCUMENT % {"title": html.escape(printable(title)), "style": style, "kind": kind, "body": body,
                       "data": in_json(data), "script": f"{source('autograd.js')}\n{READ_DATA}{script}"}


def readable(layout: Layout) -> str:
    """The style of a picture that does not shrink beyond what can be read."""
    return f"min-width: {0.9 * layout.width:.0f}px"


def in_json(data: Any) -> str:
    """Data as JSON that may stand in a script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def variables(theme: str, where: str) -> str:
    """The colours of a theme, as variables of CSS; for "auto", light or dark as the reader's system has it."""
    own = f"{where} {{ {_variables(THEMES[theme])} }}\n"
    return own + (f"@media (prefers-color-scheme: dark) {{ {where} {{ {_variables(DARK)} }} }}\n" if theme == "auto" else "")


def _variables(theme: Theme) -> str:
    colours = {"background": theme.background, "text": theme.text, "quiet": theme.quiet_text, "border": theme.border,
               "edge": theme.edge, "room": theme.room, "wrong": theme.wrong, "right": theme.paths[2], "active": theme.active,
               **{f"path{k}": colour for k, colour in enumerate(theme.paths)}}
    scheme = "dark" if theme is DARK else "light"
    return f"color-scheme: {scheme}; " + "; ".join([f"--{name}: {colour}" for name, colour in colours.items()])


def framed(page: str, height: float, title: str) -> str:
    """A page within another, such as a notebook."""
    return (f'<iframe srcdoc="{html.escape(page)}" style="border:0;width:100%;height:{height:.0f}px" '
            f'title="{html.escape(printable(title))}"></iframe>')
