"""The paths from one node to the output: counted without walking them, walked if they are few, priced edge by edge if they are
many."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ..engine import Value
from ..labels import Labels, derivative
from ..tape import Tape
from ..text import counted, printable
from .scene import Scene
from .style import Theme

FEW = 6                                                              # paths that each get a colour


def mark_paths(scene: Scene, order: Sequence[Value], wrt: Value, labels: Labels, theme: Theme,
               show: Callable[[float], str]) -> None:
    """Colour the paths from `wrt` to the output, write each one's product at its end, and their sum above the picture."""
    tape = Tape(order)
    x = tape.place(wrt)
    if x is None:
        scene.title = f"{derivative(labels.name(order[-1]), printable(wrt.name or '?'))} = 0: no path leads there"
        return
    name = derivative(labels.name(order[-1]), labels.name(wrt))
    count, total = tape.count_paths(x), show(tape.adjoints[x])
    for box in scene.boxes:
        box.highlighted = box.highlighted or scene.key_of.get(id(wrt)) == box.key
    if count > FEW:
        _shares(scene, tape, x, theme)
        scene.title = f"{name} = {total}: the sum over {count:,} paths; the bolder an edge, the larger its share"
        return
    paths = tape.paths(x)
    for path, colour in zip(paths, theme.paths):
        for k, j in path:
            edge = scene.edge_of.get((id(tape.nodes[k]), j))
            if edge is not None:
                edge.colours.append(colour)
    terms = []
    for path in paths:
        partials = [tape.partials[k][j] or 0.0 for k, j in path]
        terms.append(" × ".join([f"({show(d)})" if d < 0.0 else show(d) for d in partials]) or "1")
        last = scene.edge_of.get((id(tape.nodes[path[-1][0]]), path[-1][1])) if path else None
        if last is not None and len(path) > 1:
            last.label = f"{last.label}\n{terms[-1]} = {show(math.prod(partials))}".strip()
    equation = list(dict.fromkeys([name, " + ".join(terms) or "0", total]))
    scene.title = f"{' = '.join(equation)}   ({counted(count, 'path')})"


def _shares(scene: Scene, tape: Tape, x: int, theme: Theme) -> None:
    """Colour edges by their share of the derivative: how much of it flows along them, in size."""
    slopes = tape.tangents(x)
    flows = {}
    for k, j in tape.edges(x):
        u = tape.operands[k][j]
        assert u is not None
        flows[k, j] = tape.adjoints[k] * (tape.partials[k][j] or 0.0) * slopes[u]
    largest = max([abs(flow) for flow in flows.values()], default=0.0)
    for (k, j), flow in flows.items():
        edge = scene.edge_of.get((id(tape.nodes[k]), j))
        if edge is not None and largest:
            edge.colours = [theme.paths[0 if flow > 0.0 else 1]]
            edge.width = 0.3 + 0.9 * abs(flow) / largest
