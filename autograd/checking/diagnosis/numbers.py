"""What the numbers of a wrong claim show by themselves: a constant ratio or difference, an extra or missing factor or term, the
partial of another input, or that it is right on one side of a threshold only."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...arithmetic.floats import FLOAT, IEEE
from ...arithmetic.referee import nearest
from ...derivatives import gradient
from ...engine import Value
from ...errors import AutogradError
from ...expressions import Expression, expression
from ...labels import Labels
from ...ops import LOG
from ...replay import operands_in
from ...tape import Tape
from ...text import number
from ..points import simplicity
from ..problem import Problem, signature_of
from ..report import RATIOS, RIGHT, WRONG, Cause, ratio_text
from ..sources import Formula
from ..truth import Target
from ..verdict import Case, Outcome
from .samples import Candidate, Sample, explains

Names = Callable[[int], str]
FEW = 8                                                              # with more inputs, second derivatives are not tried
LOGARITHMS = ("log", "log1p", "softplus", "log_sigmoid", "logsumexp", "log2", "log10")
FACTORED = ("mul", "div", "prod")
NEARLY_ONE = 1e-3                                                    # the largest error of a rounded constant
LARGE = 2000                                                         # with more nodes, single nodes are not tried
SMALL = 200                                                          # with more nodes, second derivatives are not tried
ENOUGH = 3                                                           # points needed on either side of a threshold
COMPARING = ("maximum", "minimum", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal")


def of_the_whole(problem: Problem, case: Case, samples: Sequence[Sample], others: Sequence[tuple[Target, Sequence[Sample]]],
                 names: Names) -> list[Candidate]:
    """The explanations from the numbers alone."""
    looks = [_ratios(samples), _differences(samples), _other_partials(problem, case, samples, others)]
    if samples[0].tape is not None and samples[0].x >= 0:
        looks += [_factors(samples, names), _terms(samples, names), _products(samples, names), _unfinished(samples, names),
                  _logarithm(samples, names), _other_losses(samples, names),
                  _derived_twice(samples, case, problem)]
    return list(itertools.chain(*looks))


def _name(tape: Tape, k: int) -> str:
    """The operation of a node; of a leaf, nothing."""
    row = tape.rows[k]
    return "" if row is None else row.name


def _finite_nodes(sample: Sample) -> list[int]:
    """The nodes whose values are compared with a claim: all finite ones, or none in a very large graph."""
    tape = sample.graph
    return [k for k, x in enumerate(tape.values) if math.isfinite(x)] if len(tape.nodes) <= LARGE else []


# Ratios and differences --------------------------------------------------------------------------------------------------------

def _ratios(samples: Sequence[Sample]) -> Iterator[Candidate]:
    wrong = [s for s in samples if s.is_wrong and s.true != 0.0]
    if len(wrong) < 2:
        return
    ratio = wrong[0].claimed / wrong[0].true
    if ratio != 0.0 and explains(samples, lambda s: ratio * s.true):
        yield constant_ratio(ratio, divisors(samples[0].tape))


def constant_ratio(ratio: float, numbers: Sequence[float]) -> Candidate:
    """What a constant ratio of the claim to the right derivative tells; `numbers` are those by which f divides."""
    text = ratio_text(ratio)
    times = f"it is {text} times the right value everywhere"
    half, why = (("factor 2 too much", "there is an extra factor 2") if abs(ratio) > 1.0
                 else ("factor 2 missing", "a factor 2 is missing"))
    flipped = (1.5, f"sign flipped; {half}", f"{times}: the sign is flipped, and {why}")
    known = {-2.0: flipped, -0.5: flipped, -1.0: (1.3, "sign flipped", "the sign is flipped everywhere"),
             2.0: (1.3, half, f"it is twice the right value everywhere: {why}, or a factor 1/2 is missing"),
             0.5: (1.3, half, f"it is half the right value everywhere: {why}")}
    for n in numbers:
        known.setdefault(n, (1.1, "sum for mean", f"{times}: a sum instead of a mean, so 1/{number(n)} is missing"))
        known.setdefault(1.0 / n, (1.4, "mean for sum", f"{times}: it is divided by {number(n)} once too often"))
    for exact, found in known.items():
        if abs(ratio / exact - 1.0) < 1e-9:
            return Candidate(*found)
    if abs(ratio - 1.0) < NEARLY_ONE:
        return Candidate(1.0, "rounded", f"{times}: a constant is rounded")
    if "ln 10" in text:
        return Candidate(1.2, "1/ln 10" if "1/" in text else "ln 10",
                         f"{times}: the base of a logarithm is taken as e instead of 10, or the other way round")
    is_known = text.lstrip("-") in RATIOS.values() or "." not in text
    return Candidate(1.5 if is_known else 2.6, "constant factor", times)


def divisors(tape: Tape | None) -> list[float]:
    """The whole numbers by which the graph divides, as a mean does."""
    found: dict[float, None] = {}
    for row, xs in zip(tape.rows, tape.inputs) if tape is not None else ():
        for c in xs if row is not None and row.name in ("div", "mul") else ():
            n = c if row is not None and row.name == "div" else 1.0 / c if c else 0.0
            if n > 1.0 and abs(n - round(n)) < 1e-9:
                found[float(round(n))] = None
    return list(found)


def _differences(samples: Sequence[Sample]) -> Iterator[Candidate]:
    wrong = [s for s in samples if s.is_wrong]
    difference = wrong[0].claimed - wrong[0].true
    if len(wrong) < 2 or not explains(samples, lambda s: s.true + difference):
        return
    tape = samples[0].tape
    rows = {row.name for row in tape.rows if row is not None} if tape is not None else set()
    is_softmax = rows & {"logsumexp", "softplus", "log_sigmoid"} or ("log" in rows and rows & {"exp", "sigmoid"})
    if is_softmax and abs(abs(difference) - 1.0) < 1e-9:
        yield Candidate(0.9, "one-hot forgotten", f"it is off by {number(difference)} everywhere: the one-hot target y in p - y "
                        "is forgotten, or marks the wrong class")
    else:
        yield Candidate(1.55, "constant term", f"it is off by the constant {number(difference, 6)} everywhere")


# Values of nodes as factors and terms ------------------------------------------------------------------------------------------

def _factors(samples: Sequence[Sample], names: Names) -> Iterator[Candidate]:
    tape = samples[0].graph
    if len([s for s in samples if s.is_wrong and s.true != 0.0]) < 2:
        return
    for k in _finite_nodes(samples[0]):
        if k == len(tape.nodes) - 1:
            continue
        cost, u = 1.45 if tape.rows[k] is None else 1.55, names(k)
        if _name(tape, k) in ("add", "sub") and any([_name(tape, w) in FACTORED for w, _ in tape.uses[k]]):
            cost = 1.16                                              # a difference that is a factor, (a - b)·..., is easily lost
        if explains(samples, lambda s, k: s.true / s.graph.values[k], k):
            yield Candidate(cost, "factor missing", f"a factor {u} is missing")
        elif explains(samples, lambda s, k: s.true * s.graph.values[k], k):
            yield Candidate(cost, "factor too much", f"there is an extra factor {u}")
        elif explains(samples, lambda s, k: -s.true * s.graph.values[k], k):
            yield Candidate(cost + 0.4, "factor too much", f"there is an extra factor -{u}")
        elif explains(samples, lambda s, k: s.true / s.graph.values[k] ** 2, k):
            yield Candidate(cost + 0.4, "factor missing", f"a factor {u}² is missing")


def _term(cost: float, factor: float, term: str) -> Candidate:
    size = {1.0: "", 2.0: "2 × ", 0.5: "1/2 × "}[abs(factor)]
    if factor < 0.0:
        return Candidate(cost, "term missing", f"the term {size}{term} is missing")
    return Candidate(cost, "term too much", f"there is an extra term {size}{term}")


def _terms(samples: Sequence[Sample], names: Names) -> Iterator[Candidate]:
    if len([s for s in samples if s.is_wrong]) < 2:
        return
    for k in _finite_nodes(samples[0]):
        for factor in (-1.0, 1.0, -2.0, 2.0):
            if explains(samples, lambda s, k, c: s.true + c * s.graph.values[k], k, factor):
                yield _term(1.7 if samples[0].graph.rows[k] is None else 1.9, factor, names(k))


def _products(samples: Sequence[Sample], names: Names) -> Iterator[Candidate]:
    """A term that is a product of two nodes."""
    tape = samples[0].graph
    if len([s for s in samples if s.is_wrong]) < 2:
        return
    places = sorted([(tape.values[k], k) for k in _finite_nodes(samples[0]) if tape.values[k]])
    keys = [x for x, _ in places]
    difference = samples[0].claimed - samples[0].true
    for factor in (1.0, -1.0, 2.0, -2.0, 0.5, -0.5):
        for a, k in places:
            wanted = difference / factor / a
            gap = 1e-6 * abs(wanted)
            for _, w in places[bisect.bisect_left(keys, wanted - gap):bisect.bisect_right(keys, wanted + gap)]:
                if w >= k and explains(samples, lambda s, k, w, c: s.true + c * s.graph.values[k] * s.graph.values[w],
                                       k, w, factor):
                    yield _term(1.85, factor, f"{names(k)}²" if w == k else f"{names(k)} × {names(w)}")


# Other derivatives -------------------------------------------------------------------------------------------------------------

def _other_partials(problem: Problem, case: Case, samples: Sequence[Sample],
                    others: Sequence[tuple[Target, Sequence[Sample]]]) -> Iterator[Candidate]:
    """Claims that are right for another input or another element of a Jacobian."""
    target = case.claim.target
    for other, theirs in others:
        there = {id(s.outcome.probe): s for s in theirs}
        pairs = [(s, there[id(s.outcome.probe)]) for s in samples if id(s.outcome.probe) in there]
        if not theirs or len(pairs) < min(2, len(samples)) or not all([mine.matches(their.true) for mine, their in pairs]):
            continue
        is_mirror = target.is_mirror_of(other)
        if is_mirror or (all([their.matches(mine.true) for mine, their in pairs]) and any([s.is_wrong for _, s in pairs])):
            only_sign = explains(samples, lambda s: -s.true) and not is_mirror
            yield Candidate(1.35 if only_sign else 0.5, "transposed" if is_mirror else "partials swapped",
                            f"that is {other.label}: the {'matrix is transposed' if is_mirror else 'two partials are swapped'}")
        else:
            yield Candidate(1.3, "partial of another input", f"that is {other.label}")
    if samples[0].tape is None:
        return
    claimed = {other.label for other, theirs in others if theirs}
    twice = explains(samples, lambda s: 2.0 * s.true)
    for k, label in enumerate(problem.labels):
        name = f"∂{target.of}/∂{label}"
        if k == target.place:
            continue
        if name not in claimed and name != target.label and explains(samples, _gradient_by, case, k):
            yield Candidate(1.18, "partial of another input", f"that is {name}")
        if not twice and explains(samples, lambda s, k: s.true + _gradient_by(s, case, k), k):
            yield Candidate(1.5, "derived by both", f"that is {target.label} + {name}: {label} is treated like {target.by}")


def _gradient_by(sample: Sample, case: Case, k: int) -> float:
    known = sample.outcome.probe.located(case.claim.target)
    return math.nan if known is None else nearest(known[0].gradient[k])


def _logarithm(samples: Sequence[Sample], names: Names) -> Iterator[Candidate]:
    """The derivative of ln f given for that of f."""
    tape, last = samples[0].graph, len(samples[0].graph.nodes) - 1
    if tape.rows[last] is not None and explains(samples, lambda s: s.true * _of_logarithm(s.graph.values[last])):
        f = names(last)
        yield Candidate(1.05, "derivative of the logarithm", f"that is the derivative of ln {f}: a factor {f} is missing")


def _of_logarithm(x: float) -> float:
    return float(LOG.partials[0](FLOAT, math.nan, x))


LOSSES = {expression(formula): words for words, formula in (
    ("the squared error ({a} - {y})²/2", "(a - y)²/2"), ("the squared error ({a} - {y})²", "(a - y)²"),
    ("the cross-entropy -{y} log {a} - (1 - {y}) log(1 - {a})", "-y*log(a) - (1 - y)*log(1 - a)"),
    ("the cross-entropy -{y} log {a}", "-y*log(a)"), ("the absolute error |{a} - {y}|", "|a - y|"))}


def _other_losses(samples: Sequence[Sample], names: Names) -> Iterator[Candidate]:
    """The derivative of another loss of the same two numbers."""
    tape, x = samples[0].graph, samples[0].x
    has_logarithm = any([_name(tape, w) in LOGARITHMS for w in range(len(tape.rows))])
    for k, row in enumerate(tape.rows):
        if row is not None or k == x or tape.nodes[k].name is None:
            continue
        for loss, words in LOSSES.items():
            if ("entropy" in words) != has_logarithm and explains(samples, _slope_of_loss, loss, x, k):
                said = words.format(a=names(x), y=names(k))
                yield Candidate(1.14, "another loss", f"that is the derivative of {said}, which is another loss")


def _slope_of_loss(sample: Sample, loss: Expression, x: int, y: int) -> float:
    """The derivative of a loss of two numbers of the graph, by the first."""
    a = Value(sample.graph.values[x])
    return float(gradient(loss(a=a, y=sample.graph.values[y]), a))


def _unfinished(samples: Sequence[Sample], names: Names) -> Iterator[Candidate]:
    """The derivative of or by a node on the way, and values instead of derivatives."""
    tape, x = samples[0].graph, samples[0].x
    last = len(tape.nodes) - 1
    f, by = names(last), names(x)
    for k in range(len(tape.nodes)) if len(tape.nodes) <= LARGE else ():
        u = names(k)
        if k not in (x, last) and samples[0].slopes[k] != 0.0:
            if explains(samples, lambda s, k: s.graph.adjoints[k], k):
                if all([s.slopes[k] == 1.0 for s in samples]):
                    yield Candidate(1.25, "path forgotten", f"that is ∂{f}/∂{u}: the other paths from {by} are forgotten")
                elif x in tape.operands[k] and _name(tape, k) in ("add", "sub"):
                    others = " and ".join([names(w) for w in tape.operands[k] if w is not None and w != x])
                    yield Candidate(1.2, "path forgotten", f"that is ∂{f}/∂{u}: {by} in {others}, and wherever else it occurs, "
                                    "is treated as a constant")
                else:
                    yield Candidate(1.25, "chain factor dropped", f"that is ∂{f}/∂{u}: the factor ∂{u}/∂{by} is dropped")
            if explains(samples, lambda s, k: s.slopes[k], k):
                if all([s.graph.adjoints[k] == 1.0 for s in samples]):
                    yield Candidate(1.25, "path forgotten", f"that is ∂{u}/∂{by}: the other terms of {f} are forgotten")
                else:
                    yield Candidate(1.3, "chain factor dropped", f"that is ∂{u}/∂{by}: the factor ∂{f}/∂{u} is dropped")
        if explains(samples, lambda s, k: s.graph.values[k], k):
            if k == last:
                yield Candidate(1.2, "output for the derivative", f"that is {u} itself, not its derivative")
            elif k == x:
                yield Candidate(2.0, "input for the derivative", f"that is {u} itself, not its derivative")
            else:
                yield Candidate(2.0, "a value for the derivative", f"that is the value of {u}")


def _derived_twice(samples: Sequence[Sample], case: Case, problem: Problem) -> Iterator[Candidate]:
    """Second derivatives, by the same input or another one."""
    target, place = case.claim.target, case.claim.target.place
    if len(samples[0].graph.nodes) > SMALL or problem.size > FEW or samples[0].claimed == 0.0:
        return
    for other in range(-1, problem.size):
        try:
            if not explains(samples, _second, other):
                continue
        except AutogradError:
            continue
        label = target.label.replace("∂", "∂²", 1)
        if other < 0:
            yield Candidate(1.3, "derived twice", f"that is the second derivative, {label}²")
        elif other != place:
            by = problem.labels[other]
            yield Candidate(1.6, "derived by both", f"that is differentiated by {by} as well: {label}∂{by}")


def _second(sample: Sample, k: int) -> float:
    """The derivative by the claim's input and by input k, where -1 is the same input again."""
    leaf = sample.graph.nodes[sample.x]
    first: Value = gradient(sample.graph.nodes[-1], leaf, create_graph=True)
    return float(gradient(first, leaf if k < 0 else sample.outcome.probe.recorded.leaves[k]))


