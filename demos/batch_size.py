"""What the size of a batch does: to the noise of the gradient, and to learning, at the same number of samples seen.

The gradient of a batch is a mean over its samples, so its noise falls as 1/√size: a batch four times as large is only
twice as exact. Small batches make many noisy steps, large ones few good ones.
"""

from __future__ import annotations

import math
import random
import statistics
from pathlib import Path
from typing import Any

import canvas
from sklearn.datasets import make_moons

from autograd import fit, gradient, losses
from autograd.nn import MLP
from autograd.optim import SGD


def gradients_of_batches(model: MLP, points: list[list[float]], labels: list[int], size: int, count: int,
                         rng: random.Random) -> list[list[float]]:
    """The gradients of `count` random batches; the parameters stay as they are."""
    found = []
    for _ in range(count):
        batch = [rng.randrange(len(points)) for _ in range(size)]
        loss = losses.bce_with_logits([model(points[k]) for k in batch], [labels[k] for k in batch])
        found.append(gradient(loss, model.parameters()))
    return found


def noise(found: list[list[float]]) -> float:
    """The root mean square, over batches, of the distance to their mean gradient."""
    means = [statistics.fmean(column) for column in zip(*found)]
    return math.sqrt(statistics.fmean([sum([(g - m) ** 2 for g, m in zip(row, means)]) for row in found]))


def learn(data: tuple[Any, Any], size: int, epochs: int) -> list[float]:
    """The loss of each epoch, from the same start."""
    model = MLP(2, [8, 1], activation="tanh", rng=0)
    optimizer = SGD(model.parameters(), lr=0.5)
    return fit(model, losses.bce_with_logits, data, optimizer, epochs=epochs, batch_size=size, rng=1, progress=False).loss


def main(picture: Path, samples: int = 256, batches: int = 40, epochs: int = 12) -> None:
    """Measure the noise and the learning for several sizes, and draw both."""
    points, labels = [array.tolist() for array in make_moons(n_samples=samples, noise=0.15, random_state=0)]
    model, rng = MLP(2, [8, 1], activation="tanh", rng=0), random.Random(0)
    sizes = [size for size in (1, 2, 4, 8, 16, 32, 64) if size <= samples]
    noises = [noise(gradients_of_batches(model, points, labels, size, batches, rng)) for size in sizes]
    slope = statistics.linear_regression([math.log(s) for s in sizes], [math.log(n) for n in noises]).slope
    for size, n in zip(sizes, noises):
        print(f"batches of {size:2}: noise of the gradient {n:.3f}")
    print(f"The noise falls as size^{slope:.2f}; a mean of independent samples has size^-0.5")

    made, (left, right) = canvas.figure(2, width=4.6)
    left.loglog(sizes, noises, "o", color=canvas.BLUE, label="measured")
    left.loglog(sizes, [noises[0] / math.sqrt(size) for size in sizes], color=canvas.ORANGE, label="1/√size")
    left.set(title="noise of the gradient", xlabel="batch size", ylabel="distance from the mean gradient", xticks=sizes,
             xticklabels=sizes, yticks=[0.1, 0.2, 0.5, 1.0], yticklabels=["0.1", "0.2", "0.5", "1"])
    left.minorticks_off()
    left.legend()
    for size in (1, 8, 64, samples):
        curve = learn((points, labels), size, epochs)
        print(f"learning in batches of {size}: loss {curve[-1]:.3f} after {epochs} epochs, "
              f"which are {epochs * -(-samples // size)} steps")
        right.semilogy(range(1, epochs + 1), curve, marker=".", label=f"batches of {size}")
    right.minorticks_off()
    right.set(yticks=[0.2, 0.3, 0.5, 0.7], yticklabels=["0.2", "0.3", "0.5", "0.7"])
    right.set(title="learning, one learning rate for all", xlabel="epoch", ylabel="loss")
    right.legend()
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
