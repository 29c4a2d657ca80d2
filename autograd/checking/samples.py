"""A claim at the points where it can be explained, in floats, with the graph there; and what an explanation is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..arithmetic.referee import nearest
from .claims import Claim
from .points import simplicity
from .probe import Probe, Truth
from .problem import signature_of
from .report import RIGHT, WRONG
from .slips import Spot
from .tape import Edge, Tape

CLOSE, CLOSE_IN_FLOATS = 1e-9, 1e-6                                  # how well an explanation must match, of the size
MOST_WRONG, MOST_RIGHT = 7, 3                                        # points at which an explanation must match


@dataclass(frozen=True)
class Outcome:
    """A claim at one point: what is true, what was claimed (None if it has no value), and "right", "wrong" or "inconclusive"."""

    probe: Probe
    truth: Truth
    claimed: Any
    verdict: str


@dataclass(frozen=True)
class Case:
    """A claim, and what became of it at each point."""

    claim: Claim
    outcomes: list[Outcome]


@dataclass(frozen=True)
class Sample:
    """A claim at one point in floats, with the graph there. `label` is what it is about, `x` the number of the input's node in
    the tape, or -1."""

    label: str
    outcome: Outcome
    tape: Tape | None
    x: int
    claimed: float
    true: float
    size: float
    close: float

    def matches(self, predicted: float, noise: float = 0.0) -> bool:
        """Whether a prediction is what was claimed, give or take the noise of its last bits."""
        return abs(predicted - self.claimed) <= self.close * (self.size + abs(self.claimed)) + noise

    @property
    def is_wrong(self) -> bool:
        """Whether the claim is wrong here."""
        return self.outcome.verdict == WRONG

    @property
    def graph(self) -> Tape:
        """The tape, where there is one."""
        assert self.tape is not None
        return self.tape

    def spot(self, edge: Edge) -> Spot:
        """An edge of the tape, seen from the input."""
        k, j = edge
        u = self.graph.operands[k][j]
        assert u is not None
        return Spot(self.graph, k, j, self.graph.tangents(self.x)[u])


Change = Callable[[Sample], dict[Edge, float] | None]             # other local partials, as a function of the point


@dataclass(frozen=True)
class Candidate:
    """An explanation that matches everywhere: the lower the cost, the likelier. `change` says which local partials it writes."""

    cost: float
    kind: str
    text: str
    change: Change | None = None


def samples_of(case: Case) -> list[Sample]:
    """The claim at points without kinks, moderate, of one structure; wrong ones of no special numbers first."""
    usable = [o for o in case.outcomes if o.truth.value is not None and o.truth.low == o.truth.high and o.claimed is not None
              and o.verdict in (WRONG, RIGHT)]
    moderate = [o for o in usable if not o.probe.is_extreme]
    if not any([o.verdict == WRONG for o in moderate]):
        moderate = usable
    wrong = [o for o in moderate if o.verdict == WRONG]
    if not wrong:
        return []
    right = [o for o in moderate if o.verdict == RIGHT]
    ordered = sorted(wrong, key=_is_special)[:MOST_WRONG] + sorted(right, key=_is_special)[:MOST_RIGHT]
    shown = min(wrong, key=lambda o: simplicity(o.probe.point))
    ordered += [] if shown in ordered else [shown]
    close = CLOSE_IN_FLOATS if case.claim.source.is_opaque or wrong[0].probe.is_opaque else CLOSE
    samples: list[Sample] = []
    signature: Any = None
    for outcome in ordered:
        tape, x, mark = _tape(case, outcome)
        numbers = [nearest(outcome.claimed), nearest(outcome.truth.value), nearest(outcome.truth.size)]
        if not all([math.isfinite(z) for z in numbers]):
            continue
        if tape is not None and not abs(tape.adjoints[x] - numbers[1]) <= 1e-10 * numbers[2]:
            continue                                                 # floats have lost too many digits here
        signature = mark if signature is None else signature
        if mark == signature:
            samples.append(Sample(case.claim.target.label, outcome, tape, x, numbers[0], numbers[1], numbers[2], close))
    return samples if any([s.is_wrong for s in samples]) else []


def shown_of(samples: Sequence[Sample]) -> Sample | None:
    """The simplest one where the claim is wrong, which words and pictures speak of."""
    return min([s for s in samples if s.is_wrong], key=lambda s: simplicity(s.outcome.probe.point), default=None)


def _is_special(outcome: Outcome) -> int:
    return sum([x == round(x) for x in outcome.probe.point])


def _tape(case: Case, outcome: Outcome) -> tuple[Tape | None, int, Any]:
    """The graph of the claim's output at a point, shared by all claims; the number of the input; and what its structure is."""
    known = None if outcome.probe.is_opaque else outcome.probe.judge(case.claim.target)
    if known is None:
        return None, -1, ()
    judge, k = known
    if judge not in outcome.probe.tapes:
        outcome.probe.tapes[judge] = Tape(judge.order), signature_of(judge.order)
    tape, mark = outcome.probe.tapes[judge]
    place = tape.place(judge.inputs[k])
    return (tape, place, mark) if place is not None else (None, -1, mark)
