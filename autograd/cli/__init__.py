"""The command line: it prints and draws a formula's graph, checks claims, marks sheets, derives step by step, and has a demo.

    autograd "(a+b)*(b+1)" a=2 b=1                           print the table
    autograd "(a+b)*(b+1)" a=2 b=1 -o e.svg                  and draw the picture
    autograd draw "(a+b)*(b+1)" a=2 b=1 --paths b            draw it, with the paths from b
    autograd sweep "(a+b)*(b+1)" a=2 b=1 -o sweep.html       the backward sweep step by step
    autograd page "(a+b)*(b+1)" a=2 b=1 -o page.html         an interactive page
    autograd check "(a+b)*(b+1)" "d/da = b+1" "d/db = a+b"   which claim is wrong, where, and why
    autograd sheet FILE ...                                  mark a file of problems, or several with a table of marks
    autograd exercises --seed 7 --count 10 --level 2         make problems with their answers
    autograd explain "log(1+exp(x))" x=0.5                   the derivation, step by step
    autograd demo                                            all of it, for e = (a + b)(b + 1)

Exit codes: 0 fine, or right; 1 wrong; 2 bad input; 3 inconclusive; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from .. import __version__, compiled
from ..engine import Value
from ..errors import AutogradError, InputError
from ..expressions import expression
from ..text import did_you_mean
from .checks import check_command, exercises_command, explain_command, sheet_command
from .output import BAD_INPUT, FINE, INTERRUPTED, Result, make_printable, put
from .parsing import Parser, with_at
from .pictures import draw_command, page_command, sweep_command
from .points import output_at, point_of, values_of

DEMO = "c = a + b; d = b + 1; e = c*d"
DEMO_POINT = ("a=2", "b=1")
DEMO_PICTURE = "e.png"
DEMO_CLAIMS = ("∂e/∂a = b + 1", "∂e/∂b = b + 1")
COMMANDS: dict[str, Callable[[list[str]], Result]] = {
    "draw": draw_command, "sweep": sweep_command, "page": page_command, "check": check_command, "sheet": sheet_command,
    "exercises": exercises_command, "explain": explain_command}

EPILOG = """\
examples:
  autograd "(a+b)*(b+1)" a=2 b=1                each value, local partial and gradient
  autograd "(a+b)*(b+1)" a=2 b=1 -o e.svg       and the picture: .svg, .png, .pdf, .dot or .mmd (Mermaid)
  autograd "c = a + b; e = c*tanh(b)" a=2 b=1/3   named steps
  autograd draw "(a+b)*(b+1)" a=2 b=1 --paths b --theme dark --open   the picture, with the paths from b
  autograd sweep "(a+b)*(b+1)" a=2 b=1 -o sweep.html   the backward sweep step by step: .html, .gif or .svg
  autograd page "(a+b)*(b+1)" a=2 b=1 -o e.html   an interactive page: sliders, the sweep, your own derivatives
  autograd check "(a+b)*(b+1)" "d/da = b+1" "d/db = a+b"   which is wrong, where, and why
  autograd sheet problems.txt                   a file of problems, marked
  autograd sheet week3/*.sheet --key week3.key --summary csv   the marks of a class
  autograd exercises --seed 7 --level 2 -o week3.sheet   problems with their answers
  autograd explain "log(1+exp(x))" x=0.5        the derivation, step by step
  autograd demo                                 e = (a + b)(b + 1), printed, drawn and checked
draw, sweep, page, check, sheet, exercises and explain have their own --help.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on the arguments, by default those of the process, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        make_printable(stream)
    try:
        words = [_decoded(word) for word in (sys.argv[1:] if arguments is None else arguments)]
        code, text = COMMANDS[words[0]](words[1:]) if words and words[0] in COMMANDS else _formula(words)
        put(sys.stdout, text)
    except KeyboardInterrupt:
        code = INTERRUPTED
        put(sys.stderr, "autograd: interrupted")
    except (AutogradError, OSError) as error:
        code = BAD_INPUT
        put(sys.stderr, f"autograd: {error}")
    return code


def _decoded(word: str) -> str:
    """An argument as UTF-8, which Python may have read in a locale that knows only ASCII."""
    try:
        return os.fsencode(word).decode()
    except UnicodeError:
        raise InputError(f"{word!r} is not UTF-8 text") from None


def _formula(words: list[str]) -> Result:
    if not words:
        raise InputError("no formula given: write one, such as \"(a+b)*(b+1)\" a=2 b=1, or the word demo; see --help")
    options = _parser().parse_intermixed_args(_with_formula_first(words))
    formula, picture = options.formula.strip(), options.output
    if options.values and "=" not in options.values[0] and (hint := did_you_mean(formula, COMMANDS)):
        raise InputError(f"there is no command {formula!r}{hint}")
    if formula == "help" and not options.values:
        _parser().parse_args(["--help"])
    if formula == "demo" and not options.values:
        return FINE, _demo(DEMO_PICTURE if picture is None else picture)
    return FINE, _shown(formula, values_of(options), picture)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="autograd", description="The computational graph of a formula: values, local partials, gradients, and a picture.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formula", help="a formula, such as (a+b)*(b+1); or the word demo")
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="a number for each name in the formula")
    with_at(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="draw the picture too, as for draw")
    parser.add_argument("--version", action="version", version=f"autograd {__version__}" + " (compiled)" * compiled)
    return parser


def _with_formula_first(words: list[str]) -> list[str]:
    """Mark a formula such as -x**2 with a leading space, so that it is not mistaken for an option."""
    k = 0
    while k < len(words) and _is_option(words[k]):
        k += 2 if words[k] in ("-o", "--output", "--at") else 1              # with the file that follows
    if k < len(words) and words[k] == "--":
        words = words[:k] + words[k + 1:]
    if k < len(words) and words[k].startswith("-"):
        return [*words[:k], f" {words[k]}", *words[k + 1:]]
    return words


def _is_option(word: str) -> bool:
    is_file = word.startswith("-o") and word.endswith((".svg", ".png", ".pdf", ".dot", ".mmd"))
    return word in ("-o", "-h") or is_file or (word.startswith("--") and word != "--")


def _demo(picture: str) -> str:
    from ..checking import verify

    return (f"e = (a + b)(b + 1) at a = 2, b = 1\n\n{_shown(DEMO, DEMO_POINT, picture)}\n\n"
            f"∂e/∂b = 5 by two paths: through c, 1 × 2, and through d, 1 × 3.\n\n{verify(DEMO, list(DEMO_CLAIMS))}")


def _shown(formula: str, values: Sequence[str], picture: str | None) -> str:
    """The table of a formula; and its picture, saved."""
    from ..drawing import draw, form_of, table

    if picture is not None:
        form_of(picture)                                             # refuse a bad suffix before anything is computed
    function = expression(formula)
    output = output_at(function, point_of(function, values))
    if not isinstance(output, Value):
        if picture is not None:
            raise InputError(f"{formula!r} depends on nothing, so there is no graph to draw: give its numbers as a=2 b=1")
        return f"{output:.17g}"
    return table(output) + ("" if picture is None else f"\n\nThe picture is in {draw(output).save(picture)}")
