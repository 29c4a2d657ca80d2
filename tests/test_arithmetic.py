"""The arithmetics of floats and of IEEE floats: their primitives against mpmath, fractions and NumPy; and the table in them."""

from __future__ import annotations

import itertools
import math
import operator
import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.arithmetic import FLOAT, IEEE, LATEX, PRETTY, TEXT, Text, numpy, referee
from autograd.arithmetic.floats import ieee_answer
from autograd.arithmetic.graph import GRAPH
from autograd.derivatives import gradient
from autograd.engine import Value, apply
from autograd.ops import FLAT, SELU_ALPHA, SELU_SCALE, TABLE, Operation

from .test_ops import ALL, DEFINITIONS, DERIVATIVES, UNARY, mp, off_by, ordinary

INF, NAN = math.inf, math.nan
SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 2.5, -2.5, 5e-324, -5e-324, 1e-200, -1e-200, 1e200, -1e200, 709.5, -709.5,
           710.2, -710.2, 800.0, -800.0, INF, -INF, NAN]


def bits(x: Any) -> Any:
    """A float such that -0.0 and 0.0 differ, and nan equals nan."""
    return "nan" if x != x else (float(x), math.copysign(1.0, x))


# Floats -------------------------------------------------------------------------------------------------------------------------

@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_cube_root_is_less_than_an_ulp_off(x: float) -> None:
    y = FLOAT.cbrt(x)
    exact = mp.mpf(x)
    assert off_by(y, mp.sign(exact) * mp.root(abs(exact), 3)) < 1.0
    assert math.copysign(1.0, y) == math.copysign(1.0, x)


def test_a_cube_root_is_less_than_an_ulp_off_where_cs_may_be_more() -> None:
    rng = random.Random(1)
    points = [rng.uniform(0.1, 10.0) * 10.0 ** rng.randint(-300, 300) for _ in range(3000)]
    assert max([off_by(FLOAT.cbrt(x), mp.root(mp.mpf(x), 3)) for x in points]) < 1.0
    assert [bits(FLOAT.cbrt(x)) for x in (0.0, -0.0, INF, -INF, NAN)] == [bits(x) for x in (0.0, -0.0, INF, -INF, NAN)]


def test_a_power_is_a_float_or_no_real_number() -> None:
    assert [FLOAT.pow(x, n) for x, n in ((2.0, 3.0), (-2.0, 3.0), (0.0, 0.0), (4.0, -0.5))] == [8.0, -8.0, 1.0, 0.5]
    for x, n in ((-8.0, 1.0 / 3.0), (-3.0, 709.5), (-5e-324, -2.5)):  # of which the last two overflow, had they a value
        with pytest.raises(ValueError, match="a negative number to a fractional power"):
            FLOAT.pow(x, n)
    with pytest.raises(ZeroDivisionError):
        FLOAT.pow(0.0, -1.0)


@given(st.floats(-1e300, 1e300))
def test_a_floor_is_a_float(x: float) -> None:
    y = FLOAT.floor(x)
    assert type(y) is float
    assert y <= x
    assert Fraction(x) - Fraction(y) < 1


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite | st.floats(1e307, 1.7e308) | st.floats(-1.7e308, -1e307), max_size=8))
def test_a_sum_is_rounded_once_even_where_it_overflows_on_the_way(xs: list[float]) -> None:
    exact = sum([Fraction(x) for x in xs], Fraction(0))
    got = FLOAT.sum(*xs)
    if abs(exact) >= Fraction(2) ** 1024:
        assert got == (INF if exact > 0 else -INF)
    elif abs(exact) < Fraction(2) ** 1023:                           # between them math.fsum may give up, and its second try rounds
        assert got == float(exact)


