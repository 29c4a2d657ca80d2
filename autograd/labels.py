"""Names for nodes, and formulas and local partials written in those names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .arithmetic.text import PRETTY, Text, TextArithmetic, number_in
from .errors import FloatsOnlyError, OperandError
from .inputs import described, has_array
from .messages import formula
from .node import Node
from .text import SUBSCRIPTS, number, pretty_name, printable
from .traversal import partials_by_operand
from .trees import check_depth, flatten, labelled

OURS = re.compile(r"v[₀₁₂₃₄₅₆₇₈₉]+")                                 # names that only we have given
SHORT = 22                                                           # characters of a formula that may serve as a name
LONGEST = 4                                                          # operands in a formula before some are left out
LONG = 40                                                            # characters; a longer local partial is written as a number


def is_constant(v: Node) -> bool:
    """Whether a node is an exact constant such as log(2), which depends on nothing, or a leaf named after its own number."""
    return not v.parents if v.op is not None else v.name == repr(v.data)


def derivative(of: str, by: str) -> str:
    """∂e/∂b; a name that is a formula is put in parentheses: ∂(x1*w1 + b)/∂b."""
    return f"∂{bracketed(of)}/∂{bracketed(by)}"


def bracketed(name: str) -> str:
    """A name as it stands below a ∂: in parentheses if it is a formula."""
    is_whole = name.startswith("(") and name.endswith(")") and name.count("(") == 1
    return name if is_whole or not any([sign in name for sign in " +-*/×·^<>="]) else f"({name})"


def with_output(order: Sequence[Node], names: Mapping[str, Any] | None = None) -> Mapping[str, Any] | None:
    """The names, and f for an output, the last node, that has no name."""
    output = order[-1]
    known = {} if names is None else names
    is_named = output.name is not None or not isinstance(known, Mapping) or any([v is output for v in known.values()])
    if is_named or output.op is None or "f" in known or any([v.name == "f" for v in order]):
        return names
    return {**known, "f": output}


class Labels:
    """The name of every node of a graph, and its formula in terms of those names.

    A node gets its name from `names` (name -> Value, or a list, tuple, mapping or array of them: w[0], w[1]; anything else there
    is skipped, so locals() will do). Without one it keeps
    its own name, or becomes v₁, v₂, ... in topological order. Equal names are told apart by numbers: w, w₂, w₃. With `spelled`,
    a node without a name is called by its formula if that is short: (w × x + b). With `pretty`, theta and w_1 become θ and w₁.
    """

    def __init__(self, order: Sequence[Node], names: Mapping[str, Any] | None = None, spelled: bool = False,
                 pretty: bool = False) -> None:
        if names is not None and not isinstance(names, Mapping):
            raise OperandError(f"names must be a mapping of names to Values, such as dict(c=c, d=d), got {described(names)}")
        self._names: dict[int, str] = {}
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}                              # the next free number for each stem
        given = _given(names or {})
        namesakes = []
        for v in order:
            if v.op is None and is_constant(v):
                self._names[id(v)] = number(v.data, 6)
                continue
            name = printable(given.get(id(v)) or v.name or "").strip()
            name = pretty_name(name) if pretty else name
            if name in self._taken:
                namesakes.append((v, name))
            elif name:
                self._taken.add(name)
                self._names[id(v)] = name
        for v, name in namesakes:                                    # once all the given names are taken
            self._names[id(v)] = self._fresh(name, name, 2)
        self._spelled: set[int] = set()                              # nodes that are called by their formula
        self._texts: dict[tuple[int, int], Text] = {}
        count = 0
        for v in order:
            if is_constant(v):
                self._names.setdefault(id(v), self.formula(v))
            if spelled and v.op is not None and id(v) not in self._names:
                self._spell(v)
            if id(v) not in self._names:
                count += 1
                self._names[id(v)] = self._fresh("v" + _subscript(count), "v", count + 1)

    def _spell(self, v: Node) -> None:
        """Call a node by its formula, if that is short and not taken."""
        assert v.op is not None
        if len(v.operands) > LONGEST:
            return
        name = formula(v.op, [self.text(x) for x in v.operands], PRETTY).within(9)
        if len(name) <= SHORT and name not in self._taken:
            self._taken.add(name)
            self._names[id(v)] = name
            self._spelled.add(id(v))

    def text(self, x: Any, m: TextArithmetic = PRETTY) -> Any:
        """An operand as written in a formula: its name, its own formula, or its number."""
        if not isinstance(x, Node):
            return x
        key = id(m), id(x)
        if key not in self._texts:
            self._texts[key] = (formula(x.op, [self.text(y, m) for y in x.operands], m)
                                if x.op is not None and id(x) in self._spelled else m.named(self._names[id(x)]))
        return self._texts[key]

    def _fresh(self, name: str, stem: str, count: int) -> str:
        """The name; or, if it is taken, the stem with the first free number."""
        count = self._next.get(stem, count)
        while name in self._taken:
            name = stem + _subscript(count)
            count += 1
            self._next[stem] = count
        self._taken.add(name)
        return name

    def name(self, v: Node, m: TextArithmetic = PRETTY) -> str:
        """The name of a node."""
        return self._names[id(v)] if m is PRETTY else str(self.text(v, m).within(9))

    def known(self, v: Node) -> str | None:
        """The name of a node, or None if it is none of those that were to be named."""
        return self._names.get(id(v))

    def is_spelled(self, v: Node) -> bool:
        """Whether a node is called by its formula."""
        return id(v) in self._spelled

    def formula(self, v: Node, m: TextArithmetic = PRETTY) -> str:
        """How a node was computed, as one operation: "c × d". Empty for a leaf."""
        if v.op is None:
            return ""
        parts: list[Any] = [self.text(x, m) for x in v.operands]
        if v.op.nary and len(parts) > LONGEST:
            if v.op.symbol == "·":                                   # the operands are two rows in sequence
                return f"[{_abridged(parts[:len(parts) // 2], m)}] · [{_abridged(parts[len(parts) // 2:], m)}]"
            return f"{v.op.name}({_abridged(parts, m)})"
        return str(formula(v.op, parts, m))

    def partial(self, v: Node, j: int, m: TextArithmetic = PRETTY, digits: int = 4) -> str:
        """The local partial of a node by its operand j, in symbols: "exp(c)"; as a number if the symbols would be too long."""
        value = partials_by_operand(v)[j] or 0.0
        if v.op is None or (v.op.nary and v.op.symbol not in ("+", "·")) or v.op.kink is not None or v.op.name == "where":
            return number_in(value, m, digits)
        wanted = [k == j for k in range(len(v.operands))]

        def written(n: TextArithmetic) -> str:
            assert v.op is not None
            text = v.op.local_partials(n, self.text(v, n), [self.text(x, n) for x in v.operands], wanted)[j]
            own = self.formula(v, n) if not v.op.symbol and not self.is_spelled(v) else ""
            shown = str(n.number(0.0 if text is None else text))
            return shown.replace(own, self.name(v, n)) if own else shown   # a(1 - a), not a(1 - sigmoid(z))
        try:
            return written(m) if len(written(PRETTY)) <= LONG else number_in(value, m, digits)
        except FloatsOnlyError:                                      # an operation of the user's that has no formula
            return number_in(value, m, digits)


def _given(names: Mapping[str, Any]) -> dict[int, str]:
    """The names of nodes by id(). A node that is named alone and stands in a list keeps its own name; of several the first."""
    found: dict[int, str] = {}
    for name, v in names.items():
        if isinstance(v, Node):
            found.setdefault(id(v), str(name))
    for name, x in names.items():
        if not str(name).startswith("_"):                            # not IPython's history
            for label, v in _inside(str(name), x):
                found.setdefault(id(v), label)
    return found


def _inside(name: str, x: Any) -> list[tuple[str, Node]]:
    """The Values in a list, a mapping or an array, with their names; none if it holds anything else."""
    try:
        if not (isinstance(x, (list, tuple, Mapping)) or has_array(x)) or getattr(getattr(x, "dtype", None), "kind", "O") != "O":
            return []
        check_depth(x)
        return [(label, v) for label, v in zip(labelled(x, name), flatten(x)[0]) if isinstance(v, Node)]
    except Exception:                                                # anything may stand in locals()
        return []


def _abridged(parts: Sequence[Any], m: TextArithmetic) -> str:
    """Operands in a row; where there are many, those in the middle are left out."""
    texts = [str(m.number(x)) for x in parts]
    return ", ".join(texts if len(texts) <= LONGEST else [texts[0], texts[1], "…", texts[-1]])


def _subscript(count: int) -> str:
    return str(count).translate(SUBSCRIPTS)
