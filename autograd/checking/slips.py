"""The slips that are made with one local partial, or with one node: what each turns it into, and how it is put into words.

A slip of an edge says what a learner writes in the place of the local partial d v / d u; one of a node says what comes in the
place of the sum of its operands' terms. `cost` ranks them: the lower, the likelier.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..ops import SELU_ALPHA, SELU_SCALE
from .tape import Tape

LN10, LN2 = math.log(10.0), math.log(2.0)


class Spot:
    """An edge of a tape, seen from one input: node v = op(..., u, ...).

    Attributes:
        name: the operation. y: v's value. xs: its operands. j: which of them u is. x: its value. d: the local partial.
        slope: d u / d input.
    """

    __slots__ = ("tape", "k", "j", "name", "y", "xs", "x", "d", "slope")

    def __init__(self, tape: Tape, k: int, j: int, slope: float) -> None:
        row = tape.rows[k]
        assert row is not None
        self.tape, self.k, self.j, self.slope = tape, k, j, slope
        self.name, self.y, self.xs, self.x, self.d = row.name, tape.values[k], tape.inputs[k], tape.inputs[k][j], tape.partials[k][j] or 0.0

    @property
    def other(self) -> float:
        """The other operand of two."""
        return self.xs[1 - self.j]


Rule = Callable[[Spot], float]


@dataclass(frozen=True)
class Slip:
    """A slip of an edge. `kind` names the mistake; `words` has {v}, {u}, {dv} (∂v/∂u), {right} and {wrong} for what it says."""

    kind: str
    cost: float
    rule: Rule
    words: str


def _root(d: float) -> float:
    return math.copysign(math.sqrt(abs(d)), d)


ANYWHERE: Sequence[Slip] = (
    Slip("sign flipped", 1.5, lambda e: -e.d, "the sign of {dv} is flipped: it is {right}"),
    Slip("path forgotten", 1.2, lambda e: 0.0, ""),
    Slip("chain factor dropped", 1.0, lambda e: 1.0, "the chain factor {dv} = {right} is dropped"),
    Slip("factor 2 too much", 2.0, lambda e: 2.0 * e.d, "{dv} is taken twice: it is {right}"),
    Slip("factor 2 missing", 2.0, lambda e: 0.5 * e.d, "{dv} is halved: it is {right}"),
    Slip("inverted", 1.6, lambda e: 1.0 / e.d, "{dv} is upside down: it is {right}"),
    Slip("output for the derivative", 1.4, lambda e: e.y, "{v} itself stands where its derivative {dv} = {right} belongs"),
    Slip("input for the derivative", 1.6, lambda e: e.x, "{u} itself stands where {dv} = {right} belongs"),
    Slip("squared", 1.75, lambda e: e.d * e.d, "{dv} = {right} is squared"),
    Slip("square missing", 2.1, lambda e: _root(e.d), "{dv} = {right} has lost a square"),
    Slip("sign flipped, and inverted", 1.8, lambda e: -1.0 / e.d, "{dv} is upside down and of the other sign: it is {right}"),
)

OF_TWO = Slip("operands swapped", 1.3, lambda e: e.tape.other_partial(e.k, 1 - e.j) or 0.0,
              "the partials of {v} are swapped: {dv} is {right}")

NEGATIVE = {("cos", 0), ("sub", 1), ("neg", 0), ("div", 1), ("reciprocal", 0), ("acos", 0), ("erfc", 0), ("atan2", 1)}
LOGARITHMIC = {"log", "log2", "log10", "log1p", "exp", "exp2", "expm1", "pow", "softplus", "log_sigmoid", "logsumexp", "sigmoid"}
TWO_SIDED = {"mul", "div", "pow", "atan2", "hypot", "maximum", "minimum"}

OF_LOGARITHMS: Sequence[Slip] = (
    Slip("ln 10", 1.05, lambda e: e.d * LN10, "{dv} is that of another base: ln 10 = 2.302585 too large; it is {right}"),
    Slip("1/ln 10", 1.05, lambda e: e.d / LN10, "{dv} is that of the logarithm to base 10: a factor ln 10 = 2.302585 is missing; it is {right}"),
    Slip("ln 2", 1.1, lambda e: e.d * LN2, "{dv} has a factor ln 2 = 0.693147 too much: it is {right}"),
    Slip("1/ln 2", 1.1, lambda e: e.d / LN2, "{dv} lacks a factor ln 2 = 0.693147: it is {right}"),
)

# Of one operation, by operand. A text in the table of a row says what was written; {u}, {v} are filled in.
_WROTE = "{dv} is {right}, and not {wrote}"
Rules = dict[str, tuple[tuple[str, str, Rule], ...]]

OF_ONE: Rules = {
    "tanh": (("square missing: 1 - t for 1 - t²", "1 - {v}", lambda e: 1.0 - e.y), ("1 - x² for 1 - t²", "1 - {u}²", lambda e: 1.0 - e.x * e.x),
             ("1 + t² for 1 - t²", "1 + {v}²", lambda e: 1.0 + e.y * e.y), ("sigmoid's rule for tanh", "{v}(1 - {v})", lambda e: e.y * (1.0 - e.y)),
             ("t² for 1 - t²", "{v}²", lambda e: e.y * e.y),
             ("square of the wrong thing", "(1 - {v})²", lambda e: (1.0 - e.y) ** 2)),
    "sigmoid": (("1 - s for s(1 - s)", "1 - {v}", lambda e: 1.0 - e.y), ("x(1 - x) for s(1 - s)", "{u}(1 - {u})", lambda e: e.x * (1.0 - e.x)),
                ("s(1 + s) for s(1 - s)", "{v}(1 + {v})", lambda e: e.y * (1.0 + e.y)), ("tanh's rule for the sigmoid", "1 - {v}²", lambda e: 1.0 - e.y * e.y),
                ("s² for s(1 - s)", "{v}²", lambda e: e.y * e.y),
                ("1 - s² for s(1 - s)", "{v}(1 - {v}²)", lambda e: e.y * (1.0 - e.y * e.y)), ("s - 1 for s(1 - s)", "{v} - 1", lambda e: e.y - 1.0)),
    "exp": (("power rule on an exponential", "{u} exp({u} - 1)", lambda e: e.x * math.exp(e.x - 1.0)), ("exp(-x) for exp(x)", "exp(-{u})", lambda e: math.exp(-e.x)),
            ("divided instead of multiplied", "{v}/{u}", lambda e: e.y / e.x)),
    "exp2": (("power rule on an exponential", "{u} × 2^({u} - 1)", lambda e: e.x * 2.0 ** (e.x - 1.0)), ("ln 2 forgotten", "{v}: the factor ln 2 is missing", lambda e: e.y)),
    "square": (("exponent not lowered", "2{u}²", lambda e: 2.0 * e.x * e.x), ("factor 2 missing", "{u}", lambda e: e.x), ("derived twice", "2", lambda e: 2.0),
               ("integrated", "{u}³/3", lambda e: e.x ** 3 / 3.0)),
    "sqrt": (("multiplied instead of divided by the root", "√{u}/2", lambda e: 0.5 * e.y), ("root missing", "1/(2{u})", lambda e: 0.5 / e.x),
             ("factor 1/2 missing", "1/√{u}", lambda e: 1.0 / e.y), ("exponent lowered wrongly", "√{u}/(2{u}²)", lambda e: 0.5 * e.y / e.x ** 2),
             ("inverted", "2√{u}", lambda e: 2.0 * e.y), ("integrated", "2/3 {u}√{u}", lambda e: e.x * e.y * 2.0 / 3.0)),
    "cbrt": (("factor 1/3 missing", "1/{v}²", lambda e: 1.0 / e.y ** 2), ("exponent lowered wrongly", "1/(3{v})", lambda e: 1.0 / (3.0 * e.y))),
    "log": (("1/x² for 1/x", "1/{u}²", lambda e: 1.0 / e.x ** 2), ("1/log x for 1/x", "1/{v}", lambda e: 1.0 / e.y), ("-1/x² for 1/x", "-1/{u}²", lambda e: -1.0 / e.x ** 2)),
    "log10": (("ln 10 forgotten", "1/{u}: the factor 1/ln 10 is missing (ln 10 = 2.302585)", lambda e: 1.0 / e.x), ("ln 10 on the wrong side", "ln 10/{u}", lambda e: LN10 / e.x)),
    "log2": (("ln 2 forgotten", "1/{u}: the factor 1/ln 2 is missing", lambda e: 1.0 / e.x), ("ln 2 on the wrong side", "ln 2/{u}", lambda e: LN2 / e.x)),
    "log1p": (("1/x for 1/(1 + x)", "1/{u}", lambda e: 1.0 / e.x),),
    "expm1": (("the -1 kept", "{v}", lambda e: e.y),),
    "reciprocal": (("square missing", "-1/{u}", lambda e: -1.0 / e.x), ("integrated", "log({u})", lambda e: math.log(e.x))),
    "cos": (("sin' and cos' confused: the minus is missing", "sin({u})", lambda e: -e.d),),
    "tan": (("square missing: 1/cos for 1/cos²", "1/cos({u})", lambda e: 1.0 / math.cos(e.x)), ("tan² for 1 + tan²", "{v}²", lambda e: e.y ** 2),
            ("1 - tan² for 1 + tan²", "1 - {v}²", lambda e: 1.0 - e.y ** 2), ("sec tan for sec²", "{v}/cos({u})", lambda e: e.y / math.cos(e.x)),
            ("-1/sin² for 1/cos²", "-1/sin²({u})", lambda e: -1.0 / math.sin(e.x) ** 2)),
    "asin": (("root missing", "1/(1 - {u}²)", lambda e: e.d * e.d), ("1 + x² for 1 - x²", "1/√(1 + {u}²)", lambda e: 1.0 / math.hypot(1.0, e.x)),
             ("acos' for asin'", "-1/√(1 - {u}²)", lambda e: -e.d)),
    "acos": (("root missing", "-1/(1 - {u}²)", lambda e: -e.d * e.d), ("the minus is missing: asin' for acos'", "1/√(1 - {u}²)", lambda e: -e.d)),
    "atan": (("1 - x² for 1 + x²", "1/(1 - {u}²)", lambda e: 1.0 / (1.0 - e.x ** 2)), ("a root too much", "1/√(1 + {u}²)", lambda e: _root(e.d)),
             ("square missing", "1/(1 + {u})", lambda e: 1.0 / (1.0 + e.x))),
    "asinh": (("1 - x² for 1 + x²", "1/√(1 - {u}²)", lambda e: 1.0 / math.sqrt(1.0 - e.x ** 2)), ("root missing", "1/(1 + {u}²)", lambda e: e.d ** 2)),
    "acosh": (("1 + x² for x² - 1", "1/√({u}² + 1)", lambda e: 1.0 / math.hypot(1.0, e.x)),),
    "atanh": (("1 + x² for 1 - x²", "1/(1 + {u}²)", lambda e: 1.0 / (1.0 + e.x ** 2)),),
    "erf": (("sign of the exponent", "2/√π exp({u}²)", lambda e: 2.0 / math.sqrt(math.pi) * math.exp(e.x * e.x)), ("2/√π forgotten", "exp(-{u}²)", lambda e: math.exp(-e.x * e.x)), ("1/√(2π) for 2/√π", "exp(-{u}²)/√(2π)", lambda e: math.exp(-e.x * e.x) / math.sqrt(2.0 * math.pi)),
            ("normal density for erf'", "exp(-{u}²/2)/√(2π)", lambda e: math.exp(-e.x * e.x / 2.0) / math.sqrt(2.0 * math.pi)),
            ("1/√π for 2/√π", "exp(-{u}²)/√π", lambda e: math.exp(-e.x * e.x) / math.sqrt(math.pi))),
    "erfc": (("2/√π forgotten", "-exp(-{u}²)", lambda e: -math.exp(-e.x * e.x)),),
    "abs": (("the absolute value's sign is forgotten", "1", lambda e: 1.0), ("output for the derivative", "{v}", lambda e: e.y)),
    "relu": (("the two sides are swapped", "0 for {u} > 0, else 1", lambda e: 1.0 - e.d), ("relu's 0 is forgotten", "1 everywhere", lambda e: 1.0),
             ("output for the derivative", "{v}", lambda e: e.y)),
    "leaky_relu": (("the slope is forgotten", "0 for {u} < 0", lambda e: 1.0 if e.x > 0.0 else 0.0), ("the slope is forgotten", "1 everywhere", lambda e: 1.0),
                   ("the slope's sign is flipped", "minus the slope for {u} < 0", lambda e: e.d if e.x > 0.0 else -e.d), ("output for the derivative", "{v}", lambda e: e.y)),
    "elu": (("alpha is forgotten", "exp({u}) for {u} < 0", lambda e: 1.0 if e.x > 0.0 else math.exp(e.x)), ("f for f + alpha", "{v} for {u} < 0", lambda e: 1.0 if e.x > 0.0 else e.y),
            ("f + 1 for f + alpha", "{v} + 1 for {u} < 0", lambda e: 1.0 if e.x > 0.0 else e.y + 1.0), ("f - alpha for f + alpha", "{v} - alpha for {u} < 0", lambda e: 1.0 if e.x > 0.0 else e.y - e.xs[1])),
    "selu": (("the scale is forgotten", "1 for {u} > 0, alpha exp({u}) else", lambda e: e.d / SELU_SCALE),
             ("alpha is forgotten", "scale exp({u}) for {u} < 0", lambda e: e.d if e.x > 0.0 else e.d / SELU_ALPHA)),
    "softplus": (("1 - σ for σ", "1/(1 + exp({u}))", lambda e: 1.0 - e.d), ("the derivative of the sigmoid", "σ({u})(1 - σ({u}))", lambda e: e.d * (1.0 - e.d)),
                 ("exp(x) for σ(x)", "exp({u})", lambda e: math.exp(e.x)), ("sigmoid's rule for softplus", "{v}(1 - {v})", lambda e: e.y * (1.0 - e.y)), ("chain factor dropped: exp(u)", "1/(1 + exp({u}))", lambda e: 1.0 - e.d)),
    "log_sigmoid": (("σ for 1 - σ", "σ({u})", lambda e: 1.0 - e.d), ("1/σ: the chain stops at the logarithm", "1/σ({u})", lambda e: 1.0 / (1.0 - e.d))),
    "logsumexp": (("normalisation forgotten", "exp({u})", lambda e: math.exp(e.x)), ("p(1 - p) for p", "p(1 - p)", lambda e: e.d * (1.0 - e.d)),
                  ("1/n for the softmax", "1/n", lambda e: 1.0 / len(e.xs)), ("1/sum of exp: the chain factor exp is dropped", "1/Σ exp", lambda e: math.exp(-e.y)),
                  ("1 - p for p", "1 - p", lambda e: 1.0 - e.d)),
    "maximum": (("the winner and the loser are swapped", "1 for the smaller", lambda e: 1.0 - e.d),),
    "minimum": (("the winner and the loser are swapped", "1 for the larger", lambda e: 1.0 - e.d),),
    "clamp": (("the limits are forgotten", "1 everywhere", lambda e: 1.0),),
    "hypot": (("not divided by the root", "{u}", lambda e: e.x), ("divided by the square", "{u}/{v}²", lambda e: e.x / e.y ** 2), ("factor 1/2 missing", "2{u}/{v}", lambda e: 2.0 * e.d),
              ("chain factor dropped", "1/(2{v})", lambda e: 0.5 / e.y), ("chain factor dropped", "1/{v}", lambda e: 1.0 / e.y)),
    "prod": (("the factor itself is kept", "{v}", lambda e: e.y),),
    "mul": (("the factor itself is kept", "{v}", lambda e: e.y),),
}

POWER_BY_BASE: Sequence[tuple[str, str, Rule]] = (
    ("exponent not lowered", "{n} {u}^{n}", lambda e: e.xs[1] * e.y), ("the factor n is missing", "{u}^{n-1}", lambda e: e.x ** (e.xs[1] - 1.0)),
    ("exponential rule on a power", "{v} log({u})", lambda e: e.y * math.log(e.x)), ("exponent lowered twice", "{n} {u}^{n-2}", lambda e: e.xs[1] * e.x ** (e.xs[1] - 2.0)),
    ("factor n - 1 for n", "{n-1} {u}^{n-1}", lambda e: (e.xs[1] - 1.0) * e.x ** (e.xs[1] - 1.0)), ("exponent raised", "{n} {u}^{n+1}", lambda e: e.xs[1] * e.x ** (e.xs[1] + 1.0)),
    ("integrated", "{u}^{n+1}/{n+1}", lambda e: e.x ** (e.xs[1] + 1.0) / (e.xs[1] + 1.0)), ("factor n - 1 for n", "{n-1} {u}^{n}", lambda e: (e.xs[1] - 1.0) * e.y),
    ("derived twice", "{n}·{n-1} {u}^{n-2}", lambda e: e.xs[1] * (e.xs[1] - 1.0) * e.x ** (e.xs[1] - 2.0)),
    ("factor n + 1 for n", "{n+1} {u}^{n-1}", lambda e: (e.xs[1] + 1.0) * e.x ** (e.xs[1] - 1.0)),
)
POWER_BY_EXPONENT: Sequence[tuple[str, str, Rule]] = (
    ("the factor log is missing", "{v}", lambda e: e.y), ("power rule on an exponential", "{u} x^({u} - 1)", lambda e: e.x * e.xs[0] ** (e.x - 1.0)),
    ("log of the exponent for log of the base", "{v} log({u})", lambda e: e.y * math.log(e.x)), ("divided by log instead of multiplied", "{v}/log(x)", lambda e: e.y / math.log(e.xs[0])),
)
QUOTIENT_BY_DIVISOR: Sequence[tuple[str, str, Rule]] = (
    ("the quotient rule's square is missing", "-a/b", lambda e: -e.xs[0] / e.x), ("the numerator is missing", "-1/b²", lambda e: -1.0 / e.x ** 2),
    ("1/b for -a/b²", "1/b", lambda e: 1.0 / e.x), ("b for b² in the quotient rule, and no minus", "a/b", lambda e: e.xs[0] / e.x),
    ("exponent lowered wrongly", "-a/b³", lambda e: -e.xs[0] / e.x ** 3), ("derived as if upside down", "1/a", lambda e: 1.0 / e.xs[0]),
    ("integrated", "a log(b)", lambda e: e.xs[0] * math.log(e.x)), ("only the divisor is derived", "a/b'", lambda e: e.xs[0] / e.slope / e.slope),
)
QUOTIENT_BY_NUMERATOR: Sequence[tuple[str, str, Rule]] = (
    ("1/b² for 1/b", "1/b²", lambda e: 1.0 / e.other ** 2), ("multiplied instead of divided", "b", lambda e: e.other),
)


UNLIKELY = {"derived as if upside down": 0.6, "only the divisor is derived": 0.4, "1/b for -a/b²": 0.2, "the winner and the loser are swapped": 0.35, "the factor itself is kept": 0.35}


def slips_of(name: str, j: int, arity: int) -> list[Slip]:
    """The slips of the edge to operand j of an operation, the likeliest first."""
    own = {("pow", 0): POWER_BY_BASE, ("pow", 1): POWER_BY_EXPONENT, ("div", 1): QUOTIENT_BY_DIVISOR, ("div", 0): QUOTIENT_BY_NUMERATOR}
    rules = own.get((name, j), OF_ONE.get(name, ()))
    slips = [Slip(kind, 0.95 + 0.01 * k + UNLIKELY.get(kind, 0.0), rule, _WROTE.replace("{wrote}", wrote)) for k, (kind, wrote, rule) in enumerate(rules)]
    slips += OF_LOGARITHMS if name in LOGARITHMIC else ()
    slips += [OF_TWO] if name in TWO_SIDED and arity == 2 else []
    for slip in ANYWHERE:
        cost = slip.cost
        if slip.kind == "sign flipped" and (name, j) in NEGATIVE:
            cost = 0.9
        if slip.kind == "inverted" and name in ("log", "sqrt", "div", "reciprocal", "cbrt"):
            cost = 1.1
        if slip.kind == "output for the derivative" and name in ("sigmoid", "tanh", "softplus", "relu", "elu", "log", "sin", "cos"):
            cost = 1.0
        if slip.kind == "factor 2 missing" and name in ("square", "pow"):
            cost = 1.0
        if slip.kind == "input for the derivative" and name in ("mul", "dot"):
            cost = 1.2
        slips.append(Slip(slip.kind, cost, slip.rule, slip.words))
    return sorted(slips, key=lambda slip: slip.cost)


# At the wrong place: d v / d u taken at another number --------------------------------------------------------------------------

@dataclass(frozen=True)
class Place:
    """Where a derivative may have been taken instead of at u: at node number `node`, or at u's own slope. `alone` says whether the
    slope's factor is left out too."""

    kind: str
    cost: float
    node: int | None
    alone: bool = False

    def term(self, spot: Spot) -> float:
        """What stands for d v / d u times d u / d input."""
        x = spot.slope if self.node is None else spot.tape.values[self.node]
        return spot.tape.partial_at(spot.k, x) * (1.0 if self.alone else spot.slope)


