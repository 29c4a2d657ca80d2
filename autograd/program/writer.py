"""Writes code as a module of LLVM's: straight-line functions of vectors, a lane for each element.

The body, which differs between lanes, is cut into functions of a thousand lines, so that compiling takes time in proportion to
the length. What one of them leaves for a later one lies in `scratch`. A driver runs a few blocks of lanes through each function
before it turns to the next. What lanes share is computed before them and after them, in scalars that lie in `memory`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from .kernels import KERNELS, PAIRS, WITHIN
from .simplify import AFTER, BOOLEAN, LANE, SHARED, Code, OuterProduct, outer_products, reached
from .vectors import FLOATS, TRUTHS, Builder, Vector, declarations, hexadecimal, splat, vector_type

CHUNK = 1000                                                         # lines of a function
FEW_CALLS = 40                                                       # of kernels, that are written where they are called
SCRATCH = 1 << 18                                                    # bytes, for which blocks of lanes are taken together
MOST_BLOCKS = 64
TOGETHER = 4                                                         # sums of a long dot product that run side by side

ARITHMETIC = {"add": "fadd contract", "sub": "fsub contract", "mul": "fmul contract", "div": "fdiv"}
COMPARED = {"less": "olt", "less_equal": "ole", "equal": "oeq", "not_equal": "une"}
LIBM = {"cbrt": 1, "tan": 1, "asin": 1, "acos": 1, "atan2": 2, "sinh": 1, "cosh": 1, "asinh": 1, "acosh": 1, "atanh": 1, "erfc": 1,
        "pow": 2, "hypot": 2, "fmod": 2}
for _name in KERNELS:
    if _name not in ("sech_squared", "erf_slope"):
        LIBM[_name] = 1                                              # for scalars, and for angles too large for a kernel
SIGNATURE = ("ptr noalias %columns, ptr noalias %memory, ptr noalias %scratch, ptr noalias %out, i64 %stride, ptr noalias %sums, "
             "ptr noalias %valid")


# Runs `count` lanes: the whole blocks, then a block of its own for the rest, whose columns are copied and filled up with the last
# lane, and in which only the `valid` lanes count in sums; then adds the sums of each lane up.
RUN = """
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

