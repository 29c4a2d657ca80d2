"""The LaTeX that we write compiles: KaTeX, from npm, reads all of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from autograd import Value, explain, expression
from autograd import functions as ag

SCRIPT = """
const katex = require("katex");
const faults = [];
for (const text of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  try { katex.renderToString(text, {throwOnError: true, displayMode: true, strict: "error"}); }
  catch (error) { faults.push([text, error.message]); }
}
console.log(JSON.stringify(faults));
"""
FORMULAS = ["net = w*x + b; a = sigmoid(net); E = (a - y)**2/2", "log(1 + exp(x))", "(x**2 + 1)*sin(3*x)/x", "c = a + b; d = b + 1; e = c*d", "softmax([x, y, z])[0]", "relu(x) + abs(y) + maximum(x, z)",
            "x if x > 0 else exp(x) - 1", "theta_1*x + alpha**beta", "sqrt(x) + cbrt(y) + hypot(x, y)", "atan2(y, x) + log2(x) + log10(y) + erf(z)", "mean([x, y]) + prod([x, y, z])", "x_hat*y - lambda_", "-(-x)**2/3e-7",
            "h1 = tanh(w1*x + b1); h2 = tanh(w2*x + b2); o = v1*h1 + v2*h2; E = (o - y)**2/2", "clamp(x, -1, 1)*gelu(y) + swish(z)", "logsumexp([x, y]) - x**y"]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with KaTeX in it."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    folder = tmp_path_factory.mktemp("katex")
    done = subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", "katex@0.16"], cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "read.js").write_text(SCRIPT)
    return folder


def faults(node: Path, texts: list[str]) -> list[list[str]]:
    done = subprocess.run(["node", "read.js"], cwd=node, input=json.dumps(texts), capture_output=True, text=True, timeout=120, check=True)
    found: list[list[str]] = json.loads(done.stdout)
    return found


def test_every_derivation_compiles(node: Path) -> None:
    texts: list[str] = []
    for formula in FORMULAS:
        function = expression(formula)
        for name in function.names:
            explanation = explain(formula, name, at={other: 0.7 + 0.2 * k for k, other in enumerate(function.names)})
            texts += [explanation.to_latex(), explanation._repr_latex_().strip("$\n")]
            texts += [part for k, part in enumerate(explanation.to_markdown().replace("$$", "$").split("$")) if k % 2]
    assert len(texts) > 100
    assert faults(node, texts) == []


def test_names_that_mean_something_in_latex_compile(node: Path) -> None:
    texts = []
    for name in ("x_1", "a_b_c", "50%", "a&b", "#1", "w^2", "~", "{", "\\frac", "ü", "x'", "dL/dw"):
        x = Value(2.0, name=name)
        texts.append(explain(ag.exp(x) * x, x).to_latex())
    assert faults(node, texts) == []


def test_what_does_not_compile_is_found(node: Path) -> None:
    assert [text for text, _ in faults(node, [r"\frac{1}{", r"\nosuch", "a_b_c", "x"])] == [r"\frac{1}{", r"\nosuch", "a_b_c"]
