"""What pictures can show: the sweep step by step, the sum over paths, a network's rooms, and its weights.

The paths are in the file that is named; sweep.gif, operators.png, rooms.png, layers.png and network.png are beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from autograd import Value, draw, losses, nn, sweep


def main(picture: Path) -> None:
    """Draw the pictures."""
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c = a + b
    d = b + 1
    e = c * d
    names = dict(c=c, d=d, e=e)
    paths = draw(e, names=names, paths=b, theme="dark")
    paths.save(picture)
    print(f"paths:    {paths.title}")

    steps = sweep(e, names=names)
    steps.save(picture.with_name("sweep.gif"))
    print(f"sweep:    {len(steps.steps)} steps, the last: {steps.steps[-1].title}")

    draw(e, names=names, operators=True, constants=True).save(picture.with_name("operators.png"))

    model = nn.MLP(2, [4, 4, 1], activation="tanh", rng=0)
    y = model([Value(0.5, name="x1"), Value(-1.0, name="x2")])
    loss = losses.mse([y], [1.0])
    rooms = draw(loss, names=dict(y=y, L=loss))
    rooms.save(picture.with_name("rooms.png"))
    print(f"rooms:    {rooms!r}")

    large = nn.MLP(20, [30, 30, 2], rng=0)
    scores = large([0.1 * k for k in range(20)])
    whole = losses.cross_entropy(scores, 1)
    whole.name = "L"
    layers = draw(whole, theme="dark", direction="TB")
    layers.save(picture.with_name("layers.png"))
    print(f"layers:   {layers!r}")

    loss.backward()
    network = draw(model, theme="dark")
    network.save(picture.with_name("network.png"))
    print(f"network:  {network.title}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_suffix(".png"))
