"""Formulas given as text become functions, safely: by Python's own parser and an allow-list, never by `eval`.

A formula may contain numbers, names, + - * / **, comparisons, `and or not`, `x if x > 0 else 0.01*x`, lists, and calls of
autograd's functions. It may consist of named steps: "c = a + b; d = b + 1; e = c*d". What people write is understood too: 2x,
x^2, x², |x|, sin²(x), √x, e^x, 2π, σ(x) and its derivative σ'(x); vectors, W @ x, W.T, and sums such as
sum(x[i]**2 for i in range(3)).

formula.py     `expression`, and the function that it makes
notation.py    the text in Python's notation
reader.py      reads and checks it
evaluation.py  computes what was read
vectors.py     vectors and matrices in it
shapes.py      how large its lists must be
tree.py        formulas as trees that can be changed
latex.py       LaTeX and SymPy's expressions as formulas
algebra.py     derivatives in closed form
"""

from .formula import Expression, Recording, expression
from .latex import from_latex, from_sympy, is_sympy, line_from_latex
from .notation import is_latex
from .shapes import subscripts_of

__all__ = ["Expression", "Recording", "expression", "from_latex", "from_sympy", "is_latex", "is_sympy", "line_from_latex",
           "subscripts_of"]