# Claims of one number ----------------------------------------------------------------------------------------------------------

def of_number(case: Case) -> list[Cause]:
    """What is wrong with a claim of one number: it is rounded, or the partial is not constant."""
    source = case.claim.source
    wrong = [o for o in case.outcomes if o.verdict == WRONG and o.claimed is not None]
    if not source.is_number or not wrong:
        return []
    digits = source.digits if isinstance(source, Formula) else None
    if digits and digits[0] < 0.5 and digits[1] > 1 and all([abs(o.claimed - o.truth.value) <= digits[0] * 1.001 for o in wrong]):
        return [Cause("rounded", f"it is right to the {digits[1]} digits given: write ≈ {source.text} if you mean it as rounded")]
    errors = [nearest(abs(o.claimed / o.truth.value - 1)) if o.truth.value != 0 else math.inf for o in wrong]
    if max(errors) < NEARLY_ONE and len(case.outcomes) == len(wrong):
        count = math.floor(-math.log10(max(errors)))
        return [Cause("rounded", f"it is right to about {count} digits: is it rounded, or in single precision? Write ≈ and only "
                      "the digits that are right, as in '≈ 0.1234', to allow for that")]
    values = [o.truth.value for o in case.outcomes if o.truth.value is not None]
    if max(values) - min(values) > 1e-9 * max(abs(max(values)), abs(min(values))):
        o = min(case.outcomes, key=lambda o: simplicity(o.probe.point))
        point = ", ".join([f"{name!r}: {x:g}" for name, x in list(zip(o.probe.problem.labels, o.probe.point))[:4]])
        return [Cause("a number", "it is a constant, but the partial depends on the inputs. To check it at one point, give "
                      f"points=[{{{point}}}]")]
    return []


