"""`compile`: what users call, of functions and of graphs; what is rolled; and planted errors that these tests find."""

from __future__ import annotations

import copy
import math
import pickle
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, losses, nn, optim
from autograd.arithmetic.floats import IEEE
from autograd.errors import DomainError, InputError, OperandError
from autograd.program import LossProgram, Program, backends, compile, numpy_backend, roll, simplify
from autograd.replay import sweep
from autograd.traversal import topological_order

from . import test_program

if "llvm" in "".join(test_program.BACKENDS):
    from autograd.program import llvm_backend

BACKENDS = ["numpy"] + ["llvm"] * ("llvm" in "".join(test_program.BACKENDS))
both = pytest.mark.parametrize("backend", BACKENDS)


def close(a: Any, b: Any, tolerance: float = 1e-12) -> bool:
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= tolerance * (1.0 + np.abs(b))))


# Functions ----------------------------------------------------------------------------------------------------------------------

def wave(a: Any, b: Any) -> Any:
    return ag.tanh(a * b) + ag.exp(-a * a) * b


@both
def test_scalars_and_lanes(backend: str) -> None:
    program = compile(wave, backend=backend)
    assert isinstance(program, Program)
    assert close(program(0.5, 2.0), wave(0.5, 2.0))
    value, slopes = program.value_and_grad(0.5, 2.0)
    assert isinstance(value, float)
    assert close(slopes, ag.grad(wave, (0, 1))(0.5, 2.0))
    xs = np.linspace(-2, 2, 21)
    value, (by_a, by_b) = program.value_and_grad(xs, 2.0)
    assert close(value, [wave(x, 2.0) for x in xs.tolist()])
    assert close(by_a, [ag.grad(wave)(x, 2.0) for x in xs.tolist()])
    assert isinstance(by_b, float)
    assert close(by_b, sum([ag.grad(wave, 1)(x, 2.0) for x in xs.tolist()]))
    assert close(program.hessian(xs, 2.0), [ag.hessian(wave)(x, 2.0) for x in xs.tolist()])
    assert close(program.hessian(0.5, 2.0), ag.hessian(wave)(0.5, 2.0))
    assert close(program.jacobian(0.5, 2.0), [ag.grad(wave, (0, 1))(0.5, 2.0)])


class Pair(NamedTuple):
    left: Any
    right: Any


@both
def test_structures(backend: str) -> None:
    def f(w: Any, p: Any, pair: Any) -> Any:
        return w[0] * p["a"] + ag.sin(w[1]) * p["b"][0] * pair.left - pair.right ** 2
    args = ([1.5, 2], {"a": 0.5, "b": (3.0, 4.0)}, Pair(0.25, 2))
    program = compile(f, backend=backend)
    value, slopes = program.value_and_grad(*args)
    expected = ag.value_and_grad(f, (0, 1, 2))(*args)
    assert close(value, expected[0])
    flat = [x for slope in (slopes, expected[1]) for x in (*slope[0], slope[1]["a"], *slope[1]["b"], *slope[2])]
    assert close(flat[:7], flat[7:])
    assert isinstance(slopes[2], Pair)
    assert isinstance(slopes[1]["b"], tuple)
    assert program(*args) == value
    rows = np.arange(12.0).reshape(4, 3) / 10.0
    summed = compile(lambda x: x[0] * x[1] + ag.exp(x[2]), backend=backend)
    value, slope = summed.value_and_grad(rows)
    assert value.shape == (4,)
    assert slope.shape == (4, 3)
    assert close(slope[:, 2], np.exp(rows[:, 2]))
    assert close(slope[:, 0], rows[:, 1])
    several = compile(lambda x, y: {"sum": x + y, "product": [x * y]}, backend=backend)
    found = several(np.array([1.0, 2.0]), 3.0)
    assert found["sum"].tolist() == [4.0, 5.0]
    assert found["product"][0].tolist() == [3.0, 6.0]
    assert close(several.jacobian(2.0, 3.0), [[1, 1], [3, 2]])


@both
def test_modules_and_captured_parameters(backend: str) -> None:
    model = nn.MLP(2, [4, 1], "tanh", rng=0)
    parameters = model.parameters()
    xs = np.array([[0.5, -1.0], [2.0, 0.25], [0.0, 1.0]])
    loss = losses.mse(model(xs.tolist()), [0.0] * 3, reduction="sum")
    expected = ag.gradient(loss, parameters)
    for program, args in ((compile(lambda x: model(x) ** 2, wrt=parameters, backend=backend), (xs,)),
                          (compile(lambda m, x: m(x) ** 2, wrt=0, backend=backend), (model, xs))):
        value, slopes = program.value_and_grad(*args)
        assert close(value.sum(), loss.data)
        assert close(slopes, expected)
        before = parameters[0].data
        parameters[0].data = 3.0                                     # read in every call
        assert not close(program.grad(*args), expected)
        parameters[0].data = before
        assert close(program.grad(*args), expected)


@both
def test_it_records_once_for_each_structure(backend: str) -> None:
    calls: list[int] = []

    def f(x: Any, y: Any) -> Any:
        calls.append(1)
        return x * y
    program = compile(f, backend=backend)
    for x in (1.0, 2.0, 3):
        assert program(x, 2.0) == x * 2.0
    assert len(calls) == 1
    assert program(np.array([1.0, 2.0]), 2.0).tolist() == [2.0, 4.0]
    assert program(np.array([5.0]), 2.0).tolist() == [10.0]
    assert len(calls) == 2
    assert program(np.array([]), 2.0).tolist() == []
    assert "v2 = x*y" in str(program)
    assert "test_compile.py" in str(program)
    assert "2 recordings" in repr(program)
    assert "in lanes: x" in program.explain()


@pytest.mark.parametrize("f", [
    lambda x: x if x > 0 else -x, lambda x: x if x == 1.0 else 2 * x, lambda x: x * float(x), lambda x: x * int(x), lambda x: max(x, 2.0 * x),
    lambda x: x and 1.0, lambda x: sorted([x, 2.0 * x])[0], lambda x: ag.sum([x for _ in range(3) if not x]), lambda x: x * x.item()], ids=range(9))
def test_a_branch_is_an_error_with_its_line(f: Callable[[Any], Any]) -> None:
    with pytest.raises(OperandError, match=r"test_compile.py:\d+: .*(autograd.where|use .data)"):
        compile(f, backend="numpy")(2.0)
    assert ag.where(Value(1.0) > 0.0, 1.0, 2.0).data == 1.0
    assert bool(Value(1.0))


