"""Objects that nobody should pass, and the doors at which they knock: every public function with arguments that are right.

`STRANGERS` maps a name to a function that makes the object anew, for some are used up or changed. `DOORS` maps a name to a
function that makes a call: a function and its arguments, options included.
"""

from __future__ import annotations

import array
import collections
import enum
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import autograd as ag
from autograd import Value, losses, nn, optim, testing
from autograd.checking import sheet
from autograd.drawing import table
from autograd.expressions.reader import OF_ONE_ITERABLE
from autograd.scopes import Scope

# Strangers ------------------------------------------------------------------------------------------------------------------------

class Shy:
    """Its repr raises."""

    def __repr__(self) -> str:
        raise KeyError("repr")


class Sly:
    """Nothing can be asked of it: every question raises an error of its own."""

    def __float__(self) -> float:
        raise IndexError("float")

    def __index__(self) -> int:
        raise KeyError("index")

    def __eq__(self, other: object) -> bool:
        raise AttributeError("eq")

    def __hash__(self) -> int:
        raise RecursionError("hash")

    def __bool__(self) -> bool:
        raise ValueError("bool")

    def __len__(self) -> int:
        raise KeyError("len")

    def __iter__(self) -> Any:
        raise IndexError("iter")


class Floating:
    """It has a float, but is no number."""

    def __float__(self) -> float:
        return 1.5


class Small(enum.IntEnum):
    ONE = 1


class Word(str):
    """A string of another class."""


class Real(float):
    """A float of another class."""


class Own(Value):
    """A Value of another class."""

    __slots__ = ()


Pair = collections.namedtuple("Pair", "x y")


def itself() -> list[Any]:
    """A list that contains itself."""
    endless: list[Any] = [1.0]
    endless.append(endless)
    return endless


def circle() -> dict[str, Any]:
    """A dict that contains itself."""
    endless: dict[str, Any] = {"x": 1.0}
    endless["y"] = endless
    return endless


def nested(levels: int) -> list[Any]:
    """A list within a list within a list."""
    x: list[Any] = [1.0]
    for _ in range(levels):
        x = [x]
    return x


def objects(*items: Any) -> Any:
    """An array of objects."""
    found = np.empty(len(items), dtype=object)
    found[:] = items
    return found


