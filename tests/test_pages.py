"""Pages that answer, in a real browser: what they compute is Python's, what they show follows what is moved, claims are judged."""

from __future__ import annotations

import math
import random
import re
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import mpmath
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, expression, gradient, losses, nn, page
from autograd.arithmetic.floats import FLOAT, IEEE
from autograd.arithmetic.javascript import key_of, literal, rows_in_javascript
from autograd.arithmetic.special import SPECIAL as SPECIAL_FUNCTIONS
from autograd.drawing import Page
from autograd.drawing.web.document import in_json
from autograd.drawing.web.program import operations_of
from autograd.errors import AutogradError, InputError, OperandError
from autograd.ops import TABLE, Operation
from autograd.replay import replay, sweep
from autograd.text import number as number_text
from autograd.traversal import topological_order
from tests.browsing import By, Keys, faults, find, number, run
from tests.strategies import Recipe, recipes

pytestmark = pytest.mark.browser
ROWS = [row for row in TABLE.values() if row.operand_names]
often = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


# What JavaScript computes -----------------------------------------------------------------------------------------------------------

EXACT = {"erf": mpmath.erf, "erfc": mpmath.erfc, "erf_slope": lambda x: 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x),
         "exp2": lambda x: mpmath.mpf(2) ** x}


@pytest.mark.parametrize("name", EXACT)
def test_our_functions_are_within_2_ulp(browser: Any, name: str) -> None:
    draw = random.Random(7)
    xs = [*[draw.uniform(-7, 7) for _ in range(4000)], *[draw.uniform(-30, 30) for _ in range(2000)], *[math.copysign(10 ** draw.uniform(-300, 1), draw.random() - 0.5) for _ in range(500)]]
    found = number(run(browser, f"return arguments[0].map(x => m.{name}(x))".replace("arguments[0]", str(xs))))
    with mpmath.workdps(50):
        for x, y in zip(xs, found):
            exact = EXACT[name](mpmath.mpf(x))
            assert abs(mpmath.mpf(y) - exact) <= 2 * mpmath.mpf(math.ulp(float(exact))), (x, y)


def test_special_numbers_of_our_functions(browser: Any) -> None:
    script = "return [m.erf(0), m.erf(Infinity), m.erf(-Infinity), m.erfc(-40), m.erfc(40), m.erf_slope(Infinity), m.pow(1, NaN), m.pow(-1, Infinity), m.pow(-8, 1/3), m.sum([1e308, 1e308, -1e308]), m.sum([1, 1e100, 1, -1e100]), m.erf(NaN), m.erfc(NaN), m.sum([Infinity, 1])]"
    assert number(run(browser, script))[:4] == [0.0, 1.0, -1.0, 2.0]
    assert str(number(run(browser, script))[4:]) == "[0.0, 0.0, 1.0, 1.0, nan, inf, 2.0, nan, nan, inf]"


SPECIAL = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 20.0, -20.0, 400.0, -400.0, 1e-9, 1e8)


def close(found: float, expected: float, size: float, error: float = 4e-15) -> bool:
    if math.isnan(expected) or math.isinf(expected):
        return repr(found) == repr(expected)
    return abs(found - expected) <= error * max(abs(expected), size) + 1e-300


def is_special(row: Operation) -> bool:
    """Whether special.js computes the row or one of its partials, to 11 digits."""
    script = rows_in_javascript([(row, len(row.operand_names))])
    return any([f"m.{name}(" in script for name in SPECIAL_FUNCTIONS])


