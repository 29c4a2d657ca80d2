"""Explanations of claims for a whole array: the matrix is transposed, a sum goes over the wrong index, 1/N is missing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from ...arithmetic.referee import nearest
from ...tape import Tape
from ...text import counted, number
from ...trees import parted
from ..report import WRONG, Cause, ratio_text
from ..verdict import Case
from .numbers import constant_ratio, divisors
from .samples import tape_of

Place = tuple[int, ...]
Matrix = dict[Place, float]
CLOSE = 1e-9                                                         # how well an explanation must match, of the largest entry
EXPONENTIAL = {"exp", "logsumexp", "softplus", "log_sigmoid", "sigmoid"}  # what a graph with a softmax has
PROBES = 6                                                           # points at which it must
ENOUGH = 2
Uses = Callable[[Place, int], float]                                 # of an entry, by their number: the adjoint, or the partial
Idea = tuple[str, str, Callable[["View"], Matrix]]                   # a kind of mistake, what is said of it, and what it gives


@dataclass(frozen=True)
class View:
    """An array's claimed and true derivatives at one point, with the tape there and the number of each entry in it."""

    claimed: Matrix
    true: Matrix
    inputs: Mapping[str, float]
    tape: Tape | None
    nodes: Mapping[Place, int]
    uses: dict[Place, list[Use]] = field(default_factory=dict)

    @property
    def size(self) -> float:
        """The largest of the numbers."""
        return max([abs(x) for x in (*self.claimed.values(), *self.true.values())], default=0.0)

    def is_claimed(self, predicted: Matrix) -> bool:
        """Whether a prediction is what is claimed."""
        close = CLOSE * self.size + 1e-300
        return all([abs(predicted[place] - x) <= close for place, x in self.claimed.items()])


