"""Functions on floats, Values, the referee's numbers and arrays; activations; spellings; bad input."""

from __future__ import annotations

import inspect
import math
import random
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Report, Value, functions, gradient, verify
from autograd.arithmetic import referee
from autograd.errors import AutogradError, InputError, MissingExtraError, OperandError
from autograd.expressions.reader import OF_ONE_ITERABLE
from autograd.ops import SELU_ALPHA, SELU_SCALE, TABLE

ELEMENTWISE: dict[str, int] = {
    name: len([p for p in inspect.signature(getattr(functions, name)).parameters.values() if p.default is p.empty])
    for name in functions.__all__
    if name not in (*OF_ONE_ITERABLE, "dot", "rrelu")}
POINTS: dict[str, tuple[float, ...]] = {
    **dict.fromkeys(["acosh", "arccosh", "asec", "acsc", "acoth"], (1.7,)), "logdiffexp": (0.7, 0.4), "iv": (2.0, 0.7), "polygamma": (2.0, 0.7)}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_a_function_returns_the_kind_of_number_it_is_given(name: str) -> None:
    f = getattr(functions, name)
    at = POINTS.get(name, (0.4, 0.7, 0.2))[:ELEMENTWISE[name]]
    if name in ("iv", "polygamma"):                                  # whose order is a plain number
        f, at = partial(f, int(at[0])), at[1:]
    plain = f(*at)
    assert type(plain) is float
    recorded = f(*[Value(x) for x in at])
    assert isinstance(recorded, Value)
    assert recorded.data == plain
    exact = f(*[referee().number(x) for x in at])
    assert float(str(exact * referee().number(1))) == pytest.approx(plain, rel=1e-14)
    floats = f(*[np.array([x, x]) for x in at])
    assert isinstance(floats, np.ndarray)
    assert floats.dtype != object
    assert list(floats) == pytest.approx([plain, plain], rel=1e-14)
    values = f(*[np.array([Value(x), Value(x)]) for x in at])
    assert values.dtype == object
    assert [v.data for v in values] == [plain, plain]
    table = f(*[np.array([[x, x]]) for x in at])
    assert table.shape == (1, 2)
    for stranger in ("1", None, 1j, [0.5], np.array([1j]), np.array(["a"])):
        with pytest.raises(TypeError):
            f(*[stranger] * len(at))


def test_every_public_row_has_its_function_and_its_export() -> None:
    helpers = {"add", "sub", "mul", "div", "neg", "excess", "sech_squared", "erf_slope", "peak", "pi", "sigmoid2", "erfinv_slope", "erfcx_derivative", "ndtr_slope",
               "ndtri_slope", "polygamma_gap", "sinc_derivative"}
    assert set(TABLE) - helpers <= set(functions.__all__)
    for name in functions.__all__:
        assert getattr(ag, name) is getattr(functions, name)
        assert ">>>" in getattr(functions, name).__doc__


# The derivatives that docstrings state ------------------------------------------------------------------------------------------

PARTIAL = r"d\w*(?:\[\w+\])?/d\w+(?:\[\w+\])?"
PLACES = 3                                                           # elements of a list, where i and j stand for any of them


def stated_in(doc: str | None) -> list[str]:
    """The claims in a docstring, in its own words: a line "d/da = b, d/db = a" has two, and so has "d/dx = 1/y = z"."""
    claims = []
    for line in (doc or "").splitlines():
        if re.match(rf"\s*{PARTIAL} = ", line):
            for equation in re.split(rf", (?={PARTIAL} = )", line.strip()):
                partial, *sides = equation.split(" = ")
                claims += [f"{partial} = {side}" for side in sides]
    # a derivative that stands in the middle of a sentence would go unread
    assert len(re.findall(rf"\b{PARTIAL}", doc or "")) == len({partial_of(claim) for claim in claims}), doc
    return claims


def partial_of(claim: str) -> str:
    """By which input a claimed derivative is: "x" for "d/dx = ..."."""
    return claim.partition(" = ")[0].partition("/d")[2]


def names_of(claims: Iterable[str]) -> set[str]:
    """The arguments by which derivatives are claimed."""
    return {partial_of(claim).partition("[")[0] for claim in claims}


