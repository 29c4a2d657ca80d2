"""An autoencoder: a network that must rebuild a digit from two numbers, and so learns what tells digits apart.

Digits of 4 x 4 pixels go through 16 -> 10 -> 2 -> 10 -> 16 neurons. The two numbers in the middle are a map: digits that
look alike lie close together, though nobody said which is which. Principal components, the best linear map of two numbers,
lose more.
"""

from __future__ import annotations

from pathlib import Path

import canvas
import numpy as np
from sklearn.datasets import load_digits

from autograd import fit, losses
from autograd.nn import MLP, Sequential
from autograd.optim import Adam

CHOSEN = (0, 1, 4, 7)


def small_digits(count: int) -> tuple[list[list[float]], list[int]]:
    """Digits as 4 x 4 pixels from 0 to 1, each the mean of four."""
    data = load_digits()
    kept = [k for k, digit in enumerate(data.target) if digit in CHOSEN][:count]
    images = data.images[kept].reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)) / 16.0
    return images.reshape(-1, 16).tolist(), data.target[kept].tolist()


def main(picture: Path, count: int = 200, epochs: int = 60) -> None:
    """Train, print how much is lost, and draw the map and what comes back."""
    pixels, digits = small_digits(count)
    encoder = MLP(16, [10, 2], activation="tanh", rng=0)
    decoder = MLP(2, [10, 16], activation="tanh", output="sigmoid", rng=1)
    model = Sequential(encoder, decoder)
    history = fit(model, losses.mse, (pixels, pixels), Adam(model.parameters(), lr=0.02), epochs=epochs, batch_size=20, rng=0,
                  progress=False)
    codes = [[z.data for z in code] for code in encoder(pixels)]
    again = [[x.data for x in row] for row in decoder(codes)]

    table = np.array(pixels)
    mean = table.mean(axis=0)
    axes_of_most = np.linalg.svd(table - mean, full_matrices=False)[2][:2]
    linear = (table - mean) @ axes_of_most.T @ axes_of_most + mean
    lost = [losses.mse(rows, pixels) for rows in (np.tile(mean, (len(pixels), 1)).tolist(), linear.tolist(), again)]
    print(model)
    print(f"loss {history.loss[0]:.4f} -> {history.loss[-1]:.4f} in {epochs} epochs of {len(pixels)} digits")
    print(f"squared error per pixel: {lost[2]:.4f}; of two principal components {lost[1]:.4f}; of the mean digit {lost[0]:.4f}")

    made, panels = canvas.figure(2, width=4.4, height=3.9)
    left, right = panels
    for digit, colour in zip(CHOSEN, canvas.COLOURS):
        own = [code for code, other in zip(codes, digits) if other == digit]
        xs, ys = zip(*own)
        left.scatter(xs, ys, s=14, color=colour, label=str(digit))
    left.set(title="the two numbers in the middle", xlabel="first", ylabel="second")
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=4)
    gap = np.ones((1, 4 * len(CHOSEN) + len(CHOSEN) - 1))
    bands = []
    for rows in (pixels, again, linear.tolist()):
        firsts = [np.array(rows[digits.index(digit)]).reshape(4, 4) for digit in CHOSEN]
        beside = [np.hstack([firsts[0], *[part for image in firsts[1:] for part in (np.ones((4, 1)) * np.nan, image)]])]
        bands += [*beside, gap * np.nan]
    canvas.image(right, np.vstack(bands[:-1]), vmin=0.0, vmax=1.0)
    right.set(title="what comes back", yticks=[1.5, 6.5, 11.5],
              yticklabels=["given", "through\ntwo numbers", "through two\ncomponents"])
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
