"""The result of `verify` and `gradcheck`: a finding for each partial, printed as a table."""

from __future__ import annotations

import itertools
import math
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from ..engine import Value
from ..errors import GradientError, InputError
from ..text import aligned, code_in_markdown, counted, did_you_mean, fence, in_markdown, listed, printable
from ..trees import parted

if TYPE_CHECKING:
    from ..drawing import Drawing

MOST = 8                                                             # findings whose details a report prints
TITLE = 90                                                           # characters in a line of a picture's title
RIGHT, WRONG, INCONCLUSIVE, NOT_READ = "right", "wrong", "inconclusive", "not read"


@dataclass(frozen=True)
class Finding:
    """What gradcheck found for one partial derivative.

    Attributes:
        partial: which one, "∂f/∂a". at: the input's value. autodiff: the partial by the sweep. differences: by differences.
        sides: at a kink, the slopes below and above. Any slope between them is right; `differences` is the one nearest to
            autodiff's.
        verdict: "right", "wrong" or "inconclusive". note: the reason, if there is more to say.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = ("partial", "at", "autodiff", "differences", "off by", "verdict")
    array: ClassVar[str] = ""                                        # each finding speaks for itself

    partial: str
    at: float
    autodiff: float
    differences: float
    error: float
    verdict: str
    note: str = ""
    sides: tuple[float, float] | None = None

    def cells(self) -> tuple[str, ...]:
        """The finding's row of the table."""
        return (self.partial, f"{self.at:.6g}", f"{self.autodiff:.12g}", _between(self), _short(self.error, self.autodiff),
                f"{self.verdict}: {self.note}" if self.note else self.verdict)

    def details(self) -> list[str]:
        """The lines below the table: none."""
        return []

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return dict(vars(self))


@dataclass(frozen=True)
class Edit:
    """A local partial that a claim has wrong: d node / d operand number `operand`.

    Attributes:
        edge: "b → c". you: the number that the claim has for it, at the point of the finding. should_be: the right number.
    """

    node: Value
    operand: int
    edge: str
    you: float
    should_be: float


