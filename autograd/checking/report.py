"""The answer to "is this gradient right?": one finding for each partial, and a table of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Optional, Sequence, Tuple

from ..errors import GradientError
from ..wording import aligned

RIGHT, WRONG, INCONCLUSIVE = "right", "wrong", "inconclusive"


@dataclass(frozen=True)
class Finding:
    """What was found of one partial derivative.

    Attributes:
        partial: which one, "∂f/∂a". at: the input's value there. autodiff: by the sweep. differences: by finite differences.
        sides: at a kink the slopes below and above, between which any is right; then `differences` is the nearest to autodiff's.
        verdict: "right", "wrong" or "inconclusive". note: why, where there is more to say.
    """

    partial: str
    at: float
    autodiff: float
    differences: float
    error: float
    verdict: str
    note: str = ""
    sides: Optional[Tuple[float, float]] = None


class Report:
    """Findings, true only when all are right; prints as a table.

    Attributes:
        title: what was checked. findings: a `Finding` for each partial.
    """

    def __init__(self, title: str, findings: Sequence[Finding]) -> None:
        self.title = title
        self.findings: Tuple[Finding, ...] = tuple(findings)

    def __bool__(self) -> bool:
        return all([finding.verdict == RIGHT for finding in self.findings])

    def __str__(self) -> str:
        rows = [("partial", "at", "autodiff", "differences", "off by", "verdict")]
        rows += [(f.partial, f"{f.at:.6g}", f"{f.autodiff:.12g}", _between(f), _short(f.error, f.autodiff),
                  f"{f.verdict}: {f.note}" if f.note else f.verdict) for f in self.findings]
        return f"{self.title}\n{aligned(rows)}"

    def __repr__(self) -> str:
        right = sum([finding.verdict == RIGHT for finding in self.findings])
        return f"<Report: {right} of {len(self.findings)} partials right>"

    def to_dict(self) -> Dict[str, Any]:
        """The report as plain data, fit for JSON but for infinities."""
        return {"title": self.title, "right": bool(self), "findings": [vars(finding) for finding in self.findings]}

    def raise_if_wrong(self) -> None:
        """Raise GradientError, with the report as its message, unless all is right."""
        if not self:
            raise GradientError(str(self))


def _between(finding: Finding) -> str:
    if finding.sides is None:
        return f"{finding.differences:.12g}"
    return f"{min(finding.sides):.6g} … {max(finding.sides):.6g}"


def _short(error: float, slope: float) -> str:
    """An error for the table; in the last of the 60 digits it is none."""
    return "0" if error <= 1e-50 * abs(slope) else f"{error:.1e}"
