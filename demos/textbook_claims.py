"""Derivations found in textbooks and articles, marked: which are wrong, where, and why.

The sheet beside this script, textbook_claims.sheet, holds them: activations, losses, softmax, backpropagation, L2. Each wrong one
is printed with the simplest point where it fails and the slip that explains it; the picture shows one of them, softplus written
with log10, with the faulty edge in red. `autograd sheet demos/textbook_claims.sheet` marks the same from the command line.
"""

from __future__ import annotations

import sys
from pathlib import Path

from autograd import verify
from autograd.checking.sheet import mark, read_sheet, summary

SHEET = Path(__file__).with_suffix(".sheet")


def main(picture: Path) -> None:
    """Mark the sheet, print what is wrong, and draw softplus in log10."""
    marked = mark(read_sheet(SHEET.read_text(encoding="utf-8")))
    for item in marked:
        for finding in item.report.findings if item.report is not None else ():
            if finding.verdict == "wrong":
                print(item.exercise.name)
                print("\n".join([f"  {line}" for line in finding.details()]), "\n")
    print(summary(marked))
    softplus = verify("u = exp(x); v = 1 + u; f = log10(v)", {"x": "1/(1 + exp(-x))"})
    print(f"picture:  {softplus.draw().save(picture)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_suffix(".png"))
