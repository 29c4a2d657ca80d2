"""The commands that check and derive: check, sheet, exercises and explain."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..engine import Value
from ..errors import InputError
from ..expressions import expression
from ..files import write
from ..text import aligned
from ..traversal import topological_order
from .output import EXITS, FINE, FORMATS, Result, as_json, formatted
from .parsing import Parser, kept_apart, with_at
from .points import assignments, number_of, once, output_at, some_point, values_of

CHECK_EPILOG = """\
examples:
  autograd check "(a+b)*(b+1)" "d/da = b+1" "d/db = a+b"
  autograd check "a = σ(w*x + b); E = (a - y)²/2" "∂E/∂w = (a - y)*a*(1 - a)*x" "∂E/∂a = a - y"
  autograd check "log(x)" "d/dx = 1/x" --domain "x in 0.1 .. 10"
exit codes: 0 all right, 1 one is wrong, 2 bad input, 3 one is inconclusive
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


def check_command(words: list[str]) -> Result:
    """Check claims about one formula."""
    from ..checking import verify
    from ..checking.sheet import within

    parser = Parser(prog="autograd check", description="Check hand-derived derivatives of a formula.", epilog=CHECK_EPILOG,
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
    options = parser.parse_args(kept_apart(words, ("--domain", "--at", "--given", "--strict", "-o", "--output", "--format")))
    if options.output is not None:
        from ..drawing import form_of
        form_of(options.output)
    domain = once([within(text) for text in options.domain])
    points = [{name: number_of(name, number) for name, number in once(assignments(text)).items()} for text in options.at]
    report = verify(options.formula.strip(), [claim.strip() for claim in options.claims], domain=domain, points=points or None,
                    given=options.given or None, strict=options.strict)
    text = formatted(options.format, lambda: str(report), report.to_markdown, report.to_dict)
    if options.output is not None:
        path = report.draw().save(options.output)
        text += f"\n\nThe picture is in {path}" if options.format == "text" else ""
    return EXITS[report.verdict], text


def sheet_command(words: list[str]) -> Result:
    """Mark sheets of problems."""
    from ..checking import sheet

    parser = Parser(prog="autograd sheet", description="Mark a text file of problems.", epilog=SHEET_FORMAT,
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
        return code, as_json(data[0] if len(data) == 1 else dict(zip(options.file, data)))
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


def _standard_input() -> str:
    if sys.stdin is None:
        raise InputError("the standard input is closed: give a file")
    return sys.stdin.read()


def exercises_command(words: list[str]) -> Result:
    """Make problems with their answers."""
    from ..checking.exercises import as_sheet, exercises

    parser = Parser(prog="autograd exercises", description="Make problems with their answers, as a sheet.",
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


def explain_command(words: list[str]) -> Result:
    """Derive a formula step by step."""
    from ..checking import explain

    parser = Parser(prog="autograd explain", description="Derive a formula step by step, in symbols and in numbers.")
    parser.add_argument("formula")
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="a number for each name; left out: 1, 2, 3, ...")
    with_at(parser)
    parser.add_argument("--wrt", action="append", default=[], metavar="NAME", help="derive by this name; by default each")
    parser.add_argument("--format", choices=("text", "markdown", "latex"), default="text")
    options = parser.parse_intermixed_args(kept_apart(words, ("--wrt", "--at", "--format")))
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
