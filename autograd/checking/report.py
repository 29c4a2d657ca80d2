"""The answer to "is this gradient right?": one finding for each partial, and a table of them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from ..engine import Value
from ..errors import GradientError, InputError
from ..text import aligned, did_you_mean

if TYPE_CHECKING:
    from ..drawing import Drawing

MOST = 8                                                             # findings of which a report tells more than the table
TITLE = 90                                                           # characters of a line above a picture
RIGHT, WRONG, INCONCLUSIVE = "right", "wrong", "inconclusive"


@dataclass(frozen=True)
class Finding:
    """What gradcheck found of one partial derivative.

    Attributes:
        partial: which one, "∂f/∂a". at: the input's value there. autodiff: by the sweep. differences: by finite differences.
        sides: at a kink the slopes below and above, between which any is right; then `differences` is the nearest to autodiff's.
        verdict: "right", "wrong" or "inconclusive". note: why, where there is more to say.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = ("partial", "at", "autodiff", "differences", "off by", "verdict")

    partial: str
    at: float
    autodiff: float
    differences: float
    error: float
    verdict: str
    note: str = ""
    sides: tuple[float, float] | None = None

    def cells(self) -> tuple[str, ...]:
        """A line of the table."""
        return (self.partial, f"{self.at:.6g}", f"{self.autodiff:.12g}", _between(self), _short(self.error, self.autodiff),
                f"{self.verdict}: {self.note}" if self.note else self.verdict)

    def details(self) -> list[str]:
        """What is said below the table: nothing."""
        return []

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return dict(vars(self))


@dataclass(frozen=True)
class Edit:
    """One local partial that was taken for another: d node / d operand number `operand`.

    Attributes:
        edge: "b → c". you: the number in its place in the claim, at the point of the finding. should_be: the right one.
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
        kind: the mistake's name, "path forgotten". text: it in words, with the names of the nodes.
        edits: the local partials that it changes; none where the mistake is in the whole.
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
    """What was found of one claim.

    Attributes:
        partial: what it is about, "∂e/∂b". claim: what was claimed. verdict: "right", "wrong" or "inconclusive".
        points: at how many points it was tried. note: why, where there is more to say.
        at: the simplest point where it is wrong, by name; there `claimed` is what it says (None if it has no value), `true` what
            is true, and `ratio` claimed / true; `same_ratio` says whether that is the ratio everywhere.
        causes: what may have gone wrong, the likeliest first. derivation: the right derivation, where no cause was found.
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
    ratio: float | None = None
    same_ratio: bool = False
    causes: tuple[Cause, ...] = ()
    derivation: str = ""
    graph: Value | None = field(default=None, repr=False)
    names: Mapping[str, Value] = field(default_factory=dict, repr=False)

    def cells(self) -> tuple[str, ...]:
        """A line of the table."""
        if self.verdict != WRONG:
            return (
                self.partial,
                _shortened(self.claim),
                self.verdict,
                f"{self.points} points" if self.points != 1 else "1 point",
                "",
                "",
                "",
            )
        return (
            self.partial,
            _shortened(self.claim),
            self.verdict,
            self.where(),
            _number(self.claimed, self.true),
            _number(self.true, self.claimed),
            ratio_text(self.ratio, self.same_ratio),
        )

    def where(self, most: int = 4) -> str:
        """The failing point in words: "a = 2, b = 1"."""
        known = list((self.at or {}).items())
        return ", ".join([f"{name} = {x:.6g}" for name, x in known[:most]] + (["…"] if len(known) > most else []))

    def details(self) -> list[str]:
        """What is said below the table, in lines."""
        lines = []
        if self.verdict == WRONG:
            relation = "" if self.claim[:1] in "<>≈" else "= "
            if self.claim[:1] in "<>":
                where = f" at {self.where()}" if self.at else ""
                return [f"{self.partial} {self.claim} is wrong{where}: there it is {_number(self.true)}."]
            lines.append(f"{self.partial} {relation}{_shortened(self.claim)} is wrong{f' at {self.where()}' if self.at else ''}: "
                         f"you have {_number(self.claimed, self.true)}, it should be {_number(self.true, self.claimed)}.")
            for k, cause in enumerate(self.causes):
                lines.append(f"  {'Likely' if k == 0 else 'Or'}: {cause.text}")
            if self.note:
                lines.append(f"  {self.note}")
            if not self.causes and self.derivation:
                lines.append("  No single slip, nor two, explains it. The right derivation:")
            lines += [f"    {line}" for line in self.derivation.splitlines()]
        elif self.note:
            lines.append(f"{self.partial}: {self.note}")
        return lines

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        plain = {key: x for key, x in vars(self).items() if key not in ("graph", "names")}
        return {**plain, "causes": [cause.to_dict() for cause in self.causes]}