STRANGERS: dict[str, Callable[[], Any]] = {
    # numbers of a kind
    "True": lambda: True, "-0.0": lambda: -0.0, "nan": lambda: float("nan"), "inf": lambda: float("inf"), "-inf": lambda: -float("inf"), "5e-324": lambda: 5e-324, "1.8e308": lambda: 1.7976931348623157e308,
    "-1": lambda: -1, "2**63": lambda: 2 ** 63, "10**400": lambda: 10 ** 400, "-10**5000": lambda: -10 ** 5000, "Fraction(1, 3)": lambda: Fraction(1, 3), "Fraction(10**5000)": lambda: Fraction(10 ** 5000), "Fraction(1, 10**5000)": lambda: Fraction(1, 10 ** 5000),
    "Decimal('0.1')": lambda: Decimal("0.1"), "Decimal('NaN')": lambda: Decimal("NaN"), "Decimal('sNaN')": lambda: Decimal("sNaN"), "Decimal('Infinity')": lambda: Decimal("Infinity"), "Decimal('1e999999')": lambda: Decimal("1e999999"),
    "np.float32(1.5)": lambda: np.float32(1.5), "np.float64('nan')": lambda: np.float64("nan"), "np.longdouble('1e4000')": lambda: np.longdouble("1e4000"), "np.int8(3)": lambda: np.int8(3), "np.uint64(2**64 - 1)": lambda: np.uint64(2 ** 64 - 1), "np.bool_(True)": lambda: np.bool_(True), "an IntEnum": lambda: Small.ONE, "a float's subclass": lambda: Real(0.5),
    # Values
    "Value(2.0)": lambda: Value(2.0), "Value(nan)": lambda: Value(float("nan")), "a computed Value": lambda: Value(2.0) * 3.0, "a Value's subclass": lambda: Own(2.0), "a Value with a strange name": lambda: Value(0.5, name="\x00<\\N&'\"{}\n"),
    # nothing, texts, types, functions
    "None": lambda: None, "...": lambda: ..., "NotImplemented": lambda: NotImplemented, "1j": lambda: 1j, "np.complex128(1j)": lambda: np.complex128(1j), "''": lambda: "", "'x'": lambda: "x", "'2'": lambda: "2", "'x\\0'": lambda: "x\0", "'∂'": lambda: "∂", "'\\ud800'": lambda: "\ud800", "a str's subclass": lambda: Word("x"), "b'x'": lambda: b"x", "a bytearray": lambda: bytearray(b"x"),
    "Path('x')": lambda: Path("x"), "int": lambda: int, "Value": lambda: Value, "lambda: None": lambda: lambda: None, "lambda x: x": lambda: lambda x: x, "lambda *xs: xs": lambda: lambda *xs: xs, "lambda x: None": lambda: lambda x: None, "lambda x: 'x'": lambda: lambda x: "x", "abs": lambda: abs, "object()": object, "slice(2)": lambda: slice(2), "an error": lambda: KeyError("x"), "whose repr raises": Shy, "that raises": Sly, "with __float__": Floating,
    "np.timedelta64(5, 'D')": lambda: np.timedelta64(5, "D"), "np.timedelta64(5, 'ns')": lambda: np.timedelta64(5, "ns"), "np.datetime64": lambda: np.datetime64("2020-01-01"), "np.str_('x')": lambda: np.str_("x"), "np.void": lambda: np.void(b"x"),
    # arrays
    "np.array(2.0)": lambda: np.array(2.0), "np.array(None)": lambda: np.array(None), "np.array(Value)": lambda: np.array(Value(2.0)), "np.array([])": lambda: np.array([]), "np.zeros((2, 0))": lambda: np.zeros((2, 0)), "np.array([1., 2.])": lambda: np.array([1.0, 2.0]), "np.array([1, 2])": lambda: np.array([1, 2]), "np.eye(2)": lambda: np.eye(2), "np.array([1j])": lambda: np.array([1j]), "np.array(['a'])": lambda: np.array(["a"]),
    "of None": lambda: objects(None, 1.0), "of Values": lambda: objects(Value(1.0), Value(2.0)), "of lists": lambda: objects([1.0], [2.0, 3.0]), "of strings": lambda: objects("a", "b"), "np.ma.array": lambda: np.ma.array([1.0, 2.0], mask=[False, True]), "np.ma.masked": lambda: np.ma.masked, "of dates": lambda: np.array(["2020-01-01"], dtype="datetime64[D]"), "structured": lambda: np.zeros(2, dtype=[("a", float)]), "float16": lambda: np.array([1.0, 2.0], dtype=np.float16),
    # containers
    "[]": list, "()": tuple, "{}": dict, "set()": set, "[None]": lambda: [None], "['a']": lambda: ["a"], "[nan, 1.0]": lambda: [float("nan"), 1.0], "[0.5, 10**400]": lambda: [0.5, 10 ** 400], "[[]]": lambda: [[]], "ragged": lambda: [[1.0], [1.0, 2.0]], "[0.5, Value(2.0)]": lambda: [0.5, Value(2.0)], "[Value(2.0), np.array(1.0)]": lambda: [Value(2.0), np.array(1.0)], "contains itself": itself, "a dict that contains itself": circle, "nested 90 deep": lambda: nested(90), "nested 5000 deep": lambda: nested(5000),
    "{'x': 1.0}": lambda: {"x": 1.0}, "{'x': None}": lambda: {"x": None}, "{1: 2}": lambda: {1: 2}, "{None: None}": lambda: {None: None}, "{'': ''}": lambda: {"": ""}, "a namedtuple": lambda: Pair(1.0, 2.0), "a deque": lambda: collections.deque([1.0]), "array.array": lambda: array.array("d", [1.0, 2.0]), "range(3)": lambda: range(3), "a generator": lambda: (x for x in (1.0, 2.0)), "an empty generator": lambda: (x for x in ()), "a memoryview": lambda: memoryview(b"xy"), "[lambda]": lambda: [lambda x: x],
}
NO_NUMBERS = tuple(STRANGERS)[list(STRANGERS).index("None"):list(STRANGERS).index("np.array(2.0)")]  # refused by what computes
LARGE = ("2**63", "10**400", "np.uint64(2**64 - 1)", "1.8e308")       # as a size they would fill the memory, as asked


