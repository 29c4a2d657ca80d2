"""The table of slips: what people write instead of a local partial, or of the rule for a whole node.

A slip of one operation is a formula like the partials in ops.py: written against an arithmetic m, it takes the value y and the
operands. Evaluated in floats it gives the number, and in text the words, with the names of the reader's own nodes. A slip of any
operation is a formula of the right partial d, the value y and the operand x. The lower the `cost`, the likelier the slip.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ...arithmetic.floats import FLOAT
from ...arithmetic.text import TEXT, Text
from ...ops import FLAT, SELU_ALPHA, SELU_SCALE, TABLE
from .samples import Sample, Spot

LN10, LN2 = math.log(10.0), math.log(2.0)
WROTE = "{dv} is {right}, not {wrote}"


@dataclass(frozen=True)
class Slip:
    """A slip at an edge. `kind` names the mistake, `words` describes it, with {v}, {u}, {dv} (∂v/∂u), {right} and {wrote} filled in."""

    kind: str
    cost: float
    rule: Callable[..., Any]                                         # of (d, y, x); for one operation, of (m, y, *operands)
    words: str = WROTE
    is_general: bool = False

    def writes(self, spot: Spot) -> float:
        """The number written instead of the local partial. Raises ArithmeticError or ValueError if there is none."""
        if self.is_general:
            return float(self.rule(spot.d, spot.y, spot.x))
        d = float(self.rule(FLOAT, spot.y, *_operands(spot.name, spot.j, spot.xs)))
        if not math.isfinite(d):
            raise ValueError("not finite")
        return d

    def wrote(self, m: Any, y: Text, name: str, j: int, xs: Sequence[Any]) -> str:
        """The formula written instead of the local partial, in a text arithmetic."""
        return "" if self.is_general else str(m.number(self.rule(m, y, *_operands(name, j, xs))))


def _operands(name: str, j: int, xs: Sequence[Any]) -> Sequence[Any]:
    """The arguments of a slip's formula: all operands, or for an nary operation the one operand and their number."""
    return (xs[j], float(len(xs))) if name in TABLE and TABLE[name].nary else xs


def _root(d: float) -> float:
    return math.copysign(math.sqrt(abs(d)), d)


# Slips of any operation --------------------------------------------------------------------------------------------------------

ANYWHERE: Sequence[Slip] = tuple([Slip(kind, cost, rule, words, is_general=True) for kind, cost, rule, words in (
    ("sign flipped", 1.5, lambda d, y, x: -d, "the sign of {dv} is flipped: it is {right}"),
    ("path forgotten", 1.2, lambda d, y, x: 0.0, ""),
    ("chain factor dropped", 1.0, lambda d, y, x: 1.0, "the chain factor {dv} = {right} is dropped"),
    ("factor 2 too much", 2.0, lambda d, y, x: 2.0 * d, "{dv} is doubled: it is {right}"),
    ("factor 2 missing", 2.0, lambda d, y, x: 0.5 * d, "{dv} is halved: it is {right}"),
    ("inverted", 1.6, lambda d, y, x: 1.0 / d, "{dv} is upside down: it is {right}"),
    ("output for the derivative", 1.4, lambda d, y, x: y, "{v} itself is used instead of its derivative {dv} = {right}"),
    ("input for the derivative", 1.6, lambda d, y, x: x, "{u} itself is used instead of {dv} = {right}"),
    ("squared", 1.75, lambda d, y, x: d * d, "{dv} = {right} is squared"),
    ("square missing", 2.1, lambda d, y, x: _root(d), "the square is missing in {dv} = {right}"),
    ("sign flipped, and inverted", 1.8, lambda d, y, x: -1.0 / d, "{dv} is upside down and has the wrong sign: it is {right}"),
)])

