"""Runs a program by NumPy: what is in lanes as rows of tables, over a block of lanes that fits the processor's cache."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .batches import Batch, Plan, Sums, planned
from .exchange import Inputs, Memory, selection
from .numpy_functions import erf_and_slope, function_of
from .simplify import AFTER, BOOLEAN, COUNT, LANE, Code, reached

FEW, MOST = 256, 4096                                                # lanes: for which there are batches, and at a time
LARGEST = 1 << 22                                                    # numbers that the tables of batches may hold
FLOATS, TRUTHS, SHARED = range(3)                                    # the tables: what is in lanes, and what lanes share
Call: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]         # a function and its arguments


class _Step(NamedTuple):
    """One call: of a function of rows of tables, whose results are rows of a table."""

    function: Callable[..., Any]
    operands: list[tuple[int, Any]]                                  # tables, and what selects rows of them
    table: int
    rows: slice


class NumPyProgram:
    """Code, prepared to run by NumPy. `results` are lines; each result is in each lane if its rank is LANE, else one number.

    For few lanes a call takes longer to begin than to compute, so lines are computed in batches; for many each is computed alone,
    while its operands are still in the processor's cache.

    Args:
        few: up to so many lanes there are batches, unless the code is very long. most: so many lanes are computed at a time.
    """

    name = "NumPy"

    def __init__(self, code: Code, results: Sequence[int], few: int = FEW, most: int = MOST) -> None:
        lines = reached(code, results)
        shared = self._shared = _Shared(code, lines)
        self._few = min(few, LARGEST // max(len(lines), 1))
        self._in_lanes = functools.cache(
            lambda by_level: _InLanes(code, lines, results, shared, few if by_level else most, by_level=by_level))
        self._others = selection([shared.slot[k] for k in results if code.ranks[k] != LANE])

    def __call__(self, given: Inputs) -> tuple[Any, Any]:
        """The results in lanes, and the others; see `Runnable`."""
        with np.errstate(all="ignore"):
            results, shared = self._in_lanes(given.count <= self._few)(given)
            self._shared.after(shared)
            return results, shared[self._others].copy()


class _InLanes:
    """What is in lanes, as calls of NumPy's functions on rows of tables."""

    def __init__(self, code: Code, lines: Sequence[int], results: Sequence[int], shared: _Shared, most: int, *,
                 by_level: bool) -> None:
        plan = planned(code, lines, results, by_level=by_level)
        self.most, self.shared = most, shared
        made = _Steps(code, plan, results, shared)
        self.steps, self.matrices, row = made.steps, made.matrices, made.row
        self.sizes = [max(table.size, 1) for table in made.tables]
        in_lanes = [k for k in results if code.ranks[k] == LANE]
        self._rows = len(in_lanes)
        self._outputs = [(table, selection([j for j, _ in found]), selection([row[k] for _, k in found]))
                         for table in (FLOATS, TRUTHS)
                         if (found := [(j, k) for j, k in enumerate(in_lanes) if _table(code, k) == table])]
        self.totals = [(selection([shared.slot[k] for k in totals.lines]), totals.crossed,
                        selection([row[k] for k in totals.rows]), selection([row[k] for k in totals.others]))
                       for totals in plan.totals]
        self._free: list[_Workspace] = []                            # those that no thread uses now
        self._memory = Memory()

    def __call__(self, given: Inputs) -> tuple[Any, Any]:
        """The results in lanes, and what lanes share, with the totals over lanes."""
        count = given.count
        blocks = max(-(-count // self.most), 1)
        space = self._workspace(max(-(-count // blocks), 1))
        space.start(given)
        results = self._memory.table(self._rows, count)
        for start in range(0, count, space.width):
            end = min(start + space.width, count)
            space.run(given.tables, start, end)
            for table, places, rows in self._outputs:
                results[places, start:end] = space.tables[table][rows, :end - start]
        shared = space.finish()
        self._free.append(space)
        return results, shared

    def _workspace(self, width: int) -> _Workspace:
        try:
            space = self._free.pop()
        except IndexError:
            return _Workspace(self, width)
        return space if space.width == width else _Workspace(self, width)


class _Workspace:
    """The tables of one run, for so many lanes at a time, and the calls with rows of these tables as arguments."""

    def __init__(self, program: _InLanes, width: int) -> None:
        self.program, self.width = program, width
        self.tables = [np.empty((size, width), dtype=kind) for size, kind in zip(program.sizes, (float, bool))]
        self._shared = np.empty(program.shared.size)
        self._matrices = [(np.empty(m.factors.shape), np.empty((len(m.factors), 1))) for m in program.matrices]
        self._sums = [np.empty((_count(rows), _count(others) if crossed else 1)) for _, crossed, rows, others in program.totals]
        self._everything = [*self.tables, self._shared.reshape(-1, 1), *[x for pair in self._matrices for x in pair]]
        self._calls: list[Call] = []
        for function, operands, into, rows in program.steps:
            xs = [self._rows(table, selection) for table, selection in operands]
            out = self.tables[into][rows]
            if isinstance(function, np.ufunc):
                self._calls.append((function, (*xs, out)))
            else:
                self._calls.append((_assign_both if function is erf_and_slope else _assign, (out, function, *xs)))
        self._summed = [[self._rows(FLOATS, selection) for selection in (rows, others) if _count(selection)]
                        for _, _, rows, others in program.totals]

    def _rows(self, table: int, rows: Any) -> Any:
        """A view of these rows; if they do not lie side by side, a copy, which a call of its own makes."""
        source = self._everything[table]
        if isinstance(rows, slice):
            return source[rows]
        copy = np.empty((len(rows), source.shape[1]), dtype=source.dtype)
        self._calls.append((source.take, (rows, 0, copy, "clip")))
        return copy

    def start(self, given: Inputs) -> None:
        """Take what lanes share."""
        self.program.shared.before(given, self._shared)
        for matrix, (factors, rest) in zip(self.program.matrices, self._matrices):
            matrix.fill(self._shared, factors, rest)
        for total in self._sums:
            total.fill(0.0)

    def run(self, columns: Iterable[Any], start: int, end: int) -> None:
        """Run some lanes, whose columns these are. If the tables have more lanes, the others are like the last of them."""
        count, row = end - start, 0
        for table in columns:
            size = 1 if table.ndim == 1 else len(table)
            into = self.tables[FLOATS][row:row + size]
            into[:, :count] = table[..., start:end]
            if count < self.width:
                into[:, count:] = into[:, count - 1:count]
            row += size
        for function, operands in self._calls:
            function(*operands)
        for total, (_, crossed, _, _), xs in zip(self._sums, self.program.totals, self._summed):
            add = _add_sums if len(xs) == 1 else _add_products if crossed else _add_dots
            add(total, *[x[:, :count] for x in xs])

    def finish(self) -> Any:
        """What lanes share, with the totals over lanes."""
        for (slots, *_), total in zip(self.program.totals, self._sums):
            self._shared[slots] = total.ravel()
        return self._shared.copy()                                   # for the next run of another thread


def _assign(out: Any, function: Callable[..., Any], *xs: Any) -> None:
    out[...] = function(*xs)


def _assign_both(out: Any, function: Callable[..., Any], *xs: Any) -> None:
    half = len(out) // 2
    out[:half], out[half:] = function(*xs)


def _add_sums(total: Any, rows: Any) -> None:
    total += np.add.reduce(rows, axis=1, keepdims=True)


def _add_products(total: Any, rows: Any, others: Any) -> None:
    total += rows @ others.T


def _add_dots(total: Any, rows: Any, others: Any) -> None:
    total[:, 0] += np.einsum("ij,ij->i", rows, others)


def _count(rows: Any) -> int:
    return rows.stop - rows.start if isinstance(rows, slice) else len(rows)


def _table(code: Code, k: int) -> int:
    return SHARED if code.ranks[k] != LANE else TRUTHS if code.names[k] in BOOLEAN else FLOATS


class _Shared:
    """What lanes share, each line in a slot of one array: the inputs by their places, the number of lanes, constants, and what is
    computed before the lanes and after them."""

    def __init__(self, code: Code, lines: Sequence[int]) -> None:
        self._places = max(code.inputs.values(), default=-1) + 1
        self.slot = {k: place if (place := code.inputs[k]) != COUNT else self._places
                     for k in lines if k in code.inputs and code.ranks[k] != LANE}
        rest = [k for k in lines if k not in code.inputs and code.ranks[k] != LANE]
        self.slot.update(zip(rest, range(self._places + 1, self._places + 1 + len(rest))))
        self._start = np.array([*[code.constants.get(k, 0.0) for k in rest], 1.0])  # the last slot is 1
        self.size = self._places + 1 + len(self._start)
        computed = [(self.slot[k], function_of(code.names[k]), [self.slot[x] for x in code.operands[k]], code.ranks[k] == AFTER)
                    for k in rest if code.operands[k] and code.names[k] != "total"]
        self._before = [step[:3] for step in computed if not step[3]]
        self._after = [step[:3] for step in computed if step[3]]

    def before(self, given: Inputs, numbers: Any) -> None:
        """Fill the array with what is known before the lanes."""
        numbers[:self._places + 1] = given.shared(self._places)
        numbers[self._places + 1:] = self._start
        for slot, function, operands in self._before:
            numbers[slot] = function(*[numbers[x] for x in operands])

    def after(self, numbers: Any) -> None:
        """Compute what is known after the lanes."""
        for slot, function, operands in self._after:
            numbers[slot] = function(*[numbers[x] for x in operands])


class _Matrix(NamedTuple):
    """What the leaves of sums are multiplied by, and what is added: slots, and signs."""

    factors: Any
    rest: Any
    signs: Any
    signs_of_rest: Any

    def fill(self, shared: Any, factors: Any, rest: Any) -> None:
        """Put both into a matrix and a column, given what lanes share."""
        shared.take(self.factors, None, factors, "clip")
        if (self.signs < 0.0).any():
            np.multiply(factors, self.signs, out=factors)
        if self.rest.size:
            np.sum(shared[self.rest] * self.signs_of_rest, axis=1, keepdims=True, out=rest)


class _Steps:
    """The calls that compute what is in lanes, and the rows where it lies."""

    def __init__(self, code: Code, plan: Plan, results: Sequence[int], shared: _Shared) -> None:
        self.code, self.slot, self.one = code, shared.slot, shared.size - 1
        columns = code.columns()
        self.row = {k: j for j, k in enumerate(columns)}
        self.tables = _Table(len(columns)), _Table(0)
        self.steps: list[_Step] = []
        self.matrices: list[_Matrix] = []
        kept = {*results, *[x for totals in plan.totals for x in (*totals.rows, *totals.others)]}
        batch_of = {k: j for j, batch in enumerate(plan.batches) for k in batch.lines}
        last = {batch_of[x]: j for j, batch in enumerate(plan.batches) for x in _needed(batch) if x in batch_of}
        ending: dict[int, list[Batch | Sums]] = {}
        for j, end in last.items():
            if not kept.intersection(plan.batches[j].lines):
                ending.setdefault(end, []).append(plan.batches[j])
        for j, batch in enumerate(plan.batches):
            table = _table(code, batch.lines[0])
            start = self.tables[table].take(len(batch.lines))
            self.row.update(zip(batch.lines, range(start, start + len(batch.lines))))
            rows = slice(start, start + len(batch.lines))
            if isinstance(batch, Sums):
                self._add_sums(batch, rows)
            else:
                operands = [self._operand(xs) for xs in batch.operands]
                self.steps.append(_Step(function_of(batch.name), operands, table, rows))
            for ended in ending.get(j, ()):
                self.tables[_table(code, ended.lines[0])].free(self.row[ended.lines[0]], len(ended.lines))

    def _operand(self, lines: Sequence[int]) -> tuple[int, Any]:
        """One operand of each of the lines of a batch; if all are the same one, it is not repeated."""
        table = _table(self.code, lines[0])
        place = self.slot if table == SHARED else self.row
        if len(lines) == 1 or len(set(lines)) == 1:
            return table, slice(place[lines[0]], place[lines[0]] + 1)
        return table, selection([place[k] for k in lines])

    def _add_sums(self, sums: Sums, rows: slice) -> None:
        place = SHARED + 1 + 2 * len(self.matrices)
        longest = max(map(len, sums.rest))
        rest = [[*terms, *[(0.0, None)] * (longest - len(terms))] for terms in sums.rest]
        slots = [[[self.one if k is None else self.slot[k] for _, k in terms] for terms in part] for part in (sums.factors, rest)]
        signs = [[[sign for sign, _ in terms] for terms in part] for part in (sums.factors, rest)]
        self.matrices.append(_Matrix(*[np.array(x, dtype=int) for x in slots], *[np.array(x, dtype=float) for x in signs]))
        leaves = FLOATS, selection([self.row[k] for k in sums.leaves])
        self.steps.append(_Step(np.matmul, [(place, slice(None)), leaves], FLOATS, rows))
        if longest:
            self.steps.append(_Step(np.add, [(FLOATS, rows), (place + 1, slice(None))], FLOATS, rows))


def _needed(batch: Batch | Sums) -> Iterable[int]:
    return batch.leaves if isinstance(batch, Sums) else [x for xs in batch.operands for x in xs]


class _Table:
    """The rows of a table, given out and taken back."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._free: dict[int, list[int]] = {}                        # by how many there are, the first of rows that are free

    def take(self, count: int) -> int:
        """The first of so many rows, one after the other: those given back last, which are still in the processor's cache."""
        if self._free.get(count):
            return self._free[count].pop()
        self.size += count
        return self.size - count

    def free(self, start: int, count: int) -> None:
        """Take rows back."""
        self._free.setdefault(count, []).append(start)
