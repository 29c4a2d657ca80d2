"""Pictures of graphs.

style.py     colours
dot.py       a graph as DOT
render.py    DOT as SVG or PNG: finding and running `dot`
drawing.py   `draw` and `Drawing`
table.py     a graph as a table of text
"""

from .drawing import Drawing, draw, draw_marked, form_of
from .table import table

__all__ = ["Drawing", "draw", "draw_marked", "form_of", "table"]