# Doors ----------------------------------------------------------------------------------------------------------------------------

Call = tuple[Callable[..., Any], list[Any]]
DOORS: dict[str, Callable[[], Call]] = {}
SIZES: dict[str, tuple[int, ...]] = {                                # the places of sizes and counts
    "nn.Neuron": (0, 3), "nn.Layer": (0, 1), "nn.MLP": (0, 1), "nn.Conv2d": (0, 1, 2, 3, 4), "nn.MaxPool2d": (0, 1), "nn.AvgPool2d": (0, 1), "nn.BatchNorm1d": (0,), "fit": (4,), "testing.expressions": (2,)}


def door(name: str) -> Callable[[Callable[[], Call]], Callable[[], Call]]:
    def added(make: Callable[[], Call]) -> Callable[[], Call]:
        DOORS[name] = make
        return make
    return added


def knock(name: str, function: Callable[..., Any], *makers: Any) -> None:
    """A door whose arguments are numbers, texts, or functions that make them."""
    DOORS[name] = lambda: (function, [x() if callable(x) else x for x in makers])


def pair() -> tuple[Value, Value]:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    return a, (a + b) * (b + 1)


SHARED = Value(2.0, name="shared")


def layer() -> Any:
    return nn.Layer(2, 1, "tanh", rng=0)


def weights() -> list[Value]:
    return [Value(0.5), Value(-0.25)]


def row() -> list[float]:
    return [0.5, 0.25]


def product(x: Any, y: Any) -> Any:
    return x * y


def square(x: Any) -> Any:
    return x * x


def parts(x: Any) -> list[Any]:
    return [x[0] * x[1], x[0]]


FUNCTIONS = tuple(ag.functions.__all__)
OPERANDS = {"clamp": 3, "clip": 3, "where": 3, "rrelu": 3, **dict.fromkeys(("pow", "hypot", "atan2", "arctan2", "maximum", "minimum", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "leaky_relu", "prelu", "elu", "swish", "logaddexp", "logaddexp2", "logdiffexp", "xlogy", "xlog1py", "beta", "mod", "fmod", "floor_divide", "copysign", "polygamma", "iv"), 2), "lerp": 3, "threshold": 3}
SPECIAL_ARGUMENTS = {"logdiffexp": (0.5, 0.25), "polygamma": (1, 0.5), "iv": (1, 0.5), **dict.fromkeys(["asec", "acsc", "acoth"], (1.25,))}
for _name in FUNCTIONS:
    _function = getattr(ag.functions, _name)
    if _name in SPECIAL_ARGUMENTS:
        knock(_name, _function, *SPECIAL_ARGUMENTS[_name])
    elif _name in OF_ONE_ITERABLE:
        knock(_name, _function, row)
    elif _name == "dot":
        knock(_name, _function, row, row)
    else:
        knock(_name, _function, *((1.25,) if "cosh" in _name else (0.25, 0.5, 0.75)[:OPERANDS.get(_name, 1)]))
for _name in ("add", "sub", "mul", "truediv", "pow", "mod", "floordiv", "lt", "le", "gt", "ge"):
    knock(f"Value {_name}", getattr(operator, _name), lambda: Value(2.0), lambda: Value(0.5))
knock("Value eq", lambda a, b: Value(2.0) == a, 2.0, 0.0)
knock("gelu approximate", lambda x, how: ag.gelu(x, approximate=how), 0.5, "tanh")
knock("rrelu training", lambda x, training, rng: ag.functions.rrelu(x, training=training, rng=rng), 0.5, True, 0)

