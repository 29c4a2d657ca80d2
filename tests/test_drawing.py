"""Pictures: golden DOT, names and escapes, rendering, and what happens without a `dot`.

`pytest tests/test_drawing.py --rewrite-golden` writes tests/golden/*.dot anew; read the difference before you commit it.
"""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, draw
from autograd.drawing import Drawing, render, table
from autograd.drawing.style import THEMES
from autograd.errors import InputError, OperandError, RenderError
from autograd.labels import Labels
from autograd.text import number
from autograd.traversal import topological_order

GOLDEN = Path(__file__).parent / "golden"


def textbook(**options: Any) -> Drawing:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    return draw(c * d, names=dict(c=c, d=d, other=Value(1.0), nothing=None), **options)


def named_textbook(**options: Any) -> Drawing:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    e = c * d
    return draw(e, names=dict(c=c, d=d, e=e), **options)


def squared() -> Drawing:
    x = Value(3.0, name="x")
    return draw(x * x)


def awkward_names() -> Drawing:
    names = ['say "hi"', "back\\slash \\n \\N", "<b>bold</b>", "&lt; & &amp;", "two\nlines", "nul\x00", "∂ α ₁", "x" * 60]
    return draw(ag.sum([Value(float(k), name=name) for k, name in enumerate(names)]), title='<i>a "title"</i> \\G')


def neuron() -> Drawing:
    w = [Value(x, name=f"w{k}") for k, x in enumerate([0.5, -1.5, 2.0])]
    out = ag.tanh(ag.dot(w, [1.0, 0.25, -0.5]) + Value(0.1, name="bias"))
    return draw(out, names={"out": out})


def piecewise() -> Drawing:
    x = Value(-1.5, name="x")
    return draw(ag.where(x > 0, x ** 2, ag.gelu(x) / x ** -3) - 2 ** x, names={"f": x}, direction="TB", partials=False)


def constants_and_infinities() -> Drawing:
    x = Value(0.0, name="x")
    return draw(ag.sqrt(x) + 1e-7 + ag.cbrt(x) * float("inf"))


DRAWINGS: dict[str, Callable[[], Drawing]] = {
    "textbook": named_textbook, "dark": lambda: named_textbook(theme="dark", title="e = (a + b)(b + 1)"), "unnamed": textbook, "squared": squared,
    "awkward_names": awkward_names, "neuron": neuron, "piecewise": piecewise, "constants_and_infinities": constants_and_infinities,
    "leaf": lambda: draw(Value(2.0, name="x"))}


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_dot_is_the_golden_one(name: str, request: pytest.FixtureRequest) -> None:
    golden = GOLDEN / f"{name}.dot"
    source = DRAWINGS[name]().source
    if request.config.getoption("--rewrite-golden"):
        golden.write_text(source)
    assert source == golden.read_text(), f"if the change is meant: pytest {__file__} --rewrite-golden"


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_golden_picture_renders(name: str) -> None:
    drawing = DRAWINGS[name]()
    assert "<svg" in drawing.svg()
    assert drawing.png().startswith(b"\x89PNG")


def test_there_is_no_golden_file_without_a_drawing() -> None:
    assert {path.stem for path in GOLDEN.glob("*.dot")} == set(DRAWINGS)


def test_the_textbook_picture_shows_values_gradients_and_partials() -> None:
    source = named_textbook().source
    for text in ("a\\nvalue 2\\n∂e/∂a = 2", "b\\nvalue 1\\n∂e/∂b = 5", "c = a + b\\nvalue 3\\n∂e/∂c = 2", "d = b + 1\\nvalue 2\\n∂e/∂d = 3",
                 "e = c × d\\nvalue 6\\n∂e/∂e = 1", " ∂c/∂a = 1 ", " ∂c/∂b = 1 ", " ∂d/∂b = 1 ", " ∂e/∂c = 2 ", " ∂e/∂d = 3 "):
        assert f'"{text}"' in source


def test_x_times_x_shows_two_edges() -> None:
    assert squared().source.count("1 -> 2") == 2


def test_a_picture_runs_a_sweep_of_its_own() -> None:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    e = (a + b) * (b + 1)
    before = draw(e).source
    e.backward()
    e.backward()
    assert draw(e).source == before
    assert (a.grad, b.grad) == (4.0, 10.0)


def test_the_same_graph_gives_the_same_dot_in_every_run() -> None:
    code = ("from autograd import *\nw = [Value(k / 7, name=f'w{k}') for k in range(9)]\n"
            "print(draw(tanh(dot(w, w[::-1])) + logsumexp(w)).source)")
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": str(seed)}).stdout
            for seed in (1, 2, 3)}
    assert len(runs) == 1


