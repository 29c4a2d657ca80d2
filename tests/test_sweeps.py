"""The sweep step by step: its numbers against the engine's, its pictures against each other, and its files."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from PIL import Image, ImageChops

import autograd as ag
from autograd import Value, draw, nn, sweep
from autograd.drawing import Sweep
from autograd.errors import InputError, MissingExtraError, OperandError
from autograd.text import number
from autograd.traversal import topological_order
from tests.strategies import Recipe, recipes

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["</script><script>alert(1)</script>", '"', "&amp;", "two\nlines", "<!--", "${x}", "\\u003c", "'", "x" * 10_000]


def textbook(**options: Any) -> Sweep:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    e = c * d
    return sweep(e, names=dict(c=c, d=d, e=e), **options)


def texts(svg: str) -> list[str]:
    return [x.text or "" for x in ET.fromstring(svg).iter(f"{SVG}text")]


# The numbers ----------------------------------------------------------------------------------------------------------------------------

def test_the_textbook_sweep() -> None:
    assert [step.title for step in textbook().steps] == [
        "∂e/∂e = 1", "∂e/∂c += ∂e/∂e × ∂e/∂c : 0 + 1 × 2 = 2", "∂e/∂d += ∂e/∂e × ∂e/∂d : 0 + 1 × 3 = 3",
        "∂e/∂b += ∂e/∂d × ∂d/∂b : 0 + 3 × 1 = 3", "∂e/∂a += ∂e/∂c × ∂c/∂a : 0 + 2 × 1 = 2",
        "∂e/∂b += ∂e/∂c × ∂c/∂b : 3 + 2 × 1 = 5"]
    forward = textbook(forward=True).steps
    assert [step.title for step in forward[:4]] == ["the inputs", "c = a + b = 3", "d = b + 1 = 2", "e = c × d = 6"]
    assert forward[0].values == {"a", "b"}
    assert forward[2].values == {"a", "b", "c", "d"}
    assert [step.title for step in forward[4:]] == [step.title for step in textbook().steps]


@given(recipes())
@settings(max_examples=60, deadline=None)
def test_the_last_step_has_the_engines_gradients(recipe: Recipe) -> None:
    _, output = recipe.build()
    output.backward()
    named = {f"n{k}": v for k, v in enumerate(topological_order(output))}
    for forward in (False, True):
        last = sweep(output, names=named, forward=forward).steps[-1].gradients
        for name, v in named.items():
            if name in last or v.grad:
                assert last[name] == pytest.approx(v.grad, rel=1e-9, abs=1e-12)


def test_the_last_picture_shows_the_engines_gradients() -> None:
    x1, x2 = Value(2.0, name="x1"), Value(3.0, name="x2")
    output = nn.MLP(2, [3, 1], activation="tanh", rng=0)([x1, x2])
    output.name = "o"
    output.backward()
    shown = texts(sweep(output).frames[-1])
    for v in (x1, x2, output):
        assert f"∂o/∂{v.name} = {number(v.grad)}" in shown
    assert not [text for text in shown if "?" in text]


def test_a_product_with_itself_is_two_steps() -> None:
    x = Value(3.0, name="x")
    y = x * x
    y.name = "y"
    assert [step.title for step in sweep(y).steps[1:]] == ["∂y/∂x += ∂y/∂y × ∂y/∂x : 0 + 1 × 3 = 3", "∂y/∂x += ∂y/∂y × ∂y/∂x : 3 + 1 × 3 = 6"]


def test_negative_numbers_are_bracketed() -> None:
    x = Value(3.0, name="x")
    y = x * -2
    y.name = "y"
    assert sweep(y).steps[1].title == "∂y/∂x += ∂y/∂y × ∂y/∂x : 0 + 1 × (-2) = -2"


def test_a_sweep_touches_no_gradient() -> None:
    x = Value(3.0, name="x")
    y = x * x
    sweep(y).html()
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_nothing_flows_through_a_comparison() -> None:
    x = Value(3.0, name="x")
    y = ag.where(x > 1, x * 2, x)
    assert sweep(y).steps[-1].gradients["x"] == 2.0


def test_a_larger_graph_is_one_step_a_node_and_a_network_one_a_neuron() -> None:
    x = Value(0.5, name="x")
    v = x
    for _ in range(20):
        v = v * x + x
    steps = sweep(v).steps
    assert len(steps) == 41
    assert steps[1].title.startswith("∂f/∂f = 1 flows from f to v₃₉, x")
    output = nn.MLP(2, [4, 4, 1], activation="tanh", rng=0)([x, x])
    output.name = "o"
    titles = [step.title for step in sweep(output).steps[1:]]
    assert titles[0] == "∂o/∂out = 1 flows back through layer3.neuron1"
    assert [title.rpartition(" ")[2] for title in titles] == ["layer3.neuron1", *[f"layer{i}.neuron{k}" for i in (2, 1) for k in (4, 3, 2, 1)]]
    shown = [box.lines for box in draw(output).scene.boxes if box.lines[0] == "neuron4"]
    assert titles[1] in [f"{lines[2]} flows back through layer2.neuron4" for lines in shown]


def test_what_flows_through_nodes_that_are_not_drawn_is_counted() -> None:
    x = Value(0.5, name="x")
    v = x
    for _ in range(3000):
        v = v * 0.999 + x * 0.001
    v.name = "y"
    v.backward()
    last = sweep(v).steps[-1]
    assert last.title == "the gradient flows back through the nodes that are not drawn"
    assert last.gradients["x"] == pytest.approx(x.grad, rel=1e-12)


def test_too_many_steps_are_refused_with_a_way_out() -> None:
    output = nn.MLP(2, [150, 1], activation="tanh", rng=0)([Value(0.1), Value(0.2)])
    with pytest.raises(InputError, match=r"more than 400.*depth="):
        sweep(output, depth=9)


# The pictures ---------------------------------------------------------------------------------------------------------------------------

def places(svg: str) -> list[tuple[str | None, ...]]:
    return [(x.tag, *[x.get(key) for key in ("x", "y", "d", "points", "cx", "cy")]) for x in ET.fromstring(svg).iter()]


def test_nothing_moves_from_picture_to_picture() -> None:
    sweeps = [textbook(forward=True), sweep(nn.MLP(2, [3, 1], rng=0)([1.0, 2.0]), theme="dark")]
    for s in sweeps:
        frames = s.frames
        assert len(frames) == len(s.steps)
        assert len(set(frames)) == len(frames)
        assert len({str(places(frame)) for frame in frames}) == 1


def test_gradients_that_are_not_known_yet_are_question_marks() -> None:
    frames = [texts(svg) for svg in textbook().frames]
    assert [sum("= ?" in text for text in frame) for frame in frames] == [4, 3, 2, 1, 0, 0]
    assert frames[3][0] == "∂e/∂b += ∂e/∂d × ∂d/∂b : 0 + 3 × 1 = 3"
    assert "∂e/∂b = 3" in frames[3]
    assert "∂e/∂b = 5" in frames[5]
    forward = [texts(svg) for svg in textbook(forward=True).frames]
    assert [sum(text == "value ?" for text in frame) for frame in forward[:5]] == [3, 2, 1, 0, 0]


def test_a_forward_sweep_hides_what_is_not_computed_yet() -> None:
    frames = [texts(svg) for svg in textbook(forward=True).frames]
    assert [[text.strip() for text in frame if text.strip().startswith("∂") and "= ?" not in text] for frame in frames[:4]] == [
        [], ["∂c/∂a = 1", "∂c/∂b = 1"], ["∂c/∂a = 1", "∂c/∂b = 1", "∂d/∂b = 1"],
        ["∂c/∂a = 1", "∂c/∂b = 1", "∂d/∂b = 1", "∂e/∂c = 2", "∂e/∂d = 3"]]


def test_the_strip_has_a_picture_for_each_step_of_a_few() -> None:
    root = ET.fromstring(textbook().svg())
    assert len(root.findall(f"{SVG}svg")) == 6
    assert not [x for x in root.iter() if x.get("id")]
    many = sweep(nn.MLP(2, [3, 1], rng=0)([1.0, 2.0]))
    assert len(many.steps) > 12
    assert len(ET.fromstring(many.svg()).findall(f"{SVG}svg")) == 12


def test_the_gif_has_a_frame_for_each_step_and_all_differ() -> None:
    image = Image.open(io.BytesIO(textbook().gif()))
    assert image.n_frames == 6
    frames = []
    for k in range(6):
        image.seek(k)
        frames.append(image.convert("RGB"))
    assert len({frame.size for frame in frames}) == 1
    for k in range(5):
        assert ImageChops.difference(frames[k], frames[k + 1]).getbbox() is not None
    assert len(frames[0].getcolors(1 << 16) or []) > 5               # it is not blank


# The files ------------------------------------------------------------------------------------------------------------------------------

def test_files_by_their_suffix(tmp_path: Path) -> None:
    s = textbook()
    assert s.save(tmp_path / "s.html").read_text().startswith("<!doctype html>")
    assert s.save(tmp_path / "s.GIF").read_bytes().startswith(b"GIF89a")
    assert "<svg" in s.save(str(tmp_path / "s.svg")).read_text()
    with pytest.raises(InputError, match=r"as \.html, \.gif or \.svg"):
        s.save(tmp_path / "s.png")
    assert repr(s) == '<Sweep of 6 steps: save("sweep.html"), .gif or .svg>'
    assert "<iframe srcdoc=" in (s._repr_html_() or "")


def steps_in(page: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found is not None
    steps: list[dict[str, Any]] = json.loads(found[1])
    return steps


def test_the_page_holds_every_step_and_fetches_nothing() -> None:
    page = textbook().html()
    assert [step["title"] for step in steps_in(page)] == [step.title for step in textbook().steps]
    assert "default-src 'none'" in page
    assert not re.findall(r"\bsrc=|@import|url\(|fetch\(|[^:]href=", page)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_harmless_in_every_format(name: str) -> None:
    x = Value(1.0, name=name)
    s = sweep(x * 2, names={"y": x} if not name else None)
    page = s.html()
    assert page.count("<script") == 2
    assert "alert(1)</script>" not in page
    assert len(steps_in(page)) == 2
    for svg in (*s.frames, s.svg()):
        ET.fromstring(svg)


def test_bad_options_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OperandError, match=r"sweep takes a Value.*got the float 2\.0"):
        sweep(2.0)  # type: ignore[arg-type]
    for options in ({"theme": "auto"}, {"direction": "up"}, {"partials": "all"}):
        with pytest.raises(InputError, match="must be one of"):
            textbook(**options)
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(MissingExtraError, match=r"scalar-autograd\[pictures\]"):
        textbook().gif()
