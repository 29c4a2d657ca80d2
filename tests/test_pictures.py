"""What pictures show beyond the textbook's: themes, paths, rooms, networks, large graphs, Mermaid, and every format."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from PIL import Image

import autograd as ag
from autograd import Value, draw, draw_dot, nn
from autograd.drawing import Drawing, render
from autograd.drawing.style import THEMES, Theme
from autograd.errors import InputError, OperandError, RenderError
from autograd.tape import Tape
from autograd.text import number
from autograd.traversal import topological_order
from tests.strategies import Recipe, recipes
from tests.test_drawing import program
from tests.test_sweeps import HOSTILE, SVG


def textbook(**options: Any) -> Drawing:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    e = c * d
    return draw(e, names=dict(c=c, d=d, e=e), **options)


def mlp(*sizes: int) -> tuple[nn.MLP, Value]:
    model = nn.MLP(2, [*sizes], activation="tanh", rng=0)
    output = model([Value(2.0, name="x1"), Value(3.0, name="x2")])
    output = ag.sum(output) if isinstance(output, list) else output
    output.name = "o"
    return model, output


def lines(drawing: Drawing) -> list[str]:
    return [line for box in drawing.scene.boxes for line in box.lines]


# Colours --------------------------------------------------------------------------------------------------------------------------------

def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.1."""
    parts = [int(colour[k:k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def texts_on(theme: Theme) -> list[tuple[str, str]]:
    """Each colour of text with what it stands on."""
    fills = [theme.fill(k / 10, 1.0) for k in range(-10, 11)] + [theme.fill(float("nan"), 1.0)]
    return [(theme.text, fill) for fill in fills] + [(colour, theme.background) for colour in (
        theme.text, theme.quiet_text, theme.wrong, theme.active, *theme.paths)] + [(theme.quiet_text, theme.fill(0.0, 1.0))]


@pytest.mark.parametrize("name", ["light", "dark", "print"])
def test_every_text_can_be_read(name: str) -> None:
    assert min([contrast(*pair) for pair in texts_on(THEMES[name])]) >= 4.5      # AA of WCAG 2.1


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)       # famously too light


def simulated(colour: str) -> tuple[float, ...]:
    """A colour as with deuteranopia (Vienot, Brettel and Mollon 1999), in linear light."""
    red, green, blue = [(int(colour[k:k + 2], 16) / 255) ** 2.2 for k in (1, 3, 5)]
    return (0.29275 * red + 0.70725 * green, 0.29275 * red + 0.70725 * green, -0.02234 * red + 0.02234 * green + blue)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_colour_blind_tell_positive_from_negative(name: str) -> None:
    def apart(one: str, other: str) -> float:
        return sum([(x - y) ** 2 for x, y in zip(simulated(one), simulated(other))]) ** 0.5
    theme = THEMES[name]
    assert apart(theme.fill(1.0, 1.0), theme.fill(-1.0, 1.0)) > 0.15
    assert apart("#aa5500", "#55801f") < 0.15                        # a red and a green that they confuse


def test_auto_follows_the_readers_system() -> None:
    svg = textbook(theme="auto").svg()
    light, dark = THEMES["light"], THEMES["dark"]
    style = re.search(r"<style>@media \(prefers-color-scheme: dark\)\{(.*?)\}</style>", svg)
    assert style is not None
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6}|white)"', svg))
    for colour in used:
        assert f'"{colour}"]' in style[1], colour                    # each is taken to its counterpart
    assert f'[fill="{light.text}"]{{fill:{dark.text}}}' in style[1]
    assert "<style>" not in textbook(theme="light").svg()


# What is written where ------------------------------------------------------------------------------------------------------------------

def test_constants_have_no_box_unless_they_are_wanted() -> None:
    assert len(textbook().scene.boxes) == 5
    shown = textbook(constants=True).scene
    assert [box.lines for box in shown.boxes if box.kind == "constant"] == [["1"]]
    assert [edge.kind for edge in shown.edges].count("constant") == 1


def test_edges_say_as_much_as_is_wanted() -> None:
    assert [edge.label for edge in textbook(partials="numbers").scene.edges] == ["1", "1", "1", "2", "3"]
    assert [edge.label for edge in textbook(partials=False).scene.edges] == [""] * 5
    assert [edge.label for edge in textbook(partials=True).scene.edges] == [edge.label for edge in textbook().scene.edges]