OF_LOGARITHMS: Sequence[Slip] = tuple([Slip(kind, cost, rule, words, is_general=True) for kind, cost, rule, words in (
    ("ln 10", 1.05, lambda d, y, x: d * LN10, "{dv} is for the wrong base, with an extra factor ln 10 = 2.302585: it is {right}"),
    ("1/ln 10", 1.05, lambda d, y, x: d / LN10,
     "{dv} is for base 10, without a factor ln 10 = 2.302585: it is {right}"),
    ("ln 2", 1.1, lambda d, y, x: d * LN2, "{dv} has an extra factor ln 2 = 0.693147: it is {right}"),
    ("1/ln 2", 1.1, lambda d, y, x: d / LN2, "{dv} lacks a factor ln 2 = 0.693147: it is {right}"),
)])

OPERANDS_SWAPPED = "operands swapped"                                # the partial by the other of two operands
LOGARITHMIC = {"log", "log2", "log10", "log1p", "exp", "exp2", "expm1", "pow", "softplus", "log_sigmoid", "logsumexp", "sigmoid"}
TWO_SIDED = {"mul", "div", "atan2", "hypot", "maximum", "minimum"}

# Operations, or operands of them, at which a general slip is likelier or less likely than elsewhere.
COSTS: dict[str, dict[str, float]] = {
    "neg": {"output for the derivative": 1.9, "input for the derivative": 1.9},
    "square": {"factor 2 missing": 0.96}, "pow": {"factor 2 missing": 1.0}, "pow 1": {"output for the derivative": 0.95},
    "sqrt": {"factor 2 too much": 0.97, "inverted": 0.99}, "cbrt": {"inverted": 1.1}, "hypot": {"input for the derivative": 0.95, "factor 2 too much": 0.97},
    "exp": {"inverted": 0.96}, "exp2": {"output for the derivative": 0.96}, "expm1": {"output for the derivative": 0.95},
    "log": {"squared": 0.95, "inverted": 1.1, "sign flipped, and inverted": 1.65, "output for the derivative": 1.0}, "log10": {"ln 10": 0.95}, "log2": {"ln 2": 0.95},
    "reciprocal": {"square missing": 0.95, "inverted": 1.1}, "div": {"inverted": 1.1, "sign flipped, and inverted": 1.65}, "div 0": {"squared": 0.95, "inverted": 0.96}, "div 1": {"output for the derivative": 0.98},
    "asin": {"squared": 0.95, "sign flipped": 0.97}, "acos": {"sign flipped": 0.9}, "atan": {"square missing": 0.96}, "asinh": {"squared": 0.96},
    "erf": {"factor 2 missing": 0.99}, "abs": {"chain factor dropped": 0.95, "output for the derivative": 0.96},
    "relu": {"chain factor dropped": 0.96, "output for the derivative": 0.97}, "leaky_relu": {"chain factor dropped": 0.96, "output for the derivative": 0.98},
    "clamp": {"chain factor dropped": 0.95}, "prod": {"output for the derivative": 1.3}, "mul": {"output for the derivative": 1.3, "input for the derivative": 1.2},
    "dot": {"input for the derivative": 1.2}, **{name: {"output for the derivative": 1.0} for name in ("sigmoid", "tanh", "softplus", "elu", "sin", "cos")}}
NEGATIVE = 0.9                                                       # cost of a flipped sign if the partial has a minus

# Slips of one operation, by operand --------------------------------------------------------------------------------------------

