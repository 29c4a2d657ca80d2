"""Programs: LLVM, NumPy, the engine and 60 digits agree on random graphs over the whole table; what is rolled is what was unrolled;
and planted errors in each of the parts are found."""

from __future__ import annotations

import functools
import importlib.util
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd.arithmetic.floats import IEEE
from autograd.checking.exact import ExactGraph
from autograd.derivatives import gradient
from autograd.engine import Value
from autograd.ops import Operation
from autograd.program import rows
from autograd.program.exchange import Inputs
from autograd.program.numpy_backend import NumPyProgram
from autograd.program.record import record_of
from autograd.program.reverse import computed, dependent, swept
from autograd.program.rows import derivatives
from autograd.program.simplify import COUNT, LANE, SHARED, Code
from autograd.replay import replay, sweep
from autograd.traversal import topological_order

from .strategies import ROWS, Recipe, recipes

UNIT = 2.0 ** -53
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.25, 40.0, -750.0, 1e-300, 1e300, math.inf, -math.inf, math.nan]

BACKENDS: dict[str, Any] = {"numpy": NumPyProgram, "numpy, line by line": functools.partial(NumPyProgram, few=0, most=2)}
if importlib.util.find_spec("llvmlite") is not None:
    from autograd.program.llvm_backend import NativeProgram, vector_width
    for width in sorted({1, 2, 4, vector_width()}):
        BACKENDS[f"llvm {width}"] = functools.partial(NativeProgram, width=width)

backends = pytest.mark.parametrize("backend", BACKENDS)


def run(backend: str, output: Value, leaves: Sequence[Value], columns: Sequence[Any], shared: Sequence[int] = ()) -> tuple[Any, list[Any]]:
    """The value and the derivative by each leaf, in lanes. Leaves in `shared` have the number of the first lane in all."""
    record = record_of([output], leaves)
    count = len(columns[0])
    m = Code()
    inputs = [m.input(k, SHARED if k in shared else LANE) for k in range(len(leaves))]
    numbers = computed(m, record, inputs)
    steps = {place: k for k, place in record.inputs.items()}
    wrt = [steps[k] for k in range(len(leaves)) if k in steps]
    y = record.outputs[0]
    slopes = swept(m, record, numbers, dependent(record, [k for k, place in record.inputs.items() if place not in shared]),
                   {y: 1.0} if type(y) is int else {}, wrt, m.input(COUNT, SHARED))
    results = [numbers[y] if type(y) is int else y, *slopes]
    lines = [m.constant(x).index for x in results]
    in_lanes = [x for k, x in enumerate(columns) if k not in shared]
    rows, others = BACKENDS[backend](m, lines)(Inputs(in_lanes, [float(x[0]) for x in columns], count))
    waiting, rest = iter(rows), iter(others)
    found = [next(waiting) if m.ranks[k] == LANE else np.full(count, next(rest)) for k in lines]
    by_step = dict(zip(wrt, found[1:]))
    return found[0], [by_step.get(steps.get(k, -1), np.zeros(count)) for k in range(len(leaves))]


def check_against_60_digits(recipe: Recipe, backend: str) -> None:
    """Value and gradient, within what rounding every value and partial by a few units can do."""
    leaves, output = recipe.build()
    judge = ExactGraph(output, leaves)
    assume(not judge.kinks)
    for shared in ([], [0]):
        value, slopes = run(backend, output, leaves, [np.full(3, x.data) for x in leaves], shared)
        order = topological_order(output)
        sizes = sum([abs(float(str(judge.adjoints.get(id(v), 0))) * v.data) for v in order])
        bound = 24.0 * UNIT * (sizes + abs(output.data))
        assume(abs(output.data - float(str(judge.value))) <= bound)   # else floats are at a jump, as 3 % 0.2 is, and 60 digits are not
        assert abs(value - float(str(judge.value))).max() <= bound
        for k, x in enumerate(leaves):
            slope = gradient(output, x, create_graph=True)
            sensitivity = sum([abs(d * v.data) for d, v in zip(gradient(slope, order), order)])
            bound = 24.0 * UNIT * (sensitivity + len(order) * float(str(judge.size[k])))
            exact = float(str(judge.gradient[k])) * (3 if k in shared else 1)
            assume(abs(gradient(output, x) - float(str(judge.gradient[k]))) <= bound)  # else floats are at a kink, and 60 digits are not
            assert abs(slopes[k] - exact).max() <= 3.0 * bound + 1e-300, (k, shared, slopes[k], exact, bound)


@backends
def test_random_graphs_agree_with_60_digits(backend: str) -> None:
    @given(recipes())
    @settings(max_examples=40)
    def holds(recipe: Recipe) -> None:
        check_against_60_digits(recipe, backend)
    holds()