def test_gradients_may_be_left_out() -> None:
    assert not [line for line in lines(textbook(gradients=False)) if "∂" in line]


@pytest.mark.parametrize(("numbers", "text"), [("%.3f", "6.000"), (lambda x: f"<{x:g}>", "<6>"), ("%d", "6")])
def test_numbers_as_one_likes_them(numbers: Any, text: str) -> None:
    assert f"value {text}" in lines(textbook(numbers=numbers))


def test_operators_are_round_boxes_as_in_micrograd() -> None:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    e = (a + b) * (b - 1) / -a
    for drawing in (draw_dot(e), draw(e, operators=True)):
        kinds = [box.kind for box in drawing.scene.boxes]
        assert kinds.count("operator") == 5
        assert [box.lines[0] for box in drawing.scene.boxes if box.kind == "operator"] == ["+", "−", "×", "−", "÷"]
        assert drawing.source.count("shape=circle") == 5
    assert draw_dot(e, rankdir="TB").source.count("rankdir=TB") == 1
    assert draw_dot(e).source == draw(e, operators=True, direction="LR").source


def test_greek_letters_and_digits_below_the_line() -> None:
    theta, w = Value(0.5, name="theta"), Value(2.0, name="w_1")
    shown = lines(draw(theta * w, names={"L": theta}))
    assert "∂f/∂L = 2" in shown
    shown = lines(draw(theta * w))
    assert "θ" in shown
    assert "w₁" in shown
    assert "f = θ × w₁" in shown


def test_a_name_that_is_a_formula_is_bracketed() -> None:
    x, w = Value(0.5, name="x"), Value(2.0, name="w")
    y = w * x
    assert [edge.label for edge in draw(y, names={"w*x + 1": y}).scene.edges] == ["∂(w*x + 1)/∂w = 0.5", "∂(w*x + 1)/∂x = 2"]


def test_highlights_titles_and_the_legend() -> None:
    active = THEMES["light"].active
    assert textbook(highlight="b").source.count(f'color="{active}"') == 1
    assert textbook(highlight=["a", "b"]).source.count(f'color="{active}"') == 2
    assert textbook().source.count(active) == 0
    assert 'label="my picture"' in textbook(title="my picture").source
    assert "fontsize=20" in textbook(font_size=20).source
    with pytest.raises(InputError, match="no value called 'q'"):
        textbook(highlight="q")


@pytest.mark.parametrize(("options", "error"), [
    ({"partials": "all"}, InputError), ({"depth": -1}, InputError), ({"depth": "2"}, OperandError), ({"numbers": 3}, OperandError),
    ({"numbers": "%q"}, OperandError), ({"title": 3}, OperandError), ({"font_size": 0}, InputError), ({"paths": "q"}, InputError)])
