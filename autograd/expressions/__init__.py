"""Formulas given as text become functions, safely: by Python's own parser and an allow-list, never by `eval`.

A formula may contain numbers, names, + - * / **, comparisons, `and or not`, `x if x > 0 else 0.01*x`, lists, and calls of
autograd's functions. It may consist of named steps: "c = a + b; d = b + 1; e = c*d". The signs × · ÷ − ² ³ ≤ ≥ ≠ π, √x and σ(x)
are understood too.

expression.py  `expression`, and the function that it makes
reader.py      reads and checks the text
evaluation.py  computes what was read
"""

from .expression import Expression, Recording, expression

__all__ = ["Expression", "Recording", "expression"]