def places_of(spot: Spot, x: int) -> list[Place]:
    """Where the derivative of an operation of one operand may have been taken, seen from input number x."""
    u = spot.tape.operands[spot.k][spot.j]
    if spot.j != 0 or u is None or spot.name in ("add", "sub", "mul", "div", "neg", "sum", "dot", "prod", "where"):
        return []
    places = [Place("derivative taken at the output", 1.15, spot.k)]
    places += [Place("derivative taken at the inner operand", 1.15, w) for w in spot.tape.operands[u] if w is not None and w != x]
    if x != u:
        places += [Place("derivative taken at the input", 1.1, x), Place("derivative taken at the input, and the chain factor dropped", 1.3, x, True),
                   Place("derivative taken at the inner derivative", 1.2, None, True), Place("derivative taken at the inner derivative", 1.3, None)]
    return places


# Of a node with two operands that both depend on the input ---------------------------------------------------------------------

@dataclass(frozen=True)
class NodeSlip:
    """A slip of a whole node: what stands in the place of the sum of its terms, from its operands a, b and their slopes."""

    kind: str
    cost: float
    rule: Callable[[float, float, float, float], float]
    words: str


OF_NODES: dict[str, tuple[NodeSlip, ...]] = {
    "mul": (NodeSlip("product rule: u'v' for u'v + uv'", 0.9, lambda a, b, da, db: da * db,
                     "the derivative of the product {v} is taken as the product of the derivatives; it is {a}'·{b} + {a}·{b}'"),
            NodeSlip("product rule: u' + v' for u'v + uv'", 1.2, lambda a, b, da, db: da + db,
                     "the factors are left out of the product rule for {v}; it is {a}'·{b} + {a}·{b}'"),
            NodeSlip("product rule: minus for plus", 0.95, lambda a, b, da, db: da * b - a * db,
                     "the product rule for {v} has a plus: {a}'·{b} + {a}·{b}'"),
            NodeSlip("product rule: minus for plus", 1.4, lambda a, b, da, db: a * db - da * b,
                     "the product rule for {v} has a plus: {a}'·{b} + {a}·{b}'"),
            NodeSlip("product rule: u'u + v'v for u'v + uv'", 1.1, lambda a, b, da, db: da * a + db * b,
                     "in the product rule for {v} each factor stands with its own derivative; it is {a}'·{b} + {a}·{b}'")),
    "div": (NodeSlip("quotient rule: u'/v'", 0.9, lambda a, b, da, db: da / db,
                     "the derivative of the quotient {v} is taken as the quotient of the derivatives; it is ({a}'·{b} - {a}·{b}')/{b}²"),
            NodeSlip("quotient rule: the order is reversed", 0.9, lambda a, b, da, db: (a * db - da * b) / b ** 2,
                     "the quotient rule's order is reversed for {v}: it is ({a}'·{b} - {a}·{b}')/{b}²"),
            NodeSlip("quotient rule: the square is missing", 0.95, lambda a, b, da, db: (da * b - a * db) / b,
                     "the quotient rule's divisor is not squared for {v}: it is ({a}'·{b} - {a}·{b}')/{b}²"),
            NodeSlip("quotient rule: the divisor is missing", 1.0, lambda a, b, da, db: da * b - a * db,
                     "the quotient rule's divisor {b}² is missing for {v}: it is ({a}'·{b} - {a}·{b}')/{b}²"),
            NodeSlip("quotient rule: plus for minus", 0.9, lambda a, b, da, db: (da * b + a * db) / b ** 2,
                     "the quotient rule for {v} has a minus: ({a}'·{b} - {a}·{b}')/{b}²"),
            NodeSlip("quotient rule: divided by the wrong square", 1.1, lambda a, b, da, db: (da * b - a * db) / a ** 2,
                     "the quotient rule for {v} divides by {b}², and not by {a}²"),
            NodeSlip("quotient rule: the order is reversed, and the square is missing", 1.5, lambda a, b, da, db: (a * db - da * b) / b,
                     "the quotient rule for {v} is ({a}'·{b} - {a}·{b}')/{b}²")),
}
