"""The kernels: within 2.5 ulp of 60 digits over their domains, special values as IEEE 754 has them, in vectors of every width."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from autograd.program import kernels
from autograd.program.exchange import Inputs
from autograd.program.numpy_backend import NumPyProgram
from autograd.program.simplify import LANE, Code

pytest.importorskip("llvmlite")
from autograd.program.llvm_backend import NativeProgram, vector_width

MP = mpmath.mp.clone()
MP.dps = 60
EXACT: dict[str, Callable[[Any], Any]] = {
    "exp": MP.exp, "exp2": lambda x: MP.mpf(2) ** x, "expm1": MP.expm1, "log": MP.log, "log2": lambda x: MP.log(x) / MP.log(2), "log10": MP.log10,
    "log1p": MP.log1p, "tanh": MP.tanh, "sech_squared": lambda x: MP.sech(x) ** 2, "erf": MP.erf,
    "erf_slope": lambda x: 2 / MP.sqrt(MP.pi) * MP.exp(-x * x), "sin": MP.sin, "cos": MP.cos, "atan": MP.atan}
INF, NAN = math.inf, math.nan
SPECIAL = {"exp": [1, 1, INF, 0], "exp2": [1, 1, INF, 0], "expm1": [0, -0.0, INF, -1], "log": [-INF, -INF, INF, NAN], "log2": [-INF, -INF, INF, NAN],
           "log10": [-INF, -INF, INF, NAN], "log1p": [0, -0.0, INF, NAN], "tanh": [0, -0.0, 1, -1], "sech_squared": [1, 1, 0, 0], "erf": [0, -0.0, 1, -1],
           "erf_slope": [2 / math.sqrt(math.pi)] * 2 + [0, 0], "sin": [0, -0.0, NAN, NAN], "cos": [1, 1, NAN, NAN], "atan": [0, -0.0, math.pi / 2, -math.pi / 2]}


def computed(backend: Any, name: str, xs: Any) -> Any:
    m = Code()
    y = getattr(m, name)(m.input(0, LANE))
    rows, _ = backend(m, [y.index])(Inputs([np.array(xs, dtype=float)], [], len(xs)))
    return rows[0].copy()


def points(name: str, count: int = 1500) -> list[float]:
    source = random.Random(name)
    sign = (lambda: 1) if name in ("log", "log2", "log10") else lambda: source.choice((-1, 1))
    found = [sign() * source.choice((abs(source.gauss(0, 1)), source.uniform(0, 1), 1 + abs(source.gauss(0, 1e-3)), source.uniform(0, 30),
                                     10 ** source.uniform(-300, 2), 10 ** source.uniform(-8, 1))) for _ in range(count)]
    if name == "log1p":
        found = [x for x in found if x > -1.0]
    if name in ("exp", "exp2", "expm1"):
        found += [source.uniform(-745, 709) for _ in range(count)]
    if name in ("sech_squared", "erf_slope"):
        found += [source.uniform(0, 27 if name == "erf_slope" else 372) for _ in range(count)]
    if name in ("log", "log2", "log10", "atan", "sin", "cos", "log1p"):
        found += [10 ** source.uniform(-308 if name != "log1p" else -20, 300) for _ in range(count)]
    if name in ("sin", "cos"):
        found += [k * math.pi / 2 for k in range(-500, 500)] + [source.uniform(-1e6, 1e6) for _ in range(count)]
    return found + [5e-324, 2e-310, 1.7976931348623157e308][: 3 if name != "log1p" else 2]


def ulps(name: str, xs: list[float], ys: Any) -> list[float]:
    """The error of each result, in units of its last place."""
    errors = []
    for x, y in zip(xs, ys):
        if name in ("exp", "exp2", "expm1") and x > 1e4:
            errors.append(0.0 if y == INF else INF)
            continue
        exact = MP.mpf(0) if name in ("sech_squared", "erf_slope") and abs(x) > 1e4 else EXACT[name](MP.mpf(x))
        errors.append(float(abs(MP.mpf(float(y)) - exact) / math.ulp(float(exact))) if math.isfinite(y) else INF)
    return errors


def test_every_kernel_is_tried() -> None:
    assert set(EXACT) == set(SPECIAL) == set(kernels.KERNELS) - kernels.BINARY
    assert not kernels.BINARY - {"pow"}
    assert {name for pair in kernels.PAIRS for name in pair} <= set(EXACT)


@pytest.mark.parametrize("name", EXACT)
def test_kernels_are_within_2_and_a_half_ulp(name: str) -> None:
    xs = points(name)
    errors = ulps(name, xs, computed(NativeProgram, name, xs))
    worst = max(errors)
    assert worst <= 2.5, (worst, xs[errors.index(worst)])


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("width", sorted({1, 2, 4, vector_width()}))
def test_widths_agree_and_special_values_are_ieees(name: str, width: int) -> None:
    xs = [0.0, -0.0, INF, -INF, NAN, *points(name, 40)]
    ys = computed(lambda code, results: NativeProgram(code, results, width), name, xs)
    assert np.allclose(ys, computed(NativeProgram, name, xs), rtol=1e-15, atol=0.0, equal_nan=True)
    for y, expected in zip(ys.tolist(), [*SPECIAL[name], NAN]):
        assert (y != y and expected != expected) or y == expected or abs(y - expected) < 1e-15, (ys[:5], SPECIAL[name])
        assert expected != 0.0 or math.copysign(1.0, y) == math.copysign(1.0, expected)


@pytest.mark.parametrize("name", ["erf", "erf_slope"])
def test_kernels_run_by_numpy_too(name: str) -> None:
    xs = points(name)
    assert max(ulps(name, xs, computed(NumPyProgram, name, xs))) <= 6.0


def powers(xs: Any, ys: Any, width: int | None = None) -> Any:
    m = Code()
    y = m.write("pow", m.input(0, LANE), m.input(1, LANE))
    given = Inputs([np.array(z, dtype=float) for z in (xs, ys)], [], len(xs))
    return NativeProgram(m, [y.index], width)(given)[0][0].copy()


def powers_to_try(count: int) -> list[tuple[float, float]]:
    source = random.Random("pow")
    kinds: list[Callable[[], tuple[float, float]]] = [
        lambda: (source.uniform(0.5, 2), source.uniform(-1000, 1000)), lambda: (abs(source.gauss(0, 1)), source.gauss(0, 3)),
        lambda: (10 ** source.uniform(-300, 300), source.uniform(-1, 1)), lambda: (1 + source.gauss(0, 1e-6), source.uniform(-7e8, 7e8)),
        lambda: (source.uniform(0, 1e-300), source.uniform(-1, 1)), lambda: (math.exp(source.uniform(-0.35, 0.35)), source.uniform(-2100, 2100)),
        lambda: (-source.uniform(0.5, 2), float(source.randrange(-1000, 1000)))]
    return [source.choice(kinds)() for _ in range(count)]


def errors_of_powers(count: int) -> list[float]:
    pairs = powers_to_try(count)
    found = powers(*zip(*pairs))
    exact = [MP.mpf(x) ** int(y) if x < 0 else MP.mpf(x) ** MP.mpf(y) for x, y in pairs]
    return [float(abs(MP.mpf(float(z)) - e) / math.ulp(float(e))) if math.isfinite(float(e)) else 0.0 if z == float(e) else INF
            for z, e in zip(found, exact)]


def test_powers() -> None:
    assert max(errors_of_powers(4000)) <= 2.5


@pytest.mark.parametrize("width", sorted({1, 2, 4, vector_width()}))
def test_special_powers_are_ieees(width: int) -> None:
    xs = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 2.0, -2.0, 0.5, -0.5, 5e-324, -5e-324, 1e308, -3.0]
    ys = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 0.5, -0.5, INF, -INF, NAN, 1e300, -1e300, 1e16, 2.0 ** 53 - 1, 1 - 2.0 ** 53, 2.5]
    pairs = [(x, y) for x in xs for y in ys]
    with np.errstate(all="ignore"):
        expected = np.power(*np.array(pairs).T)
    found = powers(*zip(*pairs), width)
    assert np.allclose(found, expected, rtol=1e-15, atol=0.0, equal_nan=True)
    numbers = ~np.isnan(expected)
    assert (np.signbit(found) == np.signbit(expected))[numbers].all()


def test_a_planted_error_in_powers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "TWO_THIRDS_REST", 0.0)
    assert max(errors_of_powers(4000)) > 2.5


def test_a_planted_error_in_a_kernel_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = kernels.TAYLOR
    monkeypatch.setattr(kernels, "TAYLOR", (*right[:-3], right[-3] * (1.0 + 1e-10), *right[-2:]))
    xs = points("exp")
    assert max(ulps("exp", xs, computed(NativeProgram, "exp", xs))) > 2.5
