"""Value: the contract for data, operands, errors, sweeps, depth, interrupts, threads and memory."""

from __future__ import annotations

import gc
import math
import operator
import sys
import threading
import tracemalloc
import weakref
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.arithmetic.graph import GRAPH
from autograd.errors import OperandError, RangeError, ReadOnlyError
from autograd.ops import TABLE


def textbook() -> list[Value]:
    """a, b, c, d, e of e = (a + b)(b + 1) at a = 2, b = 1."""
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    return [a, b, c, d, c * d]


def test_the_textbook_example() -> None:
    a, b, c, d, e = textbook()
    e.backward()
    assert [v.data for v in (a, b, c, d, e)] == [2.0, 1.0, 3.0, 2.0, 6.0]
    assert [v.grad for v in (a, b, c, d, e)] == [2.0, 5.0, 2.0, 3.0, 1.0]
    assert (e.op, e.operands, e.parents, e.partials) == (TABLE["mul"], (c, d), (c, d), (2.0, 3.0))
    assert (d.operands[0] is b, d.operands[1], d.parents[0] is b, d.partials) == (True, 1.0, True, (1.0,))
    assert (a.op, a.operands, a.parents, a.partials) == (None, (), (), ())


def test_every_row_shows_its_operands() -> None:
    x, y = Value(0.5), Value(0.25)
    assert (2 - x).operands == (2.0, x)
    assert autograd.where(x > y, x, 3.0).operands[1:] == (x, 3.0)
    assert autograd.dot([x, 2.0], [y, x]).partials == (0.25, 0.5, 2.0)
    assert autograd.functions.pow(x, 2).operands == (x, 2.0)
    pi = GRAPH.pi
    assert (pi.operands, pi.parents, pi.partials, pi.data) == ((), (), (), math.pi)
    ln2 = GRAPH.log(2.0)
    assert (ln2.operands, ln2.parents, ln2.partials) == ((2.0,), (), ())


def test_x_times_x_has_two_parents_both_x() -> None:
    x = Value(3.0)
    y = x * x
    assert y.parents[0] is x
    assert y.parents[1] is x
    y.backward()
    assert x.grad == 6.0


def test_sixty_doublings_are_exact() -> None:
    x = start = Value(1.0)
    for _ in range(60):
        x = x + x
    x.backward()
    assert start.grad == 2.0 ** 60


# Data, grad, name --------------------------------------------------------------------------------------------------------------

def test_what_can_be_written() -> None:
    a, _, c, _, e = textbook()
    a.data -= 0.5
    assert (a.data, c.data, e.data) == (1.5, 3.0, 6.0)               # what was computed stays
    a.grad = 7.0
    a.name = "alpha"
    assert (a.grad, a.label, repr(a)) == (7.0, "alpha", "Value(1.5, name='alpha')")
    a.label = "x"
    assert a.name == "x"
    a.data = np.float32(2.5)
    assert type(a.data) is float


@pytest.mark.parametrize("name", ["data", "op", "operands", "parents", "partials"])
def test_what_was_recorded_cannot_be_written(name: str) -> None:
    e = textbook()[-1]
    with pytest.raises(AttributeError):
        setattr(e, name, 1.0)
    with pytest.raises(ReadOnlyError, match="so its data cannot be set: set the data of a leaf"):
        e.data = 1.0


def test_there_is_no_other_attribute() -> None:
    with pytest.raises(AttributeError):
        Value(1.0).gradient = 3.0  # type: ignore[attr-defined]


def test_label_is_a_name_given_at_birth() -> None:
    assert Value(1.0, label="w").name == "w"
    with pytest.raises(OperandError, match="the name of a Value must be a string, got the int 3"):
        Value(1.0, 3)  # type: ignore[arg-type]


def test_item_detach_and_format() -> None:
    e = textbook()[-1]
    e.name = "e"
    leaf = e.detach()
    assert (e.item(), leaf.data, leaf.op, leaf.name) == (6.0, 6.0, None, "e")
    assert f"{e:.3f} {e}" == "6.000 Value(6.0, name='e')"
    assert +e is e


# Operands ------------------------------------------------------------------------------------------------------------------------

