"""What NumPy computes each operation of a program by; and erf and its slope, which NumPy lacks."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arithmetic.arrays import numpy
from . import kernels


class _Arrays(threading.local):
    """The builder of kernels for NumPy: what it builds, it computes at once. Each thread has one of its own."""

    def __init__(self) -> None:
        self.where, self.copysign, self.exp, self.at_most = np.where, np.copysign, np.exp, np.minimum
        self._memory = np.empty(0)                                   # for powers: so much is dear to get anew

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        """a b + c, rounded twice."""
        return a * b + c

    def rest_of_square(self, x: Any, s: Any) -> Any:
        """x² - s, exactly: the square by halves of 26 bits (Dekker 1971)."""
        wide = 134217729.0 * x
        high = wide - (wide - x)
        low = x - high
        return ((high * high - s) + 2.0 * high * low) + low * low

    def polynomials(self, x: Any, several: Sequence[Sequence[float]]) -> Any:
        """Several of the same x, from its powers."""
        size, count = max(map(len, several)), np.size(x)
        if len(self._memory) < size * count:
            self._memory = np.empty(size * count)
        powers, flat = self._memory[:size * count].reshape(size, count), np.reshape(x, -1)
        powers[-1] = 1.0
        for j in range(size - 2, -1, -1):
            np.multiply(powers[j + 1], flat, out=powers[j])
        matrix = np.array([[0.0] * (size - len(coefficients)) + list(coefficients) for coefficients in several])
        return np.matmul(matrix, powers).reshape(len(several), *np.shape(x))


_arrays = _Arrays()


def erf_and_slope(x: Any) -> tuple[Any, Any]:
    """erf(x) and 2/sqrt(pi) exp(-x²)."""
    return kernels.erf_and_slope(_arrays, x, lambda k, x, rest: k.exp(x) * (1.0 + rest))


def _power(x: Any, y: Any) -> Any:
    """x to the power y. To 0.5 NumPy gives sqrt(x), which IEEE's pow is not at -inf and -0."""
    found, is_half = np.power(x, y), np.equal(y, 0.5)
    return np.where(is_half, np.where(x == -np.inf, np.inf, found + 0.0), found) if np.any(is_half) else found


@functools.cache
def function_of(name: str) -> Callable[..., Any]:
    """The function of an operation, or of a pair of them."""
    ours: dict[str, Callable[..., Any]] = {
        "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "abs": np.abs,
        "less": np.less, "less_equal": np.less_equal, "equal": np.equal, "not_equal": np.not_equal,
        "pow": _power, "and": np.logical_and, "or": np.logical_or, "not": np.logical_not, "where": np.where}
    if name in ours:
        return ours[name]
    if name == "spread":
        return np.positive
    if name == "erf and erf_slope":
        return erf_and_slope
    if name in ("erf", "erf_slope"):                                 # which NumPy lacks
        return lambda x: erf_and_slope(x)[name == "erf_slope"]
    m = numpy()
    if name.startswith("special "):
        return functools.partial(m.special, name.removeprefix("special "))
    found: Callable[..., Any] = getattr(m, name)
    return found
