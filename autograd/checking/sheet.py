"""Sheets of problems: reading one from text, and marking it.

    # a comment
    [neuron]                                  the name of a problem
    net = w*x + b                             its formula, in named steps if you like
    a = sigmoid(net)
    w in -2 .. 2                              a range, if the default around 0 will not do
    da/dw = a*(1 - a)*x                       claims
    0 < da/dnet <= 1/4

To claim a value, name a step once more ("a = 0.75"); `≈` means right to the digits given. A line such as "at w = 1, x = 2, b = 0"
tries the claims there, instead of at points over the whole range; a line such as "given x + y = 1" tries them where that holds.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import AutogradError, FormulaError, InputError, OperandError
from ..expressions import Expression, expression
from ..inputs import described
from ..text import counted, in_markdown, printable, shortened
from .arguments import NAME
from .claims import VALUE, is_derivative_line
from .report import INCONCLUSIVE, RIGHT, WRONG, Report
from .verification import verify

_HEADER = re.compile(r"\[(?P<name>[^\]]+)\]$")
_RANGE = re.compile(rf"(?P<name>{NAME}) ?(?: in | ?∈ ?|=)(?P<ends>.+)$")
_GIVEN = re.compile(r"given (?P<condition>.+)$")
_POINT = re.compile(r"at (?P<values>[^\W\d]\w* ?=.+)$")


FAULT = "{}: {}. This is a fault in autograd, not in the sheet: please report it"


@dataclass
class Exercise:
    """One problem of a sheet.

    Attributes:
        name: its name. line: the line where it begins. formula: its steps. claims: lines, as `verify` takes them. comments: the
            comment beside each claim. domain, points, given: as `verify` takes them. faults: lines that cannot be read, and why.
            steps: the names of the formula's steps. unread: claims before any formula, which a key may give.
    """

    name: str
    line: int
    formula: str = ""
    claims: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    domain: dict[str, tuple[float, float]] = field(default_factory=dict)
    points: list[dict[str, float]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    steps: set[str] = field(default_factory=set, repr=False)
    unread: list[str] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Marked:
    """An exercise with its report; if it cannot be marked, `report` is None and `error` says why."""

    exercise: Exercise
    report: Report | None
    error: str = ""

    @property
    def verdict(self) -> str:
        """The verdict of the report, or "error"."""
        return "error" if self.report is None else self.report.verdict


def read_sheet(text: str) -> list[Exercise]:
    """The exercises of a sheet. A line that cannot be read becomes a fault of its exercise, so that the others can be marked."""
    if not isinstance(text, str):
        raise OperandError(f"a sheet must be text, got {described(text)}")
    exercises: list[Exercise] = []
    for number, whole in enumerate(text.splitlines(), 1):
        line, _, comment = whole.partition("#")
        line = line.strip()
        header = _HEADER.match(line)
        if header or (line and not exercises):
            exercises.append(Exercise(printable(header["name"]).strip() if header else "problem", number))
        if line and not header:
            try:
                _take(exercises[-1], line, printable(comment).strip())
            except AutogradError as error:
                exercises[-1].faults.append(f"line {number}: {error}")
    return exercises


def _take(exercise: Exercise, line: str, comment: str) -> None:
    """Add one line to an exercise: a range, a point, a claim, or a step of the formula."""
    plain = " ".join(line.split())
    at, given = _POINT.match(plain), _GIVEN.match(plain)
    if given:
        exercise.given.append(given["condition"])
    elif at:
        point: dict[str, float] = {}
        for name, x in [_assignment(part) for part in at["values"].split(",")]:
            if name in point:
                raise InputError(f"{name} was given twice")
            point[name] = x
        exercise.points.append(point)
    elif _ends(plain) is not None and "=" not in plain:
        name, pair = within(plain)
        if name in exercise.domain:
            raise InputError(f"the range of {name} was given twice")
        exercise.domain[name] = pair
    elif is_derivative_line(plain) or _is_value(exercise, plain):
        if not exercise.formula:
            exercise.unread.append(line)
            raise InputError(f"the claim {shortened(line)!r} comes before any formula")
        exercise.claims.append(line)
        exercise.comments.append(comment)
    else:                                                            # each step by itself; the whole is read when it is marked
        step = Expression(line, exercise.steps)
        twice = [name for name in step.steps if name in exercise.steps]
        if twice:
            raise FormulaError(f"{twice[0]} is already in use: give each step a name of its own")
        exercise.steps.update(step.steps)
        exercise.formula = f"{exercise.formula}; {line}" if exercise.formula else line


def _is_value(exercise: Exercise, line: str) -> bool:
    """Whether a line claims a value, because it names a step that the formula has already named."""
    match = VALUE.match(line)
    if match is None or not exercise.formula:
        return False
    return match["name"].partition("[")[0] in exercise.steps or match["relation"] in ("≈", "~=")


def _ends(plain: str) -> tuple[str, str, str] | None:
    """A range in single spaces, as its name and the texts of its two ends; None if it is none."""
    match = _RANGE.match(plain)
    if match is None:
        return None
    ends = match["ends"].strip().removeprefix("[").removesuffix("]")
    low, dots, high = ends.partition(".." if ".." in ends else ",")
    return (match["name"], low.strip(), high.strip()) if dots and low.strip() and high.strip() else None


def within(text: str) -> tuple[str, tuple[float, float]]:
    """A range such as "x in 0 .. 10" or "x=0..10", as a name and a pair."""
    ends = _ends(" ".join(text.split()))
    if ends is None:
        raise InputError(f"{shortened(text)!r} is not a range: write x in 0 .. 10")
    name, low, high = ends
    return name, (_constant(low), _constant(high))


def _assignment(part: str) -> tuple[str, float]:
    name, equals, x = part.partition("=")
    if not equals:
        raise FormulaError(f"{part.strip()!r} does not give a name a value: write at a = 2, b = 1")
    return name.strip(), _constant(x)


def _constant(text: str) -> float:
    if text.strip() in ("inf", "-inf", "∞", "-∞"):
        return float(text.strip().replace("∞", "inf"))
    formula = expression(text)
    if formula.names:
        raise FormulaError(f"{text.strip()!r} is not a number")
    x = formula()
    if not isinstance(x, float):
        raise FormulaError(f"{text.strip()!r} is not a number")
    return x


def mark(exercises: Sequence[Exercise]) -> list[Marked]:
    """Each exercise with its report, or with the reason why it cannot be marked."""
    marked = []
    for exercise in exercises:
        try:
            if exercise.faults:
                raise FormulaError("; ".join(exercise.faults))
            if not exercise.claims:
                raise InputError(f"line {exercise.line}: {exercise.name} has no claims: write a line such as df/dx = ...")
            report = verify(exercise.formula, exercise.claims, domain=exercise.domain, points=exercise.points or None,
                            given=exercise.given or None)
            report.title = exercise.name
            marked.append(Marked(exercise, report))
        except AutogradError as error:
            marked.append(Marked(exercise, None, str(error)))
        except Exception as error:                                   # must not cost the other problems their marks
            marked.append(Marked(exercise, None, FAULT.format(type(error).__name__, error)))
    return marked


# Several sheets ----------------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Student:
    """One sheet of several: whose it is, and how many claims are right, of how many, in each problem."""

    name: str
    marks: dict[str, tuple[int, int]]
    remarks: tuple[str, ...] = ()

    @property
    def right(self) -> int:
        """The claims that are right."""
        return sum([right for right, _ in self.marks.values()])

    @property
    def claims(self) -> int:
        """The claims that there are to be."""
        return sum([count for _, count in self.marks.values()])

    @property
    def percent(self) -> float:
        """The share of right claims, in percent."""
        return 100.0 * self.right / self.claims if self.claims else 0.0


def with_key(exercises: Sequence[Exercise], key: Sequence[Exercise]) -> list[Exercise]:
    """A student's problems with the formulas, ranges and points of the key, problem by problem. Formulas of the student's own are
    not looked at, so that nobody makes a problem easier; problems that the student left out have no claims."""
    by_name = {exercise.name: exercise for exercise in exercises}
    found = []
    for model in key:
        theirs = by_name.get(model.name, Exercise(model.name, model.line))
        again = read_sheet("\n".join([f"[{model.name}]", *model.formula.split("; "), *theirs.unread, *theirs.claims]))[0]
        found.append(Exercise(model.name, theirs.line, model.formula, again.claims, again.comments, model.domain, model.points,
                              model.given, again.faults, model.steps))
    return found


def student_of(name: str, marked: Sequence[Marked], key: Sequence[Exercise] = ()) -> Student:
    """A student's marks: right claims of all claims, problem by problem; with a key, of the claims that it has."""
    wanted = {exercise.name: len(exercise.claims) for exercise in key}
    marks, remarks = {}, []
    for item in marked:
        verdicts = [finding.verdict for finding in item.report.findings] if item.report is not None else []
        right = verdicts.count(RIGHT)
        count = wanted.get(item.exercise.name, len(verdicts) or len(item.exercise.claims) or 1)
        marks[item.exercise.name] = min(right, count), count
        if item.report is None:
            remarks.append(f"{item.exercise.name}: {item.error}")
    return Student(name, marks, tuple(remarks))


