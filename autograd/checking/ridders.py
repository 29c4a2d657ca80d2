"""The derivative of a function of floats, by Ridders' method, with a bound on its error.

C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering Software 4 (1982), 75-76: central
differences at shrinking steps, extrapolated to step 0.
"""

from __future__ import annotations

import math
from typing import Callable, List, Optional, Tuple

SHRINK = 1.4                                                         # the factor between two steps
ROUNDS = 12
STARTS = (0.3, 0.03, 0.003)                                          # first steps, relative to |x| where that is above 1
SAFETY = 8.0


def derivative(f: Callable[[float], float], x: float) -> Tuple[Optional[float], float]:
    """f'(x) and a bound on its error; (None, inf) where three runs have no two that agree.

    >>> value, error = derivative(math.sin, 1.0)
    >>> abs(value - math.cos(1.0)) <= error < 1e-9
    True
    """
    runs = sorted([run for run in (_run(f, x, start * max(abs(x), 1.0) if start > 0.01 or abs(x) > 1e-2 else start * abs(x) or start)
                                   for start in STARTS) if run is not None], key=lambda run: run[1])
    for k, (a, error) in enumerate(runs):
        for b, other in runs[k + 1:]:
            bound = SAFETY * (error + other) + 2.0 ** -50 * abs(a)
            if abs(a - b) <= bound:
                return a, bound + abs(a - b)
    return None, math.inf


def _run(f: Callable[[float], float], x: float, step: float) -> Optional[Tuple[float, float]]:
    """One tableau: its best value, and how far that is from its neighbours'."""
    best: Optional[Tuple[float, float]] = None
    last: List[float] = []
    for _ in range(ROUNDS):
        high, low = x + step, x - step
        try:
            difference = (f(high) - f(low)) / (high - low)
        except (ArithmeticError, ValueError):
            last, step = [], step / SHRINK
            continue
        if not math.isfinite(difference):
            last, step = [], step / SHRINK
            continue
        row, factor = [difference], SHRINK * SHRINK
        for k, above in enumerate(last):
            row.append((row[k] * factor - above) / (factor - 1.0))
            factor *= SHRINK * SHRINK
            error = max(abs(row[k + 1] - row[k]), abs(row[k + 1] - above))
            if best is None or error < best[1]:
                best = row[k + 1], error
        last, step = row, step / SHRINK
    if best is None:
        return None
    noise = 2.0 ** -52 * abs(f(x)) / (step * SHRINK)
    return best[0], max(best[1], noise * 2.0 ** -4)
