"""Lines of code in batches, each of which NumPy computes in one call: as rows of a table, a product of matrices, or sums.

* Sums of the same numbers in lanes, each times something that lanes share, are a product of matrices: a layer of a network, or
  its gradient by the layer before.
* Totals of products of each of some numbers with each of others are one, too: the gradient by the layer's weights.
* Lines of one operation that do not wait for each other are rows of a table. That is worthwhile for few lanes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .products import uses_of
from .simplify import LANE, Code

WORTHWHILE = 16                                                      # products of a matrix
TOGETHER = (("erf", "erf_slope"),)                                   # functions that are computed together


class Batch(NamedTuple):
    """Lines of one operation. `operands` are the first operands of all of them, then the second ones. A pair of functions, such
    as "erf and erf_slope", gives the lines of both."""

    name: str
    lines: tuple[int, ...]
    operands: tuple[tuple[int, ...], ...]


class Sums(NamedTuple):
    """Lines that are sums over the same numbers in lanes, the leaves. Of each line `factors` are the signs and the lines that the
    leaves are multiplied by, None for 1; `rest` are the signs and the lines of its other terms, which lanes share."""

    lines: tuple[int, ...]
    leaves: tuple[int, ...]
    factors: tuple[tuple[tuple[float, int | None], ...], ...]
    rest: tuple[tuple[tuple[float, int], ...], ...]


class Totals(NamedTuple):
    """Totals over lanes. Without `others` those of `rows`. Else those of the products of each of the rows with each of the
    others, if `crossed`, row after row; or of each row with the other at the same place."""

    lines: tuple[int, ...]
    rows: tuple[int, ...]
    others: tuple[int, ...] = ()
    crossed: bool = False


class Plan(NamedTuple):
    """The batches of what is in lanes, operands before results, and the totals over lanes."""

    batches: list[Batch | Sums]
    totals: list[Totals]


def planned(code: Code, lines: Sequence[int], results: Iterable[int], *, by_level: bool) -> Plan:
    """The plan for these lines: level by level, lines of one operation together; or one line after the other."""
    planner = _Planner(code, lines, list(results))
    totals = list(planner.totals())
    return Plan(planner.batches(by_level), totals)


class _Planner:
    def __init__(self, code: Code, lines: Sequence[int], results: Sequence[int]) -> None:
        self.code, self.lines = code, lines
        self.uses = uses_of(code, lines, results)
        self.body = [k for k in lines if code.ranks[k] == LANE and code.operands[k]]
        self.left_out: set[int] = set()                              # lines that are computed as a part of others
        self.there = {(code.names[k], code.operands[k]) for k in self.body}

    # Totals -----------------------------------------------------------------------------------------------------------

    def totals(self) -> Iterator[Totals]:
        """All totals. Products that only they need are left out of the body."""
        code = self.code
        plain: list[int] = []
        partners: dict[int, dict[int, int]] = {}                     # of each factor the other ones, with the lines of the totals
        for k in self.lines:
            if code.names[k] == "total":
                x = code.operands[k][0]
                factors = code.operands[x]
                if (code.names[x] == "mul" and self.uses[x] == 1 and all([code.ranks[z] == LANE for z in factors])
                        and factors[1] not in partners.get(factors[0], {})):
                    self.left_out.add(x)
                    for a, b in (factors, factors[::-1]):
                        partners.setdefault(a, {})[b] = k
                else:
                    plain.append(k)
        if plain:
            yield Totals(tuple(plain), tuple([code.operands[k][0] for k in plain]))
        alone: list[tuple[int, int, int]] = []
        for rows, others in _crossed(partners):
            pairs = [(a, b) for a in rows for b in others]
            lines = tuple([partners[a][b] for a, b in pairs])
            if len(pairs) >= WORTHWHILE:
                yield Totals(lines, rows, others, crossed=True)
            else:
                alone += [(k, a, b) for k, (a, b) in zip(lines, pairs)]
        if alone:
            columns = tuple(zip(*alone))
            yield Totals(columns[0], columns[1], columns[2])

    # Sums -------------------------------------------------------------------------------------------------------------

    def sums(self) -> list[Sums]:
        """Sums of products that are worth a product of matrices. Lines that only they need are left out of the body."""
        code = self.code
        user = {x: k for k in self.body for x in code.operands[k]}   # the only one, for what is used once
        groups: dict[tuple[int, ...], list[tuple[int, list[_Term], list[int]]]] = {}
        for k in self.body:
            if k in self.left_out or not (code.names[k] == "dot" or (self._is_sum(k) and not self._is_part(k, user))):
                continue
            terms, inner = self._terms(k)
            leaves = [term.leaf for term in terms if term.leaf is not None]
            if len(set(leaves)) == len(leaves) and any([term.factor is not None and term.leaf is not None for term in terms]):
                groups.setdefault(tuple(sorted(leaves)), []).append((k, terms, inner))
        found = []
        for leaves_of, group in groups.items():
            if len(group) * len(leaves_of) >= WORTHWHILE:
                self.left_out.update([x for _, _, inner in group for x in inner])
                found.append(_as_sums(leaves_of, group))
        return found

    def _is_sum(self, k: int) -> bool:
        return self.code.names[k] in ("add", "sub") and self.code.ranks[k] == LANE

    def _is_part(self, k: int, user: dict[int, int]) -> bool:
        """Whether a sum is needed by nothing but another sum."""
        return self.uses[k] == 1 and k in user and self._is_sum(user[k])

    def _terms(self, root: int) -> tuple[list[_Term], list[int]]:
        """The terms of a sum, and the lines it is made of."""
        code, terms, inner = self.code, [], [root]
        if code.names[root] == "dot":
            half = len(code.operands[root]) // 2
            factors, leaves = code.operands[root][:half], code.operands[root][half:]
            return [_Term(1.0, factor, leaf) for factor, leaf in zip(factors, leaves)], inner
        waiting = [(1.0, root)]
        while waiting:
            sign, k = waiting.pop()
            if k == root or (self._is_sum(k) and self.uses[k] == 1):
                a, b = code.operands[k]
                waiting += [(-sign if code.names[k] == "sub" else sign, b), (sign, a)]
                inner.append(k)
            elif code.ranks[k] != LANE:
                terms.append(_Term(sign, k, None))
            else:
                factors = code.operands[k] if code.names[k] == "mul" and self.uses[k] == 1 else ()
                shared = [x for x in factors if code.ranks[x] != LANE]
                if shared:
                    terms.append(_Term(sign, shared[0], next(x for x in factors if code.ranks[x] == LANE)))
                    inner.append(k)
                else:
                    terms.append(_Term(sign, None, k))
        return terms, inner

    # Batches ----------------------------------------------------------------------------------------------------------

    def batches(self, by_level: bool) -> list[Batch | Sums]:
        """What is to be computed, in an order in which it can be. Each level waits for those before it alone."""
        code = self.code
        sums = {k: group for group in self.sums() for k in group.lines}
        level: dict[int, int] = {}
        kinds: dict[tuple[int, object], list[int]] = {}              # the lines of each batch
        for k in self.body:
            if k in sums or k not in self.left_out:
                needed = sums[k].leaves if k in sums else code.operands[k]
                level[k] = max([level.get(x, -1) for x in needed]) + 1 if by_level else 0
                kinds.setdefault((level[k], sums[k].leaves if k in sums else self._kind(k, by_level)), []).append(k)
        row: dict[int, int] = {k: j for j, k in enumerate(code.columns())}
        found: list[Batch | Sums] = []
        for _, lines in sorted(kinds.items(), key=lambda item: item[0][0]):
            batch = sums[lines[0]] if lines[0] in sums else self._batch(lines, row)
            for k in batch.lines:
                row.setdefault(k, len(row))
            found.append(batch)
        return found

    def _kind(self, k: int, by_level: bool) -> object:
        """Lines of the same kind are computed in one call: those of one operation on operands of the same ranks; or, if each is
        to be computed alone, those of functions that are computed together."""
        code = self.code
        name, operands = self._name(k), code.operands[k]
        if not by_level:
            return k if name == code.names[k] else (name, operands)
        return name, tuple([code.ranks[x] == LANE for x in operands])

    def _name(self, k: int) -> str:
        """The operation of a line, or a pair of them if the other one of the same operands is needed, too."""
        name, operands = self.code.names[k], self.code.operands[k]
        return next((" and ".join(pair) for pair in TOGETHER
                     if name in pair and all([(other, operands) in self.there for other in pair])), name)

    def _batch(self, lines: Sequence[int], row: dict[int, int]) -> Batch:
        """Lines of one kind, in the order of their operands, so that these are rows one after the other where that can be."""
        code = self.code
        if len(lines) == 1:
            return Batch(code.names[lines[0]], (lines[0],), tuple([(x,) for x in code.operands[lines[0]]]))
        lines = sorted(lines, key=lambda k: (code.names[k], [row.get(x, -1) for x in code.operands[k]]))
        first = [k for k in lines if code.names[k] == code.names[lines[0]]]  # all, or those of the first of a pair
        return Batch(self._name(lines[0]), tuple(lines), tuple(zip(*[code.operands[k] for k in first])))


class _Term(NamedTuple):
    sign: float
    factor: int | None                                               # what lanes share
    leaf: int | None                                                 # what is in lanes


def _as_sums(leaves: tuple[int, ...], group: Sequence[tuple[int, list[_Term], list[int]]]) -> Sums:
    factors, rest = [], []
    for _, terms, _ in group:
        by_leaf = {term.leaf: (term.sign, term.factor) for term in terms}
        factors.append(tuple([by_leaf[leaf] for leaf in leaves]))
        rest.append(tuple([(term.sign, term.factor) for term in terms if term.leaf is None and term.factor is not None]))
    return Sums(tuple([k for k, _, _ in group]), leaves, tuple(factors), tuple(rest))


def _crossed(partners: dict[int, dict[int, int]]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Factors, and those with each of which each of them is multiplied; every pair once."""
    left = {a: dict.fromkeys(others) for a, others in partners.items()}
    for a in sorted(partners, key=lambda a: (len(partners[a]), a)):  # the fewest first: they are the rows
        if not left[a]:
            continue
        others = tuple(sorted(left[a]))
        rows = tuple(sorted([c for c in {c for b in others for c in left[b]} if tuple(sorted(left[c])) == others]))
        if set(rows) & set(others):                                  # such as squares
            rows = (a,)
        for c in rows:
            for b in others:
                left[c].pop(b, None)
                left[b].pop(c, None)
        yield rows, others
