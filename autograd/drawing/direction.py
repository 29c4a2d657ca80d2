"""Which way the arrows of a picture point, if nobody says: to the right, unless that makes it wider than a notebook's cell."""

from __future__ import annotations

from .scene import Scene

DIRECTIONS = ("LR", "TB", "RL", "BT")
CELL = 675.0                                                         # points: the 900 pixels of a notebook's cell
LETTER = 0.52                                                        # the width of a letter, of the font's size; about
PADDING, GAP, RANK = 17.0, 22.0, 43.0                                # points around a text, between boxes, and between ranks
FRAME = 20.0                                                         # points that a frame adds


def direction_of(scene: Scene, font_size: float, most: float = CELL) -> str:
    """"LR" if the picture is then no wider than `most` points, or no wider than from the top down; else "TB"."""
    if scene.straight:
        return "LR"
    across, down = _widths(scene, font_size)
    return "LR" if across <= most or across <= down else "TB"


def _widths(scene: Scene, font_size: float) -> tuple[float, float]:
    """About how wide a picture is, in points, with its arrows to the right and with its arrows down."""
    rank = dict.fromkeys([box.key for box in scene.boxes], 0)
    for edge in sorted(scene.edges, key=lambda edge: int(edge.target)):  # boxes are numbered from the inputs to the output
        rank[edge.target] = max(rank[edge.target], rank[edge.source] + 1)
    boxes: dict[int, list[float]] = {}
    labels: dict[int, float] = {}                                    # the widest label before each rank
    rows: dict[int, float] = {}                                      # and all of them side by side
    for box in scene.boxes:
        boxes.setdefault(rank[box.key], []).append(_text(box.lines, font_size) + PADDING)
    for edge in scene.edges:
        k = rank[edge.target]
        width = _text(edge.label.splitlines(), font_size - 2.0)
        labels[k] = max(labels.get(k, 0.0), width)
        beside = rank[edge.source] + 1
        rows[beside] = rows.get(beside, 0.0) + (width + GAP if width else 0.0)
    deepest = max([len(box.room) for box in scene.boxes], default=0)
    frames = FRAME * deepest * len({box.room[:1] for box in scene.boxes if box.room})
    across = frames + sum([max(widths) for widths in boxes.values()]) + sum([RANK + labels.get(k, 0.0) for k in boxes])
    down = max([max(sum(widths) + GAP * len(widths), rows.get(k, 0.0)) for k, widths in boxes.items()], default=0.0)
    return across, FRAME * bool(frames) + down


def _text(lines: list[str], font_size: float) -> float:
    return max([len(line) for line in lines], default=0) * LETTER * font_size
