"""`page`: a graph as a page that answers."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...arithmetic.text import PRETTY
from ...engine import Value
from ...errors import InputError, OperandError, RenderError
from ...files import opened, suffix_of, write
from ...inputs import described, finite
from ...labels import Labels
from ...replay import replay
from ...text import counted, printable
from ...traversal import topological_order
from ..direction import DIRECTIONS, direction_of
from ..dot import dot_source
from ..drawing import check_option, graph_scene
from ..layout import Layout
from ..render import render
from ..scene import Scene, Style
from ..steps import Step, steps_of
from ..style import THEMES
from .document import document, framed, source
from .program import data_of, operations_of, picture, roomy

LONGEST = "-1.234e-05"                                               # the widest number in a box
WIDE = 800.0                                                         # points: what there is room for on a desk
RUN = """\
const shown = showPage(root, data, rows, functions);
document.addEventListener("keydown", shown.keys);
root.shown = shown;
"""
TITLE = 60                                                           # characters of a formula that stands in a heading


def page(output: Value, *, names: Mapping[str, Any] | None = None, title: str | None = None, direction: str | None = None,
         theme: str = "auto", depth: int | None = None, font_size: float = 12.0) -> Page:
    """The graph below a Value as one interactive HTML page, which works offline and on a phone.

    Its reader drags an input, on its box or its slider, and sees values, local partials, gradients and colours follow; points at
    a node to see its formula and the paths that make its gradient; walks through the backward sweep; and types a derivative of
    their own, which is judged at many points. What the page computes comes from the table of operations. In a large graph frames
    are closed, as in `draw`; all of it is computed.

    Args:
        output: the value whose gradients are shown.
        names: names for the nodes: dict(c=c, d=d), or locals().
        title: the heading; by default the output with its formula.
        direction, depth, font_size: as for `draw`.
        theme: "auto", light or dark as the reader's system has it; "light", "dark" or "print".

    Raises OperandError if `output` is not a Value, InputError for an unknown option or more than 20,000 nodes. `dot` runs when
    the page is first shown or saved; see Drawing for what that raises.

    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> page((a + b) * (b + 1))
    <Page of 5 values: save("page.html") or .html()>
    """
    if not isinstance(output, Value):
        raise OperandError(f"page takes a Value, the output of a graph, got {described(output)}")
    check_option("direction", direction, DIRECTIONS, None)
    check_option("theme", theme, tuple(THEMES))
    if title is not None and not isinstance(title, str):
        raise OperandError(f"title must be a string, got {described(title)}")
    return Page(output, names, title, direction, theme, depth, finite("font_size", font_size, above=0.0))


class Page:
    """A graph as an interactive page, made by `page`. Jupyter displays it.

    Attributes:
        title: its heading.
    """

    def __init__(self, output: Value, names: Mapping[str, Any] | None, title: str | None, direction: str | None, theme: str,
                 depth: int | None, size: float) -> None:
        order = topological_order(output)
        style = Style()
        self._scene, labels = graph_scene(order, names, depth, style)
        self.title = _heading(order, labels) if title is None else title
        self._order, self._theme, self._size, self._direction = order, theme, size, direction
        self._data = data_of(order, self._scene, labels, _steps(self._scene, order, labels, style), theme)

    def parts(self) -> tuple[str, dict[str, Any], str]:
        """What the page is made of: its picture as SVG, its data, and its operations as JavaScript. Raises RenderError if there
        is no `dot`."""
        scene = roomy(self._scene, LONGEST)
        direction = self._direction or direction_of(scene, self._size, WIDE)
        svg = render(dot_source(scene, THEMES[self._theme], direction=direction, font_size=self._size), "svg").decode()
        scripts = [source("math.js"), source("special.js"), operations_of(self._order)]
        return picture(Layout(svg, scene)), self._data, "\n".join(scripts)

    def html(self) -> str:
        """The page; it fetches nothing. Raises RenderError if there is no `dot`, or the graph is too large for it."""
        svg, data, operations = self.parts()
        heading = f'<h1>{html.escape(printable(self.title))}</h1>\n{svg}'
        return document(self.title, "page", heading, data, f"{operations}{RUN}", self._theme)

    def save(self, path: str | Path) -> Path:
        """Write the page to a file and return its path. The suffix must be .html.

        Raises InputError for another suffix, RenderError as `html` does, OSError if the file cannot be written. A file that was
        there before then stays as it was.
        """
        page_form_of(path)
        write(Path(path), self.html().encode())
        return Path(path)

    def show(self) -> Path:
        """Open the page in a browser, from a temporary file. Returns the file's path."""
        return opened(self.html().encode(), ".html")

    def _repr_html_(self) -> str | None:
        try:
            return framed(self.html(), 1000, self.title)
        except RenderError:
            return None

    def __repr__(self) -> str:
        return f'<Page of {counted(len(self._order), "value")}: save("page.html") or .html()>'


def page_form_of(path: str | Path) -> None:
    """Raise InputError for a file name that does not end in .html."""
    if suffix_of(path) != "html":
        raise InputError(f"a page can be saved as .html, not as {str(path)!r}")


def _heading(order: list[Value], labels: Labels) -> str:
    """The output with its formula in the inputs, if that is short."""
    sizes: dict[int, int] = {}                                       # of each node's formula, written out
    for v in order:
        sizes[id(v)] = 1 + sum([sizes[id(x)] for x in v.operands if isinstance(x, Value)])
    if sizes[id(order[-1])] > TITLE:
        return labels.name(order[-1])
    inputs = {v: PRETTY.named(labels.name(v)) for v in order if v.op is None}
    formula = str(replay(PRETTY, order, inputs)[order[-1]])
    name = labels.name(order[-1])
    return f"{name} = {formula}" if len(formula) <= TITLE and formula != name else name


def _steps(scene: Scene, order: list[Value], labels: Labels, style: Style) -> list[Step]:
    try:
        return steps_of(scene, order, labels, style.show, everywhere=True)
    except InputError:                                               # too many: then there is no walk through them
        return []
