"""Pictures of graphs.

labels.py    what a node is called, and how numbers and formulas are written
style.py     colours
dot.py       a graph as DOT
render.py    DOT as SVG or PNG: finding and running `dot`
drawing.py   `draw` and `Drawing`
table.py     a graph as a table of text
"""

from .drawing import Drawing, draw, form_of
from .table import table

__all__ = ["Drawing", "draw", "form_of", "table"]