knock("solve", ag.solve, lambda: [[2.0, 1.0], [1.0, 3.0]], row)
knock("inv", ag.inv, lambda: [[2.0, 1.0], [1.0, 3.0]])
knock("det", ag.det, lambda: [[2.0, 1.0], [1.0, 3.0]])
knock("find_nonfinite", ag.find_nonfinite, lambda: pair()[1])
knock("zero_grad", ag.zero_grad, lambda: pair()[1])
knock("operation", ag.operation, "door(x)", lambda: square, lambda: square)
knock("Value", Value, 2.0, "a")
knock("Value label", lambda label: Value(2.0, label=label), "a")
knock("Value.backward", lambda seed: pair()[1].backward(seed), 1.0)
knock("Value.data", lambda x: setattr(Value(1.0), "data", x), 2.0)
knock("Value.name", lambda x: setattr(Value(1.0), "name", x), "a")
knock("gradient", ag.gradient, lambda: pair()[1], list, False)
knock("grad", ag.grad, lambda: product, 0)
knock("grad, called", lambda f, k, x, y: ag.grad(f, k)(x, y), lambda: product, 1, 2.0, 0.5)
knock("value_and_grad", lambda f, k, x, y: ag.value_and_grad(f, k)(x, y), lambda: product, 0, 2.0, 0.5)
knock("jacobian", lambda f, x: ag.jacobian(f)(x), lambda: parts, row)
knock("hessian", lambda f, x, y: ag.hessian(f)(x, y), lambda: product, 2.0, 0.5)
knock("hvp", lambda f, x, v: ag.hvp(f)(x, v), lambda: lambda x: parts(x)[0], row, row)
knock("Scope", lambda name: Scope(name).__enter__().__exit__(), "a")

knock("expression", ag.expression, "x*y")
knock("expression, called", lambda x, y: ag.expression("x*y + sin(x)")(x, y=y), 2.0, 0.5)
knock("expression of a list", lambda x: ag.expression("sum(x) + x[0]")(x), row)
knock("expression.record", lambda given: ag.expression("x*y").record(given), lambda: {"x": Value(2.0), "y": Value(0.5)})
knock("verify", lambda f, claims, domain, points: str(ag.verify(f, claims, domain=domain, points=points)), "x*y", lambda: {"x": "y"}, lambda: {"x": (0, 1)}, lambda: [(2.0, 0.5)])
knock("verify of a function", lambda f, claims, domain: str(ag.verify(f, claims, domain=domain)), lambda: square, lambda: lambda x: 2 * x, dict)
knock("verify a claim", lambda claim: str(ag.verify("x*y", {"x": claim})), "y")
knock("gradcheck", lambda f, point: str(ag.gradcheck(f, point)), "x*y", lambda: (2.0, 0.5))
knock("gradcheck of a graph", lambda f, leaves: str(ag.gradcheck(f, leaves)), lambda: SHARED * SHARED, lambda: [SHARED])
knock("explain", lambda output, wrt: ag.explain(output, wrt).to_latex() + ag.explain(output, wrt).to_markdown(), lambda: pair()[1], "a")
knock("testing.assert_gradient", testing.assert_gradient, "x*y", lambda: {"x": "y"})
knock("testing.points", testing.points, "x", "y")
knock("testing.points low", lambda low, high: testing.points("x", low=low, high=high), 0.0, 1.0)
knock("testing.values", lambda low, high, name: testing.values(low, high, name=name), 0.0, 1.0, "a")
knock("testing.expressions", lambda x, y, operations: testing.expressions(x, y, operations=operations), "x", "y", 3)
knock("sheet.read_sheet", lambda text: sheet.as_text(sheet.mark(sheet.read_sheet(text))), "x**2\ndf/dx = 2*x")
knock("draw", lambda output, names, direction, theme, title: ag.draw(output, names=names, direction=direction, theme=theme, title=title).source, lambda: pair()[1], dict, "LR", "light", "e")
knock("draw, what is shown", lambda partials, gradients, constants, operators, numbers, legend: ag.draw(pair()[1], partials=partials, gradients=gradients, constants=constants, operators=operators, numbers=numbers, legend=legend).source, True, True, False, False, "%.3f", False)
knock("draw, where", lambda paths, depth, highlight, size: ag.draw(pair()[1], paths=paths, depth=depth, highlight=highlight, font_size=size).source, "a", 1, lambda: ["b"], 12.0)
knock("draw a network", lambda numbers, title: ag.draw(layer(), numbers=numbers, title=title).source, "%.3f", "e")
knock("draw_dot", ag.draw_dot, lambda: pair()[1], "svg", "LR")
knock("draw.png", lambda dpi, transparent: ag.draw(Value(1.0)).png(dpi, transparent), 144, False)
knock("page", lambda output, names, title, direction, theme, depth, size: ag.page(output, names=names, title=title, direction=direction, theme=theme, depth=depth, font_size=size), lambda: pair()[1], dict, "e", "LR", "auto", 1, 12.0)
knock("explore", lambda f, a: ag.explore(f, a=a), "a*2", 0.5)
knock("sweep", lambda output, names, forward, direction, theme, partials, numbers, depth, size: ag.sweep(output, names=names, forward=forward, direction=direction, theme=theme, partials=partials, numbers=numbers, depth=depth, font_size=size).steps, lambda: pair()[1], dict, True, "LR", "light", "full", "%.3f", 1, 12.0)
knock("sweep.save", lambda path: ag.sweep(pair()[1]).save(path), "e.html")
knock("draw.save", lambda path: ag.draw(pair()[1]).save(path), "e.dot")
knock("table", lambda output, names: table(output, names=names), lambda: pair()[1], dict)