@pytest.mark.parametrize("backend", ["numpy", *list(BACKENDS)[1:][-1:]])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_agrees_with_60_digits(row: Operation, backend: str) -> None:
    @given(recipes(containing=row, most=0))
    @settings(max_examples=4)
    def holds(recipe: Recipe) -> None:
        check_against_60_digits(recipe, backend)
    holds()


def eager(output: Value, leaves: Sequence[Value], numbers: Sequence[float]) -> tuple[float, list[float], bool]:
    """The engine's own replay and sweep with other numbers, by IEEE floats; and whether rounding could decide: whether a row is
    close to a kink, or a number is very large beside the result."""
    order = topological_order(output)
    values = replay(IEEE, order, {x: IEEE.number(z) for x, z in zip(leaves, numbers)})
    adjoints = sweep(IEEE, order, values)
    doubtful = any([math.isfinite(float(x)) and abs(float(x)) > 1e6 for x in [*values.values(), *adjoints.values()]])
    for v in order:
        if v.op is not None and v.op.kink is not None:
            kink = float(v.op.kink(IEEE, *[values[x] if isinstance(x, Value) else IEEE.number(x) for x in v.operands]))
            doubtful = doubtful or abs(kink) < 1e-9
    return float(values[output]), [float(adjoints.get(id(x), 0.0)) for x in leaves], doubtful


def same(a: float, b: float) -> bool:
    """Equal up to rounding; NaN is NaN."""
    return (a != a and b != b) or a == b or abs(a - b) <= 1e-6 * (1.0 + abs(a))


@backends
def test_lanes_with_nan_infinities_and_edges_are_as_in_the_engine(backend: str) -> None:
    tried = 0

    @given(recipes(most=4), st.data())
    @settings(max_examples=60)
    def holds(recipe: Recipe, data: st.DataObject) -> None:
        nonlocal tried
        leaves, output = recipe.build()
        points = [[data.draw(st.sampled_from(SPECIAL)) for _ in leaves] for _ in range(11)]
        value, slopes = run(backend, output, leaves, [np.array(column) for column in zip(*points)])
        for lane, point in enumerate(points):
            expected, gradients, doubtful = eager(output, leaves, point)
            if not doubtful:
                tried += 1
                assert same(expected, value[lane]), (point, expected, value[lane])
                for k, g in enumerate(gradients):
                    assert same(g, slopes[k][lane]), (point, k, g, slopes[k][lane])
    holds()
    assert tried > 100


# Second derivatives ---------------------------------------------------------------------------------------------------------------

def second_derivatives(output: Value, leaves: Sequence[Value]) -> Any:
    """By a program, at the numbers of the leaves."""
    record = derivatives(record_of([output], leaves), range(len(leaves)), len(leaves))
    m = Code()
    numbers = computed(m, record, [m.input(k, LANE) for k in range(len(leaves))])
    steps = {place: k for k, place in record.inputs.items()}
    wrt = list(steps.values())
    results = []
    for y in record.outputs:
        slopes = dict(zip(wrt, swept(m, record, numbers, [True] * len(record), {y: 1.0} if type(y) is int else {}, wrt, 1.0)))
        results += [m.spread(slopes.get(steps.get(k, -1), 0.0)).index for k in range(len(leaves))]
    found, _ = NumPyProgram(m, results)(Inputs([np.array([x.data]) for x in leaves], [], 1))
    return found.reshape(len(leaves), len(leaves))


@given(recipes())
@settings(max_examples=60)
def test_second_derivatives_are_those_of_the_engine(recipe: Recipe) -> None:
    leaves, output = recipe.build()
    assume(not ExactGraph(output, leaves).kinks)
    order = topological_order(output)
    first = gradient(output, leaves, create_graph=True)
    expected = np.array([gradient(slope, leaves) for slope in first])
    assume(np.isfinite(expected).all())
    sizes = np.array([[sum([abs(d * v.data) for d, v in zip(gradient(gradient(slope, x, create_graph=True), order), order)]) for x in leaves]
                      for slope in first])                           # what rounding every value by a unit does
    error = abs(second_derivatives(output, leaves) - expected)
    assert (error <= 1e-9 * (abs(expected) + sizes) + 1e-290).all(), (error, expected)


def test_a_step_that_is_taken_apart_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The derivative of sigmoid is that of its row; its formula has |x|, whose slope jumps at 0."""
    x = Value(0.0)
    assert second_derivatives(ag.softplus(x), [x])[0, 0] == 0.25
    monkeypatch.setattr(rows, "BASIC", rows.BASIC | {"sigmoid", "softplus"})
    assert second_derivatives(ag.softplus(x), [x])[0, 0] != 0.25


def test_second_derivatives_below_a_choice() -> None:
    x = Value(0.0)
    assert second_derivatives(ag.where(x > 0.0, ag.sqrt(x) * x, x * x), [x])[0, 0] == 2.0  # not 0 times infinity