# One side of a threshold -------------------------------------------------------------------------------------------------------

def one_sided(problem: Problem, case: Case) -> str | None:
    """For example "right for x > 0, wrong for x < 0", if a threshold on one input or a kink separates the right points from the
    wrong ones."""
    decided = [o for o in case.outcomes if o.is_smooth and o.verdict in (WRONG, RIGHT) and not o.probe.is_extreme]
    count = len([o for o in decided if o.verdict == WRONG])
    if min(count, len(decided) - count) < ENOUGH:
        return None
    for j, label in enumerate(problem.labels):
        cut = _cut([(o.probe.point[j], o.verdict == WRONG) for o in decided])
        if cut is not None:
            return _sides(label, number(cut[0]), cut[1])
    return _by_kink(decided)


def _sides(what: str, threshold: str, wrong_above: bool) -> str:
    below, above = f"{what} < {threshold}", f"{what} > {threshold}"
    return f"right for {below}, wrong for {above}" if wrong_above else f"right for {above}, wrong for {below}"


def _cut(points: Sequence[tuple[float, bool]]) -> tuple[float, bool] | None:
    """The simplest number that separates the right points from the wrong ones, and whether the wrong ones are above it. Points at
    the number itself may be either."""
    right, wrong = [x for x, is_wrong in points if not is_wrong], [x for x, is_wrong in points if is_wrong]
    for wrong_above, low, high in ((True, max(right), min(wrong)), (False, max(wrong), min(right))):
        if low <= high:
            candidates = [float(f"{low + (high - low) / 2:.{digits}g}") for digits in range(1, 15)]
            inside = [x for x in (0.0, 1.0, -1.0, float(math.ceil(low)), *candidates) if low <= x <= high]
            cut = inside[0] if inside else low
            beyond = min(len([x for x in wrong if x != cut]), len([x for x in right if x != cut]))
            return (cut, wrong_above) if beyond >= ENOUGH else None  # and not only at the threshold
    return None


