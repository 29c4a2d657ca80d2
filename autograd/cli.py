"""The command line: a formula's table and picture, and the demo.

    autograd "(a+b)*(b+1)" a=2 b=1              print the table
    autograd "(a+b)*(b+1)" a=2 b=1 -o e.svg     and draw the picture
    autograd demo                               both, for e = (a + b)(b + 1)

Exit codes: 0 fine, 2 bad input.
"""

from __future__ import annotations

import argparse
import codecs
import itertools
import os
import sys
import unicodedata
from typing import Dict, List, NoReturn, Optional, Sequence, TextIO, Tuple

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
        _run(words)
        sys.stdout.flush()
    except BrokenPipeError:                                          # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AutogradError, OSError) as error:
        print(f"autograd: {error}", file=sys.stderr)
        return BAD_INPUT
    return FINE


def _run(words: List[str]) -> None:
    if not words:
        raise InputError("a formula is needed, such as \"(a+b)*(b+1)\" a=2 b=1; or the word demo; --help tells more")
    options = _parser().parse_intermixed_args(_with_formula_first(words))
    formula, picture = options.formula.strip(), options.output
    if formula == "demo" and not options.values:
        _demo(DEMO_PICTURE if picture is None else picture)
    else:
        _show(formula, options.values, picture)


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


def _with_formula_first(words: List[str]) -> List[str]:
    """A formula such as -x**2 begins like an option: a leading space keeps it from being taken for one."""
    k = 0
    while k < len(words) and _is_option(words[k]):
        k += 2 if words[k] in ("-o", "--output") else 1              # with the file that follows
    if k < len(words) and words[k] == "--":
        words = words[:k] + words[k + 1:]
    if k < len(words) and words[k].startswith("-"):
        return [*words[:k], f" {words[k]}", *words[k + 1:]]
    return words


def _is_option(word: str) -> bool:
    is_file = word.startswith("-o") and word.endswith((".svg", ".png", ".dot"))
    return word in ("-o", "-h") or is_file or (word.startswith("--") and word != "--")


def _demo(picture: str) -> None:
    print("e = (a + b)(b + 1) at a = 2, b = 1\n")
    _show(DEMO, DEMO_POINT, picture)
    print("\n∂e/∂b = 5 by two paths: through c, 1 × 2, and through d, 1 × 3.")


def _show(formula: str, values: Sequence[str], picture: Optional[str]) -> None:
    from .drawing import draw, form_of, table

    if picture is not None:
        form_of(picture)                                             # before anything is printed
    function = expression(formula)
    point = _point(function, values)
    output = function(**{name: Value(x, name=name) for name, x in point.items()})
    if isinstance(output, (list, tuple)):
        raise InputError(f"{formula!r} has {len(output)} results: choose one, as in {formula}[0]")
    if not isinstance(output, Value):
        if picture is not None:
            raise InputError(f"{formula!r} depends on nothing, so there is no graph to draw: give its numbers as a=2 b=1")
        print(f"{output:.17g}")
        return
    if output.name is None:
        output.name = _unused(function)
    print(table(output))
    if picture is not None:
        print(f"\nThe picture is in {draw(output).save(picture)}")


def _unused(function: Expression) -> str:
    """A name for the result that nothing in the formula has: f, y, z, or f1, f2, ..."""
    names = itertools.chain("fyz", (f"f{k}" for k in itertools.count(1)))
    return next(name for name in names if name not in function.names and name not in function.steps)


def _point(function: Expression, values: Sequence[str]) -> Dict[str, float]:
    """a=2 b=1/3 as numbers, one for each name in the formula."""
    point: Dict[str, float] = {}
    for word in values:
        name, equals, number = word.partition("=")
        name = unicodedata.normalize("NFKC", name.strip())           # as Python reads the names in the formula
        if not equals or not name:
            raise InputError(f"{word!r} is no value for a name: write it as a=2, after the formula")
        if name in point:
            raise InputError(f"{name} was given twice")
        point[name] = _number(name, number)
    missing = [name for name in function.names if name not in point]
    if missing and not [name for name in point if name not in function.names]:
        raise InputError(f"{function.text!r} needs a value for {', '.join(missing)}: "
                         f"add {' '.join([name + '=1' for name in missing])}")
    return point


def _number(name: str, text: str) -> float:
    if text.strip().lower() in ("inf", "-inf", "nan"):
        return float(text)
    if not text.strip():
        raise InputError(f"{name}= needs a number: write it as {name}=2")
    try:
        constant = expression(text)
        x = None if constant.names else constant()
    except AutogradError as error:
        raise InputError(f"{name}={text}: {error}") from None
    if constant.names:
        raise InputError(f"{name}={text}: {text!r} is no number")
    if not isinstance(x, float):
        raise InputError(f"{name}={text}: one number is needed, not {described(x)}")
    return x


def _make_printable(stream: TextIO) -> None:
    """A terminal that cannot show ∂, × or v₁ shows d, * and v1."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        codecs.register_error("autograd", _plainer)
        reconfigure(errors="autograd")


def _plainer(error: UnicodeError) -> Tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    signs = {"∂": "d", "×": "*", "…": "...", "⁻": "-"}
    text = "".join([signs.get(c) or unicodedata.normalize("NFKC", c) for c in error.object[error.start:error.end]])
    return "".join([c if c.isascii() else "?" for c in text]), error.end
