"""How a slip is put into words, with the names of the nodes and the numbers of the simplest point where the claim is wrong."""

from __future__ import annotations

import math

from ..engine import Value
from ..labels import Labels
from ..text import number
from .samples import Sample
from .slips import Place, Slip
from .tape import Edge, Tape

LONG = 70                                                            # characters of a product that is written out


class Phrases:
    """The words for one claim's slips."""

    def __init__(self, shown: Sample) -> None:
        self.x = shown.x
        self.tape: Tape = shown.graph
        nodes = self.tape.nodes
        output = shown.label.partition("/")[0].lstrip("∂")
        steps = {name: v for name, v in shown.outcome.probe.steps.items() if v.name is None}
        self._labels = Labels(nodes, {**steps, output: nodes[-1]} if nodes[-1].name is None else steps, spelled=True)

    def name(self, k: int) -> str:
        """What a node is called."""
        return self._labels.name(self.tape.nodes[k])

    @property
    def names(self) -> dict[str, Value]:
        """The nodes that are called by a name of their own, and not by their formula."""
        return {self._labels.name(v): v for v in self.tape.nodes if v.op is not None and not self._labels.is_spelled(v)}

    def below(self, k: int, j: int) -> int:
        """The node that is operand j of node k."""
        u = self.tape.operands[k][j]
        assert u is not None
        return u

    def derivative(self, k: int, j: int) -> str:
        """∂v/∂u."""
        return f"∂{self.name(k)}/∂{self.name(self.below(k, j))}"

    def right(self, k: int, j: int) -> str:
        """A local partial in symbols and in numbers."""
        right, value = self._labels.partial(self.tape.nodes[k], j), number(self.tape.partials[k][j] or 0.0)
        return right if right == value else f"{right} = {value}"

    def others(self, k: int, j: int) -> list[int]:
        """The other operands of a node that depend on the input."""
        tangents = self.tape.tangents(self.x)
        return [u for i, u in enumerate(self.tape.operands[k]) if i != j and u is not None and tangents[u] != 0.0]

    def constant_factor(self, k: int, j: int) -> str | None:
        """The constant by which an edge multiplies, as it is written: 3, or 1/2; None if it is no such edge."""
        row, xs = self.tape.rows[k], self.tape.inputs[k]
        if (
            row is None
            or row.name not in ("mul", "div")
            or self.tape.operands[k][1 - j] is not None
            or (row.name, j) == ("div", 1)
        ):
            return None
        return f"1/{number(xs[1])}" if row.name == "div" else number(xs[1 - j])

    def kind(self, slip: Slip, k: int, j: int) -> str:
        """The mistake's name; that of a dropped constant factor says which."""
        factor = self.constant_factor(k, j) if slip.kind == "chain factor dropped" else None
        if factor is None:
            return slip.kind
        is_mean = factor.startswith("1/") and factor[2:].isdigit() and factor != "1/2"
        return {"1/2": "factor 2 too much", "0.5": "factor 2 too much", "2": "factor 2 missing"}.get(
            factor, "sum for mean" if is_mean else slip.kind
        )

    def slip(self, slip: Slip, k: int, j: int) -> str:
        """A slip of an edge."""
        if slip.kind == "path forgotten":
            return self._path(k, j)
        factor = self.constant_factor(k, j) if slip.kind == "chain factor dropped" else None
        if factor is not None:
            v = self.tape.nodes[k]
            where = self.name(k) if self._labels.is_spelled(v) else f"{self.name(k)} = {self._labels.formula(v)}"
            tail = {"sum for mean": " (the sum is taken for the mean)", "factor 2 too much": " (a 2 is kept)"}.get(
                self.kind(slip, k, j), ""
            )
            return f"the factor {factor} in {where} is dropped{tail}"
        words, right, row = slip.words, self.right(k, j), self.tape.rows[k]
        if slip.kind == "chain factor dropped" and right == "0":
            return f"{self.derivative(k, j)} is 0 here, and not 1"
        if row is not None and row.name == "pow":
            n = self.tape.inputs[k][1]
            for power, x in (("n", n), ("n-1", n - 1.0), ("n-2", n - 2.0), ("n+1", n + 1.0)):
                shown = number(x) if self.tape.operands[k][1] is None else power if power == "n" else f"({power})"
                words = words.replace(" {u}^{" + power + "}", "" if shown == "0" else " {u}^{" + power + "}")
                words = words.replace("^{" + power + "}", "" if shown == "1" else f"^{shown}").replace("{" + power + "}", shown)
            if slip.kind in ("factor 2 missing", "exponent not lowered", "the factor n is missing"):
                right += ", by the power rule"
        return words.format(v=self.name(k), u=self.name(self.below(k, j)), dv=self.derivative(k, j), right=right)

    def place(self, place: Place, k: int, j: int) -> str:
        """A derivative taken at the wrong place."""
        u = self.below(k, j)
        inner = f"∂{self.name(u)}/∂{self.name(self.x)}"
        name = inner if place.node is None else self.name(place.node)
        there = self.tape.tangents(self.x)[u] if place.node is None else self.tape.values[place.node]
        tail = f", and the factor {inner} is dropped" if place.alone else ""
        right = f"{self.name(u)} = {number(self.tape.values[u])}"
        return f"{self.derivative(k, j)} is taken at {name} = {number(there)}, and not at {right}{tail}"

    def _path(self, k: int, j: int) -> str:
        """Which path an edge is on, and what its term is."""
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
        product = (
            total if len(symbols) > LONG else f"{symbols} = {numbers} = {total}" if len(path) > 1 else f"{symbols} = {total}"
        )
        row = self.tape.rows[k]
        rule = " (one term of the product rule)" if row is not None and row.name == "mul" and self.others(k, j) else ""
        return f"the path {' → '.join(names)} is forgotten{rule}: its term {product} is missing"


def only_path(tape: Tape, x: int, edge: Edge) -> list[Edge] | None:
    """The path from x to the output through an edge, if there is only one."""
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
