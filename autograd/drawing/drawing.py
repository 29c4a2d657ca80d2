"""`draw`: a graph as a picture."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ..engine import Value
from ..errors import InputError, OperandError, RenderError
from ..files import opened, suffix_of, write
from ..inputs import described, finite, flag, quoted, whole
from ..labels import Labels, with_output
from ..nn import Module
from ..nonfinite import find_nonfinite
from ..text import counted, did_you_mean, listed, number
from ..traversal import adjoints, flowing, topological_order
from .direction import DIRECTIONS, direction_of
from .dot import dot_source
from .folding import plan_of
from .mermaid import mermaid_source
from .network import network_scene
from .paths import mark_paths
from .render import render
from .scene import Scene, Style, scene_of
from .style import DARK, THEMES
from .svg import finished

FORMS = ("svg", "png", "pdf", "dot", "mmd")
LONGEST = 5000                                                       # characters of DOT that a notebook shows when it cannot draw
PARTIALS = (None, True, False, "full", "numbers")
Numbers = str | Callable[[float], str] | None


def draw(output: Value | Module, *, names: Mapping[str, Any] | None = None, direction: str | None = None, theme: str = "light",
         partials: str | bool | None = None, gradients: bool = True, constants: bool = False, operators: bool = False,
         numbers: Numbers = None, paths: Value | str | None = None, depth: int | None = None, highlight: Any = (),
         title: str | None = None, legend: bool = False, font_size: float = 12.0) -> Drawing:
    """The graph below a Value as a picture: a box with each value and its gradient, and the local partials on the edges.
    A Module is drawn as layers of neurons, with its weights or, after `backward()`, their gradients (gradients=False: weights).

    The picture runs its own sweep, so it is right before and after `backward()`, and it touches no `.grad`. A value or gradient
    that is infinite or NaN has a red border, and the tooltip of the first one says where it comes from. What a call of a
    module computed has a frame around it. In a large graph, frames are closed into single boxes: those of neurons first, then
    those of layers. Of a large graph without frames, only the part near the output is drawn.

    Args:
        output: the value whose gradients are shown; or a Module.
        names: names for the nodes: dict(c=c, d=d), or locals(). Nodes without a name are v₁, v₂, ... in topological order, and
            the output is f.
        direction: where the arrows point, as in Graphviz: "LR", "TB", "RL" or "BT"; by default to the right ("LR"), or down
            ("TB") where the picture would otherwise be wider than a notebook's cell.
        theme: "light", "dark", "print" (greys), or "auto": light or dark as the reader's system has it (in SVG).
        partials: the local partials on the edges: "full" (∂c/∂a = 1), "numbers" (1), or False; by default as there is room.
        gradients: whether boxes show their gradient.
        constants: whether constants have boxes of their own.
        operators: operations as round boxes between the values, as in micrograd's `draw_dot`.
        numbers: how numbers are written: a format such as "%.3f", or a function of a float.
        paths: a node, or its name: colours every path from it to the output, and writes their sum above the picture.
        depth: how many levels of frames are shown open; by default as many as fit.
        highlight: nodes, or names of nodes, that get a bold border.
        title: a line above the picture.
        legend: whether to explain the colours.
        font_size: in points.

    Raises OperandError if `output` is neither a Value nor a Module, and InputError for an unknown option, an option of graphs
    with a Module, a name that is not in the picture, or more than 5,000 boxes. `dot` runs when the picture is first shown or
    saved; see Drawing for what that raises.

    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> draw((a + b) * (b + 1))
    <Drawing of 5 values: save("picture.svg"), .svg(), .png() or .source>
    >>> print(draw((a + b) * (b + 1), paths="b").title)
    ∂f/∂b = 1 × 2 + 1 × 3 = 5   (2 paths)
    """
    if not isinstance(output, (Value, Module)):
        raise OperandError(f"draw takes a Value or a Module, got {described(output)}")
    check_option("direction", direction, DIRECTIONS, None)
    check_option("theme", theme, tuple(THEMES))
    check_option("partials", partials, PARTIALS)
    if title is not None and not isinstance(title, str):
        raise OperandError(f"title must be a string, got {described(title)}")
    size = finite("font_size", font_size, above=0.0)
    show = shown_as(numbers)
    if isinstance(output, Module):
        given = {"names": names, "partials": partials, "constants": constants, "operators": operators, "paths": paths,
                 "depth": depth, "highlight": highlight}
        for name, x in given.items():
            if x is not None and x is not False and not (isinstance(x, (tuple, list)) and not x):
                raise InputError(f"{name} is for graphs, and a model is drawn as its layers: draw what a call of it returns")
        scene = network_scene(output, show, THEMES[theme], flag("gradients", gradients))
        count = type(output).__name__
    else:
        order = topological_order(output)
        style = Style(partials, flag("gradients", gradients), flag("constants", constants), flag("operators", operators), show)
        scene, labels = graph_scene(order, names, depth, style)
        chosen = {id(_node(x, order, labels)) for x in (highlight if isinstance(highlight, (list, tuple, set)) else [highlight])}
        first = find_nonfinite(output)
        for box in scene.boxes:
            box.highlighted = any([id(v) in chosen for v in box.nodes])
            if first is not None and any([v is first.node for v in box.nodes]):
                box.tooltip += f". Here it starts: {first}"
        if paths is not None:
            mark_paths(scene, order, _node(paths, order, labels), labels, THEMES[theme], show)
        count = counted(len(order), "value")
    scene.title = scene.title if title is None else title
    return Drawing(scene, count, theme=theme, direction=direction or direction_of(scene, size), font_size=size,
                   legend=flag("legend", legend))


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> Drawing:
    """micrograd's `draw_dot`: the graph with its operations as round boxes. `format` is there for micrograd's callers; here the
    suffix in `save` says the format."""
    return draw(root, direction=rankdir, operators=True)


def draw_marked(output: Value, marks: Mapping[tuple[Value, int], str], **options: Any) -> Drawing:
    """`draw` with some edges in red. `marks` maps a node and the number of its operand to the text on that edge. Nodes without a
    name are called by their formula, as in a report."""
    order = topological_order(output)
    labels = Labels(order, options.get("names"), spelled=True)
    spelled = {labels.name(v): v for v in order if labels.is_spelled(v)}
    drawing = draw(output, **{**options, "names": {**spelled, **(options.get("names") or {})}})
    for (v, j), text in marks.items():
        edge = drawing.scene.edge_of.get((id(v), j))
        if edge is not None:                                         # else it is within a closed frame
            edge.label, edge.kind = f"{edge.partial}\n{text}", "wrong"
    return drawing


def graph_scene(order: Sequence[Value], names: Mapping[str, Any] | None, depth: int | None,
                style: Style) -> tuple[Scene, Labels]:
    """The scene of a graph, whose nodes are given in topological order, and the names of its nodes."""
    plan = plan_of(order, None if depth is None else whole("depth", depth, least=0))
    drawn = {id(v): v for node in plan.order for v in (*node.parents, node)}          # and what they are computed from
    labels = Labels(list(drawn.values()) if plan.left_out else order, with_output(order, names), pretty=True)
    return scene_of(plan, adjoints(order, flowing, operator.mul, operator.add), labels, style), labels


def check_option(name: str, given: Any, known: tuple[Any, ...], *silent: Any) -> None:
    """Raise InputError if an option is none of those there are; the silent ones are not listed in the error."""
    if not any([given is one or (isinstance(given, str) and given == one) for one in (*known, *silent)]):
        raise InputError(f"{name} must be one of {', '.join([str(one) for one in known])}, got {quoted(given)}")


def shown_as(numbers: Numbers) -> Callable[[float], str]:
    """The function that writes a number; OperandError for what is no format."""
    if numbers is None:
        return number
    if callable(numbers):
        return lambda x: str(numbers(x))
    try:
        if not isinstance(numbers, str):
            raise TypeError
        _ = numbers % 1.5
    except (TypeError, ValueError):
        raise OperandError("numbers must be a format such as '%.3f', or a function of a float, got "
                           f"{described(numbers)}") from None
    return lambda x: numbers % x


def _node(wanted: Any, order: Sequence[Value], labels: Labels) -> Value:
    """A node of the graph, given as such or by its name."""
    if not isinstance(wanted, (Value, str)):
        raise OperandError(f"a node of the picture is given as a Value or by its name, got {described(wanted)}")
    if isinstance(wanted, Value):
        found = [v for v in order if v is wanted]
    else:
        found = [v for v in order if wanted in (v.name, labels.known(v))]
    if len(found) == 1:
        return found[0]
    if isinstance(wanted, Value):
        raise InputError(f"{described(wanted)} is not in the graph that is drawn")
    names = [name for name in [labels.known(v) for v in reversed(order)] if name is not None]
    near = did_you_mean(wanted, [*names, *[v.name for v in order if v.name is not None]])
    raise InputError(f"there is {'no' if not found else 'more than one'} value called {wanted!r} in the picture"
                     f"{near or f'; there are {listed(names[:8])}'}")


def form_of(path: str | Path) -> str:
    """The format that a file name asks for by its suffix: "svg", "png", "pdf", "dot" or "mmd"; InputError for any other."""
    form = suffix_of(path)
    if form not in FORMS:
        raise InputError(f"a picture can be saved as .svg, .png, .pdf, .dot or .mmd (Mermaid), not as {str(path)!r}")
    return form


class Drawing:
    """A picture of a graph, made by `draw`. Jupyter displays it.

    Attributes:
        title: the line above it, or None.
    """

    def __init__(self, scene: Scene, count: str, *, theme: str, direction: str, font_size: float, legend: bool = False) -> None:
        self.scene = scene
        self.title = scene.title
        self._count = count
        self._theme = theme
        self._direction = direction
        self._font_size = font_size
        self._legend = legend

    @cached_property
    def source(self) -> str:
        """The picture in DOT, Graphviz's language. It is there even if no `dot` is installed."""
        return dot_source(self.scene, THEMES[self._theme], direction=self._direction, font_size=self._font_size,
                          legend=self._legend)

    @property
    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart, which GitHub draws."""
        return mermaid_source(self.scene, THEMES[self._theme], direction=self._direction)

    def svg(self) -> str:
        """The picture as SVG, with tooltips. Raises RenderError if there is no `dot` or the graph is too large for it."""
        dark = DARK if self._theme == "auto" else None
        return finished(render(self.source, "svg").decode(), self.scene, THEMES[self._theme], dark)

    def png(self, dpi: float = 144, transparent: bool = False) -> bytes:
        """The picture as PNG. Raises RenderError as `svg` does, and where the renderer lacks a glyph."""
        dots = finite("dpi", dpi, least=24.0, most=1200.0)
        source = self.source
        if flag("transparent", transparent):
            source = re.sub(r'bgcolor="[^"]*"', "bgcolor=transparent", source, count=1)
        return render(source, "png", dpi=dots)

    def pdf(self) -> bytes:
        """The picture as PDF. Raises RenderError if no `dot` on this machine makes PDF."""
        return render(self.source, "pdf")

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file and return its path. The suffix says the format: .svg, .png, .pdf, .dot or .mmd (Mermaid).

        Raises InputError for another suffix, RenderError as `svg` does, OSError if the file cannot be written. A file that was
        there before then stays as it was.
        """
        form = form_of(path)
        path = Path(path)
        write(path, self._content(form))
        return path

    def _content(self, form: str) -> bytes:
        if form in ("dot", "mmd", "svg"):
            return {"dot": lambda: self.source, "mmd": lambda: self.mermaid, "svg": self.svg}[form]().encode()
        return self.png() if form == "png" else self.pdf()

    def render(self, filename: str | Path = "graph", format: str = "svg") -> Path:
        """`save` with the suffix apart, as Graphviz's and micrograd's pictures are saved: render("graph", "png").

        Raises what `save` raises.
        """
        return self.save(Path(f"{filename}.{format}"))

    def show(self) -> Path:
        """Open the picture in a viewer, as SVG in a temporary file. Returns the file's path."""
        return opened(self.svg().encode(), ".svg")

    def _repr_html_(self) -> str | None:
        try:
            return self.svg()
        except RenderError:
            return None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            return {"image/svg+xml": self.svg(), "text/plain": repr(self)}
        except Exception as error:                                   # a notebook must go on: say what is missing, show the DOT
            source = self.source if len(self.source) < LONGEST else self.source[:LONGEST] + "..."
            return {"text/plain": f"{self!r}\n{type(error).__name__}: {error}\n\n{source}"}

    def __repr__(self) -> str:
        return f'<Drawing of {self._count}: save("picture.svg"), .svg(), .png() or .source>'
