"""One SVG, laid out once, shown at each step of a sweep: only texts and colours change, so nothing jumps.

The change of a step is a table of patches: for an element's id, its attributes, or its text under "text". The player applies
them in the browser, `Stills.at` here.
"""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence

from ..labels import Labels
from .scene import Box, Scene
from .steps import Step
from .style import Theme

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
Patches = dict[str, dict[str, str]]


class Stills:
    """The steps of a sweep as pictures of one size."""

    def __init__(self, svg: str, scene: Scene, steps: Sequence[Step], labels: Labels, theme: Theme,
                 show: Callable[[float], str]) -> None:
        ET.register_namespace("", SVG)
        ET.register_namespace("xlink", XLINK)
        self.scene, self.steps, self.labels, self.theme, self.show = scene, steps, labels, theme, show
        self.root = ET.fromstring(svg.encode())
        self.groups = {group.get("id", ""): group for group in self.root.iter(f"{{{SVG}}}g")}
        for name, element in self._elements():
            element.set("id", name)
        self.plain = {name: element.attrib | {"text": element.text or ""} for name, element in self._elements()}
        self.edge_parts: list[list[str]] = [[] for _ in scene.edges]
        for name in self.plain:
            if name.startswith("e"):
                self.edge_parts[int(name[1:].partition("p")[0])].append(name)
        self.width, self.height = [float(x) for x in self.root.get("viewBox", "0 0 1 1").split()[2:]]

    def _elements(self) -> Iterator[tuple[str, ET.Element]]:
        """Each element that may change, with its id."""
        title = next((x for x in self.groups["graph0"] if x.tag == f"{{{SVG}}}text"), None)
        if title is not None:
            yield "title", title
        for box in self.scene.boxes:
            group = self.groups[f"n{box.key}"] if box.nodes else None
            for k, shape in enumerate(_shapes(group)):
                yield f"n{box.key}s{k}", shape
            for k, text in enumerate(_texts(group)):
                yield f"n{box.key}t{k}", text
        for k in range(len(self.scene.edges)):
            for i, part in enumerate([*_shapes(self.groups.get(f"e{k}")), *_texts(self.groups.get(f"e{k}"))]):
                yield f"e{k}p{i}", part

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
        root = copy.deepcopy(self.root)
        found = {x.get("id"): x for x in root.iter()}
        for name, patch in self.patches(self.steps[k]).items():
            for key, value in patch.items():
                if key == "text":
                    found[name].text = value
                else:
                    found[name].set(key, value)
        return root

    def base(self) -> str:
        """The SVG that the patches refer to."""
        return ET.tostring(self.root, encoding="unicode")


def graded_line(box: Box, step: Step, show: Callable[[float], str]) -> str:
    """The line of a box with its gradient, as it is known after a step."""
    start = box.lines[box.graded].rpartition(" = ")[0]
    g = step.shades.get(box.key)
    return f"{start} = {'?' if g is None else show(g)}"


def _shapes(group: ET.Element | None) -> list[ET.Element]:
    tags = [f"{{{SVG}}}{tag}" for tag in ("path", "polygon", "ellipse")]
    return [] if group is None else [x for x in group.iter() if x.tag in tags]


def _texts(group: ET.Element | None) -> list[ET.Element]:
    return [] if group is None else list(group.iter(f"{{{SVG}}}text"))