define void @run(ptr noalias %columns, ptr noalias %memory, ptr noalias %scratch, ptr noalias %out, i64 %count, ptr noalias %sums,
                 ptr noalias %tail, ptr noalias %table) nounwind {{
start:
  call void @before(ptr %memory)
  call void @llvm.memset.p0.i64(ptr align 8 %sums, i8 0, i64 {bytes}, i1 false)
  %totals = getelementptr double, ptr %memory, i64 {first}
  call void @llvm.memset.p0.i64(ptr align 8 %totals, i8 0, i64 {loop_bytes}, i1 false)
  %blocks = udiv i64 %count, {width}
  %rest = urem i64 %count, {width}
  %done = sub i64 %count, %rest
  %valid = getelementptr double, ptr %tail, i64 {valid}
  call void @blocks(ptr %columns, ptr %memory, ptr %scratch, ptr %out, i64 %count, ptr %sums, ptr %valid, i64 %blocks)
  %is_whole = icmp eq i64 %rest, 0
  br i1 %is_whole, label %total, label %fill
fill:
  %last = sub i64 %rest, 1
  %valid_rest = getelementptr double, ptr %valid, i64 {width}
  br label %mark
mark:
  %p = phi i64 [0, %fill], [%p1, %mark]
  %counts = icmp ult i64 %p, %rest
  %one = select i1 %counts, double 1.0, double 0.0
  %p_at = getelementptr double, ptr %valid_rest, i64 %p
  store double %one, ptr %p_at
  %p1 = add i64 %p, 1
  %more_marks = icmp ult i64 %p1, {width}
  br i1 %more_marks, label %mark, label %marked
marked:
  br label %column
column:
  %c = phi i64 [0, %marked], [%c1, %filled]
  %more_columns = icmp ult i64 %c, {columns}
  br i1 %more_columns, label %copy, label %run_rest
copy:
  %from_at = getelementptr ptr, ptr %columns, i64 %c
  %from = load ptr, ptr %from_at
  %tail_c = mul i64 %c, {width}
  br label %lane
lane:
  %l = phi i64 [0, %copy], [%l1, %lane]
  %is_inside = icmp ult i64 %l, %rest
  %l_from = select i1 %is_inside, i64 %l, i64 %last
  %k_from = add i64 %done, %l_from
  %x_at = getelementptr double, ptr %from, i64 %k_from
  %x = load double, ptr %x_at
  %k_to = add i64 %tail_c, %l
  %y_at = getelementptr double, ptr %tail, i64 %k_to
  store double %x, ptr %y_at
  %l1 = add i64 %l, 1
  %more_lanes = icmp ult i64 %l1, {width}
  br i1 %more_lanes, label %lane, label %filled
filled:
  %c1 = add i64 %c, 1
  br label %column
run_rest:
  %end_k = mul i64 {columns}, {width}
  %end = getelementptr double, ptr %tail, i64 %end_k
  call void @blocks(ptr %table, ptr %memory, ptr %scratch, ptr %end, i64 {width}, ptr %sums, ptr %valid_rest, i64 1)
  br label %row
row:
  %r = phi i64 [0, %run_rest], [%r1, %stored]
  %more_rows = icmp ult i64 %r, {rows}
  br i1 %more_rows, label %store, label %total
store:
  %r_from = mul i64 %r, {width}
  %r_start = mul i64 %r, %count
  %r_to = add i64 %r_start, %done
  br label %element
element:
  %m = phi i64 [0, %store], [%m1, %element]
  %m_from = add i64 %r_from, %m
  %z_at = getelementptr double, ptr %end, i64 %m_from
  %z = load double, ptr %z_at
  %m_to = add i64 %r_to, %m
  %w_at = getelementptr double, ptr %out, i64 %m_to
  store double %z, ptr %w_at
  %m1 = add i64 %m, 1
  %more_elements = icmp ult i64 %m1, %rest
  br i1 %more_elements, label %element, label %stored
stored:
  %r1 = add i64 %r, 1
  br label %row
total:
  br label %sum
sum:
  %t = phi i64 [0, %total], [%t1, %add]
  %more_sums = icmp ult i64 %t, {totals}
  br i1 %more_sums, label %add, label %finish
add:
  %t_k = mul i64 %t, {width}
  %t_at = getelementptr double, ptr %sums, i64 %t_k
  %t_lanes = load {floats}, ptr %t_at, align 8
  %s = call double @sum_of_lanes({floats} %t_lanes)
  %to = add i64 {start}, %t
  %to_at = getelementptr double, ptr %memory, i64 %to
  store double %s, ptr %to_at
  %t1 = add i64 %t, 1
  br label %sum
finish:
  call void @after(ptr %memory)
  ret void
}}
"""


PRODUCT = """
define internal void @product{number}(ptr noalias %columns, ptr noalias %memory, ptr noalias %scratch,
                              ptr noalias %valid, i64 %lane, i64 %blocks) noinline nounwind {{
start:
  %valid_lanes = load {floats}, ptr %valid, align {bytes}
  %counts = fcmp une {floats} %valid_lanes, zeroinitializer
  %g_start = getelementptr {floats}, ptr %scratch, i64 {g}
  br label %each
each:
  %i = phi i64 [0, %start], [%i1, %added]
  %place = add i64 %i, {first}
{of_x}
  %sum_place = add i64 %i, {start}
  %sum_at = getelementptr double, ptr %memory, i64 %sum_place
  %before = load double, ptr %sum_at
  br label %block
block:
  %b = phi i64 [0, %each], [%b1, %block]
  %sum = phi {floats} [{zero}, %each], [%sum1, %block]
  %g_at = getelementptr {floats}, ptr %g_start, i64 %b
  %g = load {floats}, ptr %g_at, align {bytes}
  %x_at = getelementptr {floats}, ptr %x_start, i64 %b
  %x = load {floats}, ptr %x_at, align 8
  %sum2 = call {floats} @llvm.fma.{suffix}({floats} %g, {floats} %x, {floats} %sum)
{chosen}
  %b1 = add i64 %b, 1
  %again = icmp ult i64 %b1, %blocks
  br i1 %again, label %block, label %added
added:
  %more_sum = call double @sum_of_lanes({floats} %sum1)
  %after = fadd double %before, %more_sum
  store double %after, ptr %sum_at
  %i1 = add i64 %i, 1
  %more = icmp ult i64 %i1, {count}
  br i1 %more, label %each, label %done
done:
  ret void
}}
"""


def _sum_of_lanes(width: int) -> str:
    """A function that adds the lanes of a vector."""
    k = Builder(width)
    y = "%x0"
    if width > 1:
        parts = [k.line(f"extractelement {k.types[FLOATS]} %x0, i64 {lane}").text for lane in range(width)]
        while len(parts) > 1:
            parts = [k.line(f"fadd double {a}, {b}").text for a, b in zip(parts[::2], parts[1::2])]
        y = parts[0]
    return "\n".join([f"define internal double @sum_of_lanes({k.types[FLOATS]} %x0) alwaysinline nounwind {{", *k.lines, f"  ret double {y}", "}\n"])


class Writer:
    """Writes a module of LLVM's for code.

    Attributes:
        memory: where each shared line lies in memory. rows: how many results are in lanes. count: lines in all.
    """

    def __init__(self, code: Code, results: Sequence[int], width: int) -> None:
        self.code, self.results, self.width = code, list(results), width
        lines = reached(code, results)
        ranks, names = code.ranks, code.names
        shared = [k for k in lines if k in code.inputs and ranks[k] != LANE]
        self.shared_places = [code.inputs[k] for k in shared]
        columns = [k for k in lines if k in code.inputs and ranks[k] == LANE]
        self.lane_places = [code.inputs[k] for k in columns]
        self.column = {k: j for j, k in enumerate(columns)}
        self.products = outer_products(code, lines)
        in_loops = [k for product in self.products for k in product.totals]
        left_out = {k for product in self.products for k in product.lines}
        self.totals_of = [*in_loops, *[k for k in lines if names[k] == "total" and k not in left_out]]
        self.totals = len(self.totals_of) - len(in_loops)            # that are summed in `sums`
        self.before = [k for k in lines if ranks[k] == SHARED and code.operands[k]]
        self.after = [k for k in lines if ranks[k] == AFTER and code.operands[k] and names[k] != "total"]
        self.body = _with_pairs(code, [k for k in lines if ranks[k] == LANE and code.operands[k] and k not in left_out])
        self.count = len(lines) - len(left_out)
        self.has_loops = bool(self.products) or any([names[k] == "dot" for k in self.body])
        constants = [k for k in self.results if k in code.constants]
        self.needs_after = bool(self.after or constants)
        self.memory = {k: j for j, k in enumerate([*shared, *self.before])}
        self.total_start = len(self.memory)
        for k in [*self.totals_of, *self.after, *constants]:
            self.memory.setdefault(k, len(self.memory))
        self.size = len(self.memory)
        in_lanes = [k for k in self.results if ranks[k] == LANE]
        self.rows = len(in_lanes)
        self.row = _places(in_lanes)
        self.summed = {x: where for x, where in _places([code.operands[k][0] for k in self.totals_of[len(in_loops):]]).items()}
        self.arrays: dict[tuple[int, ...], int] = {}                 # lines that a loop goes over: their first slot in scratch
        self.specials: set[tuple[str, int]] = set()
        self.called: set[tuple[str, int]] = set()                    # kernels and functions of libm, with the width
        self.is_inlined = sum([names[k] in KERNELS for k in self.body]) <= FEW_CALLS
        self.slots, self.tile = 0, 1

    def text(self) -> str:
        """The module."""
        chunks = [self.body[j:j + CHUNK] for j in range(0, len(self.body), CHUNK)]
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
        parts = [_vector_function(f"body{j}", chunk, self, stored) for j, chunk in enumerate(chunks)]
        done = {k for chunk in chunks for k in chunk}
        loose = [k for k in {**self.row, **self.summed} if k not in done]
        if loose:                                                    # results that are columns
            parts.append(_vector_function(f"body{len(chunks)}", [], self, stored, loose))
        parts.append(self._driver(len(parts)))
        start = self.total_start
        for j, product in enumerate(self.products):
            parts.append(self._product(j, product, start))
            start += len(product.xs)
        in_loops = sum([len(product.xs) for product in self.products])
        parts.append(RUN.format(width=self.width, columns=len(self.column), rows=self.rows, totals=self.totals, start=self.total_start + in_loops, first=self.total_start, loop_bytes=8 * in_loops,
                                bytes=self.totals * self.width * 8, valid=(len(self.column) + self.rows) * self.width, floats=vector_type(FLOATS, self.width)))
        for name, lines in (("before", self.before), ("after", self.after)):
            parts += self._scalar_functions(name, lines)
        return "\n".join([*self._helpers(), *parts, "!0 = !{}"])

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

    def _driver(self, chunks: int) -> str:
        """Takes a few blocks of lanes through all the functions, then the next few."""
        floats, tile = vector_type(FLOATS, self.width), self.tile
        lines = [f"define internal void @blocks({SIGNATURE}, i64 %blocks) noinline nounwind {{", "start:", "  br label %tile", "tile:",
                 "  %first = phi i64 [0, %start], [%end, %next]", "  %more = icmp ult i64 %first, %blocks",
                 "  br i1 %more, label %in, label %done", "in:", f"  %most = add i64 %first, {tile}",
                 "  %fits = icmp ult i64 %most, %blocks", "  %end = select i1 %fits, i64 %most, i64 %blocks",
                 f"  br label %{'chunk0' if chunks else 'next'}"]
        for j in range(chunks):
            after = f"chunk{j + 1}" if j + 1 < chunks else "products"
            lines += [f"chunk{j}:", f"  br label %loop{j}", f"loop{j}:",
                      f"  %block{j} = phi i64 [%first, %chunk{j}], [%following{j}, %loop{j}]",
                      f"  %lane{j} = mul i64 %block{j}, {self.width}", f"  %in_tile{j} = sub i64 %block{j}, %first",
                      f"  %scratch{j} = getelementptr {floats}, ptr %scratch, i64 %in_tile{j}",
                      f"  call void @body{j}(ptr %columns, ptr %memory, ptr %scratch{j}, ptr %out, i64 %stride, ptr %sums, ptr %valid, i64 %lane{j})",
                      f"  %following{j} = add i64 %block{j}, 1", f"  %again{j} = icmp ult i64 %following{j}, %end",
                      f"  br i1 %again{j}, label %loop{j}, label %{after}"]
        lines += ["products:", "  %taken = sub i64 %end, %first", f"  %lane = mul i64 %first, {self.width}"]
        lines += [f"  call void @product{j}(ptr %columns, ptr %memory, ptr %scratch, ptr %valid, i64 %lane, i64 %taken)" for j in range(len(self.products))]
        return "\n".join([*lines, "  br label %next", "next:", "  br label %tile", "done:", "  ret void", "}\n"])

    def _product(self, number: int, product: OuterProduct, start: int) -> str:
        """A function that adds an outer product, over the blocks of lanes in scratch, to the totals in memory from `start` on."""
        floats, truths = vector_type(FLOATS, self.width), vector_type(TRUTHS, self.width)
        in_columns, first = self.address(product.xs)
        of_x = (f"""  %column_at = getelementptr ptr, ptr %columns, i64 %place
  %column = load ptr, ptr %column_at
  %x_start = getelementptr double, ptr %column, i64 %lane""" if in_columns else f"""  %x_slot = mul i64 %place, {self.tile}
  %x_start = getelementptr {floats}, ptr %scratch, i64 %x_slot""")
        chosen = ""
        if product.where is not None:
            slot = self.arrays[product.where,] * self.tile
            chosen = f"""  %c_start = getelementptr {floats}, ptr %scratch, i64 {slot}
  %c_at = getelementptr {floats}, ptr %c_start, i64 %b
  %c = load {floats}, ptr %c_at, align {8 * self.width}
  %chosen = fcmp une {floats} %c, zeroinitializer
  %holds = and {truths} %chosen, %counts