def _by_kink(decided: Sequence[Outcome]) -> str | None:
    """The sides of a kink of the graph, if it separates the right points from the wrong ones."""
    sides: dict[int, list[tuple[float, bool]]] = {}
    order: Sequence[Value] = ()
    for outcome in decided:
        if outcome.probe.is_opaque:
            return None
        before, order = order, outcome.probe.exact(outcome.probe.recorded.outputs[0]).order
        if before and signature_of(before) != signature_of(order):   # f takes different steps at different points
            return None
        values: dict[Any, Any] = {v: IEEE.number(v.data) for v in order}
        for k, v in enumerate(order):
            if v.op is not None and v.op.kink is not None and v.parents and not v.op.nary:
                sides.setdefault(k, []).append((float(v.op.kink(IEEE, *operands_in(IEEE, v, values))), outcome.verdict == WRONG))
    for k, points in sides.items():
        cut = _cut(points) if len(points) == len(decided) and all([math.isfinite(x) for x, _ in points]) else None
        v = order[k]
        if cut is not None and cut[0] == 0.0 and v.op is not None:
            labels = Labels(order, spelled=True)
            first, second = [labels.name(x) if isinstance(x, Value) else number(x) for x in (*v.operands, 0.0)][:2]
            compares = len(v.operands) == 1 or v.op.name in COMPARING
            return _sides(first, second if compares else "0", cut[1])
    return None
