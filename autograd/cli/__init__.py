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
import codecs
import contextlib
import json
import math
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from .. import __version__
from ..engine import Value
from ..errors import AutogradError, InputError
from ..expressions import expression
from ..files import write
from ..text import aligned, did_you_mean, printable
from ..traversal import topological_order
from .points import assignments, graph_of, number_of, once, output_at, point_of, some_point, values_of

FINE, WRONG, BAD_INPUT, INCONCLUSIVE, INTERRUPTED = 0, 1, 2, 3, 130
Result = tuple[int, str]                                             # an exit code, and what is printed
# The first of these that there is, counts.
EXITS = {"error": BAD_INPUT, "wrong": WRONG, "not read": BAD_INPUT, "inconclusive": INCONCLUSIVE, "right": FINE}

DEMO = "c = a + b; d = b + 1; e = c*d"
DEMO_POINT = ("a=2", "b=1")
DEMO_PICTURE = "e.png"

DEMO_CLAIMS = ("∂e/∂a = b + 1", "∂e/∂b = b + 1")
FORMATS = ("text", "json", "markdown")
PICTURE_OPTIONS = ("--at", "-o", "--output", "--theme", "--direction", "--open")

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

SHEET_FORMAT = """\
a sheet:
  # a comment
  [neuron]                      the name of a problem
  net = w*x + b                 its formula, in named steps
  a = sigmoid(net)
  w in -2 .. 2                  a range, if the default one around 0 will not do
  da/dw = a*(1 - a)*x           claims: = is exact, ≈ right to the digits given, < and > bounds
  at w = 1, x = 2, b = 0        where to check them, instead of all over the range
  given w + x = 1               a side condition: they are checked where it holds
with several sheets, a table of right claims ends the output; --summary prints it alone
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on the arguments, by default those of the process, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        _make_printable(stream)
    try:
        words = [_decoded(word) for word in (sys.argv[1:] if arguments is None else arguments)]
        code, text = COMMANDS[words[0]](words[1:]) if words and words[0] in COMMANDS else _formula(words)
        _write(sys.stdout, text)
    except KeyboardInterrupt:
        code = INTERRUPTED
        _write(sys.stderr, "autograd: interrupted")
    except (AutogradError, OSError) as error:
        code = BAD_INPUT
        _write(sys.stderr, f"autograd: {error}")
    return code


def _write(stream: TextIO | None, text: str) -> None:
    """Print a text, if anybody can still read it: the exit code says the verdict, whatever becomes of the output."""
    if stream is None:                                               # it was closed before the program began
        return
    try:
        print("\n".join([printable(line) for line in text.split("\n")]), file=stream)
        stream.flush()
    except (OSError, ValueError) as error:
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            _write(sys.stderr, f"autograd: the output could not be written: {error}")
        with contextlib.suppress(OSError, ValueError):               # nothing is left for Python to flush when it ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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


def _draw(words: list[str]) -> Result:
    from ..drawing import draw, form_of

    parser = _picture_parser("draw", "Draw the graph of a formula.", ".svg, .png, .pdf, .dot or .mmd (Mermaid)", "graph.svg",
                             ("light", "dark", "print", "auto"))
    parser.add_argument("--paths", metavar="NAME", help="colour the paths from this name to the result")
    parser.add_argument("--operators", action="store_true", help="draw operations as round boxes")
    parser.add_argument("--title", help="a line above the picture")
    options = parser.parse_intermixed_args(_kept_apart(words, ("--paths", "--title", "--operators", *PICTURE_OPTIONS)))
    form_of(options.output)
    drawing = draw(graph_of(options), paths=options.paths, theme=options.theme, direction=options.direction,
                   operators=options.operators, title=options.title)
    return FINE, _saved("picture", drawing, options)


def _sweep(words: list[str]) -> Result:
    from ..drawing import sweep, sweep_form_of

    parser = _picture_parser("sweep", "Show the backward sweep through the graph of a formula, step by step.",
                             ".html, .gif or .svg (a strip)", "sweep.html", ("light", "dark", "print"))
    parser.add_argument("--forward", action="store_true", help="begin with the forward pass")
    options = parser.parse_intermixed_args(_kept_apart(words, ("--forward", *PICTURE_OPTIONS)))
    sweep_form_of(options.output)
    steps = sweep(graph_of(options), forward=options.forward, theme=options.theme, direction=options.direction)
    titles = "\n".join([step.title for step in steps.steps])
    return FINE, f"{titles}\n\n{_saved('sweep', steps, options)}"


def _page(words: list[str]) -> Result:
    from ..drawing import page, page_form_of

    parser = _picture_parser("page", "Make an interactive page: the graph, sliders, the sweep, your own derivatives.",
                             ".html", "page.html", ("auto", "light", "dark", "print"))
    parser.add_argument("--title", help="the heading; by default the formula")
    options = parser.parse_intermixed_args(_kept_apart(words, ("--title", *PICTURE_OPTIONS)))
    page_form_of(options.output)
    shown = page(graph_of(options), title=options.title, theme=options.theme, direction=options.direction)
    return FINE, _saved("page", shown, options)


def _saved(what: str, shown: Any, options: argparse.Namespace) -> str:
    """A picture saved, and opened if that is asked for."""
    if options.open:
        shown.show()
    return f"The {what} is in {shown.save(options.output)}"


def _picture_parser(command: str, description: str, forms: str, default: str, themes: Sequence[str]) -> _Parser:
    """A parser with the options that all pictures have; the first theme is the default."""
    parser = _Parser(prog=f"autograd {command}", description=description)
    parser.add_argument("formula", help="the formula, in named steps if you like")
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="a number for each name; left out: 1, 2, 3, ...")
    parser.add_argument("-o", "--output", metavar="FILE", default=default, help=f"{forms}; by default {default}")
    _with_at(parser)
    parser.add_argument("--theme", choices=themes, default=themes[0])
    parser.add_argument("--direction", choices=("LR", "TB", "RL", "BT"), help="where the arrows point; by default whatever fits")
    parser.add_argument("--open", action="store_true", help="open it in a viewer")
    return parser


def _with_at(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--at", action="append", default=[], metavar="POINT", help='such as "a=2, b=1", the same as a=2 b=1')


def _check(words: list[str]) -> Result:
    from ..checking import verify
    from ..checking.sheet import within

    parser = _Parser(prog="autograd check", description="Check hand-derived derivatives of a formula.", epilog=CHECK_EPILOG,
                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formula", help="the formula, in named steps if you like")
    parser.add_argument("claims", nargs="+", metavar="CLAIM",
                        help='such as "de/da = b + 1"; dE/dw ≈ 0.0822 is right to the digits given')
    parser.add_argument("--domain", action="append", default=[], metavar="RANGE", help='such as "x in 0 .. 10"; may be repeated')
    parser.add_argument("--at", action="append", default=[], metavar="POINT",
                        help='such as "a=2, b=1": check only there; may be repeated')
    parser.add_argument("--given", action="append", default=[], metavar="CONDITION",
                        help='such as "x + y = 1": check only where it holds; may be repeated')
    parser.add_argument("--strict", action="store_true", help="decimals must be exact at points that are given, too")
    parser.add_argument("-o", "--output", metavar="FILE", help="draw the graph with the faulty edge in red, as for draw")
    parser.add_argument("--format", choices=FORMATS, default="text")
    options = parser.parse_args(_kept_apart(words, ("--domain", "--at", "--given", "--strict", "-o", "--output", "--format")))
    if options.output is not None:
        from ..drawing import form_of
        form_of(options.output)
    domain = once([within(text) for text in options.domain])
    points = [{name: number_of(name, number) for name, number in once(assignments(text)).items()} for text in options.at]
    report = verify(options.formula.strip(), [claim.strip() for claim in options.claims], domain=domain, points=points or None,
                    given=options.given or None, strict=options.strict)
    text = _formatted(options.format, lambda: str(report), report.to_markdown, report.to_dict)
    if options.output is not None:
        path = report.draw().save(options.output)
        text += f"\n\nThe picture is in {path}" if options.format == "text" else ""
    return EXITS[report.verdict], text


def _sheet(words: list[str]) -> Result:
    from ..checking import sheet

    parser = _Parser(prog="autograd sheet", description="Mark a text file of problems.", epilog=SHEET_FORMAT,
                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="+", help="a sheet, or several of them; - reads one from the standard input")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--key", metavar="FILE", help="a sheet with the formulas; the others need only claims, by problem")
    parser.add_argument("--summary", choices=("text", "csv", "markdown"),
                        help="only a table: a row for each sheet, with the claims that are right in each problem")
    options = parser.parse_args(words)
    key = [] if options.key is None else sheet.read_sheet(_read(options.key))
    sheets: list[tuple[str, Any]] = []
    for file in options.file:
        exercises = sheet.read_sheet(_read(file))
        if not exercises:
            raise InputError(f"there is no problem in {file}: see autograd sheet --help for the format")
        sheets.append((file, sheet.mark(sheet.with_key(exercises, key) if key else exercises)))
    verdicts = {item.verdict for _, marked in sheets for item in marked}
    code = next((code for verdict, code in EXITS.items() if verdict in verdicts), FINE)
    students = [sheet.student_of(Path(file).stem, marked, key) for file, marked in sheets]
    if options.summary is not None:
        rows = sheet.table_of(students)
        if options.summary == "text":
            return code, aligned([tuple(row) for row in rows])
        return code, sheet.as_csv(rows) if options.summary == "csv" else sheet.as_markdown_table(rows)
    if options.format == "json":
        data = [sheet.as_data(marked) for _, marked in sheets]
        return code, _as_json(data[0] if len(data) == 1 else dict(zip(options.file, data)))
    shown = sheet.as_markdown if options.format == "markdown" else sheet.as_text
    if len(sheets) == 1:
        return code, shown(sheets[0][1])
    mark = "# " if options.format == "markdown" else "== "
    table = sheet.table_of(students)
    ending = sheet.as_markdown_table(table) if options.format == "markdown" else aligned([tuple(row) for row in table])
    return code, "\n\n".join([*[f"{mark}{file}\n\n{shown(marked)}" for file, marked in sheets], ending])


def _read(file: str) -> str:
    try:
        return _standard_input() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8 text") from None


def _exercises(words: list[str]) -> Result:
    from ..checking.exercises import as_sheet, exercises

    parser = _Parser(prog="autograd exercises", description="Make problems with their answers, as a sheet.",
                     epilog="levels: 1 one rule, 2 two or three, 3 a neuron or a loss in steps, 4 a network of two layers",
                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10, metavar="N", help="how many problems; by default 10")
    parser.add_argument("--level", type=int, default=1, metavar="N", help="how hard, from 1 to 4; by default 1")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed makes the same problems")
    parser.add_argument("--blank", action="store_true", help="without the answers")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the sheet into this file")
    options = parser.parse_args(words)
    text = as_sheet(exercises(options.count, options.level, options.seed), options.level, options.seed, options.blank)
    if options.output is None:
        return FINE, text.rstrip("\n")
    write(Path(options.output), text.encode())
    return FINE, f"The sheet is in {options.output}"


def _standard_input() -> str:
    if sys.stdin is None:
        raise InputError("the standard input is closed: give a file")
    return sys.stdin.read()


def _explain(words: list[str]) -> Result:
    from ..checking import explain

    parser = _Parser(prog="autograd explain", description="Derive a formula step by step, in symbols and in numbers.")
    parser.add_argument("formula")
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="a number for each name; left out: 1, 2, 3, ...")
    _with_at(parser)
    parser.add_argument("--wrt", action="append", default=[], metavar="NAME", help="derive by this name; by default each")
    parser.add_argument("--format", choices=("text", "markdown", "latex"), default="text")
    options = parser.parse_intermixed_args(_kept_apart(words, ("--wrt", "--at", "--format")))
    function = expression(options.formula.strip())
    output = output_at(function, some_point(function, values_of(options)))
    if not isinstance(output, Value):
        raise InputError(f"{function.text!r} depends on nothing, so there is nothing to derive")
    given = [word.partition("=")[0].strip() for word in values_of(options)]
    leaves = [v for v in topological_order(output) if v.op is None and (v.name or "").partition("[")[0] in function.names]
    taken = [f"{v.name} = {v.data:g}" for v in leaves if v.name not in given]
    explanations = [explain(output, name) for name in options.wrt or [str(v.name) for v in sorted(
        leaves, key=lambda v: function.names.index(str(v.name).partition("[")[0]))]]
    texts = [str(e) if options.format == "text" else e.to_markdown() if options.format == "markdown" else e.to_latex()
             for e in explanations]
    if taken and given:
        texts.insert(0, f"Not given, so chosen: {', '.join(taken)}")
    return FINE, "\n\n".join(texts)


def _formatted(form: str, text: Callable[[], str], markdown: Callable[[], str], data: Callable[[], Any]) -> str:
    return _as_json(data()) if form == "json" else markdown() if form == "markdown" else text()


def _as_json(data: Any) -> str:
    return json.dumps(_plain(data), ensure_ascii=False, indent=2)


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

    for word in words:
        if re.fullmatch(r"--[a-z][a-z-]{2,}(=.*)?", word) and not is_option(word):
            hint = did_you_mean(word.partition("=")[0], [*options, "--help"]) or "; see --help"
            raise InputError(f"there is no option {word}{hint}")
    return [word if not word.startswith("-") or is_option(word) or (k and words[k - 1] in options) else f" {word}"
            for k, word in enumerate(words)]


class _Parser(argparse.ArgumentParser):

    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required: formula"):
            message = "no formula is given"
        raise InputError(f"{message}; see --help")

    def _print_message(self, message: str, file: Any = None) -> None:
        _write(file or sys.stdout, message.rstrip("\n"))             # --help and --version, too, survive a full disk


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="autograd", description="The computational graph of a formula: values, local partials, gradients, and a picture.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formula", help="a formula, such as (a+b)*(b+1); or the word demo")
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="a number for each name in the formula")
    _with_at(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="draw the picture too, as for draw")
    parser.add_argument("--version", action="version", version=f"autograd {__version__}")
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
  autograd draw "(a+b)*(b+1)" a=2 b=1 --paths b --theme dark --open   the picture, with the paths from b
  autograd sweep "(a+b)*(b+1)" a=2 b=1 -o sweep.html   the backward sweep step by step: .html, .gif or .svg
  autograd check "(a+b)*(b+1)" "d/da = b+1" "d/db = a+b"
  autograd check "a = σ(w*x + b); E = (a - y)²/2" "∂E/∂w = (a - y)*a*(1 - a)*x" "∂E/∂a = a - y"
  autograd check "log(x)" "d/dx = 1/x" --domain "x in 0.1 .. 10"
exit codes: 0 all right, 1 one is wrong, 2 bad input, 3 one is inconclusive
"""
COMMANDS: dict[str, Callable[[list[str]], Result]] = {
    "draw": _draw, "sweep": _sweep, "page": _page, "check": _check, "sheet": _sheet, "exercises": _exercises, "explain": _explain}
