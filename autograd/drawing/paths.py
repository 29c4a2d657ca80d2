"""The paths from one node to the output: counted without walking them, walked if they are few, priced edge by edge if they are
many."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ..engine import Value
from ..labels import Labels, derivative
from ..tape import Tape
from ..text import counted, printable
from .scene import OPERATOR, Edge, Scene
from .style import Theme

SHORT = 4                                                            # edges of a path whose product is written out
LONG = 12                                                            # edges of a path whose factors stand in the title
FEW = 6                                                              # paths that each get a colour


def mark_paths(scene: Scene, order: Sequence[Value], wrt: Value, labels: Labels, theme: Theme,
               show: Callable[[float], str]) -> None:
    """Colour the paths from `wrt` to the output, write each one's product where it goes alone, and their sum above the
    picture."""
    tape = Tape(order)
    x = tape.place(wrt)
    name = derivative(labels.name(order[-1]), labels.known(wrt) or printable(wrt.name or "?"))
    if x is None:
        scene.title = f"{name} = 0: no path leads there"
        return
    count, total = tape.count_paths(x), show(tape.adjoints[x])
    if not count:
        scene.title = f"{name} = {total}: nothing flows there"
        return
    for box in scene.boxes:
        box.highlighted = box.highlighted or scene.key_of.get(id(wrt)) == box.key
    if count > FEW:
        _shares(scene, tape, x, theme)
        scene.title = f"{name} = {total}: the sum over {count:,} paths; the bolder an edge, the larger its share"
        return
    paths = tape.paths(x)
    for path, colour in zip(paths, theme.paths):
        for k, j in path:
            for place in (j, OPERATOR):
                edge = scene.edge_of.get((id(tape.nodes[k]), place))
                if edge is not None:
                    edge.colours.append(colour)
    terms = []
    for path in paths:
        partials = [tape.partials[k][j] or 0.0 for k, j in path]
        factors = [show(d) for d in (partials if len(partials) <= LONG else [math.prod(partials)])]
        terms.append(" × ".join([f"({x})" if x.startswith("-") else x for x in factors]) or "1")
        product = show(math.prod(partials))
        own = _own(scene, tape, path)
        if own is not None and len(path) > 1:
            own.label = f"{own.label}\n{f'{terms[-1]} = ' if len(path) <= SHORT else 'path: '}{product}".strip()
    equation = list(dict.fromkeys([name, " + ".join(terms), total]))
    scene.title = f"{' = '.join(equation)}   ({counted(count, 'path')})"


def _own(scene: Scene, tape: Tape, path: Sequence[tuple[int, int]]) -> Edge | None:
    """The last edge of a path that no other path shares: there its product is written."""
    for k, j in reversed(path):
        edge = scene.edge_of.get((id(tape.nodes[k]), j))
        if edge is not None and len(edge.colours) == 1:
            return edge
    return None


def _shares(scene: Scene, tape: Tape, x: int, theme: Theme) -> None:
    """Colour edges by their share of the derivative: how much of it flows along them, in size."""
    slopes = tape.tangents(x)
    flows = {}
    for k, j in tape.edges(x):
        u = tape.operands[k][j]
        assert u is not None
        flows[k, j] = tape.adjoints[k] * (tape.partials[k][j] or 0.0) * slopes[u]
        flows[k, OPERATOR] = tape.adjoints[k] * slopes[k]
    largest = max([abs(flow) for flow in flows.values()], default=0.0)
    for (k, j), flow in flows.items():
        edge = scene.edge_of.get((id(tape.nodes[k]), j))
        if edge is not None and largest:
            edge.colours = [theme.paths[0 if flow > 0.0 else 1]]
            edge.width, edge.negative = 0.3 + 0.9 * abs(flow) / largest, flow < 0.0
