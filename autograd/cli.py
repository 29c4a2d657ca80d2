"""The command line: it prints and draws a formula's graph, checks claims, marks sheets, derives step by step, and has a demo.

    autograd "(a+b)*(b+1)" a=2 b=1                           print the table
    autograd "(a+b)*(b+1)" a=2 b=1 -o e.svg                  and draw the picture
    autograd check "(a+b)*(b+1)" "d/da = b+1" "d/db = a+b"   which claim is wrong, where, and why
    autograd sheet FILE                                      mark a file of problems
    autograd explain "log(1+exp(x))" x=0.5                   the derivation, step by step
    autograd demo                                            all of it, for e = (a + b)(b + 1)

Exit codes: 0 fine, or right; 1 wrong; 2 bad input; 3 inconclusive.
"""

from __future__ import annotations

import argparse
import codecs
import itertools
import json
import math
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from . import __version__
from .engine import Value
from .errors import AutogradError, InputError
from .expressions import Expression, expression
from .inputs import described
from .sweep import topological_order

FINE, WRONG, BAD_INPUT, INCONCLUSIVE = 0, 1, 2, 3
EXITS = {"right": FINE, "wrong": WRONG, "inconclusive": INCONCLUSIVE}

DEMO = "c = a + b; d = b + 1; e = c*d"
DEMO_POINT = ("a=2", "b=1")
DEMO_PICTURE = "e.png"

DEMO_CLAIMS = ("∂e/∂a = b + 1", "∂e/∂b = b + 1")
FORMATS = ("text", "json", "markdown")

EPILOG = """\
examples:
  autograd "(a+b)*(b+1)" a=2 b=1                each value, local partial and gradient
  autograd "(a+b)*(b+1)" a=2 b=1 -o e.svg       and the picture: .svg, .png or .dot
  autograd "c = a + b; e = c*tanh(b)" a=2 b=1/3   named steps
  autograd check "(a+b)*(b+1)" "d/da = b+1" "d/db = a+b"   which is wrong, where, and why
  autograd sheet problems.txt                   a file of problems, marked
  autograd explain "log(1+exp(x))" x=0.5        the derivation, step by step
  autograd demo                                 e = (a + b)(b + 1), printed, drawn and checked
check, sheet and explain have their own --help.
"""

