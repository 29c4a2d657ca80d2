"""A wrong claim at a few points, in floats, with the graph there; and whether a mistake explains it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...arithmetic.referee import nearest
from ...tape import Edge, Tape
from ..problem import signature_of
from ..report import RIGHT, WRONG
from ..verdict import Case, Outcome, telling

CLOSE, CLOSE_IN_FLOATS = 1e-9, 1e-6                                  # how well an explanation must match, relative to the size
MOST_WRONG, MOST_RIGHT = 7, 3                                        # points at which an explanation must match
NOISE = 1e-15                                                        # rounding error of 1 - y where y is near 1

Edits = dict[Edge, float]                                            # changed local partials, by edge


@dataclass(frozen=True)
class Spot:
    """An edge of a tape, seen from one input. Node k is v = op(..., u, ...), where u is operand j and d the local partial ∂v/∂u.

    Attributes:
        name: the operation. y: the value of v. xs: the values of its operands. slope: d u / d input.
    """

    tape: Tape
    k: int
    j: int
    slope: float

    @property
    def name(self) -> str:
        """The operation."""
        row = self.tape.rows[self.k]
        assert row is not None
        return row.name

    @property
    def y(self) -> float:
        """The value of v."""
        return self.tape.values[self.k]

    @property
    def xs(self) -> list[float]:
        """The values of its operands."""
        return self.tape.inputs[self.k]

    @property
    def x(self) -> float:
        """The value of u."""
        return self.xs[self.j]

    @property
    def d(self) -> float:
        """The local partial."""
        return self.tape.partials[self.k][self.j] or 0.0


@dataclass(frozen=True)
class Sample:
    """A claim at one point, in floats, with the graph there. `x` is the number of the input in the tape, or -1."""

    outcome: Outcome
    tape: Tape | None
    x: int
    claimed: float
    true: float
    size: float
    close: float

    @property
    def is_wrong(self) -> bool:
        """Whether the claim is wrong here."""
        return self.outcome.verdict == WRONG

    @property
    def graph(self) -> Tape:
        """The tape; only call it if there is one."""
        assert self.tape is not None
        return self.tape

    @property
    def gradient(self) -> float:
        """The right derivative in floats, from the tape."""
        return self.graph.adjoints[self.x]

    @property
    def slopes(self) -> list[float]:
        """d node / d input, for every node."""
        return self.graph.tangents(self.x)

    def spot(self, edge: Edge) -> Spot:
        """An edge of the tape, seen from the input."""
        k, j = edge
        u = self.graph.operands[k][j]
        assert u is not None
        return Spot(self.graph, k, j, self.slopes[u])

    def matches(self, predicted: float, noise: float = 0.0) -> bool:
        """Whether a prediction equals the claim, up to the noise of its last bits."""
        return abs(predicted - self.claimed) <= self.close * (self.size + abs(self.claimed)) + noise

    def fits_number(self, one: float, other: float) -> bool:
        """Whether two numbers are the same, up to rounding."""
        return abs(one - other) <= self.close * (abs(one) + abs(other))

    def fits(self, prediction: float | Edits) -> bool:
        """Whether a number, or the gradient with changed local partials, equals the claim."""
        if not isinstance(prediction, dict):
            return self.matches(prediction)
        if len(prediction) != 1:
            predicted, leverage = self.graph.swept(prediction)[self.x], 0.0
        else:                                                        # the gradient is linear in each local partial
            [(edge, d)] = prediction.items()
            spot = self.spot(edge)
            leverage = self.graph.adjoints[spot.k] * spot.slope
            predicted = self.gradient + leverage * (d - spot.d)
        return self.matches(predicted, NOISE * abs(leverage)) and not (self.is_wrong and predicted == self.gradient)


Change = Callable[[Sample], Edits]                                   # what someone who makes a mistake writes at a point


def explains(samples: Sequence[Sample], predict: Callable[..., float | Edits], *given: Any) -> bool:
    """Whether a mistake gives the claimed numbers at all points. Where it gives none, the claim must not be wrong. `predict` gets
    a sample and what is given."""
    for sample in samples:
        try:
            if not sample.fits(predict(sample, *given)):
                return False
        except (ArithmeticError, ValueError):
            if sample.is_wrong:
                return False
    return True


@dataclass(frozen=True)
class Candidate:
    """An explanation that holds at all points. The lower its cost, the likelier it is. `predict` gives the changed local
    partials, if there are any."""

    cost: float
    kind: str
    text: str
    predict: Change | None = None

    def edits(self, sample: Sample) -> Edits:
        """The changed local partials at a point; none if it concerns the gradient as a whole, or has no value."""
        try:
            return self.predict(sample) if self.predict is not None else {}
        except (ArithmeticError, ValueError):
            return {}


def samples_of(case: Case, even_right: bool = False) -> list[Sample]:
    """The claim at moderate points without kinks, all with the same graph; wrong points without special numbers come first.
    Nothing for a claim that is right everywhere, unless that is asked for."""
    usable = [o for o in case.outcomes if o.is_smooth and o.claimed is not None and o.verdict in (WRONG, RIGHT)]
    moderate = [o for o in usable if not o.probe.is_extreme]
    if not any([o.verdict == WRONG for o in moderate]):
        moderate = usable
    wrong = [o for o in moderate if o.verdict == WRONG]
    if not wrong and not (even_right and moderate):
        return []
    right = [o for o in moderate if o.verdict == RIGHT]
    ordered = sorted(wrong, key=_is_special)[:MOST_WRONG] + sorted(right, key=_is_special)[:MOST_RIGHT]
    shown = min(wrong or right, key=telling)
    ordered += [] if shown in ordered else [shown]
    close = CLOSE_IN_FLOATS if case.claim.source.is_opaque or shown.probe.is_opaque else CLOSE
    samples: list[Sample] = []
    signature: Any = None
    for outcome in ordered:
        tape, x, mark = tape_of(case, outcome)
        claimed, true, size = [nearest(z) for z in (outcome.claimed, outcome.truth.value, outcome.truth.size)]
        if not all([math.isfinite(z) for z in (claimed, true, size)]):
            continue
        if tape is not None and not abs(tape.adjoints[x] - true) <= 1e-10 * size:
            continue                                                 # floats have lost too many digits here
        signature = mark if signature is None else signature
        if mark == signature:
            samples.append(Sample(outcome, tape, x, claimed, true, size, close))
    return samples if even_right or any([s.is_wrong for s in samples]) else []


def shown_of(samples: Sequence[Sample]) -> Sample | None:
    """The simplest sample where the claim is wrong, which texts and pictures show."""
    return min([s for s in samples if s.is_wrong], key=lambda s: telling(s.outcome), default=None)


def _is_special(outcome: Outcome) -> int:
    return sum([x == round(x) for x in outcome.probe.point])


def tape_of(case: Case, outcome: Outcome) -> tuple[Tape | None, int, Any]:
    """The graph of the claim's output at a point, shared by all claims; the number of the input; and the graph's signature."""
    known = outcome.probe.located(case.claim.target)
    if known is None:
        return None, -1, ()
    exact, k = known
    if exact not in outcome.probe.tapes:
        outcome.probe.tapes[exact] = Tape(exact.order), signature_of(exact.order)
    tape, mark = outcome.probe.tapes[exact]
    place = tape.place(exact.inputs[k])
    return (tape, place, mark) if place is not None else (None, -1, mark)
