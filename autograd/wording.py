"""How an operation, a node, a mistake and a table are put into words. A graph is read here only through what a Value shows."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .arithmetic import TEXT, Text, TextArithmetic, is_real
from .errors import AutogradError, DivisionError, DomainError, RangeError
from .ops import Operation

if TYPE_CHECKING:
    from .engine import Value


def formula(row: Operation, operands: Sequence[Any], m: TextArithmetic = TEXT) -> Text:
    """One operation as a formula, of texts and numbers: "a + b", "tanh(x)"."""
    if row.symbol or not row.operand_names:
        return row.value(m, *operands)  # type: ignore[no-any-return]
    return getattr(m, row.name)(*operands)  # type: ignore[no-any-return]


def node_text(v: Value) -> str:
    """How an error message calls a node: its name, or how it was computed from named ones, or its repr."""
    return v.name or _computed(v) or repr(v)


def explained(error: Exception, row: Operation, operands: Sequence[Any]) -> AutogradError:
    """Python's error, as one that names the operation, its operands, the node, and what was needed."""
    if isinstance(error, OverflowError):
        return RangeError(f"{row.name} overflows at {given(row, operands)}: the result is too large for a float")
    message = f"{row.name} has no value at {given(row, operands)}{needed(row)}"
    return DivisionError(message) if isinstance(error, ZeroDivisionError) else DomainError(message)


def given(row: Operation, operands: Sequence[Any]) -> str:
    """The operands with their numbers: "loss = -1.0", "a - b = -1.0", else under the table's name for them;
    a constant beside them stands for itself."""
    names = [f"x{k + 1}" for k in range(len(operands))] if row.nary else row.operand_names
    known = [None if is_real(x) else x.name or _computed(x) for x in operands]
    return ", ".join([repr(float(x)) if is_real(x) and any(known) else f"{called or name} = {_number(x)!r}"
                      for name, called, x in zip(names, known, operands)])


def _number(x: Any) -> float:
    return float(x) if is_real(x) else x.data


def needed(row: Operation) -> str:
    """What the operation needs of its operands, as the end of a sentence: ": it needs x > 0"."""
    if row.needs:
        return f": it needs {row.needs}"
    if row.domain is None:
        return ""
    return f": it needs {row.domain(TEXT, *[Text(name) for name in row.operand_names])}"


def _computed(v: Value) -> str:
    """How a node was computed, if from few operands that have names: "a - b"."""
    if v.op is None or len(v.operands) > 4:
        return ""
    parts = [_operand_text(x) for x in v.operands]
    return "" if None in parts else str(formula(v.op, parts))


def _operand_text(x: Any) -> Text | None:
    if is_real(x):
        return Text.of(x)
    return Text(str(x.name)) if x.name else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """": did you mean tanh?", for tahn: letters in another order come first, then what difflib finds closest."""
    names = list(known)
    close = [other for other in names if sorted(other) == sorted(name)] or difflib.get_close_matches(name, names, n=1)
    return f": did you mean {close[0]}?" if close else ""


def unknown_name(module: str, name: str, known: Iterable[str], elsewhere: Mapping[str, str]) -> AttributeError:
    """The error for a name that a module has not; `elsewhere` says what there is for other libraries' names."""
    hint = f": {elsewhere[name]}" if name in elsewhere else did_you_mean(name, known)
    return AttributeError(f"{module} has no {name!r}{hint}", name=name, obj=None)


def counted(n: int, what: str) -> str:
    """ "1 epoch", "2 epochs"."""
    return f"{n} {what}{'' if n == 1 else 's'}"


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Rows of cells as lines of text, the columns two spaces apart; those in `right` flush right."""
    widths = [max([_width(row[k]) for row in rows]) for k in range(len(rows[0]))]
    lines: list[str] = []
    for row in rows:
        cells = [" " * (w - _width(cell)) + cell if k in right else cell + " " * (w - _width(cell))
                 for k, (cell, w) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    """How many columns a text takes in a terminal: none for a combining mark, two for a wide character."""
    return sum([0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text])
