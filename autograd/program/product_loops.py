"""Writes the loops of outer products: a few of them side by side, and a few of their factors, so that numbers are used again
while they are in registers."""

from __future__ import annotations

from collections.abc import Sequence

from .lines import Plan
from .products import OuterProduct
from .vectors import FLOATS, TRUTHS, run_of_lanes, vector_type

BESIDE = 4                                                           # outer products, and factors x, that are taken together


def product_function(plan: Plan, number: int, group: Sequence[OuterProduct], starts: Sequence[int]) -> str:
    """A function that adds outer products with the same x, over the blocks of lanes in scratch, to totals in memory: those of
    each begin at its start."""
    floats, count = vector_type(FLOATS, plan.width), len(group[0].xs)
    lines = [f"define internal void @product{number}(ptr noalias %columns, ptr noalias %memory, ptr noalias %scratch, "
             "ptr noalias %valid, i64 %lane, i64 %blocks) noinline nounwind {", "start:",
             f"  %valid_lanes = load {floats}, ptr %valid, align {8 * plan.width}",
             f"  %counts = fcmp une {floats} %valid_lanes, zeroinitializer"]
    for j, product in enumerate(group):
        lines.append(f"  %g_start{j} = getelementptr {floats}, ptr %scratch, i64 {plan.arrays[product.g,] * plan.tile}")
        if product.where is not None:
            lines.append(f"  %c_start{j} = getelementptr {floats}, ptr %scratch, i64 {plan.arrays[product.where,] * plan.tile}")
    whole = count - count % BESIDE
    before = "start"
    for begin, end, beside in ((0, whole, BESIDE), (whole, count, 1)):
        if begin < end:
            lines += [f"  br label %each_{begin}", *_Part(plan, group, starts, begin, end, beside, before).lines()]
            before = f"added_{begin}_done"
    return "\n".join([*lines, "  ret void", "}\n"])


