"""`verify`: check hand-derived partials. For a wrong one, find the simplest point that shows it, and what may have gone wrong."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..errors import AutogradError, FormulaError, InputError, OperandError
from ..expressions import Expression
from ..inputs import described, flag
from ..operations import OwnFunction
from ..text import counted, listed
from ..trees import check_depth, flatten
from .arguments import arguments_at, checked_numbers, function_of, parameters, template_of
from .claims import Claim, Reader, Unread, to_its_digits, unread
from .condition import Surface, conditions_of
from .diagnosis import diagnosed
from .foreign import claims_of, formula_of
from .points import DEFAULT, FALLBACKS, Ranges, is_extreme, more_probes, overflows, probes_of, ranges_of, spread
from .problem import Point, Problem, is_recorded, value_or_none
from .report import WRONG, ClaimFinding, Report
from .second import NO_SECOND, Place, Slopes
from .truth import Probe
from .verdict import Trial, case_of, finding_of

SECONDS = 10.0                                                       # for computing the claims and what is true
HEAVY = 0.3                                                          # seconds, after which few points do for a plain error
PLAINLY, SETTLING = 1e-6, 8                                          # by how much, and at how many points
FEWEST = 3                                                           # points that are tried, however long they take


def verify(f: Any, claims: Any = None, *, domain: Mapping[str, Any] | None = None, points: Any | None = None, given: Any = None,
           hessian: Any = None, strict: bool = False) -> Report:
    """Check hand-derived partial derivatives of f. For a wrong one, the report says how wrong it is and which slip explains it.

    f is recorded at many points. Its derivatives and the claims are computed with 60 digits. A claim is right if its error never
    exceeds 1e-12, relative to the true derivative if f and the claim are formulas. A function may hold rounded constants, so then
    the error is relative to the sum of the absolute path products. At a kink, any slope between the two sides is right. A
    function of plain floats (`math.exp`) is checked with finite differences, and the verdict may be "inconclusive". A check takes
    about 10 seconds at most: if they are up, fewer points are tried, and the report says so.

    A decimal of three or more digits, claimed at points that are given, is right if it is right to its digits. One claim that
    cannot be read is "not read", with the reason, and the others are judged.

    Args:
        f: a formula as text, with named steps if you like, or a function of Values. It may return a list. Formulas may be in
            LaTeX or SymPy's expressions (extra `sympy`); functions of NumPy, SciPy and PyTorch are tried in floats.
        claims: a mapping of names to formulas, numbers or functions, such as {"a": "b + 1"}, where a name is that of an input, of
            an element of one ("w[1][2]"), or of a named step. Or lines, ["de/da = b + 1", "de/db = a + b"]. Or a function of
            f's arguments that returns all the partials, like a hand-written backward pass. If f returns several numbers, give a
            list with one claim for each of them, or a Jacobian with one row for each. Second derivatives are claimed as
            "∂²f/∂x² = ...", "d2f/dxdy = ..." or "f''(x) = ...". An `operation` of your own needs none: its partials are
            checked against its value.
        domain: a mapping of names to ranges (lo, hi), or to lists of ranges for lists. By default, inputs are tried around 0.
        points: where to try the claims, instead of points drawn from the domain: a list of points as `gradcheck` takes them.
        given: side conditions, "y[0] + y[1] + y[2] = 1": the claims are tried only where they hold.
        hessian: all second derivatives, as a square list of claims or a function that returns one, in the order of the inputs.
        strict: decimals must be exact, at points that are given as well.

    Returns a Report, which is true only if all claims are right. Raises InputError, FormulaError or OperandError if an argument
    cannot be read, a claim names no input of f, or a claim has the wrong number of parts. It never raises GradientError; for
    that, see `Report.raise_if_wrong`.

    >>> report = verify("c = a + b; d = b + 1; e = c*d", {"a": "b + 1", "b": "b + 1"})
    >>> bool(report)
    False
    >>> print(report)
    verify c = a + b; d = b + 1; e = c*d
    partial  claimed  verdict  at            you  should be  ratio
    ∂e/∂a    b + 1    right    48 points
    ∂e/∂b    b + 1    wrong    a = 2, b = 1  2    5          2/5
    <BLANKLINE>
    ∂e/∂b = b + 1 is wrong at a = 2, b = 1: you have 2, it should be 5.
      Likely: the path b → d → e is forgotten (one term of the product rule): its term ∂e/∂d · ∂d/∂b = 3 × 1 = 3 is missing
      Or: that is ∂e/∂a
    """
    for given_by_user in (claims, hessian, domain):
        check_depth(given_by_user)
    title = "f"
    if isinstance(f, OwnFunction) and claims is None and hessian is None:
        title, f, claims = str(f.row), f.exactly, f.partials
    f = formula_of(f)
    function = function_of(f)
    _check_domain(domain)
    known = [*parameters(function), *getattr(function, "steps", ()), *[str(name) for name in domain or ()]]
    claims, hessian = claims_of(claims, known), claims_of(hessian, known)
    given_points, strict = _points(points), flag("strict", strict)
    conditions = conditions_of(given)
    texts = [claims, hessian, *[condition.text for condition in conditions]]
    problem, opaque, template = _problem(f, function, claims, texts, domain or {}, given_points)
    if conditions:
        problem.surface = Surface(conditions, problem.names, problem.labels, problem.rebuild)
    chosen = [tuple(checked_numbers(_flat(problem, p), problem.labels)) for p in given_points]
    ranges = ranges_of(problem, domain or {})
    trial = Trials(problem, opaque, chosen, ranges)
    reader = Reader(problem, trial.probes[0])
    read = [] if claims is None and hessian is not None else reader.read(claims)
    read += [] if hessian is None else reader.hessian(hessian)
    if chosen and not strict:
        read = [to_its_digits(claim) if isinstance(claim, Claim) else claim for claim in read]
    findings: dict[int, ClaimFinding] = {k: claim.finding for k, claim in enumerate(read) if isinstance(claim, Unread)}
    first = {k: claim for k, claim in enumerate(read) if isinstance(claim, Claim) and not claim.target.first}
    second = {k: claim for k, claim in enumerate(read) if isinstance(claim, Claim) and claim.target.first}
    notes: list[str] = []
    if first:
        findings |= zip(first, trial.judged(list(first.values())))
        notes += trial.notes(list(first.values()))
    if second:
        if trial.opaque:
            raise InputError(NO_SECOND)
        slopes, moved = _of_slopes(problem, template, list(second.values()))
        again = Trials(slopes, False, chosen, ranges)
        findings |= zip(second, again.judged(moved))
        notes += [note for note in again.notes(moved) if note not in notes]
    return Report(f"verify {problem.text or title}", [findings[k] for k in sorted(findings)], notes)


class Trials:
    """A problem at the points where its claims are tried."""

    def __init__(self, problem: Problem, opaque: bool, chosen: Sequence[Point], ranges: Ranges) -> None:
        self.problem, self.opaque, self.chosen, self.ranges = problem, opaque, chosen, ranges
        self.tried, self.settled = 0, False
        try:
            self.probes, self.skipped = probes_of(problem, opaque, chosen, ranges)
        except OperandError:
            if opaque or problem.text is not None:
                raise
            self.opaque = True                                       # there is a point at which f leaves the graph
            self.probes, self.skipped = probes_of(problem, True, chosen, ranges)
        if not self.probes:
            raise InputError(f"f has no value at any of the points tried ({len(self.skipped)}): give a domain where it has one, "
                             f"such as domain={{{(problem.labels or ['x'])[0]!r}: (1, 2)}}")

    def judged(self, claims: Sequence[Claim]) -> list[ClaimFinding]:
        """A finding for each claim."""
        if not self.chosen and not self.opaque:
            self.probes = more_probes(self.problem, self.probes, claims, self.ranges)
        for probe in self.probes:
            probe.is_extreme = not self.chosen and is_extreme([x for x, r in zip(probe.point, self.ranges) if r is None])
        trials = _tried(claims, self.probes)
        self.tried = max([len(tried) for tried in trials if isinstance(tried, list)], default=0)
        self.settled = all([_is_settled(tried) for tried in trials])
        cases = {k: case_of(claim, tried) for k, (claim, tried) in enumerate(zip(claims, trials)) if isinstance(tried, list)}
        judged = {k: finding_of(self.problem, case) for k, case in cases.items()}
        if any([finding.verdict == WRONG for finding in judged.values()]):
            judged = dict(zip(judged, diagnosed(self.problem, list(cases.values()), list(judged.values()))))
        return [judged[k] if k in judged else unread(claim, tried)
                for k, (claim, tried) in enumerate(zip(claims, trials))]

    def _arrays(self, labels: Sequence[str]) -> list[str]:
        """The labels, with the name of an array for all of its entries."""
        whole: dict[str, list[str]] = {}
        for label in self.problem.labels:
            whole.setdefault(label.partition("[")[0], []).append(label)
        given = set(labels)
        complete = {name for name, parts in whole.items() if given.issuperset(parts)}
        return list(dict.fromkeys([name if (name := label.partition("[")[0]) in complete else label for label in labels]))

    def notes(self, claims: Sequence[Claim]) -> list[str]:
        """Remarks on the whole: what was left out."""
        notes = []
        if self.tried < len(self.probes) and not self.settled:
            notes.append(f"Tried {self.tried} of {len(self.probes)} points: the {SECONDS:g} seconds for a check were up.")
        claimed = {claim.target.place for claim in claims if claim.target.output is not None}
        unclaimed = [label for k, label in enumerate(self.problem.labels) if k not in claimed]
        if unclaimed and claimed and not claims[0].target.first:
            notes.append(f"Not claimed: {listed([f'∂{self.problem.output}/∂{name}' for name in self._arrays(unclaimed)])}")
        large = [point for point in self.skipped if overflows(self.problem, point, self.opaque)]
        outside = len(self.skipped) - len(large)
        if outside:
            where = "outside f's domain" if self.problem.surface is None else "where f has no value or the condition cannot hold"
            notes.append(f"Skipped {counted(outside, 'point')} {where}.")
        if large:
            notes.append(f"Skipped {counted(len(large), 'point')} where f is too large for a float.")
        return notes


# The arguments -----------------------------------------------------------------------------------------------------------------

def _check_domain(domain: Any) -> None:
    if domain is not None and not isinstance(domain, Mapping):
        raise OperandError(f"domain must be a mapping of names to ranges, such as {{'x': (0, 1)}}, got {described(domain)}")


def _points(points: Any) -> list[Any]:
    if points is None:
        return []
    if isinstance(points, Mapping):
        return [points]
    if hasattr(points, "__iter__") and not isinstance(points, (str, bytes)):
        points = list(points)
    if not isinstance(points, (list, tuple)):
        raise OperandError(f"points must be a list of points, such as [{{'a': 2, 'b': 1}}], got {described(points)}")
    if not points:
        raise InputError("points is empty: leave it out to have points chosen for you")
    return list(points)


def _flat(problem: Problem, point: Any) -> list[Any]:
    arguments, _ = arguments_at(problem.function, point)
    numbers = flatten(arguments)[0]
    if len(numbers) != problem.size:
        raise InputError(f"every point must have {counted(problem.size, 'number')}, as the first has "
                         f"({listed(problem.labels)}), got {len(numbers)}")
    return numbers


def _problem(f: Any, function: Any, claims: Any, texts: Sequence[Any], domain: Mapping[str, Any],
             points: Sequence[Any]) -> tuple[Problem, bool, dict[str, Any]]:
    """The problem, whether f leaves the graph, so that only floats are left, and the structure of its arguments. `texts` are the
    formulas whose subscripts tell it."""
    templates = [template_of(function, claims, domain, points, texts), template_of(function, None, domain, points, texts)]
    if isinstance(function, Expression):                             # a formula takes lists for numbers; claims may be of outputs
        templates.reverse()
    failure: Exception | None = None
    for template in templates[:1] if repr(templates[0]) == repr(templates[1]) else templates:
        problem = Problem(f, template)
        try:
            return problem, _leaves_the_graph(problem, domain, points), template
        except (AutogradError, TypeError, AttributeError, IndexError, KeyError) as error:
            failure = failure or error
    assert failure is not None
    name = next(iter(templates[0]), "x")
    hint = f"If f takes lists, say how long they are, as in domain={{{name!r}: [(-3, 3)]*3}}, or give points"
    if isinstance(failure, (OperandError, FormulaError)):
        raise type(failure)(f"{failure}. {hint}") from failure
    if isinstance(failure, AutogradError):
        raise failure
    raise OperandError(f"f cannot be called with a number for each of {', '.join(templates[0])}: {failure}. {hint}") from failure


def _leaves_the_graph(problem: Problem, domain: Mapping[str, Any], points: Sequence[Any]) -> bool:
    """Whether f takes floats alone, or has no value at all. If it can be called neither with Values nor with floats, this raises
    what f raised on Values."""
    ranges = ranges_of(problem, domain)
    starts: list[Point] = [tuple(checked_numbers(_flat(problem, p), problem.labels)) for p in points]
    starts += [] if starts else list(itertools.chain(*[spread(ranges, fallback, 8) for fallback in (DEFAULT, *FALLBACKS)]))
    try:
        found = (value_or_none(partial(problem.record, p)) for p in starts)
        tried = found if problem.text is not None else list(found)   # at another point a function may take another branch
        recorded = next((r for r in tried if r is not None), None)
    except (OperandError, TypeError, AttributeError) as error:
        try:
            for p in starts:
                value_or_none(partial(problem.in_floats, p))
        except Exception:                                            # the error on Values says more than that on floats
            raise error from None
        return True
    if recorded is None or problem.text is not None:
        return False
    flows = [is_recorded(problem.function, problem.rebuild, y, recorded.leaves, k) for k, y in enumerate(recorded.outputs)]
    problem.takes_values = not all(flows)
    return problem.takes_values


def _is_settled(tried: list[Trial] | AutogradError) -> bool:
    """Whether a claim is plainly wrong at so many points that more would show nothing new."""
    if isinstance(tried, AutogradError):
        return True
    known = [(truth, claimed) for _, truth, claimed in tried if truth.value is not None and claimed is not None]
    return sum([bool(abs(claimed - truth.value) > PLAINLY * (truth.size + abs(claimed))) for truth, claimed in known]) >= SETTLING


def _tried(claims: Sequence[Claim], probes: Sequence[Probe]) -> list[list[Trial] | AutogradError]:
    """Each claim at as many probes as the time allows, the same for all; or the error of one that gives no number, which its
    siblings must not suffer for."""
    deadline = time.perf_counter() + SECONDS
    trials: list[list[Trial] | AutogradError] = [[] for _ in claims]
    for k, probe in enumerate(probes):
        now = time.perf_counter()
        if k >= FEWEST and (now > deadline or (now > deadline - SECONDS + HEAVY and all([_is_settled(t) for t in trials]))):
            break
        for j, (claim, tried) in enumerate(zip(claims, trials)):
            if isinstance(tried, list):
                try:
                    tried.append((probe, probe.truth(claim.target), claim.source.at(probe, claim.part)))
                except (InputError, FormulaError, OperandError) as error:
                    trials[j] = error
    failed = [error for error in trials if isinstance(error, AutogradError)]
    if failed and len(failed) == len(trials):
        raise failed[0]
    return trials


def _of_slopes(base: Problem, template: Mapping[str, object], claims: Sequence[Claim]) -> tuple[Slopes, list[Claim]]:
    """The problem of the first derivatives that claims of second ones need, and the claims in its terms."""
    places: dict[Place, int] = {}
    moved = []
    for claim in claims:
        place = int(claim.target.output or 0), base.labels.index(claim.target.first)
        moved.append(replace(claim, target=replace(claim.target, output=places.setdefault(place, len(places)))))
    return Slopes(base, list(places), template), moved