def test_bad_options_are_refused(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        textbook(**options)


# Paths ----------------------------------------------------------------------------------------------------------------------------------

def test_the_two_paths_of_the_textbook() -> None:
    drawing = textbook(paths="b")
    assert drawing.title == "∂e/∂b = 1 × 2 + 1 × 3 = 5   (2 paths)"
    first, second = THEMES["light"].paths[:2]
    assert [edge.colours for edge in drawing.scene.edges] == [[], [first], [second], [first], [second]]
    assert [edge.label.splitlines()[1:] for edge in drawing.scene.edges[3:]] == [["1 × 2 = 2"], ["1 × 3 = 3"]]
    assert textbook(paths="a").title == "∂e/∂a = 1 × 2 = 2   (1 path)"
    assert textbook(paths="e").title == "∂e/∂e = 1   (1 path)"


def test_no_path_many_paths_and_very_many() -> None:
    x = Value(0.9, name="x")
    with pytest.raises(InputError, match=r"Value\(1.0, name='z'\) is not in the graph"):
        draw(x * 2, paths=Value(1.0, name="z"))
    v = x
    for _ in range(5):
        v = v * v
    v.name = "y"
    drawing = draw(v, paths=x)
    assert drawing.title == f"∂y/∂x = {number(32 * 0.9 ** 31)}: the sum over 32 paths; the bolder an edge, the larger its share"
    assert all(edge.colours for edge in drawing.scene.edges)
    for _ in range(195):
        v = v * v + 0.1
    assert f"{2 ** 200:,} paths" in (draw(v, paths=x).title or "")   # they are counted, not walked


@given(recipes(most=6))
@settings(max_examples=40, deadline=None)
def test_the_products_of_the_paths_add_up_to_the_gradient(recipe: Recipe) -> None:
    leaves, output = recipe.build()
    tape = Tape(topological_order(output))
    output.backward()
    for leaf in leaves:
        x = tape.place(leaf)
        if x is None or tape.count_paths(x) > 200:
            continue
        paths = tape.paths(x)
        assert len(paths) == tape.count_paths(x)
        total = 0.0
        for path in paths:
            product = 1.0
            for k, j in path:
                product *= tape.partials[k][j] or 0.0
            total += product
        assert total == pytest.approx(leaf.grad, rel=1e-9, abs=1e-9)


def test_a_path_is_coloured_through_the_operators() -> None:
    scene = textbook(paths="b", operators=True).scene
    keys = {box.key for box in scene.boxes if box.kind == "operator"}
    assert [edge.colours for edge in scene.edges if edge.source in keys] == [[THEMES["light"].paths[0]], [THEMES["light"].paths[1]],
                                                                           list(THEMES["light"].paths[:2])]


def test_paths_from_a_node_that_is_not_drawn() -> None:
    s = Value(1.0, name="s")
    v = s
    for _ in range(1300):
        v = v + Value(1.0) * 1.0001
    v.name = "y"
    assert (draw(v, paths=s).title or "").startswith("∂y/∂s = 1   (1 path)")


def test_the_names_that_are_shown_are_understood() -> None:
    theta = Value(2.0, name="theta")
    y = theta * theta + 1.0
    for name in ("theta", "θ"):
        assert (draw(y, paths=name).title or "").startswith("∂f/∂θ = ")
    assert (draw(y, paths="v₁").title or "").startswith("∂f/∂v₁ = 1")
    with pytest.raises(InputError, match="no value called 'thta' in the picture: did you mean"):
        draw(y, paths="thta")
    with pytest.raises(InputError, match="no value called 'q' in the picture; there are f, v₁, θ"):
        draw(y, highlight="q")


# Rooms and large graphs -----------------------------------------------------------------------------------------------------------------

def test_a_small_network_has_rooms_and_short_names() -> None:
    _, output = mlp(3, 1)
    source = draw(output).source
    assert source.count("subgraph") == 6                             # two layers, four neurons
    for label in ("label=layer1", "label=neuron3", 'label="w[0]\\n', 'label="b\\n'):
        assert label in source
    assert not [line for line in lines(draw(output)) if "layer" in line or "neuron" in line]


def heights(svg: str, what: str) -> list[tuple[str, float, float]]:
    found = [(x.text or "", float(x.get("x", 0)), float(x.get("y", 0))) for x in ET.fromstring(svg).iter(f"{SVG}text")]
    return [place for place in found if re.fullmatch(what, place[0])]


def test_neurons_stand_in_their_order() -> None:
    model, output = mlp(11, 1)
    for drawing, what in ((draw(output, depth=1), r"neuron\d+"), (draw(model), r"h1\[\d+\]")):
        columns: dict[float, list[tuple[float, int]]] = {}
        for text, x, y in heights(drawing.svg(), what):
            columns.setdefault(x, []).append((y, int(re.findall(r"\d+", text)[-1])))
        for column in columns.values():
            assert [k for _, k in sorted(column)] == sorted([k for _, k in column])
        assert max([len(column) for column in columns.values()]) == 11


def test_neurons_close_and_then_layers() -> None:
    _, output = mlp(4, 4, 1)
    boxes = draw(output).scene.boxes
    assert [box.kind for box in boxes].count("group") == 9
    assert ["neuron1", "value 0.5054", "∂o/∂out = 1", "2 nodes, 5 parameters"] in [box.lines for box in boxes]
    assert [box.lines[0] for box in draw(output, depth=0).scene.boxes if box.kind == "group"] == ["layer3", "layer2", "layer1"]
    assert [box.kind for box in draw(output, depth=9).scene.boxes].count("group") == 0
    _, output = mlp(30, 30, 1)
    assert [box.lines[0] for box in draw(output).scene.boxes if box.kind == "group"] == ["layer3", "layer2", "layer1"]


def test_a_closed_rooms_gradient_is_that_of_its_outputs() -> None:
    _, output = mlp(2, 1)
    order = topological_order(output)
    output.backward()
    outputs = [v for v in order if v.op is not None and v.op.name == "tanh"]
    layer = next(box for box in draw(output, depth=0).scene.boxes if box.lines[0] == "layer1")
    assert layer.gradient == pytest.approx(sum([v.grad ** 2 for v in outputs]) ** 0.5)
    assert layer.lines[-1] == "6 nodes, 6 parameters"


def test_of_a_large_graph_without_rooms_the_end_is_drawn() -> None:
    x = Value(0.5, name="x")
    v = x
    for _ in range(2000):
        v = v * 0.999 + x * 0.001
    drawing = draw(v)
    assert len(drawing.scene.boxes) == 61
    assert "… 5,941 more" in lines(drawing)
    v.backward()
    assert f"value {number(v.data)}" in lines(drawing)
    box = next(box for box in drawing.scene.boxes if box.lines[0] == "x")
    assert box.gradient == pytest.approx(x.grad)
    with pytest.raises(InputError, match=r"6,001 boxes, more than 5,000.*leave out depth="):
        draw(v, depth=0)


# Networks -------------------------------------------------------------------------------------------------------------------------------

def test_a_network_before_and_after_backward() -> None:
    model, output = mlp(3, 1)
    drawing = draw(model)
    assert drawing.title == "MLP: 2 → 3 → 1, 13 parameters; edges show weights"
    assert [box.lines[0] for box in drawing.scene.boxes] == ["x[0]", "x[1]", "h1[0]", "h1[1]", "h1[2]", "y"]
    weights = [w.data for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    positive, negative = THEMES["light"].paths[:2]
    assert [edge.colours for edge in drawing.scene.edges] == [[positive if w > 0 else negative] for w in weights]
    output.backward()
    assert (draw(model).title or "").endswith("edges show gradients")
    assert repr(draw(model)) == '<Drawing of MLP: save("picture.svg"), .svg(), .png() or .source>'


def test_weights_of_zero_are_neither_positive_nor_negative() -> None:
    model, output = mlp(3, 1)
    output.backward()
    for p in model.parameters():
        p.grad = 0.0
    model.layers[0].neurons[0].w[0].grad = 1.0
    theme = THEMES["light"]
    assert [edge.colours[0] for edge in draw(model).scene.edges] == [theme.paths[0]] + [theme.room] * 8
    assert (draw(model, gradients=False).title or "").endswith("edges show weights")


@pytest.mark.parametrize("options", [{"paths": "x"}, {"highlight": "x"}, {"depth": 1}, {"partials": False, "operators": True},
                                     {"constants": True}, {"names": {}}])
def test_a_network_refuses_the_options_of_graphs(options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="is for graphs"):
        draw(mlp(3, 1)[0], **options)


def legend(drawing: Drawing) -> list[str]:
    return re.findall(r'legend\d \[label="?([^" \]]*)"?', drawing.source)


def test_the_legend_has_the_shades_that_there_are() -> None:
    a, b = Value(2.0, name="a"), Value(-1.0, name="b")
    assert legend(textbook(legend=True)) == ["0", "5"]
    assert legend(textbook(legend=False)) == []
    assert legend(draw((a + b) * (b - 1) * b, legend=True)) == ["-2", "0", "2"]
    assert legend(draw(mlp(3, 1)[0], legend=True)) == ["positive", "negative"]


def test_print_tells_signs_by_broken_borders_and_lines() -> None:
    a, b = Value(2.0, name="a"), Value(-1.0, name="b")
    drawing = draw(a * b, names={"e": a * b}, theme="print")
    assert re.findall(r"(\w+)\\nvalue[^\n]*style=\"rounded,filled,dashed\"", drawing.source) == ["a"]
    model = mlp(3, 1)[0]
    broken = [line for line in draw(model, theme="print").source.splitlines() if "->" in line and "dashed" in line]
    assert len(broken) == len([w for w in model.parameters() if w.name and ".w[" in w.name and w.data < 0.0]) > 0
    assert not [line for line in draw(model).source.splitlines() if "dashed" in line]


def test_the_width_of_edges_is_comparable_over_the_whole_network() -> None:
    model = mlp(3, 1)[0]
    weights = [w for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    widths = [edge.width for edge in draw(model).scene.edges]
    largest = max([abs(w.data) for w in weights])
    assert widths == pytest.approx([0.15 + 0.85 * abs(w.data) / largest for w in weights])


# Direction ------------------------------------------------------------------------------------------------------------------------------

def chain(length: int) -> Value:
    v = Value(0.5, name="x")
    for _ in range(length):
        v = ag.tanh(v)
    return v


def size(drawing: Drawing) -> tuple[float, float]:
    found = re.search(r'<svg width="(\d+)pt" height="(\d+)pt"', drawing.svg())
    assert found is not None
    return float(found[1]), float(found[2])


def test_a_picture_too_wide_for_a_notebook_goes_down() -> None:
    assert "rankdir=LR" in draw(chain(2)).source
    assert "rankdir=TB" in draw(chain(12)).source
    assert "rankdir=LR" in draw(chain(12), direction="LR").source
    assert "flowchart TB" in draw(chain(12)).mermaid
    assert size(draw(chain(12)))[0] < 300 < 1200 < size(draw(chain(12), direction="LR"))[0]
    assert ag.sweep(chain(12)).stills.width < 600


@settings(deadline=None, max_examples=25)
@given(recipes())
def test_the_direction_chosen_is_not_much_wider_than_the_other(recipe: Recipe) -> None:
    _, output = recipe.build()
    chosen = size(draw(output))[0]
    narrowest = min(size(draw(output, direction="LR"))[0], size(draw(output, direction="TB"))[0])
    assert chosen <= max(1000.0, 1.6 * narrowest)                    # dot itself is not asked: the width is an estimate


def test_an_unrolled_recurrence_is_a_narrow_staircase() -> None:
    h, w, u = Value(0.1, name="h0"), Value(0.5, name="w"), Value(0.3, name="u")
    for k in range(30):
        h = ag.tanh(w * h + u * Value(0.1 * k, name=f"x{k}"))
    drawing = draw(h)
    assert "… 93 more" in lines(drawing)
    assert size(drawing)[0] < 1600


def test_a_batch_is_one_network() -> None:
    model = nn.MLP(2, [4, 4, 1], activation="tanh", rng=0)
    rows = [[Value(float(k), name=f"x{k}"), Value(0.5 * k, name=f"z{k}")] for k in range(3)]
    loss = ag.losses.mse([model(row) for row in rows], [1.0, 0.0, 1.0])
    drawing = draw(loss)
    groups = [box for box in drawing.scene.boxes if box.kind == "group"]
    assert sorted([".".join([str(scope) for scope in box.room[-1:]] + box.lines[:1]) for box in groups]) == [f"layer{i}.neuron{k}" for i, n in ((1, 4), (2, 4), (3, 1)) for k in range(1, n + 1)]
    assert {box.lines[1] for box in groups} == {"3 outputs"}
    assert groups[0].lines[3].endswith("parameters")
    assert not [line for line in lines(drawing) if line.startswith("w[")]
    g = ag.gradient(loss, list(groups[0].nodes))
    assert groups[0].gradient == pytest.approx(sum(x * x for x in g) ** 0.5)
    assert len(ag.sweep(loss).steps) < 40
    large = nn.MLP(2, [16, 16, 1], rng=0)
    assert len(draw(ag.losses.mse([large(row) for row in rows], [1.0, 0.0, 1.0])).scene.boxes) < 25


def test_a_cell_that_is_called_on_its_own_output_stays_several() -> None:
    cell = nn.Neuron(2, "tanh", rng=0)
    h: Any = Value(0.1, name="h")
    for k in range(30):
        h = cell([h, Value(0.1 * k, name=f"x{k}")])
    groups = [box for box in draw(h).scene.boxes if box.kind == "group"]
    assert len(groups) != 1
    assert draw(h).svg()


def test_the_product_of_a_path_is_written_where_it_goes_alone() -> None:
    x = Value(2.0, name="x")
    drawing = draw(ag.exp(x) * ag.sin(x), paths="x")                  # two paths, each with a last edge of its own
    products = [edge for edge in drawing.scene.edges if "\n" in edge.label]
    assert len(products) == 2
    assert all(len(edge.colours) == 1 for edge in products)
    shared = draw(2 * (ag.exp(x) + ag.sin(x)), paths="x")             # the last edge is on both paths
    products = [edge for edge in shared.scene.edges if "\n" in edge.label]
    assert sorted(len(edge.colours) for edge in products) == [1, 1]
    assert len({edge.colours[0] for edge in products}) == 2
    long = x
    for _ in range(6):
        long = ag.tanh(long)
    labels = [edge.label.splitlines()[-1] for edge in draw(long + x, paths="x").scene.edges if "\n" in edge.label]
    assert [label for label in labels if label.startswith("path: ")]


def test_what_micrograds_readers_write_saves_a_file(tmp_path: Path) -> None:
    path = draw_dot(chain(2)).render(tmp_path / "gout")
    assert path == tmp_path / "gout.svg"
    assert "<svg" in path.read_text()
    assert draw_dot(chain(2)).render(tmp_path / "gout", format="png").read_bytes().startswith(b"\x89PNG")


def test_a_branch_that_is_not_taken_has_no_paths_to_show() -> None:
    a, b = Value(2.0, name="a"), Value(-1.0, name="b")
    assert draw(ag.where(a > 0, a * a, a * b), names={}, paths=b).title == "∂f/∂b = 0: nothing flows there"


def test_the_picture_of_a_report_speaks_as_the_report_does() -> None:
    report = ag.verify(lambda a, b: (a + b) * (b + 1), {"b": "b + 1"}, points=[{"a": 2.0, "b": 1.0}])
    assert "b → (b + 1) → f" in str(report)
    assert [box.lines[0] for box in report.draw().scene.boxes] == ["a", "b", "a + b", "b + 1", "f = (a + b) × (b + 1)"]


def test_what_would_be_a_tangle_is_closed_further() -> None:
    _, output = mlp(8, 8, 1)
    assert [box.lines[0] for box in draw(output).scene.boxes if box.kind == "group"] == ["layer3", "layer2", "layer1"]
    assert len([box for box in draw(output, depth=1).scene.boxes if box.kind == "group"]) == 17


def test_a_wide_network_shows_some_of_its_neurons() -> None:
    drawing = draw(nn.MLP(20, [30, 2], rng=0))
    assert "… 22 more" in lines(drawing)
    assert "… 12 more" in lines(drawing)
    assert len(drawing.scene.boxes) == 9 + 9 + 2
    with pytest.raises(InputError, match="no layers of neurons"):
        draw(nn.BatchNorm1d(3))


# Formats --------------------------------------------------------------------------------------------------------------------------------

def test_mermaid() -> None:
    text = textbook(title='a "title"').mermaid
    assert text.splitlines()[:4] == ["---", r'title: "a \"title\""', "---", "flowchart LR"]
    for line in ('n1("a<br/>value 2<br/>∂e/∂a = 2")', 'n5("e = c × d<br/>value 6<br/>∂e/∂e = 1")', 'n4 -->|"∂e/∂d = 3"| n5'):
        assert f"  {line}" in text.splitlines()
    _, output = mlp(2, 1)
    assert draw(output).mermaid.count("subgraph") == draw(output).mermaid.count("\n" + "  end") + draw(output).mermaid.count("\n    end")


def test_an_svg_has_a_title_and_a_description() -> None:
    root = ET.fromstring(textbook(paths="b").svg())
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "∂e/∂b = 1 × 2 + 1 × 3 = 5   (2 paths)"
    assert root[1].tag == f"{SVG}desc"
    assert "c = a + b, value 3, ∂e/∂c = 2" in (root[1].text or "")


def test_png_sizes_and_backgrounds() -> None:
    small, large = [Image.open(io.BytesIO(textbook().png(dpi=dpi))) for dpi in (72, 144)]
    assert large.width == pytest.approx(2 * small.width, abs=4)
    assert len(large.convert("RGB").getcolors(1 << 20) or []) > 20   # it is not blank
    clear = Image.open(io.BytesIO(textbook().png(transparent=True))).convert("RGBA")
    assert clear.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert large.convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)
    with pytest.raises(InputError, match="dpi"):
        textbook().png(dpi=1)


def test_a_picture_of_a_wide_graph_stays_within_bounds() -> None:
    wide = draw(ag.sum([Value(float(k), name=f"x{k}") for k in range(58)]), direction="TB")
    image = Image.open(io.BytesIO(wide.png()))
    assert image.width == 8640                                       # it would be 13,818


@pytest.mark.parametrize("name", ["∇f", "ℒ"])
def test_glyphs_that_the_bundled_dot_lacks_take_another_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = draw(Value(1.0, name=name) * 2.0)
    assert render.lacking(drawing.source) == set(name) - {"f"}
    monkeypatch.setenv("PATH", "/nowhere")
    assert name in drawing.svg()
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(RenderError, match=r"scalar-autograd\[pictures\]"):
        drawing.png()


def test_a_glyph_that_no_font_has_is_named() -> None:
    svg = textbook().svg()
    assert render.png_of(svg, 72.0, "a").startswith(b"\x89PNG")
    with pytest.raises(RenderError, match="no font on this machine has glyphs for \U0010fffd"):
        render.png_of(svg, 72.0, "a\U0010fffd")


def test_pdf_takes_the_systems_dot_or_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RenderError, match="makes no PDF: install Graphviz for your system"):
        textbook().pdf()
    program(tmp_path / "dot", "echo '%PDF-1.5 drawn'")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert textbook().save(tmp_path / "e.pdf").read_bytes() == b"%PDF-1.5 drawn\n"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_harmless_in_every_format(name: str) -> None:
    drawing = draw(Value(1.0, name=name) * 2, title=name, theme="auto")
    svg = drawing.svg()
    root = ET.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert "<script" not in svg
    mermaid = drawing.mermaid
    assert "<script" not in mermaid
    for line in mermaid.splitlines():
        if line.lstrip().startswith("n1"):
            assert line.count('"') in (0, 2)                         # nothing ends the label early
    assert draw(Value(1.0, name=name) * 2).png().startswith(b"\x89PNG")


def test_show_opens_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    paths = [textbook().show(), ag.sweep(Value(1.0, name="x") * 2).show()]
    assert opened == [path.as_uri() for path in paths]
    assert "<svg" in paths[0].read_text()
    for path in paths:
        path.unlink()


def test_jupyter_gets_html_too() -> None:
    assert "<svg" in (textbook()._repr_html_() or "")


# The command line -----------------------------------------------------------------------------------------------------------------------

def command(*words: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-m", "autograd", *words], capture_output=True, text=True, check=True, cwd=folder)
    return done.stdout


FORMULA = ("c = a + b; d = b + 1; e = c*d", "a=2", "b=1")


def test_draw_and_sweep_from_the_command_line(tmp_path: Path) -> None:
    assert command("draw", *FORMULA, "--paths", "b", "--theme", "dark", folder=tmp_path) == "The picture is in graph.svg\n"
    assert "∂e/∂b = 1 × 2 + 1 × 3 = 5" in (tmp_path / "graph.svg").read_text()
    said = command("sweep", *FORMULA, "-o", "s.gif", "--forward", folder=tmp_path)
    assert "∂e/∂b += ∂e/∂c × ∂c/∂b : 3 + 2 × 1 = 5\n" in said
    assert said.endswith("The sweep is in s.gif\n")
    assert (tmp_path / "s.gif").read_bytes().startswith(b"GIF")


def test_mistakes_on_the_command_line_say_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from autograd.cli import main
    for words, message in ((["draw", "a*b", "--legends"], "there is no option --legends"), (["draw", "a*b", "--paths", "q"], "there are"),
                           (["draw", "a*b", "-o", str(tmp_path / "no" / "e.svg")], f"'{tmp_path / 'no'}'"),
                           (["sweep", "a*b", "-o", "e.png"], "as .html, .gif or .svg"), (["draw", "2*3"], "depends on nothing")):
        assert main(words) == 2
        assert message in capsys.readouterr().err


def test_open_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.cli import main
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.chdir(tmp_path)
    actions: list[Callable[[], int]] = [lambda: main(["draw", *FORMULA, "--open"]), lambda: main(["sweep", *FORMULA, "--open"])]
    assert [action() for action in actions] == [0, 0]
    assert len(opened) == 2
