"""Choosing hyperparameters: a grid, or as many at random - and a test set that nobody looked at.

Each choice of learning rate and width is trained on one part of the data and judged on another, the validation set. The best
of many judged there looks better than it is, on the mean, so the last word has the test set, once. With equally many trials
random search tries more different learning rates, the one that matters, than a grid does (Bergstra & Bengio 2012).
"""

from __future__ import annotations

import random
import statistics
from itertools import pairwise
from pathlib import Path
from typing import Any

import canvas
from sklearn.datasets import make_moons

from autograd import fit, losses
from autograd.nn import MLP
from autograd.optim import SGD

Data = tuple[Any, Any]
RATES, WIDTHS = (0.003, 0.03, 0.3), (2, 5, 12)


def hits(model: MLP, data: Data) -> list[bool]:
    """Which samples the model gets right."""
    points, labels = data
    return [(score.data > 0.0) == (label == 1) for score, label in zip(model(points), labels)]


def optimism(found: list[list[bool]], size: int, rng: random.Random, draws: int = 300) -> float:
    """By how much the best of several models looks better than it is, on the mean, on validation sets of this size; `found`
    says what each model gets right of many samples."""
    gaps = []
    for _ in range(draws):
        chosen = rng.choices(range(len(found[0])), k=size)
        scores = [statistics.fmean([row[k] for k in chosen]) for row in found]
        best = max(range(len(found)), key=scores.__getitem__)
        gaps.append(scores[best] - statistics.fmean(found[best]))
    return statistics.fmean(gaps)


def trained(train: Data, rate: float, width: int, epochs: int) -> MLP:
    """A network trained with these hyperparameters."""
    model = MLP(2, [width, 1], activation="tanh", rng=0)
    optimizer = SGD(model.parameters(), lr=rate, momentum=0.9)
    fit(model, losses.bce_with_logits, train, optimizer, epochs=epochs, batch_size=10, rng=1, progress=False)
    return model


def main(picture: Path, sizes: tuple[int, int, int] = (100, 60, 1000), epochs: int = 25) -> None:
    """Search both ways, judge the best of each on the test set, and draw what was tried."""
    points, labels = [array.tolist() for array in make_moons(n_samples=sum(sizes), noise=0.25, random_state=2)]
    ends = [sum(sizes[:k]) for k in range(4)]
    train, validation, test = [(points[a:b], labels[a:b]) for a, b in pairwise(ends)]
    rng = random.Random(0)
    at_random = [(10.0 ** rng.uniform(-3.0, 0.0), rng.randint(2, 12)) for _ in range(len(RATES) * len(WIDTHS))]
    on_grid = [(rate, width) for rate in RATES for width in WIDTHS]
    searches: list[tuple[str, list[tuple[float, int]]]] = [("grid", on_grid), ("random", at_random)]

    made, panels = canvas.figure(2, width=4.6)
    everywhere: list[list[bool]] = []
    for (name, trials), axes in zip(searches, panels):
        models = [trained(train, rate, width, epochs) for rate, width in trials]
        judged = [statistics.fmean(hits(model, validation)) for model in models]
        best = max(range(len(trials)), key=judged.__getitem__)
        rate, width = trials[best]
        final = statistics.fmean(hits(models[best], test))
        everywhere += [hits(model, test) for model in models]
        print(f"{name} search, {len(trials)} trials, {len({r for r, _ in trials})} different learning rates: "
              f"best is rate {rate:.3g}, width {width}")
        print(f"  {100 * judged[best]:.1f} % right on the validation set, on which it was chosen; "
              f"{100 * final:.1f} % on the test set")
        rates, widths = zip(*trials)
        shown = axes.scatter(rates, widths, c=judged, s=110, alpha=0.85, cmap="viridis", vmin=0.5, vmax=1.0, zorder=3)
        axes.scatter([rate], [width], s=340, facecolors="none", edgecolors=canvas.RED, linewidths=2.0, zorder=4)
        axes.set(title=f"{name}\nthe best: {100 * judged[best]:.1f} %, and on the test set {100 * final:.1f} %",
                 xlabel="learning rate", ylabel="width", xscale="log", xlim=(7e-4, 1.5), ylim=(0, 14))
    print(f"On the mean over many validation sets of {sizes[1]}, the best of these {len(everywhere)} looks "
          f"{100 * optimism(everywhere, sizes[1], rng):.1f} percentage points better than it is.")
    made.colorbar(shown, ax=panels, label="right on the validation set")
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