REALS = [2, 2.0, True, Fraction(1, 2), Decimal("0.5"), np.float64(2), np.float32(0.5), np.float16(0.5), np.int64(2), np.uint8(2), np.bool_(True)]
BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("number", REALS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("op", BINARY, ids=lambda op: op.__name__)
def test_any_real_number_may_stand_on_either_side(op: Callable[..., Any], number: Any) -> None:
    x = Value(3.0)
    for v, expected in ((op(x, number), op(3.0, float(number))), (op(number, x), op(float(number), 3.0))):
        assert isinstance(v, Value)
        assert v.data == float(expected)
        assert all(type(c) is float or c is x for c in v.operands)
        assert type(v.data) is float


@pytest.mark.parametrize("number", REALS, ids=lambda x: type(x).__name__)
def test_a_leaf_holds_any_real_number_as_a_float(number: Any) -> None:
    assert type(Value(number).data) is float
    assert Value(number) == number
    assert not Value(number) != number


@pytest.mark.parametrize("stranger", ["2", None, 1j, [1.0], (1.0,), {}, b"2", {1.0}], ids=repr)
@pytest.mark.parametrize("op", BINARY, ids=lambda op: op.__name__)
def test_what_is_no_real_number_is_refused(op: Callable[..., Any], stranger: Any) -> None:
    x = Value(3.0, name="x")
    for a, b in ((x, stranger), (stranger, x)):
        with pytest.raises(TypeError, match=r"takes Values and real numbers, but x meets|unsupported operand|can't multiply"):
            op(a, b)
    with pytest.raises(TypeError, match="takes a real number, got"):
        Value(stranger)


def test_a_number_too_large_for_a_float_is_refused() -> None:
    for make in (lambda: Value(10 ** 400), lambda: Value(1.0) + 10 ** 400):
        with pytest.raises(RangeError, match="too large for a float"):
            make()


def test_a_value_of_a_value_is_refused() -> None:
    with pytest.raises(OperandError, match=r"use it as it is, or v\.detach\(\)"):
        Value(Value(1.0))  # type: ignore[arg-type]


def test_another_type_may_know_what_to_do() -> None:
    class Shelf:
        def __radd__(self, other: Any) -> str:
            return "shelved"
        def __rmul__(self, other: Any) -> str:
            return "shelved"
        __rsub__ = __rtruediv__ = __rpow__ = __radd__
    assert {op(Value(1.0), Shelf()) for op in BINARY[:5]} == {"shelved"}
    with pytest.raises(TypeError):
        Value(1.0) < Shelf()
    with pytest.raises(TypeError):
        object() - Value(1.0)
    with pytest.raises(TypeError):
        object() / Value(1.0)
    with pytest.raises(TypeError):
        object() ** Value(1.0)
    with pytest.raises(TypeError):
        object() + Value(1.0) * 1
    with pytest.raises(TypeError):
        object() * Value(1.0)


@pytest.mark.parametrize("leave", [float, int, complex, math.exp, math.sqrt, lambda v: np.array([v], dtype=float)])
def test_a_gradient_is_never_lost_silently(leave: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="would leave the graph and lose its gradient"):
        leave(Value(2.0))


# Comparisons -----------------------------------------------------------------------------------------------------------------------

@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_comparisons_are_recorded_and_answer_as_floats_do(a: float, b: float) -> None:
    for op in (operator.lt, operator.le, operator.gt, operator.ge):
        v = op(Value(a), Value(b))
        assert isinstance(v, Value)
        assert bool(v) is op(a, b)
        assert v.partials == (0.0, 0.0)
    assert (Value(a) == Value(b)) is (a == b)
    assert (Value(a) != b) is (a != b)


def test_equality_is_plain_and_hash_is_identity() -> None:
    x, twin = Value(2.0), Value(2.0)
    assert (x == twin) is True
    assert (x == "2") is False
    assert (x != None) is True  # noqa: E711
    assert x in [3.0, 2.0]
    assert len({x, twin}) == 2
    assert {x: 1}[x] == 1
    assert sorted([Value(3.0), Value(1.0)])[0].data == 1.0
    assert max(Value(1.0), Value(3.0)).data == 3.0
    assert not Value(0.0)


# The sweep ---------------------------------------------------------------------------------------------------------------------------

def test_leaves_accumulate_and_interior_gradients_are_fresh() -> None:
    a, b, c, _, e = textbook()
    e.backward()
    e.backward()
    assert (a.grad, b.grad, c.grad, e.grad) == (4.0, 10.0, 2.0, 1.0)


def test_a_seed_scales_the_gradients() -> None:
    a, b, _, _, e = textbook()
    e.backward(seed=Fraction(1, 2))  # type: ignore[arg-type]
    assert (a.grad, b.grad, e.grad) == (1.0, 2.5, 0.5)
    with pytest.raises(OperandError):
        e.backward("1")  # type: ignore[arg-type]


def test_the_sweep_of_a_leaf() -> None:
    x = Value(2.0)
    x.backward()
    x.backward(3.0)
    assert x.grad == 4.0


def test_a_constant_node_sweeps() -> None:
    x = Value(2.0)
    y = x * GRAPH.log(2.0)
    y.backward()
    assert x.grad == math.log(2.0)


def test_an_nary_node_sweeps_through_shared_operands() -> None:
    x, y = Value(2.0), Value(3.0)
    s = x * y
    z = autograd.sum([s, s, x, autograd.prod([s, x, y])])
    z.backward()
    assert (x.grad, y.grad) == (2 * 3 + 1 + 2 * 2 * 9, 2 * 2 + 2 * 4 * 3)
    assert autograd.gradient(z, [x, y]) == [x.grad, y.grad]


def test_nothing_flows_into_the_branch_not_taken() -> None:
    x = Value(0.0)
    root = autograd.sqrt(x)
    y = autograd.where(x > 0, root * 3.0, x * 2.0)
    root.backward()
    x.grad = 0.0
    y.backward()
    assert (x.grad, root.grad) == (2.0, 0.0)                         # not 0 * inf, and nothing of the earlier sweep
    assert autograd.gradient(y, [x, root]) == [2.0, 0.0]
    shared = autograd.where(x > 0, root, root + x) + root * 0.5
    assert autograd.gradient(shared, root) == 1.5


def test_an_nary_node_of_many_operands_sweeps_in_linear_time() -> None:
    leaves = [Value(1.0) for _ in range(20_000)]
    total = autograd.sum([x * 2.0 for x in leaves])                  # quadratic, this would take minutes
    total.backward()
    assert {x.grad for x in leaves} == {2.0}


def test_nothing_flows_through_a_comparison_not_even_0_times_infinity() -> None:
    x = Value(-1.0)
    y = autograd.sqrt(autograd.step(x)) + x * 3.0
    y.backward()
    assert (x.grad, autograd.gradient(y, x)) == (3.0, 3.0)
    z = Value(0.5)
    inner = z * 2.0
    inner.backward()
    z.grad = 0.0
    root = autograd.sqrt(inner < 0)
    root.backward()
    assert (z.grad, inner.grad) == (0.0, 0.0)


@pytest.mark.parametrize("grad", [None, "1", 1j, [1.0], Value(1.0)], ids=repr)
def test_a_grad_that_is_no_number_is_refused_and_changes_nothing(grad: Any) -> None:
    p: Any = Value(2.0, name="p")
    p.grad = Fraction(1, 2)
    with pytest.raises(OperandError, match=r"the grad of p must be a number, got .*: set it to 0\.0"):
        p.grad = grad
    assert p.grad == 0.5
    with pytest.raises(RangeError):
        p.grad = 10 ** 400
    (p * 3.0).backward()
    assert p.grad == 3.5


DEEP = 1_000_000


def test_a_chain_of_a_million_is_built_swept_copied_pickled_and_dropped() -> None:
    import copy
    import pickle
    x = Value(1.0)
    y = x
    for _ in range(DEEP):
        y = y + 1.0
    y.backward()
    assert (y.data, x.grad) == (1.0 + DEEP, 1.0)
    assert autograd.gradient(y, x) == 1.0
    for again in (copy.copy(y), copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert (again.data, again.op) == (y.data, y.op)
    watch = weakref.ref(y)
    del again, y
    assert watch() is None


def test_an_interrupt_leaves_the_graph_fit_for_the_next_sweep() -> None:
    x = Value(1.0)
    nodes = [x]
    for k in range(50):
        nodes.append(autograd.sum([nodes[-1], nodes[k // 2], 1.0]) if k % 7 == 0 else nodes[-1] * 0.5 + nodes[k // 2])
    y = nodes[-1]
    y.backward()
    expected = [v.grad for v in nodes]

    class Interrupt(BaseException):
        pass

    interrupted = 0
    for step in range(0, 900, 7):
        countdown = [step]

        def trace(frame: Any, event: str, argument: Any, countdown: list[int] = countdown) -> Any:
            if frame.f_code.co_filename.endswith("traversal.py") and frame.f_code.co_name in ("backward", "_sweep", "_entered", "_next_new", "_silence"):
                countdown[0] -= event == "line"
                if countdown[0] == 0:
                    raise Interrupt
                return trace
            return None

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            y.backward()
        except Interrupt:
            interrupted += 1
        finally:
            sys.settrace(before)
        x.grad = 0.0
        y.backward()
        assert [v.grad for v in nodes] == expected
        x.grad = 0.0
    assert interrupted > 50 or autograd.compiled                     # compiled code has no lines to stop at


def test_threads_may_work_on_separate_graphs_at_once() -> None:
    results: list[float] = []

    def work() -> None:
        for _ in range(20):
            x = Value(0.5)
            y = x
            for _ in range(200):
                y = y * 1.01 + x
            y.backward()
            results.append(x.grad)
    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 120
    assert len(set(results)) == 1


def test_memory_is_flat_over_a_hundred_rounds() -> None:
    w = [Value(0.1 * k) for k in range(7)]

    def round_of_training() -> None:
        loss = autograd.sum([(autograd.tanh(autograd.dot(w, [1.0] * 7)) - 0.5) ** 2, autograd.logsumexp(w)])
        loss.backward()
        for p in w:
            p.data -= 0.01 * p.grad
            p.grad = 0.0

    gc.collect()
    gc.disable()                                                     # graphs hold no cycles: counting references is enough
    tracemalloc.start()
    try:
        for _ in range(100):
            round_of_training()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(100):
            round_of_training()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 1000                                     # less than a tenth of a graph


def test_weak_references_and_subclasses_work() -> None:
    class Parameter(Value):
        def __init__(self, data: float) -> None:
            super().__init__(data, name="p")
            self.note = "mine"
    p = Parameter(2.0)
    y = p * p + 1
    y.backward()
    assert (p.grad, type(y), p.note, weakref.ref(p)() is p) == (4.0, Value, "mine", True)


# micrograd, NumPy -----------------------------------------------------------------------------------------------------------------------

def test_micrograds_readme_example() -> None:
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert [f"{x:.4f}" for x in (g.data, a.grad, b.grad)] == ["24.7041", "138.8338", "645.5773"]


def test_micrograds_trace_of_a_graph() -> None:
    _, _, c, d, e = textbook()
    assert (e._prev, e._op, c._op, next(iter(c._prev))._op) == ({c, d}, "*", "+", "")
    assert autograd.relu(e)._op == "relu"


def test_numpys_functions_work_on_arrays_of_values() -> None:
    x = np.array([Value(0.3), Value(0.6)])
    for name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "square", "reciprocal", "sin", "cos", "tan", "arcsin",
                 "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arctanh", "absolute", "negative", "positive", "conjugate"):
        function = getattr(np, name)
        y = function(x)
        assert all(isinstance(v, Value) for v in y)
        assert [v.data for v in y] == pytest.approx(list(function(np.array([0.3, 0.6]))), rel=1e-14)
    assert np.arccosh(np.array([Value(2.0)]))[0].data == pytest.approx(np.arccosh(2.0))
    assert [v.data for v in np.arctan2(x, 0.5)] == pytest.approx(list(np.arctan2([0.3, 0.6], 0.5)))
    assert [v.data for v in np.hypot(x, x)] == pytest.approx(list(np.hypot([0.3, 0.6], [0.3, 0.6])))
    assert isinstance(np.tanh(Value(0.3)), Value)
    total = np.sum(x * np.array([1.0, 2.0])) / 2.0 + np.dot(x, x)
    assert autograd.gradient(total, list(x)) == pytest.approx([0.5 + 0.6, 1.0 + 1.2])


def test_numpy_arrays_and_scalars_beside_a_value() -> None:
    v = Value(3.0)
    for y in (np.float64(2) * v, v * np.float64(2), np.array(2.0) * v, v * np.array(2.0)):
        assert isinstance(y, Value)
        assert y.data == 6.0
    for array in (np.array([1.0, 2.0]) * v, v * np.array([1.0, 2.0])):
        assert [y.data for y in array] == [3.0, 6.0]
