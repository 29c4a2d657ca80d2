"""Diagnosis: every slip of the table is planted and must be named; where it was not made it must not be."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

import autograd as ag
from autograd import Value, expression, verify
from autograd.arithmetic.text import TEXT, Text
from autograd.checking.diagnosis.samples import Spot
from autograd.checking.diagnosis.slips import ANYWHERE, OF_LOGARITHMS, OF_OPERATIONS, OPERANDS_SWAPPED, Slip, slips_of
from autograd.engine import apply
from autograd.ops import TABLE
from autograd.tape import Tape
from autograd.traversal import topological_order

BOTH_SIGNS = {"relu", "leaky_relu", "elu", "selu", "abs", "clamp", "softplus", "maximum", "minimum", "hypot", "atan2", "log_sigmoid"}
ROWS = sorted(name for name, row in TABLE.items() if row.operand_names and not row.is_flat
              and name not in ("peak", "floor", "where", "identity", "sech_squared", "erf_slope"))


GENERAL = {slip.kind for slip in (*ANYWHERE, *OF_LOGARITHMS)}          # slips of any operation: planted in some of each kind
WITH_ALL = {"tanh", "mul", "div", "pow", "log", "exp", "sum", "max", "add", "neg", "softplus", "relu"}


def operand(name: str, j: int, x: Any, y: Any) -> Any:
    """What goes into operand j of an operation: inside its domain, with all signs that matter, and different for each."""
    turned = x + 0.31 * y if j == 0 else 0.7 * x - 0.45 * y + 0.2 * j
    if name in BOTH_SIGNS:
        return 1.3 * ag.sin(turned)
    if name == "acosh":
        return 1.4 + 0.8 * ag.sigmoid(turned)
    return 0.2 + (0.55 + 0.1 * j) * ag.sigmoid(turned)


def graph_of(name: str, x: Any, y: Any) -> Value:
    """A graph with the operation in its middle."""
    row = TABLE[name]
    count = 2 if row.nary else len(row.operand_names)
    operands = [operand(name, j, x, y) for j in range(count)]
    constants: dict[str, dict[int, Any]] = {"leaky_relu": {1: 0.2}, "elu": {1: 1.7}, "clamp": {1: -0.6, 2: 0.7}}
    operands = [constants.get(name, {}).get(j, u) for j, u in enumerate(operands)]
    if name == "dot":
        operands = [*operands, *[ag.cos(x + k) for k in range(2)]]
    v = apply(row, *operands)
    v.name = "v"
    return ag.tanh(0.8 * v) + 0.4 * v * (1.1 + y * y)


def middle(tape: Tape) -> int:
    return next(k for k, node in enumerate(tape.nodes) if node.name == "v")


def claim_of(name: str, edits: Callable[[Tape, int, int], dict[tuple[int, int], float]]) -> Callable[[float, float], float]:
    """The derivative by x that someone gets who makes the slip, in floats."""
    def claim(x: float, y: float) -> float:
        a, b = Value(float(x)), Value(float(y))
        tape = Tape(topological_order(graph_of(name, a, b)))
        place = tape.place(a)
        assert place is not None
        return tape.swept(edits(tape, middle(tape), place))[place]
    return claim


POINTS = [(0.3, -0.7), (1.1, 0.4), (-0.8, 1.3), (-1.45, -0.35), (1.7, -1.2), (-1.9, 1.1)]


def written(name: str, j: int, slip: Slip) -> list[float]:
    """How far what the slip writes is from what is right, at each point; nan where it has no value."""
    found = []
    for x, y in POINTS:
        tape = Tape(topological_order(graph_of(name, Value(x), Value(y))))
        spot = Spot(tape, middle(tape), j, 1.0)
        try:
            found.append(slip.writes(spot) - spot.d)
        except (ArithmeticError, ValueError):
            found.append(math.nan)
    return found


def is_without_effect(name: str, j: int, slip: Slip) -> bool:
    """Whether the slip writes what is right, or has no value."""
    changes = written(name, j, slip)
    return not all([abs(d) < math.inf for d in changes]) or max(map(abs, changes)) < 1e-9


def alike(name: str, j: int, slip: Slip) -> list[str]:
    """The kinds of the slips that write the same, as -1/d is -d where d is 1."""
    mine = written(name, j, slip)
    return [other.kind for other in slips_of(name, j) if all([abs(a - b) < 1e-9 for a, b in zip(mine, written(name, j, other))])]


def planted() -> list[Any]:
    found = []
    for name in ROWS:
        row = TABLE[name]
        for j in range(2 if row.nary else len(row.operand_names)):
            if (name, j) in (("leaky_relu", 1), ("elu", 1), ("clamp", 1), ("clamp", 2)):
                continue                                             # constants here
            found += [pytest.param(name, j, slip, id=f"{name}-{j}-{slip.kind}") for slip in slips_of(name, j)
                      if (name in WITH_ALL or slip.kind not in GENERAL) and not is_without_effect(name, j, slip)]
    return found


@pytest.mark.parametrize(("name", "j", "slip"), planted())
def test_a_planted_slip_is_named(name: str, j: int, slip: Slip) -> None:
    claim = claim_of(name, lambda tape, k, x: {(k, j): slip.writes(Spot(tape, k, j, 1.0))})
    finding = verify(lambda x, y: graph_of(name, x, y), {"x": claim}, points=POINTS).findings[0]
    assert finding.verdict == "wrong"
    causes = finding.causes
    assert {cause.kind for cause in causes} & set(alike(name, j, slip)), [(cause.kind, cause.text) for cause in causes]


@pytest.mark.parametrize(("name", "j", "slip"), [p for p in planted() if p.values[0] in ("tanh", "div", "pow", "softplus")])
def test_a_slip_that_was_not_made_is_not_named(name: str, j: int, slip: Slip) -> None:
    """Claims that another slip does not give, and ones that no slip gives."""
    for claim in (claim_of(name, lambda tape, k, x: {}), lambda x, y: math.sin(3.0 * float(x)) + float(y) ** 3):
        finding = verify(lambda x, y: graph_of(name, x, y), {"x": claim}, points=POINTS).findings[0]
        assert slip.kind not in [cause.kind for cause in finding.causes]


E = "c = a + b; d = b + 1; e = c*d"

# What the numbers show, and slips of more than one edge: a claim where it must be named, and one of the same formula where not.
KINDS: list[tuple[str, str, Any, Any, dict[str, Any]]] = [
    ("product rule: u'v' for u'v + uv'", "sin(x)*exp(2*x)", "cos(x)*2*exp(2*x)", "2*sin(x)*exp(2*x)", {}), ("product rule: minus for plus", "sin(x)*exp(2*x)", "cos(x)*exp(2*x) - 2*sin(x)*exp(2*x)", "cos(x)*exp(2*x)", {}),
    ("product rule: u' + v' for u'v + uv'", "sin(x)*exp(2*x)", "cos(x) + 2*exp(2*x)", "cos(x)*exp(2*x)", {}), ("product rule: u'u + v'v for u'v + uv'", "sin(x)*exp(2*x)", "cos(x)*sin(x) + 2*exp(4*x)", "cos(x)*exp(2*x)", {}),
    ("quotient rule: u'/v'", "sin(x)/(2 + x**2)", "cos(x)/(2*x)", "cos(x)/(2 + x**2)", {}), ("quotient rule: the order is reversed", "sin(x)/(2 + x**2)", "(2*x*sin(x) - cos(x)*(2 + x**2))/(2 + x**2)**2", "cos(x)/(2 + x**2)", {}),
    ("quotient rule: the square is missing", "sin(x)/(2 + x**2)", "(cos(x)*(2 + x**2) - 2*x*sin(x))/(2 + x**2)", "cos(x)/(2 + x**2)", {}), ("quotient rule: the divisor is missing", "sin(x)/(2 + x**2)", "cos(x)*(2 + x**2) - 2*x*sin(x)", "cos(x)/(2 + x**2)", {}),
    ("quotient rule: plus for minus", "sin(x)/(2 + x**2)", "(cos(x)*(2 + x**2) + 2*x*sin(x))/(2 + x**2)**2", "cos(x)/(2 + x**2)", {}), ("quotient rule: divided by the wrong square", "sin(x)/(2 + x**2)", "(cos(x)*(2 + x**2) - 2*x*sin(x))/sin(x)**2", "cos(x)/(2 + x**2)", {"domain": {"x": (0.2, 3)}}),
    ("branches swapped", "x**2 if x > 0 else sin(x)", "cos(x) if x > 0 else 2*x", "2*x", {}), ("derivative taken at the input", "sin(x**2)", "2*x*cos(x)", "cos(x**2)", {}), ("derivative taken at the output", "z = x*2; a = tanh(z); a", "2*(1 - tanh(a)**2)", "2*(1 - a)", {}),
    ("derivative taken at the inner derivative", "sin(x**2)", "cos(2*x)", "cos(x**2)", {}), ("derivative taken at the inner operand", "sin(exp(x*y))", {"x": "cos(x*y)*exp(x*y)*y"}, {"x": "cos(exp(x*y))*y"}, {}),
    ("sign flipped", "sigmoid(x)*y", {"x": "-sigmoid(x)*(1 - sigmoid(x))*y"}, {"x": "sigmoid(x)*y"}, {}), ("factor 2 too much", "(a - y)**2/2", {"a": "2*(a - y)"}, {"a": "y - a"}, {}), ("factor 2 missing", "x**2 + sin(x)", "x + cos(x)/2", "2*x + sin(x)", {}),
    ("sum for mean", "((a - 1)**2 + (b - 2)**2 + (c - 4)**2)/3", {"a": "2*(a - 1)"}, {"a": "(a - 1)/3"}, {}), ("ln 10", "log10(1 + exp(x))", "1/(1 + exp(-x))", "1/(1 + exp(x))", {}), ("constant factor", "sin(x)", "1.37*cos(x)", "cos(x) + 1.37", {}), ("constant term", "x**2", "2*x + 5", "10*x", {}),
    ("one-hot forgotten", "logsumexp(a, b, c) - b", {"b": "exp(b)/(exp(a) + exp(b) + exp(c))"}, {"b": "1 - exp(b)/(exp(a) + exp(b) + exp(c))"}, {}), ("partials swapped", "x**2*y + sin(y)", {"x": "x**2 + cos(y)", "y": "2*x*y"}, {"x": "x**2 + cos(y)", "y": "x**2 + cos(y)"}, {}),
    ("transposed", "w[0][0]*a + w[0][1]*b*3 + w[1][0]*c*5", {"w[0][1]": "5*c", "w[1][0]": "3*b"}, {"w[0][1]": "3*a"}, {}), ("partial of another input", "x**2*y", {"x": "x**2"}, {"x": "x*y"}, {}), ("term too much", "(w*x + b - y)**2/2 + lam*w**2/2", {"b": "w*x + b - y + lam*b"}, {"b": "2*(w*x + b - y)"}, {}),
    ("factor missing", "exp(a*b*c)", {"a": "b*exp(a*b*c)"}, {"a": "-b*c*exp(a*b*c)"}, {}), ("output for the derivative", "x**2 + sin(x)", "x**2 + sin(x)", "2*x", {}), ("derived twice", "x**4 + x", "12*x**2", "4*x**3", {}), ("derived by both", "x**2*y**3", {"x": "6*x*y**2"}, {"x": "y**3"}, {}),
    ("right on one side only", "x**3 if x > 1 else 5*x", "cos(x) + 7 if x > 1 else 5", "cos(x) + 7", {}), ("rounded", "x/3", "0.3333", "0.4", {}), ("a number", "x**2", 6, "6*x", {}), ("chain factor dropped; sign flipped", "exp(3*x)*tanh(y*x) - sin(5*x)", {"x": "3*exp(3*x)*tanh(y*x) + exp(3*x)*(1 - tanh(y*x)**2) + 5*cos(5*x)"}, {"x": "cos(x)"}, {}),
    ("another value for the derivative", "f*c + i*g*h", {"c": lambda f, c, i, g, h: i}, {"c": "-f"}, {"domain": dict.fromkeys("fcigh", (-2, 2))}), ("path forgotten", E, {"b": "b + 1"}, {"b": "a + 2*b + 1"}, {}), ("chain factor dropped", "sin(x**2)", "cos(x**2)", "2*x*cos(x)", {})]


@pytest.mark.parametrize(("kind", "f", "made", "not_made", "options"), KINDS, ids=[f"{kind}" for kind, *_ in KINDS])
def test_every_kind_of_mistake_is_named_where_it_was_made_and_only_there(kind: str, f: str, made: Any, not_made: Any, options: dict[str, Any]) -> None:
    named = verify(f, made, **options)
    assert kind in [cause.kind for finding in named.findings for cause in finding.causes], str(named)
    other = verify(f, not_made, **options)
    assert kind not in [cause.kind for finding in other.findings for cause in finding.causes], str(other)


def test_what_is_said_of_a_path_a_factor_and_a_side() -> None:
    cases = {
        (E, "b + 1"): "the path b → d → e is forgotten (one term of the product rule): its term ∂e/∂d · ∂d/∂b = 3 × 1 = 3 is missing",
        ("(b - 1)**2/2", "2*(b - 1)"): "the factor 1/2 in f = (b - 1)²/2 is dropped (so an extra 2 remains)", ("relu(b)", "1"): "∂f/∂b is 0 here, not 1",
        ("b**3", "3*b**3"): "∂f/∂b is 3 × b² = 12, by the power rule, not 3 × b³", ("tanh(b*3)", "1 - tanh(b*3)**2"): "the factor 3 in (b × 3) is dropped",
        ("b if b > 0 else exp(b)*7", "1 if b > 0 else exp(b)"): "the factor 7 in (exp(b) × 7) is dropped"}
    for (f, claim), text in cases.items():
        found = [cause.text for cause in verify(f, {"b": claim}).findings[0].causes]
        assert text in found or any([text in t for t in found]), (f, found)


def test_what_nothing_explains_gets_the_right_derivation() -> None:
    text = str(verify("tanh(x)*x", "cos(x) + x**3 - 7"))
    assert "Neither one slip nor two explain this. The right derivation:" in text
    assert "∂f/∂x = " in text


def test_a_wrong_claim_is_told_in_the_readers_names_and_never_in_the_tables() -> None:
    told = {
        ("b/a", "b", "a"): "∂f/∂b is upside down: it is 1/a = 0.5", ("b/a", "a", "-b"): "∂f/∂a",
        ("y = 1/x", "x", "log(x)"): "∂y/∂x is -y/x", ("q**k", "q", "k*q**k"): "not k × q**k",
        ("w/(2 + z)", "z", "-1/(2 + z)**2"): "not -1/(2 + z)²",
    }
    for (f, by, claim), text in told.items():
        causes = verify(f, {by: claim}, domain=dict.fromkeys({"b", "a", "x", "q", "k", "w", "z"} & set(f.replace("y = ", "")), (0.5, 3.0))).findings[0].causes
        assert causes, (f, claim)
        assert text in causes[0].text, causes[0].text
        mentioned = set(re.findall(r"[^\W\d_]\w*", causes[0].text)) & {"a", "b", "n", "x", "y"}
        assert mentioned <= set(re.findall(r"[^\W\d_]\w*", f)), causes[0].text


def test_no_slip_of_one_operation_writes_what_a_general_slip_writes_there() -> None:
    """Else the two would be one mistake under two names."""
    for name in ROWS:
        for j in range(2 if TABLE[name].nary else len(TABLE[name].operand_names)):
            own = [slip for slip in slips_of(name, j) if not slip.is_general and slip.kind != OPERANDS_SWAPPED]
            if (name, j) in (("leaky_relu", 1), ("elu", 1), ("tan", 0)):  # 1/cos is the root of 1/cos² only where cos > 0
                continue
            for slip in own:
                same = [other for other in slips_of(name, j) if (other.is_general or other.kind == OPERANDS_SWAPPED)
                        and all([abs(a - b) < 1e-9 for a, b in zip(written(name, j, slip), written(name, j, other))])]
                assert not same, (name, j, slip.kind, [other.kind for other in same])


def test_every_slip_of_an_operation_is_reached() -> None:
    keys = {key.partition(" ")[0] for key in OF_OPERATIONS}
    assert keys <= set(ROWS)
    assert {slip.kind for name in ROWS for j in (0, 1) for slip in slips_of(name, j)} >= {kind for rows in OF_OPERATIONS.values() for kind, _ in rows}


def test_what_a_slip_writes_and_what_it_says_come_from_one_formula() -> None:
    """The words, read back as a formula, give the number."""
    for name in ROWS:
        row = TABLE[name]
        if row.nary:
            continue
        names = list(row.operand_names)
        for j in range(len(names)):
            for slip in slips_of(name, j):
                if slip.is_general or slip.kind == OPERANDS_SWAPPED or (name, j) in (("leaky_relu", 1), ("elu", 1)):
                    continue
                a, b = Value(0.3), Value(-0.7)
                tape = Tape(topological_order(graph_of(name, a, b)))
                spot = Spot(tape, middle(tape), j, 1.0)
                try:
                    number = slip.writes(spot)
                except (ArithmeticError, ValueError):
                    continue
                text = slip.wrote(TEXT, Text("v"), name, j, [Text(x) for x in names])
                used = {key: x for key, x in {"v": spot.y, **dict(zip(names, spot.xs))}.items() if key in expression(text).names}
                assert expression(text)(**used) == pytest.approx(number, rel=1e-12), (name, slip.kind, text)
