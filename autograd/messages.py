"""The words of error messages about operations, nodes and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .arithmetic.text import TEXT, Text, TextArithmetic
from .errors import AutogradError, DivisionError, DomainError, RangeError
from .inputs import is_real
from .node import Node
from .ops import TABLE, Operation
from .text import did_you_mean

LEVELS, MOST, LONGEST = 4, 4, 80                                     # steps, operands and characters of a node spelled out


def formula(row: Operation, operands: Sequence[Any], m: TextArithmetic = TEXT) -> Text:
    """One operation as a formula in texts and numbers: "a + b", "tanh(x)"."""
    if TABLE.get(row.name) is row:
        is_infix = row.symbol or not row.operand_names
        text: Text = row.value(m, *operands) if is_infix else getattr(m, row.name)(*operands)
        return text
    return m.infix(operands[0], row.symbol, operands[1]) if row.symbol and len(operands) == 2 else m.call(row.name, operands)


def node_text(v: Node) -> str:
    """What error messages call a node: its name, else how it was computed from named nodes, else its repr."""
    return v.name or _computed(v) or repr(v)


def spelled(v: Node) -> str:
    """What a node is called, or how it was computed, over a few steps: "sqrt(x*x + y*y)"."""
    text = str(_spelled(v, LEVELS))
    return text if len(text) <= LONGEST else f"{text[:LONGEST - 1]}…"


def _spelled(v: Any, levels: int) -> Text:
    if is_real(v):
        return Text.of(v)
    if v.name or v.op is None:
        return Text(v.name) if v.name else Text.of(v.data)
    if not levels or len(v.operands) > MOST:
        return Text(f"{v.op.name}(…)")
    return formula(v.op, [_spelled(x, levels - 1) for x in v.operands])


def explained(error: Exception, row: Operation, operands: Sequence[Any]) -> AutogradError:
    """Python's error as one of ours, which names the operation, its operands and what it needs."""
    if isinstance(error, OverflowError):
        return RangeError(f"{row.name} overflows at {given(row, operands)}: the result is too large for a float")
    message = f"{row.name} has no value at {given(row, operands)}{needed(row)}"
    return DivisionError(message) if isinstance(error, ZeroDivisionError) else DomainError(message)


def given(row: Operation, operands: Sequence[Any]) -> str:
    """The operands with their numbers: "loss = -1.0", "a - b = -1.0". Operands without a name get the table's name for them; a
    constant next to a named operand is just its number."""
    names = [f"x{k + 1}" for k in range(len(operands))] if row.nary else row.operand_names
    known = [None if is_real(x) else x.name or _computed(x) for x in operands]
    return ", ".join([repr(float(x)) if is_real(x) and any(known) else f"{called or name} = {_number(x)!r}"
                      for name, called, x in zip(names, known, operands)])


def _number(x: Any) -> float:
    return float(x) if is_real(x) else x.data


def needed(row: Operation) -> str:
    """What the operation needs from its operands, as the end of a sentence: ": it needs x > 0"."""
    if row.needs:
        return f": it needs {row.needs}"
    if row.domain is None:
        return ""
    return f": it needs {row.domain(TEXT, *[Text(name) for name in row.operand_names])}"


def _computed(v: Node) -> str:
    """How a node was computed, if its operands are few and have names: "a - b"."""
    if v.op is None or len(v.operands) > 4:
        return ""
    parts = [_operand_text(x) for x in v.operands]
    return "" if None in parts else str(formula(v.op, parts))


def _operand_text(x: Any) -> Text | None:
    if is_real(x):
        return Text.of(x)
    return Text(str(x.name)) if x.name else None


def unknown_name(module: str, name: str, known: Iterable[str], elsewhere: Mapping[str, str]) -> AttributeError:
    """The error for a name that a module lacks; `elsewhere` says what to use for the names of other libraries."""
    hint = f": {elsewhere[name]}" if name in elsewhere else did_you_mean(name, known)
    return AttributeError(f"{module} has no {name!r}{hint}", name=name, obj=None)
