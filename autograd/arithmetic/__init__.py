"""The arithmetics that the table can be computed in. Each provides the primitives of one kind of number, and the table derives
all other functions from them.

primitives.py  what an arithmetic provides
floats.py      FLOAT: Python's floats, which raise outside a domain; IEEE: floats that give inf or nan there
referee.py     referee(): mpmath with 60 digits, which decides what is true
arrays.py      numpy(): NumPy arrays of floats
text.py        TEXT, PRETTY, LATEX: formulas
graph.py       GRAPH: Values, so that derivatives have derivatives
dispatch.py    chooses one for the operands of a call; ARRAYS and ELEMENTS, for arrays of any kind
"""

from .arrays import numpy
from .floats import FLOAT, IEEE
from .primitives import Arithmetic
from .referee import referee
from .text import LATEX, PRETTY, TEXT, Text

__all__ = ["FLOAT", "IEEE", "LATEX", "PRETTY", "TEXT", "Arithmetic", "Text", "numpy", "referee"]