SHEET_FORMAT = """\
a sheet:
  # a comment
  [neuron]                      the name of a problem
  net = w*x + b                 its formula, in named steps
  a = sigmoid(net)
  w in -2 .. 2                  a range, if the default one around 0 will not do
  da/dw = a*(1 - a)*x           claims: = is exact, ≈ right to the digits given, < and > bounds
  at w = 1, x = 2, b = 0        where to check them, instead of all over the range
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on the arguments, by default those of the process, and return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _make_printable(sys.stdout)
    _make_printable(sys.stderr)
    code = FINE
    try:
        code = COMMANDS[words[0]](words[1:]) if words and words[0] in COMMANDS else _formula(words)
        sys.stdout.flush()
    except BrokenPipeError:                                          # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AutogradError, OSError) as error:
        print(f"autograd: {error}", file=sys.stderr)
        return BAD_INPUT
    return code


def _formula(words: list[str]) -> int:
    if not words:
        raise InputError("no formula given: write one, such as \"(a+b)*(b+1)\" a=2 b=1, or the word demo; see --help")
    options = _parser().parse_intermixed_args(_with_formula_first(words))
    formula, picture = options.formula.strip(), options.output
    if formula == "demo" and not options.values:
        _demo(DEMO_PICTURE if picture is None else picture)
    else:
        _show(formula, options.values, picture)
    return FINE


def _check(words: list[str]) -> int:
    from .checking import verify
    from .checking.sheet import within

    parser = _Parser(prog="autograd check", description="Check hand-derived derivatives of a formula.", epilog=CHECK_EPILOG,
                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formula", help="the formula, in named steps if you like")
    parser.add_argument("claims", nargs="+", metavar="CLAIM",
                        help='such as "de/da = b + 1"; dE/dw ≈ 0.0822 is right to the digits given')
    parser.add_argument("--domain", action="append", default=[], metavar="RANGE", help='such as "x in 0 .. 10"; may be repeated')
    parser.add_argument("--at", action="append", default=[], metavar="POINT",
                        help='such as "a=2, b=1": check only there; may be repeated')
    parser.add_argument("-o", "--output", metavar="FILE", help="draw the graph with the faulty edge in red: .svg, .png or .dot")
    parser.add_argument("--format", choices=FORMATS, default="text")
    options = parser.parse_args(_kept_apart(words, ("--domain", "--at", "-o", "--output", "--format")))
    if options.output is not None:
        from .drawing import form_of
        form_of(options.output)
    domain = dict([within(text) for text in options.domain])
    points = [{name: _number(name, number) for name, number in _assignments(text)} for text in options.at]
    report = verify(options.formula.strip(), [claim.strip() for claim in options.claims], domain=domain, points=points or None)
    _print(options.format, report, report.to_markdown, report.to_dict)
    if options.output is not None:
        path = report.draw().save(options.output)
        if options.format == "text":
            print(f"\nThe picture is in {path}")
    return EXITS[report.verdict]


def _sheet(words: list[str]) -> int:
    from .checking import sheet

    parser = _Parser(prog="autograd sheet", description="Mark a text file of problems.", epilog=SHEET_FORMAT,
                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="the sheet; - reads it from the standard input")
    parser.add_argument("--format", choices=FORMATS, default="text")
    options = parser.parse_args(words)
    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{options.file} is not UTF-8 text") from None
    exercises = sheet.read_sheet(text)
    if not exercises:
        raise InputError(f"there is no problem in {options.file}: see autograd sheet --help for the format")
    marked = sheet.mark(exercises)
    _print(options.format, sheet.as_text(marked), lambda: sheet.as_markdown(marked), lambda: sheet.as_data(marked))
    verdicts = {item.verdict for item in marked}
    return (BAD_INPUT if "error" in verdicts else WRONG if "wrong" in verdicts
            else INCONCLUSIVE if "inconclusive" in verdicts else FINE)


def _explain(words: list[str]) -> int:
    from .checking import explain

    parser = _Parser(prog="autograd explain", description="Derive a formula step by step, in symbols and in numbers.")
    parser.add_argument("formula")
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="a number for each name; left out: 1, 2, 3, ...")
    parser.add_argument("--wrt", action="append", default=[], metavar="NAME", help="derive by this name; by default each")
    parser.add_argument("--format", choices=("text", "markdown", "latex"), default="text")
    options = parser.parse_intermixed_args(_kept_apart(words, ("--wrt", "--format")))
    function = expression(options.formula.strip())
    output = _output(function, _some_point(function, options.values))
    if not isinstance(output, Value):
        raise InputError(f"{function.text!r} depends on nothing, so there is nothing to derive")
    given = [word.partition("=")[0].strip() for word in options.values]
    leaves = [v for v in topological_order(output) if v.op is None and v.name in function.names]
    taken = [f"{v.name} = {v.data:g}" for v in leaves if v.name not in given]
    if taken and options.values:
        print(f"Not given, so chosen: {', '.join(taken)}\n")
    explanations = [explain(output, name) for name in options.wrt or function.names]
    texts = [str(e) if options.format == "text" else e.to_markdown() if options.format == "markdown" else e.to_latex()
             for e in explanations]
    print("\n\n".join(texts))
    return FINE


def _print(form: str, text: Any, markdown: Callable[[], str], data: Callable[[], Any]) -> None:
    if form == "json":
        print(json.dumps(_plain(data()), ensure_ascii=False, indent=2))
    else:
        print(markdown() if form == "markdown" else text)


def _plain(x: Any) -> Any:
    """Data with words for the infinities, which JSON lacks."""
    if isinstance(x, dict):
        return {key: _plain(item) for key, item in x.items()}
    if isinstance(x, (list, tuple)):
        return [_plain(item) for item in x]
    return str(x) if isinstance(x, float) and not math.isfinite(x) else x


def _kept_apart(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """Mark formulas and claims such as -x**2 with a leading space, so that they are not mistaken for options."""
    def is_option(word: str) -> bool:
        return word in ("-h", "--help", "--", *options) or any([word.startswith(f"{option}=") for option in options])

    return [word if not word.startswith("-") or is_option(word) or (k and words[k - 1] in options) else f" {word}"
            for k, word in enumerate(words)]


class _Parser(argparse.ArgumentParser):

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; see --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="autograd", description="The computational graph of a formula: values, local partials, gradients, and a picture.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formula", help="a formula, such as (a+b)*(b+1); or the word demo")
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="a number for each name in the formula")
    parser.add_argument("-o", "--output", metavar="FILE", help="draw the picture too: .svg, .png or .dot")
    parser.add_argument("--version", action="version", version=f"autograd {__version__}")
    return parser


def _with_formula_first(words: list[str]) -> list[str]:
    """Mark a formula such as -x**2 with a leading space, so that it is not mistaken for an option."""
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
    from .checking import verify

    print("e = (a + b)(b + 1) at a = 2, b = 1\n")
    _show(DEMO, DEMO_POINT, picture)
    print("\n∂e/∂b = 5 by two paths: through c, 1 × 2, and through d, 1 × 3.\n")
    print(verify(DEMO, list(DEMO_CLAIMS)))


def _show(formula: str, values: Sequence[str], picture: str | None) -> None:
    from .drawing import draw, form_of, table

    if picture is not None:
        form_of(picture)                                             # refuse a bad suffix before anything is printed
    function = expression(formula)
    output = _output(function, _point(function, values))
    if not isinstance(output, Value):
        if picture is not None:
            raise InputError(f"{formula!r} depends on nothing, so there is no graph to draw: give its numbers as a=2 b=1")
        print(f"{output:.17g}")
        return
    print(table(output))
    if picture is not None:
        print(f"\nThe picture is in {draw(output).save(picture)}")


def _output(function: Expression, point: dict[str, float]) -> Any:
    """The formula's single result at a point; a Value gets a name."""
    output = function(**{name: Value(x, name=name) for name, x in point.items()})
    if isinstance(output, (list, tuple)):
        raise InputError(f"{function.text!r} has {len(output)} results: choose one, as in {function.text}[0]")
    if isinstance(output, Value) and output.name is None:
        output.name = _unused(function)
    return output


