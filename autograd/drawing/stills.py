"""One SVG, laid out once, shown at each step of a sweep: only texts and colours change, so nothing jumps.

The change of a step is a table of patches: for an element's id, its attributes, or its text under "text". The player applies
them in the browser, `Stills.at` here.
"""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence

from ..labels import Labels
from .layout import SVG, Layout
from .scene import Box, Scene
from .steps import Step
from .style import Theme

Patches = dict[str, dict[str, str]]


class Stills:
    """The steps of a sweep as pictures of one size."""

    def __init__(self, svg: str, scene: Scene, steps: Sequence[Step], labels: Labels, theme: Theme,
                 show: Callable[[float], str]) -> None:
        self.layout = Layout(svg, scene)
        self.scene, self.steps, self.labels, self.theme, self.show = scene, steps, labels, theme, show
        self.plain, self.edge_parts = self.layout.plain, self.layout.edge_parts
        self.width, self.height = self.layout.width, self.layout.height

    def patches(self, step: Step) -> Patches:
        """What differs at a step from the SVG as it is laid out."""
        wanted: Patches = {"title": {"text": step.title}}
        for box in self.scene.boxes:
            if box.nodes:
                self._box(box, step, wanted)
        if step.values is not None:
            self._hide(step.values, wanted)
        for k in step.edges:
            for name in self.edge_parts[k]:
                wanted.setdefault(name, {}).update(self._lit(self.plain[name]))
        return {name: changed for name, patch in wanted.items() if name in self.plain
                if (changed := {key: x for key, x in patch.items() if self.plain[name].get(key) != x})}

    def _box(self, box: Box, step: Step, wanted: Patches) -> None:
        g = step.shades.get(box.key)
        is_lit = box.key in step.boxes
        wanted[f"n{box.key}s0"] = {"fill": self.theme.fill(g or 0.0, self.scene.largest)}
        if is_lit:
            for name in (f"n{box.key}s0", f"n{box.key}s1"):
                wanted.setdefault(name, {}).update({"stroke": self.theme.active, "stroke-width": "2.6"})
        if box.graded > 0:
            colour = self.theme.quiet_text if g is None else self.theme.text
            wanted[f"n{box.key}t{box.graded}"] = {"text": graded_line(box, step, self.show), "fill": colour}
            if step.values is not None and self.labels.name(box.nodes[0]) not in step.values:
                wanted[f"n{box.key}t1"] = {"text": "value ?", "fill": self.theme.quiet_text}

    def _hide(self, values: frozenset[str], wanted: Patches) -> None:
        """Leave out the local partials of what is not computed yet."""
        waiting = {box.key for box in self.scene.boxes if box.nodes and self.labels.name(box.nodes[0]) not in values}
        for k, edge in enumerate(self.scene.edges):
            if edge.target in waiting:
                labels = [name for name in self.edge_parts[k] if not {"points", "d"} & self.plain[name].keys()]
                wanted.update({name: {"text": " "} for name in labels})

    def _lit(self, attributes: dict[str, str]) -> dict[str, str]:
        """What makes a part of an edge stand out: its line, its head or its label."""
        active = self.theme.active
        if "points" in attributes:
            return {"fill": active, "stroke": active}
        return {"stroke": active, "stroke-width": "2.4"} if "d" in attributes else {"fill": active}

    def at(self, k: int) -> str:
        """The picture after step k, as SVG."""
        return ET.tostring(self._still(k), encoding="unicode")

    def strip(self, chosen: Sequence[int], columns: int, title: str) -> str:
        """The pictures after some steps as one SVG, row by row."""
        width, height = self.width * columns, self.height * -(-len(chosen) // columns)
        sizes = {"width": f"{width:g}pt", "height": f"{height:g}pt", "viewBox": f"0 0 {width:g} {height:g}"}
        outer = ET.Element(f"{{{SVG}}}svg", sizes)
        ET.SubElement(outer, f"{{{SVG}}}title").text = title
        for place, k in enumerate(chosen):
            still = self._still(k)
            still.attrib |= {"x": f"{place % columns * self.width:g}", "y": f"{place // columns * self.height:g}",
                             "width": f"{self.width:g}", "height": f"{self.height:g}"}
            for part in still.iter():
                part.attrib.pop("id", None)                          # there is one of each in every picture
            outer.append(still)
        return ET.tostring(outer, encoding="unicode") + "\n"

    def _still(self, k: int) -> ET.Element:
        root = copy.deepcopy(self.layout.root)
        found = {x.get("id"): x for x in root.iter()}
        for name, patch in self.patches(self.steps[k]).items():
            for key, value in patch.items():
                if key == "text":
                    found[name].text = value
                else:
                    found[name].set(key, value)
        return root


def graded_line(box: Box, step: Step, show: Callable[[float], str]) -> str:
    """The line of a box with its gradient, as it is known after a step."""
    start = box.lines[box.graded].rpartition(" = ")[0]
    g = step.shades.get(box.key)
    return f"{start} = {'?' if g is None else show(g)}"
