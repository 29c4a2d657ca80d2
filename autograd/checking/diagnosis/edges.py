"""Explanations that change local partials: a slip or two, a derivative taken at the wrong place, another number, a wrong rule."""

from __future__ import annotations

import bisect
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...arithmetic.floats import FLOAT
from ...arithmetic.text import PRETTY, PrettyText
from ...ops import WHERE
from ...tape import Edge, Tape
from ...text import number
from ..report import RATIOS, ratio_text
from .samples import Candidate, Change, Sample, Spot, explains
from .slips import ANYWHERE, LINEAR, OF_NODES, OPERANDS_SWAPPED, Elsewhere, Slip, elsewhere, slips_of
from .words import Words

LIKELY = 2.4                                                         # a slip that costs more is not tried in a pair
ENOUGH = 20                                                          # pairs found before the search stops
OF_USES = ("sign flipped", "path forgotten", "chain factor dropped", "factor 2 too much", "factor 2 missing")
TINY = 1e-9                                                          # a smaller factor is 0 up to rounding
CONSTANTS_IN = 300                                                   # nodes of a graph in which constants are looked for
MOST_CONSTANTS = 12
STATISTICS = ("sum", "div", "sqrt", "logsumexp", "max", "min", "prod", "dot", "hypot")
NEAR = 1e-6                                                          # how close a value must be to be tried at all points


def single_slips(samples: Sequence[Sample], words: Words) -> Iterator[Candidate]:
    """The explanations by one slip. The samples share one graph structure."""
    yield from _of_edges(samples, words)
    yield from _of_nodes(samples, words)
    yield from _of_branches(samples, words)
    yield from _of_all_uses(samples, words)
    yield from _of_constants(samples, words)


# Of an edge --------------------------------------------------------------------------------------------------------------------

def _of_edges(samples: Sequence[Sample], words: Words) -> Iterator[Candidate]:
    first = samples[0]
    for edge in first.graph.edges(first.x):
        spot = first.spot(edge)
        for slip in slips_of(spot.name, spot.j):
            predict = _at([edge], slip)
            if explains(samples, predict):
                yield Candidate(_cost(slip, words, *edge), words.kind(slip, *edge), words.slip(slip, *edge), predict)
        for place in elsewhere(spot, first.x):
            predict = _at([edge], place)
            if explains(samples, predict):
                yield Candidate(place.cost, place.kind, words.elsewhere(place, *edge), predict)


def _at(group: Sequence[Edge], slip: Slip | Elsewhere) -> Change:
    """What someone gets who makes a slip at every edge of a group."""
    return lambda sample: {edge: slip.writes(sample.spot(edge)) for edge in group}


def _cost(slip: Slip, words: Words, k: int, j: int) -> float:
    """The cost of a slip at this edge."""
    row, cost = words.tape.rows[k], slip.cost
    name = "" if row is None else row.name
    if name == "div" and words.tape.operands[k][1 - j] is None and slip.cost < 1.0 and j == 0:
        return cost + 0.6                                            # no quotient rule where a constant divides
    if slip.kind == "inverted" and name in ("mul", "div") and words.tape.operands[k][1 - j] is None:
        return cost + 0.3                                            # a constant: 1/√2 for √2 is mostly a coincidence
    if slip.kind == "path forgotten":
        return cost + (0.4 if not words.others(k, j) else -0.15 if name in ("mul", "dot", "prod") else 0.0)
    if slip.kind == "chain factor dropped" and slip.is_general:
        if name in ("add", "sub", "neg"):
            return cost + 1.0
        if name == "mul" and words.others(k, j):                     # the other factor depends on the input, too
            return cost + 0.2
        return cost - 0.05 if abs(words.tape.partials[k][j] or 0.0) in (2.0, 0.5) else cost
    return cost


# Of a node ---------------------------------------------------------------------------------------------------------------------