def spelt_out(claims: Iterable[str], meanings: Mapping[str, Any]) -> list[str]:
    """The claims for each place i and j, with numbers for the names that are no inputs of f."""
    found = list(claims)
    for letter in "ij":
        found = [re.sub(rf"\b{letter}\b", str(k), claim) for claim in found for k in (range(PLACES) if re.search(rf"\b{letter}\b", claim) else [0])]
    for name, meaning in meanings.items():
        found = [re.sub(rf"(?:\b|(?<=/d)){name}\b", f"({meaning!r})" if isinstance(meaning, float | int) else str(meaning), claim) for claim in found]
    return found


def off_by_one(claim: str) -> str:
    """A claim with an error planted in it."""
    partial, _, side = claim.partition(" = ")
    return f"{partial} = ({side}) + 1"


def value_of(claim: str, at: Mapping[str, Any]) -> float:
    """The right-hand side of a claim, in floats."""
    formula = ag.expression(claim.partition(" = ")[2])
    return float(formula(**{name: at[name] for name in formula.names}))


# How each function is called; the others as log(x) or sum(xs).
CALLS: dict[str, Any] = {"clamp": "clamp(x, low, high)", "hardtanh": "hardtanh(x, low, high)", "iv": "iv(2, x)", "polygamma": "polygamma(2, x)",
                         "threshold": "threshold(x, limit, value)", "cumsum": "s = cumsum(xs)", "where": functions.where, "softmax": "s = softmax(xs)", "log_softmax": "q = log_softmax(xs)"}
MEANINGS: dict[str, dict[str, Any]] = {"clamp": {"min": "low", "max": "high"}, "hardtanh": {"min": "low", "max": "high"}, "mean": {"n": PLACES},
                                       "var": {"n": PLACES, "ddof": 0}, "std": {"n": PLACES, "ddof": 0}, "threshold": {"threshold": "limit"},
                                       "iv": {"n": 2}, "polygamma": {"n": 2}, "selu": {"scale": SELU_SCALE, "alpha": SELU_ALPHA}}
DOMAINS: dict[str, dict[str, Any]] = {"clamp": {"low": (-2.0, -1.0), "high": (1.0, 2.0)}, "hardtanh": {"low": (-2.0, -1.0), "high": (1.0, 2.0)}, "hardshrink": {"lambd": (0.1, 2.0)}, "softshrink": {"lambd": (0.1, 2.0)},
                                      "std": {"xs": [(-3.0, -1.0), (-0.5, 0.5), (1.0, 3.0)]}, "where": {"condition": (0.0, 1.0)}}
NO_FORMULA = {"rrelu": "its slope is drawn anew in every call; leaky_relu, which it calls, states the derivative",
              "glu": "its places pair up; it is sigmoid and a product"}
ALIASES = {"arcsin", "arccos", "arctan", "arctan2", "arcsinh", "arccosh", "arctanh", "clip"}  # the same functions
CLAIMED = [name for name in functions.__all__ if name not in {*NO_FORMULA, *ALIASES}]


def arguments(name: str) -> list[str]:
    found = inspect.signature(getattr(functions, name)).parameters.values()
    return [p.name for p in found if p.kind not in (p.KEYWORD_ONLY, p.VAR_POSITIONAL) and not (name in ("iv", "polygamma") and p.name == "n")]


def verified(name: str, claims: list[str]) -> Report:
    lists = {} if name in ELEMENTWISE else {x: [(-3.0, 3.0)] * PLACES for x in arguments(name)}
    return verify(CALLS.get(name, f"{name}({', '.join(arguments(name))})"), claims, domain={**lists, **DOMAINS.get(name, {})})


def test_every_function_states_its_derivative() -> None:
    for name in functions.__all__:
        stated = names_of(stated_in(getattr(functions, name).__doc__))
        assert stated == (set() if name in NO_FORMULA else set(arguments(name))), name
    for name in ALIASES:
        assert any([getattr(functions, name) is getattr(functions, other) for other in CLAIMED])


@pytest.mark.parametrize("name", CLAIMED)
def test_the_derivative_is_what_the_docstring_says(name: str) -> None:
    claims = spelt_out(stated_in(getattr(functions, name).__doc__), MEANINGS.get(name, {}))
    report = verified(name, claims)
    assert [finding.verdict for finding in report.findings] == ["right"] * len(claims), str(report)


