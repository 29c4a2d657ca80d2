"""e = (a + b)(b + 1) at a = 2, b = 1: the gradient by hand, by one backward sweep, and as a picture.

By hand: with c = a + b and d = b + 1, e = c d. So ∂e/∂c = d and ∂e/∂d = c; b reaches e by both, and its two paths add up.
"""

from __future__ import annotations

import sys
from pathlib import Path

from autograd import Value, draw


def main(picture: Path) -> None:
    """Print both gradients, and draw the graph."""
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c = a + b
    d = b + 1
    e = c * d

    by_hand = {"a": d.data * 1, "b": d.data * 1 + c.data * 1}
    e.backward()
    print(f"by hand:  ∂e/∂a = {by_hand['a']:g}, ∂e/∂b = {by_hand['b']:g}")
    print(f"by sweep: ∂e/∂a = {a.grad:g}, ∂e/∂b = {b.grad:g}")
    print(f"picture:  {draw(e, names=dict(c=c, d=d, e=e)).save(picture)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_suffix(".png"))