"""
        chosen += f"  %sum1 = select {truths} {'%holds' if chosen else '%counts'}, {floats} %sum2, {floats} %sum"
        return PRODUCT.format(number=number, floats=floats, bytes=8 * self.width, g=self.arrays[product.g,] * self.tile, first=first,
                              count=len(product.xs), start=start, of_x=of_x, chosen=chosen,
                              zero="zeroinitializer" if self.width > 1 else "0.0",
                              suffix="f64" if self.width == 1 else f"v{self.width}f64")

    def _scalar_functions(self, name: str, lines: Sequence[int]) -> list[str]:
        """What lanes share, as functions on memory, and one that calls them in turn."""
        parts = [_scalar_function(f"{name}{j}", lines[start:start + CHUNK], self)
                 for j, start in enumerate(range(0, len(lines), CHUNK))]
        constants = [k for k in self.memory if k in self.code.constants] if name == "after" else []
        stores = [f"  %c{j} = getelementptr double, ptr %memory, i64 {self.memory[k]}\n"
                  f"  store double {hexadecimal(self.code.constants[k])}, ptr %c{j}" for j, k in enumerate(constants)]
        calls = [f"  call void @{name}{j}(ptr %memory)" for j in range(len(parts))]
        return [*parts, "\n".join([f"define void @{name}(ptr noalias %memory) nounwind {{", *stores, *calls, "  ret void", "}\n"])]

    def _helpers(self) -> list[str]:
        """Declarations, and the functions that were called."""
        parts = [*[declarations(width) for width in sorted({1, self.width})], _sum_of_lanes(self.width)]
        libm: set[str] = set()
        for name, width in sorted(self.called):
            parts.append(_helper(name, width, "alwaysinline" if self.is_inlined and width > 1 else "noinline", libm))
        for name, count in sorted(self.specials):
            parts.append(f"declare double @{symbol_of(name, count)}({', '.join(['double'] * count)}) nounwind\n")
        for name in sorted(libm):
            parts.append(f"declare double @{name}({', '.join(['double'] * LIBM[name])}) nounwind memory(none)\n")
        return parts


def _places(lines: Iterable[int]) -> dict[int, list[int]]:
    """For each line where it occurs."""
    found: dict[int, list[int]] = {}
    for j, k in enumerate(lines):
        found.setdefault(k, []).append(j)
    return found


def _partners(name: str) -> tuple[str, str] | None:
    return next((pair for pair in PAIRS if name in pair), None)


def _with_pairs(code: Code, body: list[int]) -> list[int]:
    """The lines of the body, with the second of a pair, such as sin(x) and cos(x), right after the first."""
    first: dict[tuple[tuple[str, str], int], list[int]] = {}
    for k in body:
        pair = _partners(code.names[k])
        if pair:
            first.setdefault((pair, code.operands[k][0]), []).append(k)
    moved = {together[1]: together[0] for together in first.values() if len(together) == 2}
    follows = {a: b for b, a in moved.items()}
    ordered: list[int] = []
    for k in body:
        if k not in moved:
            ordered.append(k)
            if k in follows:
                ordered.append(follows[k])
    return ordered


# Functions --------------------------------------------------------------------------------------------------------------------

class _Lines:
    """The lines of one function, and where their values are. `fetch` brings a value that is not there yet."""

    def __init__(self, writer: Writer, width: int) -> None:
        self.writer, self.width, self.code = writer, width, writer.code
        self.floats, self.truths = vector_type(FLOATS, width), vector_type(TRUTHS, width)
        self.written: list[str] = []
        self.values: dict[int, str] = {}

    def new(self, code: str) -> str:
        name = f"%v{len(self.written)}"
        self.written.append(f"  {name} = {code}")
        return name

    def fetch(self, k: int) -> str:
        raise NotImplementedError

    def value(self, k: int) -> str:
        found = self.values.get(k)
        if found is None:
            x = self.code.constants.get(k)
            found = self.values[k] = self.fetch(k) if x is None else splat(FLOATS, hexadecimal(x), self.width)
        return found

    def call(self, name: str, xs: Sequence[str]) -> str:
        self.writer.called.add((name, self.width))
        return f"call {self.floats} @{name}_{self.width}({', '.join([f'{self.floats} {x}' for x in xs])})"

    def pair(self, k: int, partner: int) -> None:
        """Both of a pair of functions, from one call."""
        pair = _partners(self.code.names[k])
        assert pair is not None
        name, both = "_and_".join(pair), f"{{{self.floats}, {self.floats}}}"
        self.writer.called.add((name, self.width))
        result = self.new(f"call {both} @{name}_{self.width}({self.floats} {self.value(self.code.operands[k][0])})")
        for line in (k, partner):
            self.values[line] = self.new(f"extractvalue {both} {result}, {pair.index(self.code.names[line])}")

    def write(self, k: int) -> None:
        """The line k."""
        name, code = self.code.names[k], self.code
        xs = [self.value(x) for x in code.operands[k]]
        floats, truths = self.floats, self.truths
        if name in ARITHMETIC:
            text = f"{ARITHMETIC[name]} {floats} {xs[0]}, {xs[1]}"
        elif name == "neg":
            text = f"fneg {floats} {xs[0]}"
        elif name in ("abs", "sqrt", "floor"):
            suffix = "f64" if self.width == 1 else f"v{self.width}f64"
            text = f"call {floats} @llvm.{'fabs' if name == 'abs' else name}.{suffix}({floats} {xs[0]})"
        elif name == "where":
            text = f"select {truths} {xs[0]}, {floats} {xs[1]}, {floats} {xs[2]}"
        elif name in COMPARED:
            text = f"fcmp {COMPARED[name]} {floats} {xs[0]}, {xs[1]}"
        elif name in ("and", "or"):
            text = f"{name} {truths} {xs[0]}, {xs[1]}"
        elif name == "not":
            text = f"xor {truths} {xs[0]}, {splat(TRUTHS, 'true', self.width)}"
        else:
            if name.startswith("special "):
                self.writer.specials.add((name, len(xs)))
                name = symbol_of(name, len(xs))
            text = self.call(name, xs)
        self.values[k] = self.new(text)



class _VectorLines(_Lines):
    """Those of the body."""

    def __init__(self, writer: Writer, stored: dict[int, list[int]]) -> None:
        super().__init__(writer, writer.width)
        self.stored = stored
        self._valid = ""
        self.block = "start"                                         # the label of the block that is being written

    def fetch(self, k: int) -> str:
        if k in self.writer.column:
            place = self.new(f"getelementptr ptr, ptr %columns, i64 {self.writer.column[k]}")
            column = self.new(f"load ptr, ptr {place}, !invariant.load !0")
            place = self.new(f"getelementptr double, ptr {column}, i64 %lane")
            return self.new(f"load {self.floats}, ptr {place}, align 8")
        if k in self.stored:
            place = self.new(f"getelementptr {self.floats}, ptr %scratch, i64 {self.stored[k][0] * self.writer.tile}")
            found = self.new(f"load {self.floats}, ptr {place}, align {8 * self.width}")
            return self.new(f"fcmp une {self.floats} {found}, zeroinitializer") if self.code.names[k] in BOOLEAN else found
        place = self.new(f"getelementptr double, ptr %memory, i64 {self.writer.memory[k]}")
        x = self.new(f"load double, ptr {place}, !invariant.load !0")
        x = self.splat_of(x)
        return self.new(f"fcmp une {self.floats} {x}, zeroinitializer") if self.code.names[k] in BOOLEAN else x

    def splat_of(self, x: str) -> str:
        """A number in all lanes."""
        if self.width == 1:
            return x
        one = self.new(f"insertelement {self.floats} poison, double {x}, i64 0")
        integers = vector_type("i32", self.width)
        return self.new(f"shufflevector {self.floats} {one}, {self.floats} poison, {integers} zeroinitializer")

    def write(self, k: int) -> None:
        """The line k; a long dot product is a loop."""
        if self.code.names[k] == "spread":
            self.values[k] = self.as_floats(self.code.operands[k][0])
        elif self.code.names[k] != "dot":
            super().write(k)
        else:
            self._write_dot(k)

    def _write_dot(self, k: int) -> None:
        operands = self.code.operands[k]
        half = len(operands) // 2
        weights = self.writer.memory[operands[0]]
        address = self.writer.address(operands[half:])
        loop, floats, n = f"dot{k}", self.floats, half - half % TOGETHER
        zeros = "zeroinitializer" if self.width > 1 else "0.0"
        self.written += [f"  br label %{loop}", f"{loop}:", f"  %i{k} = phi i64 [0, %{self.block}], [%next{k}, %{loop}]"]
        self.written += [f"  %sum{k}_{u} = phi {floats} [{zeros}, %{self.block}], [%sum{k}_{u}_1, %{loop}]" for u in range(TOGETHER)]
        for u in range(TOGETHER):
            self.written.append(f"  %sum{k}_{u}_1 = {self._product_added(f'%i{k}', u, weights, address, f'%sum{k}_{u}')}")
        self.written += [f"  %next{k} = add i64 %i{k}, {TOGETHER}", f"  %again{k} = icmp ult i64 %next{k}, {n}",
                         f"  br i1 %again{k}, label %{loop}, label %{loop}_done", f"{loop}_done:"]
        self.block = f"{loop}_done"
        y = f"%sum{k}_0_1"
        for u in range(1, TOGETHER):
            y = self.new(f"fadd {floats} {y}, %sum{k}_{u}_1")
        for j in range(n, half):
            y = self.new(self._product_added(str(j), 0, weights, address, y))
        self.values[k] = y

    def _product_added(self, i: str, u: int, weights: int, address: tuple[bool, int], y: str) -> str:
        """An instruction that adds to y the product of the weight i + u and its x."""
        in_columns, first = address
        floats = self.floats
        place = self.new(f"add i64 {i}, {weights + u}")
        w = self.splat_of(self.new(f"load double, ptr {self.new(f'getelementptr double, ptr %memory, i64 {place}')}"))
        place = self.new(f"add i64 {i}, {first + u}")
        if in_columns:
            column = self.new(f"load ptr, ptr {self.new(f'getelementptr ptr, ptr %columns, i64 {place}')}")
            at = self.new(f"getelementptr double, ptr {column}, i64 %lane")
        else:
            slot = self.new(f"mul i64 {place}, {self.writer.tile}")
            at = self.new(f"getelementptr {floats}, ptr %scratch, i64 {slot}")
        x = self.new(f"load {floats}, ptr {at}, align 8")
        suffix = "f64" if self.width == 1 else f"v{self.width}f64"
        return f"call {floats} @llvm.fma.{suffix}({floats} {w}, {floats} {x}, {floats} {y})"

    def as_floats(self, k: int) -> str:
        """The value of a line; a truth as 1 or 0."""
        x = self.value(k)
        if self.code.names[k] in BOOLEAN:
            return self.new(f"select {self.truths} {x}, {self.floats} {splat(FLOATS, hexadecimal(1.0), self.width)}, {self.floats} zeroinitializer")
        return x

    def valid(self) -> str:
        """Where lanes count."""
        if not self._valid:
            lanes = self.new(f"load {self.floats}, ptr %valid, align {8 * self.width}")
            self._valid = self.new(f"fcmp une {self.floats} {lanes}, zeroinitializer")
        return self._valid

    def leave(self, k: int) -> None:
        """Put the value of a line where it is needed."""
        for slot in self.stored.get(k, ()):
            place = self.new(f"getelementptr {self.floats}, ptr %scratch, i64 {slot * self.writer.tile}")
            self.written.append(f"  store {self.floats} {self.as_floats(k)}, ptr {place}, align {8 * self.width}")
        for j in self.writer.row.get(k, ()):
            start = self.new(f"mul i64 %stride, {j}")
            place = self.new(f"add i64 {start}, %lane")
            place = self.new(f"getelementptr double, ptr %out, i64 {place}")
            self.written.append(f"  store {self.floats} {self.as_floats(k)}, ptr {place}, align 8")
        for j in self.writer.summed.get(k, ()):
            place = self.new(f"getelementptr {self.floats}, ptr %sums, i64 {j}")
            before = self.new(f"load {self.floats}, ptr {place}, align {8 * self.width}")
            total = self.new(f"fadd contract {self.floats} {before}, {self.as_floats(k)}")
            total = self.new(f"select {self.truths} {self.valid()}, {self.floats} {total}, {self.floats} {before}")
            self.written.append(f"  store {self.floats} {total}, ptr {place}, align {8 * self.width}")


def _vector_function(name: str, lines: Sequence[int], writer: Writer, stored: dict[int, list[int]], loose: Sequence[int] = ()) -> str:
    f = _VectorLines(writer, stored)
    names, operands = writer.code.names, writer.code.operands
    for k, following in zip(lines, [*lines[1:], -1]):
        pair = _partners(names[k])
        if pair and following >= 0 and names[following] in pair and operands[following] == operands[k]:
            f.pair(k, following)
        elif k not in f.values:
            f.write(k)
        f.leave(k)
    for k in loose:
        f.leave(k)
    return "\n".join([f"define internal void @{name}({SIGNATURE}, i64 %lane) noinline nounwind {{\nstart:", *f.written, "  ret void", "}\n"])


class _ScalarLines(_Lines):
    """Those before and after the lanes."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer, 1)

    def fetch(self, k: int) -> str:
        place = self.new(f"getelementptr double, ptr %memory, i64 {self.writer.memory[k]}")
        x = self.new(f"load double, ptr {place}")
        return self.new(f"fcmp une double {x}, 0.0") if self.code.names[k] in BOOLEAN else x


