"""A recorded graph as lists of floats. One backward and one forward sweep give the effect of changing any local partial.

The gradient is linear in each local partial: changing d v / d u by Δ changes d f / d x by (d f / d v) Δ (d u / d x).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence

from .arithmetic.floats import IEEE
from .engine import Value
from .ops import WHERE, Operation
from .traversal import adjoints, connected, flowing

Edge = tuple[int, int]                                               # a node and one of its operands, by number


def _partials(v: Value) -> list[float | None]:
    """The local partials, with those by what max and relu did not choose, for people go wrong there; but not by the branch that a
    `where` did not take, which may have no slope at all."""
    return flowing(v) if v.op is WHERE else connected(v)


class Tape:
    """The nodes below an output, operands first, at one point.

    Attributes:
        nodes: the Values, which all other lists follow. rows: their operations, None for a leaf. operands: the indices of their
            operands, None for a constant. inputs: the values of their operands. values: their own values.
        partials: their local partials by operand, None where nothing flows. adjoints: d output / d node. uses: the edges that
            lead out of each node.
    """

    def __init__(self, order: Sequence[Value]) -> None:
        self.nodes = list(order)
        self._place: dict[Value, int] = {v: k for k, v in enumerate(order)}
        self.rows: list[Operation | None] = [v.op for v in order]
        self.operands: list[list[int | None]] = [[self._place.get(x) if isinstance(x, Value) else None for x in v.operands]
                                                 for v in order]
        self.inputs: list[list[float]] = [[x.data if isinstance(x, Value) else float(x) for x in v.operands] for v in order]
        self.values: list[float] = [v.data for v in order]
        self.partials: list[list[float | None]] = [_partials(v) for v in order]
        self.uses: list[list[Edge]] = [[] for _ in order]
        for k, operands in enumerate(self.operands):
            for j, u in enumerate(operands):
                if u is not None and self.partials[k][j] is not None:
                    self.uses[u].append((k, j))
        self.adjoints = self.swept({})
        self._tangents: dict[int, list[float]] = {}

    def place(self, v: Value) -> int | None:
        """The number of a node, or None if it is not below the output."""
        return self._place.get(v)

    def swept(self, edits: Mapping[Edge, float]) -> list[float]:
        """d output / d node, with some local partials replaced."""
        rows = self._edited(edits) if edits else self.partials
        found = adjoints(self.nodes, lambda v: rows[self._place[v]], operator.mul, operator.add)
        return [found.get(id(v), 0.0) for v in self.nodes]

    def _edited(self, edits: Mapping[Edge, float]) -> list[list[float | None]]:
        rows = list(self.partials)
        for k in {k for k, _ in edits}:
            rows[k] = [edits.get((k, i), d) for i, d in enumerate(self.partials[k])]
        return rows

    def tangents(self, x: int, edits: Mapping[Edge, float] | None = None) -> list[float]:
        """d node / d (node number x), for every node."""
        if not edits and x in self._tangents:
            return self._tangents[x]
        tangents = [0.0] * len(self.nodes)
        tangents[x] = 1.0
        for k in range(x + 1, len(self.nodes)):
            total = 0.0
            for j, u in enumerate(self.operands[k]):
                d = self.partials[k][j]
                if u is not None and d is not None and tangents[u] != 0.0:
                    total += (edits.get((k, j), d) if edits else d) * tangents[u]
            tangents[k] = total
        if not edits:
            self._tangents[x] = tangents
        return tangents

    def edges(self, x: int) -> list[Edge]:
        """The edges on paths from node number x to the output along which something flows here."""
        tangents = self.tangents(x)
        return [(k, j) for k in range(x + 1, len(self.nodes)) if self.adjoints[k] != 0.0 for j, u in enumerate(self.operands[k])
                if u is not None and self.partials[k][j] is not None and tangents[u] != 0.0]

    def connections(self, x: int) -> list[Edge]:
        """The edges on all paths from node number x to the output, even those with a local partial of 0 here."""
        reached = {x}
        for k in range(x + 1, len(self.nodes)):
            if any([u in reached and self.partials[k][j] is not None for j, u in enumerate(self.operands[k])]):
                reached.add(k)
        leads = {len(self.nodes) - 1}
        found: list[Edge] = []
        for k in range(len(self.nodes) - 1, x, -1):
            for j, u in enumerate(self.operands[k]):
                if k in leads and u is not None and u in reached and self.partials[k][j] is not None:
                    leads.add(u)
                    found.append((k, j))
        return sorted(found)

    def count_paths(self, x: int) -> int:
        """How many paths lead from node number x to the output, counted without walking them."""
        paths = {x: 1}
        for k, j in self.connections(x):
            u = self.operands[k][j]
            assert u is not None
            paths[k] = paths.get(k, 0) + paths.get(u, 0)
        return paths.get(len(self.nodes) - 1, 0)

    def paths(self, x: int) -> list[list[Edge]]:
        """The paths from node number x to the output, edge by edge: only where `count_paths` says that they are few."""
        found: list[list[Edge]] = []
        stack: list[tuple[int, list[Edge]]] = [(x, [])]
        on_paths = set(self.connections(x))
        while stack:
            u, path = stack.pop()
            if u == len(self.nodes) - 1:
                found.append(path)
                continue
            stack += [(k, [*path, (k, j)]) for k, j in reversed(self.uses[u]) if (k, j) in on_paths]
        return found

    def partial_at(self, k: int, x: float) -> float:
        """The local partial by the first operand, if that operand were x."""
        row = self.rows[k]
        assert row is not None
        xs = [IEEE.number(x), *[IEEE.number(z) for z in self.inputs[k][1:]]]
        found = row.local_partials(IEEE, IEEE.number(row.value(IEEE, *xs)), xs, [True] + [False] * (len(xs) - 1))[0]
        return math.nan if found is None else float(found)