@pytest.mark.parametrize("name", CLAIMED)
def test_a_wrong_formula_in_a_docstring_is_found(name: str) -> None:
    stated = stated_in(getattr(functions, name).__doc__)
    for claim in stated:
        partial, _, side = claim.partition(" = ")
        doc = str(getattr(functions, name).__doc__).replace(f" = {side}", f" = ({side}) + 1")
        planted = spelt_out([c for c in stated_in(doc) if c not in stated], MEANINGS.get(name, {}))
        assert planted
        assert {finding.verdict for finding in verified(name, planted).findings} == {"wrong"}, (partial, side)


@pytest.mark.parametrize(("right", "wrong"), [
    ("1/(x*log(2))", "1/(x*log(10))"), ("-1/sqrt(1 - x**2)", "1/sqrt(1 - x**2)"), ("-1/sqrt(1 - x**2)", "-1/sqrt(1 + x**2)"), ("2/sqrt(pi)*exp(-x**2)", "sqrt(2/pi)*exp(-x**2)"),
    ("erfc(-x/sqrt(2))/2 + x*exp(-x**2/2)/sqrt(2*pi)", "erfc(-x/sqrt(2))/2 + x*exp(-x**2)/sqrt(2*pi)"), ("1/(2*sqrt(x))", "2/sqrt(x)"), ("1 if min <= x <= max else 0", "1 if min <= x else 0"),
    ("softmax(xs)[i]", "softmax(xs)[0]"), ("1/n", "1"), ("s[j]*((i == j) - s[i])", "s[j]*((i == j) - s[j])"), ("b/(a**2 + b**2)", "a/(a**2 + b**2)"), ("scale*alpha*exp(x)", "alpha*exp(x)")])
def test_a_slip_in_a_docstring_is_found(right: str, wrong: str) -> None:
    name = next(name for name in CLAIMED if right in str(getattr(functions, name).__doc__))
    claims = spelt_out(stated_in(str(getattr(functions, name).__doc__).replace(right, wrong)), MEANINGS.get(name, {}))
    assert "wrong" in {finding.verdict for finding in verified(name, claims).findings}


def test_a_derivative_in_the_middle_of_a_sentence_is_an_error() -> None:
    assert stated_in("a*b.\n\n    d/da = b, d/db = a\n") == ["d/da = b", "d/db = a"]
    with pytest.raises(AssertionError):
        stated_in("a*b, with d/da = b and d/db = a.")


@pytest.mark.parametrize(("name", "at"), [
    ("abs", [0.0]), ("sign", [0.0]), ("step", [0.0]), ("relu", [0.0]), ("selu", [0.0]), ("maximum", [2.0, 2.0]), ("minimum", [2.0, 2.0]), ("clamp", [-1.0, -1.0, 2.0]), ("clamp", [2.0, -1.0, 2.0]),
    ("where", [0.0, 2.0, 2.0]), ("less", [1.0, 1.0]), ("equal", [1.0, 1.0]), ("leaky_relu", [0.0, 0.25]), ("prelu", [0.0, 0.25]), ("elu", [0.0, 1.5])])
def test_at_a_kink_the_docstring_states_the_convention(name: str, at: list[float]) -> None:
    values = [Value(x) for x in at]
    names = [MEANINGS.get(name, {}).get(x, x) for x in arguments(name)]
    slopes = dict(zip(names, gradient(getattr(functions, name)(*values), values)))
    for claim in spelt_out(stated_in(getattr(functions, name).__doc__), MEANINGS.get(name, {})):
        assert value_of(claim, dict(zip(names, at))) == slopes[partial_of(claim)], claim


def test_what_docstrings_say_of_single_points() -> None:
    for name, at, slopes in (("sqrt", [0.0], [math.inf]), ("cbrt", [0.0], [math.inf]), ("acosh", [1.0], [math.inf]), ("pow", [0.0, 0.0], [0.0, 0.0]), ("hypot", [0.0, 0.0], [0.0, 0.0]), ("atan2", [0.0, 0.0], [0.0, 0.0]), ("tanh", [0.0], [1.0]), ("sigmoid", [0.0], [0.25])):
        values = [Value(x) for x in at]
        assert gradient(getattr(functions, name)(*values), values) == slopes
    for name in ("max", "min", "maxout"):
        values = [Value(x) for x in (2.0, 2.0, 2.0)]
        assert gradient(getattr(functions, name)(values), values) == [1 / 3] * 3
    zero = Value(0.0)
    assert [gradient(y, zero) for y in (ag.relu(zero), ag.maximum(zero, 0), ag.clamp(zero, min=0))] == [0.0, 0.5, 1.0]


