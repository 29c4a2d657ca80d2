"""The search for slips that explain a claim: of an edge, of a node, of all uses of an operation or a node, of two edges."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence

from ..ops import WHERE
from ..text import number
from .phrases import Phrases
from .report import ratio_text
from .samples import Candidate, Change, Sample
from .slips import ANYWHERE, OF_NODES, Place, Slip, Spot, places_of, slips_of
from .substitutions import in_words, substitutions
from .tape import Edge

NOISE = 1e-15                                                        # of 1 - y, where y is near 1
LIKELY = 2.4                                                         # the cost up to which a slip may be one of two
ENOUGH = 20                                                          # pairs that are looked at
OF_USES = ("sign flipped", "path forgotten", "chain factor dropped", "factor 2 too much", "factor 2 missing")


def single_slips(samples: Sequence[Sample], phrases: Phrases) -> Iterator[Candidate]:
    """The explanations by one slip, of the samples' one structure."""
    yield from _of_edges(samples, phrases)
    yield from _of_nodes(samples, phrases)
    yield from _of_branches(samples, phrases)
    yield from _of_all_uses(samples, phrases)


# Of an edge -----------------------------------------------------------------------------------------------------------------

def _of_edges(samples: Sequence[Sample], phrases: Phrases) -> Iterator[Candidate]:
    first = samples[0]
    for edge in first.graph.edges(first.x):
        spot = first.spot(edge)
        for slip, d in _written(spot):
            if _term_explains(first, spot, d * spot.slope) and all([_slip_explains(s, edge, slip) for s in samples[1:]]):
                yield Candidate(
                    _cost(slip, phrases, *edge), phrases.kind(slip, *edge), phrases.slip(slip, *edge), _slip_at([edge], slip)
                )
        for place in places_of(spot, first.x):
            if all([_place_explains(s, edge, place) for s in samples]):
                yield Candidate(place.cost, place.kind, phrases.place(place, *edge), _place_at(edge, place))


def _written(spot: Spot) -> Iterator[tuple[Slip, float]]:
    """The slips of an edge, with the number that each writes."""
    for slip in slips_of(spot.name, spot.j, len(spot.xs)):
        try:
            d = slip.rule(spot)
        except (ArithmeticError, ValueError):
            continue
        if math.isfinite(d):
            yield slip, d


def _cost(slip: Slip, phrases: Phrases, k: int, j: int) -> float:
    """How likely a slip is at this edge."""
    row, cost = phrases.tape.rows[k], slip.cost
    if row is not None and row.name == "div" and phrases.tape.operands[k][1 - j] is None and slip.cost < 1.0 and j == 0:
        return cost + 0.6                                            # no quotient rule where a constant divides
    if slip.kind == "path forgotten":
        in_product = row is not None and row.name in ("mul", "dot", "prod")
        return cost + (0.4 if not phrases.others(k, j) else -0.15 if in_product else 0.0)
    if slip.kind == "chain factor dropped":
        is_sign = row is not None and row.name in ("add", "sub", "neg")
        return cost + (1.0 if is_sign else -0.05 if abs(phrases.tape.partials[k][j] or 0.0) in (2.0, 0.5) else 0.0)
    return cost


def _term_explains(sample: Sample, spot: Spot, term: float) -> bool:
    """Whether the claim has another term in the place of d v / d u times d u / d input."""
    adjoint, right = sample.graph.adjoints[spot.k], spot.d * spot.slope
    predicted = sample.graph.adjoints[sample.x] + adjoint * (term - right)
    return sample.matches(predicted, NOISE * abs(adjoint * spot.slope)) and (term != right or not sample.is_wrong)


def _slip_explains(sample: Sample, edge: Edge, slip: Slip) -> bool:
    spot = sample.spot(edge)
    try:
        return _term_explains(sample, spot, slip.rule(spot) * spot.slope)
    except (ArithmeticError, ValueError):
        return not sample.is_wrong or spot.slope == 0.0


def _place_explains(sample: Sample, edge: Edge, place: Place) -> bool:
    spot = sample.spot(edge)
    try:
        return _term_explains(sample, spot, place.term(spot))
    except (ArithmeticError, ValueError):
        return False


def _slip_at(group: Sequence[Edge], slip: Slip) -> Change:
    def change(sample: Sample) -> dict[Edge, float] | None:
        try:
            return {edge: slip.rule(sample.spot(edge)) for edge in group}
        except (ArithmeticError, ValueError):
            return None
    return change


def _place_at(edge: Edge, place: Place) -> Change:
    def change(sample: Sample) -> dict[Edge, float] | None:
        spot = sample.spot(edge)
        return {edge: place.term(spot) / spot.slope} if spot.slope else None
    return change


# Of a node --------------------------------------------------------------------------------------------------------------------

def _of_nodes(samples: Sequence[Sample], phrases: Phrases) -> Iterator[Candidate]:
    tape, x = samples[0].graph, samples[0].x
    tangents = tape.tangents(x)
    for k, row in enumerate(tape.rows):
        slips = OF_NODES.get(row.name, ()) if row is not None and tape.adjoints[k] != 0.0 else ()
        for slip in slips:
            a, b = tape.operands[k]
            if a is None or b is None or a == b or tangents[a] == 0.0 or tangents[b] == 0.0:
                break
            if all([_node_explains(s, k, a, b, slip.rule) for s in samples]):
                unlikely = (
                    0.4
                    if slip.kind.startswith("product rule: u'") and x in (a, b)
                    else 0.3
                    if k != len(tape.nodes) - 1 and ("order" in slip.kind or "u'/v'" in slip.kind)
                    else 0.0
                )
                yield Candidate(
                    slip.cost + unlikely, slip.kind, slip.words.format(v=phrases.name(k), a=phrases.name(a), b=phrases.name(b))
                )


