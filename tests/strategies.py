"""One strategy for random graphs: DAGs with sharing over the whole table, each operand kept inside its operation's domain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from autograd.arithmetic.graph import GRAPH
from autograd.engine import Value, apply
from autograd.ops import TABLE, Operation

# All rows but the constants, and but peak, which is a maximum held constant and so has not the derivative of its value.
ROWS = [row for row in TABLE.values() if row.operand_names and row.name != "peak"]


def positive(x: Any) -> Any:
    """A number in (0.1, 1.1)."""
    return GRAPH.sigmoid(x) + 0.1


def inside(x: Any) -> Any:
    """A number in (-0.9, 0.9)."""
    return GRAPH.tanh(x) * 0.9


def share(x: Any) -> Any:
    """A number in (0.1, 0.9)."""
    return GRAPH.sigmoid(x) * 0.8 + 0.1


def above_1(x: Any) -> Any:
    """A number of at least 1.1."""
    return x * x + 1.1


def order(x: Any) -> float:
    """A whole number from 0 to 3, which no gradient flows to."""
    return float(int(abs(x.data if isinstance(x, Value) else x)) % 4)


def as_is(x: Any) -> Any:
    return x


# What keeps each operand inside the domain, and away from where a slope is infinite: one function an operand.
KEPT: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "div": (as_is, positive), "reciprocal": (positive,), "pow": (positive, as_is),
    "log": (positive,), "log2": (positive,), "log10": (positive,), "log1p": (positive,), "sqrt": (positive,), "cbrt": (positive,),
    "asin": (inside,), "acos": (inside,), "atanh": (inside,), "acosh": (above_1,), "log1mexp": (positive,), "logdiffexp": (above_1, inside),
    "xlogy": (as_is, positive), "xlog1py": (as_is, positive), "sinpi": (as_is,), "cospi": (as_is,), "sec": (inside,), "csc": (positive,), "cot": (positive,),
    "asec": (above_1,), "acsc": (above_1,), "csch": (positive,), "coth": (positive,), "asech": (share,), "acsch": (positive,), "acoth": (above_1,),
    "erfinv": (inside,), "erfinv_slope": (inside,), "ndtri": (share,), "ndtri_slope": (share,), "gamma": (positive,), "lgamma": (positive,),
    "digamma": (positive,), "beta": (positive, positive), "sinc": (as_is,), "polygamma": (order, positive), "polygamma_gap": (order, positive, positive),
    "iv": (order, as_is), "erfcx_derivative": (order, as_is), "sinc_derivative": (order, as_is), "ceil": (as_is,), "round": (as_is,), "trunc": (as_is,),
    "mod": (as_is, positive), "fmod": (as_is, positive), "floor_divide": (as_is, positive), "hardshrink": (as_is, positive), "softshrink": (as_is, positive),
    "atan2": (as_is, positive), "hypot": (as_is, positive), "sin": (as_is,), "cos": (as_is,), "tan": (inside,), "floor": (as_is,),
    "where": (lambda c: c if c.data else GRAPH.greater(c, 0.25), as_is, as_is),
}

Reference = int | float                                                # which earlier node, or a constant


@dataclass(frozen=True)
class Recipe:
    """How to build a graph: the data of its leaves, and steps that each take earlier nodes or constants."""

    leaves: tuple[float, ...]
    steps: tuple[tuple[str, tuple[Reference, ...]], ...]

    def build(self) -> tuple[list[Value], Value]:
        """The leaves, and an output below which every step is."""
        leaves = [Value(x, name=f"x{k}") for k, x in enumerate(self.leaves)]
        nodes: list[Value] = list(leaves)
        unused = {id(x): x for x in leaves}
        for name, references in self.steps:
            operands = [nodes[r % len(nodes)] if isinstance(r, int) else r for r in references]
            for x in operands[order in KEPT.get(name, ()):]:         # an order is a number
                if isinstance(x, Value):
                    unused.pop(id(x), None)
            node = apply(TABLE[name], *self._kept(name, operands))
            nodes.append(node)
            unused[id(node)] = node
        return leaves, apply(TABLE["sum"], *[GRAPH.tanh(x) if abs(x.data) > 2.0 else x for x in unused.values()])

    @staticmethod
    def _kept(name: str, operands: list[Any]) -> list[Any]:
        small = [GRAPH.tanh(x) * 2.0 if isinstance(x, Value) and abs(x.data) > 3.0 else x for x in operands]
        if name not in KEPT:
            return small
        return [keep(x) if isinstance(x, Value) or keep in (as_is, above_1, order) else abs(x) / 10.0 + 0.15
                for keep, x in zip(KEPT[name], small)]


numbers = st.floats(-3.0, 3.0, allow_subnormal=False).map(lambda x: round(x, 6))
constants = numbers


@st.composite
def recipes(draw: st.DrawFn, containing: Operation | None = None, most: int = 12) -> Recipe:
    """Recipes with one to three leaves. `containing` stands among the steps, over Values that differ, since equal ones are
    a kink to many."""
    leaves = tuple(draw(st.lists(numbers, min_size=3 if containing else 1, max_size=3, unique=containing is not None)))
    rows = draw(st.lists(st.sampled_from(ROWS), min_size=0 if containing else 1, max_size=most))
    if containing is not None:
        rows.insert(draw(st.integers(0, len(rows))), containing)
    steps = []
    for row in rows:
        count = draw(st.integers(1, 4)) * (2 if row.name == "dot" else 1) if row.nary else len(row.operand_names)
        references: list[Reference] = [draw(st.integers(0, len(leaves) + len(steps) - 1)) for _ in range(count)]
        if row is containing:
            first = draw(st.integers(0, len(leaves) + len(steps) - 1))
            references = [first + k for k in range(count)]
        if row is not containing and count > 1 and order not in KEPT.get(row.name, ()) and draw(st.booleans()):
            references[draw(st.integers(0, count - 1))] = draw(constants)
        steps.append((row.name, tuple(references)))
    return Recipe(leaves, tuple(steps))
