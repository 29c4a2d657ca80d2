"""What may have gone wrong in a derivation: which change of the graph's local partials gives what was claimed.

A change explains a claim if it gives the claimed numbers at every point. Single slips of an edge come first, then those of a
node, of all uses of an operation or a node, of the whole; two slips only where one does not do.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from ..arithmetic import nearest

from ..engine import Value
from ..labels import Labels
from ..notation import number
from ..ops import WHERE
from . import patterns
from .claims import Claim
from .points import is_extreme, simplicity
from .problem import Problem, signature_of
from .report import WRONG, Cause, ClaimFinding, Edit, ratio_text
from .slips import ANYWHERE, OF_NODES, Place, Slip, Spot, places_of, slips_of
from .substitutions import in_words, substitutions
from .tape import Edge, Tape

if TYPE_CHECKING:
    from .verification import Outcome

CLOSE, CLOSE_IN_FLOATS = 1e-9, 1e-6                                  # how well an explanation must match, of the size
NOISE = 1e-15
SAMPLES = 10                                                         # points at which an explanation must match
SECONDS = 0.6                                                        # for pairs of slips, for each claim
SHOWN = 3                                                            # causes that a report tells
MARGIN = 0.6                                                         # how much less likely than the first the others may be
LONG = 70                                                            # characters of a product that is written out
LIKELY = 2.4                                                         # the cost up to which a slip may be one of two


@dataclass(frozen=True)
class Case:
    """A claim, and what became of it at each point."""

    claim: Claim
    outcomes: List[Outcome]


@dataclass(frozen=True)
class Sample:
    """A claim at one point in floats, with the graph there. `label` is what it is about, `x` the number of the input's node in
    the tape, or -1."""

    label: str
    outcome: Outcome
    tape: Optional[Tape]
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


Change = Callable[[Tape], Optional[Dict[Edge, float]]]               # other local partials, as a function of the point


@dataclass(frozen=True)
class Candidate:
    """An explanation that matches everywhere: the lower the cost, the likelier. `edits` hold at the first sample."""

    cost: float
    kind: str
    text: str
    edits: Tuple[Tuple[Edge, float], ...] = ()


def diagnosed(problem: Problem, cases: Sequence[Case], findings: Sequence[ClaimFinding]) -> List[ClaimFinding]:
    """The findings, the wrong ones with their likely causes."""
    studies = [Study(problem, case) for case in cases]
    answer = []
    for case, study, finding in zip(cases, studies, findings):
        if finding.verdict == WRONG and case.claim.relation == "=" and case.claim.target.output is not None:
            causes = tuple(study.causes(studies))
            note = patterns.one_sided(problem, case) or ""
            note = "" if not note or any([note in cause.text for cause in causes]) else f"It is {note}."
            finding = replace(finding, causes=causes, note=note, names=study.names, derivation="" if causes else study.derivation())
        elif finding.verdict == WRONG:
            finding = replace(finding, causes=tuple(patterns.of_value(case)))
        answer.append(finding)
    return answer


class Study:
    """One claim's samples, and the search for what explains them."""

    def __init__(self, problem: Problem, case: Case) -> None:
        self.problem = problem
        self.case = case
        self.samples = _samples(case)
        wrong = [s for s in self.samples if s.is_wrong]
        self.shown = min(wrong, key=lambda s: simplicity(s.outcome.probe.point)) if wrong else None

    def causes(self, others: Sequence[Study]) -> List[Cause]:
        """The likeliest explanations."""
        if not self.samples:
            return patterns.of_number(self.case)
        found = list(self.candidates(self.samples))
        found += patterns.of_the_whole(self.problem, self.case, self.samples, [s.samples for s in others if s.case.claim.target != self.case.claim.target], self._names)
        if min([c.cost for c in found], default=9.0) > 1.3:
            found += self._one_sided()
            found += self._substitutions()
        if not found:
            found = self._pairs(time.perf_counter() + SECONDS)
        ranked = sorted([replace(c, cost=c.cost + self._evidence(c, others)) for c in found], key=lambda c: c.cost)
        distinct: Dict[str, Candidate] = {}
        for candidate in ranked:
            distinct.setdefault(_family(candidate.kind), candidate)
        known = [Cause(c.kind, c.text, self._edits(c)) for c in list(distinct.values())[:SHOWN] if c.cost <= ranked[0].cost + MARGIN]
        alone = patterns.of_number(self.case)
        return alone + known if alone and alone[0].kind == "rounded" else known + alone

    def candidates(self, samples: Sequence[Sample]) -> Iterator[Candidate]:
        """Single slips: of an edge, of a node, of all uses of an operation or a node."""
        tape = samples[0].tape
        if tape is None or samples[0].x < 0:
            return
        yield from self._of_edges(samples, tape)
        yield from self._of_nodes(samples, tape)
        yield from self._of_branches(samples, tape)
        yield from self._of_all_uses(samples, tape)

    # Single slips ----------------------------------------------------------------------------------------------------

    def _of_edges(self, samples: Sequence[Sample], tape: Tape) -> Iterator[Candidate]:
        first, x = samples[0], samples[0].x
        tangents = tape.tangents(x)
        for k, j in tape.edges(x):
            u = tape.operands[k][j]
            assert u is not None
            spot = Spot(tape, k, j, tangents[u])
            for slip, d in _written(spot):
                if self._explains(first, tape, spot, d) and all([self._slip_explains(s, k, j, slip) for s in samples[1:]]):
                    yield self._worded(slip, tape, k, j, d)
            for place in places_of(spot, x):
                if all([self._place_explains(s, k, j, place) for s in samples]):
                    yield Candidate(place.cost, place.kind, self._place_words(place, k, j), (((k, j), place.term(spot) / spot.slope),))

    @staticmethod
    def _explains(sample: Sample, tape: Tape, spot: Spot, d: float) -> bool:
        change = tape.adjoints[spot.k] * (d - spot.d) * spot.slope
        noise = NOISE * abs(tape.adjoints[spot.k] * spot.slope)       # of 1 - y where y is near 1
        return sample.matches(tape.adjoints[sample.x] + change, noise) and (change != 0.0 or not sample.is_wrong)

    def _slip_explains(self, sample: Sample, k: int, j: int, slip: Slip) -> bool:
        spot = _spot(sample, k, j)
        try:
            return self._explains(sample, spot.tape, spot, slip.rule(spot))
        except (ArithmeticError, ValueError):
            return not sample.is_wrong or spot.slope == 0.0

    @staticmethod
    def _place_explains(sample: Sample, k: int, j: int, place: Place) -> bool:
        spot = _spot(sample, k, j)
        tape = spot.tape
        try:
            term = place.term(spot)
        except (ArithmeticError, ValueError):
            return False
        return sample.matches(tape.adjoints[sample.x] + tape.adjoints[k] * (term - spot.d * spot.slope))

    def _of_nodes(self, samples: Sequence[Sample], tape: Tape) -> Iterator[Candidate]:
        x = samples[0].x
        tangents = tape.tangents(x)
        for k, row in enumerate(tape.rows):
            for slip in OF_NODES.get(row.name, ()) if row is not None else ():
                a, b = tape.operands[k]
                if a is None or b is None or tape.adjoints[k] == 0.0 or tangents[a] == 0.0 or tangents[b] == 0.0 or a == b:
                    continue
                if all([self._node_explains(s, k, slip.rule) for s in samples]):
                    words = slip.words.format(v=self._names(k), a=self._names(a), b=self._names(b))
                    weak = 0.4 if slip.kind.startswith("product rule: u'") and x in (a, b) else \
                        0.3 if "order" in slip.kind and k != len(tape.nodes) - 1 else 0.0
                    yield Candidate(slip.cost + weak, slip.kind, words, tuple([((k, j), math.nan) for j in (0, 1)]))

    def _of_branches(self, samples: Sequence[Sample], tape: Tape) -> Iterator[Candidate]:
        """The other branch's derivative, at a `where`."""
        for k, row in enumerate(tape.rows):
            if row is not WHERE or tape.adjoints[k] == 0.0:
                continue

            def swapped(sample: Sample) -> float:
                assert sample.tape is not None
                slopes = [0.0 if u is None else sample.tape.tangents(sample.x)[u] for u in sample.tape.operands[k][1:]]  # noqa: B023
                other = slopes[1] if sample.tape.inputs[k][0] else slopes[0]  # noqa: B023
                return sample.tape.adjoints[sample.x] + sample.tape.adjoints[k] * (other - sample.tape.tangents(sample.x)[k])  # noqa: B023
            if all([s.matches(swapped(s)) for s in samples]):
                yield Candidate(0.9, "branches swapped", f"the two branches of {self._names(k)} are swapped")

    @staticmethod
    def _node_explains(sample: Sample, k: int, rule: Callable[[float, float, float, float], float]) -> bool:
        tape = sample.tape
        assert tape is not None
        tangents = tape.tangents(sample.x)
        a, b = tape.operands[k]
        assert a is not None
        assert b is not None
        try:
            there = rule(tape.values[a], tape.values[b], tangents[a], tangents[b])
        except (ArithmeticError, ValueError):
            return not sample.is_wrong
        return sample.matches(tape.adjoints[sample.x] + tape.adjoints[k] * (there - tangents[k]))

    def _of_all_uses(self, samples: Sequence[Sample], tape: Tape) -> Iterator[Candidate]:
        """The same slip at every use of one operation, or of one node."""
        edges = tape.edges(samples[0].x)
        groups: Dict[Tuple[str, int], List[Edge]] = {}
        for k, j in edges:
            row = tape.rows[k]
            assert row is not None
            groups.setdefault((row.name, 0 if row.nary or row.name in ("add", "mul") else j), []).append((k, j))
        for (name, j), group in groups.items():
            for slip in slips_of(name, j, 2) if len(group) > 1 else ():
                if slip.kind != "path forgotten" and self._change_explains(samples, _slip_at(group, slip)):
                    words = self._words(slip, *group[0])
                    yield Candidate(slip.cost + 0.15, slip.kind, f"at every {name}: {words}", self._edits_of(tape, group, slip))
        uses: Dict[Tuple[int, str], List[Edge]] = {}
        for k, j in edges:
            u, row = tape.operands[k][j], tape.rows[k]
            assert u is not None
            assert row is not None
            uses.setdefault((u, ""), []).append((k, j))
            uses.setdefault((u, row.name), []).append((k, j))
        for (u, name), group in uses.items():
            if name and len(group) == len(uses[u, ""]):
                continue
            for slip in ANYWHERE if len(group) > 1 else ():
                if slip.kind in ("sign flipped", "path forgotten", "chain factor dropped", "factor 2 too much", "factor 2 missing") \
                        and self._change_explains(samples, _slip_at(group, slip)):
                    words = f"{self._names(u)} is taken for a constant{f' in every {name}' if name else ''}" if slip.kind == "path forgotten" else \
                        f"at every {f'{name} of' if name else 'use of'} {self._names(u)}: {self._words(slip, *group[0])}"
                    yield Candidate(slip.cost + 0.2, slip.kind, words, self._edits_of(tape, group, slip))

    @staticmethod
    def _change_explains(samples: Sequence[Sample], change: Change) -> bool:
        for sample in samples:
            assert sample.tape is not None
            edits = change(sample.tape)
            if edits is None or not sample.matches(sample.tape.swept(edits)[sample.x]):
                return False
        return True

    @staticmethod
    def _edits_of(tape: Tape, group: Sequence[Edge], slip: Slip) -> Tuple[Tuple[Edge, float], ...]:
        return tuple((_slip_at(group, slip)(tape) or {}).items())

    # Two slips, and one side -------------------------------------------------------------------------------------------

    def _pairs(self, deadline: float) -> List[Candidate]:
        """Two slips of two edges."""
        first = self.samples[0]
        tape = first.tape
        if tape is None or first.x < 0:
            return []
        tangents = tape.tangents(first.x)
        options: List[Tuple[Edge, int, Slip, float, float]] = []
        for k, j in tape.edges(first.x):
            u = tape.operands[k][j]
            assert u is not None
            options += [((k, j), u, slip, d, d - (tape.partials[k][j] or 0.0)) for slip, d in _written(Spot(tape, k, j, tangents[u]))
                        if slip.cost <= LIKELY and math.isfinite(d)]
        found: List[Candidate] = []
        close = first.close * (first.size + abs(first.claimed))
        for i, (edge, _, slip, d, change) in enumerate(options):
            if time.perf_counter() > deadline or len(found) > 20:
                break
            if change == 0.0:
                continue
            adjoints, slopes = tape.swept({edge: d}), tape.tangents(first.x, {edge: d})
            missing = first.claimed - adjoints[first.x]
            for other, u, second, there, more in options[i + 1:]:
                if abs(adjoints[other[0]] * more * slopes[u] - missing) <= close and other != edge and more != 0.0:
                    both = _both(edge, slip, other, second)
                    if self._change_explains(self.samples, both):
                        one, two = self._words(slip, *edge), self._words(second, *other)
                        found.append(Candidate(slip.cost + second.cost + 1.0, f"{slip.kind}; {second.kind}", f"two slips: {one}; and {two}",
                                               ((edge, d), (other, there))))
        return found

    def _substitutions(self) -> List[Candidate]:
        """Another number in the place of one local partial."""
        found = []
        for cost, kind, (k, j), form, w, wanted in substitutions(self.samples):
            u = self._there.operands[k][j]
            assert u is not None
            v, name = self._names(k), self._names(u)
            right = self._right(k, j)
            if kind == "constant factor":
                text = f"∂{v}/∂{name} = {right} is taken {ratio_text(wanted)} times"
            elif kind.startswith("factor"):
                text = f"a factor {self._names(w)} is {kind.removeprefix('factor ')} in ∂{v}/∂{name} = {right}" if kind == "factor missing" \
                    else f"there is a factor {self._names(w)} too much in ∂{v}/∂{name} = {right}"
            elif w < 0:
                text = f"∂{v}/∂{name} is {right}, and not {number(wanted)}"
            else:
                text = f"∂{v}/∂{name} is {right}, and not {in_words(form, self._names(w))}"
            found.append(Candidate(cost, kind, text))
        return found

    def _one_sided(self) -> List[Candidate]:
        """Right on one side of a threshold, wrong on the other; and what explains the wrong side."""
        side = patterns.one_sided(self.problem, self.case)
        if side is None:
            return []
        wrong = [s for s in self.samples if s.is_wrong]
        inner = sorted(self.candidates(wrong), key=lambda c: c.cost)[:1] if wrong else []
        text = f"{side}; there {inner[0].text}" if inner else side
        return [Candidate(1.1, "right on one side only", text, inner[0].edits if inner else ())]

    # Evidence and words --------------------------------------------------------------------------------------------------

    def _evidence(self, candidate: Candidate, others: Sequence[Study]) -> float:
        """The less, the more of the other claims the same slip explains too; the more, the more right ones it would spoil."""
        first = self.samples[0]
        if not candidate.edits or first.tape is None or any([d != d for _, d in candidate.edits]):
            return 0.0
        adjoints = first.tape.swept(dict(candidate.edits))
        weight = 0.0
        for study in others:
            theirs, mine = study.case.claim.target, self.case.claim.target
            if theirs.output != mine.output or theirs.place == mine.place:
                continue
            sample = next((s for s in study.samples if s.outcome.probe is first.outcome.probe), None)
            if sample is None or sample.x < 0 or sample.tape is not first.tape or adjoints[sample.x] == first.tape.adjoints[sample.x]:
                continue
            weight += -0.15 if sample.is_wrong and sample.matches(adjoints[sample.x]) else 0.1 if not sample.is_wrong else 0.0
        return max(-0.3, min(weight, 0.3))

    @property
    def _there(self) -> Tape:
        """The graph at the simplest point where the claim is wrong, which the words speak of."""
        assert self.shown is not None
        assert self.shown.tape is not None
        return self.shown.tape

    @property
    def names(self) -> Dict[str, Value]:
        """What the words call the nodes that are not spelled out."""
        if self.shown is None or self.shown.tape is None:
            return {}
        return {self._labels.name(v): v for v in self._there.nodes if v.op is not None and not self._labels.is_spelled(v)}

    def _names(self, k: int) -> str:
        return self._labels.name(self._there.nodes[k])

    @cached_property
    def _labels(self) -> Labels:
        assert self.shown is not None
        nodes = self._there.nodes
        output = self.case.claim.target.label.partition("/")[0].lstrip("∂")
        steps = {name: v for name, v in self.shown.outcome.probe.steps.items() if v.name is None}
        return Labels(nodes, {**steps, output: nodes[-1]} if nodes[-1].name is None else steps, spelled=True)

    def _worded(self, slip: Slip, tape: Tape, k: int, j: int, d: float) -> Candidate:
        cost, kind, row = slip.cost, slip.kind, tape.rows[k]
        right = tape.partials[k][j] or 0.0
        others = self._only_other(tape, k, j)
        if slip.kind == "path forgotten":
            if row is not None and row.name in ("mul", "dot", "prod") and others:
                cost -= 0.15
            cost += 0.0 if others else 0.4
        if slip.kind == "chain factor dropped":
            if abs(right) in (2.0, 0.5):
                cost -= 0.05
            if row is not None and row.name in ("add", "sub", "neg"):
                cost += 1.0                                          # a sign, not a factor
        return Candidate(cost, self._kind(kind, tape, k, j), self._words(slip, k, j), (((k, j), d),))

    def _kind(self, kind: str, tape: Tape, k: int, j: int) -> str:
        """The kind of a dropped factor, by what it is."""
        row = tape.rows[k]
        if kind != "chain factor dropped" or row is None or len(tape.inputs[k]) != 2:
            return kind
        other, c = tape.operands[k][1 - j], tape.inputs[k][1 - j]
        if other is None and row.name in ("mul", "div"):
            factor = c if row.name == "mul" else 1.0 / c
            return "factor 2 too much" if factor == 0.5 else "factor 2 missing" if factor == 2.0 else \
                "sum for mean" if row.name == "div" and c == round(c) else kind
        return kind

    def _only_other(self, tape: Tape, k: int, j: int) -> List[int]:
        """The other operands of a node that depend on the input."""
        tangents = tape.tangents(self.samples[0].x)
        return [u for i, u in enumerate(tape.operands[k]) if i != j and u is not None and tangents[u] != 0.0]

    def _words(self, slip: Slip, k: int, j: int) -> str:
        tape = self._there
        u = tape.operands[k][j]
        assert u is not None
        v_name, u_name = self._names(k), self._names(u)
        if slip.kind == "path forgotten":
            return self._path_words(tape, k, j)
        row, c = tape.rows[k], tape.inputs[k][1 - j] if len(tape.inputs[k]) == 2 else 0.0
        if slip.kind == "chain factor dropped" and row is not None and row.name in ("mul", "div") and tape.operands[k][1 - j] is None:
            factor = f"1/{number(c)}" if row.name == "div" else number(c)
            name = self._kind(slip.kind, tape, k, j)
            tail = " (the sum is taken for the mean)" if name == "sum for mean" else " (a 2 is kept)" if factor in ("1/2", "0.5") else ""
            where = v_name if self._labels.is_spelled(tape.nodes[k]) else f"{v_name} = {self._labels.formula(tape.nodes[k])}"
            return f"the factor {factor} in {where} is dropped{tail}"
        right = self._right(k, j)
        if slip.kind in ("factor 2 missing", "exponent not lowered", "the factor n is missing") and row is not None and row.name in ("square", "pow"):
            right = f"{right}, by the power rule"
        words = slip.words
        for power, text in (("n", c), ("n-1", c - 1.0), ("n-2", c - 2.0), ("n+1", c + 1.0)):
            shown = number(text) if tape.operands[k][-1] is None else power if power == "n" else f"({power})"
            words = words.replace("{" + power + "}", shown)
        return words.format(v=v_name, u=u_name, dv=f"∂{v_name}/∂{u_name}", right=right)

    def _right(self, k: int, j: int) -> str:
        """A local partial in symbols and in numbers."""
        right, value = self._labels.partial(self._there.nodes[k], j), number(self._there.partials[k][j] or 0.0)
        return right if right == value else f"{right} = {value}"

    def _place_words(self, place: Place, k: int, j: int) -> str:
        tape = self._there
        u = tape.operands[k][j]
        assert u is not None
        assert self.shown is not None
        name = f"∂{self._names(u)}/∂{self._names(self.shown.x)}" if place.node is None else self._names(place.node)
        there = tape.tangents(self.shown.x)[u] if place.node is None else tape.values[place.node]
        tail = f", and the factor ∂{self._names(u)}/∂{self._names(self.shown.x)} is dropped" if place.alone else ""
        return (f"∂{self._names(k)}/∂{self._names(u)} is taken at {name} = {number(there)}, and not at {self._names(u)} = "
                f"{number(tape.values[u])}{tail}")

    def _path_words(self, tape: Tape, k: int, j: int) -> str:
        """Which path an edge is on, and what its term is."""
        x, u = self.samples[0].x, tape.operands[k][j]
        assert u is not None
        path = _only_path(tape, x, k, j)
        if path is None:
            return (f"all paths through {self._names(u)} → {self._names(k)} are forgotten: the term "
                    f"∂{self._names(k)}/∂{self._names(u)} = {number(tape.partials[k][j] or 0.0)} is missing")
        factors, names = [], [self._names(path[0][2])]
        for node, operand, _ in path:
            factors.append((self._names(node), names[-1], tape.partials[node][operand] or 0.0))
            names.append(self._names(node))
        shown = [f for f in reversed(factors)]
        term = " × ".join([_in_product(d) for _, _, d in shown])
        total = number(math.prod([d for _, _, d in shown]))
        symbols = " · ".join([f"∂{v}/∂{w}" for v, w, _ in shown])
        product = total if len(symbols) > LONG else f"{symbols} = {term} = {total}" if len(shown) > 1 else f"{symbols} = {total}"
        row = tape.rows[k]
        rule = " (one term of the product rule)" if row is not None and row.name == "mul" and len(self._only_other(tape, k, j)) else ""
        return f"the path {' → '.join(names)} is forgotten{rule}: its term {product} is missing"

    def _edits(self, candidate: Candidate) -> Tuple[Edit, ...]:
        """The changed local partials, at the point that the finding shows."""
        first, tape = self.samples[0].tape, self._there
        if first is None or tape is None or not candidate.edits or any([d != d for _, d in candidate.edits]):
            return ()
        edits = []
        for (k, j), d in candidate.edits:
            u = tape.operands[k][j]
            assert u is not None
            right, there = first.partials[k][j] or 0.0, tape.partials[k][j] or 0.0
            if tape is not first:
                d = _again(self, candidate, tape, (k, j), d, right, there)
            edits.append(Edit(tape.nodes[k], j, f"{self._names(u)} → {self._names(k)}", d, there))
        return tuple(edits)

    def derivation(self) -> str:
        """The right derivation, of a graph that is small enough to be read."""
        from .explanation import explain
        wrong = [o for o in self.case.outcomes if o.verdict == WRONG and not o.probe.is_opaque]
        if not wrong:
            return ""
        outcome = min(wrong, key=lambda o: simplicity(o.probe.point))
        known = outcome.probe.judge(self.case.claim.target)
        if known is None:
            return ""
        judge, k = known
        text = str(explain(judge.order[-1], judge.inputs[k]))
        return text if text.count("\n") <= 24 else ""