def _of_nodes(samples: Sequence[Sample], words: Words) -> Iterator[Candidate]:
    tape, x = samples[0].graph, samples[0].x
    slopes = tape.tangents(x)
    for k, row in enumerate(tape.rows):
        slips = OF_NODES.get(row.name, ()) if row is not None and tape.adjoints[k] != 0.0 else ()
        a, b = tape.operands[k] if slips else (None, None)
        if b is None or a == b or slopes[b] == 0.0:
            continue
        for slip in slips:
            if (a is None or slopes[a] == 0.0) and not slip.with_constant:
                continue
            if explains(samples, slip.writes, k):
                cost = slip.cost
                if slip.kind.startswith("product rule: u'") and x in (a, b):
                    cost += 0.4
                elif k != len(tape.nodes) - 1 and ("order" in slip.kind or "u'/v'" in slip.kind):
                    cost += 0.3
                yield Candidate(cost, slip.kind, words.node_slip(slip, k))


def _of_branches(samples: Sequence[Sample], words: Words) -> Iterator[Candidate]:
    """The other branch's derivative, at a `where`."""
    for k, row in enumerate(samples[0].graph.rows):
        if row is WHERE and samples[0].graph.adjoints[k] != 0.0 and explains(samples, _other_branch(k)):
            yield Candidate(0.9, "branches swapped", f"the two branches of {words.name(k)} are swapped")


def _other_branch(k: int) -> Callable[[Sample], float]:
    def predict(sample: Sample) -> float:
        tape, slopes = sample.graph, sample.slopes
        branches = [0.0 if u is None else slopes[u] for u in tape.operands[k][1:]]
        other = branches[1] if tape.inputs[k][0] else branches[0]
        return sample.gradient + tape.adjoints[k] * (other - slopes[k])
    return predict


# Of all uses -------------------------------------------------------------------------------------------------------------------

def _of_all_uses(samples: Sequence[Sample], words: Words) -> Iterator[Candidate]:
    """The same slip at every use of one operation, or of one node, or of one node in one operation."""
    tape = samples[0].graph
    operations: dict[tuple[str, int], list[Edge]] = {}
    uses: dict[tuple[int, str], list[Edge]] = {}
    for k, j in tape.edges(samples[0].x):
        row, u = tape.rows[k], tape.operands[k][j]
        assert row is not None
        assert u is not None
        operations.setdefault((row.name, 0 if row.nary or row.name in ("add", "mul") else j), []).append((k, j))
        uses.setdefault((u, ""), []).append((k, j))
        uses.setdefault((u, row.name), []).append((k, j))
    for (name, j), group in operations.items():
        for slip in slips_of(name, j) if len(group) > 1 else ():
            if slip.kind not in ("path forgotten", OPERANDS_SWAPPED) and explains(samples, _at(group, slip)):
                extra = 0.3 if slip.kind == "chain factor dropped" and slip.is_general else 0.15
                yield Candidate(slip.cost + extra, slip.kind, f"at every {name}: {words.slip(slip, *group[0])}", _at(group, slip))
        inner = _inner(samples[0], group) if len(group) > 1 and name not in LINEAR else None
        if inner is not None and explains(samples, inner):
            k, j = group[0]
            place = elsewhere(samples[0].spot(group[0]), samples[0].x)
            text = words.elsewhere(next(p for p in place if p.kind.endswith("inner operand")), k, j)
            yield Candidate(1.3, "derivative taken at the inner operand", f"at every {name}: {text}", inner)
    for (u, name), group in uses.items():
        if len(group) < 2 or (name and len(group) == len(uses[u, ""])):
            continue
        for slip in ANYWHERE:
            if slip.kind in OF_USES and explains(samples, _at(group, slip)):
                where = f"{name} of {words.name(u)}" if name else f"use of {words.name(u)}"
                text = (f"{words.name(u)} is treated as a constant{f' in every {name}' if name else ''}"
                        if slip.kind == "path forgotten" else f"at every {where}: {words.slip(slip, *group[0])}")
                yield Candidate(slip.cost + 0.2, slip.kind, text, _at(group, slip))


def _inner(sample: Sample, group: Sequence[Edge]) -> Change | None:
    """The derivative taken at the inner operand, at every edge of a group; None if there is no such thing at one."""
    places = [[p for p in elsewhere(sample.spot(edge), sample.x) if p.kind.endswith("inner operand")
               and p.node is not None and sample.slopes[p.node] != 0.0] for edge in group]
    if not all(places):
        return None
    return lambda sample: {edge: found[0].writes(sample.spot(edge)) for edge, found in zip(group, places)}