# -------------------------------------------------------------------------------------------------------------------------------

def test_both_spellings() -> None:
    for one, other in (("asin", "arcsin"), ("acos", "arccos"), ("atan", "arctan"), ("atan2", "arctan2"), ("asinh", "arcsinh"), ("acosh", "arccosh"),
                       ("atanh", "arctanh"), ("clamp", "clip")):
        assert getattr(ag, one) is getattr(ag, other)
    assert ag.silu(0.7) == ag.swish(0.7)


def test_hints_are_there_at_run_time() -> None:
    import typing
    assert "x" in typing.get_type_hints(ag.exp, localns={"NDArray": list})


def test_star_import_leaves_the_builtins_alone() -> None:
    import builtins
    names: dict[str, Any] = {}
    exec("from autograd import *", names)
    assert not [name for name in names if name != "__builtins__" and hasattr(builtins, name)]
    assert {"Value", "exp", "draw", "gradcheck", "grad"} <= set(names)


def test_a_misspelt_name_is_corrected() -> None:
    with pytest.raises(AttributeError, match="autograd has no 'tahn': did you mean tanh"):
        ag.tahn
    assert "Any" not in dir(ag)
    with pytest.raises(AttributeError, match="did you mean gradcheck"):
        ag.gradchek
    assert "draw" in dir(ag)


ACTIVATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "sigmoid": lambda m, x: 1 / (1 + m.exp(-x)), "silu": lambda m, x: x / (1 + m.exp(-x)), "softplus": lambda m, x: m.log(1 + m.exp(x)),
    "mish": lambda m, x: x * m.tanh(m.log(1 + m.exp(x))), "gelu": lambda m, x: x * (1 + m.erf(x / m.sqrt(2.0))) / 2,
    "log_sigmoid": lambda m, x: -m.log(1 + m.exp(-x)), "relu": lambda m, x: x if x > 0 else m.number(0),
    "leaky_relu": lambda m, x: x if x > 0 else m.number(0.01) * x, "elu": lambda m, x: x if x > 0 else m.exp(x) - 1,
    "step": lambda m, x: m.number(x >= 0), "identity": lambda m, x: x}


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(x=st.floats(-30.0, 30.0).map(lambda x: round(x, 9)))
def test_activations_agree_with_their_textbook_definitions(name: str, x: float) -> None:
    m = referee(300)                                                 # for what cancels in the far tails
    exact = ACTIVATIONS[name](m, m.number(x))
    got = getattr(ag, name)(x)
    # mish and gelu have a condition of up to |x|^2 in their tails
    assert abs(m.number(got) - exact) <= 1e-15 * (4.0 + x * x) * abs(exact) + 5e-324
    assert float(str(getattr(ag, name)(referee().number(x)))) == pytest.approx(float(str(exact)), rel=1e-14)


@given(st.floats(-5.0, 5.0))
def test_the_tanh_form_of_gelu(x: float) -> None:
    written = 0.5 * x * (1.0 + math.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x ** 3)))
    assert ag.gelu(x, approximate="tanh") == pytest.approx(written, abs=4.0 * math.ulp(5.0))  # 1 + tanh cancels below 0
    with pytest.raises(InputError, match="approximate must be 'none' or 'tanh', got 'quick'"):
        ag.gelu(x, approximate="quick")


def test_derivatives_that_textbooks_state() -> None:
    for x in (-3.0, -0.5, 0.7, 4.0):
        v = Value(x)
        f, s = ag.silu(x), ag.sigmoid(x)
        assert gradient(ag.silu(v), v) == pytest.approx(f + s * (1 - f), abs=1e-15)
        assert gradient(ag.softplus(v), v) == s
        assert ag.tanh(x) == pytest.approx(2 * ag.sigmoid(2 * x) - 1, abs=1e-15)
        if x < 0:
            assert gradient(ag.elu(v, 1.3), v) == pytest.approx(ag.elu(x, 1.3) + 1.3)
    x = Value(0.0)
    assert gradient(ag.sigmoid(x), x) == 0.25
    assert gradient(ag.tanh(x), x) == 1.0
    low = Value(-1.2785)
    assert gradient(ag.swish(low), low) < 0.0


