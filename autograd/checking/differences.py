"""The derivative of a function of floats by Ridders' method, with an error bound.

C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering Software 4 (1982), 75-76: central
differences at shrinking steps, extrapolated to step 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable

SHRINK = 1.4                                                         # ratio of one step to the next
ROUNDS = 12
STARTS = (0.3, 0.03, 0.003)                                          # first steps, of |x|: too small to step over a pole at 0
SAFETY = 8.0
CORNER = (1e-3, 1e-4, 1e-5)                                          # steps, of |x|, for finding kinks
CLOSER = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)                        # steps, of |x|, for checking the slope again


def derivative(f: Callable[[float], float], x: float) -> tuple[float | None, float]:
    """f'(x) and a bound on its error, or (None, inf) if no two of three runs agree.

    >>> value, error = derivative(math.sin, 1.0)
    >>> abs(value - math.cos(1.0)) <= error < 1e-9
    True
    """
    tried = [_run(f, x, start * (abs(x) or 1.0)) for start in STARTS]
    runs = sorted([run for run in tried if run is not None], key=lambda run: run[1])
    for k, (a, error) in enumerate(runs):
        for b, other in runs[k + 1:]:
            bound = SAFETY * (error + other) + 2.0 ** -50 * abs(a)
            if abs(a - b) <= bound and _holds_closer(f, x, a, bound):
                return a, bound + abs(a - b)
    return None, math.inf


def has_corner(f: Callable[[float], float], x: float) -> bool:
    """Whether f has a kink or a jump: the slopes on the two sides differ, even as the step shrinks."""
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
    """Whether differences at smaller steps approach that slope, which they do not if f is rough."""
    curvature = 0.0                                                  # the error of the first, divided by its step
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
    """The best value of one tableau, and its distance from the neighbouring ones."""
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
