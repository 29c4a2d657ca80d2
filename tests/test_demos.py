"""Every demo runs, the slow ones but digits with small settings, saves its picture, and prints what it promises; the gallery shows them all."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

DEMOS = Path(__file__).parents[1] / "demos"
NAMES = sorted([path.stem for path in DEMOS.glob("*.py") if path.stem != "canvas"])

SMALL: dict[str, dict[str, Any]] = {
    "activations": {"points": 100}, "black_scholes": {"count": 1000}, "autoencoder": {"count": 40, "epochs": 3}, "batch_size": {"samples": 32, "batches": 30, "epochs": 2},
    "digits": {"progress": False}, "hyperparameters": {"sizes": (20, 20, 40), "epochs": 1},
    "moons": {"samples": 20, "steps": 10, "grid": 6}, "vanishing_gradients": {"depth": 6, "rows": 4, "steps": 10, "time_steps": 20}, "worked_example": {"steps": 100}}

# What each prints, as regular expressions; those of demos that are quick hold for the settings that they have by default.
PRINTED: dict[str, list[str]] = {
    "first_graph": [r"by hand: +∂e/∂a = 2, ∂e/∂b = 5\nby sweep: ∂e/∂a = 2, ∂e/∂b = 5"],
    "pictures": [r"paths: +∂e/∂b = 1 × 2 \+ 1 × 3 = 5   \(2 paths\)", "6 steps, the last: ∂e/∂b .= ∂e/∂c × ∂c/∂b : 3 . 2 × 1 = 5", "37 parameters; edges show gradients"],
    "marked_claim": ["∂e/∂b = b . 1 is wrong at a = 2, b = 1: you have 2, it should be 5"],
    "textbook_claims": ["softplus", "80 claims.*12 wrong"],
    "worked_example": ["net_o1 = 1.105905967, out_o1 = 0.75136507, out_o2 = 0.772928465, E = 0.298371109", "∂E/∂w5 = 0.082167041, ∂E/∂w1 = 0.000438568",
                       "w1 = 0.149780716, w2 = 0.199561432, w3 = 0.249751144, w4 = 0.299502287, w5 = 0.358916480, w6 = 0.408666186, w7 = 0.511301270, w8 = 0.561370121",
                       "E after one step: 0.29102777369; as articles compute it: 0.29102792391"],
    "activations": [r"sigmoid +0 \.\.\. 1 +no +both sides +yes +no", r"tanh +-1 \.\.\. 1 +yes +both sides +yes +yes", r"relu +0 \.\.\. ∞ +no +left +yes +no",
                    r"silu \(swish\) -0.278 \.\.\. ∞ +no +left +no +no", r"elu +-1 \.\.\. ∞ +yes +left +yes +yes", r"it changes by \d(e-\d+)?\)", "Behind step, 0 of 12", "Behind sigmoid, 12 of 12"],
    "saturation": ["half squared error: below 0.2 after 302 steps", "\n +cross-entropy: below 0.2 after 31 steps", r"= \(a - y\) a \(1 - a\): right", "= a - y: right", "relu, cross-entropy: 1\n", "0.25, and tanh.*has 1"],
    "vanishing_gradients": ["weights of 1: 9.53674316e-07 = 0.25.10 = 1/1048576", "w = 8 give 1024;.*at most 0.45 wide, at .w. = 6.9", "sends back 2000 with MSE", "sends back 1 with smooth L1", "bias 0: 1 % are dead", "-3: 81 % are dead", r"LSTM cell\."],
    "moons": [r"max-margin: 337 parameters, loss [\d.]+ -> [\d.]+ in 10 steps", "cross-entropy: 337 parameters"],
    "digits": ["3610 parameters", r"of 1347 digits and \d+ s; 9[7-9]\.\d % of 450 unseen digits right"],
    "black_scholes": [r"options, their prices and 5 derivatives each", r"vega (\d+\.\d+), by the textbook's formula \1\n"],
    "softmax": ["= 0.8789, 0.1189, 0.0022, which add up to 1\n", "0.10645  -0.10454  -0.00191", "gradient 0.8789, -0.8811, 0.0022 = p - y", "0.7311, 0.2689, 0.0000"],
    "convolution": [r"\(5 - 3 \+ 2·0\)/2 \+ 1 = 2", r"\(5 - 3 \+ 2·1\)/2 \+ 1 = 3", "56 parameters", r"by hand: Σ w x \+ b = (\S+); by the layer: \1", r"= (\S+), the sum of the four pixels.*\(\1\); ∂/∂b\[0\] = 4", r"first row of weights -(0\.9|1\.0)\d, -?0\.0\d, (0\.9|1\.0)\d"],
    "zigzag": ["all-positive inputs: both gradients have one sign in 60 of 60 steps; the path is 3.9 times", "zero-centred inputs: both gradients have one sign in 26 of 60 steps; the path is 1.1 times"],
    "batch_size": [r"The noise falls as size\^-0\.[3456]", "learning in batches of 32"],
    "optimizers": ["SGD +height 88.0 -> 0.011; above 0.01 at the end", "Rprop +height 88.0 -> .*; stays below 0.01 from step 23", "Adam"],
    "autoencoder": ["Sequential, 398 parameters", r"squared error per pixel: [\d.]+; of two principal components [\d.]+"],
    "regression_nist": [r"start 1: .* -> 5642.7082397 \(certified 5642.7082397\).*7 of 7 parameters and [67] of 7 standard deviations", "start 2: .*7 of 7 parameters and [67] of 7"],
    "hyperparameters": ["grid search, 9 trials, 3 different learning rates", "random search, 9 trials, 9 different learning rates", r"looks [\d.-]+ percentage points better"]}


@pytest.mark.parametrize("name", NAMES)
def test_a_demo_prints_its_finding_and_saves_its_picture(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.syspath_prepend(str(DEMOS))
    demo = runpy.run_path(str(DEMOS / f"{name}.py"), run_name="demo")
    picture = tmp_path / "picture.png"
    demo["main"](picture, **SMALL.get(name, {}))
    assert picture.read_bytes().startswith(b"\x89PNG")
    printed = capsys.readouterr().out
    for pattern in PRINTED[name]:
        assert re.search(pattern, printed), (pattern, printed)


def test_a_demo_runs_as_a_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = tmp_path / "picture.png"
    monkeypatch.syspath_prepend(str(DEMOS))
    monkeypatch.setattr("sys.argv", ["softmax.py", str(picture)])
    runpy.run_path(str(DEMOS / "softmax.py"), run_name="__main__")
    assert picture.exists()


def test_without_matplotlib_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install 'scalar-autograd\[demos\]'"):
        runpy.run_path(str(DEMOS / "canvas.py"))


@pytest.mark.parametrize("name", ["page.html", "network.html"])
def test_the_gallerys_pages_are_those_of_the_library(name: str) -> None:
    from autograd.drawing.web.document import source
    page = (DEMOS / name).read_text()
    for part in ("autograd.js", "math.js", "special.js", "autograd.css"):
        assert source(part) in page, f"{part} has changed: run python demos/pictures.py, then python -m tests.screenshots"


def test_the_gallery_shows_every_demo() -> None:
    gallery = (DEMOS / "README.md").read_text()
    for name in NAMES:
        assert f"]({name}.png)" in gallery or f'src="{name}.png"' in gallery, name
        assert f"({name}.py)" in gallery, name
        assert (DEMOS / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    for target in re.findall(r"\]\(([^)#]+)\)", gallery) + re.findall(r'src(?:set)?="([^"]+)"', gallery):
        assert target.startswith("http") or (DEMOS / target).exists(), target


def test_moons_compiled_takes_the_same_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.syspath_prepend(str(DEMOS))
    demo = runpy.run_path(str(DEMOS / "moons.py"), run_name="demo")
    demo["main"](tmp_path / "picture.png", samples=20, steps=10, grid=4, compiled=True)
    assert re.search(r"loss (\d\.\d{9}) and \1\n.*times faster", capsys.readouterr().out)