# Names ------------------------------------------------------------------------------------------------------------------------------

def test_names_come_from_the_mapping_then_the_value_then_v1_v2() -> None:
    a, v1 = Value(2.0, name="a"), Value(3.0, name="v₁")
    c = a * v1
    e = c + a
    order = topological_order(e)
    labels = Labels(order, {"alpha": a, "nothing": None, "e": e})
    assert [labels.name(v) for v in order] == ["alpha", "v₁", "v₂", "e"]
    assert labels.formula(e) == "v₂ + alpha"
    assert [Labels(order).name(v) for v in order] == ["a", "v₁", "v₂", "v₃"]
    here = locals()
    assert [Labels(order, here).name(v) for v in order][2] == "c"
    assert Labels(order, {"v₂": Value(1.0)}).name(c) == "v₂"
    twins = [Value(1.0, name="a"), Value(2.0, name="a"), Value(3.0, name="a₂")]
    assert [Labels(twins).name(v) for v in twins] == ["a", "a₃", "a₂"]
    many = [Value(1.0, name="w") for _ in range(3000)]               # quadratic, this would take seconds
    labels = Labels(many)
    assert (labels.name(many[0]), labels.name(many[1]), labels.name(many[2999])) == ("w", "w₂", "w₃₀₀₀")
    with pytest.raises(OperandError, match="names must be a mapping"):
        draw(e, names=["e"])  # type: ignore[arg-type]


@pytest.mark.parametrize(("make", "formula"), [
    (lambda x: x ** 2, "x²"), (lambda x: x ** -12, "x⁻¹²"), (lambda x: x ** 0.5, "x**0.5"), (lambda x: 2 ** x, "2**x"), (lambda x: -x, "-x"),
    (lambda x: 1 / x, "1/x"), (lambda x: x * -3, "x × (-3)"), (lambda x: ag.tanh(x), "tanh(x)"), (lambda x: x > 0.25, "x > 0.25"),
    (lambda x: ag.clamp(x, 0.0), "clamp(x, 0, inf)"), (lambda x: ag.sum([x, x, 3.0]), "x + x + 3"),
    (lambda x: ag.prod([x, 2.0]), "x × 2"), (lambda x: ag.dot([x, 2.0], [3.0, x]), "x × 3 + 2 × x"), (lambda x: ag.max([x, 1.0]), "max(x, 1)"),
    (lambda x: ag.sum([x] * 9), "sum(x, x, …, x)"),
    (lambda x: ag.dot([x] * 3, [1, 2, 3]), "[x, x, x] · [1, 2, 3]"), (lambda x: ag.dot([x] * 9, range(9)), "[x, x, …, x] · [0, 1, …, 8]"), (lambda x: x / 3 * 0 + 1 / 3, "v₂ + 0.333333"), (lambda x: ag.equal(x, 1), "x == 1"),
    (lambda x: ag.where(x, x, 1.0), "x if x else 1"), (lambda x: x - 123456789.0, "x - 1.23457e+08")])
def test_formulas(make: Callable[[Value], Value], formula: str) -> None:
    v = make(Value(0.5, name="x"))
    assert Labels(topological_order(v)).formula(v) == formula


@pytest.mark.parametrize(("x", "text"), [(2.0, "2"), (-0.0, "0"), (0.055018, "0.05502"), (1e-7, "1e-07"), (123456.0, "123456"), (1e6, "1e+06"),
                                         (float("inf"), "inf"), (float("nan"), "nan"), (-1.5, "-1.5")])
def test_numbers(x: float, text: str) -> None:
    assert number(x) == text


@given(st.text(max_size=20))
@settings(max_examples=25)
def test_any_name_can_be_drawn(name: str) -> None:
    x = Value(1.0, name=name)
    assert "<svg" in draw(x * 2, names={"y": x} if not name else None, title=name).svg()


# Colours ------------------------------------------------------------------------------------------------------------------------------

def test_the_fill_shows_the_sign_and_size_of_the_gradient() -> None:
    theme = THEMES["light"]
    assert [theme.fill(g, 5.0) for g in (5.0, 2.0, 1.0)] == ["#ecab75", "#f4cfaf", "#f8dfca"]
    assert theme.fill(0.0, 5.0) == theme.fill(0.0, 0.0) == "#ffffff"
    assert theme.fill(float("inf"), 5.0) == theme.fill(5.0, 5.0)
    for other in (THEMES["light"], THEMES["dark"]):
        assert len({other.fill(g, 5.0) for g in (-5.0, -2.0, 0.0, 2.0, 5.0, float("nan"))}) == 6


