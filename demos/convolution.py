"""A convolution by hand: the size formula, one filter, pooling, 56 parameters and their gradients.

W2 = (W1 - F + 2P)/S + 1. A filter of 3 x 3 over three channels has 27 weights and a bias; two of them have 56 parameters. A
filter with the weights -1, 0, 1 across finds upright edges; and its weights can be learnt by gradient descent from what it
should answer.
"""

from __future__ import annotations

import random
from pathlib import Path

import canvas
from sklearn.datasets import load_digits

from autograd import Value, fit, gradient, losses
from autograd import functions as F
from autograd.nn import Conv2d, Flatten, MaxPool2d
from autograd.optim import Adam

EDGES = [[-1.0, 0.0, 1.0]] * 3


def set_weights(conv: Conv2d, kernel: list[list[float]]) -> Conv2d:
    """Give the one filter of one channel these weights."""
    for row, numbers in zip(conv.w[0][0], kernel):
        for w, x in zip(row, numbers):
            w.data = x
    return conv


def numbers(image: list[list[list[Value | float]]]) -> list[list[float]]:
    """The first channel, as plain numbers."""
    return [[x.data if isinstance(x, Value) else x for x in row] for row in image[0]]


def main(picture: Path, images: int = 6, epochs: int = 60) -> None:
    """Print sizes, one window by hand, and gradients; learn a filter; and draw what filters see."""
    for size, padding, stride in ((5, 0, 2), (5, 1, 2), (5, 0, 1), (28, 2, 1)):
        side = 5 if size == 28 else 3
        print(f"{size} pixels, filter {side}, padding {padding}, stride {stride}: ({size} - {side} + 2·{padding})/{stride} + 1 = "
              f"{Conv2d(1, 1, side, stride, padding).output_size(size)}")

    rng = random.Random(0)
    image = [[[float(rng.randrange(3)) for _ in range(5)] for _ in range(5)] for _ in range(3)]
    conv = Conv2d(3, 2, 3, stride=2, rng=1)
    out = conv(image)
    print(f"{conv}, (3·3·3 + 1)·2: 5 x 5 x 3 becomes {len(out[0])} x {len(out[0][0])} x {len(out)}")
    window = [image[c][i][j] for c in range(3) for i in range(3) for j in range(2, 5)]
    by_hand = sum([w.data * x for w, x in zip(Flatten()(conv.w[0]), window)]) + conv.b[0].data
    print(f"The upper right window by hand: Σ w x + b = {by_hand:.6f}; by the layer: {out[0][0][1].data:.6f}")
    parameters = conv.parameters()
    slopes = dict(zip([p.name for p in parameters], gradient(F.sum(Flatten()(out)), parameters)))
    seen = sum([image[0][i][j] for i in (0, 2) for j in (0, 2)])
    print(f"All 56 have a gradient. Of the sum of all outputs, ∂/∂w[0][0][0][0] = {slopes['w[0][0][0][0]']:g}, "
          f"the sum of the four pixels that this weight meets ({seen:g}); "
          f"∂/∂b[0] = {slopes['b[0]']:g}, one for each of the 4 windows.")

    digits = [[(array / 16.0).tolist()] for array in load_digits().images[:images]]
    teacher = set_weights(Conv2d(1, 1, 3), EDGES)
    targets = [numbers(teacher(digit)) for digit in digits]
    learner = Conv2d(1, 1, 3, rng=2)
    before = [[w.data for w in row] for row in learner.w[0][0]]
    optimizer = Adam(learner.parameters(), lr=0.05)
    history = fit(lambda digit: learner(digit)[0], losses.mse, (digits, targets), optimizer, epochs=epochs, batch_size=1, rng=0,
                  progress=False)
    after = [[w.data for w in row] for row in learner.w[0][0]]
    print(f"Learnt from {images} digits and what the edge filter makes of them: "
          f"loss {history.loss[0]:.3g} -> {history.loss[-1]:.3g}, "
          f"first row of weights {', '.join([f'{x:.2f}' for x in after[0]])}")

    digit = digits[0]
    edges = teacher(digit)
    pooled = MaxPool2d(2)(edges)
    made, panels = canvas.figure(6, width=1.9, height=2.1)
    shown = [("a digit, 8 x 8", digit[0], "gray_r"), ("the edge filter", EDGES, "RdBu_r"),
             ("its output, 6 x 6", numbers(edges), "RdBu_r"), ("max pooling, 3 x 3", numbers(pooled), "RdBu_r"),
             ("a filter at random", before, "RdBu_r"), ("learnt by descent", after, "RdBu_r")]
    for axes, (title, pixels, colours) in zip(panels, shown):
        most = max([abs(x) for row in pixels for x in row])
        canvas.image(axes, pixels, cmap=colours, vmin=0.0 if colours == "gray_r" else -most, vmax=most)
        axes.set_title(title)
        if len(pixels) == 3:
            for i, row in enumerate(pixels):
                for j, x in enumerate(row):
                    colour = "white" if abs(x) > 0.7 * most else "black"
                    axes.text(j, i, f"{x:.2g}", ha="center", va="center", fontsize=8, color=colour)
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
