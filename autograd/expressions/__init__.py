"""Text into a function, safely: Python's own parser with an allow-list, and never `eval`.

A formula may hold numbers, names, + - * / **, comparisons, `and or not`, `x if x > 0 else 0.01*x`, lists, and calls of autograd's
functions. Several steps may be named: "c = a + b; d = b + 1; e = c*d". The signs × · ÷ − ² ³ ≤ ≥ ≠ π, √x and σ(x) are understood
too.

expression.py  `expression`, and the function that it makes
reader.py      the text, read and checked
evaluation.py  what was read, computed
"""

from .expression import Expression, Recording, expression

__all__ = ["Expression", "Recording", "expression"]