def _of_constants(samples: Sequence[Sample], words: Words) -> Iterator[Candidate]:
    """Intermediate results treated as constants: all nodes of one value, or of two, such as a mean and a standard deviation."""
    first = samples[0]
    tape = first.graph
    if len(tape.nodes) > CONSTANTS_IN:
        return
    classes: dict[tuple[str, float], list[int]] = {}
    for k, row in enumerate(tape.rows):
        if row is not None and k != len(tape.nodes) - 1 and first.slopes[k] != 0.0 and tape.adjoints[k] != 0.0:
            classes.setdefault((row.name, tape.values[k]), []).append(k)
    found = [nodes for (name, _), nodes in reversed(classes.items())
             if len(nodes) > 1 or name in STATISTICS or len(tape.uses[nodes[0]]) > 1]
    for nodes in found:
        if explains(samples, _held(tape, [nodes])):
            yield Candidate(1.22, "path forgotten", f"{words.name(nodes[0])} is treated as a constant", _held(tape, [nodes]))
    pairs_of = [(one, two) for i, one in enumerate(found[:MOST_CONSTANTS]) for two in found[i + 1:MOST_CONSTANTS]]
    for one, two in pairs_of:
        if explains(samples, _held(tape, [one, two])):
            yield Candidate(1.32, "path forgotten", f"{words.name(one[0])} and {words.name(two[0])} are treated as constants",
                            _held(tape, [one, two]))


def _held(tape: Tape, classes: Sequence[Sequence[int]]) -> Change:
    """Nothing flows through these nodes."""
    edits = {(k, j): 0.0 for nodes in classes for k in nodes for j, u in enumerate(tape.operands[k]) if u is not None}
    return lambda sample: edits


# Two slips ---------------------------------------------------------------------------------------------------------------------

def pairs(samples: Sequence[Sample], words: Words, deadline: float) -> list[Candidate]:
    """Slips at two edges: after making the first, one sweep each way gives the effect of every second."""
    first = samples[0]
    tape, x = first.graph, first.x
    options = [(edge, slip, d) for edge in tape.edges(x) for slip, d in _written(first.spot(edge)) if slip.cost <= LIKELY]
    found: list[Candidate] = []
    close = first.close * (first.size + abs(first.claimed))
    for i, (edge, slip, d) in enumerate(options):
        if time.perf_counter() > deadline or len(found) > ENOUGH:
            break
        if d == tape.partials[edge[0]][edge[1]]:
            continue
        adjoints, slopes = tape.swept({edge: d}), tape.tangents(x, {edge: d})
        missing = first.claimed - adjoints[x]
        for other, second, e in options[i + 1:]:
            (k, j), u = other, tape.operands[other[0]][other[1]] or 0
            change = e - (tape.partials[k][j] or 0.0)
            if abs(adjoints[k] * change * slopes[u] - missing) <= close and other != edge and change != 0.0:
                both = _both(_at([edge], slip), _at([other], second))
                if explains(samples, both):
                    text = f"two slips: {words.slip(slip, *edge)}; and {words.slip(second, *other)}"
                    found.append(Candidate(slip.cost + second.cost + 0.3, f"{slip.kind}; {second.kind}", text, both))
    return found


def _written(spot: Spot) -> Iterator[tuple[Slip, float]]:
    """The slips at an edge, with the number that each writes."""
    for slip in slips_of(spot.name, spot.j):
        try:
            d = slip.writes(spot)
        except (ArithmeticError, ValueError):
            continue
        if math.isfinite(d):
            yield slip, d


def _both(one: Change, two: Change) -> Change:
    return lambda sample: one(sample) | two(sample)


# Another number in the place of a local partial --------------------------------------------------------------------------------
# The gradient is linear in each local partial, so a claim determines which number on one edge would explain it. We look for that
# number among the values of the nodes and simple formulas of them.

FORMS: Sequence[tuple[float, Callable[..., Any]]] = (                # each with its cost
    (1.5, lambda m, x: x), (1.7, lambda m, x: -x), (1.75, lambda m, x: 2.0 * x), (1.8, lambda m, x: m.square(x)),
    (1.5, lambda m, x: 1.0 - x), (1.45, lambda m, x: 1.0 - m.square(x)), (1.45, lambda m, x: x * (1.0 - x)),
    (1.6, lambda m, x: 1.0 / x))