def _unused(function: Expression) -> str:
    """A name for the result that the formula does not use: f, y, z, or f1, f2, ..."""
    names = itertools.chain("fyz", (f"f{k}" for k in itertools.count(1)))
    return next(name for name in names if name not in function.names and name not in function.steps)


def _point(function: Expression, values: Sequence[str]) -> dict[str, float]:
    """a=2 b=1/3 as numbers, one for each name in the formula."""
    point: dict[str, float] = {}
    for word in values:
        name, equals, number = word.partition("=")
        name = unicodedata.normalize("NFKC", name.strip())           # as Python normalises the names in the formula
        if not equals or not name:
            raise InputError(f"{word!r} does not give a name a value: write it as a=2, after the formula")
        if name in point:
            raise InputError(f"{name} was given twice")
        point[name] = _number(name, number)
    missing = [name for name in function.names if name not in point]
    if missing and not [name for name in point if name not in function.names]:
        raise InputError(f"{function.text!r} needs a value for {', '.join(missing)}: "
                         f"add {' '.join([name + '=1' for name in missing])}")
    return point


def _some_point(function: Expression, values: Sequence[str]) -> dict[str, float]:
    """The point that is given; the names left out get 1, 2, 3, ..."""
    given = [word.partition("=")[0].strip() for word in values]
    rest = [f"{name}={k}" for k, name in enumerate([name for name in function.names if name not in given], 1)]
    return _point(function, [*values, *rest])


def _assignments(text: str) -> list[tuple[str, str]]:
    """a=2, b=1 as pairs of texts."""
    pairs = [part.partition("=") for part in re.split(r"\s*,\s*|\s+(?=[^\W\d]\w*(?:\[\d+\])*\s*=)", text.strip())]
    for name, equals, _ in pairs:
        if not equals or not name.strip():
            raise InputError(f"{text!r} is not a point: write it as a=2, b=1")
    return [(name.strip(), number) for name, _, number in pairs]


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
        raise InputError(f"{name}={text}: {text!r} is not a number")
    if not isinstance(x, float):
        raise InputError(f"{name}={text}: expected one number, got {described(x)}")
    return x


def _make_printable(stream: TextIO) -> None:
    """Make a terminal that cannot show ∂, × or v₁ show d, * and v1."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        codecs.register_error("autograd", _plainer)
        reconfigure(errors="autograd")


def _plainer(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    signs = {"∂": "d", "×": "*", "…": "...", "⁻": "-"}
    text = "".join([signs.get(c) or unicodedata.normalize("NFKC", c) for c in error.object[error.start:error.end]])
    return "".join([c if c.isascii() else "?" for c in text]), error.end


CHECK_EPILOG = """\
examples:
  autograd check "(a+b)*(b+1)" "d/da = b+1" "d/db = a+b"
  autograd check "a = σ(w*x + b); E = (a - y)²/2" "∂E/∂w = (a - y)*a*(1 - a)*x" "∂E/∂a = a - y"
  autograd check "log(x)" "d/dx = 1/x" --domain "x in 0.1 .. 10"
exit codes: 0 all right, 1 one is wrong, 2 bad input, 3 one is inconclusive
"""
COMMANDS: dict[str, Callable[[list[str]], int]] = {"check": _check, "sheet": _sheet, "explain": _explain}