OF_OPERATIONS: dict[str, Sequence[tuple[str, Callable[..., Any]]]] = {
    "tanh": (("square missing: 1 - t for 1 - t²", lambda m, y, x: 1.0 - y), ("1 - x² for 1 - t²", lambda m, y, x: 1.0 - m.square(x)),
             ("1 + t² for 1 - t²", lambda m, y, x: 1.0 + m.square(y)), ("sigmoid's rule for tanh", lambda m, y, x: y * (1.0 - y)),
             ("t² for 1 - t²", lambda m, y, x: m.square(y)), ("square of the wrong thing", lambda m, y, x: m.square(1.0 - y))),
    "sigmoid": (("1 - s for s(1 - s)", lambda m, y, x: 1.0 - y), ("x(1 - x) for s(1 - s)", lambda m, y, x: x * (1.0 - x)),
                ("s(1 + s) for s(1 - s)", lambda m, y, x: y * (1.0 + y)), ("tanh's rule for the sigmoid", lambda m, y, x: 1.0 - m.square(y)),
                ("s² for s(1 - s)", lambda m, y, x: m.square(y)), ("1 - s² for s(1 - s)", lambda m, y, x: y * (1.0 - m.square(y))),
                ("s - 1 for s(1 - s)", lambda m, y, x: y - 1.0)),
    "exp": (("power rule on an exponential", lambda m, y, x: x * m.exp(x - 1.0)), ("divided instead of multiplied", lambda m, y, x: y / x)),
    "exp2": (("power rule on an exponential", lambda m, y, x: x * m.pow(2.0, x - 1.0)),),
    "square": (("exponent not lowered", lambda m, y, x: 2.0 * m.square(x)), ("derived twice", lambda m, y, x: 2.0), ("integrated", lambda m, y, x: m.pow(x, 3.0) / 3.0)),
    "sqrt": (("multiplied instead of divided by the root", lambda m, y, x: m.sqrt(x) / 2.0), ("root missing", lambda m, y, x: 1.0 / (2.0 * x)),
             ("exponent lowered wrongly", lambda m, y, x: m.sqrt(x) / (2.0 * m.square(x))), ("integrated", lambda m, y, x: 2.0 * x * m.sqrt(x) / 3.0)),
    "cbrt": (("factor 1/3 missing", lambda m, y, x: 1.0 / m.square(y)), ("exponent lowered wrongly", lambda m, y, x: 1.0 / (3.0 * y))),
    "log": (("1/log x for 1/x", lambda m, y, x: 1.0 / y), ("-1/x² for 1/x", lambda m, y, x: -1.0 / m.square(x))),
    "log10": (("ln 10 on the wrong side", lambda m, y, x: m.log(10.0) / x),),
    "log2": (("ln 2 on the wrong side", lambda m, y, x: m.log(2.0) / x),),
    "log1p": (("1/x for 1/(1 + x)", lambda m, y, x: 1.0 / x),),
    "reciprocal": (("integrated", lambda m, y, x: m.log(x)),),
    "tan": (("square missing: 1/cos for 1/cos²", lambda m, y, x: 1.0 / m.cos(x)), ("tan² for 1 + tan²", lambda m, y, x: m.square(y)),
            ("1 - tan² for 1 + tan²", lambda m, y, x: 1.0 - m.square(y)), ("sec tan for sec²", lambda m, y, x: y / m.cos(x)),
            ("-1/sin² for 1/cos²", lambda m, y, x: -1.0 / m.square(m.sin(x)))),
    "asin": (("1 + x² for 1 - x²", lambda m, y, x: 1.0 / m.sqrt(1.0 + m.square(x))),),
    "acos": (("root missing", lambda m, y, x: -1.0 / (1.0 - m.square(x))),),
    "atan": (("1 - x² for 1 + x²", lambda m, y, x: 1.0 / (1.0 - m.square(x))), ("square missing", lambda m, y, x: 1.0 / (1.0 + x))),
    "asinh": (("1 - x² for 1 + x²", lambda m, y, x: 1.0 / m.sqrt(1.0 - m.square(x))),),
    "acosh": (("1 + x² for x² - 1", lambda m, y, x: 1.0 / m.sqrt(m.square(x) + 1.0)),),
    "atanh": (("1 + x² for 1 - x²", lambda m, y, x: 1.0 / (1.0 + m.square(x))),),
    "erf": (("sign of the exponent", lambda m, y, x: 2.0 / m.sqrt(m.pi) * m.exp(m.square(x))), ("2/√π forgotten", lambda m, y, x: m.exp(-m.square(x))),
            ("1/√(2π) for 2/√π", lambda m, y, x: m.exp(-m.square(x)) / m.sqrt(2.0 * m.pi)),
            ("normal density for erf'", lambda m, y, x: m.exp(-m.square(x) / 2.0) / m.sqrt(2.0 * m.pi))),
    "erfc": (("2/√π forgotten", lambda m, y, x: -m.exp(-m.square(x))),),
    "relu": (("the two sides are swapped", lambda m, y, x: m.where(x > 0.0, 0.0, 1.0)),),
    "leaky_relu 0": (("the slope is forgotten", lambda m, y, x, slope: m.where(x > 0.0, 1.0, 0.0)),
                     ("the slope's sign is flipped", lambda m, y, x, slope: m.where(x > 0.0, 1.0, -slope))),
    "elu 0": (("alpha is forgotten", lambda m, y, x, alpha: m.where(x > 0.0, 1.0, m.exp(x))), ("f for f + alpha", lambda m, y, x, alpha: m.where(x > 0.0, 1.0, y)),
              ("f + 1 for f + alpha", lambda m, y, x, alpha: m.where(x > 0.0, 1.0, y + 1.0)), ("f - alpha for f + alpha", lambda m, y, x, alpha: m.where(x > 0.0, 1.0, y - alpha))),
    "selu": (("the scale is forgotten", lambda m, y, x: m.where(x > 0.0, 1.0, SELU_ALPHA * m.exp(x))),
             ("alpha is forgotten", lambda m, y, x: m.where(x > 0.0, SELU_SCALE, SELU_SCALE * m.exp(x)))),
    "softplus": (("1 - σ for σ", lambda m, y, x: 1.0 / (1.0 + m.exp(x))), ("the derivative of the sigmoid", lambda m, y, x: m.sigmoid(x) * (1.0 - m.sigmoid(x))),
                 ("exp(x) for σ(x)", lambda m, y, x: m.exp(x)), ("sigmoid's rule for softplus", lambda m, y, x: y * (1.0 - y))),
    "log_sigmoid": (("σ for 1 - σ", lambda m, y, x: m.sigmoid(x)), ("1/σ: the chain stops at the logarithm", lambda m, y, x: 1.0 / m.sigmoid(x))),
    "logsumexp": (("normalisation forgotten", lambda m, y, x, n: m.exp(x)), ("p(1 - p) for p", lambda m, y, x, n: m.exp(x - y) * (1.0 - m.exp(x - y))),
                  ("1/n for the softmax", lambda m, y, x, n: 1.0 / n), ("1/sum of exp: the chain factor exp is dropped", lambda m, y, x, n: 1.0 / m.exp(y)),
                  ("1 - p for p", lambda m, y, x, n: 1.0 - m.exp(x - y))),
    "hypot 0": (("divided by the square", lambda m, y, a, b: a / m.square(y)), ("chain factor dropped", lambda m, y, a, b: 1.0 / (2.0 * y)),
                ("chain factor dropped", lambda m, y, a, b: 1.0 / y)),
    "hypot 1": (("divided by the square", lambda m, y, a, b: b / m.square(y)), ("chain factor dropped", lambda m, y, a, b: 1.0 / (2.0 * y)),
                ("chain factor dropped", lambda m, y, a, b: 1.0 / y)),
    "pow 0": (("exponent not lowered", lambda m, y, x, n: n * m.pow(x, n)), ("the factor n is missing", lambda m, y, x, n: m.pow(x, n - 1.0)),
              ("exponential rule on a power", lambda m, y, x, n: y * m.log(x)),
              ("base and exponent exchanged", lambda m, y, x, n: x * m.pow(n, x - 1.0)), ("exponent lowered twice", lambda m, y, x, n: n * m.pow(x, n - 2.0)),
              ("factor n - 1 for n", lambda m, y, x, n: (n - 1.0) * m.pow(x, n - 1.0)), ("exponent raised", lambda m, y, x, n: n * m.pow(x, n + 1.0)),
              ("integrated", lambda m, y, x, n: m.pow(x, n + 1.0) / (n + 1.0)), ("factor n - 1 for n", lambda m, y, x, n: (n - 1.0) * m.pow(x, n)),
              ("derived twice", lambda m, y, x, n: n * (n - 1.0) * m.pow(x, n - 2.0)), ("factor n + 1 for n", lambda m, y, x, n: (n + 1.0) * m.pow(x, n - 1.0))),
    "pow 1": (("power rule on an exponential", lambda m, y, x, n: n * m.pow(x, n - 1.0)), ("log of the exponent for log of the base", lambda m, y, x, n: y * m.log(n)),
              ("divided by log instead of multiplied", lambda m, y, x, n: y / m.log(x))),
    "div 1": (("the quotient rule's square is missing", lambda m, y, a, b: -a / b), ("the numerator is missing", lambda m, y, a, b: -1.0 / m.square(b)),
              ("exponent lowered wrongly", lambda m, y, a, b: -a / m.pow(b, 3.0)),
              ("derived as if upside down", lambda m, y, a, b: 1.0 / a), ("integrated", lambda m, y, a, b: a * m.log(b))),
}
FIRST, NEXT = 0.95, 0.01                                             # cost of an operation's first slip, and the increase for each one after it
UNLIKELY = {"derived as if upside down": 0.6, "factor n + 1 for n": 0.4, "exponent lowered twice": 0.3, "integrated": 0.1, "derived twice": 0.2,
            "the factor n is missing": -0.04}