def _node_explains(sample: Sample, k: int, a: int, b: int, rule: Callable[[float, float, float, float], float]) -> bool:
    tape, tangents = sample.graph, sample.graph.tangents(sample.x)
    try:
        there = rule(tape.values[a], tape.values[b], tangents[a], tangents[b])
    except (ArithmeticError, ValueError):
        return not sample.is_wrong
    return sample.matches(tape.adjoints[sample.x] + tape.adjoints[k] * (there - tangents[k]))


def _of_branches(samples: Sequence[Sample], phrases: Phrases) -> Iterator[Candidate]:
    """The other branch's derivative, at a `where`."""
    for k, row in enumerate(samples[0].graph.rows):
        if row is WHERE and samples[0].graph.adjoints[k] != 0.0 and all([_branch_explains(s, k) for s in samples]):
            yield Candidate(0.9, "branches swapped", f"the two branches of {phrases.name(k)} are swapped")


def _branch_explains(sample: Sample, k: int) -> bool:
    tape, tangents = sample.graph, sample.graph.tangents(sample.x)
    slopes = [0.0 if u is None else tangents[u] for u in tape.operands[k][1:]]
    other = slopes[1] if tape.inputs[k][0] else slopes[0]
    return sample.matches(tape.adjoints[sample.x] + tape.adjoints[k] * (other - tangents[k]))


# Of all uses --------------------------------------------------------------------------------------------------------------------

def _of_all_uses(samples: Sequence[Sample], phrases: Phrases) -> Iterator[Candidate]:
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
        for slip in slips_of(name, j, 2) if len(group) > 1 else ():
            if slip.kind != "path forgotten" and change_explains(samples, _slip_at(group, slip)):
                yield Candidate(
                    slip.cost + 0.15, slip.kind, f"at every {name}: {phrases.slip(slip, *group[0])}", _slip_at(group, slip)
                )
    for (u, name), group in uses.items():
        for slip in ANYWHERE if len(group) > 1 and not (name and len(group) == len(uses[u, ""])) else ():
            if slip.kind in OF_USES and change_explains(samples, _slip_at(group, slip)):
                where = f"{name} of {phrases.name(u)}" if name else f"use of {phrases.name(u)}"
                text = (
                    f"{phrases.name(u)} is taken for a constant{f' in every {name}' if name else ''}"
                    if slip.kind == "path forgotten"
                    else f"at every {where}: {phrases.slip(slip, *group[0])}"
                )
                yield Candidate(slip.cost + 0.2, slip.kind, text, _slip_at(group, slip))


def change_explains(samples: Sequence[Sample], change: Change) -> bool:
    """Whether other local partials give the claim at all points, by a sweep at each."""
    for sample in samples:
        edits = change(sample)
        if edits is None or not sample.matches(sample.graph.swept(edits)[sample.x]):
            return False
    return True


# Other numbers, and two slips ---------------------------------------------------------------------------------------------------

def substituted(samples: Sequence[Sample], phrases: Phrases) -> Iterator[Candidate]:
    """Another number in the place of one local partial."""
    for found in substitutions(samples):
        (k, j), name = found.edge, "" if found.node < 0 else phrases.name(found.node)
        derivative, right = phrases.derivative(k, j), phrases.right(k, j)
        if found.kind == "constant factor":
            text = f"{derivative} = {right} is taken {ratio_text(found.number)} times"
            text += ": a constant is rounded" if abs(found.number - 1.0) < 1e-3 else ""
        elif found.kind == "factor missing":
            text = f"a factor {name} is missing in {derivative} = {right}"
        elif found.kind == "factor too much":
            text = f"there is a factor {name} too much in {derivative} = {right}"
        else:
            wrote = in_words(found.form, name) if name else ratio_text(found.number)
            if number(found.number) == right.rpartition("= ")[2]:
                continue                                             # to be told apart by more digits than are shown
            text = f"{derivative} is {right}, and not {wrote}"
        yield Candidate(found.cost, found.kind, text, found.change)


def pairs(samples: Sequence[Sample], phrases: Phrases, deadline: float) -> list[Candidate]:
    """Two slips of two edges: after one, a sweep each way prices all the others."""
    first = samples[0]
    tape, x = first.graph, first.x
    options: list[tuple[Edge, int, Slip, float, float]] = []
    for k, j in tape.edges(x):
        u = tape.operands[k][j]
        assert u is not None
        options += [
            ((k, j), u, slip, d, d - (tape.partials[k][j] or 0.0))
            for slip, d in _written(first.spot((k, j)))
            if slip.cost <= LIKELY
        ]
    found: list[Candidate] = []
    close = first.close * (first.size + abs(first.claimed))
    for i, (edge, _, slip, d, change) in enumerate(options):
        if time.perf_counter() > deadline or len(found) > ENOUGH:
            break
        if change == 0.0:
            continue
        adjoints, slopes = tape.swept({edge: d}), tape.tangents(x, {edge: d})
        missing = first.claimed - adjoints[x]
        for other, u, second, _, more in options[i + 1:]:
            if abs(adjoints[other[0]] * more * slopes[u] - missing) <= close and other != edge and more != 0.0:
                both = _both(_slip_at([edge], slip), _slip_at([other], second))
                if change_explains(samples, both):
                    text = f"two slips: {phrases.slip(slip, *edge)}; and {phrases.slip(second, *other)}"
                    found.append(Candidate(slip.cost + second.cost + 0.3, f"{slip.kind}; {second.kind}", text, both))
    return found


def _both(one: Change, two: Change) -> Change:
    def change(sample: Sample) -> dict[Edge, float] | None:
        a, b = one(sample), two(sample)
        return None if a is None or b is None else {**a, **b}
    return change