def operands(row: Operation, count: int, draw: random.Random) -> list[float]:
    """Operands of a row. An order is a small whole number, and a special function is tried where it is neither 0 nor too large."""
    if is_special(row):
        xs = [draw.choice([draw.uniform(-3, 3), draw.uniform(0, 30)]) for _ in range(count)]
        return [float(draw.randint(0, 3)), *xs[1:]] if row.operand_names[0] == "n" else xs
    return [draw.choice(SPECIAL) if draw.random() < 0.4 else draw.uniform(-3, 3) for _ in range(count)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_is_pythons(browser: Any, row: Operation) -> None:
    draw = random.Random(row.name)
    counts = (2, 4) if row.name == "dot" else (1, 2, 3) if row.nary else (len(row.operand_names),)
    for count in counts:
        points = [operands(row, count, draw) for _ in range(150)]
        error = 1e-11 if is_special(row) else 4e-15
        script = f"const rows = {rows_in_javascript([(row, count)])}, row = rows.{key_of((row, count))};\nreturn {points}.map(xs => {{ const y = row.value(...xs); return [y, row.partials(y, ...xs), row.domain ? row.domain(...xs) : 1, row.kink ? row.kink(...xs) : 1]; }})"
        for xs, (y, partials, domain, kink) in zip(points, number(run(browser, script))):
            try:
                expected = float(row.value(FLOAT, *xs))
            except (ValueError, ArithmeticError):
                assert row.domain is None or not domain or not math.isfinite(y), xs
                continue
            size = max(map(abs, xs)) if row.name in ("sum", "dot") else 1.0 if error > 1e-14 else 0.0
            assert close(y, expected, size, error), (xs, y, expected)
            assert bool(domain) == (row.domain is None or bool(row.domain(FLOAT, *xs))), xs
            assert (kink == 0) == (row.kink is not None and row.kink(FLOAT, *xs) == 0.0), xs
            slopes = row.local_partials(IEEE, IEEE.number(expected), [IEEE.number(x) for x in xs], [True] * count)
            for d, slope in zip(partials, slopes):
                assert (d is None) == (slope is None), xs
                assert d is None or close(d, float(slope), max(map(abs, xs)) if row.name == "pow" else size, error), (xs, d, slope)


@given(st.floats())
def test_literals_are_read_back(x: float) -> None:
    text = literal(x).strip("()").replace("Infinity", "inf").replace("NaN", "nan")
    assert repr(float(text)) == repr(x)


def test_a_planted_error_in_a_row_is_seen(browser: Any) -> None:
    planted = rows_in_javascript([(TABLE["tanh"], 1)]).replace("Math.tanh", "Math.sinh")
    assert not close(number(run(browser, f"return ({planted}).tanh.value(0.5)")), math.tanh(0.5), 0.0)


class Undrawn:
    """A page without its picture, for tests of what it computes."""

    def __init__(self, output: Value) -> None:
        shown = page(output)
        self.shown, self.order = shown, topological_order(output)
        self.script = f"{operations_of(self.order)}\nconst data = {in_json(shown._data)}, graph = new Graph(data, rows);"


def rebuilt(output: Value, leaves: Sequence[Value], xs: Sequence[float]) -> tuple[float, list[float], list[float]] | None:
    """The recorded graph at other inputs, in Python: its value, gradient, and the sum of the absolute path products."""
    order = topological_order(output)
    values = replay(IEEE, order, {x: IEEE.number(z) for x, z in zip(leaves, xs)})
    found = [sweep(IEEE, order, values, absolute=absolute) for absolute in (False, True)]
    return float(values[output]), *[[float(one.get(id(x), 0.0)) for x in leaves] for one in found]  # type: ignore[return-value]


@often
@given(recipe=recipes(), seed=st.integers(0, 10 ** 6))
def test_after_every_move_values_and_gradients_are_pythons(browser: Any, recipe: Recipe, seed: int) -> None:
    draw = random.Random(seed)
    leaves, output = recipe.build()
    undrawn = Undrawn(output)
    place = {v: k for k, v in enumerate(undrawn.order)}
    used = [x for x in leaves if x in place and x.op is None]
    points = [[x.data for x in used], *[[draw.choice([x.data, 0.0, draw.uniform(-2.5, 2.5)]) for x in used] for _ in range(4)]]
    named = [{str(place[x]): z for x, z in zip(used, xs)} for xs in points]
    script = undrawn.script + f"return {named}.map(given => {{ const values = graph.values(given); return [values[graph.output], {[place[x] for x in used]}.map(k => graph.sweep(graph.partials(values))[k])]; }})"
    for xs, (y, gradients) in zip(points, number(run(browser, script))):
        value, expected, sizes = rebuilt(output, used, xs)  # type: ignore[misc]
        if not (math.isfinite(y) and math.isfinite(value)):
            continue
        assert abs(y - value) <= 1e-12 * max(1.0, abs(value)), xs
        for g, e, size in zip(gradients, expected, sizes):
            if math.isfinite(g) and math.isfinite(e):
                assert abs(g - e) <= 1e-12 * max(size, 1e-290), (xs, g, e)
            else:
                assert math.isnan(g) == math.isnan(e), (xs, g, e)
    assert number(run(browser, script))[0][1] == pytest.approx(gradient(output, used), rel=1e-12, abs=1e-12)


def test_what_has_no_value_and_what_is_not_chosen(browser: Any) -> None:
    x = Value(2.0, name="x")
    script = Undrawn(ag.where(x > 0, ag.log(x), x * x)).script + "return [2, -2].map(x => { const values = graph.values({[graph.inputs[0]]: x}); return [values[graph.output], graph.sweep(graph.partials(values))[graph.inputs[0]], graph.faulty(values)]; })"
    assert run(browser, script) == [[str(math.log(2.0)), "0.5", None], ["4", "-4", None]]
    script = Undrawn(1 / x + ag.log(x)).script + "return [0, -1].map(x => { const v = graph.values({[graph.inputs[0]]: x}); return [v[graph.output], graph.nodes[graph.faulty(v)].formula, graph.nodes[graph.faulty(v)].needs]; })"
    assert run(browser, script) == [["NaN", "1/x", ": it needs a divisor other than 0"], ["NaN", "log(x)", ": it needs x > 0"]]


def floats() -> Iterator[float]:
    draw = random.Random(5)
    for _ in range(3000):
        yield draw.uniform(-10, 10)
        yield math.copysign(10 ** draw.uniform(-12, 12), draw.random() - 0.5)
        yield draw.randrange(-3000, 3000) / 32
        yield struct.unpack("d", struct.pack("Q", draw.getrandbits(64)))[0]
    yield from (0.0, -0.0, 1e6, 999999.5, 99995.0, 1e-5, 0.00012345, 9.9995, 1e300, 5e-324, 0.15625, math.inf, -math.inf, math.nan)


def test_numbers_are_written_as_python_writes_them(browser: Any) -> None:
    xs = list(floats())
    texts = run(browser, f"return [{', '.join(map(literal, xs))}].map(x => [number(x), number(x, 6)])")
    assert texts == [[number_text(x), number_text(x, 6)] for x in xs]


# Claims -----------------------------------------------------------------------------------------------------------------------------

TYPED = ["2x + y", "2*x**2**2", "-x²", "3(x + 1)", "x[0]*2", "√x + √(y)", "ln(x)", "(x >= 1)*y", "max_ + 1", "e*2", "x^-2", "10 - 3 - 2", "8/4/2", "σ(x)*(1 − σ(x))", "2π·x", "1e3*x", ".5x", "-2**2", "x × y ÷ 2", "sin(x)² + cos(x)²", "clamp(x, 0, 1)", "gelu(x) + mish(x) + silu(y)", "leaky_relu(-x)", "atan2(x, y)", "where(x > y, x, y)", "θ + theta"]
AT = {"x": 2.0, "y": 3.0, "x[0]": 7.0, "max_": 5.0, "e": 11.0, "θ": 0.5, "theta": 0.5}


def typed(browser: Any, text: str) -> Any:
    x = Value(1.0, name="x")
    names = sorted(AT)
    return run(browser, f"{operations_of([x])}\ntry {{ return formula({text!r}, {names}, functions)({AT}); }} catch (error) {{ return 'error: ' + error.message; }}")


@pytest.mark.parametrize("text", TYPED)
def test_formulas_are_read_as_in_python(browser: Any, text: str) -> None:
    plain = re.sub(r"(?<![\w.])(\d*\.?\d+)(?=[x(π])", r"\1*", text.replace("^", "**").replace("²", "**2").replace("x[0]", "7.0"))
    f = expression(plain)
    assert float(typed(browser, text)) == pytest.approx(f(**{name: AT[name] for name in f.names}), rel=1e-14)


@pytest.mark.parametrize(("text", "value"), [
    ("x y", 6.0), ("x²y", 12.0), ("(x - 1)(x + 1)", 3.0), ("2sin(x)cos(x)", math.sin(4.0)), ("y(1 - y)", -6.0), ("|x - y|", 1.0), ("|x| + 1", 3.0), ("x⁻¹", 0.5), ("x⁻²y", 0.75), ("sin²(x)", math.sin(2.0) ** 2), ("sin^2(x)", math.sin(2.0) ** 2),
    ("2πx", 4 * math.pi), ("πx", 2 * math.pi), ("(x > 0)y", 3.0), ("1 < x < 3", 1.0), ("1 < x < 2", 0.0), ("1 ≤ x ≤ 2", 1.0), ("x ≠ y", 1.0), ("max(x, y)", 3.0), ("max([x, y, 5])", 5.0), ("min(x, y, -1)", -1.0), ("prod(x, y)", 6.0), ("sum([x, y])", 5.0), ("mean(x, y)", 2.5), ("logsumexp([x, y])", math.log(math.exp(2.0) + math.exp(3.0))),
    ("sgn(-x)", -1.0), ("-2x exp(-x²)", -4 * math.exp(-4.0)), ("2 e", 22.0), ("x–y", -1.0), ("x∙y", 6.0), ("x/(2y)", 1 / 3)])
def test_what_students_write_is_read(browser: Any, text: str, value: float) -> None:
    assert float(typed(browser, text)) == pytest.approx(value, rel=1e-14)


def test_e_is_eulers_number_unless_a_value_has_that_name(browser: Any) -> None:
    operations = operations_of([Value(1.0, name="x")])
    assert float(run(browser, f"{operations}\nreturn formula('e^x', ['x'], functions)({{x: 2}})")) == pytest.approx(math.exp(2.0), rel=1e-15)
    assert float(run(browser, f"{operations}\nreturn formula('e^x', ['x', 'e'], functions)({{x: 2, e: 3}})")) == 9.0


@pytest.mark.parametrize(("text", "message"), [
    ("", "type a formula"), ("x +", "ends too early"), ("(x", "a ) is missing"), ("sin x", "write sin(...)"), ("1/2x", "can be read in two ways"), ("1/2√x", "can be read in two ways"), ("2e+1", "can be read in two ways"), ("foo(x)", "there is no foo"), ("x ? y", "“? y” cannot be read"),
    ("atan2(x)", "does not take 1 operand"), ("max(1, 2, 3, 4, 5, 6)", "does not take 6 operands"), ("x)", "“)” cannot be read"), ("<script>", "cannot be read"), ("constructor(x)", "there is no constructor"), ("__proto__", "there is no __proto__"), ("toString", "there is no toString"), ("xy + 1", "write x*y")])
def test_what_cannot_be_read_says_why(browser: Any, text: str, message: str) -> None:
    assert message in typed(browser, text)


def judged(browser: Any, f: str, by: str, claim: str) -> Any:
    function = expression(f)
    output = function(**{name: Value(0.7 + 0.4 * k, name=name) for k, name in enumerate(function.names)})
    undrawn = Undrawn(output)
    k = [v.name for v in undrawn.order].index(by)
    return run(browser, f"{undrawn.script}\nconst given = Object.fromEntries(graph.inputs.map(k => [k, graph.nodes[k].data]));\nreturn judge(graph, {k}, formula({claim!r}, graph.names.map(([name]) => name), functions), given)")


@pytest.mark.parametrize(("f", "by", "claim", "verdict"), [
    ("(a + b)*(b + 1)", "b", "a + 2b + 1", "right"), ("(a + b)*(b + 1)", "b", "b + 1", "wrong"), ("log(x)", "x", "1/x", "right"), ("log(x)", "x", "1/x + 1e-5", "wrong"),
    ("relu(x)*y", "x", "(x > 0)*y", "right"), ("relu(x)*y", "x", "y", "wrong"), ("abs(x)", "x", "x/abs(x)", "right"), ("sin(x)", "x", "cos(x) + 0*log(x)", "right"),
    ("x*y", "x", "y*sin(x)/sin(x)", "right"), ("x*y", "x", "log(-1 - x*x)", "inconclusive"), ("exp(50*x)", "x", "50*exp(50*x)", "right"), ("tanh(x)", "x", "1 - tanh(x)²", "right"),
    ("x - x + y", "x", "0", "right"), ("x - x + y", "x", "1e-8", "wrong"), ("x - x + y", "x", "1e-10", "wrong"), ("x - x + y", "x", "1e-13", "inconclusive"), ("1e-20*x", "x", "2e-20", "wrong"), ("1 + 0*x + tanh(20 + x/9)", "x", "(1 - tanh(20 + x/9)²)/9", "inconclusive"), ("tanh(10 + x/9)", "x", "(1 - tanh(10 + x/9)²)/9", "inconclusive"),
    ("sigmoid(20*x)", "x", "20*sigmoid(20x)*(1 - sigmoid(20x))", "right"), ("1e12*x - (1e12 - 1)*x", "x", "2", "inconclusive"), ("1e12*x - (1e12 - 1)*x", "x", "1.5e12", "wrong"), ("clamp(x, -1, 1)", "x", "0", "wrong"), ("where(x > 100, x, x*x)", "x", "2x", "wrong"),
    ("relu(x - 1000)", "x", "0", "wrong"), ("clamp(x, 0, 1)", "x", "0 < x < 1", "right"), ("max([x, 2*y])", "x", "x > 2y", "right"), ("exp(-x)", "x", "0", "wrong"), ("sin(x)", "x", "sin(x + π/2)", "right"), ("sqrt(x)", "x", "0.5/sqrt(x)", "right"), ("c = a + b; c*tanh(b)", "a", "tanh(b)", "right"),
    ("tanh(4*x + 1)", "x", "4*(1 - tanh(4x + 1)²)", "right"), ("tanh(4*x + 1)", "x", "(1 - tanh(4x + 1)²)", "wrong"), ("o = tanh(x1*w1 + x2*w2 + b); o*1", "w1", "(1 - o^2)*x1", "right"), ("s = sigmoid(8*x); 1*s", "x", "8s(1 - s)", "right"), ("s = sigmoid(8*x); 1*s", "x", "8s(1 + s)", "wrong")])
def test_claims_are_judged_at_many_points(browser: Any, f: str, by: str, claim: str, verdict: str) -> None:
    found = judged(browser, f, by, claim)
    assert found["verdict"] == verdict, found
    if verdict == "right":
        assert int(found["right"]) >= 10


# The page in use --------------------------------------------------------------------------------------------------------------------

class Reader:
    """A page as its reader sees it."""

    def __init__(self, browser: Any, shown: Page, folder: Path) -> None:
        self.browser, self.shown = browser, shown
        self.address = shown.save(folder / "page.html").as_uri()
        browser.get(self.address)

    def find(self, selector: str) -> Any:
        return find(self.browser, selector)

    def texts(self, box: str) -> list[str]:
        return [x.get_attribute("textContent") for x in self.browser.find_elements(By.CSS_SELECTOR, f"[id='{box}'] text")]

    def box(self, name: str) -> str:
        """The id of the box whose first line begins with a name."""
        groups = self.browser.find_elements(By.CSS_SELECTOR, "svg .node")
        return next(g.get_attribute("id") for g in groups if re.split(r"[ ,]", g.get_attribute("aria-label"))[0] == name)

    def state(self) -> Any:
        return self.browser.execute_script("return document.querySelector('main').shown.state()")

    def set(self, name: str, value: float) -> None:
        self.browser.execute_script("const s = document.querySelector(`input[type=range][aria-label='${arguments[0]}']`); s.value = arguments[1]; s.dispatchEvent(new Event('input'))", name, value)

    def claim(self, by: int, text: str) -> str:
        from selenium.webdriver.support.ui import Select
        Select(self.find(".claim select")).select_by_index(by)
        field = self.find(".claim input")
        field.clear()
        field.send_keys(text, Keys.ENTER)
        return str(self.find(".verdict").text)


def textbook(**options: Any) -> Page:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    e = c * d
    return page(e, names=dict(c=c, d=d, e=e), **options)


@pytest.fixture
def reader(browser: Any, tmp_path: Path) -> Reader:
    faults(browser)
    return Reader(browser, textbook(), tmp_path)


def test_it_opens_with_what_draw_shows(reader: Reader) -> None:
    assert reader.texts(reader.box("e")) == ["e = c × d", "value 6", "∂e/∂e = 1"]
    assert reader.texts(reader.box("b")) == ["b", "value 1", "∂e/∂b = 5"]
    assert sorted(x.get_attribute("textContent") for x in reader.browser.find_elements(By.CSS_SELECTOR, ".edge text")) == ["∂c/∂a = 1", "∂c/∂b = 1", "∂d/∂b = 1", "∂e/∂c = 2", "∂e/∂d = 3"]
    assert reader.find("h1").text == "e = (a + b) × (b + 1)"
    assert faults(reader.browser) == ([], {"file"})


def test_a_slider_moves_everything(reader: Reader) -> None:
    reader.set("a", 4.0)
    assert reader.texts(reader.box("a")) == ["a", "value 4", "∂e/∂a = 2"]
    assert reader.texts(reader.box("e")) == ["e = c × d", "value 10", "∂e/∂e = 1"]
    assert reader.texts(reader.box("b"))[2] == "∂e/∂b = 7"
    reader.set("b", -1.5)
    assert reader.texts(reader.box("e"))[1] == "value -1.25"
    assert reader.find("input[type=number][aria-label='a, as a number']").get_attribute("value") == "4"
    assert faults(reader.browser)[0] == []


def test_a_number_can_be_typed_and_the_slider_follows(reader: Reader) -> None:
    field = reader.find("input[type=number][aria-label='b, as a number']")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("1000.5")
    assert reader.texts(reader.box("e"))[1] == "value 1.004e+06"
    assert float(reader.find("input[type=range][aria-label='b']").get_attribute("value")) == 1000.5
    field.send_keys(Keys.CONTROL, "a", Keys.NULL, Keys.BACKSPACE, Keys.TAB)      # nothing is typed: the last number stays
    assert reader.texts(reader.box("b"))[1] == "value 1000"
    assert field.get_attribute("value") == "1000.5"


def test_keys_move_a_slider(reader: Reader) -> None:
    slider = reader.find("input[type=range][aria-label='a']")
    slider.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert reader.texts(reader.box("a"))[1] == "value 2.2"
    assert reader.find(".count").text == "6 of 6"                    # the sweep stays where it is


def test_a_box_can_be_dragged(reader: Reader) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    box = reader.find(f"#{reader.box('a')}")
    ActionChains(reader.browser).move_to_element(box).click_and_hold().move_by_offset(40, 0).perform()
    assert reader.texts(reader.box("a"))[1] == "value 3.6"
    ActionChains(reader.browser).move_by_offset(-80, 5).release().perform()
    assert reader.texts(reader.box("a"))[1] == "value 0.4"
    assert reader.texts(reader.box("e"))[1] == "value 2.8"
    ActionChains(reader.browser).move_by_offset(30, 0).perform()     # released
    assert reader.texts(reader.box("a"))[1] == "value 0.4"
    ActionChains(reader.browser).move_to_element(reader.find(f"#{reader.box('e')}")).click_and_hold().move_by_offset(40, 0).release().perform()
    assert reader.texts(reader.box("e"))[1] == "value 2.8"           # no input


def test_a_finger_drags_it_too(reader: Reader) -> None:
    from selenium.webdriver.common.actions.action_builder import ActionBuilder
    from selenium.webdriver.common.actions.pointer_input import PointerInput
    place = reader.find(f"#{reader.box('b')}").rect
    x, y = int(place["x"] + place["width"] / 2), int(place["y"] + place["height"] / 2)
    actions = ActionBuilder(reader.browser, mouse=PointerInput("touch", "finger"))
    actions.pointer_action.move_to_location(x, y).pointer_down().move_to_location(x + 20, y).pointer_up()
    actions.perform()
    assert reader.texts(reader.box("b"))[1] == "value 1.4"


def test_hovering_tells_of_a_node_and_its_paths(reader: Reader) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    assert reader.find(".about").text.splitlines() == ["e", "e = c × d = 6", "∂e/∂e = 1"]
    ActionChains(reader.browser).move_to_element(reader.find(f"#{reader.box('b')}")).perform()
    assert reader.find(".about").text.splitlines() == ["b", "b = 1", "∂e/∂b = 1 × 2 + 1 × 3 = 5", "b → c → e: 1 × 2 = 2", "b → d → e: 1 × 3 = 3"]
    assert len(reader.browser.find_elements(By.CSS_SELECTOR, ".edge.path0")) == len(reader.browser.find_elements(By.CSS_SELECTOR, ".edge.path1")) == 2
    ActionChains(reader.browser).move_to_element(reader.find("h1")).perform()
    assert reader.find(".about").text.splitlines()[0] == "e"


def test_a_click_and_a_key_choose_a_node(reader: Reader) -> None:
    reader.find(f"#{reader.box('c')}").click()
    assert reader.find(".about h2").text == "c"
    assert reader.find(f"#{reader.box('c')}").get_attribute("aria-pressed") == "true"
    reader.find(f"#{reader.box('a')}").send_keys(Keys.ENTER)
    assert reader.find(".about").text.splitlines() == ["a", "a = 2", "∂e/∂a = 1 × 2 = 2", "a → c → e: 1 × 2 = 2"]
    reader.set("b", 2.0)
    assert reader.find(".about").text.splitlines()[2] == "∂e/∂a = 1 × 3 = 3"


def test_the_sweep_has_the_numbers_of_the_moved_inputs(reader: Reader) -> None:
    reader.set("a", -3.0)
    reader.find(".first").click()
    assert [reader.texts(reader.box(name))[2] for name in "abcde"] == ["∂e/∂a = ?", "∂e/∂b = ?", "∂e/∂c = ?", "∂e/∂d = ?", "∂e/∂e = 1"]
    titles = []
    for _ in range(5):
        reader.find(".next").click()
        titles.append(reader.find(".said").text)
    a, b = Value(-3.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    e = c * d
    assert titles == [step.title for step in ag.sweep(e, names=dict(c=c, d=d, e=e)).steps[1:]]
    reader.find(".first").click()
    reader.browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ARROW_RIGHT)
    assert reader.find(".count").text == "2 of 6"
    assert len(reader.browser.find_elements(By.CSS_SELECTOR, ".edge.active")) == 1
    reader.set("a", 2.0)                                             # moving an input keeps the step
    assert reader.find(".count").text == "2 of 6"
    assert reader.find(".said").text == "∂e/∂c += ∂e/∂e × ∂e/∂c : 0 + 1 × 2 = 2"


def test_a_typed_derivative_is_told_right_or_wrong(reader: Reader) -> None:
    assert reader.claim(1, "a + 2b + 1") == "Right, checked at 40 points."
    assert reader.claim(1, "c + d") == "Right, checked at 40 points."
    assert reader.claim(1, "b + 1") == "Wrong at a = 2, b = 1: you have 2, it should be 5."
    assert "wrong" in reader.find(".verdict").get_attribute("class")
    assert reader.claim(0, "b + 1") == "Right, checked at 40 points."
    assert reader.claim(0, "b +") == "Not read: the formula ends too early."
    assert reader.claim(0, "<img src=x onerror=alert(1)>").startswith("Not read")
    assert faults(reader.browser)[0] == []


def test_the_caption_follows_the_inputs(reader: Reader) -> None:
    assert reader.find(".said").text == "∂e/∂b += ∂e/∂c × ∂c/∂b : 3 + 2 × 1 = 5"
    reader.set("a", 4.0)
    assert reader.find(".said").text == "∂e/∂b += ∂e/∂c × ∂c/∂b : 5 + 2 × 1 = 7"


def test_a_branch_that_is_not_taken_adds_nothing_in_the_sweep(browser: Any, tmp_path: Path) -> None:
    x, w = Value(2.0, name="x"), Value(3.0, name="w")
    reader = Reader(browser, page(ag.where(x > 0, ag.exp(x) * w, x * x + w) * 2), tmp_path)
    for moved in (2.0, -2.0):
        reader.set("x", moved)
        reader.find(".first").click()
        for _ in range(len(reader.shown._data["steps"]) - 1):
            reader.find(".next").click()
            shown = reader.find(".said").text + "".join([text for box in ("x", "w", "f") for text in reader.texts(reader.box(box))])
            assert "nan" not in shown
            assert "inf" not in shown
            assert "none" not in shown


def test_a_slope_of_0_times_infinity_is_pythons(browser: Any) -> None:
    x, k = Value(0.0, name="x"), Value(0.0, name="k")
    y = ag.sqrt(x) * k
    assert str(gradient(y, x)) == "nan"
    undrawn = Undrawn(y)
    script = undrawn.script + "const values = graph.values({}); return graph.sweep(graph.partials(values))"
    assert number(run(browser, script))[[v.name for v in undrawn.order].index("x")] != 0.0


def test_a_deep_graph_is_a_page_in_little_time(browser: Any, tmp_path: Path) -> None:
    v = x = Value(1.0, name="x")
    for _ in range(55):
        v = v + v                                                    # 2**55 terms, were it written out
    assert page(v).title == "f"
    v = x
    with ag.scopes.Scope("rnn"):
        for _ in range(15_000):
            v = ag.sin(v)
    faults(browser)
    reader = Reader(browser, page(v * 2), tmp_path)
    reader.find(f"#{reader.box('x')}").click()
    assert reader.find(".about").text.splitlines()[:2] == ["x", "x = 1"]
    assert "x → … → f" in reader.find(".about").text
    assert faults(browser)[0] == []


def test_a_place_without_a_value_and_a_kink_are_told(browser: Any, tmp_path: Path) -> None:
    x = Value(2.0, name="x")
    reader = Reader(browser, page(ag.log(x) + ag.relu(x)), tmp_path)
    assert reader.find(".status").text == ""
    reader.set("x", -1.0)
    assert reader.find(".status").text == "v₁ = log(x) has no value here: it needs x > 0."
    assert reader.texts(reader.box("v₁"))[1] == "value none"
    reader = Reader(browser, page(ag.relu(x) * 2), tmp_path)
    reader.set("x", 0.0)
    assert reader.find(".status").text.startswith("There is a kink here")


def test_a_network_is_a_page_too(browser: Any, tmp_path: Path) -> None:
    model = nn.MLP(2, [4, 4, 1], activation="tanh", rng=0)
    y = model([Value(0.5, name="x1"), Value(-1.0, name="x2")])
    loss = losses.mse([y], [1.0])
    reader = Reader(browser, page(loss, names=dict(y=y, L=loss)), tmp_path)
    reader.set("x1", -0.5)
    z = model([Value(-0.5, name="x1"), Value(-1.0, name="x2")])
    moved = losses.mse([z], [1.0])
    assert reader.texts(reader.box("L"))[1] == f"value {number_text(moved.data)}"
    state = reader.state()
    names = [node["name"] for node in reader.shown._data["nodes"]]
    for p, g in zip(model.parameters(), gradient(moved, model.parameters())):
        assert state["gradients"][names.index(p.name or "")] == pytest.approx(g, rel=1e-11, abs=1e-14)
    reader.find(".first").click()
    for _ in range(3):
        reader.find(".next").click()
    assert re.fullmatch(r"∂L/∂out = \S+ flows back through layer3.neuron1", reader.find(".said").text)


HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a\"b'c&d\\e", "x{}${y}`", "ab\nc", "\u2028", "名前∂", "w" * 300, "__proto__", "constructor", "{}", "theta"]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_harmless(browser: Any, tmp_path: Path, name: str) -> None:
    faults(browser)
    x, y = Value(2.0, name=name), Value(3.0, name="y")
    reader = Reader(browser, page(x * y + x, title=name), tmp_path)
    assert number(str(reader.state()["gradients"][0])) in (4.0, 2.0)
    reader.find(".svg, svg .node").click()
    assert reader.claim(0, "y + 1")
    assert faults(browser) == ([], {"file"})
    assert len(browser.find_elements(By.TAG_NAME, "script")) == 2


