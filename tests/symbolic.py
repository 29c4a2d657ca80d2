"""A small symbolic differentiator with a table of its own: what the fuzzers hold `verify` to."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath

Tree = Any                                                           # a name or a numeral, or (operation, *trees)


@dataclass(frozen=True)
class Row:
    """How an operation is written, its number, its partials in a, b and c, what is 0 where it has a kink, and what keeps each
    operand in its domain."""

    text: str
    number: Callable[..., Any]
    partials: tuple[str, ...]
    kink: str = ""
    inside: tuple[str, ...] = ()


POSITIVE, UNIT, ABOVE = ("a*a + 0.5", "exp(a)", "1.5 + sin(a)", "sqrt(a*a + 1)"), ("0.9*tanh(a)", "sin(a)/2", "a/sqrt(1 + 2*a*a)"), ("a*a + 1.1",)
KEPT = {"+": POSITIVE, "1": UNIT, ">": ABOVE, "": ("a",)}


def _one(name: str, partial: str, inside: str = "", kink: str = "", number: Callable[..., Any] | None = None) -> tuple[str, Row]:
    return name, Row(f"{name}({{0}})", number or getattr(mpmath.mp, name), (partial,), kink, (inside,))


def _erf_slope(x: Any) -> Any:
    return 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _cbrt(x: Any) -> Any:
    return mpmath.sign(x) * mpmath.cbrt(abs(x))


def _softplus(x: Any) -> Any:
    return mpmath.log1p(mpmath.exp(-abs(x))) + max(x, 0)


def _pow(a: Any, b: Any) -> Any:
    if a < 0 and b != int(b):
        raise ValueError
    return a ** (int(b) if b == int(b) and abs(b) < 1e6 else b)


ROWS: dict[str, Row] = dict([
    ("+", Row("({0} + {1})", lambda a, b: a + b, ("1", "1"))), ("-", Row("({0} - {1})", lambda a, b: a - b, ("1", "-1"))), ("*", Row("{0}*{1}", lambda a, b: a * b, ("b", "a"))),
    ("/", Row("({0})/{1}", lambda a, b: a / b, ("1/b", "-a/b**2"), inside=("", "+"))), ("**", Row("({0})**{1}", _pow, ("b*a**(b - 1)", "a**b*log(a)"), inside=("+", ""))), ("pow", Row("pow({0}, {1})", _pow, ("b*a**(b - 1)", "a**b*log(a)"), inside=("+", ""))),
    ("neg", Row("(-{0})", lambda a: -a, ("-1",))), _one("exp", "exp(a)"), _one("sin", "cos(a)"), _one("cos", "-sin(a)"), _one("tanh", "1 - tanh(a)**2"), _one("log", "1/a", "+"), _one("sqrt", "1/(2*sqrt(a))", "+"), _one("square", "2*a", number=lambda a: a * a), _one("reciprocal", "-1/a**2", "+", number=lambda a: 1 / a),
    _one("exp2", "2**a*log(2)", number=lambda a: mpmath.mpf(2) ** a), _one("expm1", "exp(a)"), _one("log2", "1/(a*log(2))", "+", number=lambda a: mpmath.log(a, 2)), _one("log10", "1/(a*log(10))", "+"), _one("log1p", "1/(1 + a)", "+"), _one("cbrt", "1/(3*cbrt(a)**2)", "+", number=_cbrt),
    _one("tan", "1 + tan(a)**2", "1"), _one("asin", "1/sqrt(1 - a**2)", "1"), _one("acos", "-1/sqrt(1 - a**2)", "1"), _one("atan", "1/(1 + a**2)"), _one("sinh", "cosh(a)"), _one("cosh", "sinh(a)"), _one("asinh", "1/sqrt(1 + a**2)"), _one("acosh", "1/sqrt(a**2 - 1)", ">"), _one("atanh", "1/(1 - a**2)", "1"),
    _one("erf", "2/sqrt(pi)*exp(-a**2)"), _one("erfc", "-2/sqrt(pi)*exp(-a**2)"), _one("sigmoid", "sigmoid(a)*(1 - sigmoid(a))", number=_sigmoid), _one("log_sigmoid", "1 - sigmoid(a)", number=lambda a: -_softplus(-a)), _one("softplus", "sigmoid(a)", number=_softplus),
    _one("identity", "1", number=lambda a: a), _one("silu", "sigmoid(a) + a*sigmoid(a)*(1 - sigmoid(a))", number=lambda a: a * _sigmoid(a)), _one("swish", "sigmoid(a)*(1 + a*(1 - sigmoid(a)))", number=lambda a: a * _sigmoid(a)),
    _one("mish", "tanh(softplus(a)) + a*sigmoid(a)*(1 - tanh(softplus(a))**2)", number=lambda a: a * mpmath.tanh(_softplus(a))), _one("gelu", "(1 + erf(a/sqrt(2)))/2 + a*exp(-a**2/2)/sqrt(2*pi)", number=lambda a: a * (1 + mpmath.erf(a / mpmath.sqrt(2))) / 2),
    _one("abs", "sign(a)", kink="a", number=abs), _one("sign", "0", kink="a"), _one("step", "0", kink="a", number=lambda a: mpmath.mpf(a >= 0)), _one("relu", "step(a)", kink="a", number=lambda a: max(a, mpmath.mpf(0))), _one("leaky_relu", "where(a > 0, 1, 0.01)", kink="a", number=lambda a: a if a > 0 else a / 100), _one("elu", "where(a > 0, 1, exp(a))", kink="a", number=lambda a: a if a > 0 else mpmath.expm1(a)),
    ("hypot", Row("hypot({0}, {1})", mpmath.hypot, ("a/hypot(a, b)", "b/hypot(a, b)"), "hypot(a, b)")), ("atan2", Row("atan2({0}, {1})", mpmath.atan2, ("b/(a**2 + b**2)", "-a/(a**2 + b**2)"), "a", ("", "+"))),
    ("maximum", Row("maximum({0}, {1})", max, ("a > b", "a < b"), "a - b")), ("minimum", Row("minimum({0}, {1})", min, ("a < b", "a > b"), "a - b")), ("clamp", Row("clamp({0}, -0.7, 1.3)", lambda a: min(max(a, mpmath.mpf("-0.7")), mpmath.mpf("1.3")), ("where(a > -0.7, a < 1.3, 0)",), "(a + 0.7)*(a - 1.3)")),
    (">", Row("({0} > {1})", lambda a, b: mpmath.mpf(a > b), ("0", "0"), "a - b")), ("<", Row("({0} < {1})", lambda a, b: mpmath.mpf(a < b), ("0", "0"), "a - b")), ("where", Row("where({0}, {1}, {2})", lambda c, a, b: a if c else b, ("0", "a != 0", "a == 0"), "", ("", "", ""))),
    ("==", Row("({0} == {1})", lambda a, b: mpmath.mpf(a == b), ("0", "0"), "a - b")), ("!=", Row("({0} != {1})", lambda a, b: mpmath.mpf(a != b), ("0", "0"), "a - b")), ("if", Row("({1} if {0} > 0.3 else {2})", lambda c, a, b: a if c > mpmath.mpf("0.3") else b, ("0", "a > 0.3", "a <= 0.3"), "a - 0.3", ("", "", ""))), ("<=", Row("({0} <= {1})", lambda a, b: mpmath.mpf(a <= b), ("0", "0"), "a - b")),
    ("sum", Row("sum([{0}, {1}])", lambda a, b: a + b, ("1", "1"))), ("mean", Row("mean([{0}, {1}])", lambda a, b: (a + b) / 2, ("1/2", "1/2"))), ("prod", Row("prod([{0}, {1}])", lambda a, b: a * b, ("b", "a"))), ("dot", Row("dot([{0}, 3], [{1}, {0}])", lambda a, b: a * b + 3 * a, ("b + 3", "a"))), ("max", Row("max([{0}, {1}])", max, ("a > b", "a < b"), "a - b")), ("min", Row("min([{0}, {1}])", min, ("a < b", "a > b"), "a - b")),
    ("logsumexp", Row("logsumexp([{0}, {1}])", lambda a, b: max(a, b) + mpmath.log1p(mpmath.exp(-abs(a - b))), ("sigmoid(a - b)", "sigmoid(b - a)"))), ("softmax", Row("softmax([{0}, {1}])[0]", lambda a, b: _sigmoid(a - b), ("sigmoid(a - b)*sigmoid(b - a)", "-sigmoid(a - b)*sigmoid(b - a)")))])
CHOSEN = tuple([name for name in ROWS if name not in ("==", "!=", "<=")])
CONSTANTS = ("2", "3", "0.5", "-2", "0.1", "pi", "log(6)", "sqrt(2)", "exp(1)", "1/3", "sin(pi)", "cos(pi/2)", "log(6) - log(2) - log(3)", "sqrt(2)**2 - 2", "tan(pi/4)", "1e8", "1e-300", "0", "1", "-1", "1e-8", "2**0.5")
IN_FLOATS = tuple([x for x in CONSTANTS if x not in ("sin(pi)", "cos(pi/2)", "log(6) - log(2) - log(3)", "sqrt(2)**2 - 2")])  # have all their digits
IN_PYTHON = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.Gt: ">", ast.Lt: "<", ast.Eq: "==", ast.NotEq: "!=", ast.LtE: "<="}


@cache
def tree_of(text: str) -> Tree:
    """The tree of a formula in the operations of the table."""
    def read(node: Any) -> Tree:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Constant):
            return ast.get_source_segment(text, node)
        if isinstance(node, ast.UnaryOp):
            return ("neg", read(node.operand))
        if isinstance(node, ast.BinOp):
            return (IN_PYTHON[type(node.op)], read(node.left), read(node.right))
        if isinstance(node, ast.Compare):
            return (IN_PYTHON[type(node.ops[0])], read(node.left), read(node.comparators[0]))
        return (node.func.id, *[read(x) for x in node.args])
    return read(ast.parse(text, mode="eval").body)


def with_operands(tree: Tree, operands: dict[str, Tree]) -> Tree:
    """A tree with others in the places of its names."""
    if isinstance(tree, str):
        return operands.get(tree, tree)
    return (tree[0], *[with_operands(x, operands) for x in tree[1:]])


def written(tree: Tree) -> str:
    """The formula of a tree."""
    return tree if isinstance(tree, str) else ROWS[tree[0]].text.format(*[f"({written(x)})" if tree[0] in ("*", "/", "**", "neg", "-") and not isinstance(x, str) else written(x) for x in tree[1:]])


def names_of(tree: Tree) -> list[str]:
    """The inputs in a tree, each once."""
    if isinstance(tree, str):
        return [tree] if tree in ("x", "y", "z") else []
    return list(dict.fromkeys([name for x in tree[1:] for name in names_of(x)]))


def derivative(tree: Tree, by: str) -> Tree:
    """The derivative of a tree by one of its inputs, by the chain rule."""
    if isinstance(tree, str):
        return "1" if tree == by else "0"
    operands = dict(zip("abc", tree[1:]))
    total: Tree = "0"
    for part, x in zip(ROWS[tree[0]].partials, tree[1:]):
        slope = derivative(x, by)
        if part == "0" or slope == "0":
            continue
        local = with_operands(tree_of(part), operands)
        term = local if slope == "1" else slope if part == "1" else ("*", local, slope)
        total = term if total == "0" else ("+", total, term)
    return total


class SingularError(Exception):
    """A tree has no value at a point, or a kink."""


def number_of(tree: Tree, point: dict[str, Any], sizes: list[Any] | None = None) -> Any:
    """The number of a tree at a point, in mpmath's current precision. Raises SingularError where there is none, and if the sizes of
    all numbers are asked for, also at a kink."""
    if isinstance(tree, str):
        x = point[tree] if tree in point else mpmath.pi() if tree == "pi" else mpmath.mpf(tree)
    else:
        row = ROWS[tree[0]]
        if tree[0] in ("where", "if"):
            c = number_of(tree[1], point, sizes)
            operands = [c, *[number_of(part, point, sizes) if (bool(c) if tree[0] == "where" else c > mpmath.mpf("0.3")) == (k == 0) else mpmath.mpf(0) for k, part in enumerate(tree[2:])]]
        else:
            operands = [number_of(x, point, sizes) for x in tree[1:]]
        try:
            if any(abs(z) > 1e300 for z in operands) and tree[0] not in "+-*/neg":
                raise SingularError
            if sizes is not None and row.kink and abs(number_of(tree_of(row.kink), dict(zip("abc", operands)))) <= 1e-9 * max(map(abs, operands)):
                raise SingularError
            x = row.number(*operands)
        except (ArithmeticError, ValueError, TypeError):
            raise SingularError from None
    if not isinstance(x, mpmath.mpf) or not abs(x) < 1e300:
        raise SingularError
    if sizes is not None:
        sizes.append(abs(x))
    return x


def tree(tape: random.Random, operations: int, constants: Sequence[str] = CONSTANTS) -> Tree:
    """A random formula with about so many operations, each operand kept in its domain, as a rule."""
    if operations <= 0:
        return tape.choice(("x", "y", "x", "y", "z")) if not tape.chance(0.25) else tree_of(tape.choice(constants))
    name = tape.choice(CHOSEN)
    row = ROWS[name]
    count = len(row.partials)
    left = [tape.randrange(operations) for _ in range(count - 1)]
    parts = [tree(tape, n, constants) for n in ([max(operations - 1 - sum(left), 0), *left] if count else [])]
    if tape.chance(0.85):
        parts = [with_operands(tree_of(tape.choice(KEPT[kind])), {"a": x}) if (kind and not isinstance(x, str)) or (x in ("x", "y", "z") and kind) else x for x, kind in zip(parts, row.inside or [""] * count)]
    if name in ("**", "pow") and tape.chance(0.6):
        parts[1] = tape.choice(("2", "3", "0.5", "-1", "1.5", "0", "1"))
    if name == "where":
        parts[0] = (tape.choice((">", "<")), parts[0], tree(tape, 0, constants))
    return (name, *parts)


def slipped(tape: random.Random, claim: Tree, names: Sequence[str]) -> Tree:
    """A claim with a mistake, in these names."""
    kind = tape.randrange(8)
    if kind == 0:
        return ("neg", claim)
    if kind == 1:
        return ("*", claim, "1.000001")
    if kind == 2:
        return ("*", tape.choice(("2", "0.5", "0.999999")), claim)
    if kind == 3:
        return ("+", claim, tape.choice(("1", "0.001", names[0], "1e-8")))
    return _changed(tape, claim, names)


def _changed(tape: random.Random, x: Tree, names: Sequence[str]) -> Tree:
    """A tree with one change somewhere: a leaf, an operation, or only a part left."""
    if isinstance(x, str):
        return tape.choice([z for z in ("1", "2", *names, "0.5", "3", "-1") if z != x])
    if tape.chance(0.5):
        k = tape.randrange(len(x) - 1) + 1
        return (*x[:k], _changed(tape, x[k], names), *x[k + 1:])
    if tape.chance(0.5):
        return x[tape.randrange(len(x) - 1) + 1]
    same = [name for name in CHOSEN if len(ROWS[name].partials) == len(ROWS[x[0]].partials) and name != x[0]]
    return (tape.choice(same), *x[1:])


DIGITS, FINER = 60, 700                                              # 700: so that 1e-300 beside 1 is seen
