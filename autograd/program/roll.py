"""Finds loops in a graph: sums of terms that are computed alike, such as the losses of single samples.

Each term is brought into a canonical form: its steps, in an order that depends on its shape alone, and three lists, of the steps
that they use, the constants, and the nodes that lie outside of the term. Terms with the same steps become one, with a lane for
each: a constant that differs from term to term is a column, a parameter that differs is gathered, and where a term uses another
of its own steps than the next one does, as a cross-entropy picks the class of its sample, the step is picked in each lane.

Steps are ordered by height, the deepest operand first, so that what a term picks has been computed before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..node import Node
from ..ops import ADD, EQUAL, IDENTITY, LOGSUMEXP, SUB, SUM, WHERE
from ..text import counted
from ..traversal import topological_order
from .record import Record

FEWEST = 4                                                           # terms that are worth a loop
MOST_PICKED = 64                                                     # steps that a lane may pick from


@dataclass
class Group:
    """Terms that are computed alike, each in a lane.

    Attributes:
        sign: 1.0, or -1.0 if the terms are subtracted. record: one term. Its inputs are, in this order, `columns` (arrays with a
            number for each lane), `gathered` (for each a list of the parameters, one for each lane), and `shared` (nodes).
    """

    sign: float
    record: Record
    columns: list[Any]
    gathered: list[list[Node]]
    shared: list[Node]
    lanes: int
    picked: int = 0


@dataclass
class Loop:
    """A sum, as groups of its terms and what is left.

    Attributes:
        root: the node of the sum. rest: terms that are in no group, with their signs. constant: the sum of constant terms.
        reasons: why they are in none.
    """

    root: Node
    groups: list[Group]
    rest: list[tuple[float, Node]]
    constant: float
    reasons: list[str] = field(default_factory=list)


class _UnrollableError(Exception):
    """Terms that cannot be rolled, and why."""


def loops_in(output: Node, parameters: Sequence[Node]) -> list[Loop]:
    """The sums below the output that have groups, operands before results."""
    order = topological_order(output)
    learnt = {id(p) for p in parameters}
    depends: dict[int, bool] = {}
    height: dict[int, int] = {}
    shape: dict[int, int] = {}
    uses: dict[int, int] = {}
    for v in order:
        shape[id(v)] = hash((id(v.op), *[shape[id(x)] if isinstance(x, Node) else 0 for x in v.operands]))
        parents = v.parents
        depends[id(v)] = id(v) in learnt or any([depends[id(p)] for p in parents])
        height[id(v)] = 1 + max([height[id(p)] for p in parents], default=0)
        for p in parents:
            uses[id(p)] = uses.get(id(p), 0) + 1
    graph = _Graph(learnt, depends, height, shape, uses)
    found: list[Loop] = []
    waiting, seen = [output], {id(output)}
    while waiting:
        v = waiting.pop()
        inside = v.parents
        if _is_sum(v) and depends[id(v)]:
            loop = graph.loop(v)
            if loop is not None:
                found.append(loop)
                inside = tuple([t for _, t in loop.rest] + [u for g in loop.groups for u in g.shared])
            else:
                inside = tuple([t for _, t in graph.terms(v)[0]])
        for p in inside:
            if id(p) not in seen and depends[id(p)]:
                seen.add(id(p))
                waiting.append(p)
    place = {id(v): k for k, v in enumerate(order)}
    return sorted(found, key=lambda loop: place[id(loop.root)])


def _is_sum(v: Node) -> bool:
    return v.op is ADD or v.op is SUM or v.op is SUB


class _Graph:
    """What is known of the nodes, by id()."""

    def __init__(self, learnt: set[int], depends: dict[int, bool], height: dict[int, int], shape: dict[int, int],
                 uses: dict[int, int]) -> None:
        self.learnt, self.depends, self.height, self.shape, self.uses = learnt, depends, height, shape, uses

    def terms(self, root: Node) -> tuple[list[tuple[float, Node]], float]:
        """The terms of a sum, with their signs, and the sum of the constant ones.

        Of a sum in a sum only the deepest is taken apart, as in total + (f + g), and only if it is not shaped as a term is.
        """
        terms: list[tuple[float, Node]] = []
        shapes: set[int] = set()
        constant = 0.0
        waiting: list[tuple[float, Node]] = [(1.0, root)]
        while waiting:
            outer, v = waiting.pop()
            inside = [(outer * sign, x) for sign, x in zip([1.0, -1.0] if v.op is SUB else [1.0] * len(v.operands), v.operands)]
            nodes = [(sign, x) for sign, x in inside if isinstance(x, Node) and self.depends[id(x)]]
            constant += sum([sign * (x.data if isinstance(x, Node) else x) for sign, x in inside
                             if not (isinstance(x, Node) and self.depends[id(x)])])
            deepest = max([self.height[id(x)] for _, x in nodes])
            opened: list[tuple[float, Node]] = []
            for sign, x in nodes:
                if v.op is not SUM and _is_sum(x) and self.uses[id(x)] == 1 and self.height[id(x)] == deepest:
                    opened.append((sign, x))
                else:
                    terms.append((sign, x))
                    shapes.add(self.shape[id(x)])
            for sign, x in opened:
                if self.shape[id(x)] in shapes:
                    terms.append((sign, x))
                else:
                    waiting.append((sign, x))
        return terms, constant

    def loop(self, root: Node) -> Loop | None:
        """The sum as a loop; None if too few of its terms are alike."""
        terms, constant = self.terms(root)
        if len(terms) < FEWEST:
            return None
        shared = self._shared([t for _, t in terms])
        forms: dict[Any, list[_Form]] = {}
        for place, (sign, term) in enumerate(terms):
            form = self._form(term, shared)
            forms.setdefault((sign, form.key), []).append(form)
            form.place = place
        groups: list[Group] = []
        rest: list[int] = []
        reasons: list[str] = []
        for (sign, _), alike in forms.items():
            if len(alike) < FEWEST:
                rest += [form.place for form in alike]
                continue
            try:
                groups.append(_group(sign, alike, self.learnt))
            except _UnrollableError as error:
                rest += [form.place for form in alike]
                reasons.append(f"{counted(len(alike), 'term')} unrolled: {error}")
        if not groups:
            return None
        few = [alike for alike in forms.values() if len(alike) < FEWEST]
        if few:
            count = sum([len(alike) for alike in few])
            reasons.append(f"{counted(count, 'term')} unrolled: fewer than {FEWEST} are computed alike")
        return Loop(root, groups, [terms[k] for k in sorted(rest)], constant, reasons)

    def _shared(self, terms: Sequence[Node]) -> set[int]:
        """The nodes that more than one term leads to, by id()."""
        owner: dict[int, int] = {}
        shared: set[int] = set()
        for k, term in enumerate(terms):
            waiting = [term]
            while waiting:
                v = waiting.pop()
                key = id(v)
                if owner.get(key, k) != k:
                    shared.add(key)
                elif key not in owner:
                    owner[key] = k
                    waiting += [p for p in v.parents if self.depends[id(p)] and id(p) not in self.learnt]
        return shared

    def _form(self, term: Node, shared: set[int]) -> _Form:
        """A term in canonical form."""
        form = _Form()
        if term.op is None:                                          # a parameter
            form.add(IDENTITY, [term])
            form.key = tuple(form.keys)
            return form
        step: dict[int, int] = {}
        waiting: list[tuple[Node, bool]] = [(term, False)]
        height = self.height
        while waiting:
            v, is_ready = waiting.pop()
            key = id(v)
            if key in step:
                continue
            scores = _scores(v)
            inner = [] if is_ready else [p for p in scores or v.parents if self._is_inner(p, shared) and id(p) not in step]
            if inner:
                waiting.append((v, True))
                inner.reverse()                                      # for the order of those of equal height
                waiting += [(p, False) for p in sorted(inner, key=lambda p: height[id(p)])]
                continue
            operands = [self._operand(x, shared, step) for x in scores or v.operands]
            if scores:
                chosen = operands.pop()
                operands = [form.add(SUB, [z, chosen]) for z in operands]
            form.add(v.op, operands)
            step[key] = len(form.rows) - 1
        form.key = tuple(form.keys)
        return form

    def _is_inner(self, v: Node, shared: set[int]) -> bool:
        return self.depends[id(v)] and id(v) not in self.learnt and id(v) not in shared

    def _operand(self, x: Any, shared: set[int], step: dict[int, int]) -> Any:
        """A constant as a float, a node outside as itself, a step as its number."""
        if not isinstance(x, Node):
            return float(x)
        if not self.depends[id(x)]:
            return x.data
        return step[id(x)] if self._is_inner(x, shared) else x


class _Form:
    """A term: its rows, and what they use. `key` is equal for terms that are computed alike."""

    __slots__ = ("constants", "key", "keys", "kinds", "nodes", "place", "rows", "steps")

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.keys: list[Any] = []
        self.kinds: list[str] = []
        self.steps: list[int] = []
        self.nodes: list[Node] = []
        self.constants: list[float] = []
        self.key: Any = None
        self.place = 0

    def add(self, row: Any, operands: Sequence[Any]) -> int:
        """Add a step; returns its number."""
        kinds = ""
        for x in operands:
            if type(x) is int:
                kinds += "s"
                self.steps.append(x)
            elif type(x) is float:
                kinds += "c"
                self.constants.append(x)
            else:
                kinds += "n"
                self.nodes.append(x)
        self.rows.append(row)
        self.kinds.append(kinds)
        self.keys.append((id(row), kinds))
        return len(self.rows) - 1


def _scores(v: Node) -> list[Node]:
    """For the cross-entropy of a class, logsumexp(z1 - z, z2 - z, 0): the scores z1, z2, z, and once more the z of the class,
    whose place is then no matter of the term's shape. Empty for any other node."""
    if v.op is not LOGSUMEXP:
        return []
    differences = [x for x in v.operands if isinstance(x, Node)]
    if len(differences) != len(v.operands) - 1 or not all([x.op is SUB and len(x.parents) == 2 for x in differences]):
        return []
    chosen: Any = differences[0].operands[1]
    if any([x.operands[1] is not chosen for x in differences]) or [x for x in v.operands if not isinstance(x, Node)] != [0.0]:
        return []
    scores: list[Any] = [x.operands[0] if isinstance(x, Node) else chosen for x in v.operands]
    return scores + [chosen]