@dataclass(frozen=True)
class Cause:
    """What may have gone wrong in a derivation.

    Attributes:
        kind: the name of the mistake, "path forgotten". text: a description, with the names of the nodes.
        edits: the local partials that are wrong; none if the mistake concerns the gradient as a whole.
    """

    kind: str
    text: str
    edits: tuple[Edit, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The cause as plain data."""
        return {"kind": self.kind, "text": self.text,
                "edits": [{"edge": e.edge, "you": e.you, "should_be": e.should_be} for e in self.edits]}


@dataclass(frozen=True)
class ClaimFinding:
    """What verify found for one claim.

    Attributes:
        partial: which one, "∂e/∂b". claim: what was claimed. verdict: "right", "wrong", "inconclusive", or "not read" for a claim
            that cannot be read while others can.
        points: how many points decided. note: the reason, if there is more to say.
        at: the simplest point where the claim is wrong, by name. claimed, true: the two numbers there; `claimed` is None if the
            claim has no value. sides: at a kink, the least and the greatest slope that is right. ratio: claimed / true.
            same_ratio: whether that is the ratio wherever the claim is wrong.
        causes: what may have gone wrong, the likeliest first. derivation: the right derivation, if no cause was found.
        array, entries: if one mistake explains all wrong entries of an array, the array, "∂f/∂W", and how many, "all 6 entries".
    """

    HEADINGS: ClassVar[tuple[str, ...]] = ("partial", "claimed", "verdict", "at", "you", "should be", "ratio")

    partial: str
    claim: str
    verdict: str
    points: int = 0
    note: str = ""
    at: dict[str, float] | None = None
    claimed: float | None = None
    true: float | None = None
    sides: tuple[float, float] | None = None
    ratio: float | None = None
    same_ratio: bool = False
    causes: tuple[Cause, ...] = ()
    derivation: str = ""
    array: str = ""
    entries: str = ""
    graph: Value | None = field(default=None, repr=False)
    names: Mapping[str, Value] = field(default_factory=dict, repr=False)

    def cells(self) -> tuple[str, ...]:
        """The finding's row of the table."""
        start = self.partial, _shortened(self.claim), self.verdict
        if self.verdict != WRONG:
            return *start, counted(self.points, "point") if self.points or self.verdict != NOT_READ else "", "", "", ""
        return (*start, self.where(), _number(self.claimed, self.true), self._right(),
                ratio_text(self.ratio, self.same_ratio))

    def _right(self, dots: str = " … ") -> str:
        """What the claim should be: a number, or at a kink an interval."""
        if self.sides is None:
            return _number(self.true, self.claimed)
        interval = f"{self.sides[0]:.6g}{dots}{self.sides[1]:.6g}"
        return interval if dots == " … " else f"between {interval}, for there is a kink"

    def where(self, most: int = 4) -> str:
        """The failing point as text: "a = 2, b = 1"."""
        known = list((self.at or {}).items())
        return ", ".join([f"{name} = {x:.6g}" for name, x in known[:most]] + (["…"] if len(known) > most else []))

    def details(self) -> list[str]:
        """The lines below the table."""
        if self.verdict != WRONG:
            read = f"{NOT_READ}: " if self.verdict == NOT_READ else ""
            return [f"{self.partial}: {read}{self.note}"] if self.note else []
        where = f" at {self.where()}" if self.at else ""
        if self.claim[:1] in "<>":
            return [f"{self.partial} {self.claim} is wrong{where}: there it is {_number(self.true)}."]
        relation = "" if self.claim[:1] == "≈" else "= "
        whole = f"{self.array} is wrong in {self.entries}. " if self.array else ""
        lines = [f"{whole}{self.partial} {relation}{_shortened(self.claim)} is wrong{where}: "
                 f"you have {_number(self.claimed, self.true)}, it should be {self._right(' and ')}."]
        lines += [f"  {'Likely' if k == 0 else 'Or'}: {cause.text}" for k, cause in enumerate(self.causes)]
        lines += [f"  {self.note}"] if self.note else []
        if not self.causes and self.derivation:
            lines += ["  Neither one slip nor two explain this. The right derivation:"]
        elif not self.causes and not self.note:
            lines += ["  No mistake that people usually make explains this."]
        return lines + [f"    {line}" for line in self.derivation.splitlines()]

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        plain = {key: x for key, x in vars(self).items() if key not in ("graph", "names")}
        return {**plain, "causes": [cause.to_dict() for cause in self.causes]}


# All of them Finding (from `gradcheck`) or ClaimFinding (from `verify`). With Any, typed callers need no cast to either.
Findings = tuple[Any, ...]


class Report:
    """A finding for each partial. It is true only if all of them are right, and prints as a table.

    Attributes:
        title: what was checked. findings: a `Finding` or `ClaimFinding` for each partial. notes: remarks on the whole.
    """

    def __init__(self, title: str, findings: Sequence[Finding | ClaimFinding], notes: Sequence[str] = ()) -> None:
        self.title = printable(title)
        self.findings: Findings = tuple(findings)
        self.notes: tuple[str, ...] = tuple(notes)

    @property
    def verdict(self) -> str:
        """ "wrong" if a finding is wrong, else "not read" or "inconclusive" if one is, else "right"."""
        verdicts = {finding.verdict for finding in self.findings}
        return next((verdict for verdict in (WRONG, NOT_READ, INCONCLUSIVE) if verdict in verdicts), RIGHT)

    def __bool__(self) -> bool:
        return self.verdict == RIGHT

    def __str__(self) -> str:
        blocks = ["\n".join(block) for block in [finding.details() for finding in self._told()] if block]
        rest = [f"For {len(blocks) - MOST} more, see the table."] if len(blocks) > MOST + 1 else []
        return "\n\n".join([f"{self.title}\n{aligned(self._rows())}", *(blocks[:MOST] if rest else blocks), *rest, *self.notes])

    def _told(self) -> list[Any]:
        """The findings that are told in words: of those of an array that one mistake explains, the first."""
        told: dict[Any, Any] = {}
        for k, finding in enumerate(self.findings):
            told.setdefault(finding.array or k, finding)
        return list(told.values())

    def _rows(self) -> list[tuple[str, ...]]:
        """The table with its headings, without empty columns. Rows of an array that say the same are one row."""
        if not self.findings:
            return [("nothing to check",)]
        rows = [self.findings[0].HEADINGS]
        for label, finding in _in_rows(self.findings):
            partial, claim, *rest = finding.cells()
            rows.append((label, claim if label == partial else _stem(claim), *rest))
        filled = [k for k in range(len(rows[0])) if any([row[k] for row in rows[1:]])]
        return [tuple([row[k] for k in filled]) for row in rows]

    def to_markdown(self) -> str:
        """The report in Markdown: a table, then the causes of each wrong claim as a list."""
        head, *rows = self._rows()
        lines = [f"**{in_markdown(self.title)}**", "", _row(head), _row(["---"] * len(head)),
                 *[_row([_code(k, cell) for k, cell in enumerate(row)]) for row in rows]]
        for finding in self._told():
            first, *rest = finding.details() or [""]
            if first:
                lines += ["", in_markdown(first), ""]
            causes = [line[2:] for line in rest if not line.startswith("    ")]
            derivation = [line[4:] for line in rest if line.startswith("    ")]
            lines += [f"- {in_markdown(line)}" for line in causes]
            lines += ["", f"{fence(derivation)}text", *derivation, fence(derivation)] if derivation else []
        return "\n".join(lines + [f"\n{in_markdown(note)}" for note in self.notes]) + "\n"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        right = sum([finding.verdict == RIGHT for finding in self.findings])
        return f"<Report: {right} of {len(self.findings)} partials right>"

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, ready for JSON except for infinities."""
        return {"title": self.title, "right": bool(self), "verdict": self.verdict,
                "findings": [finding.to_dict() for finding in self.findings], "notes": list(self.notes)}

    def raise_if_wrong(self) -> None:
        """Raise GradientError with the report as its message, unless all findings are right."""
        if not self:
            raise GradientError(str(self))

    def draw(self, partial: str | None = None, **options: Any) -> Drawing:
        """The graph at the point where a claim is wrong, with the faulty edge in red: "you: 1, should be: 2".

        Args:
            partial: which finding of `verify`, "∂e/∂b"; by default the first wrong one. options: as in `autograd.draw`.

        Raises InputError if there is no such finding, or it has no graph.
        """
        from ..drawing import draw_marked

        drawable = [f for f in self.findings if isinstance(f, ClaimFinding) and f.graph is not None]
        chosen = [f for f in drawable if partial in (None, f.partial)]
        if not chosen:
            names = [f.partial for f in drawable]
            hint = did_you_mean(partial or "", names) or (f": choose from {listed(names)}" if names else "")
            raise InputError(f"there is no graph to draw for {partial or 'this report'}{hint}")
        finding = min(chosen, key=lambda f: f.verdict != WRONG)
        edits = finding.causes[0].edits if finding.causes else ()
        marks = {(e.node, e.operand): f"you: {_number(e.you, e.should_be)}, should be: {_number(e.should_be, e.you)}"
                 for e in edits}
        assert finding.graph is not None
        details = ([line.strip() for line in finding.details()[:2]] if finding.verdict == WRONG
                   else [f"{finding.partial} = {finding.claim}: {finding.verdict}"])
        title = "\n".join([line for text in details for line in textwrap.wrap(text, TITLE)])
        return draw_marked(finding.graph, marks, **{"title": title, "names": finding.names, **options})


def _in_rows(findings: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """The findings that have a row of the table, each with its label. Neighbours in an array that say the same share a row; so do
    the right entries of an array that one mistake explains, and the wrong ones."""
    explained = {parted(finding.partial)[0] for finding in findings if finding.array}
    counts = Counter([_row_of(finding, explained) for finding in findings])
    for row, group in itertools.groupby(findings, partial(_row_of, explained=explained)):
        run = list(group)
        name = parted(row[0])[0]
        if name in explained:
            if counts[row]:
                yield f"{name}, {counted(counts[row], 'entry', 'entries')}" if counts[row] > 1 else run[0].partial, run[0]
            counts[row] = 0                                          # they share one row
        elif len(run) > 2:
            yield f"{run[0].partial} … {run[-1].partial.removeprefix(name)}", run[0]
        else:
            yield from [(finding.partial, finding) for finding in run]


def _row_of(finding: Any, explained: set[str]) -> tuple[Any, ...]:
    """What the findings of one row have in common."""
    name, place = parted(finding.partial)
    if name in explained:
        return name, finding.verdict
    if not isinstance(finding, ClaimFinding) or not place or finding.verdict == WRONG or finding.note:
        return (finding.partial,)
    return name, finding.verdict, finding.points, _stem(finding.claim)


def _stem(claim: str) -> str:
    """A claim without the number of the part that an entry takes."""
    return re.sub(r"\[\d+\]$", "", claim)


def _between(finding: Finding) -> str:
    if finding.sides is None:
        return f"{finding.differences:.12g}"
    return f"{min(finding.sides):.6g} … {max(finding.sides):.6g}"


def _short(error: float, slope: float) -> str:
    """An error for the table. In the last of the 60 digits it counts as 0."""
    return "0" if error <= 1e-50 * abs(slope) else f"{error:.1e}"


def _shortened(claim: str, most: int = 48) -> str:
    claim = printable(" ".join(claim.split()))
    return claim if len(claim) <= most else claim[:most - 1] + "…"


def _number(x: float | None, other: float | None = None) -> str:
    """A number with six digits, or as many as it takes to tell it from the other."""
    if x is None:
        return "no value"
    digits = next((n for n in range(6, 17) if other is None or x == other or f"{x:.{n}g}" != f"{other:.{n}g}"), 17)
    return f"{x:.{digits}g}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(k: int, cell: str) -> str:
    return code_in_markdown(cell) if k == 1 and cell else in_markdown(cell)


RATIOS = {2.0: "2", 0.5: "1/2", -1.0: "-1", math.log(10.0): "ln 10", 1.0 / math.log(10.0): "1/ln 10", math.log(2.0): "ln 2",
          1.0 / math.log(2.0): "1/ln 2", math.pi: "π", 2.0 * math.pi: "2π", 1.0 / math.pi: "1/π", math.sqrt(2.0): "√2",
          math.sqrt(0.5): "1/√2", 2.0 / math.sqrt(math.pi): "2/√π",
          math.sqrt(2.0 * math.pi): "√(2π)", 1.0 / math.sqrt(2.0 * math.pi): "1/√(2π)",
          1.0 / (2.0 * math.pi): "1/(2π)", math.sqrt(math.pi) / 2.0: "√π/2", math.e: "e",
          1.0 / math.e: "1/e", math.pi / 180.0: "π/180", 180.0 / math.pi: "180/π"}


def ratio_text(ratio: float | None, is_constant: bool = True) -> str:
    """A ratio as one would write it: 1/3, -2, and ln 10 if it is the same everywhere; else four digits."""
    if ratio is None or not math.isfinite(ratio):
        return ""
    for sign, known in ((1.0, ""), (-1.0, "-")) if is_constant else ():
        for number, text in RATIOS.items():
            if abs(sign * ratio / number - 1.0) < 1e-9 and number > 0:
                return known + text
    for bottom in range(1, 13):
        top = ratio * bottom
        if math.isfinite(top) and abs(top - round(top)) <= 1e-9 * abs(top) and 0 < abs(round(top)) <= 10 ** 4:
            return f"{round(top)}" if bottom == 1 else f"{round(top)}/{bottom}"
    return f"{ratio:.10g}" if abs(ratio - 1.0) < 1e-3 else f"{ratio:.4g}"
