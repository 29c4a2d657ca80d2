"""Pictures of graphs.

drawing.py   `draw` and `Drawing`
scene.py     what a picture shows: boxes, edges, rooms and their texts
folding.py   what of a large graph is drawn: rooms open or closed
paths.py     the paths from a node to the output
network.py   a module as layers of neurons
style.py     colours
dot.py       a scene as DOT; mermaid.py as Mermaid text
motion.py    `sweep` and `Sweep`; steps.py: what each step does
stills.py    the steps as pictures; layout.py: an SVG whose parts can be found
direction.py which way the arrows point
notebook.py  what notebooks show of Values, modules and trainings
web/         pages: the sweep that plays, the graph that answers
render.py    DOT as SVG, PNG or PDF: finding and running `dot`
svg.py       what is added to SVG
table.py     a graph as a table of text
"""

from .drawing import Drawing, draw, draw_dot, draw_marked, form_of
from .motion import Sweep, sweep, sweep_form_of
from .steps import Step
from .table import table
from .web.explore import explore
from .web.pages import Page, page, page_form_of

__all__ = [
    "Drawing", "Page", "Step", "Sweep", "draw", "draw_dot", "draw_marked", "explore", "form_of", "page", "page_form_of",
    "sweep", "sweep_form_of", "table"]