@cache
def slips_of(name: str, j: int) -> tuple[Slip, ...]:
    """The slips at the edge to operand j of an operation, the likeliest first."""
    key = f"{name} {j}"
    own = [Slip(kind, FIRST + NEXT * k + UNLIKELY.get(kind, 0.0), rule)
           for k, (kind, rule) in enumerate(OF_OPERATIONS.get(key, OF_OPERATIONS.get(name, ())))]
    costs = {"sign flipped": NEGATIVE} if _has_a_minus(name, j) else {}
    costs |= COSTS.get(name, {}) | COSTS.get(key, {})
    general = [*ANYWHERE, *(OF_LOGARITHMS if name in LOGARITHMIC else ()), *([_swapped(name, j)] if name in TWO_SIDED else [])]
    return tuple(sorted([*own, *[Slip(s.kind, costs.get(s.kind, s.cost), s.rule, s.words, s.is_general) for s in general]],
                        key=lambda slip: slip.cost))


def _swapped(name: str, j: int) -> Slip:
    other = TABLE[name].partials[1 - j]
    return Slip(OPERANDS_SWAPPED, 1.3, other, "the partials of {v} are swapped: {dv} is {right}")


def _has_a_minus(name: str, j: int) -> bool:
    """Whether the operation's partial is written with a minus sign, which is easily lost."""
    row = TABLE.get(name)
    if row is None or row.nary or j >= len(row.partials) or row.partials[j] is FLAT:
        return False
    partial = row.partials[j](TEXT, Text("y"), *[Text(x) for x in row.operand_names])
    return str(TEXT.number(partial)).rpartition("else ")[2].lstrip("(").startswith("-")


