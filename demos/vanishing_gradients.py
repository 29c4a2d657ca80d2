"""Why deep networks were hard to train: a gradient is a product with one factor a layer, and products vanish or explode.

Six panels: the gradient by layer for five activations; the same with initial weights and batch normalisation that keep it
alive; the factor |w| σ′ of one sigmoid layer, which explodes only for |w| > 4, in a narrow place; the loss's own factor,
bounded for smooth L1; what the scale of the inputs does to learning; and the same product through time, in a plain recurrent
cell and in an LSTM.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import canvas

from autograd import Value, gradient, losses, sigmoid, tanh
from autograd.nn import MLP, Activation, BatchNorm1d, Layer, Sequential
from autograd.optim import SGD

WIDTH, INPUTS = 10, 10


def batch_of(rows: int, rng: random.Random) -> list[list[float]]:
    """Rows of standard normal numbers."""
    return [[rng.gauss(0.0, 1.0) for _ in range(INPUTS)] for _ in range(rows)]


def norms_by_layer(model: Any, rows: list[list[float]]) -> list[float]:
    """The norm of the gradient of each layer's weights, for targets of 1."""
    loss = losses.mse(model(rows), [1.0] * len(rows))
    dense = [layer for layer in model.layers if isinstance(layer, Layer)]
    return [math.hypot(*gradient(loss, layer.parameters())) for layer in dense]


def deep(activation: str, depth: int, init: Any = None, seed: int = 0, normalised: bool = False) -> Any:
    """A network of `depth` hidden layers of WIDTH neurons and one output."""
    rng = random.Random(seed)
    if not normalised:
        return MLP(INPUTS, [WIDTH] * depth + [1], activation=activation, init=init, rng=rng)
    layers: list[Any] = []
    for k in range(depth):
        layers += [Layer(WIDTH if k else INPUTS, WIDTH, None, init=init, rng=rng), BatchNorm1d(WIDTH), Activation(activation)]
    return Sequential(*layers, Layer(WIDTH, 1, None, rng=rng))


def small(n_in: int, n_out: int, rng: random.Random) -> float:
    """A weight as people once drew them: small, whatever the number of inputs."""
    return rng.gauss(0.0, 0.1)


def amplifying_width(w: float) -> float:
    """How wide the interval of x is in which σ′(w x)|w| > 1. At its ends σ(1 - σ) = 1/|w|."""
    if abs(w) <= 4.0:
        return 0.0
    a = (1.0 + math.sqrt(1.0 - 4.0 / abs(w))) / 2.0
    return 2.0 * math.log(a / (1.0 - a)) / abs(w)


