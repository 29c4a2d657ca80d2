"""The first derivatives of a record as a record again, so that they can be differentiated, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..ops import ADD, EQUAL, MUL, NOT_EQUAL, TABLE, Operation, row_of
from .record import Record
from .reverse import computed, swept
from .simplify import BOOLEAN, LANE, NATIVE, Code, reached

BASIC = BOOLEAN | NATIVE | {"add", "sub", "mul", "div", "neg", "abs", "where", "greater", "greater_equal"}


class Rows(Code):
    """Code whose lines are rows of the table. Sigmoid, for instance, stays one step, whose derivative is that of its row."""

    def step(self, row: Operation, operands: Sequence[Any]) -> Any:
        """What a row gives."""
        return row.value(self, *operands) if row.key in BASIC else self.write(row.key, *operands)

    def special(self, name: str, *xs: Any) -> Any:
        """A special function."""
        return self.write(name, *xs)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in NATIVE or name not in TABLE:
            return super().__getattr__(name)
        return lambda *xs: self.step(TABLE[name], xs)


def derivatives(record: Record, wrt: Sequence[int], inputs: int) -> Record:
    """The program of the first derivatives of the first output, by the inputs at the places `wrt`, of so many."""
    m = Rows()
    columns = [m.input(place, LANE) for place in range(inputs)]
    numbers = computed(m, record, columns)
    step_of = {place: k for k, place in record.inputs.items()}
    known = [step_of[place] for place in wrt if place in step_of]
    y = record.outputs[0]
    seeds = {y: 1.0} if type(y) is int else {}
    slopes = dict(zip(known, swept(m, record, numbers, [True] * len(record), seeds, known, 1.0)))
    return _as_record(m, [m.constant(slopes.get(step_of.get(place, -1), 0.0)).index for place in wrt])


def _as_record(m: Code, results: Sequence[int]) -> Record:
    record = Record()
    steps: dict[int, Any] = {}
    for k in reached(m, results):
        name, operands = m.names[k], tuple([steps[x] for x in m.operands[k]])
        if k in m.constants:
            steps[k] = m.constants[k]
        elif k in m.inputs:
            steps[k] = record.input(m.inputs[k])
        elif name == "and":                                          # of 0 and 1
            steps[k] = record.step(MUL, operands)
        elif name == "or":
            steps[k] = record.step(NOT_EQUAL, (record.step(ADD, operands), 0.0))
        elif name == "not":
            steps[k] = record.step(EQUAL, (*operands, 0.0))
        else:
            steps[k] = record.step(row_of(name), operands)
    record.outputs = [steps[k] for k in results]
    return record