class Report:
    """Findings, true only when all are right; prints as a table.

    Attributes:
        title: what was checked. findings: a `Finding` or `ClaimFinding` for each partial. notes: what else there is to say.
    """

    def __init__(self, title: str, findings: Sequence[Finding | ClaimFinding], notes: Sequence[str] = ()) -> None:
        self.title = title
        self.findings: tuple[Any, ...] = tuple(findings)
        self.notes: tuple[str, ...] = tuple(notes)

    @property
    def verdict(self) -> str:
        """ "wrong" if a finding is, else "inconclusive" if one is, else "right"."""
        verdicts = {finding.verdict for finding in self.findings}
        return WRONG if WRONG in verdicts else INCONCLUSIVE if INCONCLUSIVE in verdicts else RIGHT

    def __bool__(self) -> bool:
        return self.verdict == RIGHT

    def __str__(self) -> str:
        blocks = ["\n".join(block) for block in [finding.details() for finding in self.findings] if block]
        rest = [f"And {len(blocks) - MOST} more, as in the table."] if len(blocks) > MOST + 1 else []
        return "\n\n".join([f"{self.title}\n{aligned(self._rows())}", *(blocks[:MOST] if rest else blocks), *rest, *self.notes])

    def _rows(self) -> list[tuple[str, ...]]:
        """The table with its headings, without columns that are empty."""
        if not self.findings:
            return [("nothing to check",)]
        rows = [self.findings[0].HEADINGS, *[finding.cells() for finding in self.findings]]
        filled = [k for k in range(len(rows[0])) if any([row[k] for row in rows[1:]])]
        return [tuple([row[k] for k in filled]) for row in rows]

    def to_markdown(self) -> str:
        """The report in Markdown: a table, and a list of causes for each wrong claim."""
        head, *rows = [tuple([cell.replace("|", "\\|") for cell in row]) for row in self._rows()]
        lines = [
            f"**{self.title}**",
            "",
            _row(head),
            _row(["---"] * len(head)),
            *[_row([_code(k, cell) for k, cell in enumerate(row)]) for row in rows],
        ]
        for finding in self.findings:
            first, *rest = finding.details() or [""]
            if first:
                lines += ["", first, ""]
            causes = [line[2:] for line in rest if not line.startswith("    ")]
            derivation = [line[4:] for line in rest if line.startswith("    ")]
            lines += [f"- {line}" for line in causes]
            lines += ["", "```text", *derivation, "```"] if derivation else []
        return "\n".join(lines + [f"\n{note}" for note in self.notes]) + "\n"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        right = sum([finding.verdict == RIGHT for finding in self.findings])
        return f"<Report: {right} of {len(self.findings)} partials right>"

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, fit for JSON but for infinities."""
        return {"title": self.title, "right": bool(self), "verdict": self.verdict,
                "findings": [finding.to_dict() for finding in self.findings], "notes": list(self.notes)}

    def raise_if_wrong(self) -> None:
        """Raise GradientError, with the report as its message, unless all is right."""
        if not self:
            raise GradientError(str(self))

    def draw(self, partial: str | None = None, **options: Any) -> Drawing:
        """The graph at the point where a claim is wrong, the faulty edge in red: "you: 1, should be: 2".

        Args:
            partial: which finding, "∂e/∂b"; else the first wrong one of `verify`. options: those of `autograd.draw`.

        Raises InputError if there is no such finding, or it has no graph.
        """
        from ..drawing import draw_marked

        drawable = [f for f in self.findings if isinstance(f, ClaimFinding) and f.graph is not None]
        chosen = [f for f in drawable if partial in (None, f.partial)]
        if not chosen:
            names = [f.partial for f in drawable]
            known = f": there are {', '.join(names[:8])}" if names else ""
            hint = did_you_mean(partial or "", names) or known
            raise InputError(f"there is no graph to draw for {partial or 'this report'}{hint}")
        finding = min(chosen, key=lambda f: f.verdict != WRONG)
        edits = finding.causes[0].edits if finding.causes else ()
        marks = {
            (e.node, e.operand): f"you: {_number(e.you, e.should_be)}, should be: {_number(e.should_be, e.you)}" for e in edits
        }
        assert finding.graph is not None
        details = (
            [line.strip() for line in finding.details()[:2]]
            if finding.verdict == WRONG
            else [f"{finding.partial} = {finding.claim}: {finding.verdict}"]
        )
        title = "\n".join([line for text in details for line in textwrap.wrap(text, TITLE)])
        return draw_marked(finding.graph, marks, **{"title": title, "names": finding.names, **options})


def _between(finding: Finding) -> str:
    if finding.sides is None:
        return f"{finding.differences:.12g}"
    return f"{min(finding.sides):.6g} … {max(finding.sides):.6g}"


def _short(error: float, slope: float) -> str:
    """An error for the table; in the last of the 60 digits it is none."""
    return "0" if error <= 1e-50 * abs(slope) else f"{error:.1e}"


def _shortened(claim: str, most: int = 48) -> str:
    claim = " ".join(claim.split())
    return claim if len(claim) <= most else claim[:most - 1] + "…"


def _number(x: float | None, other: float | None = None) -> str:
    """A number with six digits, or as many as tell it from the other."""
    if x is None:
        return "no value"
    digits = next((n for n in range(6, 17) if other is None or x == other or f"{x:.{n}g}" != f"{other:.{n}g}"), 17)
    return f"{x:.{digits}g}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(k: int, cell: str) -> str:
    return f"`{cell}`" if k == 1 and cell else cell


RATIOS = {
    2.0: "2",
    0.5: "1/2",
    -1.0: "-1",
    math.log(10.0): "ln 10",
    1.0 / math.log(10.0): "1/ln 10",
    math.log(2.0): "ln 2",
    1.0 / math.log(2.0): "1/ln 2",
    math.pi: "π",
    2.0 * math.pi: "2π",
    1.0 / math.pi: "1/π",
    math.sqrt(2.0): "√2",
    math.sqrt(0.5): "1/√2",
    2.0 / math.sqrt(math.pi): "2/√π",
    math.sqrt(math.pi) / 2.0: "√π/2",
    math.e: "e",
    1.0 / math.e: "1/e",
    math.pi / 180.0: "π/180",
    180.0 / math.pi: "180/π",
}


def ratio_text(ratio: float | None, is_constant: bool = True) -> str:
    """A ratio as one would say it: 1/3, -2, and if it is a constant one ln 10; else with four digits."""
    if ratio is None or not math.isfinite(ratio):
        return ""
    for sign, known in ((1.0, ""), (-1.0, "-")) if is_constant else ():
        for number, text in RATIOS.items():
            if abs(sign * ratio / number - 1.0) < 1e-9 and number > 0:
                return known + text
    for bottom in range(1, 13):
        top = ratio * bottom
        if abs(top - round(top)) <= 1e-9 * abs(top) and 0 < abs(round(top)) <= 10 ** 4:
            return f"{round(top)}" if bottom == 1 else f"{round(top)}/{bottom}"
    return f"{ratio:.10g}" if abs(ratio - 1.0) < 1e-3 else f"{ratio:.4g}"
