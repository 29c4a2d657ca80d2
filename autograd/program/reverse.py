"""A record as straight-line code, and its derivatives, by the table's rows.

The reverse sweep is that of the engine, for all lanes at once. Two things are different.

* Which operand a row such as `where` or relu chooses differs from lane to lane. So a step below one carries a condition: whether
  gradient reaches it in this lane. Where it does not, what flows is 0, not 0 times an infinite partial.
* The adjoint of a step that is the same in all lanes is the total over the lanes; what is before it is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..ops import DOT, Operation
from .record import Record
from .simplify import LANE, Code, Number


def computed(m: Code, record: Record, inputs: Mapping[int, Any] | Sequence[Any]) -> list[Any]:
    """The value of each step, given the numbers of the inputs by their places."""
    numbers: list[Any] = []
    for k, row in enumerate(record.rows):
        if row is None:
            numbers.append(inputs[record.inputs[k]])
        else:
            operands = [numbers[x] if type(x) is int else x for x in record.operands[k]]
            if row is DOT:
                half = len(operands) // 2
                numbers.append(m.dot(operands[:half], operands[half:]))
            else:
                numbers.append(_evaluated(m, row, operands))
    return numbers


def _evaluated(m: Code, row: Operation, operands: Sequence[Any]) -> Any:
    """What a row gives. Where floats would raise, as in 1.0/0.0, the constants are lines, too."""
    try:
        return m.step(row, operands)
    except (ArithmeticError, ValueError):
        return m.step(row, [m.constant(x) for x in operands])


def dependent(record: Record, steps: Iterable[int]) -> list[bool]:
    """For each step, whether it is one of these steps, or depends on one."""
    found = [False] * len(record)
    for k in steps:
        found[k] = True
    for k, operands in enumerate(record.operands):
        if not found[k]:
            for x in operands:
                if type(x) is int and found[x]:
                    found[k] = True
                    break
    return found


def swept(m: Code, record: Record, numbers: Sequence[Any], lanes: Sequence[bool], seeds: Mapping[int, Any], wrt: Sequence[int],
          count: Any) -> list[Any]:
    """d (seeds · steps) / d step for each of the steps `wrt`: in each lane for a step that differs between lanes, else in total.

    `lanes` says which steps differ between lanes, `count` is how many lanes there are. Seeds are in each lane, too.
    """
    leads = dependent(record, wrt)
    adjoints: dict[int, Any] = {}
    reached: dict[int, Any] = {}
    in_lanes: dict[int, Any] = {}                                    # for shared steps: what comes from lanes, and where from
    reached_in_lanes: dict[int, Any] = {}
    for k, seed in seeds.items():
        adjoints[k] = seed if lanes[k] else m.mul(seed, count)
        reached[k] = True
    for k in range(len(record) - 1, -1, -1):
        if not lanes[k] and k in in_lanes:
            part, mask = in_lanes[k], reached_in_lanes[k]
            part = m.total(part) if m.rank(part) == LANE else m.mul(part, count)
            if record.rows[k] is not None and m.rank(mask) == LANE:
                mask = m.truth(m.total(m.where(mask, 1.0, 0.0)))
            adjoints[k] = m.add(adjoints[k], part) if k in adjoints else part
            reached[k] = m.either(reached[k], mask) if k in reached and record.rows[k] is not None else mask
        if k not in adjoints or record.rows[k] is None or not leads[k]:
            continue
        for x, contribution, mask in _shares(m, record, numbers, k, adjoints[k], reached[k], leads):
            into, where = (in_lanes, reached_in_lanes) if lanes[k] and not lanes[x] else (adjoints, reached)
            into[x] = m.add(into[x], contribution) if x in into else contribution
            where[x] = m.either(where[x], mask) if x in where else mask
    return [adjoints.get(k, 0.0) for k in wrt]


def _shares(m: Code, record: Record, numbers: Sequence[Any], k: int, g: Any, mask: Any,
            leads: Sequence[bool]) -> Iterable[tuple[int, Any, Any]]:
    """What a step passes on to each operand, and where that reaches it."""
    row: Any = record.rows[k]
    steps = record.operands[k]
    wanted = [type(x) is int and leads[x] for x in steps]
    if True not in wanted or row.is_flat:
        return
    partials = _partials(m, row, numbers[k], [numbers[x] if type(x) is int else x for x in steps], wanted)
    for j, (x, d) in enumerate(zip(steps, partials)):
        if d is None or not wanted[j] or j in row.flat:
            continue
        chooses = row.chooses if isinstance(row.chooses, bool) else j in row.chooses
        if chooses:
            chosen = m.both(mask, _is_chosen(m, d))
            if chosen is not False:
                share = _chosen(m, g, d)
                yield x, share if mask is True else m.where(mask, share, 0.0), chosen
        else:
            if mask is True or type(d) is float:
                yield x, m.mul(g, d), mask
            else:
                yield x, m.where(mask, m.mul(_within(m, mask, g), d), 0.0), mask


def _within(m: Code, mask: Any, g: Any) -> Any:
    """g as it is where the mask holds."""
    if isinstance(mask, Number) and m.is_line(g, "where"):
        c, a, _ = _branches(m, g)
        if c.index == mask.index:
            return a
    return g


def _partials(m: Code, row: Operation, y: Any, operands: list[Any], wanted: list[bool]) -> list[Any]:
    try:
        return row.local_partials(m, y, operands, wanted)
    except (ArithmeticError, ValueError):
        return row.local_partials(m, m.constant(y), [m.constant(x) for x in operands], wanted)


def _is_chosen(m: Code, d: Any) -> Any:
    """Where the partial of an operand that a row may choose is not 0."""
    if not isinstance(d, Number) or not m.is_line(d, "where"):
        return m.truth(d)
    c, a, b = _branches(m, d)
    return m.either(m.both(c, _is_chosen(m, a)), m.both(m.negated(c), _is_chosen(m, b)))


def _chosen(m: Code, g: Any, d: Any) -> Any:
    """g times d, but 0 where d is 0."""
    if not isinstance(d, Number):
        return m.mul(g, d) if d else 0.0
    if m.is_line(d, "where"):
        c, a, b = _branches(m, d)
        return m.where(c, _chosen(m, g, a), _chosen(m, g, b))
    return m.where(m.truth(d), m.mul(g, d), 0.0)


def _branches(m: Code, d: Number) -> tuple[Any, Any, Any]:
    return m.operand(d, 0), m.operand(d, 1), m.operand(d, 2)