for _name in ("mse", "half_squared_error", "l1", "huber", "smooth_l1", "hinge", "bce", "bce_with_logits", "kl_div"):
    knock(f"losses.{_name}", lambda p, t, how, _name=_name: getattr(losses, _name)(p, t, reduction=how), row, lambda: [1.0, 1.0], "mean")
for _name in ("cross_entropy", "nll", "multi_margin"):
    knock(f"losses.{_name}", lambda p, t, how, _name=_name: getattr(losses, _name)(p, t, reduction=how), lambda: [[-0.5, -1.0], [-0.5, -1.0]], lambda: [0, 1], "sum")
knock("losses.huber delta", lambda delta: losses.huber(row(), row(), delta=delta), 1.0)
knock("losses.smooth_l1 beta", lambda beta: losses.smooth_l1(row(), row(), beta=beta), 1.0)
knock("losses.multi_margin margin", lambda margin: losses.multi_margin(row(), 1, margin=margin), 1.0)
knock("losses.l2_penalty", losses.l2_penalty, weights, 0.1)

knock("nn.Module", nn.Module)
knock("nn.Neuron", lambda n, activation, init, out, rng, nonlin: nn.Neuron(n, activation, init=init, n_out=out, rng=rng, nonlin=nonlin), 2, "tanh", "he", 1, 0, True)
knock("nn.Layer", lambda n, m, activation, init, rng: nn.Layer(n, m, activation, init=init, rng=rng), 2, 2, "tanh", "he", 0)
knock("nn.MLP", lambda n, sizes, activation, rng: nn.MLP(n, sizes, activation=activation, rng=rng), 2, lambda: [2, 1], "tanh", 0)
knock("nn.Sequential", nn.Sequential, layer, layer)
knock("nn.Activation", nn.Activation, "tanh")
knock("nn.PReLU", nn.PReLU, 0.25)
knock("nn.Conv2d", nn.Conv2d, 1, 1, 2, 1, 0)
knock("nn.MaxPool2d", nn.MaxPool2d, 2, 2)
knock("nn.AvgPool2d", nn.AvgPool2d, 2, 2)
knock("nn.Flatten", lambda x: nn.Flatten()(x), lambda: [[row(), row()]])
knock("nn.BatchNorm1d", nn.BatchNorm1d, 2, 1e-5, 0.1)
for _name, _model, _input in (("Neuron", lambda: nn.Neuron(2), row), ("Layer", layer, row), ("MLP", lambda: nn.MLP(2, [2, 1]), lambda: [row(), row()]), ("Conv2d", lambda: nn.Conv2d(1, 1, 2), lambda: [[row(), row()]]), ("MaxPool2d", lambda: nn.MaxPool2d(2), lambda: [[row(), row()]]),
                              ("AvgPool2d", lambda: nn.AvgPool2d(2), lambda: [[row(), row()]]), ("BatchNorm1d", lambda: nn.BatchNorm1d(2), lambda: [row(), row()]), ("Activation", lambda: nn.Activation("tanh"), row), ("PReLU", nn.PReLU, row), ("Sequential", lambda: nn.Sequential(layer()), row)):
    knock(f"nn.{_name}, called", lambda x, _model=_model: _model()(x), _input)