def _scalar_function(name: str, lines: Sequence[int], writer: Writer) -> str:
    f = _ScalarLines(writer)
    for k in lines:
        f.write(k)
        x = f.values[k]
        if writer.code.names[k] in BOOLEAN:
            x = f.new(f"select i1 {x}, double 1.0, double 0.0")
        place = f.new(f"getelementptr double, ptr %memory, i64 {writer.memory[k]}")
        f.written.append(f"  store double {x}, ptr {place}")
    return "\n".join([f"define internal void @{name}(ptr noalias %memory) noinline nounwind {{", *f.written, "  ret void", "}\n"])


# Functions that lines call ------------------------------------------------------------------------------------------------------

def _helper(name: str, width: int, attributes: str, libm: set[str]) -> str:
    """A function of vectors: a kernel, a pair of kernels, or one that asks libm lane by lane."""
    pair = tuple(name.split("_and_"))
    if name in KERNELS or pair in PAIRS:
        kernel = KERNELS[name] if name in KERNELS else PAIRS[pair]  # type: ignore[index]
        return _kernel(name, kernel, width, attributes, WITHIN.get(pair[0]), pair, libm)
    k = Builder(width)
    count = 2 if name in ("mod", "floor_divide") else LIBM[name] if name in LIBM else int(name.rpartition("_")[2])
    xs = [Vector(k, f"%x{j}") for j in range(count)]
    if name in ("mod", "floor_divide"):
        libm.add("fmod")
        y = _divided(k, name, xs)
    else:
        if name in LIBM:
            libm.add(name)
        y = _by_lane(k, name, xs)
        if name == "cbrt":                                           # as the engine: C's may be off by 4 ulp
            step = y - (y - xs[0] / (y * y)) / 3.0
            y = k.where(abs(step) < math.inf, step, y)
    return _defined(name, k, [x.text for x in xs], k.lines, y.text, attributes)


