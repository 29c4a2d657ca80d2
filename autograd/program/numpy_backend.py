"""Runs a program by NumPy: each line is one call, over a block of lanes that fits the processor's cache."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..arithmetic.arrays import numpy
from .arguments import Columns
from .kernels import KERNELS
from .simplify import AFTER, LANE, Code, reached

BLOCK = 2048                                                         # lanes at a time


class NumPyProgram:
    """Code, prepared to run by NumPy. `results` are lines; each result is in each lane if its rank is LANE, else one number."""

    name = "NumPy"

    def __init__(self, code: Code, results: Sequence[int]) -> None:
        lines = reached(code, results)
        self.results = list(results)
        self.ranks = code.ranks
        self.numbers = {k: code.constants[k] for k in lines if k in code.constants}
        self.inputs = {k: code.inputs[k] for k in lines if k in code.inputs and code.ranks[k] != LANE}
        self.columns = {k: j for j, k in enumerate(code.columns())}
        self.before = [(k, *_call(code, k)) for k in lines if code.ranks[k] < LANE and code.operands[k]]
        self.body = [(k, *_call(code, k)) for k in lines if code.ranks[k] == LANE and code.operands[k]]
        self.totals = [(k, code.operands[k][0]) for k in lines if code.names[k] == "total"]
        self.after = [(k, *_call(code, k)) for k in lines if code.ranks[k] == AFTER and code.names[k] not in ("total", "input")]
        self.slots = _slots(code, self.body, {k for _, k in self.totals} | {k for k in results if code.ranks[k] == LANE})

    def __call__(self, columns: Columns, shared: Any, count: int) -> tuple[Any, Any]:
        """The results in lanes, and the others; see `Runnable`."""
        import numpy as np
        found: dict[int, Any] = {k: np.float64(x) for k, x in self.numbers.items()}
        arrays = columns.arrays()
        with np.errstate(all="ignore"):
            for k, place in self.inputs.items():
                found[k] = np.float64(shared[place])
            for k, function, operands in self.before:
                found[k] = function(*[found[x] for x in operands])
            in_lanes = [k for k in self.results if self.ranks[k] == LANE]
            rows = np.empty((len(in_lanes), count))
            sums: dict[int, Any] = {k: np.float64(0.0) for k, _ in self.totals}
            for start in range(0, count, BLOCK):
                end = min(start + BLOCK, count)
                self._run_block(found, arrays, start, end)
                for j, k in enumerate(in_lanes):
                    rows[j, start:end] = found[k]
                for k, x in self.totals:
                    sums[k] += np.sum(found[x])
            found.update(sums)
            for k, function, operands in self.after:
                found[k] = function(*[found[x] for x in operands])
        return rows, np.array([float(found[k]) for k in self.results if self.ranks[k] != LANE])

    def _run_block(self, found: dict[int, Any], arrays: Sequence[Any], start: int, end: int) -> None:
        for k, j in self.columns.items():
            found[k] = arrays[j][start:end]
        for k, function, operands in self.body:
            found[k] = function(*[found[x] for x in operands])
            for x in self.slots[k]:
                del found[x]


def _slots(code: Code, body: Sequence[tuple[int, Any, Any]], kept: set[int]) -> dict[int, list[int]]:
    """For each line the lines whose results are not needed after it."""
    last: dict[int, int] = {}
    for k, _, operands in body:
        for x in (*operands, k):
            if code.ranks[x] == LANE and x not in kept and code.operands[x]:
                last[x] = k
    ended: dict[int, list[int]] = {k: [] for k, _, _ in body}
    for x, k in last.items():
        ended[k].append(x)
    return ended


def _call(code: Code, k: int) -> tuple[Callable[..., Any], tuple[int, ...]]:
    name = code.names[k]
    return _function(name), code.operands[k]


class _Arrays:
    """The builder of kernels for NumPy: what it builds, it computes at once."""

    def __init__(self) -> None:
        import numpy as np
        self.np = np
        self.where, self.copysign = np.where, np.copysign

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        """a b + c, rounded twice."""
        return a * b + c

    def rest_of_square(self, x: Any, s: Any) -> Any:
        """x² - s, exactly: the square by halves of 26 bits (Dekker 1971)."""
        wide = 134217729.0 * x
        high = wide - (wide - x)
        low = x - high
        return ((high * high - s) + 2.0 * high * low) + low * low

    def polynomial(self, x: Any, coefficients: Sequence[float]) -> Any:
        """By Horner's rule."""
        return functools.reduce(lambda y, c: y * x + c, coefficients)

    def bits(self, x: Any) -> Any:
        """The bits of floats, as integers."""
        return self.np.asarray(x, dtype=float).view(self.np.int64)

    def float_of(self, x: Any) -> Any:
        """The floats of these bits."""
        return self.np.asarray(x, dtype=self.np.int64).view(float)


@functools.cache
def _function(name: str) -> Callable[..., Any]:
    import numpy as np
    ours: dict[str, Callable[..., Any]] = {
        "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "abs": np.abs,
        "less": np.less, "less_equal": np.less_equal, "equal": np.equal, "not_equal": np.not_equal,
        "and": np.logical_and, "or": np.logical_or, "not": np.logical_not, "where": np.where}
    if name in ours:
        return ours[name]
    if name == "spread":
        return np.positive
    if name == "dot":
        return lambda *xs: np.array(xs[:len(xs) // 2]) @ np.array(xs[len(xs) // 2:])
    if name in ("erf", "erf_slope"):                                 # which NumPy lacks
        return functools.partial(KERNELS[name], _Arrays())
    m = numpy()
    if name.startswith("special "):
        return functools.partial(m.special, name.removeprefix("special "))
    found: Callable[..., Any] = getattr(m, name)
    return found