def _group(sign: float, alike: Sequence[_Form], learnt: set[int]) -> Group:
    """Terms that are computed alike, as one with lanes. Raises _UnrollableError."""
    import numpy as np
    first = alike[0]
    record = Record()
    columns: list[Any] = []
    gathered: list[list[Node]] = []
    shared: list[Node] = []
    inputs: dict[Any, int] = {}                                      # of the record, by what they are: their steps

    def entered(key: Any, kind: list[Any], x: Any) -> int:
        if key not in inputs:
            kind.append(x)
            inputs[key] = record.input(-1)                           # numbered below
            kinds_of[inputs[key]] = (kind, len(kind) - 1)
        return inputs[key]

    kinds_of: dict[int, tuple[list[Any], int]] = {}

    def constant(j: int) -> Any:
        xs = np.array([form.constants[j] for form in alike])
        if (xs.view(np.int64) == xs.view(np.int64)[0]).all():
            return first.constants[j]
        return entered(xs.tobytes(), columns, xs)

    def outside(j: int) -> int:
        nodes = [form.nodes[j] for form in alike]
        if all([v is nodes[0] for v in nodes]):
            return entered(id(nodes[0]), shared, nodes[0])
        if not all([id(v) in learnt for v in nodes]):
            raise _UnrollableError("each uses a different node, and other terms use that node, too")
        return entered(tuple([id(v) for v in nodes]), gathered, nodes)

    picks = 0

    def inside(j: int) -> int:
        nonlocal picks
        steps = [form.steps[j] for form in alike]
        candidates = sorted(set(steps))
        if len(candidates) == 1:
            return number[steps[0]]
        if len(candidates) > MOST_PICKED:
            raise _UnrollableError(f"they differ in what they use, in more than {MOST_PICKED} ways")
        picks += 1
        chosen = np.array(steps, dtype=float)
        which = entered(chosen.tobytes(), columns, chosen)
        y = number[candidates[-1]]
        for k in reversed(candidates[:-1]):
            y = record.step(WHERE, (record.step(EQUAL, (which, float(k))), number[k], y))
        return y

    number: list[int] = []                                           # the record's steps of those of the form
    at = {"s": 0, "c": 0, "n": 0}
    take = {"s": inside, "c": constant, "n": outside}
    for row, kinds in zip(first.rows, first.kinds):
        operands = []
        for kind in kinds:
            operands.append(take[kind](at[kind]))
            at[kind] += 1
        number.append(record.step(row, tuple(operands)))
    record.outputs = [number[-1]]
    start = {id(columns): 0, id(gathered): len(columns), id(shared): len(columns) + len(gathered)}
    for k, (those, j) in kinds_of.items():
        record.inputs[k] = start[id(those)] + j
    return Group(sign, record, columns, gathered, shared, len(alike), picks)