@both
def test_where_is_taken_in_each_lane(backend: str) -> None:
    program = compile(lambda x: ag.where(x > 0.0, ag.sqrt(x), x * x), backend=backend)
    value, slope = program.value_and_grad(np.array([4.0, 0.0, -3.0]))
    assert value.tolist() == [2.0, 0.0, 9.0]
    assert slope.tolist() == [0.25, 0.0, -6.0]


@both
def test_outside_a_domain_it_is_nan_and_checked_says_where(backend: str) -> None:
    def f(x: Any, y: Any) -> Any:
        return y + ag.sqrt(x - 1.0)
    xs = np.array([2.0, 5.0, 0.5])
    value, (by_x, by_y) = compile(f, backend=backend).value_and_grad(xs, 1.0)
    assert np.isnan(value).tolist() == [False, False, True]
    assert np.isnan(by_x[2])
    assert by_y == 3.0
    with pytest.raises(DomainError, match=r"sqrt\(v\d+\) is nan in lane 2, at test_compile.py:\d+: its operands are -0.5, where x = 0.5, y = 1"):
        compile(f, backend=backend, checked=True)(xs, 1.0)
    assert compile(f, backend=backend, checked=True)(xs[:2], 1.0).tolist() == [2.0, 3.0]
    slope = compile(lambda x, s: ag.sqrt(x * s), wrt=1, backend=backend, checked=True)
    with pytest.raises(DomainError, match="a result, summed over the lanes, is infinite or NaN"):
        slope.grad(np.array([1.0, 2.0, 0.0, 3.0]), 1.0)
    with pytest.raises(DomainError, match="a result is infinite or NaN in lane 2, where x = 0, s = 1"):
        compile(lambda x, s: ag.sqrt(x * s), wrt=0, backend=backend, checked=True).grad(np.array([1.0, 2.0, 0.0, 3.0]), 1.0)
    assert math.isnan(compile(lambda x: ag.log(x), backend=backend)(-1.0))


@both
def test_it_is_recorded_even_where_it_has_no_value(backend: str) -> None:
    program = compile(lambda x: ag.log(x) / x, backend=backend)
    assert np.isnan(program(np.array([-1.0, 1.0, math.e]))).tolist() == [True, False, False]
    assert close(program(np.array([-1.0, math.e]))[1], 1.0 / math.e)


def test_bad_arguments_are_refused() -> None:
    program = compile(lambda x, y: x * y, backend="numpy")
    with pytest.raises(InputError, match="must have the same length, got 3 and 2"):
        program(np.zeros(3), np.zeros(2))
    with pytest.raises(OperandError, match="got the str 'a'"):
        program("a", 1.0)
    with pytest.raises(OperandError, match="return Values"):
        compile(lambda x: "text", backend="numpy")(1.0)
    with pytest.raises(OperandError, match="use jacobian"):
        compile(lambda x: [x, x], backend="numpy").grad(1.0)
    with pytest.raises(InputError, match="wrt names argument 3"):
        compile(lambda x: x, wrt=3, backend="numpy").grad(1.0)
    with pytest.raises(OperandError, match="wrt must be"):
        compile(lambda x: x, wrt="x", backend="numpy")
    with pytest.raises(InputError, match="backend must be"):
        compile(lambda x: x, backend="cuda")
    with pytest.raises(OperandError, match="takes a function"):
        compile(3.0, backend="numpy")
    with pytest.raises(InputError, match="checked=True is for functions"):
        compile(Value(1.0) * 2.0, backend="numpy", checked=True)


@both
def test_arrays_that_all_lanes_share(backend: str) -> None:
    def layer(p: Any, x: Any) -> Any:
        return ag.sum(ag.tanh(p["W"] @ x + p["b"])) * p["scale"]
    rng = np.random.default_rng(0)
    p, xs = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=3), "scale": 2.0}, rng.normal(size=(11, 2))
    value, (by_p, by_x) = compile(layer, shared=0, backend=backend).value_and_grad(p, xs)
    h = np.tanh(xs @ p["W"].T + p["b"])
    assert close(value, 2.0 * h.sum(1))
    assert close(by_p["W"], 2.0 * (1.0 - h * h).T @ xs)
    assert close(by_p["b"], 2.0 * (1.0 - h * h).sum(0))
    assert close(by_p["scale"], h.sum())
    assert close(by_x, 2.0 * (1.0 - h * h) @ p["W"])
    asked = compile(layer, wrt=(-2,), shared=[-2], backend=backend)
    assert close(asked.value_and_gradients(p, xs)[1], [*by_p["W"].ravel(), *by_p["b"], by_p["scale"]])
    assert close(asked.jacobian(p, xs)[:, 0].sum(0), asked.value_and_gradients(p, xs)[1])
    assert close(asked.grad(p, xs[0].tolist())[0]["W"], 2.0 * np.outer(1.0 - h[0] ** 2, xs[0]))
    assert asked._traces[next(iter(asked._traces))].record.names[:3] == ["p['W'][0][0]", "p['W'][0][1]", "p['W'][1][0]"]
    odd = compile(lambda w, x: w.sum() * x, shared=0, backend=backend)
    for w in (np.arange(6).reshape(2, 3), np.arange(12.0).reshape(2, 6)[:, ::2], np.zeros((0, 2))):
        assert close(odd(w, np.arange(3.0)), w.sum() * np.arange(3.0))
    assert compile(lambda w, x: w * x, shared=0, backend=backend).grad(np.array(3.0), 2.0) == (2.0, 3.0)
    assert compile(lambda w, x: w[0][1] * w[1] * x, shared=0, backend=backend).grad([np.ones(2), 3.0], np.ones(4))[0][0].tolist() == [0.0, 12.0]


def test_shared_that_cannot_be_right_is_refused() -> None:
    def f(w: Any, x: Any) -> Any:
        return w[0] * x
    with pytest.raises(InputError, match="shared names argument 2"):
        compile(f, shared=2, backend="numpy")(np.ones(2), 1.0)
    for wrong in ("w", [0.5], True, None, Value(1.0)):
        with pytest.raises(OperandError, match="shared must be numbers"):
            compile(f, shared=wrong, backend="numpy")
    with pytest.raises(InputError, match="shared is for functions"):
        compile(Value(1.0) * 2.0, shared=0, backend="numpy")
    with pytest.raises(InputError, match=r"compile\(f, shared=1\)"):
        compile(f, backend="numpy")(np.ones((2, 1)), np.ones(3))
    with pytest.raises(InputError, match="by what all lanes share"):
        compile(f, shared=0, backend="numpy").value_and_gradients(np.ones(2), np.ones(3))
    assert compile(f, wrt=0, shared=0, backend="numpy").value_and_gradients(np.ones(2), 3.0)[1].tolist() == [3.0, 0.0]


