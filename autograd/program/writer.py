"""Writes code as a module of LLVM's: straight-line functions of vectors, a lane for each element.

The body, which differs between lanes, is cut into functions of a thousand lines, so that compiling takes time in proportion to
the length. What one of them leaves for a later one lies in `scratch`. A driver runs a few blocks of lanes through each function
before it turns to the next. What lanes share is computed before them and after them, in scalars that lie in `memory`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from .driver import driver, run_function, sum_of_lanes, sums_of_vectors
from .helpers import LIBM, helper, symbol_of
from .kernels import KERNELS
from .lines import kind_beside, scalar_function, vector_function
from .product_loops import BESIDE, product_function
from .products import OuterProduct, outer_products
from .simplify import AFTER, COUNT, LANE, SHARED, Code, reached
from .vectors import declarations, hexadecimal

CHUNK, CARELESS_CHUNK = 1000, 180                                    # lines of a function; the code of one that LLVM chooses no
                                                                     # registers for is longer, and shall stay in the cache, too
FEW_CALLS = 40                                                       # of kernels, that are written where they are called
SCRATCH = 1 << 18                                                    # bytes, for which blocks of lanes are taken together
MOST_BLOCKS = 64
SHORT = 1000                                                         # lines that LLVM improves as a whole
MIDDLING = 4000                                                      # lines for which it chooses registers with care, if there
MANY = 20                                                            # is a sum for so few lines or fewer
VECTORS = ((100, 4), (400, 2))                                       # up to so many lines so many vectors are taken together: one
                                                                     # waits for its own results most of the time


class Writer:
    """Writes a module of LLVM's for code.

    Attributes:
        width: lanes in a block: those of one vector of the processor's, or of several. sum_width: those of one, in which lanes
            are summed. is_careful: whether LLVM is to schedule instructions and choose registers with care, which takes time.
        memory: where each shared line lies in memory. rows: how many results are in lanes. count: lines in all.
    """

    def __init__(self, code: Code, results: Sequence[int], width: int, streams: bool = False) -> None:
        self.code, self.results, self.width, self.streams = code, list(results), width, streams
        lines = reached(code, results)
        ranks, names = code.ranks, code.names
        shared = [k for k in lines if k in code.inputs and ranks[k] != LANE]
        shared.sort(key=lambda k: (code.inputs[k] == COUNT, code.inputs[k]))
        self.shared_places = [code.inputs[k] for k in shared]
        columns = [k for k in lines if k in code.inputs and ranks[k] == LANE]
        number = {k: j for j, k in enumerate(code.columns())}
        self.lane_columns = [number[k] for k in columns]
        self.column = {k: j for j, k in enumerate(columns)}
        self.products = outer_products(code, lines, results)
        in_loops = [k for product in self.products for k in product.totals]
        left_out = {k for product in self.products for k in product.lines}
        totals = [k for k in lines if names[k] == "total" and k not in left_out]
        order = {k: j for j, k in enumerate(results)}
        self.totals_of = [*in_loops, *sorted(totals, key=lambda k: order.get(k, len(results)))]  # results in a row
        self.totals = len(self.totals_of) - len(in_loops)            # that are summed in `sums`
        self.before = [k for k in lines if ranks[k] == SHARED and code.operands[k]]
        self.after = [k for k in lines if ranks[k] == AFTER and code.operands[k] and names[k] != "total"]
        self.body = _with_groups(code, [k for k in lines if ranks[k] == LANE and code.operands[k] and k not in left_out])
        self.count = len(lines) - len(left_out)
        self.has_loops = bool(self.products) or any([names[k] == "dot" for k in self.body])
        constants = [k for k in self.results if k in code.constants]
        self.memory = {k: j for j, k in enumerate([*shared, *self.before])}
        self.total_start = len(self.memory)
        for k in [*self.totals_of, *self.after, *constants]:
            self.memory.setdefault(k, len(self.memory))
        self.size = len(self.memory)
        in_lanes = [k for k in self.results if ranks[k] == LANE]
        self.rows = len(in_lanes)
        self.row = _places(in_lanes)
        self.summed = _places([code.operands[k][0] for k in self.totals_of[len(in_loops):]])
        self.arrays: dict[tuple[int, ...], int] = {}                 # lines that a loop goes over: their first slot in scratch
        self.specials: set[tuple[str, int]] = set()
        self.called: set[tuple[str, int]] = set()                    # kernels and functions of libm, with the width
        self.is_inlined = sum([names[k] in KERNELS for k in self.body]) <= FEW_CALLS
        self.slots, self.tile = 0, 1
        self.sum_width = width
        takes_sums = self.totals * MANY > len(self.body) and self.count <= MIDDLING
        self.is_careful = self.has_loops or takes_sums or self.count <= SHORT
        if width > 1:                                                # a vector of 1 is a number
            self.width = width * next((vectors for lines, vectors in VECTORS if self.count <= lines), 2 if takes_sums else 1)

    def text(self) -> str:
        """The module."""
        size = CHUNK if self.is_careful else CARELESS_CHUNK
        chunks = [self.body[j:j + size] for j in range(0, len(self.body), size)]
        stored = self._stored(chunks)
        for k in self.body:
            if self.code.names[k] == "dot":
                self._array(self.code.operands[k][len(self.code.operands[k]) // 2:], stored)
        for product in self.products:
            self._array((product.g,), stored)
            self._array(product.xs, stored)
            if product.where is not None:
                self._array((product.where,), stored)
        self.tile = max(1, min(MOST_BLOCKS, SCRATCH // max(1, self.slots * self.width * 8)))
        parts = [vector_function(f"body{j}", chunk, self, stored) for j, chunk in enumerate(chunks)]
        done = {k for chunk in chunks for k in chunk}
        loose = [k for k in {**self.row, **self.summed} if k not in done]
        if loose:                                                    # results that are columns
            parts.append(vector_function(f"body{len(chunks)}", [], self, stored, loose))
        starts = list(itertools.accumulate([len(product.xs) for product in self.products], initial=self.total_start))
        groups = _groups(self.products, starts)
        parts.append(driver(self, len(parts), len(groups)))
        parts += [product_function(self, j, *group) for j, group in enumerate(groups)]
        parts.append(run_function(self, starts[-1] - self.total_start))
        for name, lines in (("before", self.before), ("after", self.after)):
            parts += self._scalar_functions(name, lines)
        return "\n".join([*self._helpers(), *parts, "!0 = !{}", "!1 = !{i32 1}"])

    def _stored(self, chunks: Sequence[Sequence[int]]) -> dict[int, list[int]]:
        """The slots in scratch of the lines that a later chunk needs. A slot is used again after the last of them."""
        code = self.code
        chunk_of = {k: j for j, chunk in enumerate(chunks) for k in chunk}
        last: dict[int, int] = {}
        for k, j in chunk_of.items():
            for x in code.operands[k]:
                if x in chunk_of and chunk_of[x] < j:
                    last[x] = max(last.get(x, 0), j)
        slots: dict[int, int] = {}
        free: list[int] = []
        ending: dict[int, list[int]] = {}
        for j, chunk in enumerate(chunks):
            for k in chunk:
                if k in last:
                    if free:
                        slots[k] = free.pop()
                    else:
                        slots[k] = self.slots
                        self.slots += 1
                    ending.setdefault(last[k], []).append(slots[k])
            free += ending.get(j, [])
        return {k: [slot] for k, slot in slots.items()}

    def _array(self, lines: tuple[int, ...], stored: dict[int, list[int]]) -> None:
        """Give computed lines slots of their own, one after the other."""
        if lines[0] not in self.column and lines not in self.arrays:
            self.arrays[lines] = self.slots
            for k in lines:
                stored.setdefault(k, []).append(self.slots)
                self.slots += 1

    def address(self, lines: tuple[int, ...]) -> tuple[bool, int]:
        """Where lines that a loop goes over are: whether they are columns, and the number of the first column or slot."""
        return (True, self.column[lines[0]]) if lines[0] in self.column else (False, self.arrays[lines])

    def _scalar_functions(self, name: str, lines: Sequence[int]) -> list[str]:
        """What lanes share, as functions on memory, and one that calls them in turn."""
        parts = [scalar_function(f"{name}{j}", lines[start:start + CHUNK], self)
                 for j, start in enumerate(range(0, len(lines), CHUNK))]
        constants = [k for k in self.memory if k in self.code.constants] if name == "after" else []
        stores = [f"  %c{j} = getelementptr double, ptr %memory, i64 {self.memory[k]}\n"
                  f"  store double {hexadecimal(self.code.constants[k])}, ptr %c{j}" for j, k in enumerate(constants)]
        calls = [f"  call void @{name}{j}(ptr %memory)" for j in range(len(parts))]
        head = f"define void @{name}(ptr noalias %memory) nounwind {{"
        return [*parts, "\n".join([head, *stores, *calls, "  ret void", "}\n"])]

    def _helpers(self) -> list[str]:
        """Declarations, and the functions that were called."""
        parts = [*[declarations(width) for width in sorted({1, self.width})],
                 sum_of_lanes(self.width), sums_of_vectors(self.sum_width)]
        libm: set[str] = set()
        for name, width in sorted(self.called):
            parts.append(helper(name, width, "alwaysinline" if self.is_inlined and width > 1 else "noinline", libm))
        for name, count in sorted(self.specials):
            parts.append(f"declare double @{symbol_of(name, count)}({', '.join(['double'] * count)}) nounwind\n")
        for name in sorted(libm):
            parts.append(f"declare double @{name}({', '.join(['double'] * LIBM[name])}) nounwind memory(none)\n")
        return parts


def _groups(products: Sequence[OuterProduct], starts: Sequence[int]) -> list[tuple[list[OuterProduct], list[int]]]:
    """Products with the same x, a few in each group, and their starts."""
    by_xs: dict[tuple[int, ...], list[int]] = {}
    for j, product in enumerate(products):
        by_xs.setdefault(product.xs, []).append(j)
    cut = [group[first:first + BESIDE] for group in by_xs.values() for first in range(0, len(group), BESIDE)]
    return [([products[j] for j in group], [starts[j] for j in group]) for group in cut]


def _places(lines: Iterable[int]) -> dict[int, list[int]]:
    """For each line where it occurs."""
    found: dict[int, list[int]] = {}
    for j, k in enumerate(lines):
        found.setdefault(k, []).append(j)
    return found


def _with_groups(code: Code, body: list[int]) -> list[int]:
    """The lines of the body, with those that are written as one, such as sin(x) and cos(x), one after the other."""
    groups: dict[Any, list[int]] = {}
    for k in body:
        kind = kind_beside(code, k)
        groups.setdefault(k if kind is None else kind, []).append(k)
    return [k for group in groups.values() for k in group]
