"""The command line: a formula's table and picture, and the demo.

    autograd "(a+b)*(b+1)" a=2 b=1              print the table
    autograd "(a+b)*(b+1)" a=2 b=1 -o e.svg     and draw the picture
    autograd demo                               both, for e = (a + b)(b + 1)

Exit codes: 0 fine, 2 bad input.
"""

from __future__ import annotations

import argparse
import sys
from typing import Dict, List, NoReturn, Optional, Sequence, TextIO

from . import __version__
from .arithmetic import described
from .engine import Value
from .errors import AutogradError, InputError
from .expressions import Expression, expression

FINE, BAD_INPUT = 0, 2

DEMO = "c = a + b; d = b + 1; e = c*d"
DEMO_POINT = ("a=2", "b=1")
DEMO_PICTURE = "e.png"

EPILOG = """\
examples:
  autograd "(a+b)*(b+1)" a=2 b=1              each value, local partial and gradient
  autograd "(a+b)*(b+1)" a=2 b=1 -o e.svg     and the picture: .svg, .png or .dot
  autograd "c = a + b; e = c*tanh(b)" a=2 b=1/3   named steps
  autograd demo                               e = (a + b)(b + 1), printed and drawn
"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the command line on the arguments, those of the process by default, and return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _make_printable(sys.stdout)
    _make_printable(sys.stderr)
    try:
        if not words:
            raise InputError("a formula is needed, such as \"(a+b)*(b+1)\" a=2 b=1; or the word demo; --help tells more")
        options = _parser().parse_intermixed_args(_with_formula_marked(words))
        if options.formula == "demo" and not options.values:
            _demo(options.output or DEMO_PICTURE)
        else:
            _show(options.formula, options.values, options.output)
    except (AutogradError, OSError) as error:
        print(f"autograd: {error}", file=sys.stderr)
        return BAD_INPUT
    return FINE


class _Parser(argparse.ArgumentParser):

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; --help tells how the command is used")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="autograd", description="The computational graph of a formula: values, local partials, gradients, and a picture.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formula", help="a formula, such as (a+b)*(b+1); or the word demo")
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="a number for each name in the formula")
    parser.add_argument("-o", "--output", metavar="FILE", help="draw the picture too: .svg, .png or .dot")
    parser.add_argument("--version", action="version", version=f"autograd {__version__}")
    return parser


def _with_formula_marked(words: List[str]) -> List[str]:
    """A formula such as -x**2 begins like an option: a leading space keeps it from being taken for one."""
    def is_formula(word: str) -> bool:
        return word.startswith("-") and not word.startswith("--") and word not in ("-o", "-h") and not word.startswith("-o")
    return [f" {word}" if is_formula(word) else word for word in words]


def _demo(picture: str) -> None:
    print("e = (a + b)(b + 1) at a = 2, b = 1\n")
    _show(DEMO, DEMO_POINT, picture)
    print("\n∂e/∂b = 5 by two paths: through c, 1 × 2, and through d, 1 × 3.")


def _show(formula: str, values: Sequence[str], picture: Optional[str]) -> None:
    from .drawing import draw
    from .drawing.table import table

    function = expression(formula)
    point = _point(function, values)
    output = function(**{name: Value(x, name=name) for name, x in point.items()})
    if isinstance(output, (list, tuple)):
        raise InputError(f"{formula!r} has {len(output)} results: choose one, as in {formula}[0]")
    if not isinstance(output, Value):
        print(f"{output:.17g}")
        return
    if output.name is None:
        output.name = next(name for name in ("f", "y", "output", "the_output") if name not in function.names)
    print(table(output))
    if picture:
        print(f"\nThe picture is in {draw(output).save(picture)}")


def _point(function: Expression, values: Sequence[str]) -> Dict[str, float]:
    """a=2 b=1/3 as numbers, one for each name in the formula."""
    point: Dict[str, float] = {}
    for word in values:
        name, equals, number = word.partition("=")
        name = name.strip()
        if not equals or not name:
            raise InputError(f"{word!r} is no value for a name: write it as a=2")
        if name in point:
            raise InputError(f"{name} was given twice")
        point[name] = _number(name, number)
    missing = [name for name in function.names if name not in point]
    if missing and not [name for name in point if name not in function.names]:
        raise InputError(f"{function.text!r} needs a value for {', '.join(missing)}: "
                         f"add {' '.join([name + '=1' for name in missing])}")
    return point


def _number(name: str, text: str) -> float:
    if text.strip().lstrip("+-").lower() in ("inf", "nan"):
        return float(text)
    try:
        constant = expression(text)
    except AutogradError as error:
        raise InputError(f"{name}={text}: {error}") from None
    if constant.names:
        raise InputError(f"{name}={text}: {text!r} is no number")
    x = constant()
    if not isinstance(x, float):
        raise InputError(f"{name}={text}: one number is needed, not {described(x)}")
    return x


def _make_printable(stream: TextIO) -> None:
    """A terminal that cannot show ∂ shows an escape instead of failing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