# How it looks and reads -------------------------------------------------------------------------------------------------------------

def emulate(browser: Any, width: int = 1100, dark: bool = False, still: bool = False) -> None:
    features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}, {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500})


@pytest.fixture
def plain(browser: Any) -> Iterator[None]:
    yield
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def colour(browser: Any, selector: str, what: str) -> str:
    return str(browser.execute_script("return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", selector, what))


@pytest.mark.usefixtures("plain")
def test_it_follows_the_readers_theme(browser: Any, tmp_path: Path) -> None:
    emulate(browser)
    reader = Reader(browser, textbook(), tmp_path)
    light = [colour(browser, "body", "backgroundColor"), colour(browser, f"#{reader.box('b')}s0", "fill")]
    emulate(browser, dark=True)
    dark = [colour(browser, "body", "backgroundColor"), colour(browser, f"#{reader.box('b')}s0", "fill")]
    assert (light[0], dark[0]) == ("rgb(255, 255, 255)", "rgb(15, 23, 42)")
    assert light[1] != dark[1]
    fixed = Reader(browser, textbook(theme="light"), tmp_path)
    assert colour(browser, "body", "backgroundColor") == "rgb(255, 255, 255)"
    assert fixed.find("h1").text


@pytest.mark.usefixtures("plain")
def test_it_fits_a_phone_and_reduced_motion(browser: Any, tmp_path: Path) -> None:
    for dark in (False, True):
        emulate(browser, 390, dark, still=True)
        reader = Reader(browser, textbook(), tmp_path)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
        assert float(colour(browser, "svg text", "fontSize").removesuffix("px")) >= 11
        assert browser.execute_script("const s = document.querySelector('svg'); return s.getBoundingClientRect().width / s.viewBox.baseVal.width") >= 0.85
        assert colour(browser, f"#{reader.box('b')}s0", "transitionDuration") == "0s"
        assert browser.find_elements(By.CSS_SELECTOR, "button, input, select")
    emulate(browser)
    assert colour(browser, f"#{reader.box('b')}s0", "transitionDuration") == "0.15s"


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("what", ["page", "network", "sweep"])
def test_axe_finds_no_violation(browser: Any, tmp_path: Path, what: str) -> None:
    axe = pytest.importorskip("axe_core_python")
    model = nn.MLP(2, [3, 1], rng=0)
    shown = {"page": textbook, "network": lambda: page(model([1.0, 2.0])), "sweep": lambda: ag.sweep((Value(2.0, name="a") + 1) * 3)}[what]()
    address = shown.save(tmp_path / "shown.html").as_uri()
    script = (Path(axe.__file__).parent / "axe.min.js").read_text()
    for dark in (False, True):
        emulate(browser, dark=dark, still=True)
        browser.get(address)
        browser.execute_cdp_cmd("Runtime.evaluate", {"expression": script})      # past the page's own rules on scripts
        found = browser.execute_async_script("axe.run().then(found => arguments[0](found.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))])))")
        assert found == []
    browser.execute_script("document.querySelector('.slider').removeAttribute('aria-label')")     # a planted one
    assert browser.execute_async_script("axe.run().then(found => arguments[0](found.violations.length))") > 0