def _again(study: Study, candidate: Candidate, tape: Tape, edge: Edge, d: float, right: float, there: float) -> float:
    """What the same slip writes at another point."""
    k, j = edge
    u = tape.operands[k][j]
    assert u is not None
    spot = Spot(tape, k, j, tape.tangents(study.samples[0].x)[u])
    first = study.samples[0].tape
    assert first is not None
    old = Spot(first, k, j, first.tangents(study.samples[0].x)[u])
    for slip, value in _written(old):
        if value == d and slip.kind in candidate.kind:
            try:
                return slip.rule(spot)
            except (ArithmeticError, ValueError):
                return math.nan
    for place in places_of(old, study.samples[0].x):
        if place.kind == candidate.kind and place.term(old) / old.slope == d:
            return place.term(spot) / spot.slope if spot.slope else math.nan
    return d if right == there else d / right * there if right else d


def _in_product(d: float) -> str:
    return f"({number(d)})" if d < 0.0 else number(d)


def _family(kind: str) -> str:
    """Kinds that are one cause under several names."""
    return "ln 10" if "ln 10" in kind else kind


def _spot(sample: Sample, k: int, j: int) -> Spot:
    tape = sample.tape
    assert tape is not None
    u = tape.operands[k][j]
    assert u is not None
    return Spot(tape, k, j, tape.tangents(sample.x)[u])


