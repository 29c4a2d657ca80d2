"""What pictures can show: the sweep step by step, the sum over paths, a network's rooms, and its weights.

The paths are in the file that is named; sweep.gif, operators.png, rooms.png, layers.png and network.png are beside it, and each
once more for a dark page: pictures-dark.png, sweep-dark.gif and so on. page.html and network.html are interactive pages.
"""

from __future__ import annotations

import sys
from pathlib import Path

from autograd import Value, draw, losses, nn, page, sweep


def main(picture: Path) -> None:
    """Draw the pictures, for a light and for a dark page."""
    for theme in ("light", "dark"):
        pictures(picture, theme)


def pictures(picture: Path, theme: str) -> None:
    """Draw the pictures in one theme."""
    suffix = "-dark" if theme == "dark" else ""

    def file(name: str) -> Path:
        return picture.with_name(name.replace(".", f"{suffix}."))

    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c = a + b
    d = b + 1
    e = c * d
    names = dict(c=c, d=d, e=e)
    paths = draw(e, names=names, paths=b, theme=theme)
    paths.save(file(picture.name))
    print(f"paths:    {paths.title}")

    steps = sweep(e, names=names, theme=theme)
    steps.save(file("sweep.gif"))
    print(f"sweep:    {len(steps.steps)} steps, the last: {steps.steps[-1].title}")

    page(e, names=names).save(picture.with_name("page.html"))
    draw(e, names=names, operators=True, constants=True, theme=theme).save(file("operators.png"))

    model = nn.MLP(2, [4, 4, 1], activation="tanh", rng=0)
    y = model([Value(0.5, name="x1"), Value(-1.0, name="x2")])
    loss = losses.mse([y], [1.0])
    rooms = draw(loss, names=dict(y=y, L=loss), theme=theme)
    rooms.save(file("rooms.png"))
    print(f"rooms:    {rooms!r}")
    title = "L = (y - 1)², the loss of MLP(2, [4, 4, 1])"
    page(loss, names=dict(y=y, L=loss), title=title).save(picture.with_name("network.html"))

    large = nn.MLP(20, [30, 30, 2], rng=0)
    scores = large([0.1 * k for k in range(20)])
    whole = losses.cross_entropy(scores, 1)
    whole.name = "L"
    layers = draw(whole, theme=theme, direction="TB")
    layers.save(file("layers.png"))
    print(f"layers:   {layers!r}")

    loss.backward()
    network = draw(model, theme=theme, legend=True)
    network.save(file("network.png"))
    print(f"network:  {network.title}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_suffix(".png"))