@dataclass(frozen=True)
class Group:
    """The claims of all entries of one array: its name, the cases by place, and the labels of f's inputs."""

    name: str
    of: str
    cases: Mapping[Place, Case]
    labels: Sequence[str]

    @property
    def label(self) -> str:
        """∂f/∂W."""
        return f"∂{self.of}/∂{self.name}"

    @cached_property
    def shape(self) -> Place:
        """The lengths of the array's sides."""
        return tuple([1 + max(place[k] for place in self.cases) for k in range(len(next(iter(self.cases))))])

    @cached_property
    def views(self) -> list[View]:
        """The arrays at a few moderate points where every entry has one slope and a claim."""
        found: list[View] = []
        places = list(self.cases)
        for outcomes in zip(*[case.outcomes for case in self.cases.values()]):
            if len(found) == PROBES:
                break
            if outcomes[0].probe.is_extreme or not all([o.is_smooth and o.claimed is not None for o in outcomes]):
                continue
            claimed = {place: nearest(o.claimed) for place, o in zip(places, outcomes)}
            true = {place: nearest(o.truth.value) for place, o in zip(places, outcomes)}
            if not all([math.isfinite(x) for x in (*claimed.values(), *true.values())]):
                continue
            taped = [tape_of(case, o) for case, o in zip(self.cases.values(), outcomes)]
            tape = taped[0][0]
            nodes = {place: k for place, (_, k, _) in zip(places, taped) if k >= 0}
            found.append(View(claimed, true, dict(zip(self.labels, outcomes[0].probe.point)), tape, nodes))
        wrong = [view for view in found if not view.is_claimed(view.true)]
        return wrong if len(wrong) >= ENOUGH or len(found) < ENOUGH else []

    def explanation(self) -> Cause | None:
        """What explains the claims of all entries; None if nothing does."""
        if not self.views or len(self.views) < min(ENOUGH, len(next(iter(self.cases.values())).outcomes)):
            return None
        for kind, text, predict in self._ideas():
            try:
                if all([view.is_claimed(predict(view)) for view in self.views]):
                    return Cause(kind, text)
            except (KeyError, ZeroDivisionError, IndexError, OverflowError):
                continue
        return self._one_hot()

    def _ideas(self) -> Iterator[Idea]:
        if len(self.shape) == 2 and self.shape[0] == self.shape[1]:
            yield "transposed", "the matrix is transposed", lambda view: {(i, j): view.true[j, i] for i, j in view.true}
        yield from self._ratios()
        yield from self._contributions()
        if len(self.shape) == 1:
            yield "order", "the elements are in the reverse order", partial(_reordered, start=-1, step=-1)
            for start in (1, -1):
                yield "order", "the elements are shifted by one place", partial(_reordered, start=start, step=1)
        yield from self._others()

    def _ratios(self) -> Iterator[Idea]:
        view = self.views[0]
        place = max(view.true, key=lambda p: abs(view.true[p]))
        if not view.true[place]:
            return
        ratio = view.claimed[place] / view.true[place]
        numbers = divisors(view.tape)
        lengths = sorted({float(1 + k) for label in self.labels for k in parted(label)[1]})
        known = {1.0 / n: ("mean for sum", f"it is divided by {number(n)} once too often: a mean instead of a sum")
                 for n in lengths if n > 2.0}
        known |= {n / m: ("sum for mean", f"it is divided by {number(m)}, not by {number(n)}")
                  for n in numbers if n > 2.0 for m in lengths if 1.0 < m != n}
        found = constant_ratio(ratio, numbers)
        kind, text = next((said for exact, said in known.items() if abs(ratio / exact - 1.0) < CLOSE), (found.kind, found.text))
        yield kind, text, lambda view: {p: ratio * x for p, x in view.true.items()}

    def _contributions(self) -> Iterator[Idea]:
        """Explanations from the terms whose sum each entry is: adjoint times local partial, for each use of the entry in the
        operation that uses all entries equally often."""
        if self.views[0].tape is None:
            return
        for name in dict.fromkeys([use.name for use in _uses(self.views[0], next(iter(self.cases)))]):
            counts = {len([use for use in _uses(self.views[0], place) if use.name == name]) for place in self.cases}
            if len(counts) == 1 and max(counts) > 1:
                yield from self._sums(name, counts.pop())

    def _sums(self, name: str, n: int) -> Iterator[Idea]:
        """What is given by sums of the same terms in another order."""
        def of(term: Callable[[Uses, Uses, Place], float]) -> Callable[[View], Matrix]:
            def predict(view: View) -> Matrix:
                def adjoint(q: Place, i: int) -> float:
                    return _uses(view, q, name)[i].adjoint

                def partial(q: Place, i: int) -> float:
                    return _uses(view, q, name)[i].partial
                return {p: term(adjoint, partial, p) + _rest(view, p, name) for p in view.true}
            return predict

        last, first = self.shape[-1], self.shape[0]
        if n == last:
            yield ("transposed", "the matrix that multiplies is transposed: W is used for Wᵀ, or the reverse",
                   of(lambda g, d, p: math.fsum([g(p, i) * d((*p[:-1], i), p[-1]) for i in range(n)])))
        if len(self.shape) == 2 and n == first:
            yield ("transposed", "the matrix that multiplies is transposed: W is used for Wᵀ, or the reverse",
                   of(lambda g, d, p: math.fsum([g(p, i) * d((i, p[1]), p[0]) for i in range(n)])))
            yield ("transposed", "what comes from above, the derivative by the product, is transposed",
                   of(lambda g, d, p: math.fsum([g((i, p[1]), p[0]) * d(p, i) for i in range(n)])))
        if len(self.shape) == 2 and n == last:
            yield ("transposed", "what comes from above, the derivative by the product, is transposed",
                   of(lambda g, d, p: math.fsum([g((p[0], i), p[1]) * d(p, i) for i in range(n)])))
        if len(self.shape) == 1 and n == last:
            yield ("summed over the wrong index", "it is summed over the wrong index: over the rows instead of the columns, or "
                   "the reverse", of(lambda g, d, p: math.fsum([g((i,), p[0]) * d((i,), p[0]) for i in range(n)])))
        if len(self.shape) == 2 and n == first == last:
            for a, b in itertools.product((0, 1), (0, 1)):
                yield ("element by element", "it is multiplied element by element where a matrix product, a sum, is needed",
                       of(partial(_one_factor_each, a=a, b=b)))
            yield ("wrong side", "the product is taken on the wrong side: its two factors are exchanged",
                   of(lambda g, d, p: math.fsum([g((0, i), p[0]) * d((i, 0), p[1]) for i in range(n)])))
            yield ("wrong side", "the product is taken on the wrong side: its two factors are exchanged",
                   of(lambda g, d, p: math.fsum([d((0, i), p[0]) * g((i, 0), p[1]) for i in range(n)])))
        for i in range(n):
            yield ("not summed", f"only the {_ordinal(i)} of the {n} uses of each entry is counted: the terms are not summed",
                   of(partial(_one_use, i=i)))

    def _others(self) -> Iterator[Idea]:
        """Another array of the same shape as a term or a factor."""
        arrays: dict[str, dict[Place, str]] = {}
        for label in self.labels:
            name, place = parted(label)
            if place:
                arrays.setdefault(name, {})[place] = label
        for name, entries in arrays.items():
            if set(entries) != set(self.cases):
                continue
            for c, sign in ((1.0, ""), (-1.0, "-"), (2.0, "2 × "), (-2.0, "-2 × "), (0.5, "1/2 × "), (-0.5, "-1/2 × ")):
                yield "term missing", f"the term {sign}{name} is missing", partial(_without_term, entries=entries, c=c)
            factor = partial(_with_factor, entries=entries)
            yield "factor missing", f"a factor {name} is missing, element by element", partial(factor, n=-1)
            yield "factor too much", f"there is an extra factor {name}, element by element", partial(factor, n=1)

    def _one_hot(self) -> Cause | None:
        """A difference that is the same everywhere, with one entry in each row: the target of a cross-entropy."""
        differences = [{p: view.claimed[p] - view.true[p] for p in view.true} for view in self.views]
        first = differences[0]
        close = CLOSE * max([view.size for view in self.views]) + 1e-12
        tape = self.views[0].tape
        names = {row.name for row in tape.rows if row is not None} if tape is not None else set()
        if not (names & EXPONENTIAL and all([abs(d[p] - first[p]) <= close for d in differences for p in first])):
            return None
        rows: dict[Place, list[float]] = {}
        for place, d in first.items():
            rows.setdefault(place[:-1], []).append(d if abs(d) > close else 0.0)
        marked = [[d for d in row if d] for row in rows.values()]
        sizes = [row[0] for row in marked if len(row) == 1]
        if len(sizes) != len(rows) or max(sizes) - min(sizes) > close or self.shape[-1] < 2:
            return None
        size = "" if abs(sizes[0] - 1.0) < CLOSE else f", times {ratio_text(sizes[0])},"
        return Cause("one-hot forgotten", f"the one-hot target{size} is missing: p is written for p - y, or y marks the wrong "
                     "class")