def table_of(students: Sequence[Student]) -> list[list[str]]:
    """The marks as rows: a heading, and a row for each student with a cell for each problem, the sum, and the percentage."""
    problems = list(dict.fromkeys([problem for student in students for problem in student.marks]))
    rows = [["name", *problems, "right", "percent"]]
    for student in students:
        cells = [f"{student.marks[p][0]}/{student.marks[p][1]}" if p in student.marks else "-" for p in problems]
        rows.append([student.name, *cells, f"{student.right}/{student.claims}", f"{student.percent:.0f}"])
    return rows


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV. A cell that a spreadsheet would take for a formula gets a quote before it."""
    stream = io.StringIO()
    safe = [[f"'{cell}" if cell[:1] in "=+@" else cell for cell in row] for row in rows]
    csv.writer(stream, lineterminator="\n").writerows(safe)
    return stream.getvalue().rstrip("\n")


def as_markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table."""
    head, *rest = [[in_markdown(cell) for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *rest]
    return "\n".join([f"| {' | '.join(row)} |" for row in lines])


# Marked sheets as text ---------------------------------------------------------------------------------------------------------

def as_text(marked: Sequence[Marked]) -> str:
    """A marked sheet as text."""
    blocks = []
    for item in marked:
        if item.report is None:
            blocks.append(f"{item.exercise.name}\n  cannot be marked: {item.error}")
        else:
            first, *rest = str(item.report).splitlines()
            blocks.append("\n".join([first, *[f"  {line}" if line else "" for line in rest]]))
    return "\n\n".join([*blocks, summary(marked)])


def as_markdown(marked: Sequence[Marked]) -> str:
    """A marked sheet as Markdown."""
    blocks = [item.report.to_markdown() if item.report is not None
              else f"**{in_markdown(item.exercise.name)}**\n\ncannot be marked: {in_markdown(item.error)}\n" for item in marked]
    return "\n".join([*blocks, summary(marked)]) + "\n"


def as_data(marked: Sequence[Marked]) -> list[dict[str, Any]]:
    """A marked sheet as plain data."""
    return [{"name": item.exercise.name, "line": item.exercise.line, "formula": item.exercise.formula,
             "error": item.error or None, "report": None if item.report is None else item.report.to_dict()} for item in marked]


def summary(marked: Sequence[Marked]) -> str:
    """ "61 claims: 48 right, 13 wrong"."""
    verdicts = [finding.verdict for item in marked if item.report is not None for finding in item.report.findings]
    errors = len([item for item in marked if item.report is None])
    counts = [f"{verdicts.count(verdict)} {verdict}" for verdict in (RIGHT, WRONG, INCONCLUSIVE) if verdict in verdicts]
    text = f"{counted(len(verdicts), 'claim')}: {', '.join(counts) or 'none marked'}"
    return text + (f"; {counted(errors, 'problem')} could not be marked" if errors else "")