# At the wrong place: d v / d u taken at another number -------------------------------------------------------------------------

@dataclass(frozen=True)
class Elsewhere:
    """A derivative taken at the wrong place instead of u: at node number `node`, or at u's own slope if that is None. With `alone`,
    the factor u' is dropped, too."""

    kind: str
    cost: float
    node: int | None
    alone: bool = False

    def writes(self, spot: Spot) -> float:
        """What is written instead of d v / d u."""
        x = spot.slope if self.node is None else spot.tape.values[self.node]
        return spot.tape.partial_at(spot.k, x) / (spot.slope if self.alone else 1.0)


LINEAR = ("add", "sub", "mul", "div", "neg", "sum", "dot", "prod", "where")


def elsewhere(spot: Spot, x: int) -> list[Elsewhere]:
    """The wrong places at which the derivative of a unary operation may have been taken, seen from input number x."""
    u = spot.tape.operands[spot.k][spot.j]
    if spot.j != 0 or u is None or spot.name in LINEAR:
        return []
    found = [Elsewhere("derivative taken at the output", 1.15, spot.k)]
    found += [Elsewhere("derivative taken at the inner operand", 1.28, w) for w in spot.tape.operands[u] if w is not None and w != x]
    if x != u:
        found += [Elsewhere("derivative taken at the input", 1.1, x),
                  Elsewhere("derivative taken at the input, and the chain factor dropped", 1.3, x, True),
                  Elsewhere("derivative taken at the inner derivative", 1.2, None, True),
                  Elsewhere("derivative taken at the inner derivative", 1.3, None)]
    return found


