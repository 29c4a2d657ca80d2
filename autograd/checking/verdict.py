"""The verdict on a claim: at each point, and overall."""

from __future__ import annotations

import operator
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..arithmetic.referee import DIGITS, nearest, referee
from ..labels import is_constant
from ..text import counted
from .claims import Claim
from .exact import ROUNDING, TOLERANCE, VANISHED
from .points import simplicity
from .problem import Problem
from .report import INCONCLUSIVE, RIGHT, WRONG, ClaimFinding
from .sources import Formula, Number
from .truth import Probe, Target, Truth, probe_at

SETTLED = 3                                                          # points at which a claim must hold to be right
EXACT_EXPONENT = -35
EXACT = 10.0 ** EXACT_EXPONENT                                       # error, of the path products' size, where both are exact
TINY = 1e-30                                                         # a larger error is not the claim's own rounding in 60 digits
LAST_BITS = 2.0 ** -48                                               # rounding error of a number around 1, after some arithmetic
IN_FLOATS = 1e-9                                                     # larger errors are not from the rounding of floats
FAR = 1e6                                                            # how much larger than here a typical slope may count
NEARLY_SAME = 1e-3                                                   # two numbers that only their later digits tell apart
NEARLY = 1e-6                                                        # noise above this is too large to call a claim right

COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True)
class Outcome:
    """A claim at one point: the truth, the claimed number (None if there is none), and "right", "wrong" or "inconclusive"."""

    target: Target
    probe: Probe
    truth: Truth
    claimed: Any
    verdict: str

    @property
    def is_smooth(self) -> bool:
        """Whether there is exactly one true slope."""
        return self.truth.value is not None and bool(self.truth.low == self.truth.high)


@dataclass(frozen=True)
class Case:
    """A claim and its outcome at each point."""

    claim: Claim
    outcomes: list[Outcome]


Trial = tuple[Probe, Truth, Any]                                     # a probe, what is true there, and what is claimed


def case_of(claim: Claim, trials: Sequence[Trial]) -> Case:
    """What becomes of a claim, given what is true and what it says at each probe."""
    trials = [_seen(claim, *trial) for trial in trials]
    known = [nearest(abs(truth.value)) for _, truth, _ in trials if truth.value is not None]
    typical = statistics.median(known) if known else 0.0
    return Case(claim, [Outcome(claim.target, probe, truth, claimed, _verdict(claim, probe, truth, claimed, typical))
                        for probe, truth, claimed in trials])


def _seen(claim: Claim, probe: Probe, truth: Truth, claimed: Any) -> Trial:
    """A trial with as many digits as it takes to see what is true, where 60 have cancelled: 1/y - (y + x)/y² at y = 1,
    x = 1e-300."""
    if truth.value is None or claimed is None or probe.is_opaque or not abs(truth.value) <= EXACT * truth.size:
        return probe, truth, claimed
    digits = probe.digits_to_see(claim.target)
    if truth.size == 0 and digits < 3 * DIGITS:                      # a flat piece; far out, exp(-1e-100) may have become 1
        return probe, truth, claimed
    finer = probe.with_digits(digits)
    return finer, finer.truth(claim.target), claim.source.at(finer, claim.part)


def _verdict(claim: Claim, probe: Probe, truth: Truth, claimed: Any, typical: float) -> str:
    if truth.value is None:
        return INCONCLUSIVE
    if claimed is None:
        return _without_value(claim, probe)
    if claim.relation in COMPARISONS:
        return _compared(claim, probe, truth, claimed)
    distance = _distance(truth, claimed)
    exact = not claim.source.is_opaque and not probe.is_opaque and claim.source.is_exact and probe.problem.is_exact
    exact = exact and truth.low == truth.high
    close = TOLERANCE * abs(truth.value) + _exact(probe) * truth.size if exact else TOLERANCE * truth.size
    allowed = close + truth.doubt + _rounded(claim)
    if probe.problem.surface is not None:                            # a side condition holds up to a rounding of the point
        allowed = allowed + TOLERANCE * (typical + truth.size)
    if distance <= allowed:
        is_noise = probe.is_opaque and claimed != 0 and truth.doubt > NEARLY * max(nearest(abs(claimed)), typical)
        return INCONCLUSIVE if is_noise else RIGHT
    if claim.source.is_opaque or probe.is_opaque:
        verdict = _verdict_in_floats(claim, probe, truth, distance, typical)
    elif distance <= _exact(probe) * typical:
        verdict = _with_all_digits(claim, probe, typical)            # such as f(1 - f) far out, where f is 1 to 60 digits
    else:
        rounding = 0.0 if exact else 16.0 * probe.rounding(claim.target)
        is_rounding = distance <= allowed + rounding or _is_rounding_of_digits(claim, probe, distance)
        verdict = RIGHT if is_rounding else WRONG
        if verdict == WRONG and (distance <= TINY or distance <= claim.source.resolution(probe, claim.part)):
            verdict = _with_all_digits(claim, probe, typical)        # the claim may have cancelled: 1 - tanh(x)**2 far out
        if verdict == WRONG and _may_be_of_floats(probe, claim, truth, claimed):
            verdict = INCONCLUSIVE
    return _beside_a_threshold(claim, probe, claimed) if verdict == WRONG and not truth.is_limit and probe.beside else verdict


