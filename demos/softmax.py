"""Softmax turns scores into probabilities.

Its Jacobian, its temperature, and why cross-entropy after it has the derivative p - y. The textbooks' scores (3, 1, -3)
become 0.8789, 0.1189, 0.0022. And scores of 1e4, at which exp overflows, do no harm.
"""

from __future__ import annotations

from pathlib import Path

import canvas

from autograd import Value, gradient, jacobian, losses, softmax

SCORES = [3.0, 1.0, -3.0]


def tempered(scores: list[float], temperature: float) -> list[float]:
    """softmax(z / temperature)."""
    return list(softmax([z / temperature for z in scores]))


def main(picture: Path, points: int = 120) -> None:
    """Print the probabilities, the Jacobian and p - y, and draw the effect of the temperature."""
    p = softmax(SCORES)
    print(f"softmax{tuple(SCORES)} = {', '.join([f'{x:.4f}' for x in p])}, which add up to {sum(p):.15g}")

    by_sweep = jacobian(softmax)(SCORES)
    by_hand = [[p[i] * ((i == j) - p[j]) for j in range(3)] for i in range(3)]
    apart = max([abs(a - b) for row, other in zip(by_sweep, by_hand) for a, b in zip(row, other)])
    print("Its Jacobian, ∂pᵢ/∂zⱼ, by the backward sweep:")
    for row in by_sweep:
        print("  " + "  ".join([f"{x:8.5f}" for x in row]))
    print(f"  pᵢ (1[i = j] - pⱼ) by hand is the same, to {apart:.0e}. Each column adds up to 0: probability only moves.")

    z = [Value(x) for x in SCORES]
    for y in range(3):
        slopes = gradient(losses.cross_entropy(z, y), z)
        print(f"cross-entropy with the class {y}: gradient {', '.join([f'{g:.4f}' for g in slopes])} = p - y")

    big = [1e4, 1e4 - 1.0, -1e4]
    print(f"softmax{tuple(big)} = {', '.join([f'{x:.4f}' for x in softmax(big)])}; exp(1e4) itself would overflow")

    made, (left, middle, right) = canvas.figure(3, width=4.2)
    temperatures = [10.0 ** (-1.0 + 3.0 * k / points) for k in range(points + 1)]
    for score, curve in zip(SCORES, zip(*[tempered(SCORES, t) for t in temperatures])):
        left.semilogx(temperatures, curve, label=f"z = {score:g}")
    left.axvline(1.0, color=canvas.GREY, linewidth=0.8)
    left.set(title="temperature: softmax(z / T)", xlabel="T (cold: the winner takes all; hot: all alike)", ylabel="p")
    left.legend()
    canvas.image(middle, by_sweep, cmap="PuOr_r", vmin=-0.25, vmax=0.25)
    for i, row in enumerate(by_sweep):
        for j, x in enumerate(row):
            middle.text(j, i, f"{x:.4f}", ha="center", va="center")
    names = [f"z = {x:g}" for x in SCORES]
    middle.set(title="∂pᵢ/∂zⱼ by the sweep", xticks=range(3), xticklabels=names, yticks=range(3),
               yticklabels=[f"p{i + 1}" for i in range(3)])
    right.bar([k - 0.2 for k in range(3)], p, width=0.38, color=canvas.BLUE, label="p")
    right.bar([k + 0.2 for k in range(3)], gradient(losses.cross_entropy(z, 1), z), width=0.38, color=canvas.ORANGE,
              label="p - y, if the class is the second")
    right.set(title="cross-entropy's gradient", xticks=range(3), xticklabels=names)
    right.legend()
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