knock("Module.load_state_dict", lambda state: layer().load_state_dict(state), lambda: layer().state_dict())
knock("Module.load_state_dict one", lambda x: layer().load_state_dict({**layer().state_dict(), "neuron1.b": x}), 0.5)
knock("Module.train", lambda mode: layer().train(mode), True)
knock("Module attribute", lambda x: (setattr(model := nn.Module(), "p", x), model.parameters(), repr(model), model.state_dict()), weights)
knock("Module parameters", lambda x: setattr(layer(), "neurons", x), lambda: layer().neurons)

for _name, _options in (("SGD", (0.1, 0.9, 0.0, 0.0, False)), ("Adagrad", (0.1, 0.0, 0.0, 0.0, 1e-10)), ("RMSprop", (0.1, 0.9, 1e-8, 0.0, 0.0, False)), ("Rprop", (0.1, lambda: (0.5, 1.2), lambda: (1e-6, 50.0))), ("Adam", (0.1, lambda: (0.9, 0.999), 1e-8, 0.0))):
    knock(f"optim.{_name}", lambda *given, _name=_name: getattr(optim, _name)(*given).step(), weights, *_options)
knock("optim.Optimizer", optim.Optimizer, weights, 0.1, 0.0)
knock("optim lr", lambda lr: setattr(optim.SGD(weights()), "lr", lr), 0.1)
knock("optim.clip_by_norm", optim.clip_by_norm, weights, 1.0)
knock("optim.clip_by_value", optim.clip_by_value, weights, 1.0)


@door("optim grad")
def _grad() -> Call:
    def step(g: Any) -> None:
        w = Value(1.0)
        w.grad = g
        optim.SGD([w]).step()
    return step, [0.5]


@door("fit")
def _fit() -> Call:
    model = layer()

    def call(model: Any, loss: Any, data: Any, optimizer: Any, epochs: Any, batch_size: Any, rng: Any) -> Any:
        return ag.fit(model, loss, data, optimizer, epochs=epochs, batch_size=batch_size, rng=rng, progress=False)
    return call, [model, losses.mse, ([row(), row()], [0.5, 0.25]), optim.SGD(model.parameters(), lr=0.1), 1, 2, 0]


knock("fit's inputs", lambda x: ag.fit(m := layer(), losses.mse, ([x, x], [0.5, 0.25]), optim.SGD(m.parameters()), progress=False), row)
knock("fit's targets", lambda y: ag.fit(m := layer(), losses.mse, ([row(), row()], [y, y]), optim.SGD(m.parameters()), progress=False), 0.5)
COMPUTE = (*FUNCTIONS, "Value.data", "Value.backward", "Value add", "Value sub", "Value mul", "Value truediv", "Value pow", "optim lr", "optim grad")  # take numbers and nothing else
TAKEN = {                                                            # but these take a stranger or two:
    **{name: frozenset(["b'x'", "a bytearray"]) for name in (*OF_ONE_ITERABLE, "dot")},                                # bytes are numbers
    **{name: frozenset(["None"]) for name in ("clamp", "clip")},                                                       # without a limit
    **{f"Value {name}": frozenset(["np.timedelta64(5, 'ns')"]) for name in ("add", "sub", "mul", "truediv", "pow")}}   # on the left of a Value, NumPy turns it into the int 5 before the Value is asked