def _may_be_of_floats(probe: Probe, claim: Claim, truth: Truth, claimed: Any) -> bool:
    """Whether a function's numbers, though it takes 60 digits, may be off by a rounding of floats: by an underflow, or by that of
    a constant, which Python computes before we see it: log(tan(pi/4)) should be 0, and is -1e-16."""
    if isinstance(claim.source, (Formula, Number)):
        return False
    if _distance(truth, claimed) <= sys.float_info.min:
        return True
    known = probe.located(claim.target)
    if known is None or not any([v.op is not None and is_constant(v) for v in known[0].order]):
        return False
    finer = _finer(claim, probe, abs(truth.value))
    is_zero = finer is not None and truth.value != 0 and abs(finer[0].value) <= VANISHED * abs(truth.value)
    return bool(is_zero or 0 < max(abs(truth.value), abs(claimed)) <= LAST_BITS * known[0].scale)


def _exact(probe: Probe) -> Any:
    """The error, of the path products' size, that is allowed where f and the claim are exact; of a typical slope, what may be
    cancelled digits."""
    return EXACT if probe.digits == DIGITS else referee(probe.digits).number(10) ** (EXACT_EXPONENT * probe.digits // DIGITS)


def _distance(truth: Truth, claimed: Any) -> Any:
    """How far a claim lies outside what is true."""
    return max(truth.low - claimed, claimed - truth.high, 0.0)


def _compared(claim: Claim, probe: Probe, truth: Truth, claimed: Any) -> str:
    """The verdict on a bound."""
    difference = abs(truth.value - claimed)
    finer = _finer(claim, probe, difference)
    if finer is not None:
        truth, claimed = finer
        if abs(truth.value - claimed) <= VANISHED * difference:      # the two are equal
            return RIGHT if "=" in claim.relation else WRONG
    holds = COMPARISONS[claim.relation](truth.value, claimed)
    return RIGHT if holds else WRONG if truth.low == truth.high else INCONCLUSIVE


def _finer(claim: Claim, probe: Probe, error: Any) -> tuple[Truth, Any] | None:
    """What is true and what is claimed with twice the digits, if an error is so small that it may be rounding of the 60."""
    known = probe.located(claim.target)
    if known is None or not error <= ROUNDING * known[0].scale:
        return None
    truth, claimed = probe.finer.truth(claim.target), claim.source.at(probe.finer, claim.part)
    return None if truth.value is None or claimed is None else (truth, claimed)


def _is_rounding_of_digits(claim: Claim, probe: Probe, distance: Any) -> bool:
    """Whether a small error is only rounding of the 60 digits, as that of cos(pi/2): it vanishes with twice as many."""
    finer = _finer(claim, probe, distance)
    return finer is not None and bool(_distance(*finer) <= VANISHED * distance)


def _with_all_digits(claim: Claim, probe: Probe, typical: float) -> str:
    """The verdict with as many digits as it takes to see what the claim has cancelled; if even those do not show it, none."""
    finest = probe.with_digits(probe.digits_to_see(claim.target))
    truth, claimed = finest.truth(claim.target), claim.source.at(finest, claim.part)
    if truth.value is None or claimed is None:
        return INCONCLUSIVE
    distance = _distance(truth, claimed)
    if distance <= TOLERANCE * abs(truth.value) + _exact(finest) * truth.size:
        return RIGHT
    unseen = max(_exact(finest) * typical, claim.source.resolution(finest, claim.part))
    return INCONCLUSIVE if distance <= unseen else WRONG


def _beside_a_threshold(claim: Claim, probe: Probe, claimed: Any) -> str:
    """The verdict where f has different graphs on the two sides of the point: any slope between theirs is right."""
    slopes, sizes = [], []
    for recorded in (*probe.beside, probe.recorded):
        truth = Probe(probe.problem, recorded).truth(claim.target)
        if truth.value is not None:
            slopes += [truth.low, truth.high]
            sizes.append(truth.size)
    slack = NEARLY * max(sizes, default=0.0)
    return RIGHT if slopes and min(slopes) - slack <= claimed <= max(slopes) + slack else WRONG


def _rounded(claim: Claim) -> float:
    """The rounding error that "≈ 0.0822" allows, and 0.0822 at a point that is given."""
    rounds = (claim.relation == "≈" or claim.to_digits) and isinstance(claim.source, (Formula, Number))
    digits = claim.source.digits if rounds and isinstance(claim.source, (Formula, Number)) else None
    return digits[0] * (1.0 + 1e-9) if digits else 0.0


def _verdict_in_floats(claim: Claim, probe: Probe, truth: Truth, distance: Any, typical: float) -> str:
    """The verdict where the claim or f is computed in floats: right within the noise of the last bits, wrong well beyond it."""
    largest = max([abs(y.data) for y in probe.recorded.outputs])
    typical = min(typical, FAR * max(nearest(truth.size), largest, 1.0))  # what is huge elsewhere makes no noise here
    scale = nearest(truth.size) + typical
    noise = 64.0 * _noise(claim, probe) + 1e-14 * nearest(truth.size) + nearest(truth.doubt)
    if distance <= noise and noise <= NEARLY * scale:
        return RIGHT
    if distance <= sys.float_info.min:                               # one of them has underflowed
        return INCONCLUSIVE
    if probe.is_extreme and (min([abs(x) for x in probe.point if x]) < 1.0 or distance <= 0.1 * scale):
        return INCONCLUSIVE
    if distance <= 16.0 * noise + IN_FLOATS * scale or distance <= LAST_BITS * (largest + typical):
        return INCONCLUSIVE
    return INCONCLUSIVE if claim.source.is_opaque and _is_rounding(claim, probe, truth, distance) else WRONG


def _noise(claim: Claim, probe: Probe) -> float:
    """How much a claim computed in floats changes from one float to the next."""
    if not claim.source.is_opaque:
        return 0.0
    here = claim.source.at(probe, claim.part)
    nearby = [_claimed_near(claim, probe, j * 2.0 ** -52) for j in (-4, -3, -2, -1, 1, 2, 3, 4)]
    return max([nearest(abs(there - here)) for there in nearby if there is not None], default=0.0)


def _is_rounding(claim: Claim, probe: Probe, truth: Truth, distance: Any) -> bool:
    """Whether an error comes from rounding: it jumps about between nearby points, or the claim has lost all its digits and stays
    constant while the truth changes, as 1 - tanh(x)**2 does far out."""
    here = claim.source.at(probe, claim.part)
    moves = [(j * 1e-7, _claimed_near(claim, probe, j * 1e-7)) for j in (-3, -1, 1, 3)]
    near = [there for _, there in moves if there is not None]
    if near and distance <= LAST_BITS and all([there == here for there in near]) and truth.value != 0:
        return True
    spots = [(probe.moved(move, whole=True), there) for move, there in moves if there is not None]
    errors = [there - spot.truth(claim.target).value for spot, there in spots
              if spot is not None and spot.truth(claim.target).value is not None]
    return any([abs(error - (here - truth.value)) > 0.1 * distance for error in errors])


def _claimed_near(claim: Claim, probe: Probe, move: float) -> Any:
    """The claimed number at a point nearby."""
    there = probe.moved(move)
    assert there is not None
    return claim.source.at(there, claim.part)


def _without_value(claim: Claim, probe: Probe) -> str:
    """The verdict on a claim without a value where the partial has one. A hole in a formula that is right around it, such as x/x
    at 0, is inconclusive; if the claim has no value nearby either, it is wrong."""
    if claim.source.is_opaque and (probe.is_extreme or claim.source.overflows(probe)):
        return INCONCLUSIVE
    for move in (1e-3, -1e-3):
        moved = [x + move * (abs(x) or 1.0) * 0.9 ** k for k, x in enumerate(probe.point)]  # equal inputs do not stay equal
        nearby = probe_at(probe.problem, tuple(moved), probe.is_opaque)
        if nearby is None or claim.source.at(nearby, claim.part) is not None:
            return INCONCLUSIVE
    return WRONG


def telling(outcome: Outcome) -> tuple[bool, int, Any]:
    """How little a point shows a claim to be wrong, to sort by: the truth is 0 there, the two numbers are nearly the same, or two
    inputs are equal; and then how complicated its numbers are."""
    point = outcome.probe.point
    is_extreme, *rest = simplicity(point)
    doubts = 0
    if outcome.truth.value is not None and outcome.claimed is not None:
        true, claimed = nearest(outcome.truth.value), nearest(outcome.claimed)
        doubts += 2 * (abs(claimed - true) <= NEARLY_SAME * (abs(claimed) + abs(true))) + (true == 0.0)
    doubts += len(set(point)) < min(len(point), 3)
    return bool(is_extreme), doubts, tuple(rest)


def finding_of(problem: Problem, case: Case) -> ClaimFinding:
    """The overall verdict: wrong if the claim is wrong anywhere, right if it holds at enough points, else inconclusive."""
    claim, target = case.claim, case.claim.target
    wrong = sorted([o for o in case.outcomes if o.verdict == WRONG], key=telling)
    right = [o for o in case.outcomes if o.verdict == RIGHT]
    tried = len(wrong) + len(right)
    if wrong:
        first = wrong[0]
        claimed = None if first.claimed is None else nearest(first.claimed)
        true = nearest(first.truth.value)
        note = claim.source.failure if first.claimed is None else ""
        sides = None if first.is_smooth else (nearest(first.truth.low), nearest(first.truth.high))
        ratio = nearest(first.claimed / first.truth.value) if first.claimed is not None and first.truth.value != 0 else None
        return ClaimFinding(target.label, claim.text, WRONG, points=tried, note=note,
                            at=dict(zip(problem.labels, first.probe.point)), claimed=claimed, true=true, sides=sides, ratio=ratio,
                            same_ratio=_is_everywhere(ratio, wrong), graph=first.probe.output(target.output or 0))
    graph = case.outcomes[0].probe.output(target.output or 0) if case.outcomes else None
    if len(right) >= min(SETTLED, len(case.outcomes)) and right and len(right) >= sum([_is_doubtful(o) for o in case.outcomes]):
        return ClaimFinding(target.label, claim.text, RIGHT, tried, _note(case), graph=graph)
    return ClaimFinding(target.label, claim.text, INCONCLUSIVE, tried, _why(case, len(right)), graph=graph)


def _is_everywhere(ratio: float | None, wrong: Sequence[Outcome]) -> bool:
    """Whether claimed / true is this ratio wherever the claim is wrong."""
    known = [o for o in wrong if o.truth.value != 0 and o.claimed is not None]
    if ratio is None or len(known) < len(wrong):
        return False
    return all([abs(o.claimed / o.truth.value - ratio) <= 1e-9 * abs(ratio) for o in known])


def _is_doubtful(outcome: Outcome) -> bool:
    has_values = outcome.truth.value is not None and outcome.claimed is not None
    return outcome.verdict == INCONCLUSIVE and has_values and not outcome.probe.is_extreme


def _note(case: Case) -> str:
    """What a reader should know of a right claim: that it is rounded, where it has no value, or where f has a kink."""
    source = case.claim.source
    if case.claim.to_digits and isinstance(source, (Formula, Number)) and source.digits:
        if any([_distance(o.truth, o.claimed) > TOLERANCE * abs(o.truth.value) for o in case.outcomes if o.verdict == RIGHT]):
            return f"right to the {source.digits[1]} digits given"
    holes = [o for o in case.outcomes if o.claimed is None and o.is_smooth and not o.probe.is_extreme]
    if holes:
        o = min(holes, key=lambda o: simplicity(o.probe.point))
        where = o.probe.problem.at(o.probe.point)
        return f"right where it has a value; at {where} it has none, but the partial is {nearest(o.truth.value):.6g}"
    kinks = [o for o in case.outcomes if o.truth.note and o.truth.value is not None]
    return min(kinks, key=lambda o: simplicity(o.probe.point)).truth.note if kinks else ""


def _why(case: Case, right: int) -> str:
    """Why the verdict is inconclusive."""
    doubtful = sorted([o for o in case.outcomes if _is_doubtful(o)], key=lambda o: simplicity(o.probe.point))
    if doubtful:
        o = doubtful[0]
        what = "f" if o.probe.is_opaque else "the claim"
        return (f"{what} is computed in floats, and at {o.probe.problem.at(o.probe.point)} the error may be rounding: claimed "
                f"{nearest(o.claimed):.9g}, true {nearest(o.truth.value):.9g}. Use autograd.exp and the like, with 60 digits")
    notes = [o.truth.note for o in case.outcomes if o.truth.value is None and o.truth.note]
    holes = len([o for o in case.outcomes if o.claimed is None])
    tried = counted(len(case.outcomes), "point")
    reason = notes[0] if notes else f"the claim has no value at {holes} of {tried}" if holes else "there are too few points"
    return f"right at {right} of {tried}, undecided at the others: {reason}. Give a domain or points"