# Without a browser ------------------------------------------------------------------------------------------------------------------

def test_bad_options_are_refused() -> None:
    x = Value(1.0)
    for options, error in (({"theme": "blue"}, InputError), ({"direction": "up"}, InputError), ({"title": 3}, OperandError), ({"font_size": 0}, InputError), ({"names": 3}, OperandError)):
        with pytest.raises(error):
            page(x * 2, **options)  # type: ignore[arg-type]
    with pytest.raises(OperandError, match="page takes a Value"):
        page(3.0)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"as \.html"):
        page(x * 2).save("page.svg")


def test_what_a_page_says_of_itself(tmp_path: Path) -> None:
    shown = textbook()
    assert repr(shown) == '<Page of 5 values: save("page.html") or .html()>'
    assert "<iframe srcdoc=" in (shown._repr_html_() or "")
    assert shown.save(tmp_path / "p.html").read_text().startswith("<!doctype html>")
    assert page(Value(1.0, name="x") * 2, title="my own").title == "my own"


def test_a_large_graph_is_a_page_of_what_is_drawn() -> None:
    x = Value(0.5, name="x")
    v = x
    for _ in range(1500):
        v = ag.tanh(v * 0.999 + x)
    shown = page(v)
    assert len(shown._data["nodes"]) == 4501
    assert len(shown._data["boxes"]) < 80
    for _ in range(6000):
        v = ag.tanh(v * 0.999 + x)
    with pytest.raises(InputError, match=r"more than 20,000"):
        page(v)


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.cli import main
    monkeypatch.chdir(tmp_path)
    assert main(["page", "(a+b)*(b+1)", "a=2", "b=1", "-o", "e.html"]) == 0
    assert "The page is in e.html" in capsys.readouterr().out
    assert "∂f/∂b = 5" not in (tmp_path / "e.html").read_text()      # it is computed when it is opened
    assert main(["page", "(a+b)*(b+1)", "-o", "e.svg"]) == 2
    assert main(["page", "2 + 3"]) == 2


