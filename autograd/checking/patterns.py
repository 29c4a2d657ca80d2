"""What the numbers of a wrong claim show without looking at single edges: a constant ratio or difference, a factor, the partial
of another input."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterator, Sequence

from ..arithmetic.referee import nearest
from ..derivatives import gradient
from ..engine import Value
from ..errors import AutogradError
from ..text import number
from .points import simplicity
from .problem import Problem
from .report import RATIOS, WRONG, Cause, ratio_text
from .samples import Candidate, Case, Sample
from .sources import Text
from .tape import Tape

Names = Callable[[int], str]
FEW = 8                                                              # inputs up to which mixed ones are
NEARLY_ONE = 1e-3                                                    # how far from 1 a ratio of rounding is
LARGE = 2000                                                         # nodes up to which each is looked at
SMALL = 200                                                          # nodes up to which second derivatives are taken


def of_the_whole(
    problem: Problem, case: Case, samples: Sequence[Sample], others: Sequence[Sequence[Sample]], names: Names
) -> list[Candidate]:
    """The explanations by the numbers alone."""
    found = list(_ratios(samples, names))
    found += _differences(samples, names)
    found += _products(samples, names)
    found += _other_partials(problem, case, samples, others)
    if samples[0].tape is not None and samples[0].x >= 0:
        found += _unfinished(samples, names)
        found += _derived_twice(samples, case, problem)
    return found


def _looked_at(tape: Tape | None) -> Sequence[int]:
    """The nodes whose values are compared with a claim: all, unless they are very many."""
    return range(len(tape.nodes)) if tape is not None and len(tape.nodes) <= LARGE else ()


def _all(samples: Sequence[Sample], predicted: Callable[[Sample], float]) -> bool:
    for sample in samples:
        try:
            if not sample.matches(predicted(sample)):
                return False
        except (ArithmeticError, ValueError):
            return False
    return True


def _ratios(samples: Sequence[Sample], names: Names) -> Iterator[Candidate]:
    wrong = [s for s in samples if s.is_wrong and s.true != 0.0]
    if not wrong:
        return
    ratio = wrong[0].claimed / wrong[0].true
    if ratio != 0.0 and _all(samples, lambda s: ratio * s.true) and len(wrong) > 1:
        yield Candidate(*_constant_ratio(ratio, samples))
    if len(wrong) < 2:
        return
    tape = samples[0].tape
    for k in _looked_at(tape):
        cost = 1.45 if tape is not None and tape.rows[k] is None else 1.55
        if tape is None or k == len(tape.nodes) - 1 or not math.isfinite(tape.values[k]):
            continue
        if _all(samples, lambda s: s.true / s.graph.values[k]):
            yield Candidate(cost, "factor missing", f"a factor {names(k)} is missing")
        elif _all(samples, lambda s: s.true * s.graph.values[k]):
            yield Candidate(cost, "factor too much", f"there is a factor {names(k)} too much")
        elif _all(samples, lambda s: -s.true * s.graph.values[k]):
            yield Candidate(cost + 0.4, "factor too much", f"there is a factor -{names(k)} too much")
        elif _all(samples, lambda s: s.true / s.graph.values[k] ** 2):
            yield Candidate(cost + 0.4, "factor missing", f"a factor {names(k)}² is missing")


def _constant_ratio(ratio: float, samples: Sequence[Sample]) -> tuple[float, str, str]:
    text = ratio_text(ratio)
    if abs(ratio + 1.0) < 1e-9:
        return 1.3, "sign flipped", "the sign is flipped: it is minus that, everywhere"
    if abs(ratio - 2.0) < 1e-9:
        return 1.3, "factor 2 too much", "it is twice too large, everywhere: a factor 2 too much, or a 1/2 forgotten"
    if abs(ratio - 0.5) < 1e-9:
        return 1.3, "factor 2 missing", "it is half of what it should be, everywhere: a factor 2 is missing"
    if abs(abs(ratio) - 2.0) < 1e-9 or abs(abs(ratio) - 0.5) < 1e-9:
        half = "factor 2 too much" if abs(ratio) > 1.0 else "factor 2 missing"
        return (
            1.5,
            f"sign flipped; {half}",
            f"it is {text} times the right one, everywhere: the sign is flipped, and there is a {half}",
        )
    if abs(ratio - 1.0) < NEARLY_ONE:
        return 1.0, "rounded", f"it is {text} times the right one, everywhere: a constant is rounded"
    averaged = _divisors(samples)
    for n in averaged:
        if abs(ratio - n) < 1e-9 * n:
            return (
                1.1,
                "sum for mean",
                f"it is {number(n)} times too large, everywhere: the sum is taken for the mean, 1/{number(n)} is missing",
            )
        if abs(ratio * n - 1.0) < 1e-9:
            return 1.4, "mean for sum", f"it is {number(n)} times too small, everywhere: divided by {number(n)} once too often"
    known = text in RATIOS.values() or text.lstrip("-") in RATIOS.values()
    if "ln 10" in text:
        return (
            1.2,
            "1/ln 10" if "1/" in text else "ln 10",
            f"it is {text} times the right one, everywhere: the logarithm's base is 10 in one and e in the other",
        )
    return (1.5 if known or "." not in text else 2.6), "constant factor", f"it is {text} times the right one, everywhere"


def _divisors(samples: Sequence[Sample]) -> list[float]:
    """The whole numbers by which the graph divides, as a mean does."""
    tape = samples[0].tape
    if tape is None:
        return []
    found = []
    for row, xs in zip(tape.rows, tape.inputs):
        if row is not None and len(xs) == 2 and row.name in ("div", "mul"):
            for c in xs:
                n = c if row.name == "div" else 1.0 / c if c else 0.0
                if n > 1.0 and abs(n - round(n)) < 1e-9:
                    found.append(round(n))
    return [float(n) for n in dict.fromkeys(found)]


def _differences(samples: Sequence[Sample], names: Names) -> Iterator[Candidate]:
    wrong = [s for s in samples if s.is_wrong]
    if len(wrong) < 2:
        return
    difference = wrong[0].claimed - wrong[0].true
    tape = samples[0].tape
    if _all(samples, lambda s: s.true + difference):
        rows = {row.name for row in tape.rows if row is not None} if tape is not None else set()
        is_softmax = rows & {"logsumexp", "softplus", "log_sigmoid"} or ("log" in rows and rows & {"exp", "sigmoid"})
        if is_softmax and abs(abs(difference) - 1.0) < 1e-9:
            yield Candidate(
                0.9,
                "one-hot forgotten",
                f"it is off by {number(difference)} everywhere: the one-hot target y of p - y is forgotten, "
                "or stands at another class",
            )
        else:
            yield Candidate(1.55, "constant term", f"it is off by the constant {number(difference, 6)} everywhere")
    for k in _looked_at(tape):
        for factor, text in (
            (-1.0, "the term {} is missing"),
            (1.0, "there is a term {} too much"),
            (-2.0, "the term 2 {} is missing"),
            (2.0, "there is a term 2 {} too much"),
        ):
            if (
                tape is not None
                and math.isfinite(tape.values[k])
                and _all(samples, lambda s: s.true + factor * s.graph.values[k])
            ):
                yield Candidate(
                    1.7 + 0.2 * (tape.rows[k] is not None),
                    "term missing" if factor < 0 else "term too much",
                    text.format(names(k)),
                )


def _products(samples: Sequence[Sample], names: Names) -> Iterator[Candidate]:
    """A term that is a product of two nodes, or a factor that is one."""
    tape, wrong = samples[0].tape, [s for s in samples if s.is_wrong]
    if tape is None or len(wrong) < 2:
        return
    places = sorted([(tape.values[k], k) for k in _looked_at(tape) if tape.values[k] and math.isfinite(tape.values[k])])
    keys = [x for x, _ in places]
    difference = samples[0].claimed - samples[0].true
    for factor in (1.0, -1.0, 2.0, -2.0, 0.5, -0.5):
        for a, k in places:
            wanted = difference / factor / a
            gap = 1e-6 * abs(wanted)
            for b, w in places[bisect.bisect_left(keys, wanted - gap):bisect.bisect_right(keys, wanted + gap)]:
                if w >= k and b and _all(samples, lambda s: s.true + factor * s.graph.values[k] * s.graph.values[w]):
                    size = {1.0: "", 2.0: "2 × ", 0.5: "1/2 × "}[abs(factor)]
                    text = f"{names(k)}²" if w == k else f"{names(k)} × {names(w)}"
                    yield Candidate(1.85, "term too much" if factor > 0.0 else "term missing",
                                f"there is a term {size}{text} too much" if factor > 0.0 else f"the term {size}{text} is missing")


def _other_partials(
    problem: Problem, case: Case, samples: Sequence[Sample], others: Sequence[Sequence[Sample]]
) -> Iterator[Candidate]:
    """Claims that are right for another input, or another element of a Jacobian."""
    target = case.claim.target
    for theirs in others:
        if not theirs:
            continue
        pairs = _paired(samples, theirs)
        if len(pairs) < min(2, len(samples)) or not all([mine.matches(their.true) for mine, their in pairs]):
            continue
        label = theirs[0].label
        mutual = all([their.matches(mine.true) for mine, their in pairs]) and any([their.is_wrong for _, their in pairs])
        is_mirror = _mirrored(target.label) == label
        if mutual or is_mirror:
            only_sign = _all(samples, lambda s: -s.true) and not is_mirror
            yield Candidate(1.35 if only_sign else 0.5, "transposed" if is_mirror else "partials swapped",
                        f"that is {label}: the {'matrix is transposed' if is_mirror else 'two are swapped'}")
        else:
            yield Candidate(1.3, "partial of another input", f"that is {label}")
    known = samples[0].outcome.probe.judge(target)
    claimed = {theirs[0].label for theirs in others if theirs}
    if known is None or samples[0].tape is None:
        return
    for k, label in enumerate(problem.labels):
        name = f"{target.label.partition('/')[0]}/∂{label}"
        if k == target.place:
            continue
        if name not in claimed and name != target.label and _all(samples, lambda s: _gradient_by(s, case, k)):
            yield Candidate(1.3, "partial of another input", f"that is {name}")
        if _all(samples, lambda s: s.true + _gradient_by(s, case, k)) and not _all(samples, lambda s: 2.0 * s.true):
            yield Candidate(
                1.5,
                "derived by both",
                f"that is {target.label} + {name}: {label} is derived too, as if it were {target.label.partition('/∂')[2]}",
            )


def _gradient_by(sample: Sample, case: Case, k: int) -> float:
    known = sample.outcome.probe.judge(case.claim.target)
    return math.nan if known is None else nearest(known[0].gradient[k])


def _paired(samples: Sequence[Sample], theirs: Sequence[Sample]) -> list[tuple[Sample, Sample]]:
    there = {id(s.outcome.probe): s for s in theirs}
    return [(s, there[id(s.outcome.probe)]) for s in samples if id(s.outcome.probe) in there]


def _mirrored(label: str) -> str:
    """∂f/∂w[1][0] for ∂f/∂w[0][1]; ∂f[1]/∂x[0] for ∂f[0]/∂x[1]."""
    out, _, by = label.partition("/")
    name, *places = by.replace("]", "").split("[")
    if len(places) == 2:
        return f"{out}/{name}[{places[1]}][{places[0]}]"
    stem, *rows = out.replace("]", "").split("[")
    return f"{stem}[{places[0]}]/{name}[{rows[0]}]" if len(places) == len(rows) == 1 else ""


def _unfinished(samples: Sequence[Sample], names: Names) -> Iterator[Candidate]:
    """The derivative of, or by, a node on the way; and values where derivatives belong."""
    tape, x = samples[0].tape, samples[0].x
    if tape is None:
        return
    last = len(tape.nodes) - 1
    f, by = names(last), names(x)
    for k in _looked_at(tape):
        u = names(k)
        if k not in (x, last) and tape.tangents(x)[k] != 0.0:
            if _all(samples, lambda s: s.graph.adjoints[k]):
                alone = all([s.graph.tangents(s.x)[k] == 1.0 for s in samples])
                yield (
                    Candidate(1.25, "path forgotten", f"that is ∂{f}/∂{u}: the other paths from {by} are forgotten")
                    if alone
                    else Candidate(1.25, "chain factor dropped", f"that is ∂{f}/∂{u}: the factor ∂{u}/∂{by} is dropped")
                )
            if _all(samples, lambda s: s.graph.tangents(s.x)[k]):
                alone = all([s.graph.adjoints[k] == 1.0 for s in samples])
                yield (
                    Candidate(1.25, "path forgotten", f"that is ∂{u}/∂{by}: the other terms of {f} are forgotten")
                    if alone
                    else Candidate(1.3, "chain factor dropped", f"that is ∂{u}/∂{by}: the factor ∂{f}/∂{u} is dropped")
                )
        if _all(samples, lambda s: s.graph.values[k]):
            yield Candidate(
                1.2 if k == last else 2.0,
                "output for the derivative"
                if k == last
                else "input for the derivative"
                if k == x
                else "a value for the derivative",
                f"that is {u} itself, and not its derivative" if k in (x, last) else f"that is the value of {u}",
            )


def _derived_twice(samples: Sequence[Sample], case: Case, problem: Problem) -> Iterator[Candidate]:
    """Second derivatives, by the same input or by another one."""
    tape = samples[0].tape
    if tape is None or len(tape.nodes) > SMALL or problem.size > FEW:
        return
    label = case.claim.target.label
    for other in [None, *range(problem.size)]:

        def second(sample: Sample) -> float:
            assert sample.tape is not None
            leaf = sample.tape.nodes[sample.x]
            first: Value = gradient(sample.tape.nodes[-1], leaf, create_graph=True)
            return float(gradient(first, leaf if other is None else sample.outcome.probe.recorded.leaves[other]))
        try:
            if samples[0].claimed == 0.0 or not _all(samples[:1], second) or not _all(samples, second):
                continue
        except AutogradError:
            continue
        if other is None:
            yield Candidate(1.3, "derived twice", f"that is the second derivative, {label.replace('∂', '∂²', 1)}²")
        elif other != case.claim.target.place:
            yield Candidate(
                1.6,
                "derived by both",
                f"that is derived by {problem.labels[other]} too: {label.replace('∂', '∂²', 1)}∂{problem.labels[other]}",
            )


# Of numbers --------------------------------------------------------------------------------------------------------------------

def of_number(case: Case) -> list[Cause]:
    """What is to be said of a claim that is one number: it is rounded, or the partial is no constant."""
    source = case.claim.source
    wrong = [o for o in case.outcomes if o.verdict == WRONG and o.claimed is not None]
    if not source.is_number or not wrong:
        return []
    digits = source.digits if isinstance(source, Text) else None
    if digits and digits[0] < 0.5 and digits[1] > 1 and all([abs(o.claimed - o.truth.value) <= digits[0] * 1.001 for o in wrong]):
        return [
            Cause("rounded", f"it is right to the {digits[1]} digits given: write ≈ {source.text} if it is meant to be rounded")
        ]
    errors = [nearest(abs(o.claimed / o.truth.value - 1)) if o.truth.value != 0 else math.inf for o in wrong]
    if max(errors) < NEARLY_ONE and len(case.outcomes) == len(wrong):
        count = math.floor(-math.log10(max(errors)))
        text = f"it is right to about {count} digits: rounded, or in single precision? Claim '≈ 0.1234' to allow for that"
        return [Cause("rounded", text)]
    values = [o.truth.value for o in case.outcomes if o.truth.value is not None]
    if max(values) - min(values) > 1e-9 * max(abs(max(values)), abs(min(values))):
        o = min(case.outcomes, key=lambda o: simplicity(o.probe.point))
        at = dict(zip(o.probe.problem.labels, o.probe.point))
        point = "{" + ", ".join([f"{name!r}: {x:g}" for name, x in list(at.items())[:4]]) + "}"
        return [
            Cause(
                "a number",
                f"it is a number, but the partial changes with the inputs; to check it at one point, give points=[{point}]",
            )
        ]
    return []
