"""The 2-2-2 sigmoid network that many articles work by hand: every digit, one step, and 10,000 steps.

Two inputs, two hidden neurons, two outputs, half squared error. The articles' numbers after one step and after 10,000 differ
from gradient descent's in the seventh digit, and this shows why: they change w5 ... w8 first, and then carry the error of
the hidden layer back over the weights that have changed already.
"""

from __future__ import annotations

from pathlib import Path

import canvas

from autograd import Value, gradient, losses, sigmoid

INPUTS, TARGETS, RATE = (0.05, 0.10), (0.01, 0.99), 0.5
START = {"w1": 0.15, "w2": 0.20, "w3": 0.25, "w4": 0.30, "w5": 0.40, "w6": 0.45, "w7": 0.50, "w8": 0.55}
HIDDEN_BIAS, OUTPUT_BIAS = 0.35, 0.60                                # these stay as they are


class Network:
    """The network with the weights that it has now."""

    def __init__(self) -> None:
        self.w: dict[str, Value] = {name: Value(x, name=name) for name, x in START.items()}

    def forward(self) -> tuple[list[Value], list[Value], list[Value], Value]:
        """The outputs of the hidden neurons; the weighted sums and the outputs of the last two; the error."""
        (i1, i2), w = INPUTS, self.w
        hidden = [sigmoid(w["w1"] * i1 + w["w2"] * i2 + HIDDEN_BIAS), sigmoid(w["w3"] * i1 + w["w4"] * i2 + HIDDEN_BIAS)]
        h1, h2 = hidden
        sums = [w["w5"] * h1 + w["w6"] * h2 + OUTPUT_BIAS, w["w7"] * h1 + w["w8"] * h2 + OUTPUT_BIAS]
        outputs = [sigmoid(net) for net in sums]
        return hidden, sums, outputs, losses.half_squared_error(outputs, TARGETS)

    def step(self) -> float:
        """One step of gradient descent: every weight by its gradient, all at once. Answers the error before it."""
        error = self.forward()[-1]
        weights = list(self.w.values())
        for w, g in zip(weights, gradient(error, weights)):
            w.data -= RATE * g
        return error.data

    def step_as_printed(self) -> float:
        """One step of the articles: w5 ... w8 first; then the hidden layer's error, over the new w5 ... w8, and w1 ... w4 by
        that."""
        hidden, sums, _, error = self.forward()
        last = [self.w[name] for name in ("w5", "w6", "w7", "w8")]
        deltas, slopes = gradient(error, sums), gradient(error, last)
        for w, g in zip(last, slopes):
            w.data -= RATE * g
        back = [last[0].data * deltas[0] + last[2].data * deltas[1], last[1].data * deltas[0] + last[3].data * deltas[1]]
        for h, factor, names in zip(hidden, back, (("w1", "w2"), ("w3", "w4"))):
            first = [self.w[name] for name in names]
            for w, g in zip(first, gradient(h, first)):
                w.data -= RATE * factor * g
        return error.data


def main(picture: Path, steps: int = 10_000) -> None:
    """Print the numbers beside those that articles print, and draw both descents."""
    network = Network()
    _, sums, outputs, error = network.forward()
    slopes = dict(zip(network.w, gradient(error, list(network.w.values()))))
    print(f"net_o1 = {sums[0]:.9f}, out_o1 = {outputs[0]:.8f}, out_o2 = {outputs[1]:.9f}, E = {error:.9f}")
    print(f"∂E/∂w5 = {slopes['w5']:.9f}, ∂E/∂w1 = {slopes['w1']:.9f}")

    printed = Network()
    curves: list[list[float]] = [[], []]
    for k in range(steps):
        curves[0].append(network.step())
        curves[1].append(printed.step_as_printed())
        if k == 0:
            print("after one step: " + ", ".join([f"{name} = {w.data:.9f}" for name, w in network.w.items()]))
    for curve, one in zip(curves, (network, printed)):
        curve.append(one.forward()[-1].data)
    print(f"E after one step: {curves[0][1]:.11f}; as articles compute it: {curves[1][1]:.11f}")
    ends = [[out.data for out in one.forward()[2]] for one in (network, printed)]
    print(f"E after {steps} steps: {curves[0][-1]:.10g}, outputs {ends[0][0]:.10f} and {ends[0][1]:.10f}; "
          f"one step earlier {curves[0][-2]:.8g}")
    print(f"  as articles compute it: {curves[1][-1]:.9g}, outputs {ends[1][0]:.9f} and {ends[1][1]:.9f}")
    print("Articles print 0.291027924 after one step, which is their order of updates, not gradient descent; "
          "and 0.0000351085 after 10,000,\nwhich is gradient descent after 9,999, beside outputs of the other order.")

    made, (left, right) = canvas.figure(2, width=4.6)
    left.loglog(range(1, steps + 2), curves[0], color=canvas.BLUE)
    for k, offset, side in ((1, (-8, -90), "left"), (steps, (-8, -4), "right")):
        left.plot(k + 1, curves[0][k], "o", color=canvas.ORANGE)
        left.annotate(f"E after {k:,}: {curves[0][k]:.9g}", (k + 1, curves[0][k]), xytext=offset, textcoords="offset points",
                      ha=side)
    left.set(title="gradient descent on the 2-2-2 network", xlabel="steps + 1", ylabel="E")
    gaps = [(b - a) / a for a, b in zip(*curves)]
    right.semilogx(range(1, steps + 2), gaps, color=canvas.ORANGE)
    right.set(title="how far off: w5 ... w8 changed too early", xlabel="steps + 1", ylabel="relative difference of E")
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