def _defined(name: str, k: Builder, xs: Sequence[str], lines: Sequence[str], y: str, attributes: str, kind: str = "") -> str:
    floats = k.types[FLOATS]
    kind = kind or floats
    head = f"define internal {kind} @{name}_{k.width}({', '.join([f'{floats} {x}' for x in xs])}) {attributes} nounwind {{"
    return "\n".join([head, *lines, f"  ret {kind} {y}", "}\n"])


def _kernel(name: str, kernel: Any, width: int, attributes: str, within: Any, pair: Sequence[str], libm: set[str]) -> str:
    k = Builder(width)
    floats = k.types[FLOATS]
    both = f"{{{floats}, {floats}}}"

    def returned(result: Any) -> str:
        if not isinstance(result, tuple):
            return result.text
        first = k.line(f"insertvalue {both} poison, {floats} {result[0].text}, 0")
        return k.line(f"insertvalue {both} {first.text}, {floats} {result[1].text}, 1").text

    x = Vector(k, "%x0")
    kind = both if len(pair) == 2 and name not in KERNELS else floats
    if within is None:
        y = returned(kernel(k, x))
        return _defined(name, k, ["%x0"], k.lines, y, attributes, kind)
    fits = within(k, x).text
    if width > 1:
        bits = k.line(f"bitcast <{width} x i1> {fits} to i{width}", TRUTHS).text
        fits = k.line(f"icmp eq i{width} {bits}, -1", TRUTHS).text
    k.lines.append(f"  br i1 {fits}, label %fast, label %slow\nfast:")
    y = returned(kernel(k, x))
    k.lines.append(f"  ret {kind} {y}\nslow:")
    names = [name] if name in KERNELS else list(pair)
    libm.update(names)
    slow = [_by_lane(k, each, [x]) for each in names]
    y = returned(slow[0] if len(slow) == 1 else tuple(slow))
    return _defined(name, k, ["%x0"], k.lines, y, attributes, kind)


