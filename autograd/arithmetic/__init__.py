"""What the table is computed in. An arithmetic names the primitives of one kind of number; the table derives the rest.

primitives.py  what an arithmetic provides
floats.py      FLOAT, Python's floats, which raise outside a domain; IEEE, which gives inf and nan there
referee.py     referee(): mpmath with 60 digits, which says what is true
arrays.py      numpy(): NumPy arrays; ARRAYS and ELEMENTS, for functions of arrays of any kind
text.py        TEXT, PRETTY, LATEX: formulas
graph.py       GRAPH: Values, so that derivatives have derivatives
dispatch.py    which of them a call asks for
"""

from .arrays import numpy
from .floats import FLOAT, IEEE
from .primitives import Arithmetic
from .referee import referee
from .text import LATEX, PRETTY, TEXT, Text

__all__ = ["FLOAT", "IEEE", "LATEX", "PRETTY", "TEXT", "Arithmetic", "Text", "numpy", "referee"]
