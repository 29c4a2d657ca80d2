"""The mutants that change nothing that a test could see, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Equivalent:
    """Mutants that change no behaviour: the file, where in it, what the source text becomes, and why no test can tell."""

    file: str
    where: tuple[str, ...]
    before: str
    after: tuple[str, ...]
    reason: str


OPS, SWEEP, FLOATS = "autograd/ops.py", "autograd/traversal.py", "autograd/arithmetic/floats.py"
CLAMPED = "m.clamp(x, -INF, 0.0)"
ABOVE = "m.clamp(x, -INF, 1.0)"

EQUIVALENT = [
    Equivalent(OPS, ("FLAT",), "return 0.0", ("return 1.0", "(removed)"), "it is never called: it marks a partial by being it"),
    Equivalent(OPS, ("Operation.__init__",), "self.flat: frozenset[int] = frozenset([k for k, d in enumerate(partials) if d is FLAT])", (
        "self.flat: frozenset[int] = [k for k, d in enumerate(partials) if d is FLAT]",), "another type that answers `in` alike"),
    Equivalent(OPS, ("Operation.__init__",), "self.is_flat: bool = bool(partials) and len(self.flat) == len(partials)", (
        "self.is_flat: bool = partials and len(self.flat) == len(partials)",), "() is as false as False"),
    Equivalent(OPS, ("Operation.local_partials",),
               "return list(partials) if all(wanted) else [d if w else None for d, w in zip(partials, wanted)]",
               ("return [d if w else None for d, w in zip(partials, wanted)]",), "a copy is only the faster way where all are wanted"),
    Equivalent(OPS, ("_power_slope",), "nonzero = m.where(m.equal(x, 0.0), 1.0, x)", ("nonzero = m.where(m.equal(x, 0.0), 2.0, x)",),
               "any number does that is not 0: it is divided by where the result is 0, or not taken"),
    Equivalent(OPS, ("_power_slope",), "rounded = m.where(n < 0.5, m.not_equal(m.floor(n), n), 0.0)", (
        "rounded = m.where(n <= 0.5, m.not_equal(m.floor(n), n), 0.0)", "rounded = m.where(n < 1.0, m.not_equal(m.floor(n), n), 0.0)"),
               "between 1/2 and 1 both formulas keep their digits"),
    Equivalent(OPS, ("_unless_origin",), "return m.where(at_origin, 0.0, partial(m.where(at_origin, 1.0, h)))", (
        "return m.where(at_origin, 0.0, partial(m.where(at_origin, 2.0, h)))",), "any number does that is not 0: it is not taken"),
    Equivalent(OPS, ("ATAN2, kink",), "m.where(b < 0.0, a, m.hypot(a, b))", ("m.where(b <= 0.0, a, m.hypot(a, b))",),
               "at b = 0 both are 0 where a is"),
    Equivalent(OPS, ("_sech_squared",), "return m.where(abs(x) < 20.0, near, far * far)", (
        "return m.where(abs(x) <= 20.0, near, far * far)", "return m.where(abs(x) < 40.0, near, far * far)"),
               "from 20 to 40 both formulas keep their digits"),
    Equivalent(OPS, tuple([f"{row}, kink" for row in ("LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL", "EQUAL", "NOT_EQUAL", "MAXIMUM", "MINIMUM")]),
               "a - b", ("b - a",), "of a kink only the zeros count"),
    Equivalent(OPS, ("FLOOR, kink", "CEIL, kink"), "x - m.floor(x)", ("m.floor(x) - x",), "of a kink only the zeros count"),
    Equivalent(OPS, ("ROUND, kink",), "x - m.floor(x) - 0.5", ("0.5 - (x - m.floor(x))",), "of a kink only the zeros count"),
    Equivalent(OPS, ("TRUNC, kink",), "m.where(abs(x) < 1.0, 1.0, x - m.floor(x))", ("m.where(abs(x) < 1.0, 1.0, m.floor(x) - x)",),
               "of a kink only the zeros count"),
    Equivalent(OPS, ("FMOD, kink",), "m.where(abs(a) < abs(b), 1.0, m.mod(abs(a), abs(b)))", (
        "m.where(abs(a) < abs(b), 1.0, m.mod(a, abs(b)))", "m.where(abs(a) < abs(b), 1.0, m.mod(abs(a), b))"),
               "of a kink only the zeros count"),
    Equivalent(OPS, ("ASECH",), "m.where(x < 0.5, m.log(1.0 + _other_leg(m, x)) - m.log(x), m.asinh(_other_leg(m, x) / x))", (
        "m.where(x <= 0.5, m.log(1.0 + _other_leg(m, x)) - m.log(x), m.asinh(_other_leg(m, x) / x))",), "at 1/2 both formulas keep their digits"),
    Equivalent(OPS, ("COPYSIGN",), "m.where(m.atan2(b, -1.0) < 0.0, -abs(a), abs(a))", (
        "m.where(m.atan2(b, -2.0) < 0.0, -abs(a), abs(a))",), "any number below 0 does"),
    Equivalent(OPS, ("COPYSIGN, partial 0",), "m.where(m.atan2(b, -1.0) < 0.0, -m.sign(a), m.sign(a))", (
        "m.where(m.atan2(b, -2.0) < 0.0, -m.sign(a), m.sign(a))",), "any number below 0 does"),
    Equivalent(OPS, ("LOG1MEXP",), "m.where(x < 0.7, m.log(-m.expm1(-m.clamp(x, -1.0, 0.7))), m.log1p(-m.exp(-m.clamp(x, 0.7, INF))))", (
        "m.where(x <= 0.7, m.log(-m.expm1(-m.clamp(x, -1.0, 0.7))), m.log1p(-m.exp(-m.clamp(x, 0.7, INF))))",),
               "near log(2) both formulas keep their digits"),
    Equivalent(OPS, ("CLAMP, kink",), "m.where(m.equal(x, low), 0.0, x - high)", ("m.where(m.equal(x, low), 0.0, high - x)",),
               "of a kink only the zeros count"),
    Equivalent(OPS, ("_ties",), "return m.where(m.sum(*[m.where(m.equal(x, y), 1.0, 0.0) for x in xs]) > 1.0, 0.0, 1.0)", (
        "return m.where(m.sum(*[m.where(m.equal(x, y), 1.0, 0.0) for x in xs]) > 1.0, 0.0, 2.0)",), "of a kink only the zeros count"),
    Equivalent(OPS, ("STEP",), "m.where(x >= 0.0, 1.0, m.where(x < 0.0, 0.0, x))", (
        "m.where(x >= 0.0, 1.0, m.where(x <= 0.0, 0.0, x))", "m.where(x >= 0.0, 1.0, m.where(x < 1.0, 0.0, x))"),
               "here x is below 0, or nan"),
    Equivalent(OPS, ("LEAKY_RELU",), "m.where(x > 0.0, x, slope * x)", ("m.where(x >= 0.0, x, slope * x)",), "at 0 both are 0"),
    Equivalent(OPS, ("LEAKY_RELU, partial 1",), "m.where(x > 0.0, 0.0, x)", ("m.where(x >= 0.0, 0.0, x)",), "at 0 both are 0"),
    Equivalent(OPS, ("ELU",), f"m.where(x > 0.0, x, alpha * m.expm1({CLAMPED}))", (f"m.where(x >= 0.0, x, alpha * m.expm1({CLAMPED}))",),
               "at 0 both are 0"),
    Equivalent(OPS, ("ELU",), f"m.where(x > 0.0, x, alpha * m.expm1({CLAMPED}))", (f"m.where(x > 0.0, x, alpha * m.expm1({ABOVE}))",),
               "a guard of the branch not taken: any bound does from which nothing overflows"),
    Equivalent(OPS, ("ELU, partial 0",), f"m.where(x > 0.0, 1.0, alpha * m.exp({CLAMPED}))", (f"m.where(x > 0.0, 1.0, alpha * m.exp({ABOVE}))",),
               "a guard of the branch not taken: any bound does from which nothing overflows"),
    Equivalent(OPS, ("ELU, partial 1",), f"m.where(x > 0.0, 0.0, m.expm1({CLAMPED}))", (
        f"m.expm1({CLAMPED})", f"m.where(x >= 0.0, 0.0, m.expm1({CLAMPED}))", f"m.where(x > 1.0, 0.0, m.expm1({CLAMPED}))"),
               "above 0, x is clamped to 0, of which expm1 is 0"),
    Equivalent(OPS, ("ELU, partial 1",), f"m.where(x > 0.0, 0.0, m.expm1({CLAMPED}))", (f"m.where(x > 0.0, 0.0, m.expm1({ABOVE}))",),
               "a guard of the branch not taken: any bound does from which nothing overflows"),
    Equivalent(OPS, ("SELU",), f"m.where(x > 0.0, SELU_SCALE * x, SELU_SCALE * (SELU_ALPHA * m.expm1({CLAMPED})))", (
        f"m.where(x >= 0.0, SELU_SCALE * x, SELU_SCALE * (SELU_ALPHA * m.expm1({CLAMPED})))",), "at 0 both are 0"),
    Equivalent(OPS, ("SELU",), f"m.where(x > 0.0, SELU_SCALE * x, SELU_SCALE * (SELU_ALPHA * m.expm1({CLAMPED})))", (
        f"m.where(x > 0.0, SELU_SCALE * x, SELU_SCALE * (SELU_ALPHA * m.expm1({ABOVE})))",),
               "a guard of the branch not taken: any bound does from which nothing overflows"),
    Equivalent(OPS, ("SELU, partial 0",), f"m.where(x > 0.0, SELU_SCALE, SELU_SCALE * (SELU_ALPHA * m.exp({CLAMPED})))", (
        f"m.where(x > 0.0, SELU_SCALE, SELU_SCALE * (SELU_ALPHA * m.exp({ABOVE})))",),
               "a guard of the branch not taken: any bound does from which nothing overflows"),
    Equivalent(OPS, ("_logistic",), "return m.where(x < 0.0, e, 1.0) / (1.0 + e)", ("return m.where(x <= 0.0, e, 1.0) / (1.0 + e)",),
               "at 0, e is 1"),
    Equivalent(OPS, ("DOT",), "m.sum(*[a * b for a, b in zip(ab[:len(ab) // 2], ab[len(ab) // 2:])])", (
        "m.sum(*[a * b for a, b in zip(ab, ab[len(ab) // 2:])])", "m.sum(*[a * b for a, b in zip(ab[:len(ab) * 2], ab[len(ab) // 2:])])"),
               "zip ends with the shorter"),
    Equivalent(OPS, ("_products_of_others",), "return [m.narrow(b * a) for b, a in zip(before[:-1], after[1:])]", (
        "return [m.narrow(b * a) for b, a in zip(before, after[1:])]",), "zip ends with the shorter"),
    Equivalent(OPS, ("_products_of_others",), "return [m.narrow(b * a) for b, a in zip(before[:-1], after[1:])]", (
        "return [m.narrow(b * a) for b, a in zip(after[1:], before[:-1])]",), "a product is the same the other way round"),

    Equivalent(SWEEP, ("topological_order",), "v._row is None", ("False",), "a leaf without parents comes out finished at once"),
    Equivalent(SWEEP, ("topological_order",), "q is not None and id(q) not in entered", ("q is not None",),
               "what was entered is pushed in vain: it is asked once more when it is taken"),
    Equivalent(SWEEP, ("topological_order",), "p is not None and id(p) not in entered", ("p is not None",),
               "what was entered is pushed in vain: it is asked once more when it is taken"),
    Equivalent(SWEEP, ("topological_order",), "p is None and q is None", (
        "True", "p is None or q is None", "q is None", "p is None", "q is None and q is None", "p is None and p is None"),
               "parents pushed twice, in the same order, are entered once"),
    Equivalent(SWEEP, ("flowing",), "v._a is not None or v._b is not None or v._row is None", (
        "v._b is not None or v._row is None", "v._a is not None or v._row is None", "v._b is not None or v._b is not None or v._row is None",
        "v._a is not None or v._a is not None or v._row is None"), "a shortcut: of a plain node flow() names the same parents"),
    Equivalent(SWEEP, ("flowing",), "to = set(flow(v._row, v.operands, partials))", ("to = flow(v._row, v.operands, partials)",),
               "another type that answers `in` alike"),
    Equivalent(SWEEP, ("_sweep",), "p is None", ("True", "q is None"), "a node with one operand has an empty _flow"),
    Equivalent(SWEEP, ("_entered",), "v._mark = mark", ("(removed)",), "no way leads back to the output, so nobody asks for its mark"),
    Equivalent(SWEEP, ("_entered",), "p is None", ("True", "q is None"), "a node with one operand has an empty _flow, and is no gate"),
    Equivalent(SWEEP, ("_entered",), "v._row is not None and (not v._row.is_plain)", (
        "True", "v._row is not None or not v._row.is_plain", "v._row is not None"),
               "of a node that is no gate every parent has the mark: there is nothing to silence"),
    Equivalent(SWEEP, ("_entered",), "v._row is not None and (not v._row.is_plain)", ("not v._row.is_plain",),
               "leaves are never entered: the question is for the types"),
    Equivalent(SWEEP, ("_entered",), "gates", ("True",), "of no gates nothing is silenced"),
    Equivalent(SWEEP, ("_next_new",), "return None", ("(removed)",), "None is what a function returns"),

    Equivalent(FLOATS, ("_power",), "return float(x ** n)", ("return x ** n",), "a power of floats is a float"),
    Equivalent(FLOATS, ("_Wide, prec",), "40", ("80",), "more digits than are needed"),
    Equivalent(FLOATS, ("_Wide, Emin",), "-10 ** 15", ("-15 ** 10", "-5 ** 15"), "a bound that no product reaches"),
    Equivalent(FLOATS, ("_Wide, Emax",), "10 ** 15", ("15 ** 10", "5 ** 15"), "a bound that no product reaches"),
    Equivalent(FLOATS, ("_Wide.__mul__",), "return _Wide(self.context.multiply(self.number, other.number))", (
        "return _Wide(self.context.multiply(other.number, self.number))",), "a product is the same the other way round"),
    Equivalent(FLOATS, ("erf_slope",), "not -28.0 < x < 28.0", (
        "not -28.0 <= x < 28.0", "not -28.0 < x <= 28.0", "not -56.0 < x < 28.0", "not -28.0 < x < 56.0"), "from 27.3 on it is 0 either way"),
    Equivalent(FLOATS, ("_bell",), "head = math.floor(x * 4096.0) / 4096.0", ("head = math.ceil(x * 4096.0) / 4096.0",),
               "another head, with as exact a square"),
    Equivalent(FLOATS, ("_Ieee.__truediv__",),
               "return _Ieee(math.nan if no_value else math.copysign(math.inf, self) * math.copysign(1.0, b))", (
                   "return _Ieee(math.nan if no_value else math.copysign(math.inf, self) / math.copysign(1.0, b))",
                   "return _Ieee(math.nan if no_value else math.copysign(math.inf, self) * math.copysign(2.0, b))"),
               "infinity has only a sign to lose"),
    Equivalent(FLOATS, ("_Ieee.__add__",), "return _Ieee(float(self) + float(b))", ("return _Ieee(float(self) + b)",),
               "Python asks the subclass, which adds the two the other way round"),
    Equivalent(FLOATS, ("_Ieee.__sub__",), "return _Ieee(float(self) - float(b))", ("return _Ieee(float(self) - b)",),
               "Python asks the subclass, which knows its __rsub__"),
    Equivalent(FLOATS, ("_Ieee.__mul__",), "return _Ieee(float(self) * float(b))", ("return _Ieee(float(self) * b)",),
               "Python asks the subclass, which multiplies the two the other way round"),
    Equivalent(FLOATS, ("_Ieee.__rsub__",), "return _Ieee(float(a) - float(self))", ("return _Ieee(a - float(self))",),
               "the left is no _Ieee, or Python would have asked its __sub__"),
    Equivalent(FLOATS, ("_ieee_power",), "return -math.inf if x < 0.0 and n % 2.0 == 1.0 else math.inf", (
        "return -math.inf if x <= 0.0 and n % 2.0 == 1.0 else math.inf",), "no power of 0 overflows"),
    Equivalent(FLOATS, ("_ieee",),
               "made: dict[str, Any] = {name: value if name in exact else ieee_answer(value) for name, value in vars(FLOAT).items() "
               "if name in Arithmetic.__dataclass_fields__}", (
                   "made: dict[str, Any] = {name: value if name in exact else ieee_answer(value) for name, value in vars(FLOAT).items()}",),
               "when the module is read, FLOAT has derived nothing yet"),
]
