"""Where a program's result became infinite or NaN: the step, its formula, the lane and the numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..arithmetic.floats import IEEE
from ..text import number
from .record import Record


def fault_in(record: Record, columns: Mapping[int, Any], shared: Any, rows: Any, count: int | None) -> str:
    """Says which step is the first without a finite value, in a lane where a result has none. The columns are by place."""
    import numpy as np
    strange = ~np.isfinite(rows)
    lanes = np.flatnonzero(np.any(strange, axis=0)) if np.any(strange) else range(count or 1)  # a sum does not tell in which
    lane, bad = int(lanes[0]), None
    numbers: dict[int, float] = {}
    for lane in map(int, lanes):
        numbers = {}
        bad = next((k for k in _computed(record, columns, shared, lane, numbers) if not math.isfinite(numbers[k])), None)
        if bad is not None:
            break
    if bad is None and count is not None and not np.any(strange):
        return "a result, summed over the lanes, is infinite or NaN"
    lane = lane if bad is not None else int(lanes[0])
    given = ", ".join([f"{name} = {number(_number(columns, shared, k, lane))}"
                       for k, name in enumerate(record.names[:6])])
    in_lane = "" if count is None else f" in lane {lane}"
    if bad is None:
        return f"a result is infinite or NaN{in_lane}, where {given}"
    if record.rows[bad] is None:
        return f"{record.formula(bad)} is {number(numbers[bad])}{in_lane}"
    operands = [numbers[x] if type(x) is int else x for x in record.operands[bad]]
    at = record.where(bad)
    return (f"{record.formula(bad)} is {number(numbers[bad])}{in_lane}{f', at {at}' if at else ''}: its operands are "
            f"{', '.join([number(x) for x in operands])}, where {given}")


def _computed(record: Record, columns: Mapping[int, Any], shared: Any, lane: int, numbers: dict[int, float]) -> Any:
    """Compute the steps of one lane by floats into `numbers`, one by one."""
    for k, row in enumerate(record.rows):
        if row is None:
            place = record.inputs[k]
            numbers[k] = _number(columns, shared, place, lane)
        else:
            operands = [IEEE.number(numbers[x] if type(x) is int else x) for x in record.operands[k]]
            numbers[k] = float(row.value(IEEE, *operands))
        yield k


def _number(columns: Mapping[int, Any], shared: Any, place: int, lane: int) -> float:
    return float(columns[place][lane] if place in columns else shared[place])
