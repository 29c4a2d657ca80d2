"""Writes the functions around the body: `run`, which takes all lanes, and `blocks`, which takes whole blocks of them."""

from __future__ import annotations

from .lines import SIGNATURE, Plan
from .vectors import FLOATS, Builder, mask, run_of_lanes, vector_type

SPACE = ("call", "columns", "memory", "scratch", "sums", "tail", "table")  # the parts of a run's memory; `run` takes addresses
CALL = ("out", "count", "stride")                                    # what `call` begins with; the addresses of columns follow

# Runs `count` lanes, whose results lie from `out` on, in rows that are `stride` floats apart: the whole blocks, then a block of
# its own for the rest, whose columns are copied and filled up with the last lane, and in which only the `valid` lanes count in
# sums; then adds up the lanes of each sum.
RUN = """
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

define void @run(ptr noalias %space) nounwind {{
start:
{addresses}
{call}
  call void @before(ptr %memory)
  call void @llvm.memset.p0.i64(ptr align 8 %sums, i8 0, i64 {bytes}, i1 false)
  %totals = getelementptr double, ptr %memory, i64 {first}
  call void @llvm.memset.p0.i64(ptr align 8 %totals, i8 0, i64 {loop_bytes}, i1 false)
  %blocks = udiv i64 %count, {width}
  %rest = urem i64 %count, {width}
  %done = sub i64 %count, %rest
  %valid = getelementptr double, ptr %tail, i64 {valid}
  call void @blocks(ptr %columns, ptr %memory, ptr %scratch, ptr %out, i64 %stride, ptr %sums, ptr %valid, i64 %blocks)
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
  %r_start = mul i64 %r, %stride
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
  %t_k = mul i64 %t, {sum_width}
  %t_at = getelementptr double, ptr %sums, i64 %t_k
  %s = call {sum_floats} @sums_of_{sum_width}(ptr %t_at)
  %to = add i64 {start}, %t
  %to_at = getelementptr double, ptr %memory, i64 %to
  store {sum_floats} %s, ptr %to_at, align 8
  %t1 = add i64 %t, {sum_width}
  br label %sum
finish:
  call void @after(ptr %memory)
  fence seq_cst
  ret void
}}
"""


def sum_of_lanes(width: int) -> str:
    """A function that adds the lanes of a vector."""
    k = Builder(width)
    y = "%x0"
    while width > 1:                                                 # the lower half and the upper half
        whole, width = vector_type(FLOATS, width), width // 2
        low, high = [k.line(f"shufflevector {whole} {y}, {whole} poison, {run_of_lanes(first, width)}").text
                     for first in (0, width)]
        y = k.line(f"fadd <{width} x double> {low}, {high}").text
    if k.width > 1:
        y = k.line(f"extractelement <1 x double> {y}, i64 0").text
    head = f"define internal double @sum_of_{k.width}_lanes({k.types[FLOATS]} %x0) alwaysinline nounwind {{"
    return "\n".join([head, *k.lines, f"  ret double {y}", "}\n"])


def sums_of_vectors(width: int) -> str:
    """A function that adds the lanes of each of `width` vectors in memory. Each step adds halves, and what is left of two vectors
    takes the place of one."""
    k, floats = Builder(width), vector_type(FLOATS, width)
    ys = []
    for j in range(width):
        place = k.line(f"getelementptr {floats}, ptr %x0, i64 {j}")
        ys.append(k.line(f"load {floats}, ptr {place.text}, align 8"))
    size = 1                                                         # lanes that are left of each of the first vectors
    while len(ys) > 1:
        halves = [[lane for start in range(first, width, 2 * size) for vector in (0, width)
                   for lane in range(vector + start, vector + start + size)] for first in (0, size)]
        low, high = map(mask, halves)
        pairs = [f"shufflevector {floats} {a.text}, {floats} {b.text}" for a, b in zip(ys[::2], ys[1::2])]
        ys = [k.line(f"{pair}, {low}") + k.line(f"{pair}, {high}") for pair in pairs]
        size *= 2
    head = f"define internal {floats} @sums_of_{width}(ptr %x0) alwaysinline nounwind {{"
    return "\n".join([head, *k.lines, f"  ret {floats} {ys[0].text}", "}\n"])


def run_function(plan: Plan, in_loops: int) -> str:
    """The function `run`. The sums that loops compute lie in memory before the other totals."""
    width, columns, rows, first = plan.width, len(plan.column), plan.rows, plan.total_start
    addresses = "\n".join([f"  %{name}_at = getelementptr ptr, ptr %space, i64 {j}\n  %{name} = load ptr, ptr %{name}_at"
                           for j, name in enumerate(SPACE)])
    call = "\n".join([f"  %{name}_at = getelementptr i64, ptr %call, i64 {j}\n  %{name} = load {kind}, ptr %{name}_at"
                      for j, (name, kind) in enumerate(zip(CALL, ("ptr", "i64", "i64")))])
    return RUN.format(addresses=addresses, call=call, width=width, columns=columns, rows=rows, totals=plan.totals,
                      start=first + in_loops, first=first, loop_bytes=8 * in_loops, bytes=plan.totals * plan.sum_width * 8,
                      valid=(columns + rows) * width, sum_width=plan.sum_width, sum_floats=vector_type(FLOATS, plan.sum_width))


def driver(plan: Plan, chunks: int, products: int) -> str:
    """Takes a few blocks of lanes through all the functions of the body and all the products, then the next few."""
    floats = vector_type(FLOATS, plan.width)
    lines = [f"define internal void @blocks({SIGNATURE}, i64 %blocks) noinline nounwind {{", "start:", "  br label %tile",
             "tile:", "  %first = phi i64 [0, %start], [%end, %next]", "  %more = icmp ult i64 %first, %blocks",
             "  br i1 %more, label %in, label %done", "in:", f"  %most = add i64 %first, {plan.tile}",
             "  %fits = icmp ult i64 %most, %blocks", "  %end = select i1 %fits, i64 %most, i64 %blocks",
             f"  br label %{'chunk0' if chunks else 'next'}"]
    for j in range(chunks):
        after = f"chunk{j + 1}" if j + 1 < chunks else "products"
        given = f"ptr %columns, ptr %memory, ptr %scratch{j}, ptr %out, i64 %stride, ptr %sums, ptr %valid, i64 %lane{j}"
        lines += [f"chunk{j}:", f"  br label %loop{j}", f"loop{j}:",
                  f"  %block{j} = phi i64 [%first, %chunk{j}], [%following{j}, %loop{j}]",
                  f"  %lane{j} = mul i64 %block{j}, {plan.width}", f"  %in_tile{j} = sub i64 %block{j}, %first",
                  f"  %scratch{j} = getelementptr {floats}, ptr %scratch, i64 %in_tile{j}",
                  f"  call void @body{j}({given})",
                  f"  %following{j} = add i64 %block{j}, 1", f"  %again{j} = icmp ult i64 %following{j}, %end",
                  f"  br i1 %again{j}, label %loop{j}, label %{after}"]
    lines += ["products:", "  %taken = sub i64 %end, %first", f"  %lane = mul i64 %first, {plan.width}"]
    given = "ptr %columns, ptr %memory, ptr %scratch, ptr %valid, i64 %lane, i64 %taken"
    lines += [f"  call void @product{j}({given})" for j in range(products)]
    return "\n".join([*lines, "  br label %next", "next:", "  br label %tile", "done:", "  ret void", "}\n"])
