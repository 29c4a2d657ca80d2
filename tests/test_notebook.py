"""What notebooks show: pictures of Values and models, the curve of a training, pages; the tour; and the widget in a real JupyterLab."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
from autograd import Value, draw, nn
from autograd.errors import RenderError
from autograd.nn.training import History
from tests.browsing import find


def shown(x: Any) -> str | None:
    """The HTML that a notebook shows of it."""
    html: str | None = x._repr_html_()
    return html


def svg_in(html: str) -> ET.Element:
    return ET.fromstring(html[html.index("<svg"):html.rindex("</svg>") + len("</svg>")].replace("&nbsp;", " "))


def test_a_value_shows_its_graph_and_its_repr() -> None:
    a = Value(2.0, name="a<b")
    html = shown(a * 3 + 1) or ""
    assert html.startswith("<pre>Value(7.0)</pre>")
    assert "value 7" in html
    assert "a<b" not in html
    assert shown(a) is None


def test_a_large_graph_and_a_machine_without_dot_show_text(monkeypatch: pytest.MonkeyPatch) -> None:
    v = Value(0.5, name="x")
    for _ in range(80):
        v = ag.tanh(v)
    assert shown(v) is None
    small = Value(2.0, name="a") * 3
    assert shown(small)

    def missing(*_: Any, **__: Any) -> bytes:
        raise RenderError("no dot")
    monkeypatch.setattr("autograd.drawing.drawing.render", missing)
    assert shown(small) is None


def test_a_model_shows_its_layers() -> None:
    model = nn.MLP(2, [3, 1], rng=0)
    html = shown(model) or ""
    assert html.count('class="node"') == 2 + 3 + 1
    assert "MLP, 13 parameters" in html
    assert shown(nn.Flatten()) is None


def test_a_training_shows_its_curve() -> None:
    history = History(loss=[0.5, 0.25, 0.125], batch_loss=[0.6, 0.4, 0.3, 0.2, 0.15, 0.1])
    root = svg_in(shown(history) or "")
    lines = [[tuple(map(float, point.split(","))) for point in line.get("points", "").split()] for line in root.iter("{http://www.w3.org/2000/svg}polyline")]
    assert [len(line) for line in lines] == [6, 3]
    heights = [y for _, y in lines[1]]
    assert heights == sorted(heights)                                # the loss falls: downwards is larger
    assert lines[0][-1][0] == lines[1][-1][0]                        # both end with the last epoch
    assert lines[1][0][0] == pytest.approx(lines[0][1][0])           # an epoch ends with its last batch
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["0.6", "0.1", "3 epochs", "loss"]
    assert "falls from 0.5 to 0.125" in (root.get("aria-label") or "")
    assert len(svg_in(shown(History([1.0, 1.0], [1.0, 1.0])) or "").findall("{http://www.w3.org/2000/svg}polyline")) == 1
    for nothing in (History(), History([1.0], [1.0]), History([float("nan")] * 2, [float("nan")] * 2)):
        assert shown(nothing) is None


def test_no_rule_of_style_reaches_beyond_its_picture() -> None:
    pictures = [shown(History([1.0, 0.5], [1.0, 0.5])), draw(Value(2.0, name="a") * 3, theme="auto").svg()]
    for html in pictures:
        styles = re.findall(r"<style>(.*?)</style>", html or "", re.S)
        assert styles
        rules = re.findall(r"([^{}@]+)\{[^{}]*\}", re.sub(r"@media[^{]*\{", "", styles[0]))
        assert rules
        assert all(rule.startswith(".autograd-") for rule in rules), rules


# The tour ---------------------------------------------------------------------------------------------------------------------------

TOUR = Path(__file__).parents[1] / "demos" / "tour.ipynb"


def texts(cell: Any) -> list[str]:
    """What a cell printed, and what it showed, as text. What is printed comes in as many pieces as the kernel happens to send."""
    outputs = [x for x in cell.get("outputs", []) if x["output_type"] != "error"]
    printed = "".join(["".join(x["text"]) for x in outputs if "text" in x])
    return [text for text in (printed, *["".join(x["data"].get("text/plain", "")) for x in outputs if "data" in x]) if text]


def test_what_is_printed_in_pieces_is_one_text() -> None:
    pieces = [{"output_type": "stream", "name": "stdout", "text": text} for text in ("a\n", "b\n")]
    shown = {"output_type": "execute_result", "data": {"text/plain": "3"}}
    assert texts({"outputs": [*pieces, shown]}) == texts({"outputs": [{**pieces[0], "text": "a\nb\n"}, shown]}) == ["a\nb\n", "3"]


@pytest.fixture(scope="module")
def tour() -> tuple[Any, Any]:
    """The tour as it is saved, and as it runs now."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    saved = nbformat.read(TOUR, as_version=4)
    again = nbformat.read(TOUR, as_version=4)
    for cell in again.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")                              # the notebook's own
        nbclient.NotebookClient(again, timeout=120, resources={"metadata": {"path": folder}}).execute()
    return saved, again