# What is claimed instead of the right matrix -----------------------------------------------------------------------------------

def _reordered(view: View, start: int, step: int) -> Matrix:
    """The elements of a vector from another one on, forwards or backwards."""
    n = len(view.true)
    return {(i,): view.true[((start + step * i) % n,)] for i in range(n)}


def _without_term(view: View, entries: Mapping[Place, str], c: float) -> Matrix:
    return {p: x - c * view.inputs[entries[p]] for p, x in view.true.items()}


def _with_factor(view: View, entries: Mapping[Place, str], n: int) -> Matrix:
    return {p: x * view.inputs[entries[p]] ** n for p, x in view.true.items()}


def _one_factor_each(g: Uses, d: Uses, p: Place, a: int, b: int) -> float:
    return g(p, p[a]) * d(p, p[b])


def _one_use(g: Uses, d: Uses, p: Place, i: int) -> float:
    return g(p, i) * d(p, i)


# Uses in the graph -------------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Use:
    """A use of an entry in the graph: the operation, the adjoint of its node, and the local partial."""

    name: str
    adjoint: float
    partial: float


def _uses(view: View, place: Place, name: str = "") -> list[Use]:
    """The uses of an entry in the order of the graph; only those in one operation, if it is named."""
    tape = view.tape
    assert tape is not None
    if place not in view.nodes:                                      # f does not depend on it
        return []
    if place not in view.uses:
        x = view.nodes[place]
        view.uses[place] = [Use(_operation(tape, k), tape.adjoints[k], tape.partials[k][j] or 0.0)
                            for k in range(x + 1, len(tape.nodes)) for j, u in enumerate(tape.operands[k]) if u == x]
    return [use for use in view.uses[place] if name in ("", use.name)]


def _operation(tape: Tape, k: int) -> str:
    """The operation of a node; a product of a number with itself is another one than that of two."""
    return "square" if len(set(tape.operands[k])) == 1 and len(tape.operands[k]) > 1 else getattr(tape.rows[k], "name", "")


def _rest(view: View, place: Place, name: str) -> float:
    """The terms of an entry from the other operations."""
    return math.fsum([use.adjoint * use.partial for use in _uses(view, place) if use.name != name])


def _ordinal(k: int) -> str:
    return {0: "first", 1: "second", 2: "third"}.get(k, f"{k + 1}th")


def groups_of(cases: Sequence[Case], labels: Sequence[str], verdicts: Sequence[str]) -> list[tuple[Group, list[int]]]:
    """The arrays of which every entry is claimed, and some are wrong; with the numbers of their cases."""
    found: dict[tuple[str, str, str], dict[Place, int]] = {}
    for k, case in enumerate(cases):
        target = case.claim.target
        name, place = parted(target.by)
        if place and case.claim.relation == "=" and target.output is not None:
            found.setdefault((target.of, target.first, name), {})[place] = k
    groups = []
    for (of, first, name), numbers in found.items():
        whole = {label for label in labels if parted(label)[0] == name}
        if len(numbers) < 2 or len(numbers) < len(whole) or first or WRONG not in [verdicts[k] for k in numbers.values()]:
            continue
        groups.append((Group(name, of, {place: cases[k] for place, k in numbers.items()}, labels), list(numbers.values())))
    return groups


def said_of_all(count: int, wrong: int) -> str:
    """How many entries are wrong: "all 6 entries" or "4 of 6 entries"."""
    return f"all {count} entries" if wrong == count else f"{wrong} of {counted(count, 'entry', 'entries')}"