def test_prelu_learns_its_slope_and_swish_its_beta() -> None:
    x, slope, beta = Value(-2.0), Value(0.25), Value(1.5)
    assert gradient(ag.prelu(x, slope), [x, slope]) == [0.25, -2.0]
    assert gradient(ag.prelu(Value(2.0), slope), slope) == 0.0
    assert gradient(ag.swish(x, beta), beta) == pytest.approx(4.0 * ag.sigmoid(-3.0) * ag.sigmoid(3.0))


def test_rrelu_draws_from_its_own_generator() -> None:
    state = random.getstate()
    draws = [ag.rrelu(-1.0, rng=random.Random(7)), ag.rrelu(-1.0, rng=7)]
    assert draws[0] == draws[1]
    assert -1 / 3 <= draws[0] <= -1 / 8
    assert len({ag.rrelu(-1.0) for _ in range(5)}) > 1
    assert len(set(ag.rrelu(np.full(4, -1.0), rng=1))) == 4
    assert ag.rrelu(-1.0, training=False) == -(1 / 8 + 1 / 3) / 2
    assert ag.rrelu(3.0) == 3.0
    assert random.getstate() == state
    with pytest.raises(InputError, match=r"lower <= upper, got lower = 0\.5"):
        ag.rrelu(1.0, 0.5, 0.1)
    with pytest.raises(OperandError, match=r"rng must be a random\.Random"):
        ag.rrelu(1.0, rng="seed")  # type: ignore[arg-type]
    v = Value(-2.0)
    y = ag.rrelu(v, rng=3)
    assert gradient(y, v) == y.data / -2.0


def test_clamp_of_one_side_and_of_none() -> None:
    assert [ag.clamp(x, min=0.0) for x in (-1.0, 2.0)] == [0.0, 2.0]
    assert [ag.clamp(x, max=0.0) for x in (-1.0, 2.0)] == [-1.0, 0.0]
    assert ag.clamp(5.0, None, None) == 5.0
    low = Value(1.0)
    assert gradient(ag.clamp(0.5, low, 2.0), low) == 1.0
    with pytest.raises(InputError, match=r"min <= max, got min = 2\.0 and max = 1\.0"):
        ag.clamp(1.0, 2.0, 1.0)
    with pytest.raises(InputError, match="min <= max"):
        ag.clamp(1.0, np.array([2.0]), np.array([0.0]))
    with pytest.raises(OperandError, match="got the str 'a'"):
        ag.clamp(1.0, "a", 0.0)
    assert ag.clamp(np.array([-1.0, 5.0]), 0.0, np.array([1.0, 2.0])).tolist() == [0.0, 2.0]


def test_where_records_its_condition() -> None:
    x = Value(-2.0)
    y = ag.where(x > 0, x, 0.01 * x)
    assert y.op is TABLE["where"]
    assert gradient(y, x) == 0.01
    assert ag.where(True, 1, 2) == 1.0
    objects = ag.gelu(np.array([0.5, Value(0.5)], dtype=object), approximate="tanh")
    assert [type(x) for x in objects] == [float, Value]
    mixed = ag.where(np.array([True, False]), np.array([x, x]), 1.0)
    assert [float(v.data) if isinstance(v, Value) else v for v in mixed] == [-2.0, 1.0]


# Any number of operands -----------------------------------------------------------------------------------------------------------

def test_one_iterable_of_any_kind() -> None:
    a, b = Value(1.0), Value(2.0)
    for xs in ([a, b], (a, b), iter([a, b]), (v for v in [a, b]), {a: 1, b: 2}, np.array([a, b])):
        assert ag.sum(xs).data == 3.0
    assert ag.sum(np.array([[1.0, 2.0], [3.0, 4.0]])) == 10.0
    assert (ag.sum([]), ag.prod([]), ag.dot([], [])) == (0.0, 1.0, 0.0)
    assert ag.mean([1, 2, 6]) == 3.0
    assert type(ag.max([1, 2])) is float


@pytest.mark.parametrize("name", ["max", "min", "logsumexp", "mean", "maxout", "softmax", "log_softmax"])
def test_nothing_has_no_extreme(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} needs at least one operand, got none"):
        getattr(ag, name)([])


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "logsumexp", "mean", "maxout", "softmax", "log_softmax"])
def test_an_iterable_of_numbers_is_needed(name: str) -> None:
    for stranger in (Value(1.0), 3.0, "abc", None):
        with pytest.raises(OperandError, match=f"{name} takes an iterable of numbers or Values"):
            getattr(ag, name)(stranger)
    with pytest.raises(OperandError):
        getattr(ag, name)(["a"])


