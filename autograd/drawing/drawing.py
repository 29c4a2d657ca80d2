"""`draw`: a graph as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..derivatives import gradient
from ..engine import Value
from ..errors import InputError, OperandError
from ..files import write
from ..inputs import described
from ..labels import Labels
from ..sweep import topological_order
from .dot import Marks, dot_source
from .render import render
from .style import THEMES

DIRECTIONS = ("LR", "TB", "RL", "BT")
FORMS = ("svg", "png", "dot")
LONGEST = 5000                                                       # characters of DOT that a notebook shows when it cannot draw


def draw(output: Value, *, names: Mapping[str, Any] | None = None, direction: str = "LR", theme: str = "light",
         partials: bool = True, title: str | None = None) -> Drawing:
    """The graph below a Value as a picture: a box with each value and its gradient, and the local partials on the edges.

    The picture runs its own sweep, so it is right before and after `backward()`, and it touches no `.grad`.

    Args:
        output: the value whose gradients are shown.
        names: names for the nodes: dict(c=c, d=d), or locals(). Nodes without a name are v₁, v₂, ... in topological order.
        direction: where the arrows point, as in Graphviz: "LR", "TB", "RL" or "BT".
        theme: "light" or "dark".
        partials: whether to write the local partials on the edges.
        title: a line above the picture.

    Raises OperandError if `output` is not a Value, InputError for an unknown direction or theme. Rendering comes later: see
    Drawing.

    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> draw((a + b) * (b + 1))
    <Drawing of 5 values: save("picture.svg"), .svg(), .png() or .source>
    """
    return draw_marked(output, {}, names=names, direction=direction, theme=theme, partials=partials, title=title)


def draw_marked(output: Value, marks: Marks, *, names: Mapping[str, Any] | None = None, direction: str = "LR",
                theme: str = "light", partials: bool = True, title: str | None = None) -> Drawing:
    """`draw` with some edges in red. `marks` maps a node and the number of its operand to the text on that edge."""
    if not isinstance(output, Value):
        raise OperandError(f"output must be a Value, got {described(output)}")
    if direction not in DIRECTIONS:
        raise InputError(f"direction must be one of {', '.join(DIRECTIONS)}, got {direction!r}")
    if not isinstance(theme, str) or theme not in THEMES:
        raise InputError(f"theme must be one of {', '.join(THEMES)}, got {theme!r}")
    if title is not None and not isinstance(title, str):
        raise OperandError(f"title must be a string, got {described(title)}")
    order = topological_order(output)
    source = dot_source(order, gradient(output, order), Labels(order, names), THEMES[theme], direction=direction,
                        partials=partials, title=title, marks=marks)
    return Drawing(source, len(order))


def form_of(path: str | Path) -> str:
    """The format that a file name asks for by its suffix: "svg", "png" or "dot". Raises InputError for any other."""
    form = Path(path).suffix[1:].lower()
    if form not in FORMS:
        raise InputError(f"a picture can be saved as .svg, .png or .dot, not as {str(path)!r}")
    return form


class Drawing:
    """A picture of a graph, made by `draw`. Jupyter displays it.

    Attributes:
        source: the picture in DOT, Graphviz's language. It is there even if no `dot` is installed.
    """

    def __init__(self, source: str, size: int) -> None:
        self.source = source
        self._size = size

    def svg(self) -> str:
        """The picture as SVG. Raises RenderError if there is no `dot` or the graph is too large for it."""
        return render(self.source, "svg").decode()

    def png(self) -> bytes:
        """The picture as PNG, at 144 dots per inch. Raises RenderError as `svg` does."""
        return render(self.source, "png")

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file and return its path. The suffix says the format: .svg, .png or .dot.

        Raises InputError for another suffix, RenderError as `svg` does, OSError if the file cannot be written. A file that was
        there before then stays as it was.
        """
        form = form_of(path)
        path = Path(path)
        content = self.source.encode() if form == "dot" else render(self.source, form)
        write(path, content)
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            return {"image/svg+xml": self.svg(), "text/plain": repr(self)}
        except Exception as error:                                   # a notebook must go on: say what is missing, show the DOT
            source = self.source if len(self.source) < LONGEST else self.source[:LONGEST] + "..."
            return {"text/plain": f"{self!r}\n{type(error).__name__}: {error}\n\n{source}"}

    def __repr__(self) -> str:
        values = "1 value" if self._size == 1 else f"{self._size} values"
        return f'<Drawing of {values}: save("picture.svg"), .svg(), .png() or .source>'