# Of a node whose two operands both depend on the input -------------------------------------------------------------------------

# The derivative of the whole node, from its operands and their derivatives.
RULES: dict[str, Callable[..., Any]] = {
    "mul": lambda m, a, b, da, db: da * b + a * db,
    "div": lambda m, a, b, da, db: (da * b - a * db) / m.square(b),
}


@dataclass(frozen=True)
class NodeSlip:
    """What is written instead of the rule for a whole node: a formula of its operands a, b and their derivatives da, db."""

    kind: str
    cost: float
    rule: Callable[..., Any]
    words: str                                                       # with {v} filled in; the right rule is added
    with_constant: bool = False                                      # also if the first operand does not depend on the input

    def writes(self, sample: Sample, k: int) -> float:
        """The gradient with that instead of d v / d input."""
        tape, slopes = sample.graph, sample.slopes
        da, db = [0.0 if u is None else slopes[u] for u in tape.operands[k]]
        there = float(self.rule(FLOAT, *tape.inputs[k], da, db))
        return sample.gradient + tape.adjoints[k] * (there - slopes[k])


OF_NODES: dict[str, tuple[NodeSlip, ...]] = {
    "mul": (NodeSlip("product rule: u'v' for u'v + uv'", 0.9, lambda m, a, b, da, db: da * db,
                     "the derivative of the product {v} is computed as the product of the derivatives"),
            NodeSlip("product rule: u' + v' for u'v + uv'", 1.2, lambda m, a, b, da, db: da + db,
                     "the factors are left out of the product rule for {v}"),
            NodeSlip("product rule: minus for plus", 0.95, lambda m, a, b, da, db: da * b - a * db,
                     "the product rule for {v} has a plus"),
            NodeSlip("product rule: minus for plus", 1.4, lambda m, a, b, da, db: a * db - da * b,
                     "the product rule for {v} has a plus"),
            NodeSlip("product rule: u'u + v'v for u'v + uv'", 1.1, lambda m, a, b, da, db: da * a + db * b,
                     "the product rule for {v} multiplies each factor by its own derivative")),
    "div": (NodeSlip("quotient rule: u'/v'", 0.9, lambda m, a, b, da, db: da / db,
                     "the derivative of the quotient {v} is computed as the quotient of the derivatives"),
            NodeSlip("product rule: u'v' for u'v + uv'", 0.97, lambda m, a, b, da, db: -da * db / m.square(b),
                     "the derivatives of the factors of {v}, the numerator and 1/divisor, are multiplied"),
            NodeSlip("quotient rule: the order is reversed", 0.9, lambda m, a, b, da, db: (a * db - da * b) / m.square(b),
                     "the terms of the quotient rule for {v} are in the wrong order"),
            NodeSlip("quotient rule: the square is missing", 0.95, lambda m, a, b, da, db: (da * b - a * db) / b,
                     "the divisor in the quotient rule for {v} is not squared"),
            NodeSlip("quotient rule: the divisor is missing", 1.0, lambda m, a, b, da, db: da * b - a * db,
                     "the divisor is missing in the quotient rule for {v}"),
            NodeSlip("quotient rule: plus for minus", 0.88, lambda m, a, b, da, db: (da * b + a * db) / m.square(b),
                     "the quotient rule for {v} has a minus"),
            NodeSlip("quotient rule: divided by the wrong square", 1.1, lambda m, a, b, da, db: (da * b - a * db) / m.square(a),
                     "the quotient rule for {v} divides by the square of the divisor, not of the numerator"),
            NodeSlip("quotient rule: the order is reversed, and the square is missing", 1.5, lambda m, a, b, da, db: (a * db - da * b) / b,
                     "the terms of the quotient rule for {v} are in the wrong order, and its divisor is not squared"),
            NodeSlip("only the divisor is derived", 1.4, lambda m, a, b, da, db: a / db, "only the divisor of {v} is differentiated",
                     with_constant=True)),
}