def learning(scale: Callable[[float], float], steps: int) -> list[float]:
    """The losses of a small network on a function of two inputs from 0 to 255, after each was scaled."""
    rng = random.Random(4)
    raw = [[rng.uniform(0.0, 255.0), rng.uniform(0.0, 255.0)] for _ in range(24)]
    targets = [math.sin(a / 60.0) * (b / 255.0) for a, b in raw]
    model = MLP(2, [8, 1], activation="tanh", rng=1)
    optimizer, seen = SGD(model.parameters(), lr=0.1), []
    for _ in range(steps):
        loss = losses.mse([model([scale(x) for x in row]) for row in raw], targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(loss.data)
    return seen


SCALES: dict[str, Callable[[float], float]] = {
    "raw, 0 to 255": lambda x: x, "[0, 1]": lambda x: x / 255.0, "[-1, 1]": lambda x: x / 127.5 - 1.0,
    "standardised": lambda x: (x - 127.5) / (255.0 / math.sqrt(12.0))}


def through_time(steps: int, cells: int = 20) -> tuple[list[float], list[float]]:
    """|∂ last state / ∂ state t| of a plain recurrent cell and of an LSTM cell with its forget gate open (its bias 3),
    medians over random weights and inputs."""
    plain, gated = [], []
    for seed in range(cells):
        rng = random.Random(seed)
        u, *w = [rng.gauss(0.0, 0.5) for _ in range(9)]
        xs = [rng.gauss(0.0, 1.0) for _ in range(steps)]
        states = [Value(0.0)]
        for x in xs:
            states.append(tanh(0.9 * states[-1] + u * x))
        plain.append([abs(g) for g in gradient(states[-1], states)])
        h, c = Value(0.0), Value(0.0)
        cell_states = [c]
        for x in xs:
            forget, enter, out = [sigmoid(w[k] * x + w[k + 1] * h + bias) for k, bias in ((0, 3.0), (2, 0.0), (4, 0.0))]
            c = forget * c + enter * tanh(w[6] * x + w[7] * h)
            h = out * tanh(c)
            cell_states.append(c)
        gated.append([abs(g) for g in gradient(cell_states[-1], cell_states)])
    return [statistics.median(at) for at in zip(*plain)], [statistics.median(at) for at in zip(*gated)]


def dead_and_sparse(init: Any, bias: float, rows: list[list[float]]) -> tuple[float, float]:
    """Of two layers of relus: the share that is off for every row, and the share of zeros."""
    model = MLP(INPUTS, [50, 50], output="relu", init=init, rng=2)
    for layer in model.layers:
        for neuron in layer.neurons:
            neuron.b.data = bias
    hidden = [model.layers[0](row) for row in rows]
    columns = [*zip(*hidden), *zip(*[model.layers[1](row) for row in hidden])]
    off = [[v.data == 0.0 for v in column] for column in columns]
    return statistics.mean([all(column) for column in off]), statistics.mean([x for column in off for x in column])


def main(picture: Path, depth: int = 10, rows: int = 8, steps: int = 60, time_steps: int = 50) -> None:
    """Print what the products do, and draw the six panels."""
    made, panels = canvas.figure(3, 2, width=4.6, height=3.4)
    batch = batch_of(rows, random.Random(1))
    layers = range(1, depth + 2)

    print(f"Gradient norm of the first of {depth} hidden layers, divided by that of the last one:")
    axes = panels[0]
    for activation in ("sigmoid", "tanh", "relu", "leaky_relu", "elu"):
        norms = norms_by_layer(deep(activation, depth), batch)
        print(f"  {activation}: {norms[0] / norms[depth - 1]:.2g}")
        axes.semilogy(layers, norms, "--" if activation == "leaky_relu" else "-", marker="o", markersize=3, label=activation)
    axes.set(title="gradient by layer (weights suited to each)", xlabel=f"layer ({depth + 1} is the output)",
             ylabel="norm of the gradient")
    axes.legend()

    x = Value(0.5)
    y = x
    for _ in range(10):
        y = sigmoid(y - y.data)                                      # every weighted sum is 0, where a sigmoid is steepest
    print(f"Ten sigmoids at their steepest, with weights of 1: {gradient(y, x):.9g} = 0.25^10 = 1/{round(1 / gradient(y, x))}")

    axes = panels[1]
    remedies = [("sigmoid, small weights", "sigmoid", small, False), ("sigmoid, batch norm", "sigmoid", None, True),
                ("tanh, small weights", "tanh", small, False), ("tanh, Xavier", "tanh", None, False),
                ("relu, small weights", "relu", small, False), ("relu, He", "relu", None, False)]
    colours = [canvas.PURPLE] * 2 + [canvas.ORANGE] * 2 + [canvas.BLUE] * 2
    for (name, activation, init, normalised), colour in zip(remedies, colours):
        norms = norms_by_layer(deep(activation, depth, init, normalised=normalised), batch)
        print(f"  {name}: {norms[0] / norms[depth - 1]:.2g}")
        axes.semilogy(layers, [max(n, 1e-20) for n in norms], linestyle="--" if init is small else "-", color=colour, label=name)
    axes.set(title="remedies", xlabel=f"layer ({depth + 1} is the output)", ylabel="norm of the gradient", ylim=(1e-14, 1e3))
    axes.legend(fontsize=7, loc="lower right")

    axes = panels[2]
    xs = [-1.0 + k / 100 for k in range(201)]
    for w in (2.0, 4.0, 6.9, 20.0):
        axes.plot(xs, [gradient(sigmoid(w * (v := Value(x))), v) for x in xs], label=f"w = {w:g}")
    axes.axhline(1.0, color=canvas.GREY, linewidth=0.8)
    axes.set(title="one sigmoid layer's factor |w| σ′(w x)", xlabel="x", ylabel="above 1 it explodes")
    axes.legend()
    widest = max([k / 100 for k in range(401, 3000)], key=amplifying_width)
    x = y = Value(0.5)
    for _ in range(10):
        y = sigmoid(8.0 * (y - 0.5))
    print(f"Explosion needs |w| > 4: ten sigmoids with w = 8 give {gradient(y, x):g}; "
          f"but the interval where |w| σ′ > 1 is at most {amplifying_width(widest):.2f} wide, at |w| = {widest:.1f}.")

    axes = panels[3]
    errors = [k / 10 for k in range(-60, 61)]
    for name, loss in (("MSE", losses.mse), ("smooth L1", losses.smooth_l1)):
        axes.plot(errors, [gradient(loss([v := Value(e)], [0.0]), v) for e in errors], label=name)
        print(f"An outlier that is off by 1000 sends back {gradient(loss([v := Value(1000.0)], [0.0]), v):g} with {name}.")
    axes.set(title="what the loss sends back", xlabel="prediction - target", ylabel="∂L/∂prediction")
    axes.legend()

    for name, drawn, bias in (("He, bias 0", "he", 0.0), ("large negative bias, -3", "he", -3.0)):
        dead, sparse = dead_and_sparse(drawn, bias, batch_of(30, random.Random(3)))
        print(f"100 relus, {name}: {100 * dead:.0f} % are dead (off for every one of 30 inputs), "
              f"{100 * sparse:.0f} % of all outputs are 0.")

    axes = panels[4]
    for name, scale in SCALES.items():
        seen = learning(scale, steps)
        print(f"  inputs {name}: loss {seen[-1]:.3f} after {steps} steps")
        axes.semilogy(seen, label=name)
    axes.set(title="the scale of the inputs", xlabel="step", ylabel="loss")
    axes.legend()

    axes = panels[5]
    plain, gated = through_time(time_steps)
    print(f"Back through {time_steps} steps of time: {plain[0]:.1g} in a plain recurrent cell, {gated[0]:.2g} in an LSTM cell.")
    axes.semilogy(plain, label="plain: h ← tanh(0.9 h + u x)")
    axes.semilogy(gated, label="LSTM: c ← f c + i g")
    axes.set(title="back through time", xlabel="t", ylabel="|∂ last state / ∂ state t|")
    axes.legend()
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