def test_a_sum_of_infinities_is_that_of_ieee() -> None:
    for xs in ([INF, 1.0], [1.0, -INF], [INF, INF], [INF, -INF], [1e308, 1e308, -INF, INF], [NAN, INF], [NAN, 1e308, 1e308]):
        assert bits(FLOAT.sum(*xs)) == bits(sum(xs))
    assert FLOAT.sum(1e308, 1e308, -INF) == -INF                     # and not nan, as adding from left to right has it
    assert bits(FLOAT.sum()) == bits(0.0)


def exact_product(xs: Sequence[float]) -> float:
    exact = math.prod([Fraction(x) for x in xs])
    return float(exact) if abs(exact) < Fraction(2) ** 1024 else INF if exact > 0 else -INF


def test_a_product_is_rounded_once() -> None:
    rng = random.Random(1)
    for _ in range(300):
        xs = [rng.uniform(0.5, 2.0) for _ in range(30)]
        assert apply(TABLE["prod"], *xs).data == exact_product(xs)


def test_a_product_just_beside_a_tie_is_rounded_to_its_own_side() -> None:
    rng = random.Random(1)
    half, count = 2 ** 52, 0
    for _ in range(200):
        a = rng.randrange(2 ** 52, 2 ** 53) | 1
        for low in (half - 1, half + 1):                             # of the 106 bits of a b, the 53 that are rounded away
            b = pow(a, -1, 2 ** 53) * low % 2 ** 53
            if a * b >= 2 ** 105:
                assert apply(TABLE["prod"], float(a), float(b)).data == exact_product([float(a), float(b)])
                count += 1
    assert count > 50


def test_a_product_of_very_many_factors_has_no_overflow_on_the_way() -> None:
    large, small = [2.0 ** 1023] * 34_000, [2.0 ** -1023] * 34_000   # 10 ** 10_000_000 on the way
    for xs in (large + small, small + large):
        assert TABLE["prod"].value(FLOAT, *xs) == 1.0


def test_a_product_has_no_overflow_on_the_way() -> None:
    for xs in ([1e300] * 40 + [1e-300] * 40, [1e-300] * 40 + [1e300] * 40, [5e-324, 1e308, 1e10], [-1e200, 1e200, 1e-250]):
        v = apply(TABLE["prod"], *[Value(x) for x in xs])
        assert v.data == exact_product(xs)
        assert v.partials[0] == exact_product(xs[1:])
    assert apply(TABLE["prod"], 1e200, 1e200, -1e200).data == -INF
    assert apply(TABLE["prod"], 1e-200, 1e-200, 5e-324).data == 0.0


def test_a_product_with_infinities_is_that_of_ieee() -> None:
    for xs in ([INF, 2.0], [INF, -INF], [INF, 0.0], [NAN, 1.0], [-1e300, INF]):
        with np.errstate(all="ignore"):
            assert bits(apply(TABLE["prod"], *xs).data) == bits(math.prod(xs))


def bell(x: Any) -> Any:
    return 2 / mp.sqrt(mp.pi) * mp.exp(-mp.mpf(x) ** 2)


def test_the_slope_of_erf_loses_nothing_into_the_subnormal_numbers() -> None:
    rng = random.Random(1)
    points = [rng.uniform(-28.5, 28.5) for _ in range(1000)] + [rng.uniform(24.9, 28.1) for _ in range(1000)]
    points += [25.0, -25.0, 27.0, 27.2, 27.999, 28.0, -28.0, 100.0, 1e200, INF, -INF]
    assert max([off_by(FLOAT.erf_slope(x), bell(x)) for x in points]) <= 4.0
    assert math.isnan(FLOAT.erf_slope(NAN))


# IEEE floats ----------------------------------------------------------------------------------------------------------------------

OPERATORS: list[Callable[..., Any]] = [operator.add, operator.sub, operator.mul, operator.truediv]


@pytest.mark.parametrize("op", OPERATORS, ids=lambda op: op.__name__)
def test_operators_of_ieee_floats_are_those_of_numpy(op: Callable[..., Any]) -> None:
    for a in SPECIAL:
        for b in SPECIAL:
            with np.errstate(all="ignore"):
                expected = bits(op(np.float64(a), np.float64(b)))
            for y in (op(IEEE.number(a), IEEE.number(b)), op(a, IEEE.number(b)), op(IEEE.number(a), b)):
                assert bits(y) == expected, (a, b)
                assert type(y) is IEEE.number