def test_the_tour_runs_and_its_saved_outputs_are_what_it_shows(tour: tuple[Any, Any]) -> None:
    saved, again = tour
    assert [texts(cell) for cell in again.cells] == [texts(cell) for cell in saved.cells]
    assert len([cell for cell in saved.cells if cell.cell_type == "code"]) >= 15
    assert all(cell.get("execution_count") for cell in saved.cells if cell.cell_type == "code")


def test_the_tour_shows_pictures_reports_and_a_curve(tour: tuple[Any, Any]) -> None:
    for notebook in tour:
        kinds = [kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})]
        assert kinds.count("image/svg+xml") >= 5
        assert "text/markdown" in kinds
        assert any("autograd-curve" in "".join(output.get("data", {}).get("text/html", "")) for cell in notebook.cells for output in cell.get("outputs", []))
    links = re.findall(r"\]\(([^)]+)\)", "".join(cell.source for cell in tour[0].cells if cell.cell_type == "markdown"))
    assert links
    assert all((TOUR.parent / link).exists() for link in links)


# The widget -------------------------------------------------------------------------------------------------------------------------

CODE = 'import autograd as ag\nw = ag.explore("(a + b)*(b + 1)", a=2, b=1)\nw'


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab with one notebook that shows the widget."""
    pytest.importorskip("jupyterlab")
    pytest.importorskip("anywidget")
    nbformat = pytest.importorskip("nbformat")
    folder = tmp_path_factory.mktemp("lab")
    cells = [nbformat.v4.new_code_cell(CODE), nbformat.v4.new_code_cell("print('inputs', w.inputs)\nw.inputs = {'b': 3.0}")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}), folder / "live.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    own = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_DATA_DIR": str(folder / "data"), "HOME": str(folder)}
    with open(folder / "log", "w") as log, subprocess.Popen([sys.executable, "-m", "jupyterlab", *words], cwd=folder, env=own, stdout=log, stderr=log) as server:
        try:
            yield f"http://127.0.0.1:{port}/lab/tree/live.ipynb?reset"
        finally:
            server.terminate()


@pytest.mark.browser
def test_the_widget_in_jupyterlab(browser: Any, lab: str) -> None:
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.support.ui import WebDriverWait

    def there(_: Any) -> bool:
        try:
            browser.get(lab)
        except WebDriverException:
            return False
        return "JupyterLab" in browser.title or "live" in browser.title

    def text(selector: str) -> str:
        return str(browser.execute_script("return [...document.querySelectorAll(arguments[0])].map(x => x.textContent).join(' | ')", selector))

    def until(condition: Any) -> None:
        WebDriverWait(browser, 60, poll_frequency=0.5).until(lambda _: condition())

    def run_cell(k: int, is_done: Any) -> None:
        """Run a cell; again if the Lab first asked for a kernel."""
        def now() -> bool:
            browser.execute_script("document.querySelector('.jp-Dialog .jp-mod-accept')?.click()")
            if not is_done() and "[*]" not in text(".jp-InputPrompt"):
                browser.execute_script("const panel = window.jupyterapp.shell.currentWidget; panel.content.activeCellIndex = arguments[0]; "
                                       "window.jupyterapp.commands.execute('notebook:run-cell')", k)
                time.sleep(1.5)
            return bool(is_done())
        until(now)

    WebDriverWait(browser, 60, poll_frequency=0.5).until(there)
    until(lambda: find(browser, ".jp-NotebookPanel .jp-Cell"))
    until(lambda: "Idle" in text(".jp-StatusBar-Widget") + text("#jp-main-statusbar"))
    run_cell(0, lambda: "value 6" in text(".autograd svg .node"))
    browser.execute_script("const s = document.querySelector('.autograd .inputs input[type=range]'); s.value = 4; s.dispatchEvent(new Event('input'))")
    assert "value 10" in text(".autograd svg .node")
    run_cell(1, lambda: "inputs {'a': 4.0, 'b': 1.0}" in text(".jp-OutputArea-output"))  # read from Python ...
    until(lambda: "value 28" in text(".autograd svg .node"))                           # ... and set: (4 + 3)(3 + 1)