# Rendering ----------------------------------------------------------------------------------------------------------------------------

def test_save_takes_its_format_from_the_suffix(tmp_path: Path) -> None:
    drawing = named_textbook()
    assert drawing.save(tmp_path / "e.SVG").read_text().startswith("<?xml")
    assert drawing.save(str(tmp_path / "e.png")).read_bytes().startswith(b"\x89PNG")
    assert drawing.save(tmp_path / "e.dot").read_text() == drawing.source
    assert drawing.save(tmp_path / "e.mmd").read_text() == drawing.mermaid
    for name in ("e.jpg", "e", "png"):
        with pytest.raises(InputError, match=r"as \.svg, \.png, \.pdf, \.dot or \.mmd"):
            drawing.save(tmp_path / name)
    assert len(list(tmp_path.iterdir())) == 4


def test_bad_options_are_refused_at_the_door() -> None:
    for options, message in (({"direction": "left"}, "direction must be one of LR, TB, RL, BT, got 'left'"), ({"theme": "blue"}, "theme must be one of light, dark")):
        with pytest.raises(InputError, match=message):
            named_textbook(**options)
    with pytest.raises(OperandError, match=r"draw takes a Value or a Module, got the float 2\.0"):
        draw(2.0)  # type: ignore[arg-type]


def test_jupyter_shows_svg() -> None:
    bundle = named_textbook()._repr_mimebundle_(include=None, exclude=None)
    assert "<svg" in bundle["image/svg+xml"]
    assert bundle["text/plain"].startswith("<Drawing of 5 values")
    assert repr(draw(Value(1.0))).startswith("<Drawing of 1 value:")


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture
def _no_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_bundled", lambda: iter(()))
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.usefixtures("_no_dot")
def test_without_a_dot_the_error_names_both_remedies(tmp_path: Path) -> None:
    drawing = named_textbook()
    with pytest.raises(RenderError, match=r"pip install graphviz-pure.*install Graphviz for your system.*\.source") as caught:
        drawing.save(tmp_path / "e.png")
    assert not list(tmp_path.iterdir())
    bundle = drawing._repr_mimebundle_()
    assert str(caught.value) in bundle["text/plain"]
    assert drawing.source in bundle["text/plain"]
    assert drawing.save(tmp_path / "e.dot").exists()


@pytest.mark.usefixtures("_no_dot")
def test_the_systems_dot_is_taken_where_none_is_bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "dot", "echo '<svg drawn'")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert named_textbook().svg() == "<svg drawn\n"


def test_the_bundled_dot_is_found_without_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "<svg" in named_textbook().svg()


@pytest.mark.parametrize(("script", "message"), [
    ("echo 'syntax error' >&2; exit 3", "exit code 3: syntax error"), ("true", "failed with exit code 0"), ("exec sleep 20", "did not finish in 0.2 seconds")])
def test_a_dot_that_fails(script: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRAD_DOT", program(tmp_path / "bad-dot", script))
    with pytest.raises(RenderError, match=message):
        render.render(named_textbook().source, "svg", seconds=0.2)


def test_a_dot_that_cannot_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRAD_DOT", "/nowhere/dot")
    with pytest.raises(RenderError, match="/nowhere/dot cannot be run"):
        named_textbook().png()


# The table --------------------------------------------------------------------------------------------------------------------------------

def test_the_table_of_the_textbook_example() -> None:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    e = c * d
    assert table(e, names=dict(c=c, d=d, e=e)) == """\
node  operation  value  local partials        gradient
a                    2                        ∂e/∂a = 2
b                    1                        ∂e/∂b = 5
c     a + b          3  ∂c/∂a = 1, ∂c/∂b = 1  ∂e/∂c = 2
d     b + 1          2  ∂d/∂b = 1             ∂e/∂d = 3
e     c × d          6  ∂e/∂c = 2, ∂e/∂d = 3  ∂e/∂e = 1"""


def test_the_table_keeps_its_columns_beside_wide_and_combining_characters() -> None:
    lines = table(Value(1.0, name="数数") * Value(2.0, name="e\u0301") + Value(3.0, name="b")).splitlines()
    column = lines[-2].index("3")                                    # of the value of b
    assert lines[1].index("1") == column - 2                         # two characters take four columns
    assert lines[2].index("2") == column + 1                         # two characters take one
