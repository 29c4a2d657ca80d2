"""Every activation and its derivative, by autodiff, and what can be said of each: computed, not copied.

Two lessons on top. Layers without an activation between them collapse into one. And a step has no gradient to learn from.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import canvas

import autograd as ag
from autograd import Value, gradient, jacobian, losses
from autograd.nn import MLP

ACTIVATIONS: dict[str, Callable[[Value], Value]] = {
    "identity": ag.identity, "step": ag.step, "sigmoid": ag.sigmoid, "tanh": ag.tanh, "relu": ag.relu,
    "leaky_relu": ag.leaky_relu, "elu": ag.elu, "selu": ag.selu, "softplus": ag.softplus, "log_sigmoid": ag.log_sigmoid,
    "silu (swish)": ag.silu, "mish": ag.mish, "gelu": ag.gelu, "prelu (0.25)": lambda x: ag.prelu(x, 0.25), "sin": ag.sin}
FAR = 100.0


def value_and_slope(f: Callable[[Value], Value], x: float) -> tuple[float, float]:
    """f(x) and f'(x)."""
    v = Value(x)
    y = f(v)
    return y.data, gradient(y, v)


def traits(f: Callable[[Value], Value], points: int) -> tuple[str, str, str, str, str]:
    """Its range, and whether it is zero-centred, saturates, is monotone, and is near x around 0."""
    xs = [FAR * math.sinh(6.0 * (2 * k / points - 1)) / math.sinh(6.0) for k in range(points + 1)]
    values, slopes = zip(*[value_and_slope(f, x) for x in xs])
    ends = []
    for extreme, at in ((min(values), (values[0], slopes[0])), (max(values), (values[-1], slopes[-1]))):
        unbounded = abs(at[1]) > 1e-3 and extreme == at[0]           # still rising, or falling, far out
        ends.append(math.copysign(math.inf, extreme) if unbounded else extreme)
    spread = f"{_short(ends[0])} ... {_short(ends[1])}"
    centred = min(values) < 0.0 < max(values) and abs(sum([f(Value(x)).data for x in xs if abs(x) <= 1.0])) < 0.2 * sum(
        [abs(f(Value(x)).data) for x in xs if abs(x) <= 1.0])
    flat = [abs(slope) < 1e-9 for slope in (slopes[0], slopes[-1])]
    saturates = "both sides" if all(flat) else "left" if flat[0] else "right" if flat[1] else "no"
    at_zero = value_and_slope(f, 0.0)
    near = (abs(at_zero[0]) < 1e-12 and abs(value_and_slope(f, 1e-6)[0] - 1e-6) < 1e-9
            and abs(value_and_slope(f, -1e-6)[0] + 1e-6) < 1e-9)
    return spread, _yes(centred), saturates, _yes(min(slopes) >= 0.0), _yes(near)


def main(picture: Path, points: int = 400) -> None:
    """Print the table of traits and the two lessons, and draw every activation with its derivative."""
    print("zero-centred: of both signs, and its mean over [-1, 1] is near 0; saturates: its slope vanishes far out")
    print(f"{'':13}{'range':18}{'zero-centred':14}{'saturates':12}{'monotone':10}f(x) ≈ x near 0")
    for name, f in ACTIVATIONS.items():
        spread, centred, saturates, monotone, near = traits(f, points)
        print(f"{name:13}{spread:18}{centred:14}{saturates:12}{monotone:10}{near}")

    deep = MLP(3, [5, 4, 2], activation="linear", rng=1)
    here, there = [jacobian(deep)([x, -x, 2.0]) for x in (0.0, 5.0)]
    change = max([abs(a - b) for row, other in zip(here, there) for a, b in zip(row, other)])
    print(f"\nThree linear layers, 3 -> 5 -> 4 -> 2, have the same Jacobian everywhere (it changes by {change:.1g}): "
          "they are one layer.")
    for activation in ("step", "sigmoid"):
        net = MLP(2, [4, 1], activation=activation, rng=1)
        slopes = gradient(losses.mse([net([1.0, -1.0])], [1.0]), net.layers[0].parameters())
        print(f"Behind {activation}, {sum([g != 0.0 for g in slopes])} of {len(slopes)} gradients of the first layer are not 0.")

    made, panels = canvas.figure(5, 3, width=2.5, height=2.1)
    xs = [-4.0 + 8.0 * k / points for k in range(points + 1)]
    for (name, f), axes in zip(ACTIVATIONS.items(), panels):
        values, slopes = zip(*[value_and_slope(f, x) for x in xs])
        axes.plot(xs, values, color=canvas.BLUE, label="f(x)")
        axes.plot(xs, slopes, color=canvas.ORANGE, label="f′(x)")
        axes.set(title=name, ylim=(-2.2, 2.6))
        axes.axhline(0.0, color=canvas.GREY, linewidth=0.6)
    panels[0].legend(loc="upper left")
    canvas.save(made, picture)


def _short(x: float) -> str:
    return f"{x:.3g}".replace("inf", "∞") if abs(x) > 1e-9 else "0"


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
