"""Sheets: how they are read and marked, and that one fault loses nothing of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograd.checking.sheet import as_data, as_markdown, as_text, mark, read_sheet, summary, within
from autograd.errors import InputError

SHEET = """\
# a comment
[softplus]
f = log(1 + exp(x))
df/dx = sigmoid(x)          # right
df/dx = 1/(1 + exp(x))      # wrong

[a neuron]
net = w*x + b
a = sigmoid(net)
w in -2 .. pi/2
x in [0, 1]
da/dw = a*(1 - a)*x
0 < da/dnet <= 1/4

[at a point]
c = a*b
at a = 2, b = 1/2
c = 1
c ≈ 1.00
dc/da ≈ 0.5

[faulty]
x +
[nothing claimed]
f = x
[no such name]
f = x*y
df/dq = 1
"""


def test_a_sheet_is_read() -> None:
    softplus, neuron, point, *_ = read_sheet(SHEET)
    assert (softplus.name, softplus.formula, softplus.claims, softplus.comments) == ("softplus", "f = log(1 + exp(x))", ["df/dx = sigmoid(x)", "df/dx = 1/(1 + exp(x))"], ["right", "wrong"])
    assert neuron.domain == {"w": (-2.0, pytest.approx(1.5707963)), "x": (0.0, 1.0)}
    assert neuron.formula == "net = w*x + b; a = sigmoid(net)"
    assert point.points == [{"a": 2.0, "b": 0.5}]


def test_a_sheet_is_marked_and_a_fault_loses_nothing() -> None:
    marked = mark(read_sheet(SHEET))
    assert [item.verdict for item in marked] == ["wrong", "right", "right", "error", "error", "error"]
    assert [item.error for item in marked][3:] == ["line 23: the formula 'x +' cannot be read at column 4", "line 24: nothing claimed has no claims: write a line such as df/dx = ...",
                                                   "the claim for q names no input or named step of f: its inputs are x, y"]
    assert summary(marked) == "8 claims: 7 right, 1 wrong; 3 problems could not be marked"
    text = as_text(marked)
    assert "  ∂f/∂x    1/(1 + exp(x))  wrong" in text
    assert "cannot be marked: line 23" in text
    assert "| ∂f/∂x | `1/(1 + exp(x))` | wrong |" in as_markdown(marked)
    data = json.loads(json.dumps(as_data(marked)))
    assert (data[0]["report"]["verdict"], data[3]["error"][:7]) == ("wrong", "line 23")


def test_a_sheet_without_headers_is_one_problem() -> None:
    marked = mark(read_sheet("f = x**2\ndf/dx = 2*x\n"))
    assert [item.verdict for item in marked] == ["right"]
    assert read_sheet("# nothing\n\n") == []


@pytest.mark.parametrize(("line", "message"), [("df/dx = 1", "before any formula"), ("at q", "cannot be read"), ("x in a .. 3", "'a' is not a number")])
def test_faults_of_a_line(line: str, message: str) -> None:
    assert message in read_sheet(f"[p]\n{line}")[0].faults[0]


def test_a_range_in_words() -> None:
    assert within("x in 0 .. 10") == within("x=0..10") == within("x in [0, 10]") == ("x", (0.0, 10.0))
    assert within("w[0] in -inf .. ∞") == ("w[0]", (float("-inf"), float("inf")))
    with pytest.raises(InputError, match="is not a range"):
        within("x = 3")


def test_every_known_fault_of_the_textbooks_is_caught_with_its_reason() -> None:
    sheet = Path(__file__).parents[1] / "demos" / "textbook_claims.sheet"
    marked = mark(read_sheet(sheet.read_text(encoding="utf-8")))
    assert sum([len(item.exercise.claims) for item in marked]) >= 60
    for item in marked:
        assert item.report is not None, item.error
        known = [comment for comment in item.exercise.comments if comment.startswith("wrong")]
        assert [f.verdict for f in item.report.findings].count("wrong") == len(known), item.exercise.name
        assert "inconclusive" not in [f.verdict for f in item.report.findings], item.exercise.name
    reasons = {item.exercise.name: "\n".join([line for f in item.report.findings for line in f.details()]) for item in marked}
    for name, reason in {"softplus in log10": "ln 10", "mish in log10": "ln 10", "leaky relu as max(a x, x)": "right for a < 1, wrong for a > 1", "elu in code, without alpha": "alpha",
                         "the derivative of swish is always positive": "x = -2: there it is -0.09", "the derivative of tanh lies in (0, 1)": "x = 0: there it is 1",
                         "softmax has gradient zero for negative inputs": "right for x > 0, wrong for x < 0", "a 7 x 7 image, which has its padding already": "should be 4",
                         "squared error, the 2 forgotten": "power rule", "a hidden weight, one output forgotten": "→ o2 →"}.items():
        assert reason in reasons[name], (name, reasons[name])