def _by_lane(k: Builder, name: str, xs: Sequence[Vector]) -> Vector:
    """A function of scalars, called for each lane."""
    floats = k.types[FLOATS]
    if k.width == 1:
        return k.line(f"call double @{name}({', '.join([f'double {x.text}' for x in xs])})")
    y = Vector(k, "poison")
    for lane in range(k.width):
        parts = [k.line(f"extractelement {floats} {x.text}, i64 {lane}").text for x in xs]
        one = k.line(f"call double @{name}({', '.join([f'double {part}' for part in parts])})").text
        y = k.line(f"insertelement {floats} {y.text}, double {one}, i64 {lane}")
    return y


def _divided(k: Builder, name: str, xs: Sequence[Vector]) -> Vector:
    """Python's a % b or a // b, by C's fmod."""
    a, b = xs
    rest = _by_lane(k, "fmod", xs)
    below = rest * b < 0.0                                           # the signs differ
    if name == "mod":
        y = k.where(below, rest + b, rest)
        return k.where(y == 0.0, k.copysign(0.0, b), y)
    quotient = (a - rest) / b
    quotient = k.where(below, quotient - 1.0, quotient)
    y = k.intrinsic("floor", quotient)
    y = k.where(quotient - y > 0.5, y + 1.0, y)
    return k.where(quotient == 0.0, k.copysign(0.0, a / b), y)


def symbol_of(name: str, count: int) -> str:
    """The symbol under which a special function of so many operands is known to LLVM."""
    return f"{name.replace(' ', '_')}_{count}"
