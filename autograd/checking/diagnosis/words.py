"""Describes a mistake in words, with the names of the nodes and the numbers at the simplest point where the claim is wrong."""

from __future__ import annotations

import math

from ...arithmetic.text import PRETTY, PrettyText
from ...engine import Value
from ...labels import OURS, Labels
from ...tape import Edge, Tape
from ...text import number
from .samples import Sample
from .slips import RULES, Elsewhere, NodeSlip, Slip

DEFINED = 5                                                          # names of ours that a text explains
LONG = 70                                                            # characters; longer products are not written out
BY_POWER_RULE = ("factor 2 missing", "exponent not lowered", "the factor n is missing")
HALVES_AND_TWOS = {"1/2": "factor 2 too much", "0.5": "factor 2 too much", "2": "factor 2 missing"}
TAILS = {"sum for mean": " (the sum instead of the mean)", "factor 2 too much": " (so an extra 2 remains)"}


class Words:
    """Descriptions of the slips in one claim."""

    def __init__(self, shown: Sample) -> None:
        self.x = shown.x
        self.tape: Tape = shown.graph
        nodes, probe = self.tape.nodes, shown.outcome.probe
        names = {name: v for name, v in probe.steps.items() if v.name is None}
        if nodes[-1].name is None:
            names[shown.outcome.target.of] = nodes[-1]
        self._labels = Labels(nodes, names, spelled=True)

    def name(self, k: int) -> str:
        """The name of a node."""
        return self._labels.name(self.tape.nodes[k])

    @property
    def names(self) -> dict[str, Value]:
        """The computed nodes with a name of their own, other than their formula."""
        return {self._labels.name(v): v for v in self.tape.nodes if v.op is not None and not self._labels.is_spelled(v)}

    def defined(self, text: str) -> str:
        """A text with the meaning of the names in it that only we have given: "..., where v₁ = exp(x) + 1"."""
        known = {name: v for name, v in self.names.items() if OURS.fullmatch(name)}
        found: dict[str, str] = {}
        waiting = OURS.findall(text)
        while waiting and len(found) < DEFINED:
            name = waiting.pop(0)
            if name in known and name not in found:
                found[name] = self._labels.formula(known[name])
                waiting += OURS.findall(found[name])
        meanings = ", ".join([f"{name} = {formula}" for name, formula in found.items()])
        return f"{text}, where {meanings}" if meanings else text

    def below(self, k: int, j: int) -> int:
        """The node that is operand j of node k."""
        u = self.tape.operands[k][j]
        assert u is not None
        return u

    def derivative(self, k: int, j: int) -> str:
        """∂v/∂u; if v is the output and u leads to it by other ways, too, this is only one part of what is called so."""
        u = self.below(k, j)
        is_part = k == len(self.tape.nodes) - 1 and len(self.tape.uses[u]) > 1
        return f"{'the direct part of ' if is_part else ''}∂{self.name(k)}/∂{self.name(u)}"

    def right(self, k: int, j: int) -> str:
        """The right local partial, in symbols and as a number."""
        right, value = self._labels.partial(self.tape.nodes[k], j), number(self.tape.partials[k][j] or 0.0)
        return right if right == value else f"{right} = {value}"

    def others(self, k: int, j: int) -> list[int]:
        """The other operands of a node that depend on the input."""
        slopes = self.tape.tangents(self.x)
        return [u for i, u in enumerate(self.tape.operands[k]) if i != j and u is not None and slopes[u] != 0.0]

    # Slips ---------------------------------------------------------------------------------------------------------------------

    def kind(self, slip: Slip, k: int, j: int) -> str:
        """The name of the mistake; for a dropped constant factor, it depends on the constant."""
        factor = self._constant_factor(slip, k, j)
        if factor is None:
            return slip.kind
        if factor in HALVES_AND_TWOS:
            return HALVES_AND_TWOS[factor]
        return "sum for mean" if factor.startswith("1/") and factor[2:].isdigit() else slip.kind

    def _constant_factor(self, slip: Slip, k: int, j: int) -> str | None:
        """The constant factor that is dropped, as it is written: 3, or 1/2; None if the slip is another one."""
        row, xs = self.tape.rows[k], self.tape.inputs[k]
        if slip.kind != "chain factor dropped" or row is None or row.name not in ("mul", "div"):
            return None
        if self.tape.operands[k][1 - j] is not None or (row.name, j) == ("div", 1):
            return None
        return f"1/{number(xs[1])}" if row.name == "div" else number(xs[1 - j])

    def slip(self, slip: Slip, k: int, j: int) -> str:
        """Describe a slip at an edge."""
        if slip.kind == "path forgotten":
            return self._path(k, j)
        v, row, right = self.tape.nodes[k], self.tape.rows[k], self.right(k, j)
        assert row is not None
        factor = self._constant_factor(slip, k, j)
        if factor is not None:
            where = self.name(k) if self._labels.is_spelled(v) else f"{self.name(k)} = {self._labels.formula(v)}"
            return f"the factor {factor} in {where} is dropped{TAILS.get(self.kind(slip, k, j), '')}"
        if slip.kind == "chain factor dropped" and right == "0":
            return f"{self.derivative(k, j)} is 0 here, not 1"
        if row.name == "pow" and slip.kind in BY_POWER_RULE:
            right += ", by the power rule"
        wrote = slip.wrote(PRETTY, self._labels.text(v), row.name, j, [self._labels.text(x) for x in v.operands])
        v_name, u_name = self.name(k), self.name(self.below(k, j))
        return slip.words.format(v=v_name, u=u_name, dv=self.derivative(k, j), right=right, wrote=wrote)

    def node_slip(self, slip: NodeSlip, k: int) -> str:
        """Describe a wrong rule for a whole node."""
        row, xs = self.tape.rows[k], self.tape.nodes[k].operands
        assert row is not None
        names = [str(self._labels.text(x).within(9)) if isinstance(x, Value) else number(x, 6) for x in xs]
        rule = RULES[row.name](PRETTY, *[PrettyText(name + prime) for prime in ("", "'") for name in names])
        return f"{slip.words.format(v=self.name(k))}: it is {rule}"

    def elsewhere(self, place: Elsewhere, k: int, j: int) -> str:
        """Describe a derivative taken at the wrong place."""
        u = self.below(k, j)
        inner = f"∂{self.name(u)}/∂{self.name(self.x)}"
        name = inner if place.node is None else self.name(place.node)
        there = self.tape.tangents(self.x)[u] if place.node is None else self.tape.values[place.node]
        tail = f", and the factor {inner} is dropped" if place.alone else ""
        right = f"{self.name(u)} = {number(self.tape.values[u])}"
        return f"{self.derivative(k, j)} is taken at {name} = {number(there)}, not at {right}{tail}"

    # Paths ---------------------------------------------------------------------------------------------------------------------

    def _path(self, k: int, j: int) -> str:
        """Describe the path that an edge is on, and the missing term."""
        path = only_path(self.tape, self.x, (k, j))
        if path is None:
            u = self.name(self.below(k, j))
            value = number(self.tape.partials[k][j] or 0.0)
            return f"all paths through {u} → {self.name(k)} are forgotten: the term {self.derivative(k, j)} = {value} is missing"
        names = [self.name(self.x), *[self.name(node) for node, _ in path]]
        factors = [self.tape.partials[node][operand] or 0.0 for node, operand in reversed(path)]
        symbols = " · ".join([self.derivative(node, operand) for node, operand in reversed(path)])
        total = number(math.prod(factors))
        numbers = " × ".join([f"({number(d)})" if d < 0.0 else number(d) for d in factors])
        parts = [total] if len(symbols) > LONG else [symbols, numbers, total] if len(path) > 1 else [symbols, total]
        row = self.tape.rows[k]
        rule = " (one term of the product rule)" if row is not None and row.name == "mul" and self.others(k, j) else ""
        return f"the path {' → '.join(names)} is forgotten{rule}: its term {' = '.join(parts)} is missing"


def only_path(tape: Tape, x: int, edge: Edge) -> list[Edge] | None:
    """The path from x to the output through an edge, if there is exactly one."""
    into: dict[int, list[tuple[Edge, int]]] = {}
    out: dict[int, list[Edge]] = {}
    for k, j in tape.edges(x):
        u = tape.operands[k][j]
        assert u is not None
        into.setdefault(k, []).append(((k, j), u))
        out.setdefault(u, []).append((k, j))
    path = [edge]
    start = tape.operands[edge[0]][edge[1]]
    while start != x:
        before = into.get(start or 0, [])
        if len(before) != 1:
            return None
        path.insert(0, before[0][0])
        start = before[0][1]
    while path[-1][0] != len(tape.nodes) - 1:
        after = out.get(path[-1][0], [])
        if len(after) != 1:
            return None
        path.append(after[0])
    return path