class _Part:
    """The loop over some of the x, from `begin` to `end`, `beside` of them together."""

    def __init__(self, plan: Plan, group: Sequence[OuterProduct], starts: Sequence[int], begin: int, end: int, beside: int,
                 before: str) -> None:
        self.plan, self.group, self.starts = plan, group, starts
        self.begin, self.end, self.beside, self.before = begin, end, beside, before
        self.floats, self.truths = vector_type(FLOATS, plan.width), vector_type(TRUTHS, plan.width)

    def lines(self) -> list[str]:
        """The instructions. Their names end in the number that the loop begins with."""
        n, floats = self.begin, self.floats
        pairs = [(j, u) for j in range(len(self.group)) for u in range(self.beside)]
        lines = [f"each_{n}:", f"  %i_{n} = phi i64 [{n}, %{self.before}], [%i1_{n}, %added_{n}]"]
        for u in range(self.beside):
            lines += self._start_of_x(u)
        zero = "zeroinitializer" if self.plan.width > 1 else "0.0"
        lines += [f"  br label %block_{n}", f"block_{n}:", f"  %b_{n} = phi i64 [0, %each_{n}], [%b1_{n}, %block_{n}]"]
        lines += [f"  %sum{j}_{u}_{n} = phi {floats} [{zero}, %each_{n}], [%new{j}_{u}_{n}, %block_{n}]" for j, u in pairs]
        for u in range(self.beside):
            lines += [f"  %x_at{u}_{n} = getelementptr {floats}, ptr %x_start{u}_{n}, i64 %b_{n}",
                      f"  %x{u}_{n} = load {floats}, ptr %x_at{u}_{n}, align 8"]
        for j in range(len(self.group)):
            lines += self._added(j)
        lines += [f"  %b1_{n} = add i64 %b_{n}, 1", f"  %again_{n} = icmp ult i64 %b1_{n}, %blocks",
                  f"  br i1 %again_{n}, label %block_{n}, label %added_{n}", f"added_{n}:"]
        for j in range(len(self.group)):
            lines += self._stored(j)
        return [*lines, f"  %i1_{n} = add i64 %i_{n}, {self.beside}", f"  %more_{n} = icmp ult i64 %i1_{n}, {self.end}",
                f"  br i1 %more_{n}, label %each_{n}, label %added_{n}_done", f"added_{n}_done:"]

    def _start_of_x(self, u: int) -> list[str]:
        in_columns, first = self.plan.address(self.group[0].xs)
        end = f"{u}_{self.begin}"
        lines = [f"  %place{end} = add i64 %i_{self.begin}, {first + u}"]
        if in_columns:
            return [*lines, f"  %column_at{end} = getelementptr ptr, ptr %columns, i64 %place{end}",
                    f"  %column{end} = load ptr, ptr %column_at{end}",
                    f"  %x_start{end} = getelementptr double, ptr %column{end}, i64 %lane"]
        return [*lines, f"  %x_slot{end} = mul i64 %place{end}, {self.plan.tile}",
                f"  %x_start{end} = getelementptr {self.floats}, ptr %scratch, i64 %x_slot{end}"]

    def _added(self, j: int) -> list[str]:
        """Add the products with the g of product j, in the lanes that count."""
        n, floats, truths = self.begin, self.floats, self.truths
        end, align = f"{j}_{n}", 8 * self.plan.width
        lines = [f"  %g_at{end} = getelementptr {floats}, ptr %g_start{j}, i64 %b_{n}",
                 f"  %g{end} = load {floats}, ptr %g_at{end}, align {align}"]
        holds = "%counts"
        if self.group[j].where is not None:
            holds = f"%holds{end}"
            lines += [f"  %c_at{end} = getelementptr {floats}, ptr %c_start{j}, i64 %b_{n}",
                      f"  %c{end} = load {floats}, ptr %c_at{end}, align {align}",
                      f"  %chosen{end} = fcmp une {floats} %c{end}, zeroinitializer",
                      f"  {holds} = and {truths} %chosen{end}, %counts"]
        suffix = "f64" if self.plan.width == 1 else f"v{self.plan.width}f64"
        for u in range(self.beside):
            sums = f"{j}_{u}_{n}"
            operands = ", ".join([f"{floats} {x}" for x in (f"%g{end}", f"%x{u}_{n}", f"%sum{sums}")])
            lines += [f"  %more{sums} = call {floats} @llvm.fma.{suffix}({operands})",
                      f"  %new{sums} = select {truths} {holds}, {floats} %more{sums}, {floats} %sum{sums}"]
        return lines

    def _stored(self, j: int) -> list[str]:
        """Add the sums of product j to its totals in memory."""
        n, beside = self.begin, self.beside
        end, totals = f"{j}_{n}", vector_type(FLOATS, beside)
        lines, sums = self._in_one(f"t{end}", [f"%new{j}_{u}_{n}" for u in range(beside)])
        return [*lines, f"  %total_place{end} = add i64 %i_{n}, {self.starts[j]}",
                f"  %total_at{end} = getelementptr double, ptr %memory, i64 %total_place{end}",
                f"  %before{end} = load {totals}, ptr %total_at{end}, align 8",
                f"  %after{end} = fadd {totals} %before{end}, {sums}",
                f"  store {totals} %after{end}, ptr %total_at{end}, align 8"]

    def _in_one(self, name: str, vectors: Sequence[str]) -> tuple[list[str], str]:
        """The sums of the lanes of each vector, in one vector; for one vector as a number."""
        width, floats = self.plan.width, self.floats
        if len(vectors) == 1 or width < BESIDE:
            lines = [f"  %{name}_{u} = call double @sum_of_{width}_lanes({floats} {x})" for u, x in enumerate(vectors)]
            if len(vectors) == 1:
                return lines, f"%{name}_0"
            whole, sums = "poison", vector_type(FLOATS, len(vectors))
            for u in range(len(vectors)):
                lines.append(f"  %{name}_{u}_in = insertelement {sums} {whole}, double %{name}_{u}, i64 {u}")
                whole = f"%{name}_{u}_in"
            return lines, whole
        lines, step, found = [], 1, list(vectors)
        while len(found) > 1:                                        # of two vectors, neighbouring runs of lanes are added
            pairs: list[str] = []
            for a, b in zip(found[::2], found[1::2]):
                y = f"%{name}_{step}_{len(pairs)}"
                for part in (0, 1):
                    lanes = [lane + part * step + of_b for start in range(0, width, 2 * step) for of_b in (0, width)
                             for lane in range(start, start + step)]
                    mask = f"<{width} x i32> <{', '.join([f'i32 {lane}' for lane in lanes])}>"
                    lines.append(f"  {y}_{part} = shufflevector {floats} {a}, {floats} {b}, {mask}")
                lines.append(f"  {y} = fadd {floats} {y}_0, {y}_1")
                pairs.append(y)
            found, step = pairs, 2 * step
        y = found[0]
        while width > len(vectors):                                  # the lower half and the upper half
            whole, width = vector_type(FLOATS, width), width // 2
            for part in (0, 1):
                mask = run_of_lanes(part * width, width)
                lines.append(f"  %{name}_{width}_of{part} = shufflevector {whole} {y}, {whole} poison, {mask}")
            y = f"%{name}_halves{width}"
            lines.append(f"  {y} = fadd {vector_type(FLOATS, width)} %{name}_{width}_of0, %{name}_{width}_of1")
        return lines, y
