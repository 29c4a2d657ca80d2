"""A neuron that is badly wrong should learn fast. With half squared error and a sigmoid it learns slowest.

∂J/∂z is (a - y) a (1 - a): where the sigmoid saturates, a (1 - a) is near 0, however wrong a is. Cross-entropy cancels that
factor and leaves a - y. But only in the last layer: behind a hidden sigmoid that saturates, gradients stay tiny, whatever
the loss. tanh is four times as steep, and saturates too; relu does not, where it is on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import canvas

import autograd as ag
from autograd import Value, gradient, losses, sigmoid, verify
from autograd.optim import SGD

RATE, START = 0.15, 2.0


def neuron(loss: Callable[[Value], Value], steps: int) -> list[float]:
    """The outputs, step by step, of one sigmoid neuron with w = b = 2, which should turn 1 into 0."""
    w, b = Value(START, name="w"), Value(START, name="b")
    optimizer, outputs = SGD([w, b], lr=RATE), []
    for _ in range(steps):
        z = w * 1.0 + b
        outputs.append(sigmoid(z).data)
        optimizer.zero_grad()
        loss(z).backward()
        optimizer.step()
    return outputs


LOSSES: dict[str, Callable[[Value], Value]] = {
    "half squared error": lambda z: losses.half_squared_error(sigmoid(z), 0.0),
    "cross-entropy": lambda z: losses.bce_with_logits(z, 0.0)}


def hidden_gradient(activation: Callable[[Value], Value], loss: Callable[[Value], Value]) -> float:
    """|∂J/∂w| of the first weight in a chain 1 -> hidden -> output, with a hidden weighted sum of 8 and a wrong output."""
    w1, w2 = Value(8.0, name="w1"), Value(1.0, name="w2")
    z = w2 * activation(w1 * 1.0) + 1.0
    return abs(float(gradient(loss(z), w1)))


def main(picture: Path, steps: int = 400) -> None:
    """Print how fast each learns and what the graph says, and draw it."""
    curves = {name: neuron(loss, steps) for name, loss in LOSSES.items()}
    print(f"One neuron, w = b = {START:g}, input 1, target 0: it begins with {curves['cross-entropy'][0]:.3f}.")
    for name, outputs in curves.items():
        below = next((str(k) for k, a in enumerate(outputs) if a < 0.2), f"more than {steps}")
        print(f"  {name}: below 0.2 after {below} steps")

    of_squares = verify("(sigmoid(z) - y)**2/2", {"z": "(sigmoid(z) - y)*sigmoid(z)*(1 - sigmoid(z))"})
    of_cross_entropy = verify("softplus(z) - y*z", {"z": "sigmoid(z) - y"})
    claims = {"∂J/∂z for half squared error = (a - y) a (1 - a)": of_squares, "∂C/∂z for cross-entropy = a - y": of_cross_entropy}
    for claim, report in claims.items():
        print(f"  {claim}: {'right' if report else 'wrong'}")

    cases = {"sigmoid, half squared error": (ag.sigmoid, LOSSES["half squared error"]),
             "sigmoid, cross-entropy": (ag.sigmoid, LOSSES["cross-entropy"]),
             "tanh, cross-entropy": (ag.tanh, LOSSES["cross-entropy"]), "relu, cross-entropy": (ag.relu, LOSSES["cross-entropy"])}
    hidden = {name: hidden_gradient(activation, loss) for name, (activation, loss) in cases.items()}
    print("The gradient of a hidden weight whose neuron has the weighted sum 8:")
    for name, slope in hidden.items():
        print(f"  {name}: {slope:.2g}")
    print("Cross-entropy cures the output layer alone; behind a saturated hidden neuron only relu lets the error through.")
    steepest = [gradient(f(v := Value(0.0)), v) for f in (ag.sigmoid, ag.tanh)]
    print(f"At their steepest sigmoid has the slope {steepest[0]:g}, and tanh(x) = 2 sigmoid(2x) - 1 has {steepest[1]:g}.")

    made, (left, middle, right) = canvas.figure(3, width=4.8)
    for (name, outputs), colour in zip(curves.items(), (canvas.ORANGE, canvas.BLUE)):
        left.plot(outputs, color=colour, label=name)
    left.set(title="a badly wrong neuron learns (target 0)", xlabel="step", ylabel="output a")
    left.legend()
    zs = [-6.0 + 12.0 * k / 200 for k in range(201)]
    for (name, loss), colour, label in zip(LOSSES.items(), (canvas.ORANGE, canvas.BLUE), ("(a - y) a (1 - a)", "a - y")):
        slopes = [gradient(loss(v := Value(z)), v) for z in zs]
        middle.plot([sigmoid(z) for z in zs], slopes, color=colour, label=f"{name}: {label}")
    middle.set(title="∂J/∂z by autodiff, y = 0", xlabel="output a (1 is as wrong as can be)")
    middle.legend(loc="upper left")
    right.barh(list(hidden), list(hidden.values()), color=[canvas.ORANGE, canvas.BLUE, canvas.PURPLE, canvas.GREEN])
    right.set(title="|∂J/∂w| of a hidden weight at a sum of 8", xscale="log")
    right.invert_yaxis()
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
