"""Non-linear least squares on a NIST reference problem, with our Jacobian, to the certified digits.

Thurber's data, of the higher level of difficulty: electron mobility against the logarithm of density, a cubic over a cubic,
seven parameters. Gauss and Newton's step needs the Jacobian of the 37 residuals, which the backward sweep gives; damped as
by Levenberg and Marquardt, it finds all eleven digits that NIST certifies, from either of its starting points.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import canvas
import numpy as np

from autograd import jacobian

DATA = Path(__file__).with_name("thurber.csv")
STARTS = {"start 1": [1000.0, 1000.0, 400.0, 40.0, 0.7, 0.3, 0.03],
          "start 2": [1300.0, 1500.0, 500.0, 75.0, 1.0, 0.4, 0.05]}
CERTIFIED = [1.2881396800e+03, 1.4910792535e+03, 5.8323836877e+02, 7.5416644291e+01,
             9.6629502864e-01, 3.9797285797e-01, 4.9727297349e-02]
CERTIFIED_DEVIATIONS = [4.6647963344e+00, 3.9571156086e+01, 2.8698696102e+01, 5.5675370270e+00,
                        3.1333340687e-02, 1.4984928198e-02, 6.5842344623e-03]
CERTIFIED_SUM = 5.6427082397e+03                                     # of the squared residuals


def model(b: list[Any], x: float) -> Any:
    """(b1 + b2 x + b3 x² + b4 x³)/(1 + b5 x + b6 x² + b7 x³)."""
    return (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) / (1.0 + x * (b[4] + x * (b[5] + x * b[6])))


def read() -> tuple[list[float], list[float]]:
    """The observations, x and y."""
    with DATA.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader([line for line in lines if not line.startswith("#")]))
    return [float(row["x"]) for row in rows], [float(row["y"]) for row in rows]


def solve(xs: list[float], ys: list[float], start: list[float], most: int) -> tuple[list[float], list[float], list[float]]:
    """Levenberg and Marquardt's method, until a step changes no parameter in its first 13 digits: the parameters, their standard
    deviations, and the sums of squared residuals on the way."""
    def residuals(b: list[Any]) -> list[Any]:
        return [model(b, x) - y for x, y in zip(xs, ys)]

    def squares(b: list[float]) -> float:
        return math.fsum([r * r for r in residuals(b)])

    b, damping, seen = list(start), 1e-3, [squares(start)]
    while len(seen) <= most:
        slopes = np.array(jacobian(residuals)(b))                    # 37 x 7, by the backward sweep
        scale = np.sqrt((slopes ** 2).sum(axis=0))
        damped = np.vstack([slopes / scale, math.sqrt(damping) * np.eye(len(b))])
        change = np.linalg.lstsq(damped, np.array(residuals(b) + [0.0] * len(b)), rcond=None)[0] / scale
        new = [p - d for p, d in zip(b, change.tolist())]
        if squares(new) < seen[-1] * (1.0 + 1e-9):                   # near the end a step changes less than rounding does
            b, damping = new, damping / 10.0
        else:
            damping *= 10.0
        seen.append(squares(b))
        if max(abs(change) / np.abs(b)) < 1e-13:
            break
    slopes = np.array(jacobian(residuals)(b))
    scale = np.sqrt((slopes ** 2).sum(axis=0))
    inverse = np.linalg.inv(np.linalg.qr(slopes / scale, mode="r"))
    deviations = np.sqrt((inverse ** 2).sum(axis=1) * seen[-1] / (len(xs) - len(b))) / scale
    return b, deviations.tolist(), seen


def agreeing(numbers: list[float], certified: list[float]) -> str:
    """How many of the numbers are the certified ones in all eleven digits."""
    return f"{sum([f'{x:.10e}' == f'{c:.10e}' for x, c in zip(numbers, certified)])} of {len(certified)}"


def main(picture: Path, most: int = 200) -> None:
    """Solve from both starting points, print the digits that are right, and draw the fit."""
    xs, ys = read()
    made, (left, right) = canvas.figure(2, width=4.6)
    for name, start in STARTS.items():
        b, deviations, seen = solve(xs, ys, start, most)
        print(f"{name}: the sum of squares {seen[0]:.6g} -> {seen[-1]:.11g} (certified {CERTIFIED_SUM:.11g}) "
              f"in {len(seen) - 1} steps; in all eleven digits agree {agreeing(b, CERTIFIED)} parameters "
              f"and {agreeing(deviations, CERTIFIED_DEVIATIONS)} standard deviations")
        right.semilogy([max(s / CERTIFIED_SUM - 1.0, 1e-12) for s in seen], marker=".", label=name)
    for k, (p, d, certified) in enumerate(zip(b, deviations, CERTIFIED)):
        print(f"  b{k + 1} = {p:.10e} ± {d:.4g}, certified {certified:.10e}")
    grid = [min(xs) + (max(xs) - min(xs)) * k / 200 for k in range(201)]
    left.plot(xs, ys, "o", color=canvas.ORANGE, markersize=4, label="37 observations")
    left.plot(grid, [model(b, x) for x in grid], color=canvas.BLUE, label="cubic / cubic, 7 parameters")
    left.set(title="NIST's Thurber problem", xlabel="log of density", ylabel="electron mobility")
    left.legend()
    right.set(title="sum of squares above the certified one", xlabel="step", ylabel="relative excess")
    right.legend()
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