def test_explore_needs_its_extra_and_knows_its_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("anywidget")
    shown = ag.explore("(a + b)*(b + 1)", a=2, b=1)
    assert shown.inputs == {"a": 2.0, "b": 1.0}
    shown.inputs = {"a": 3}
    assert shown.inputs == {"a": 3.0, "b": 1.0}
    for inputs in ({"q": 1.0}, {"a": "x"}, {"a": math.nan}):
        with pytest.raises(AutogradError):
            shown.inputs = inputs
    assert shown.inputs == {"a": 3.0, "b": 1.0}
    assert ag.explore(lambda theta: ag.sin(theta), theta=0.5).inputs == {"theta": 0.5}
    assert ag.explore("f*y*z*output", f=1, y=2, z=3, output=4).inputs["output"] == 4.0
    for f, point in (((lambda a: a * a), {"b": 1}), ("a*b", {"a": math.nan, "b": 1}), ("a*b", {"a": "x", "b": 1})):
        with pytest.raises(InputError):
            ag.explore(f, **point)
    for f, point in (((lambda a: 2.0), {"a": 1}), (3, {})):
        with pytest.raises(OperandError):
            ag.explore(f, **point)  # type: ignore[arg-type]
    monkeypatch.setitem(__import__("sys").modules, "anywidget", None)
    with pytest.raises(ImportError, match=r"scalar-autograd\[notebook\]"):
        ag.explore("x*2", x=1)