@both
def test_any_number_of_lanes(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks of several vectors and a rest; and with results written past the cache."""
    def f(x: Any, y: Any, w: Any) -> Any:
        return sum([ag.tanh(w[k] * x + w[k + 1] * y) for k in range(11)])
    if backend == "llvm":
        monkeypatch.setattr(llvm_backend, "LARGE", 100)
        monkeypatch.setattr(llvm_backend, "WRITING", 1000)
    program = compile(f, shared=2, backend=backend)
    rng = np.random.default_rng(0)
    xs, ys, w = rng.normal(size=(2, 150)), rng.normal(size=(2, 150)), rng.normal(size=12)
    alone = [program.value_and_grad(x, y, w) for x, y in zip(xs[0].tolist(), ys[0].tolist())]
    for count in [*range(70), 149, 150]:
        value, (by_x, by_y, by_w) = program.value_and_grad(xs[0, :count], ys[0, :count], w)
        assert close(value, [v for v, _ in alone[:count]])
        assert close(by_x, [d[0] for _, d in alone[:count]])
        assert close(by_y, [d[1] for _, d in alone[:count]])
        assert close(by_w, np.sum([d[2] for _, d in alone[:count]], axis=0) if count else np.zeros(12))
    kept = program(xs[0], ys[0], w)
    copied = kept.copy()
    program(xs[1], ys[1], w)
    assert kept.tolist() == copied.tolist()
    assert program.jacobian(xs[0], ys[0], w).shape == (150, 1, 14)


@both
def test_programs_are_pickled_and_run_in_threads(backend: str) -> None:
    program = compile(wave, backend=backend)
    xs = np.linspace(-1, 1, 1001)
    expected = program.value_and_grad(xs, 2.0)
    again = pickle.loads(pickle.dumps(program))
    assert close(again.grad(xs, 2.0)[0], expected[1][0])
    with pytest.raises(InputError, match="pickled before it was called"):
        again(1.0, 2.0)
    wrong: list[int] = []

    def run(shift: float) -> None:
        for _ in range(50):
            if not close(program(xs, shift), [0.0] * 0 or np.tanh(xs * shift) + np.exp(-xs * xs) * shift):
                wrong.append(1)
    threads = [threading.Thread(target=run, args=(0.5 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@both
def test_arguments_by_name(backend: str) -> None:
    def f(x: Any, k: float = 2.0, n: float = 3.0) -> Any:
        return x * k ** n
    program = compile(f, backend=backend)
    xs = np.array([1.0, 2.0])
    assert program(xs, n=2.0, k=3.0).tolist() == program(xs, 3.0, 2.0).tolist() == [9.0, 18.0]
    assert program.grad(x=3.0, k=2.0) == (8.0, 36.0)
    assert program.value_and_grad(2.0, k=1.0) == (2.0, (1.0, 6.0))
    assert close(program.hessian(2.0, k=1.0), program.hessian(2.0, 1.0))
    assert program.jacobian(k=1.0, x=2.0).tolist() == [[1.0, 6.0]]
    assert close(compile(f, wrt=(0, 1), backend=backend).value_and_gradients(x=2.0, k=1.0)[1], [1.0, 6.0])
    for named, why in (({"z": 1.0}, "z is not one of its arguments.*; f takes x, k, n"), ({"x": 1.0}, "x is given twice"),
                       ({"n": 1.0}, "f needs a number for k too, which comes before n")):
        with pytest.raises(InputError, match=why):
            program(1.0, **named)
    assert compile(lambda self, x: self * x, backend=backend)(self=2.0, x=3.0) == 6.0
    with pytest.raises(InputError, match="takes arguments without names"):
        compile(max, backend=backend)(z=1.0)


@both
def test_what_is_detached_keeps_its_number_in_each_lane_and_no_gradient(backend: str) -> None:
    program = compile(lambda x: x * x.detach() + ag.exp(x), backend=backend)
    xs = np.array([1.0, 2.0, 3.0])
    value, slope = program.value_and_grad(xs)
    assert close(value, xs * xs + np.exp(xs))
    assert close(slope, xs + np.exp(xs))
    assert close(program.hessian(2.0), [[np.exp(2.0)]])
    assert "v1 = detach(x)" in str(program)
    assert close(pickle.loads(pickle.dumps(program)).grad(xs), slope)
    assert Value(2.0, name="x").detach().op is None


@both
def test_the_power_of_one_half_at_the_edges(backend: str) -> None:
    xs = np.array([-math.inf, -1.0, -0.0, 0.0, 4.0, math.inf, math.nan])
    for power in (lambda x: x ** 0.5, lambda x: x ** Value(0.5)):
        assert repr(compile(power, backend=backend)(xs).tolist()) == "[inf, nan, 0.0, 0.0, 2.0, inf, nan]"
        assert repr(compile(power, backend=backend).value_and_grad(xs)[0].tolist()) == "[inf, nan, 0.0, 0.0, 2.0, inf, nan]"


@both
def test_differences_of_equal_products_are_0(backend: str) -> None:
    """The rounding error of one of them would make a root NaN, and a condition that of noise."""
    a, b = np.random.default_rng(0).uniform(0.1, 3.0, (2, 300))
    same = a, b, a.copy(), b.copy()
    for f in (lambda a, b, c, d: ag.sqrt(a * b - c * d), lambda a, b, c, d: ag.sqrt((a * b + 0.0 * c) - c * d), lambda a, b, c, d: a * b + -(c * d),
              lambda a, b, c, d: -(c * d) + a * b, lambda a, b, c, d: a * b + (-c) * d, lambda a, b, c, d: 1.0 - ag.where(a * b - c * d >= 0.0, 1.0, 0.0)):
        assert not compile(f, backend=backend)(*same).any()
        assert not compile(lambda x, y, f=f: f(x[0], x[1], y[0], y[1]), backend=backend)(np.array(same[:2]).T, np.array(same[2:]).T).any()
    slopes = compile(lambda a, b, c, d: ag.relu(a * b - c * d), backend=backend).grad(*same)
    assert not np.any(slopes)
    assert not compile(lambda a, b, c: ag.sqrt(b * b - 4.0 * a * c), backend=backend)(a, 2.0 * a, a).any()
    p, q = Value(0.1), Value(0.1)
    loss = sum([ag.sqrt((p * s) ** 2 - (q * s) ** 2 + 0.0 * s) for s in (1.0, 3.0, 7.0, 11.0, 13.0)])
    assert compile(loss, wrt=[p, q], backend=backend)()[0] == 0.0


@both
def test_results_that_are_kept_stay(backend: str) -> None:
    program = compile(lambda x: x * x, backend=backend)
    first = program(np.arange(100.0))
    second = program(np.arange(100.0) + 1.0)
    assert first[3] == 9.0
    assert second[3] == 16.0


@both
def test_derivatives_of_derivatives(backend: str) -> None:
    f = compile(lambda x: ag.grad(ag.grad(lambda z: z ** 3 * ag.sin(z)))(x), backend=backend)
    xs = np.linspace(-1, 2, 7)
    assert close(f(xs), 6 * xs * np.sin(xs) + 6 * xs ** 2 * np.cos(xs) - xs ** 3 * np.sin(xs))


@both
def test_long_dot_products_and_their_gradients(backend: str) -> None:
    model = nn.MLP(90, [70, 66, 3], "relu", rng=0)
    rng = np.random.default_rng(0)
    program = compile(lambda x, t: losses.cross_entropy(model(x), t), wrt=model.parameters(), backend=backend)
    xs, classes = rng.normal(size=(13, 90)), rng.integers(0, 3, 13).astype(float)
    value, slopes = program.value_and_grad(xs, classes)
    loss = losses.cross_entropy(model(xs.tolist()), [int(t) for t in classes], reduction="sum")
    assert close(value.sum(), loss.data)
    assert close(slopes, ag.gradient(loss, model.parameters()), 1e-11)
    for count in (1, 96, 700):                                       # a sum over parts is the sum
        xs, classes = rng.normal(size=(count, 90)), rng.integers(0, 3, count).astype(float)
        parts = [program.value_and_grad(xs[k:k + 13], classes[k:k + 13])[1] for k in range(0, count, 13)]
        assert close(program.grad(xs, classes), np.sum(parts, axis=0), 1e-9)


@both
def test_long_programs_are_cut_into_functions(backend: str) -> None:
    def f(x: Any, w: Any) -> Any:
        y = x
        for k in range(1500):
            y = ag.sin(y) + w * x * (0.001 * k)
            if k % 50 == 0:
                y = ag.where(y > x, y * w, y - x)
        return y
    xs = np.linspace(-1, 1, 19)
    value, (by_x, by_w) = compile(f, backend=backend).value_and_grad(xs, 0.5)
    expected = [ag.value_and_grad(f, (0, 1))(x, 0.5) for x in xs.tolist()]
    assert close(value, [v for v, _ in expected], 1e-9)
    assert close(by_x, [g[0] for _, g in expected], 1e-9)
    assert close(by_w, sum([g[1] for _, g in expected]), 1e-9)


def test_without_llvmlite_numpy_runs_it_and_says_so_once() -> None:
    code = ("import sys, warnings; sys.modules['llvmlite'] = None; import importlib.util as u; find = u.find_spec\n"
            "u.find_spec = lambda name, *rest: None if name == 'llvmlite' else find(name, *rest)\n"
            "import autograd as ag\nwith warnings.catch_warnings(record=True) as said:\n    warnings.simplefilter('always')\n"
            "    p, q = ag.compile(lambda x: x * x), ag.compile(lambda x: x + x)\n    print(p(3.0), repr(p), len(said), 'fast' in str(said[0].message))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split(", numpy")[0].startswith("9.0 Program(<lambda>")
    assert done.stdout.strip().endswith("1 True")
    assert backends.BACKENDS == ("llvm", "numpy")


# Graphs ----------------------------------------------------------------------------------------------------------------------------

def check(loss: Value, parameters: list[Value], backend: str, loops: int | None = None) -> LossProgram:
    """The program agrees with the engine; `loops` is how many groups were rolled."""
    program = compile(loss, wrt=parameters, backend=backend)
    value, slopes = program()
    expected = ag.gradient(loss, parameters)
    order = topological_order(loss)
    sizes = sweep(IEEE, order, {v: IEEE.number(v.data) for v in order}, absolute=True)  # sums of absolute path products: rounding is relative to them
    assert abs(value - loss.data) <= 1e-12 * (1.0 + abs(loss.data)), (value, loss.data)
    for p, a, b in zip(parameters, slopes, expected):
        assert abs(a - b) <= 1e-12 * float(sizes.get(id(p), 0.0)) + 1e-320, (p, a, b)  # subnormal numbers have few digits
    if loops is not None:
        assert program.explain().count("rolled into lanes") == loops, program.explain()
    return program


def samples(count: int, size: int = 2) -> list[list[float]]:
    source = random.Random(count)
    return [[source.gauss(0.0, 1.0) for _ in range(size)] for _ in range(count)]


@both
@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu", "softplus"])
def test_a_network_over_samples_is_rolled(backend: str, activation: str) -> None:
    model = nn.MLP(2, [5, 4, 1], activation, rng=0)
    xs, parameters = samples(30), model.parameters()
    signs = [(-1) ** k for k in range(30)]
    check(losses.mse(model(xs), [math.sin(k) for k in range(30)]), parameters, backend, 1)
    check(losses.hinge(model(xs), signs) + losses.l2_penalty(parameters, 1e-2), parameters, backend, 2)
    check(losses.bce_with_logits(model(xs), [int(s > 0) for s in signs]), parameters, backend, 2)  # the classes have terms of their own


@both
def test_micrograds_loop_is_rolled(backend: str) -> None:
    source = random.Random(0)
    w = [[Value(source.gauss(0, 1)) for _ in range(3)] for _ in range(4)]
    v = [Value(source.gauss(0, 1)) for _ in range(4)]
    total: Any = 0
    for x, y in zip(samples(25), range(25)):
        h = [(a * x[0] + b * x[1] + c).tanh() for a, b, c in w]
        score = sum((vi * hi for vi, hi in zip(v, h)), Value(0.5))
        total = total + (1 + -((-1) ** y) * score).relu()
    flat = [p for row in w for p in row] + v
    loss = total * (1.0 / 25) + 1e-4 * sum(p * p for p in flat)
    program = check(loss, flat, backend, 2)
    assert "25 terms" in program.explain()
    assert "16 terms" in program.explain()


@both
def test_cross_entropies_of_different_classes_are_rolled(backend: str) -> None:
    model = nn.MLP(3, [6, 4], rng=0)
    program = check(losses.cross_entropy(model(samples(60, 3)), [k % 4 for k in range(60)]), model.parameters(), backend)
    assert "picked by lane" in program.explain()
    assert "unrolled" not in program.explain()
    check(losses.nll([ag.log_softmax(model(x)) for x in samples(20, 3)], [k % 4 for k in range(20)]), model.parameters(), backend, 1)
    check(losses.multi_margin(model(samples(40, 3)), [k % 4 for k in range(40)]), model.parameters(), backend)


@both
def test_nested_sums_shared_nodes_and_signs(backend: str) -> None:
    a, b = Value(0.3, name="a"), Value(-0.2, name="b")
    xs = [math.sin(3.0 * k) for k in range(40)]
    mean = ag.sum([a * x for x in xs]) / 40.0
    check(ag.log(ag.sum([(a * x - mean) ** 2 * ag.exp(b) for x in xs]) / 40.0 + 1.0), [a, b], backend, 2)
    scale = ag.softplus(b)
    total: Any = 0.0
    for x in xs:
        total = total - ((x - a) / scale) ** 2 / 2.0 - ag.log(scale)
    check(total, [a, b], backend)
    check(ag.mean([ag.mean([(a * x - y) ** 2 for y in (1.0, 2.0, 3.0)]) for x in xs]), [a, b], backend, 1)
    check(ag.sum([a * x for x in xs]) * ag.sum([ag.exp(b * x) for x in xs]) + a, [a, b], backend, 2)
    check(a * b + ag.sin(a), [a, b], backend, 0)
    check(Value(2.0) * 3.0, [a], backend, 0)
    program = compile(ag.sum([a * x for x in xs]), wrt={"a": a, "b": [b]}, backend=backend)
    assert set(program()[1]) == {"a", "b"}
    assert program()[1]["b"] == [0.0]


def test_what_stays_unrolled_is_told() -> None:
    a = Value(0.5)
    shared = [ag.exp(a * k) for k in range(6)]
    program = check(ag.sum([shared[k] * shared[(k + 1) % 6] for k in range(6)]), [a], "numpy", 0)
    assert "nothing was rolled" in program.explain()
    mixed = ag.sum([*[a * float(k) for k in range(9)], ag.sin(a)])
    assert "1 term unrolled: fewer than 4 are computed alike" in check(mixed, [a], "numpy", 1).explain()


@st.composite
def unrolled(draw: st.DrawFn) -> tuple[Value, list[Value]]:
    """A loss as a loop over samples makes it, of random terms, with random things around it."""
    parameters = [Value(draw(st.floats(-1, 1)), name=f"p{k}") for k in range(3)]
    steps = draw(st.lists(st.tuples(st.sampled_from(["add", "mul", "sub", "tanh", "relu", "sigmoid", "maximum", "constant", "parameter", "logsumexp"]),
                                    st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8))
    count, start = draw(st.integers(1, 12)), draw(st.sampled_from(["number", "nothing", "value"]))
    picks = draw(st.booleans())
    terms = []
    for sample in range(count):
        nodes: list[Any] = [*parameters, parameters[0] * math.sin(1.7 * sample + 0.3)]
        for name, i, j in steps:
            x, y = nodes[i % len(nodes)], nodes[j % len(nodes)]
            nodes.append({"add": lambda x, y: x + y, "mul": lambda x, y: x * y, "sub": lambda x, y: x - y, "maximum": ag.maximum,
                          "constant": lambda x, y: x * (0.5 + math.cos(sample)), "parameter": lambda x, y: y + x * parameters[2],
                          "logsumexp": lambda x, y: ag.logsumexp([x, y, x * y])}.get(name, lambda x, y: getattr(ag, name)(x))(x, y))
        terms.append(nodes[-1] * (nodes[4 + sample % (len(nodes) - 4)] if picks else 1.0))
    kind = draw(st.sampled_from(["loop", "sum", "mean", "minus"]))
    if kind in ("sum", "mean"):
        total = ag.sum(terms) if kind == "sum" else ag.mean(terms)
    else:
        total = {"number": 0.0, "nothing": None, "value": parameters[1] * 2.0}[start]
        for t in terms:
            total = t if total is None else total + t if kind == "loop" else total - t
    outer = draw(st.sampled_from([lambda s: s, lambda s: ag.tanh(s) * parameters[0], lambda s: s + ag.sum([p * p for p in parameters]), lambda s: s * s]))
    return outer(total) if isinstance(total, Value) else outer(Value(total)), parameters


@both
def test_random_loops_are_what_they_were_unrolled(backend: str) -> None:
    @given(unrolled())
    @settings(max_examples=60 if backend == "llvm" else 200)
    def holds(made: tuple[Value, list[Value]]) -> None:
        check(made[0], made[1], backend)
    holds()


@both
def test_steps_of_an_optimiser(backend: str) -> None:
    for make in (lambda ps: optim.SGD(ps, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01), lambda ps: optim.Adam(ps, lr=0.05), lambda ps: optim.RMSprop(ps, lr=0.01, momentum=0.5, centered=True),
                 lambda ps: optim.Adagrad(ps, lr=0.1), lambda ps: optim.Rprop(ps)):
        histories, data = [], samples(20)
        for is_compiled in (False, True):
            model = nn.MLP(2, [8, 8, 1], "tanh", rng=0)
            optimizer = make(model.parameters())
            history = []
            program = compile(losses.mse(model(data), [1.0] * 20), wrt=model.parameters(), backend=backend)
            for _ in range(6):
                if is_compiled:
                    history.append(program.step(optimizer))
                    continue
                loss = losses.mse(model(data), [1.0] * 20)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                history.append(loss.data)
            histories.append(history)
        assert close(histories[1], histories[0], 1e-9), histories
    with pytest.raises(InputError, match="the program does not differentiate by"):
        program.step(optim.SGD([Value(1.0)], lr=0.1))


def test_a_graph_that_is_compiled_wants_leaves() -> None:
    w = Value(1.0)
    with pytest.raises(InputError, match="computed"):
        compile(w * w, wrt=[w * 2.0], backend="numpy")
    with pytest.raises(InputError, match="twice"):
        compile(w * w, wrt=[w, w], backend="numpy")
    with pytest.raises(OperandError, match="wrt must be Values"):
        compile(w * w, wrt=[1.0], backend="numpy")
    again = pickle.loads(pickle.dumps(compile(w * w, wrt=[w], backend="numpy")))
    assert again() == (1.0, [2.0])
    assert again.parameters[0] is not w


# fit ---------------------------------------------------------------------------------------------------------------------------------

@both
@pytest.mark.parametrize(("loss", "outputs", "targets"), [
    (losses.mse, 1, [math.sin(k) for k in range(23)]), (losses.cross_entropy, 3, [k % 3 for k in range(23)]), (losses.hinge, 1, [(-1) ** k for k in range(23)]),
    (losses.half_squared_error, 1, [0.5] * 23), (losses.bce_with_logits, 1, [k % 2 for k in range(23)]), (losses.multi_margin, 3, [k % 3 for k in range(23)]),
    (lambda p, t: losses.kl_div([ag.log_softmax(row) for row in p], t, reduction="sum"), 3, [[0.25, 0.75, 0.0]] * 23)], ids=range(7))
def test_fit_compiled_has_the_same_history(loss: Any, outputs: int, targets: list[Any], backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "default_backend", lambda: backend)
    histories = []
    for is_compiled in (False, True):
        model = nn.MLP(2, [6, outputs], "tanh", rng=1)
        histories.append(ag.fit(model, loss, (samples(23), targets), optim.Adam(model.parameters(), lr=0.02), epochs=3, batch_size=8, rng=0,
                                progress=False, compiled=is_compiled))
    assert len(histories[1].batch_loss) == 9                         # the last batch of an epoch has 7
    assert close(histories[1].batch_loss, histories[0].batch_loss, 1e-9)
    assert close(histories[1].loss, histories[0].loss, 1e-9)


def test_fit_compiled_refuses_what_it_cannot_do() -> None:
    data = (samples(8), [1.0] * 8)
    model = nn.Sequential(nn.Layer(2, 3, None), nn.BatchNorm1d(3), nn.Layer(3, 1, None))
    with pytest.raises(InputError, match="needs the whole batch"):
        ag.fit(model, losses.mse, data, optim.SGD(model.parameters(), lr=0.1), batch_size=4, progress=False, compiled=True)
    plain = nn.MLP(2, [1], rng=0)
    with pytest.raises(InputError, match="the mean or the sum"):
        ag.fit(plain, lambda p, t: ag.exp(losses.mse(p, t)), data, optim.SGD(plain.parameters(), lr=0.1), progress=False, compiled=True)
    with pytest.raises(InputError, match="all of one shape"):
        ag.fit(lambda x: x[0] * plain.parameters()[0], losses.mse, ([[1.0], [1.0, 2.0]], [1.0, 2.0]), optim.SGD(plain.parameters(), lr=0.1),
               progress=False, compiled=True)
    with pytest.raises(InputError, match=r"targets must lie in \[0, 1\], got 3"):
        ag.fit(plain, losses.bce_with_logits, (samples(8), [0.0] * 7 + [3.0]), optim.SGD(plain.parameters(), lr=0.1), progress=False, compiled=True)
    wide = nn.MLP(2, [3], rng=0)
    with pytest.raises(InputError, match=r"classes must lie in \[0, 2\], got 7"):
        ag.fit(wide, losses.cross_entropy, (samples(8), [0] * 7 + [7]), optim.SGD(wide.parameters(), lr=0.1), progress=False, compiled=True)
    with pytest.raises(ag.RangeError, match="diverges"):
        ag.fit(plain, losses.mse, ([[1e200, 1.0]] * 4, [0.0] * 4), optim.SGD(plain.parameters(), lr=1e300), epochs=3, progress=False, compiled=True)


@both
def test_fit_compiled_gives_samples_in_their_own_form(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """x + [1.0] appends to a list, and adds to an array."""
    monkeypatch.setattr(backends, "default_backend", lambda: backend)
    xs, targets = [[0.1 * k, 1.0 - 0.2 * k] for k in range(8)], [[float(k), 1.0] for k in range(8)]
    forms: list[tuple[Any, Any, Callable[[Any, Any], Any]]] = [
        (xs, targets, lambda w, x: [ag.dot(w, x + [1.0]), w[0] * x[0]]),
        ([tuple(x) for x in xs], targets, lambda w, x: [ag.dot(w, (*x, 1.0)), w[1] * (x + x)[3]]),
        (np.array(xs), np.array(targets), lambda w, x: [w[0] * v for v in (x + x)[1:3]])]
    for inputs, wanted, model in forms:
        found = []
        for is_compiled in (False, True):
            w = [Value(0.1), Value(0.2), Value(0.3)]
            history = ag.fit(lambda x, w=w, model=model: model(w, x), lambda p, t: losses.mse(p, [list(u[:1]) + list(u[1:]) for u in t]),
                             (inputs, wanted), optim.SGD(w, lr=0.05), epochs=3, rng=0, progress=False, compiled=is_compiled)
            found.append([*history.batch_loss, *[v.data for v in w]])
        assert close(found[1], found[0], 1e-12)


@both
def test_fit_compiled_refuses_losses_that_weigh_samples(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "default_backend", lambda: backend)

    def weighted(predictions: Any, targets: Any) -> Any:
        return ag.sum([(p - t) ** 2 for p, t in zip(predictions, targets)]) / ag.sum(targets)
    w = Value(0.5)
    data = [float(k) for k in range(1, 9)], [1.0] * 7 + [5.0]        # which the first samples do not tell from a mean
    with pytest.raises(InputError, match=r"the loss of 8 samples is .*needs a loss that is the mean or the sum"):
        ag.fit(lambda x: w * x, weighted, data, optim.SGD([w], lr=0.01), progress=False, compiled=True)
    ag.fit(lambda x: w * x, losses.mse, data, optim.SGD([w], lr=0.01), progress=False, compiled=True)


@pytest.mark.parametrize("factor", [1.0, 1e200])
def test_fit_compiled_tells_of_losses_that_no_sum_can_hold(factor: float) -> None:
    w = Value(1e154)
    inputs = [1.2] * 6 if factor == 1.0 else [1e200, -1e200, 1.0, 2.0, 1.0, 2.0]
    loss = losses.mse if factor == 1.0 else lambda p, t: ag.sum(p) / len(p)
    for is_compiled in (False, True):
        with pytest.raises(ag.RangeError, match="training diverges"):
            ag.fit(lambda x: w * x * factor, loss, (inputs, [0.0] * 6), optim.SGD([w], lr=0.01), progress=False, compiled=is_compiled)


# Planted errors -----------------------------------------------------------------------------------------------------------------------

IDENTITIES: list[Callable[[Any, Any], Any]] = [
    lambda a, b: -a - b, lambda a, b: a - -b, lambda a, b: -a + b, lambda a, b: (a * 1.0) * (b * -1.0), lambda a, b: -a * -b, lambda a, b: a / 4.0 + b / -1.0,
    lambda a, b: a - b + (b - a) * 2.0, lambda a, b: (a + 0.0) / b, lambda a, b: -(a * -1.0) / -b, lambda a, b: ag.abs(-a) + ag.abs(ag.abs(b)), lambda a, b: a ** 2 + b ** 3 + a ** 4,
    lambda a, b: a ** 1 + b ** 0 + a ** -1, lambda a, b: ag.where(1.0 - (a > b), a, b), lambda a, b: a * b + b * a, lambda a, b: ag.relu(a) + ag.minimum(b, a)]


def check_identities() -> None:
    for f in IDENTITIES:
        for a, b in ((0.5, 2.0), (-1.5, 0.75), (3.0, -2.0)):
            value, slopes = compile(f, backend="numpy").value_and_grad(a, b)
            expected = ag.value_and_grad(f, (0, 1))(a, b)
            assert close([value, *slopes], [expected[0], *expected[1]]), (f(Value(a, "a"), Value(b, "b")), slopes, expected)


def test_identities() -> None:
    check_identities()
    minus_zero = compile(lambda x: x + 0.0, backend="numpy")(-0.0)
    assert math.copysign(1.0, minus_zero) == 1.0                     # so x + 0.0 is not x


def test_a_wrong_identity_in_simplify_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = simplify.Code.sub
    monkeypatch.setattr(simplify.Code, "sub", lambda m, a, b: right(m, m.operand(a, 0), b) if m.is_line(a, "neg") else right(m, a, b))
    with pytest.raises(AssertionError):
        check_identities()


def test_a_common_subexpression_of_too_much_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = simplify.Code._emit
    monkeypatch.setattr(simplify.Code, "_emit", lambda m, name, operands: right(m, name, tuple(sorted(operands)) if name == "sub" else operands))
    with pytest.raises(AssertionError):
        check_identities()


def test_a_dead_line_too_many_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = numpy_backend.reached
    monkeypatch.setattr(numpy_backend, "reached", lambda code, results: right(code, results)[:-1])
    with pytest.raises((AssertionError, KeyError)):
        check_identities()


@pytest.mark.parametrize("planted", ["pick", "constants", "sign"])
def test_a_wrong_roll_is_found(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = roll._group

    def wrong(sign: float, alike: Any, learnt: Any) -> Any:
        if planted == "sign":
            return right(1.0, alike, learnt)
        for form in alike[1:] if planted == "pick" else alike[:1]:
            if planted == "pick":
                form.steps[:] = alike[0].steps
            else:
                form.constants[:] = alike[-1].constants
        return right(sign, alike, learnt)
    monkeypatch.setattr(roll, "_group", wrong)
    with pytest.raises(AssertionError):
        {"pick": test_cross_entropies_of_different_classes_are_rolled, "constants": test_micrograds_loop_is_rolled,
         "sign": test_nested_sums_shared_nodes_and_signs}[planted]("numpy")


def test_other_threads_may_decide_while_one_records() -> None:
    answers: list[Any] = []

    def elsewhere() -> None:
        try:
            answers.append(bool(Value(1.0) > 0.0))
            answers.append(ag.log(Value(-1.0)))
        except DomainError:
            answers.append("DomainError")

    def f(x: Any) -> Any:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return x * x
    assert compile(f, backend="numpy")(3.0) == 9.0
    assert answers == [True, "DomainError"]


@both
def test_what_depends_on_little_or_nothing(backend: str) -> None:
    xs = np.arange(3.0)
    assert compile(lambda x: 3.0, backend=backend).value_and_grad(2.0) == (3.0, 0.0)
    value, (by_x, by_y) = compile(lambda x, y: y, backend=backend).value_and_grad(xs, 2.0)
    assert (value.tolist(), by_x.tolist(), by_y) == ([2.0] * 3, [0.0] * 3, 3.0)
    assert compile(lambda x, y: y * y, backend=backend).hessian(xs, 2.0)[2].tolist() == [[0.0, 0.0], [0.0, 2.0]]
    value, _ = compile(lambda x: ag.gamma(x) + ag.ndtr(x), backend=backend).value_and_grad(np.array([0.5, 3.0, -1.0]))
    assert close(value[:2], [ag.gamma(0.5) + ag.ndtr(0.5), 2.0 + ag.ndtr(3.0)])
    assert math.isnan(value[2])


# What an attack found -------------------------------------------------------------------------------------------------------------------

@both
def test_a_loop_over_the_sums_of_two_loops(backend: str) -> None:
    p, q, xs = Value(0.3), Value(0.5), [1.0, 2.0, 3.0, 4.0]
    a, b = sum([p * x for x in xs]), sum([ag.sin(ag.exp(q * x)) for x in xs])
    check(ag.sum([a * x - ag.sin(b * x) for x in xs]), [p, q], backend, 3)
    check(sum([a * x - ag.sin(b * x) for x in xs]), [p, q], backend)
    check(sum([ag.cos(b * x) * a for x in xs], p * q), [p, q], backend)


def test_a_program_takes_no_values() -> None:
    square = compile(lambda y: y * y, backend="numpy")
    for call in (lambda: compile(lambda x: square(x) * x, backend="numpy")(3.0), lambda: ag.grad(lambda x: square(x) * x)(3.0), lambda: square(Value(2.0))):
        with pytest.raises(OperandError, match="a program takes numbers"):
            call()


def test_modules_without_parameters_are_told_apart() -> None:
    class Scale:
        def __init__(self, k: float) -> None:
            self.k = k

        def parameters(self) -> list[Value]:
            return []

        def __call__(self, x: Any) -> Any:
            return x * self.k
    program = compile(lambda m, x: m(x), backend="numpy")
    assert [program(Scale(k), 1.0) for k in range(1, 6)] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_wrt_that_cannot_be_right_is_refused() -> None:
    w = Value(2.0)
    computed = w * 1.0
    with pytest.raises(InputError, match="was computed"):
        compile(lambda x: x * computed, wrt=[computed], backend="numpy")
    model = nn.MLP(2, [3, 1], rng=0)
    with pytest.raises(InputError, match="occurs in two arguments"):
        compile(lambda a, b, x: a(x) * b(x), backend="numpy").grad(model, model, [1.0, 2.0])
    assert compile(lambda a, b: a * b, wrt=np.int64(1), backend="numpy").grad(2.0, 3.0) == 2.0
    assert compile(w * w, wrt=(p for p in [w]), backend="numpy")() == (4.0, [4.0])
    with pytest.raises(OperandError, match="wrt must be Values"):
        compile(w * w, wrt="w", backend="numpy")
    with pytest.raises(OperandError, match="takes an optimiser"):
        compile(w * w, wrt=[w], backend="numpy").step(3)


@both
def test_a_product_that_is_a_result_and_part_of_a_sum(backend: str) -> None:
    for n in (63, 64, 70):
        program = compile(lambda x, w, z, n=n: ag.tanh(sum([x[j] * (w[j] + z[j]) for j in range(n)])), backend=backend)
        xs, zs = np.random.default_rng(0).normal(size=(2, 3, n)) * 0.1
        _, (_, by_w, by_z) = program.value_and_grad(xs, [0.01] * n, zs)
        assert close(by_w, by_z.sum(0))


@both
def test_odd_arrays(backend: str) -> None:
    product = compile(lambda r: r[0] * r[1], backend=backend)
    assert product(np.zeros((0, 2))).tolist() == []
    double = compile(lambda x: x * 2, backend=backend)
    for odd in (np.array([1j]), np.array(["1"]), np.array([1, None]), np.zeros(3, dtype=[("a", "f8")]), np.ma.masked_array([1.0, 2.0], [True, False])):
        with pytest.raises(OperandError, match=r"an array must hold real numbers|expected a real number"):
            double(odd)
    with pytest.raises(ag.RangeError):
        double(np.array([10 ** 400], dtype=object))
    for good in (np.array([1, 2]), np.array([True, False]), np.array([1.0, 2.0], dtype=np.float32), np.array([1, 2], dtype=object)):
        assert double(good).tolist() == [2.0 * float(x) for x in good]
    assert compile(lambda x: np.array([x, x * 2]), backend=backend)(np.arange(3.0)).tolist() == [[0, 0], [1, 2], [2, 4]]
    assert compile(lambda x: [np.array([[x], [x * 2]]), {"a": x}], backend=backend)(np.arange(3.0))[0].shape == (3, 2, 1)


def test_checked_speaks_of_inputs_and_constants() -> None:
    with pytest.raises(DomainError, match=r"^x is nan in lane 1$"):
        compile(lambda x, y: x * y, backend="numpy", checked=True)(np.array([1.0, math.nan]), 2.0)
    with pytest.raises(DomainError, match="a result"):
        compile(lambda x: [float("inf"), x], backend="numpy", checked=True)(np.array([1.0, 0.0]))


def test_constants_are_those_of_the_time_of_compile() -> None:
    w, c = Value(1.0), Value(2.0)
    program = compile(w * c, wrt=[w], backend="numpy")
    c.data = 5.0
    assert program() == (2.0, [2.0])


def test_a_copy_records_anew() -> None:
    program = compile(lambda x: x * 2, backend="numpy")
    program(2.0)
    assert copy.copy(program)(np.ones(1)).tolist() == copy.deepcopy(program)(np.ones(1)).tolist() == [2.0]


@both
def test_long_products_below_a_condition_that_lanes_share(backend: str) -> None:
    rng = np.random.default_rng(0)
    w, xs = rng.normal(size=70), rng.normal(size=(5, 70))
    program = compile(lambda s, w, x: ag.where(s > 0.0, ag.tanh(ag.dot(w, x)), 0.0), wrt=1, shared=1, backend=backend)
    expected = ((1.0 - np.tanh(xs @ w) ** 2)[:, None] * xs).sum(0)
    assert close(program.grad(1.0, w, xs), expected)
    assert close(program.grad(-1.0, w, xs), np.zeros(70))
    s, parameters = Value(1.0), [Value(x) for x in w.tolist()]
    loss = sum([ag.where(s > 0.0, ag.tanh(ag.dot(parameters, row)), 0.0) for row in xs.tolist()])
    assert close(compile(loss, wrt=parameters, backend=backend)()[1], expected)


@both
def test_what_the_first_lane_holds_decides_nothing(backend: str) -> None:
    rows = np.array([[math.nan, 1.0, 2.0], [1.0, 2.0, 4.0], [1e17, 1.0, 2.0], [3.0, 3.0, 5.0]])
    for f, expected in ((ag.var, rows.var(1)), (ag.std, rows.std(1))):
        assert np.allclose(compile(f, backend=backend)(rows), expected, rtol=1e-14, equal_nan=True)
    images = np.array([[[[math.nan, 1.0], [2.0, 3.0]]], [[[1.0, 4.0], [3.0, 2.0]]], [[[1.0, 4.0], [3.0, math.nan]]]])
    pool = nn.MaxPool2d(2)
    assert np.array_equal(compile(lambda x: pool(x)[0][0][0], backend=backend)(images), [math.nan, 4.0, math.nan], equal_nan=True)
    matrices = np.array([np.eye(3), np.eye(3)[[1, 2, 0]], np.zeros((3, 3)), [[1e-17, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 2.0]]])
    assert close(compile(ag.det, backend=backend)(matrices), np.linalg.det(matrices))
    right = np.array([1.0, 2.0, 3.0])
    found = np.stack(compile(lambda a: list(ag.solve(a, right)), backend=backend)(matrices), axis=1)
    inverses = np.array(compile(lambda a: list(ag.inv(a).ravel()), backend=backend)(matrices)).T.reshape(-1, 3, 3)
    for k in (0, 1, 3):
        assert close(found[k], np.linalg.solve(matrices[k], right))
        assert close(inverses[k], np.linalg.inv(matrices[k]))
    assert not np.isfinite(found[2]).all()


@both
def test_functions_that_are_computed_together_stand_in_any_order(backend: str) -> None:
    xs = np.linspace(-2.0, 2.0, 9)
    slope = 2.0 / math.sqrt(math.pi) * np.exp(-xs * xs)
    erf = np.array([math.erf(x) for x in xs])
    for f, expected in ((lambda x: ag.exp(ag.grad(ag.erf)(x)) + ag.erf(x), np.exp(slope) + erf), (lambda x: ag.exp(ag.erf(x)) + ag.grad(ag.erf)(x), np.exp(erf) + slope)):
        assert close(compile(f, backend=backend)(xs), expected)


def test_only_results_that_take_longer_to_write_than_to_compute_are_written_past_the_cache() -> None:
    pytest.importorskip("llvmlite")
    from autograd.program.llvm_backend import _rows_to_stream
    from autograd.program.simplify import LANE, Code
    m = Code()
    x, y = m.input(0, LANE), m.input(1, LANE)
    assert _rows_to_stream(m, [(x + y).index, (x - y).index]) == 2
    assert _rows_to_stream(m, [m.exp(m.exp(m.exp(x / y))).index]) == 0
    assert _rows_to_stream(m, [m.total(x).index]) == 0