@dataclass(frozen=True)
class Written:
    """What is written for a local partial: a formula of a node's value, or a constant if there is no node; with `is_factor`, that
    times the partial itself."""

    cost: float
    kind: str
    text: str
    form: Callable[..., Any]
    node: int | None = None
    is_factor: bool = False

    def at(self, edge: Edge) -> Change:
        """What someone gets who writes it on an edge."""
        return lambda sample: {edge: self._number(sample.graph, edge)}

    def _number(self, tape: Tape, edge: Edge) -> float:
        k, j = edge
        x = float(self.form(FLOAT, 0.0 if self.node is None else tape.values[self.node]))
        return x * (tape.partials[k][j] or 0.0) if self.is_factor else x


def substituted(samples: Sequence[Sample], words: Words) -> Iterator[Candidate]:
    """Another number for one local partial, at all points: a node's value, a constant, or the partial itself with an extra or a
    missing factor."""
    first = samples[0]
    tape = first.graph
    known = sorted([(form(FLOAT, x), w, i) for w, x in enumerate(tape.values) if math.isfinite(x)
                    for i, (_, form) in enumerate(FORMS) if x or i < len(FORMS) - 1])
    keys = [x for x, _, _ in known]
    for edge in tape.edges(first.x):
        (k, j), right, row = edge, tape.partials[edge[0]][edge[1]] or 0.0, tape.rows[edge[0]]
        wanted = _required(first, edge)
        if not math.isfinite(wanted) or wanted == right:
            continue
        gap = NEAR * (abs(wanted) + 1e-12)
        near = known[bisect.bisect_left(keys, wanted - gap):bisect.bisect_right(keys, wanted + gap)]
        others = [(w, i) for _, w, i in near if w != k and (w, i) != (tape.operands[k][j], 0)]  # u itself is a slip of the table
        options = _values(others, wanted, words.derivative(k, j), words.right(k, j), words)
        if right:
            options += _factors(tape, wanted / right, f"{words.derivative(k, j)} = {words.right(k, j)}", words)
        unlikely = 0.3 if row is not None and row.name in ("add", "sub", "neg", "sum") else 0.0
        for option in options:
            if explains(samples, option.at(edge)):
                yield Candidate(option.cost + unlikely, option.kind, option.text, option.at(edge))


def _values(near: Sequence[tuple[int, int]], wanted: float, derivative: str, right: str, words: Words) -> list[Written]:
    """A formula of a node's value, or a constant, instead of a local partial."""
    found = []
    for w, i in near:
        cost, form = FORMS[i]
        text = f"{derivative} is {right}, not {form(PRETTY, PrettyText(words.name(w)))}"
        found.append(Written(cost, "another value for the derivative", text, form, w))
    if number(wanted) != right.rpartition("= ")[2]:                  # otherwise the two would look the same
        text = f"{derivative} is {right}, not {ratio_text(wanted)}"
        found.append(Written(2.6, "a constant for the derivative", text, lambda m, x: wanted))
    return found


def _factors(tape: Tape, ratio: float, partial: str, words: Words) -> list[Written]:
    """A local partial in which a node's value or a constant is an extra or a missing factor."""
    found = []
    for w, x in enumerate(tape.values):
        if x and abs(ratio * x - 1.0) < NEAR:
            found.append(Written(1.5, "factor missing", f"a factor {words.name(w)} is missing in {partial}",
                                 lambda m, x: 1.0 / x, w, is_factor=True))
        if x and abs(ratio / x - 1.0) < NEAR:
            found.append(Written(1.6, "factor too much", f"{partial} has an extra factor {words.name(w)}",
                                 lambda m, x: x, w, is_factor=True))
    if abs(ratio) > TINY:
        is_known = ratio_text(ratio).lstrip("-") in RATIOS.values() or "." not in ratio_text(ratio)
        rounded = ": a constant is rounded" if abs(ratio - 1.0) < 1e-3 else ""
        text = f"{partial} is multiplied by {ratio_text(ratio)}{rounded}"
        found.append(Written(1.9 if is_known else 2.2, "constant factor", text, lambda m, x: ratio, is_factor=True))
    return found


def _required(sample: Sample, edge: Edge) -> float:
    """The local partial that would explain the claim by itself; nan if none would."""
    spot, tape = sample.spot(edge), sample.graph
    leverage = tape.adjoints[spot.k] * spot.slope
    return spot.d + (sample.claimed - sample.gradient) / leverage if leverage else math.nan