def _written(spot: Spot) -> Iterator[Tuple[Slip, float]]:
    """The slips of an edge, with the number that each writes."""
    for slip in slips_of(spot.name, spot.j, len(spot.xs)):
        try:
            d = slip.rule(spot)
        except (ArithmeticError, ValueError):
            continue
        if d == d:
            yield slip, d


def _slip_at(group: Sequence[Edge], slip: Slip) -> Change:
    def change(tape: Tape) -> Optional[Dict[Edge, float]]:
        try:
            return {(k, j): slip.rule(Spot(tape, k, j, 1.0)) for k, j in group}
        except (ArithmeticError, ValueError):
            return None
    return change


def _both(edge: Edge, slip: Slip, other: Edge, second: Slip) -> Change:
    one, two = _slip_at([edge], slip), _slip_at([other], second)

    def change(tape: Tape) -> Optional[Dict[Edge, float]]:
        a, b = one(tape), two(tape)
        return None if a is None or b is None else {**a, **b}
    return change


def _only_path(tape: Tape, x: int, k: int, j: int) -> Optional[List[Tuple[int, int, int]]]:
    """The path from x to the output through an edge, as (node, operand, from), if there is only one."""
    edges = tape.edges(x)
    into: Dict[int, List[Edge]] = {}
    out: Dict[int, List[Edge]] = {}
    for i, operand in edges:
        u = tape.operands[i][operand]
        assert u is not None
        into.setdefault(i, []).append((i, operand))
        out.setdefault(u, []).append((i, operand))
    start = tape.operands[k][j]
    assert start is not None
    path = [(k, j, start)]
    while path[0][2] != x:
        before = into.get(path[0][2], [])
        if len(before) != 1:
            return None
        i, operand = before[0]
        source = tape.operands[i][operand]
        assert source is not None
        path.insert(0, (i, operand, source))
    while path[-1][0] != len(tape.nodes) - 1:
        after = out.get(path[-1][0], [])
        if len(after) != 1:
            return None
        path.append((*after[0], path[-1][0]))
    return path


