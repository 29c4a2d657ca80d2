"""The commands that draw: draw, sweep and page."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from .output import FINE, Result
from .parsing import Parser, kept_apart, with_at
from .points import graph_of

PICTURE_OPTIONS = ("--at", "-o", "--output", "--theme", "--direction", "--open")


def draw_command(words: list[str]) -> Result:
    """Draw the graph of a formula."""
    from ..drawing import draw, form_of

    parser = _picture_parser("draw", "Draw the graph of a formula.", ".svg, .png, .pdf, .dot or .mmd (Mermaid)", "graph.svg",
                             ("light", "dark", "print", "auto"))
    parser.add_argument("--paths", metavar="NAME", help="colour the paths from this name to the result")
    parser.add_argument("--operators", action="store_true", help="draw operations as round boxes")
    parser.add_argument("--title", help="a line above the picture")
    options = parser.parse_intermixed_args(kept_apart(words, ("--paths", "--title", "--operators", *PICTURE_OPTIONS)))
    form_of(options.output)
    drawing = draw(graph_of(options), paths=options.paths, theme=options.theme, direction=options.direction,
                   operators=options.operators, title=options.title)
    return FINE, _saved("picture", drawing, options)


def sweep_command(words: list[str]) -> Result:
    """Show the backward sweep, step by step."""
    from ..drawing import sweep, sweep_form_of

    parser = _picture_parser("sweep", "Show the backward sweep through the graph of a formula, step by step.",
                             ".html, .gif or .svg (a strip)", "sweep.html", ("light", "dark", "print"))
    parser.add_argument("--forward", action="store_true", help="begin with the forward pass")
    options = parser.parse_intermixed_args(kept_apart(words, ("--forward", *PICTURE_OPTIONS)))
    sweep_form_of(options.output)
    steps = sweep(graph_of(options), forward=options.forward, theme=options.theme, direction=options.direction)
    titles = "\n".join([step.title for step in steps.steps])
    return FINE, f"{titles}\n\n{_saved('sweep', steps, options)}"


def page_command(words: list[str]) -> Result:
    """Make an interactive page."""
    from ..drawing import page, page_form_of

    parser = _picture_parser("page", "Make an interactive page: the graph, sliders, the sweep, your own derivatives.",
                             ".html", "page.html", ("auto", "light", "dark", "print"))
    parser.add_argument("--title", help="the heading; by default the formula")
    options = parser.parse_intermixed_args(kept_apart(words, ("--title", *PICTURE_OPTIONS)))
    page_form_of(options.output)
    shown = page(graph_of(options), title=options.title, theme=options.theme, direction=options.direction)
    return FINE, _saved("page", shown, options)


def _saved(what: str, shown: Any, options: argparse.Namespace) -> str:
    """A picture saved, and opened if that is asked for."""
    if options.open:
        shown.show()
    return f"The {what} is in {shown.save(options.output)}"


def _picture_parser(command: str, description: str, forms: str, default: str, themes: Sequence[str]) -> Parser:
    """A parser with the options that all pictures have; the first theme is the default."""
    parser = Parser(prog=f"autograd {command}", description=description)
    parser.add_argument("formula", help="the formula, in named steps if you like")
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="a number for each name; left out: 1, 2, 3, ...")
    parser.add_argument("-o", "--output", metavar="FILE", default=default, help=f"{forms}; by default {default}")
    with_at(parser)
    parser.add_argument("--theme", choices=themes, default=themes[0])
    parser.add_argument("--direction", choices=("LR", "TB", "RL", "BT"), help="where the arrows point; by default whatever fits")
    parser.add_argument("--open", action="store_true", help="open it in a viewer")
    return parser
