"""The derivative of a function of floats, by Ridders' method, with a bound on its error.

C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering Software 4 (1982), 75-76: central
differences at shrinking steps, extrapolated to step 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable

SHRINK = 1.4                                                         # the factor between two steps
ROUNDS = 12
STARTS = (0.3, 0.03, 0.003)                                          # first steps, of |x|: they do not reach over a pole at 0
SAFETY = 8.0
CORNER = (1e-3, 1e-4, 1e-5)                                          # steps, of |x|, at which a kink is looked for
CLOSER = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)  # steps, of |x|, at which the slope is looked at once more


def derivative(f: Callable[[float], float], x: float) -> tuple[float | None, float]:
    """f'(x) and a bound on its error; (None, inf) where three runs have no two that agree.

    >>> value, error = derivative(math.sin, 1.0)
    >>> abs(value - math.cos(1.0)) <= error < 1e-9
    True
    """
    runs = sorted(
        [run for run in (_run(f, x, start * (abs(x) or 1.0)) for start in STARTS) if run is not None], key=lambda run: run[1]
    )
    for k, (a, error) in enumerate(runs):
        for b, other in runs[k + 1:]:
            bound = SAFETY * (error + other) + 2.0 ** -50 * abs(a)
            if abs(a - b) <= bound and _holds_closer(f, x, a, bound):
                return a, bound + abs(a - b)
    return None, math.inf


def has_corner(f: Callable[[float], float], x: float) -> bool:
    """Whether the slopes on either side differ, and go on differing as the step shrinks: a kink, or a jump."""
    gaps = []
    for part in CORNER:
        step = part * (abs(x) or 1.0)
        try:
            low, here, high = f(x - step), f(x), f(x + step)
        except (ArithmeticError, ValueError):
            return True
        noise = 2.0 ** -50 * (abs(low) + abs(here) + abs(high)) / step
        gap = abs((high - here) - (here - low)) / step
        gaps.append(0.0 if gap <= noise else gap)
    return gaps[-1] > 0.0 and gaps[-1] > 0.3 * gaps[0]


def _holds_closer(f: Callable[[float], float], x: float, slope: float, bound: float) -> bool:
    """Whether differences at smaller steps have that slope too, and come closer to it, as they do not where f is rough."""
    curvature = 0.0                                                  # how far the first is off, for each unit of its step
    for part in CLOSER:
        step = part * (abs(x) or 1.0)
        try:
            high, low = f(x + step), f(x - step)
        except (ArithmeticError, ValueError):
            return False
        noise = 2.0 ** -50 * (abs(high) + abs(low)) / step
        error = abs((high - low) / (2.0 * step) - slope)
        curvature = curvature or error / step
        if not error <= 0.1 * abs(slope) + bound + noise + curvature * step:
            return False
    return True


def _run(f: Callable[[float], float], x: float, step: float) -> tuple[float, float] | None:
    """One tableau: its best value, and how far that is from its neighbours'."""
    best: tuple[float, float] | None = None
    last: list[float] = []
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