def test_dot_needs_equal_lengths() -> None:
    with pytest.raises(InputError, match="of the same length, got 2 and 3"):
        ag.dot([1.0, 2.0], [1.0, 2.0, 3.0])


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=6))
def test_softmax_and_log_softmax_are_exact_for_large_logits(xs: list[float]) -> None:
    m = referee(60)
    exps = [m.exp(m.number(x) - max(xs)) for x in xs]
    total = m.sum(*exps)
    for x, e, p, q in zip(xs, exps, ag.softmax(xs), ag.log_softmax(xs)):
        assert abs(m.number(p) - e / total) <= (8.0 + max(xs) - x) * 2.0 ** -52 * (e / total) + 1e-323
        # the largest has the logarithm of a number near 1: what the others add, each by the exp of a rounded difference
        exact = m.number(x) - max(xs) - m.log1p(m.sum(*sorted(exps)[:-1]))
        assert abs(m.number(q) - exact) <= (8.0 + max(xs) - min(xs)) * 2.0 ** -52 * (abs(exact) + (max(xs) - x)) + 1e-323


def test_softmax_of_values_and_arrays() -> None:
    v = [Value(x) for x in (3.0, 1.0, -3.0)]
    p = ag.softmax(v)
    assert gradient(p[0], v[1]) == pytest.approx(-p[0].data * p[1].data)
    assert isinstance(ag.softmax(np.array([1.0, 2.0])), np.ndarray)
    assert ag.log_softmax(np.array(v)).dtype == object
    with pytest.raises(InputError, match=r"one row of numbers, got an array of shape \(2, 2\)"):
        ag.softmax(np.ones((2, 2)))


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int64, np.float32, np.bool_])
def test_arrays_and_scalars_of_any_real_kind_are_floats_first(kind: Any) -> None:
    for name in ("sigmoid", "softplus", "gelu", "mish", "swish", "log_sigmoid", "abs", "square", "exp"):
        f = getattr(ag, name)
        assert f(np.array([1], dtype=kind)).tolist() == pytest.approx([f(1.0)], rel=1e-15)
        assert type(f(kind(1))) is float
        assert f(kind(1)) == f(1.0)
    assert ag.pow(np.array([2]), -1).tolist() == [0.5]
    assert ag.expression("(x > 0) + (x > -2)")(np.array([1.0])).tolist() == [2.0]


def test_composites_take_any_real_number() -> None:
    from decimal import Decimal
    for f in (ag.gelu, ag.swish, ag.mish, ag.silu, ag.elu):
        assert f(Decimal(1)) == f(1.0)
    assert ag.softmax([Decimal(1), 2]) == ag.softmax([1.0, 2.0])
    with pytest.raises(OperandError):
        ag.swish(1.0, None)
    with pytest.raises(OperandError):
        ag.sum(b"ab")
    with pytest.raises(AutogradError, match="too large for a float"):
        ag.exp(10 ** 400)
    assert (Value(1.0) == 10 ** 400) is False


def test_outside_a_domain_arrays_do_what_numpy_does() -> None:
    with pytest.warns(RuntimeWarning):
        assert math.isnan(ag.log(np.array([-1.0]))[0])
    with pytest.raises(ag.DomainError):
        ag.log(np.array([Value(-1.0)]))


def test_without_numpy_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from autograd.arithmetic import numpy
    monkeypatch.setitem(sys.modules, "numpy", None)
    numpy.cache_clear()
    with pytest.raises(MissingExtraError, match=r"pip install 'scalar-autograd\[numpy\]'"):
        numpy()


def test_importing_autograd_loads_nothing_heavy() -> None:
    import subprocess
    import sys
    code = "import sys, autograd; autograd.exp(autograd.Value(1.0)); print([m for m in ('numpy', 'mpmath', 'graphviz') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_every_error_is_an_autograd_error_and_pythons_own() -> None:
    for f, builtin in ((lambda: ag.log(-1.0), ValueError), (lambda: ag.reciprocal(0.0), ZeroDivisionError), (lambda: ag.exp(1e4), OverflowError),
                       (lambda: ag.exp("x"), TypeError), (lambda: ag.expression("1+"), ValueError)):
        with pytest.raises(AutogradError) as caught:
            f()  # type: ignore[no-untyped-call]
        assert isinstance(caught.value, builtin)
