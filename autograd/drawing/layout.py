"""A picture as SVG whose parts can be found: those that a step, or a moved input, will change."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from .scene import Scene

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


class Layout:
    """Graphviz's SVG of a scene, with an id for each part: title; n3s0, the first shape of box 3; n3t1, its second line of text;
    e4p0, the first part of edge 4.

    Attributes:
        root: the SVG. plain: the attributes of each part, and its text under "text". edge_parts: the parts of each edge.
        width, height: the size, in points.
    """

    def __init__(self, svg: str, scene: Scene) -> None:
        ET.register_namespace("", SVG)
        ET.register_namespace("xlink", XLINK)
        self.scene = scene
        self.root = ET.fromstring(svg.encode())
        self._groups = {group.get("id", ""): group for group in self.root.iter(f"{{{SVG}}}g")}
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
        title = next((x for x in self._groups["graph0"] if x.tag == f"{{{SVG}}}text"), None)
        if title is not None:
            yield "title", title
        for box in self.scene.boxes:
            group = self._groups[f"n{box.key}"] if box.nodes else None
            for k, shape in enumerate(_shapes(group)):
                yield f"n{box.key}s{k}", shape
            for k, text in enumerate(_texts(group)):
                yield f"n{box.key}t{k}", text
        for k in range(len(self.scene.edges)):
            for i, part in enumerate([*_shapes(self._groups.get(f"e{k}")), *_texts(self._groups.get(f"e{k}"))]):
                yield f"e{k}p{i}", part

    def text(self) -> str:
        """The SVG."""
        return ET.tostring(self.root, encoding="unicode")


def _shapes(group: ET.Element | None) -> list[ET.Element]:
    tags = [f"{{{SVG}}}{tag}" for tag in ("path", "polygon", "ellipse")]
    return [] if group is None else [x for x in group.iter() if x.tag in tags]


def _texts(group: ET.Element | None) -> list[ET.Element]:
    return [] if group is None else list(group.iter(f"{{{SVG}}}text"))