def test_signs_of_ieee_floats() -> None:
    for x in SPECIAL:
        for op in (operator.neg, abs):
            y = op(IEEE.number(x))
            assert bits(y) == bits(op(np.float64(x)))
            assert type(y) is IEEE.number


NUMPYS = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}
FUNCTIONS = ["exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh",
             "tanh", "asinh", "acosh", "atanh"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_ieee_floats_are_those_of_numpy(name: str) -> None:
    for x in SPECIAL:
        y = getattr(IEEE, name)(IEEE.number(x))
        with np.errstate(all="ignore"):
            assert float(y) == pytest.approx(float(getattr(np, NUMPYS.get(name, name))(x)), rel=1e-13, abs=0.0, nan_ok=True), x
        assert type(y) is IEEE.number


def test_powers_of_ieee_floats_are_those_of_numpy() -> None:
    for x in SPECIAL:
        for n in SPECIAL:
            y = IEEE.pow(IEEE.number(x), n)
            with np.errstate(all="ignore"):
                expected = math.pow(x, n) if math.isinf(x) else float(np.power(np.float64(x), n))
            if bits(x) != bits(-0.0):                                # -0.0 is 0.0 here
                assert float(y) == pytest.approx(expected, rel=1e-13, abs=0.0, nan_ok=True), (x, n)
            assert type(y) is IEEE.number


def test_the_rest_of_ieee_floats() -> None:
    numbers = [IEEE.number(x) for x in (2.0, 0.5, -1.0)]
    for name in ("hypot", "atan2"):
        y = getattr(IEEE, name)(*numbers[:2])
        assert (float(y), type(y)) == (getattr(FLOAT, name)(2.0, 0.5), IEEE.number)
    for name in ("erf", "erfc", "erf_slope", "floor"):
        y = getattr(IEEE, name)(numbers[0])
        assert (float(y), type(y)) == (getattr(FLOAT, name)(2.0), IEEE.number)
    assert (float(IEEE.sum(*numbers)), type(IEEE.sum(*numbers))) == (1.5, IEEE.number)
    product = TABLE["prod"].value(IEEE, *numbers)
    assert (float(product), type(product)) == (-1.0, IEEE.number)
    assert IEEE.where(numbers[0], 1.0, 2.0) == 1.0
    assert math.isnan(IEEE.floor(INF)) or IEEE.floor(INF) == INF
    assert (IEEE.equal(2.0, numbers[0]), IEEE.not_equal(2.0, numbers[0])) == (True, False)
    assert (IEEE.pi, IEEE.name, FLOAT.name) == (math.pi, "IEEE float", "float")


def test_what_raises_is_inf_or_nan() -> None:
    def raising(error: type[Exception]) -> Any:
        def function(x: float) -> float:
            assert type(x) is float
            raise error
        return ieee_answer(function)(IEEE.number(1.0))
    assert raising(OverflowError) == INF
    assert math.isnan(raising(ValueError))
    assert math.isnan(raising(ZeroDivisionError))
    with pytest.raises(KeyError):
        raising(KeyError)


# The table --------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_local_partials_are_those_of_the_wanted_operands(row: Operation) -> None:
    at = ordinary(row)
    y = row.value(FLOAT, *at)
    everything = row.local_partials(FLOAT, y, at, [True] * len(at))
    flat = [d is FLAT for d in row.partials] if not row.nary else [row.partials[0] is FLAT] * len(at)
    assert [d is None for d in everything] == flat
    for wanted in itertools.product([True, False], repeat=len(at)):
        partials = row.local_partials(FLOAT, y, at, wanted)
        assert partials == [d if w else None for d, w in zip(everything, wanted)]
        assert type(partials) is list


def test_what_is_flat_and_what_chooses() -> None:
    assert {row.name for row in TABLE.values() if row.is_flat} == {
        "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "floor", "ceil", "round", "trunc", "floor_divide", "sign", "step", "peak"}
    assert {row.name: set(row.flat) for row in TABLE.values() if row.flat and not row.is_flat} == {
        "where": {0}, "copysign": {1}, "threshold": {1}, "hardshrink": {1},
        **{row.name: {0} for row in TABLE.values() if row.operand_names[:1] == ["n"]}}
    assert {row.name: row.chooses for row in TABLE.values() if row.chooses} == {
        **dict.fromkeys(["where", "maximum", "minimum", "clamp", "relu", "max", "min", "hardtanh", "threshold", "hardshrink", "softshrink"], True),
        "leaky_relu": (1,), "elu": (1,)}
    assert all([row.is_plain == (not row.flat and not row.chooses) for row in TABLE.values()])


def has_value(row: Operation, *xs: float) -> bool:
    try:
        y = row.value(FLOAT, *xs)
    except (ValueError, ZeroDivisionError):
        return False
    except OverflowError:
        return True
    return bool(y == y)


@pytest.mark.parametrize("row", [row for row in ALL if row.domain is not None], ids=lambda row: row.name)
def test_a_domain_holds_where_there_is_a_value(row: Operation) -> None:
    around = [math.nextafter(x, y) for x in (-1.0, 0.0, 1.0) for y in (-INF, INF)]
    points = [*SPECIAL[:-1], *around]                                # and not nan, where the question has no answer that matters
    for xs in itertools.product(points, repeat=len(row.operand_names)):
        if not (len(xs) == 2 and abs(xs[0]) == INF):                    # where infinity less infinity, or times 0, would be asked for
            assert bool(row.domain(FLOAT, *xs)) is has_value(row, *xs), xs  # type: ignore[misc]


def test_what_has_no_value_somewhere_has_a_domain() -> None:
    for row in ALL:
        if row.domain is None and len(row.operand_names) == 1 and not row.nary:
            assert all([has_value(row, x) for x in SPECIAL[:-1]]), row
    assert {row.name for row in ALL if row.domain is not None and len(row.operand_names) > 1} == {"xlogy", "xlog1py", "logdiffexp"}


@pytest.mark.parametrize("m", [PRETTY, LATEX])
def test_a_textbook_writes_the_slope_of_a_power_as_one_term(m: Any) -> None:
    slope = str(TABLE["pow"].partials[0](m, m.named("y"), m.named("x"), m.named("n")))
    assert slope == {PRETTY: "n × x**(n - 1)", LATEX: r"n \cdot x^{n - 1}"}[m]


SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "neg": "-", "pow": "**", "less": "<", "less_equal": "<=", "greater": ">",
           "greater_equal": ">=", "equal": "==", "not_equal": "!=", "sum": "+", "prod": "*", "dot": "·", "mod": "%", "floor_divide": "//"}


def test_symbols_are_those_of_python() -> None:
    assert {row.name: row.symbol for row in TABLE.values() if row.symbol} == SYMBOLS
    for name, symbol in SYMBOLS.items():
        at = ordinary(TABLE[name])
        if name != "dot":
            formula = symbol.join([f"({x})" for x in at]) if len(at) > 1 else f"{symbol}{at[0]}"
            assert TABLE[name].value(FLOAT, *at) == pytest.approx(eval(formula), rel=1e-15)


@pytest.mark.parametrize(("n", "text"), [(3.0, "3*x**2"), (2.5, "2.5*x**1.5"), (0.5, "0.5*x**(-0.5)"), (-3.0, "(-3)*x**(-4)"), (0.0, "0.0")])
def test_the_slope_of_a_power_with_a_constant_is_one_term(n: float, text: str) -> None:
    slope = TABLE["pow"].partials[0](TEXT, Text("y"), Text("x"), n)
    assert str(slope).replace(" ", "") == text


def power_slope(x: float, n: float) -> Any:
    """d x**n / dx with 90 digits, and 0 at n = 0; None where x**n has no value."""
    if n == 0.0:
        return mp.zero
    if x == 0.0:
        return None if n < 0.0 else mp.inf if n < 1.0 else mp.mpf(n == 1.0)
    if x == INF:
        return mp.zero if n < 1.0 else mp.one if n == 1.0 else mp.inf
    if x == -INF:
        return mp.zero if n < 1.0 else None                          # infinite, of a sign that nobody asks for
    return None if x < 0.0 and n % 1.0 else mp.mpf(n) * mp.mpf(x) ** (mp.mpf(n) - 1)


POWERS = [(x, n) for x in (0.0, 5e-324, 1e-310, 1e-200, 0.3, 1.0, 2.0, 1e200, INF, -INF, -2.0, -1e200, -1e-310)
          for n in (-3.0, -2.0, -1.0, -0.7, -0.3, -1e-17, -0.0, 0.0, 1e-17, 1e-3, 0.3, 0.49999999999999994, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)]


def test_the_slope_of_a_power_in_every_arithmetic() -> None:
    row, m = TABLE["pow"], referee()
    for x, n in POWERS:
        exact = power_slope(x, n)
        is_ordinary = x != 0.0 and math.isfinite(x)
        if exact is None or (is_ordinary and math.log(abs(x)) * n > 700.0):  # no value, or too large a one
            continue
        assert off_by(apply(row, Value(x), n).partials[0], exact) <= 4.0, (x, n)
        with np.errstate(all="ignore"):
            y = np.power(np.array([x]), np.array([n]))
            assert off_by(float(row.partials[0](numpy(), y, np.array([x]), np.array([n]))[0]), exact) <= 4.0, (x, n)
        if is_ordinary:
            slope = row.partials[0](m, m.pow(x, n), m.number(x), m.number(n))
            assert abs(slope - exact) <= abs(exact) * mp.mpf(10) ** -50, (x, n)
        if 0.0 <= x < INF and abs(exact) < 1e300:
            a, b = Value(x), Value(n)
            assert off_by(row.partials[0](GRAPH, a ** b, a, b).data, exact) <= 4.0, (x, n)


NEAR = 1e-6


def jumps(row: Operation, at: Sequence[float]) -> bool:
    """Whether the value or a partial differs by more than a hundredth around a point, itself included."""
    seen = []
    for steps in itertools.product([-NEAR, 0.0, NEAR], repeat=len(at)):
        v = apply(row, *[Value(x + step) for x, step in zip(at, steps)])
        seen.append((v.data, *v.partials))
    return any([max(numbers) - min(numbers) > 0.01 for numbers in zip(*seen)])


@pytest.mark.parametrize("row", [row for row in ALL if row.kink is not None], ids=lambda row: row.name)
def test_a_kink_is_where_a_partial_jumps_and_nowhere_else(row: Operation) -> None:
    grid = [-2.0, -0.5, 0.0, 0.5, 1.5]
    operands = [grid] * (3 if row.nary else len(row.operand_names))
    if row.name in ("leaky_relu", "elu", "hardshrink", "softshrink"):
        operands = [grid, [0.3, 0.5, 1.7]]                           # of a slope of 1 there is no kink to see
    if row.name in ("mod", "fmod", "floor_divide"):
        operands = [grid, [0.5, -0.5, 1.5]]
    for at in itertools.product(*operands):
        if row.name not in ("clamp", "hardtanh") or at[1] < at[2]:
            assert (row.kink(FLOAT, *at) == 0.0) is jumps(row, at), at  # type: ignore[misc]


def test_partials_at_the_origin_are_plain_zeros() -> None:
    for name in ("atan2", "hypot"):
        for a, b in itertools.product([0.0, -0.0], repeat=2):
            v = apply(TABLE[name], Value(a), Value(b))
            assert [bits(d) for d in v.partials] == [bits(0.0)] * 2
            assert [d.data for d in gradient(v, list(v.parents), create_graph=True)] == [0.0] * 2  # where 0 / 0 would raise


@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
def test_a_row_has_its_digits_in_the_referee_too(row: Operation) -> None:
    m = referee()
    for x in (-30.3, -22.5, -3.3, -0.7, -0.01, 0.01, 0.2, 0.9, 1.6, 19.7, 22.5, 30.3):
        if row.domain is None or row.domain(FLOAT, x):
            y = row.value(m, m.number(x))
            [d] = row.local_partials(m, y, [m.number(x)], [True])
            for got, exact in ((y, DEFINITIONS[row.name](mp.mpf(x))), (d or 0.0, DERIVATIVES[row.name](mp.mpf(x)))):
                assert abs(got - exact) <= abs(exact) * mp.mpf(10) ** -45, x


def test_of_equal_numbers_the_first_is_taken_even_of_zeros() -> None:
    for a, b in itertools.product([0.0, -0.0, 1.0, -1.0], repeat=2):
        for name, builtin in (("maximum", max), ("minimum", min), ("max", max), ("min", min)):
            assert bits(apply(TABLE[name], a, b).data) == bits(builtin(a, b)), (name, a, b)
        assert bits(apply(TABLE["clamp"], a, b, 1.0).data) == bits(max(a, b))
        assert bits(apply(TABLE["clamp"], a, -1.0, b).data) == bits(min(a, b))


def test_clamp_between_bounds_that_have_crossed_answers_with_the_one_that_it_meets() -> None:
    for x, data, partials in ((0.0, 2.0, (0.0, 1.0, 0.0)), (1.5, 2.0, (0.0, 1.0, 0.0)), (2.0, 1.0, (0.0, 0.0, 1.0)), (3.0, 1.0, (0.0, 0.0, 1.0))):
        v = apply(TABLE["clamp"], Value(x), Value(2.0), Value(1.0))
        assert (v.data, v.partials) == (data, partials)


def test_the_constants_of_selu_are_the_fixed_point() -> None:
    below, further = mp.sqrt(mp.e) * mp.ncdf(-1), mp.e ** 2 * mp.ncdf(-2)  # of exp(z) and exp(2z) where z < 0, z being normal
    mean = 1 / mp.sqrt(2 * mp.pi) + SELU_ALPHA * (below - mp.mpf(0.5))
    square = SELU_SCALE ** 2 * (mp.mpf(0.5) + mp.mpf(SELU_ALPHA) ** 2 * (further - 2 * below + mp.mpf(0.5)))
    assert abs(mean) < 1e-16
    assert abs(square - 1) < 1e-15


def test_products_in_text_stand_in_the_order_of_their_factors() -> None:
    w, v, x, z = [Text(name) for name in "wvxz"]
    assert str(TABLE["dot"].value(TEXT, w, v, x, z)) == "w*x + v*z"
    assert str(TABLE["prod"].value(TEXT, w, v, x)) == "w*v*x"


def test_the_product_of_nothing_is_1() -> None:
    assert [TABLE["prod"].value(m) for m in (FLOAT, IEEE, TEXT)] == [1.0, 1.0, 1.0]


def test_what_is_finite_has_no_share_beside_infinity() -> None:
    v = apply(TABLE["logsumexp"], Value(INF), Value(1.0))
    assert (v.data, v.partials[1]) == (INF, 0.0)
    assert apply(TABLE["logsumexp"], Value(-INF), Value(1.0)).partials == (0.0, 1.0)


@pytest.mark.parametrize("m", [FLOAT, IEEE, numpy()], ids=lambda m: m.name)
def test_logsumexp_keeps_what_a_small_term_adds(m: Any) -> None:
    assert float(TABLE["logsumexp"].value(m, 0.0, -40.0)) == pytest.approx(math.exp(-40.0), rel=1e-15, abs=0.0)
