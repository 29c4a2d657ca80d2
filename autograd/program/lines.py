"""Writes the lines of one function: of the body, a vector each, or of what lanes share, a number each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from .helpers import symbol_of
from .kernels import PAIRS
from .simplify import BOOLEAN, Code
from .vectors import FLOATS, TRUTHS, hexadecimal, run_of_lanes, splat, vector_type

MOST_BESIDE = 8                                                      # long dot products that are computed in one loop
TOGETHER = 8                                                         # sums of long dot products that run side by side

ARITHMETIC = {"add": "fadd", "sub": "fsub", "mul": "fmul contract", "div": "fdiv"}
COMPARED = {"less": "olt", "less_equal": "ole", "equal": "oeq", "not_equal": "une"}
SIGNATURE = ("ptr noalias %columns, ptr noalias %memory, ptr noalias %scratch, ptr noalias %out, i64 %stride, ptr noalias %sums, "
             "ptr noalias %valid")


class Plan(Protocol):
    """Where a writer has put things: its attributes that functions are written by."""

    code: Code
    width: int
    sum_width: int
    streams: bool                                                    # whether results are written past the processor's cache
    rows: int
    totals: int
    total_start: int
    tile: int                                                        # blocks of lanes that are taken together
    column: dict[int, int]                                           # of the inputs in lanes, the numbers of their columns
    memory: dict[int, int]                                           # of what lanes share, the places in memory
    row: dict[int, list[int]]                                        # of the results in lanes, the rows
    summed: dict[int, list[int]]                                     # of what is summed over lanes, the places in `sums`
    arrays: dict[tuple[int, ...], int]                               # of lines that a loop goes over, the first slot in scratch
    called: set[tuple[str, int]]                                     # kernels and functions of libm, with the width
    specials: set[tuple[str, int]]                                   # special functions, with the number of operands

    def address(self, lines: tuple[int, ...]) -> tuple[bool, int]:
        """Whether lines that a loop goes over are columns, and the number of the first column or slot."""


def partners(name: str) -> tuple[str, str] | None:
    """The pair of kernels that a name belongs to."""
    return next((pair for pair in PAIRS if name in pair), None)


def kind_beside(code: Code, k: int) -> Any:
    """What lines have in common that are written as one; None for most lines."""
    name, operands = code.names[k], code.operands[k]
    if name == "dot":
        return operands[len(operands) // 2:]
    pair = partners(name)
    return None if pair is None else (pair, operands[0])


def _beside(code: Code, lines: Sequence[int]) -> Iterator[list[int]]:
    """The lines, with those that are written as one in a group."""
    for kind, run in itertools.groupby(lines, lambda k: kind_beside(code, k)):
        most, group = 1 if kind is None else MOST_BESIDE, list(run)
        yield from [group[j:j + most] for j in range(0, len(group), most)]


class _Lines:
    """The lines of one function, and where their values are. `fetch` brings a value that is not there yet."""

    def __init__(self, plan: Plan, width: int) -> None:
        self.plan, self.width, self.code = plan, width, plan.code
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
        self.plan.called.add((name, self.width))
        return f"call {self.floats} @{name}_{self.width}({', '.join([f'{self.floats} {x}' for x in xs])})"

    def pair(self, k: int, partner: int) -> None:
        """Both of a pair of functions, from one call."""
        pair = partners(self.code.names[k])
        assert pair is not None
        name, both = "_and_".join(pair), f"{{{self.floats}, {self.floats}}}"
        self.plan.called.add((name, self.width))
        result = self.new(f"call {both} @{name}_{self.width}({self.floats} {self.value(self.code.operands[k][0])})")
        for line in (k, partner):
            self.values[line] = self.new(f"extractvalue {both} {result}, {pair.index(self.code.names[line])}")

    def _may_fuse(self, operands: Sequence[int]) -> bool:
        """Whether a sum may be rounded once, together with the product in it. Where two products cancel, as in x*x - y*y, the
        rounding error of one would be left, so differences, and sums of two products, are computed as they are written."""
        names = [self.code.names[x] for x in operands]
        negated = [self.code.names[y] for x in operands if self.code.names[x] == "neg" for y in self.code.operands[x]]
        return names.count("mul") == 1 and "mul" not in negated

    def write(self, k: int) -> None:
        """The line k."""
        name, code = self.code.names[k], self.code
        xs = [self.value(x) for x in code.operands[k]]
        floats, truths = self.floats, self.truths
        if name in ARITHMETIC:
            how = " contract" if name == "add" and self._may_fuse(code.operands[k]) else ""
            text = f"{ARITHMETIC[name]}{how} {floats} {xs[0]}, {xs[1]}"
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
                self.plan.specials.add((name, len(xs)))
                name = symbol_of(name, len(xs))
            text = self.call(name, xs)
        self.values[k] = self.new(text)


class _VectorLines(_Lines):
    """Those of the body."""

    def __init__(self, plan: Plan, stored: dict[int, list[int]]) -> None:
        super().__init__(plan, plan.width)
        self.stored = stored
        self._valid: list[str] = []
        self.block = "start"                                         # the label of the block that is being written

    def fetch(self, k: int) -> str:
        if k in self.plan.column:
            place = self.new(f"getelementptr ptr, ptr %columns, i64 {self.plan.column[k]}")
            column = self.new(f"load ptr, ptr {place}, !invariant.load !0")
            place = self.new(f"getelementptr double, ptr {column}, i64 %lane")
            return self.new(f"load {self.floats}, ptr {place}, align 8")
        if k in self.stored:
            place = self.new(f"getelementptr {self.floats}, ptr %scratch, i64 {self.stored[k][0] * self.plan.tile}")
            found = self.new(f"load {self.floats}, ptr {place}, align {8 * self.width}")
            return self.new(f"fcmp une {self.floats} {found}, zeroinitializer") if self.code.names[k] in BOOLEAN else found
        place = self.new(f"getelementptr double, ptr %memory, i64 {self.plan.memory[k]}")
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

    def _may_fuse(self, operands: Sequence[int]) -> bool:
        """Whether a sum may be rounded once, with the product in it. Where two products cancel, as in x*x - y*y, the rounding
        error of one would be left, so differences and sums of two products are rounded as they are written."""
        return sum([self.code.names[x] == "mul" for x in operands]) == 1

    def write(self, k: int) -> None:
        """The line k."""
        if self.code.names[k] == "spread":
            self.values[k] = self.as_floats(self.code.operands[k][0])
        else:
            super().write(k)

    def write_dots(self, ks: Sequence[int]) -> None:
        """Long dot products of the same numbers in lanes, in one loop."""
        operands = [self.code.operands[k] for k in ks]
        half = len(operands[0]) // 2
        weights = [self.plan.memory[xs[0]] for xs in operands]
        unrolled = max(1, TOGETHER // len(ks))
        n = half - half % unrolled
        floats, loop = self.floats, f"dot{ks[0]}"
        zeros = "zeroinitializer" if self.width > 1 else "0.0"
        sums = [(j, u) for u in range(unrolled) for j in range(len(ks))]
        start = f"[{zeros}, %{self.block}]"
        self.written += [f"  br label %{loop}", f"{loop}:", f"  %{loop}_i = phi i64 [0, %{self.block}], [%{loop}_next, %{loop}]"]
        self.written += [f"  %{loop}_{j}_{u} = phi {floats} {start}, [%{loop}_{j}_{u}_1, %{loop}]" for j, u in sums]
        for u in range(unrolled):
            x = self._x_of_dot(operands[0][half:], f"%{loop}_i", u)
            for j, first in enumerate(weights):
                text = self._product_added(f"%{loop}_i", first + u, x, f"%{loop}_{j}_{u}")
                self.written.append(f"  %{loop}_{j}_{u}_1 = {text}")
        self.written += [f"  %{loop}_next = add i64 %{loop}_i, {unrolled}", f"  %{loop}_again = icmp ult i64 %{loop}_next, {n}",
                         f"  br i1 %{loop}_again, label %{loop}, label %{loop}_done", f"{loop}_done:"]
        self.block = f"{loop}_done"
        found = [f"%{loop}_{j}_0_1" for j in range(len(ks))]
        for u in range(1, unrolled):
            found = [self.new(f"fadd {floats} {y}, %{loop}_{j}_{u}_1") for j, y in enumerate(found)]
        for at in range(n, half):
            x = self._x_of_dot(operands[0][half:], str(at), 0)
            found = [self.new(self._product_added(str(at), first, x, y)) for first, y in zip(weights, found)]
        self.values.update(zip(ks, found))

    def _x_of_dot(self, lines: tuple[int, ...], i: str, u: int) -> str:
        """The number i + u of the lines that a loop goes over."""
        in_columns, first = self.plan.address(lines)
        place = self.new(f"add i64 {i}, {first + u}")
        if in_columns:
            column = self.new(f"load ptr, ptr {self.new(f'getelementptr ptr, ptr %columns, i64 {place}')}")
            at = self.new(f"getelementptr double, ptr {column}, i64 %lane")
        else:
            slot = self.new(f"mul i64 {place}, {self.plan.tile}")
            at = self.new(f"getelementptr {self.floats}, ptr %scratch, i64 {slot}")
        return self.new(f"load {self.floats}, ptr {at}, align 8")

    def _product_added(self, i: str, first: int, x: str, y: str) -> str:
        """An instruction that adds to y the product of x and the weight at first + i."""
        floats = self.floats
        place = self.new(f"add i64 {i}, {first}")
        w = self.splat_of(self.new(f"load double, ptr {self.new(f'getelementptr double, ptr %memory, i64 {place}')}"))
        suffix = "f64" if self.width == 1 else f"v{self.width}f64"
        return f"call {floats} @llvm.fma.{suffix}({floats} {w}, {floats} {x}, {floats} {y})"

    def as_floats(self, k: int) -> str:
        """The value of a line; a truth as 1 or 0."""
        x = self.value(k)
        if self.code.names[k] in BOOLEAN:
            one = splat(FLOATS, hexadecimal(1.0), self.width)
            return self.new(f"select {self.truths} {x}, {self.floats} {one}, {self.floats} zeroinitializer")
        return x

    def valid(self) -> list[str]:
        """Where lanes count, in parts."""
        if not self._valid:
            lanes = self.new(f"load {self.floats}, ptr %valid, align {8 * self.width}")
            self._valid = self._parts(self.truths, self.new(f"fcmp une {self.floats} {lanes}, zeroinitializer"))
        return self._valid

    def leave(self, k: int) -> None:
        """Put the value of a line where it is needed."""
        for slot in self.stored.get(k, ()):
            place = self.new(f"getelementptr {self.floats}, ptr %scratch, i64 {slot * self.plan.tile}")
            self.written.append(f"  store {self.floats} {self.as_floats(k)}, ptr {place}, align {8 * self.width}")
        for j in self.plan.row.get(k, ()):
            start = self.new(f"mul i64 %stride, {j}")
            place = self.new(f"add i64 {start}, %lane")
            place = self.new(f"getelementptr double, ptr %out, i64 {place}")
            how = f"align {min(64, 8 * self.width)}, !nontemporal !1" if self.plan.streams else "align 8"
            self.written.append(f"  store {self.floats} {self.as_floats(k)}, ptr {place}, {how}")
        for j in self.plan.summed.get(k, ()):
            width = self.plan.sum_width
            floats, truths = vector_type(FLOATS, width), vector_type(TRUTHS, width)
            place = self.new(f"getelementptr {floats}, ptr %sums, i64 {j}")
            total = self.new(f"load {floats}, ptr {place}, align {8 * width}")
            for x, valid in zip(self._parts(self.floats, self.as_floats(k)), self.valid()):
                more = self.new(f"fadd contract {floats} {total}, {x}")
                total = self.new(f"select {truths} {valid}, {floats} {more}, {floats} {total}")
            self.written.append(f"  store {floats} {total}, ptr {place}, align {8 * width}")

    def _parts(self, kind: str, x: str) -> list[str]:
        """The lanes of a vector, as vectors of the width of sums."""
        width = self.plan.sum_width
        if width == self.width:
            return [x]
        return [self.new(f"shufflevector {kind} {x}, {kind} poison, {run_of_lanes(first, width)}")
                for first in range(0, self.width, width)]


def vector_function(name: str, lines: Sequence[int], plan: Plan, stored: dict[int, list[int]], loose: Sequence[int] = ()) -> str:
    """A function of the body; `loose` are lines of no function, whose values it only passes on."""
    f = _VectorLines(plan, stored)
    for group in _beside(plan.code, lines):
        if plan.code.names[group[0]] == "dot":
            f.write_dots(group)
        elif len(group) == 2:
            f.pair(*group)
        else:
            f.write(group[0])
        for k in group:
            f.leave(k)
    for k in loose:
        f.leave(k)
    head = f"define internal void @{name}({SIGNATURE}, i64 %lane) noinline nounwind {{"
    return "\n".join([head, "start:", *f.written, "  ret void", "}\n"])


class _ScalarLines(_Lines):
    """Those before and after the lanes."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan, 1)

    def fetch(self, k: int) -> str:
        place = self.new(f"getelementptr double, ptr %memory, i64 {self.plan.memory[k]}")
        x = self.new(f"load double, ptr {place}")
        return self.new(f"fcmp une double {x}, 0.0") if self.code.names[k] in BOOLEAN else x


def scalar_function(name: str, lines: Sequence[int], plan: Plan) -> str:
    """A function on memory: lines that lanes share."""
    f = _ScalarLines(plan)
    for k in lines:
        f.write(k)
        x = f.values[k]
        if plan.code.names[k] in BOOLEAN:
            x = f.new(f"select i1 {x}, double 1.0, double 0.0")
        place = f.new(f"getelementptr double, ptr %memory, i64 {plan.memory[k]}")
        f.written.append(f"  store double {x}, ptr {place}")
    return "\n".join([f"define internal void @{name}(ptr noalias %memory) noinline nounwind {{", *f.written, "  ret void", "}\n"])
