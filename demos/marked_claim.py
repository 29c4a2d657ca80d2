"""A derivation by hand, marked: ∂e/∂b of e = (a + b)(b + 1) with one path forgotten, and the faulty edge in red.

The report says where the claim is wrong and which path is missing; `explain` shows the right derivation.
"""

from __future__ import annotations

import sys
from pathlib import Path

from autograd import Value, explain, expression, verify

FORMULA = "c = a + b; d = b + 1; e = c*d"


def main(picture: Path) -> None:
    """Print the report and the derivation, and draw the graph."""
    report = verify(FORMULA, {"a": "b + 1", "b": "b + 1"})
    print(report, "\n")
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    print(explain(expression(FORMULA)(a, b), b))
    print(f"picture:  {report.draw().save(picture)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_suffix(".png"))
