"""What a node is called, and how numbers and formulas are written, in pictures and tables."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Mapping, Optional, Sequence, Set

from ..arithmetic import Text, TextArithmetic, described
from ..engine import Value
from ..errors import OperandError
from ..wording import formula

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LONGEST = 4                                                          # operands that a formula shows before it leaves some out


class PrettyText(Text):
    """A formula as a textbook prints it: a × b, x²."""

    __slots__ = ()
    times = " × "

    @classmethod
    def of(cls, x: Any) -> Text:
        """A number, or a formula, as a formula."""
        return x if isinstance(x, Text) else cls(number(x, 6), 9 if math.copysign(1.0, x) > 0 else 1)


class _Pretty(TextArithmetic):

    def pow(self, a: Any, b: Any) -> Text:
        n = str(self.number(b))
        if isinstance(b, Text) or not n.lstrip("-").isdigit():
            return super().pow(a, b)
        return PrettyText(self.number(a).within(5) + n.translate(SUPERSCRIPTS), 4)


PRETTY = _Pretty(PrettyText)


def number(x: float, digits: int = 4) -> str:
    """A number for a label: 2, 0.05502, 1e-07; whole ones below a million in full."""
    if math.isfinite(x) and x == int(x) and abs(x) < 1e6:
        return str(int(x))
    return f"{x:.{digits}g}"


def printable(text: str) -> str:
    """A text on one line: white space as a space, and what cannot be printed as a replacement character."""
    return "".join([c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text])


def is_constant(v: Value) -> bool:
    """Whether a node is an exact constant, such as log(2), that depends on nothing."""
    return v.op is not None and not v.parents


class Labels:
    """The name of every node of a graph, and its formula in terms of those names.

    A node is called by `names` (name -> Value; what is no Value is passed over, so locals() will do), else by its own name, else
    v₁, v₂, ... in topological order. Where a name is taken already, a number tells them apart: w, w₂, w₃.
    """

    def __init__(self, order: Sequence[Value], names: Optional[Mapping[str, Any]] = None) -> None:
        if names is not None and not isinstance(names, Mapping):
            raise OperandError(f"names is a mapping of names to Values, as dict(c=c, d=d), not {described(names)}")
        self._names: Dict[int, str] = {}
        self._taken: Set[str] = set()
        self._next: Dict[str, int] = {}                              # the number that a stem's next namesake gets
        given = {id(v): str(name) for name, v in reversed(list((names or {}).items())) if isinstance(v, Value)}
        namesakes = []
        for v in order:
            name = printable(given.get(id(v)) or v.name or "").strip()
            if name in self._taken:
                namesakes.append((v, name))
            elif name:
                self._taken.add(name)
                self._names[id(v)] = name
        for v, name in namesakes:                                    # after the names that are given
            self._names[id(v)] = self._fresh(name, name, 2)
        count = 0
        for v in order:
            if is_constant(v):
                self._names.setdefault(id(v), self.formula(v))
            if id(v) not in self._names:
                count += 1
                self._names[id(v)] = self._fresh("v" + _subscript(count), "v", count + 1)

    def _fresh(self, name: str, stem: str, count: int) -> str:
        """The name, or, if it is taken, its stem with the first number that is not."""
        count = self._next.get(stem, count)
        while name in self._taken:
            name = stem + _subscript(count)
            count += 1
            self._next[stem] = count
        self._taken.add(name)
        return name

    def name(self, v: Value) -> str:
        """What a node is called."""
        return self._names[id(v)]

    def formula(self, v: Value) -> str:
        """How a node was computed, in one operation: "c × d"; empty for a leaf."""
        if v.op is None:
            return ""
        parts: List[Any] = [PrettyText(self._names[id(x)]) if isinstance(x, Value) else x for x in v.operands]
        if v.op.nary and len(parts) > LONGEST:
            if v.op.symbol == "·":                                   # of two rows, one after the other
                return f"[{_abridged(parts[:len(parts) // 2])}] · [{_abridged(parts[len(parts) // 2:])}]"
            return f"{v.op.name}({_abridged(parts)})"
        return str(formula(v.op, parts, PRETTY))


def _abridged(parts: Sequence[Any]) -> str:
    """Operands in a row, those in the middle left out where there are many."""
    texts = [str(PRETTY.number(x)) for x in parts]
    return ", ".join(texts if len(texts) <= LONGEST else [texts[0], texts[1], "…", texts[-1]])


def _subscript(count: int) -> str:
    return str(count).translate(SUBSCRIPTS)