# The points ---------------------------------------------------------------------------------------------------------------------

def _samples(case: Case) -> List[Sample]:
    """The claim at points where it can be explained: without kinks, moderate, of one structure; wrong ones of no special
    numbers first."""
    usable = [o for o in case.outcomes if o.truth.value is not None and o.truth.low == o.truth.high and o.claimed is not None
              and o.verdict in (WRONG, "right")]
    moderate = [o for o in usable if not is_extreme(o.probe.point)]
    wrong = [o for o in usable if o.verdict == WRONG]
    if not any([o.verdict == WRONG for o in moderate]):
        moderate = usable
    wrong = [o for o in moderate if o.verdict == WRONG]
    if not wrong:
        return []
    ordered = sorted(wrong, key=_is_special)[:SAMPLES - 3] + sorted([o for o in moderate if o.verdict != WRONG], key=_is_special)[:3]
    shown = min(wrong, key=lambda o: simplicity(o.probe.point))
    if shown not in ordered:
        ordered.append(shown)
    close = CLOSE_IN_FLOATS if case.claim.source.is_opaque or wrong[0].probe.is_opaque else CLOSE
    tapes = [_tape(case, o) for o in ordered]
    samples = []
    signature: Any = None
    for outcome, (tape, x, mark) in zip(ordered, tapes):
        numbers = [nearest(outcome.claimed), nearest(outcome.truth.value), nearest(outcome.truth.size)]
        if not all([math.isfinite(z) for z in numbers]):
            continue
        if tape is not None and abs(tape.adjoints[x] - numbers[1]) > 1e-10 * numbers[2]:
            continue                                                 # floats have lost too many digits here
        signature = mark if signature is None else signature
        if mark == signature:
            samples.append(Sample(case.claim.target.label, outcome, tape, x, numbers[0], numbers[1], numbers[2], close))
    return samples if any([s.is_wrong for s in samples]) else []


def _is_special(outcome: Outcome) -> int:
    return sum([x == round(x) for x in outcome.probe.point])


def _tape(case: Case, outcome: Outcome) -> Tuple[Optional[Tape], int, Any]:
    """The graph of the claim's output at a point, shared by all claims; the number of the input; and what its structure is."""
    if outcome.probe.is_opaque:
        return None, -1, ()
    known = outcome.probe.judge(case.claim.target)
    if known is None:
        return None, -1, None
    judge, k = known
    tapes: Dict[Any, Any] = outcome.probe.__dict__.setdefault("tapes", {})
    if judge not in tapes:
        tapes[judge] = Tape(judge.order), signature_of(judge.order)
    tape, mark = tapes[judge]
    place = tape.place(judge.inputs[k])
    return (tape, place, mark) if place is not None else (None, -1, mark)


