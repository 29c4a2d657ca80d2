"""`sweep`: the backward sweep step by step, as a page with buttons, an animation, or a strip of pictures."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..engine import Value
from ..errors import InputError, MissingExtraError, OperandError, RenderError
from ..files import opened, suffix_of, write
from ..inputs import described, finite, flag
from ..text import counted
from ..traversal import topological_order
from .direction import DIRECTIONS, direction_of
from .dot import dot_source
from .drawing import PARTIALS, Numbers, check_option, graph_scene, shown_as
from .render import png_of, render
from .scene import Scene, Style
from .steps import Step, steps_of
from .stills import Stills, graded_line
from .style import THEMES
from .web.document import framed
from .web.player import sweep_page

FORMS = ("html", "gif", "svg")
STRIP = 12                                                           # pictures in a strip, at most
COLUMNS = 2
PAUSE, LAST = 1500, 4000                                             # milliseconds that a picture of a GIF stays


def sweep(output: Value, *, names: Mapping[str, Any] | None = None, forward: bool = False,
          direction: str | None = None, theme: str = "light", partials: str | bool | None = None, numbers: Numbers = None,
          depth: int | None = None, font_size: float = 12.0) -> Sweep:
    """The backward sweep through the graph below a Value, step by step: each step adds what flows along one edge.

    The sweep is its own: it touches no `.grad`. In a larger graph a step is a node with all its edges, or a closed frame, such as
    a layer's.

    Args:
        output: where the sweep begins.
        forward: begin with the forward pass, which computes the values.
        names, direction, theme, partials, numbers, depth, font_size: as for `draw`; the theme is "light", "dark" or "print".

    Raises OperandError if `output` is not a Value, InputError for an unknown option or a sweep of more than 400 steps.

    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> c, d = a + b, b + 1
    >>> for step in sweep(c * d, names=dict(c=c, d=d)).steps:
    ...     print(step.title)
    ∂f/∂f = 1
    ∂f/∂c += ∂f/∂f × ∂f/∂c : 0 + 1 × 2 = 2
    ∂f/∂d += ∂f/∂f × ∂f/∂d : 0 + 1 × 3 = 3
    ∂f/∂b += ∂f/∂d × ∂d/∂b : 0 + 3 × 1 = 3
    ∂f/∂a += ∂f/∂c × ∂c/∂a : 0 + 2 × 1 = 2
    ∂f/∂b += ∂f/∂c × ∂c/∂b : 3 + 2 × 1 = 5
    """
    if not isinstance(output, Value):
        raise OperandError(f"sweep takes a Value, the output of a graph, got {described(output)}")
    check_option("direction", direction, DIRECTIONS, None)
    check_option("theme", theme, ("light", "dark", "print"))
    check_option("partials", partials, PARTIALS)
    show, size = shown_as(numbers), finite("font_size", font_size, above=0.0)
    order = topological_order(output)
    scene, labels = graph_scene(order, names, depth, Style(partials, show=show))
    steps = steps_of(scene, order, labels, show, flag("forward", forward))

    def stills() -> Stills:
        source = dot_source(_roomy(scene, steps, show), THEMES[theme], direction=direction or direction_of(scene, size),
                            font_size=size)
        return Stills(render(source, "svg").decode(), scene, steps, labels, THEMES[theme], show)
    return Sweep(steps, stills, f"the backward sweep from {labels.name(output)}", theme)


def _roomy(scene: Scene, steps: list[Step], show: Callable[[float], str]) -> Scene:
    """The scene with the longest text that each place will hold."""
    boxes = []
    for box in scene.boxes:
        if box.nodes and box.graded > 0:
            lines = list(box.lines)
            lines[box.graded] = max([graded_line(box, step, show) for step in steps], key=len)
            box = replace(box, lines=lines)
        boxes.append(box)
    return Scene(boxes, scene.edges, max([step.title for step in steps], key=len))


class Sweep:
    """The steps of a backward sweep, made by `sweep`. Jupyter displays it with its buttons.

    Attributes:
        steps: what each step does: its `title`, and the `gradients` known after it, by name.
    """

    def __init__(self, steps: list[Step], stills: Callable[[], Stills], title: str, theme: str) -> None:
        self.steps = steps
        self.title = title
        self._theme = theme
        self._make = stills
        self._stills: Stills | None = None

    @property
    def stills(self) -> Stills:
        """The pictures, laid out when they are first used. Raises RenderError if there is no `dot`."""
        if self._stills is None:
            self._stills = self._make()
        return self._stills

    @property
    def frames(self) -> list[str]:
        """The picture of each step, as SVG. Raises RenderError if there is no `dot`."""
        return [self.stills.at(k) for k in range(len(self.steps))]

    def html(self) -> str:
        """A page with the picture, a slider, buttons and keys; it fetches nothing. Raises RenderError as `frames` does."""
        return sweep_page(self.stills, self.title, self._theme)

    def svg(self) -> str:
        """The steps as one strip of pictures, in two columns; of many steps, twelve of them. Raises RenderError as `frames`."""
        last = len(self.steps) - 1
        chosen = sorted({round(k * last / (STRIP - 1)) for k in range(STRIP)}) if last >= STRIP else range(last + 1)
        return self.stills.strip(chosen, min(COLUMNS, len(chosen)), self.title)

    def gif(self, dpi: float = 108) -> bytes:
        """The steps as an animation. Raises MissingExtraError without the extra `pictures`, RenderError as `frames` does."""
        dots = finite("dpi", dpi, least=24.0, most=600.0)
        try:
            from PIL import Image
        except ImportError:
            raise MissingExtraError("an animation needs Pillow: pip install 'scalar-autograd[pictures]', or save the sweep as "
                                    ".html or .svg") from None
        images = [Image.open(io.BytesIO(png_of(svg, dots))).convert("RGB") for svg in self.frames]
        palette = images[-1].quantize(256)
        first, *rest = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
        content = io.BytesIO()
        first.save(content, "GIF", save_all=True, append_images=rest, duration=[PAUSE] * len(rest) + [LAST], loop=0)
        return content.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the sweep to a file and return its path. The suffix says the format: .html, .gif or .svg (a strip).

        Raises InputError for another suffix, MissingExtraError and RenderError as the formats do, OSError if the file cannot be
        written. A file that was there before then stays as it was.
        """
        form = sweep_form_of(path)
        content = self.gif() if form == "gif" else (self.html() if form == "html" else self.svg()).encode()
        write(Path(path), content)
        return Path(path)

    def show(self) -> Path:
        """Open the sweep in a browser, from a temporary file. Returns the file's path."""
        return opened(self.html().encode(), ".html")

    def _repr_html_(self) -> str | None:
        try:
            return framed(self.html(), min(900.0, 130.0 + 1.34 * self.stills.height), "the backward sweep")
        except RenderError:
            return None

    def __repr__(self) -> str:
        return f'<Sweep of {counted(len(self.steps), "step")}: save("sweep.html"), .gif or .svg>'


def sweep_form_of(path: str | Path) -> str:
    """The format that a file name asks for by its suffix: "html", "gif" or "svg"; InputError for any other."""
    form = suffix_of(path)
    if form not in FORMS:
        raise InputError(f"a sweep can be saved as .html, .gif or .svg, not as {str(path)!r}")
    return form
