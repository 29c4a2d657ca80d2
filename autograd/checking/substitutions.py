"""What stands in the place of a local partial, if it is no slip of the table: the value of another node, a constant, a factor.

The gradient is linear in each local partial, so a claim says what number each edge would have to carry to explain it alone. That
number, at every point, is looked for among the values of the nodes.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .report import RATIOS, ratio_text
from .samples import Change, Sample
from .tape import Edge, Tape

TINY = 1e-9                                                          # a factor that is 0 but for rounding
NEAR = 1e-6                                                          # how close a value must be to be tried at all points

Written = Callable[[Tape, int, int], float]                          # a local partial, as a function of the graph at a point


class Forms:
    """Numbers that may stand in the place of a local partial, each with what makes it at any point, sorted to be found."""

    def __init__(self, tape: Tape) -> None:
        found: list[tuple[float, float, str, int]] = []
        for w, x in enumerate(tape.values):
            if not math.isfinite(x):
                continue
            found += [(x, 1.5, "value", w), (-x, 1.7, "minus", w), (2.0 * x, 1.75, "twice", w), (x * x, 1.8, "squared", w),
                      (1.0 - x, 1.5, "complement", w), (1.0 - x * x, 1.45, "tanh", w), (x * (1.0 - x), 1.45, "sigmoid", w)]
            found += [(1.0 / x, 1.6, "reciprocal", w)] if x else []
        self._found = sorted(found)
        self._keys = [x for x, *_ in self._found]

    def near(self, x: float) -> Iterator[tuple[float, str, int]]:
        """(cost, form, node) for what is close to x."""
        gap = NEAR * (abs(x) + 1e-12)
        for k in range(bisect.bisect_left(self._keys, x - gap), bisect.bisect_right(self._keys, x + gap)):
            yield self._found[k][1:]


def written(form: str, w: int) -> Written:
    """What a form makes at a point."""
    makers: dict[str, Callable[[float], float]] = {
        "value": lambda x: x,
        "minus": lambda x: -x,
        "twice": lambda x: 2.0 * x,
        "squared": lambda x: x * x,
        "complement": lambda x: 1.0 - x,
        "tanh": lambda x: 1.0 - x * x,
        "sigmoid": lambda x: x * (1.0 - x),
        "reciprocal": lambda x: 1.0 / x,
    }
    make = makers[form]
    return lambda tape, k, j: make(tape.values[w])


def in_words(form: str, name: str) -> str:
    """A form of a node: "1 - h²"."""
    words = {"value": "{}", "minus": "-{}", "twice": "2{}", "squared": "{}²", "complement": "1 - {}", "tanh": "1 - {}²",
             "sigmoid": "{0}(1 - {0})", "reciprocal": "1/{}"}
    return words[form].format(name)


def required(sample: Sample, edge: Edge) -> float:
    """The local partial that would explain the claim alone; nan where no partial would."""
    spot, tape = sample.spot(edge), sample.graph
    leverage = tape.adjoints[spot.k] * spot.slope
    return spot.d + (sample.claimed - tape.adjoints[sample.x]) / leverage if leverage else math.nan


@dataclass(frozen=True)
class Found:
    """A number that explains the claim at all points: a form of a node's value; with node -1 a constant; or, as kind
    "factor ...", the local partial times, or divided by, a node's value or a constant."""

    cost: float
    kind: str
    edge: Edge
    form: str
    node: int
    number: float
    change: Change


def substitutions(samples: Sequence[Sample]) -> Iterator[Found]:
    """All such numbers, edge by edge."""
    first = samples[0]
    tape = first.graph
    forms = Forms(tape)
    for edge in tape.edges(first.x):
        wanted, right = required(first, edge), tape.partials[edge[0]][edge[1]] or 0.0
        if not math.isfinite(wanted) or wanted == right:
            continue
        options = [
            (cost, "another value for the derivative", form, w, wanted, written(form, w))
            for cost, form, w in forms.near(wanted)
            if w != edge[0]
        ]
        options.append((2.6, "a constant for the derivative", "", -1, wanted, _constant(wanted)))
        if right:
            ratio = wanted / right
            for w, x in enumerate(tape.values):
                if x and abs(ratio * x - 1.0) < NEAR:
                    options.append((1.5, "factor missing", "value", w, wanted, _times(w, -1)))
                if x and abs(ratio / x - 1.0) < NEAR:
                    options.append((1.6, "factor too much", "value", w, wanted, _times(w, 1)))
            if abs(ratio) > TINY:
                options.append((1.9 if _is_known(ratio) else 2.2, "constant factor", "", -1, ratio, _scaled(ratio)))
        row = tape.rows[edge[0]]
        unlikely = 0.3 if row is not None and row.name in ("add", "sub", "neg", "sum") else 0.0
        for cost, kind, form, w, x, write in options:
            if _explain(samples, edge, write):
                yield Found(cost + unlikely, kind, edge, form, w, x, _change(edge, write))


def _constant(x: float) -> Written:
    return lambda tape, k, j: x


def _scaled(ratio: float) -> Written:
    return lambda tape, k, j: (tape.partials[k][j] or 0.0) * ratio


def _times(w: int, power: int) -> Written:
    return lambda tape, k, j: (tape.partials[k][j] or 0.0) * tape.values[w] ** power


def _change(edge: Edge, write: Written) -> Change:
    return lambda sample: {edge: write(sample.graph, *edge)}


def _is_known(ratio: float) -> bool:
    return ratio_text(ratio).lstrip("-") in RATIOS.values() or "." not in ratio_text(ratio)


def _explain(samples: Sequence[Sample], edge: Edge, write: Written) -> bool:
    """Whether a claim is explained at all points by what is written on one edge."""
    for sample in samples:
        spot, tape = sample.spot(edge), sample.graph
        try:
            change = tape.adjoints[spot.k] * spot.slope * (write(tape, *edge) - spot.d)
        except (ArithmeticError, ValueError):
            return False
        if not sample.matches(tape.adjoints[sample.x] + change):
            return False
    return True
