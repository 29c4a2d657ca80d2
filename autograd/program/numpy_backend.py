"""Runs a program by NumPy: each line is one call, over a block of lanes that fits the processor's cache."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..arithmetic.arrays import numpy
from . import kernels
from .exchange import Inputs
from .products import uses_of
from .simplify import AFTER, LANE, Code, reached

BLOCK = 4096                                                         # lanes at a time


class NumPyProgram:
    """Code, prepared to run by NumPy. `results` are lines; each result is in each lane if its rank is LANE, else one number."""

    name = "NumPy"

    def __init__(self, code: Code, results: Sequence[int]) -> None:
        lines = reached(code, results)
        self.results = list(results)
        self.ranks = code.ranks
        self.numbers = {k: code.constants[k] for k in lines if k in code.constants}
        self.inputs = {k: code.inputs[k] for k in lines if k in code.inputs and code.ranks[k] != LANE}
        self.places = max(code.inputs.values(), default=-1) + 1
        self.columns = {k: j for j, k in enumerate(code.columns())}
        self.before = [(k, *_call(code, k)) for k in lines if code.ranks[k] < LANE and code.operands[k]]
        self.totals = {k: code.operands[k] for k in lines if code.names[k] == "total"}
        dots = _products_only_summed(code, lines, results)           # which need not be written down
        self.totals.update({k: code.operands[x] for k, x in dots.items()})
        alone = set(dots.values())
        body = [k for k in lines if code.ranks[k] == LANE and code.operands[k] and k not in alone]
        self.pairs = _pairs(code, body)
        second = set(self.pairs.values())
        self.body = [(k, *_call(code, k, is_pair=k in self.pairs)) for k in body if k not in second]
        self.after = [(k, *_call(code, k)) for k in lines if code.ranks[k] == AFTER and code.names[k] not in ("total", "input")]
        summed = {x for xs in self.totals.values() for x in xs}
        self.slots = _slots(code, self.body, summed | {k for k in results if code.ranks[k] == LANE})

    def __call__(self, given: Inputs) -> tuple[Any, Any]:
        """The results in lanes, and the others; see `Runnable`."""
        import numpy as np
        found: dict[int, Any] = {k: np.float64(x) for k, x in self.numbers.items()}
        arrays, count = given.arrays(), given.count
        shared = given.shared(self.places)
        with np.errstate(all="ignore"):
            for k, place in self.inputs.items():
                found[k] = np.float64(shared[place])
            for k, function, operands in self.before:
                found[k] = function(*[found[x] for x in operands])
            in_lanes = [k for k in self.results if self.ranks[k] == LANE]
            rows = np.empty((len(in_lanes), count))
            sums: dict[int, Any] = dict.fromkeys(self.totals, np.float64(0.0))
            for start in range(0, count, BLOCK):
                end = min(start + BLOCK, count)
                self._run_block(found, arrays, start, end)
                for j, k in enumerate(in_lanes):
                    rows[j, start:end] = found[k]
                for k, xs in self.totals.items():
                    sums[k] += np.add.reduce(found[xs[0]]) if len(xs) == 1 else np.dot(found[xs[0]], found[xs[1]])
            found.update(sums)
            for k, function, operands in self.after:
                found[k] = function(*[found[x] for x in operands])
        return rows, np.array([float(found[k]) for k in self.results if self.ranks[k] != LANE])

    def _run_block(self, found: dict[int, Any], arrays: Sequence[Any], start: int, end: int) -> None:
        for k, j in self.columns.items():
            found[k] = arrays[j][start:end]
        for k, function, operands in self.body:
            y = function(*[found[x] for x in operands])
            if k in self.pairs:
                found[k], found[self.pairs[k]] = y
            else:
                found[k] = y
            for x in self.slots[k]:
                del found[x]


def _products_only_summed(code: Code, lines: Sequence[int], results: Sequence[int]) -> dict[int, int]:
    """Totals of products that nothing else needs, with the lines of the products."""
    uses = uses_of(code, lines, results)
    found = {}
    for k in lines:
        if code.names[k] == "total":
            x = code.operands[k][0]
            if code.names[x] == "mul" and uses[x] == 1 and all([code.ranks[z] == LANE for z in code.operands[x]]):
                found[k] = x
    return found


def _pairs(code: Code, body: Sequence[int]) -> dict[int, int]:
    """Lines of erf or its slope, with the line after them that is the other of the same number."""
    first: dict[int, int] = {}
    pairs = {}
    for k in body:
        if code.names[k] in ("erf", "erf_slope"):
            before = first.setdefault(code.operands[k][0], k)
            if before != k:
                pairs[before] = k
    return pairs


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


def _call(code: Code, k: int, *, is_pair: bool = False) -> tuple[Callable[..., Any], tuple[int, ...]]:
    name = code.names[k]
    if is_pair:
        return (_erf_and_slope if name == "erf" else lambda x: _erf_and_slope(x)[::-1]), code.operands[k]
    return _function(name), code.operands[k]


class _Arrays:
    """The builder of kernels for NumPy: what it builds, it computes at once."""

    def __init__(self) -> None:
        import numpy as np
        self.where, self.copysign, self.exp = np.where, np.copysign, np.exp

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
        """By Horner's rule, in place."""
        y = x * coefficients[0] + coefficients[1]
        for c in coefficients[2:]:
            y *= x
            y += c
        return y


def _erf_and_slope(x: Any) -> tuple[Any, Any]:
    return kernels.erf_and_slope(_Arrays(), x, lambda k, x, rest: k.exp(x) * (1.0 + rest))


def _power(x: Any, y: Any) -> Any:
    """x to the power y. To 0.5 NumPy gives sqrt(x), which IEEE's pow is not at -inf and -0."""
    import numpy as np
    if np.ndim(y) or y != 0.5:
        return np.power(x, y)
    return np.where(x == -np.inf, np.inf, np.sqrt(x) + 0.0)


@functools.cache
def _function(name: str) -> Callable[..., Any]:
    import numpy as np
    ours: dict[str, Callable[..., Any]] = {
        "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "abs": np.abs,
        "less": np.less, "less_equal": np.less_equal, "equal": np.equal, "not_equal": np.not_equal,
        "pow": _power, "and": np.logical_and, "or": np.logical_or, "not": np.logical_not, "where": np.where}
    if name in ours:
        return ours[name]
    if name == "spread":
        return np.positive
    if name == "dot":
        return lambda *xs: np.array(xs[:len(xs) // 2]) @ np.array(xs[len(xs) // 2:])
    if name in ("erf", "erf_slope"):                                 # which NumPy lacks
        return lambda x: _erf_and_slope(x)[name == "erf_slope"]
    m = numpy()
    if name.startswith("special "):
        return functools.partial(m.special, name.removeprefix("special "))
    found: Callable[..., Any] = getattr(m, name)
    return found
