"""A graph as a flat program: one step for each node, operands before results, with its line in the source."""

from __future__ import annotations

import linecache
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from ..arithmetic.text import Text
from ..errors import OperandError
from ..inputs import is_real
from ..messages import formula, spelled
from ..node import Node
from ..ops import Operation
from ..scopes import SourceLine, at_line, is_recording, off_line, recorder
from ..text import exact_number
from ..traversal import topological_order

PACKAGE = str(Path(__file__).parents[1])
_lock = threading.RLock()                                            # threads record in turn
Line = tuple[str, int]                                               # a file and the number of a line in it


class Record:
    """A flat program, as a structure of arrays.

    Attributes:
        rows: the row of the table of each step; None for an input. operands: for each step, steps as ints and constants as
            floats. inputs: for the step of each input its place. lines: where in the source each step was computed, or None.
        outputs: the steps of the results; a result that is a constant is a float.
    """

    def __init__(self) -> None:
        self.rows: list[Operation | None] = []
        self.operands: list[tuple[Any, ...]] = []
        self.inputs: dict[int, int] = {}
        self.lines: list[Line | None] = []
        self.outputs: list[Any] = []
        self.names: list[str] = []                                   # of the inputs, by place

    def __len__(self) -> int:
        return len(self.rows)

    def input(self, place: int) -> int:
        """A new step: the input at this place."""
        self.inputs[len(self.rows)] = place
        return self.step(None, ())

    def step(self, row: Operation | None, operands: tuple[Any, ...], line: Line | None = None) -> int:
        """A new step."""
        self.rows.append(row)
        self.operands.append(operands)
        self.lines.append(line)
        return len(self.rows) - 1

    def formula(self, k: int) -> str:
        """What a step computes: "v1 + v2", "tanh(v3)"."""
        row = self.rows[k]
        if row is None:
            return self._name(k)
        return str(formula(row, [Text(self._name(x)) for x in self.operands[k]]))

    def _name(self, x: Any) -> str:
        if type(x) is not int:
            return exact_number(x)
        if x in self.inputs:
            place = self.inputs[x]
            return self.names[place] if place < len(self.names) else f"x{place + 1}"
        return f"v{x}"

    def where(self, k: int) -> str:
        """The place in the source of a step, as text, or nothing."""
        line = self.lines[k]
        return "" if line is None else f"{Path(line[0]).name}:{line[1]}"

    def __str__(self) -> str:
        """Straight-line code; the line of the source stands behind the first step that comes from it."""
        written, last = [], None
        for k, row in enumerate(self.rows):
            if row is None:
                continue
            text, line = f"v{k} = {self.formula(k)}", self.lines[k]
            if line is not None and line != last:
                source = linecache.getline(*line).strip()
                text = f"{text:<40}  # {self.where(k)}{f': {source}' if source else ''}"
            written.append(text)
            last = line
        return "\n".join([*written, "return " + ", ".join([self._name(y) for y in self.outputs])])


def record_of(outputs: Sequence[Any], inputs: Sequence[Any], captured: list[Any] | None = None) -> Record:
    """The program of a graph. Other leaves than the inputs are added to `captured`, and are inputs after these; without it they
    are constants. An output may be a number."""
    record = Record()
    places = {id(v): place for place, v in enumerate(inputs)}
    known: dict[int, Any] = {}                                       # by the id() of a node: its step, or its number
    for v in topological_order(*[y for y in outputs if isinstance(y, Node)]):
        key = id(v)
        if key in places:
            known[key] = record.input(places[key])
        elif v.op is None and captured is not None:
            known[key] = record.input(len(inputs) + len(captured))
            captured.append(v)
        elif v.op is None:
            known[key] = v.data
        else:
            operands = tuple([known[id(x)] if isinstance(x, Node) else x for x in v.operands])
            known[key] = record.step(v.op, operands, _line_of(v))
    record.outputs = [known[id(y)] if isinstance(y, Node) else float(y) for y in outputs]
    return record


# While a function is recorded -----------------------------------------------------------------------------------------------

@contextmanager
def recording() -> Iterator[None]:
    """While a function is recorded, a Value has no truth value, detach() is an operation, and nodes carry the line of the source
    that made them.

    The lines are told by Python's tracing. If a debugger or a coverage tool uses it already, they stay unknown.
    """
    with _lock:
        before, traces = list(recorder), sys.gettrace() is None
        recorder[:] = _refuse, threading.get_ident()
        if traces:
            sys.settrace(_entered)
        try:
            yield
        finally:
            if traces:
                sys.settrace(None)
            recorder[:] = before
            off_line()


def _entered(frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
    """Python calls this for each new frame. Those of the package itself are not followed."""
    return None if frame.f_code.co_filename.startswith(PACKAGE) else _followed


def _followed(frame: FrameType, event: str, argument: Any) -> Any:
    if event == "line":
        at_line(frame.f_code.co_filename, frame.f_lineno)
    return _followed


def _line_of(v: Node) -> Line | None:
    place = v._scope
    while place is not None:
        if isinstance(place[0], SourceLine):
            return place[0].file, place[0].number
        place = place[1]
    return None


def _refuse(v: Node, asked: str, other: Any = None) -> None:
    """Raise the error of a question that each sample would answer differently."""
    if not is_recording() or (asked in ("==", "!=") and not (isinstance(other, Node) or is_real(other))):
        return                                                       # another thread asks, or it is v == None
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    place, source = "", ""
    if frame is not None:
        place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}: "
        source = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    raise OperandError(f"{place}{ASKED[asked]}{f', in `{source}`' if source else ''}. A compiled function runs once "
                       f"for all numbers, so it cannot depend on one ({spelled(v)}): {INSTEAD.get(asked, BRANCH)}")


BRANCH = "use autograd.where(condition, this, that), or maximum, minimum, abs or clamp"
VALUE = "compute with the Value itself, or use .data for a constant"
INSTEAD = {"==": f"{BRANCH}. As the condition, write autograd.equal", "float": VALUE, "int": VALUE, "item": VALUE,
           "!=": f"{BRANCH}. As the condition, write autograd.not_equal"}


ASKED = {"bool": "a Value was used as a truth value (by if, while, and, or, not, max, min or sorted)",
         "==": "a Value was compared with ==", "!=": "a Value was compared with !=",
         "float": "float() was called on a Value", "int": "int() was called on a Value",
         "item": ".item() was called on a Value"}
