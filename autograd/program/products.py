"""Outer products in code: the gradients of many weights, which are worth a loop over memory rather than a line for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .simplify import LANE, LONG, Code


class OuterProduct(NamedTuple):
    """Totals over lanes of g times x1, g times x2, and so on, as the gradient of many weights has, in the lanes where a condition
    holds, or in all. g is computed; the x are inputs one after the other, or all computed."""

    g: int
    where: int | None
    xs: tuple[int, ...]
    totals: list[int]
    lines: list[int]                                                 # that the loop computes: the totals, and what only they use


def uses_of(code: Code, lines: Sequence[int], results: Iterable[int]) -> Counter[int]:
    """How often each line is an operand or a result."""
    uses = Counter([x for k in lines for x in code.operands[k]])
    uses.update(results)
    return uses


def outer_products(code: Code, lines: Sequence[int], results: Iterable[int]) -> list[OuterProduct]:
    """The outer products that are worth a loop. A product that is used elsewhere, too, is left out."""
    uses = uses_of(code, lines, results)
    by_factor: dict[tuple[int, int | None], list[tuple[int, int]]] = {}
    left_out: dict[int, list[int]] = {}
    for k in lines:
        if code.names[k] != "total":
            continue
        product, where = code.operands[k][0], None
        inner = [product]
        if code.names[product] == "where" and uses[product] == 1 and code.constants.get(code.operands[product][2]) == 0.0:
            where, product, _ = code.operands[product]
            if code.ranks[where] != LANE:                            # known before the lanes, so the body does not write it down
                continue
            inner.append(product)
        if code.names[product] == "mul" and uses[product] == 1:
            a, b = code.operands[product]
            if a != b and code.ranks[a] == code.ranks[b] == LANE:
                by_factor.setdefault((a, where), []).append((b, k))
                by_factor.setdefault((b, where), []).append((a, k))
                left_out[k] = [k, *inner]
    found: list[OuterProduct] = []
    taken: set[int] = set()
    for (g, where), pairs in sorted(by_factor.items(), key=lambda item: -len(item[1])):
        pairs = sorted([(x, k) for x, k in pairs if k not in taken])
        if len(pairs) < LONG or g in code.inputs:
            continue
        xs, totals = tuple([x for x, _ in pairs]), [k for _, k in pairs]
        is_run = xs[0] in code.inputs and xs[-1] in code.inputs and xs == tuple(range(xs[0], xs[0] + len(xs)))
        if is_run or not any([x in code.inputs for x in xs]):
            found.append(OuterProduct(g, where, xs, totals, [x for k in totals for x in left_out[k]]))
            taken.update(totals)
    return found
