"""Exercises with answers, and the sheets of a class."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import verify
from autograd.checking.exercises import RULES, as_sheet, exercises
from autograd.checking.sheet import as_csv, mark, read_sheet, student_of, table_of, with_key
from autograd.cli import main
from autograd.errors import InputError, OperandError


@settings(max_examples=25)
@given(st.integers(1, 4), st.integers(-5, 10 ** 9))
def test_every_answer_is_right_and_every_blank_is_empty(level: int, seed: int) -> None:
    problems = exercises(3, level=level, seed=seed)
    assert len({problem.formula for problem in problems}) == 3
    sheet = as_sheet(problems, level, seed)
    marked = mark(read_sheet(sheet))
    assert [item.verdict for item in marked] == ["right"] * 3, [(item.exercise.formula, item.error, str(item.report)) for item in marked]
    blank = as_sheet(problems, level, seed, blank=True)
    for problem in problems:
        assert problem.formula.split("; ")[0] in blank
        for by, answer in problem.answers.items():
            assert f"/d{by} = {answer}" in sheet
            assert f"/d{by} = {answer}" not in blank
        assert RULES[level - 1][0] <= int(problem.difficulty.split()[1]) <= RULES[level - 1][1]


def test_an_answer_that_is_changed_is_wrong() -> None:
    for level in (1, 2, 3, 4):
        for problem in exercises(4, level=level, seed=3):
            for by, answer in problem.answers.items():
                assert not verify(problem.formula, {by: f"({answer}) + 0.125"}, domain=dict.fromkeys(problem.names, (0.3, 2)))


def test_the_same_seed_makes_the_same_problems() -> None:
    assert exercises(5, level=2, seed=7) == exercises(5, level=2, seed=7)
    assert exercises(5, level=2, seed=7) != exercises(5, level=2, seed=8)


@pytest.mark.parametrize(("options", "error", "message"), [({"level": 5}, InputError, "from 1 to 4"), ({"level": 0}, InputError, "level"), ({"count": 0}, InputError, "count"), ({"count": 501}, InputError, "500"), ({"seed": "x"}, OperandError, "seed"), ({"count": 1.5}, OperandError, "count")])
def test_what_is_refused(options: dict[str, Any], error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        exercises(**options)


KEY = """[power]
f = x**3
df/dx = 3*x**2

[neuron]
net = w*x + b
a = sigmoid(net)
da/dw = a*(1 - a)*x
da/db = a*(1 - a)
da/dx = a*(1 - a)*w
"""
ANN = "[power]\ndf/dx = 3x²\n[neuron]\nda/dw = a(1 - a)x\nda/db = a*(1 - a)\nda/dx = a*w\n".replace("a(1 - a)x", "a*(1 - a)*x")
BEN = "[neuron]\nnet = 0*w\na = net\nda/dw = 0\n[strange]\nf = x\ndf/dx = 1\n"


def test_partial_credit_by_claim_with_a_key() -> None:
    key = read_sheet(KEY)
    students = [student_of(name, mark(with_key(read_sheet(text), key)), key) for name, text in (("ann", ANN), ("ben", BEN), ("key", KEY))]
    assert [student.marks for student in students] == [{"power": (1, 1), "neuron": (2, 3)}, {"power": (0, 1), "neuron": (0, 3)}, {"power": (1, 1), "neuron": (3, 3)}]
    assert [round(student.percent) for student in students] == [75, 0, 100]
    rows = list(csv.reader(io.StringIO(as_csv(table_of(students)))))
    assert rows == [["name", "power", "neuron", "right", "percent"], ["ann", "1/1", "2/3", "3/4", "75"], ["ben", "0/1", "0/3", "0/4", "0"], ["key", "1/1", "3/3", "4/4", "100"]]


def test_a_name_cannot_become_a_formula_in_a_spreadsheet() -> None:
    assert as_csv([["=1+1", "@x", "a,b"]]) == "'=1+1,'@x,\"a,b\""


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in (("ann", ANN), ("ben", BEN), ("week3", KEY)):
        (tmp_path / f"{name}.sheet").write_text(text)
    files = [str(tmp_path / "ann.sheet"), str(tmp_path / "ben.sheet")]
    assert main(["sheet", *files, "--key", str(tmp_path / "week3.sheet"), "--summary", "csv"]) == 2  # one has no claims
    assert capsys.readouterr().out.splitlines()[1] == "ann,1/1,2/3,3/4,75"
    assert main(["sheet", files[0], "--key", str(tmp_path / "week3.sheet"), "--summary", "markdown"]) == 1
    assert "| ann | 1/1 | 2/3 | 3/4 | 75 |" in capsys.readouterr().out
    assert main(["sheet", str(tmp_path / "week3.sheet"), str(tmp_path / "week3.sheet")]) == 0
    assert "percent" in capsys.readouterr().out
    assert main(["sheet", *files, "--key", str(tmp_path / "week3.sheet"), "--format", "json"]) == 2
    assert '"verdict"' in capsys.readouterr().out
    sheet = tmp_path / "new.sheet"
    assert main(["exercises", "--seed", "7", "--count", "10", "--level", "2", "-o", str(sheet)]) == 0
    assert main(["sheet", str(sheet)]) == 0
    assert "10 claims: 10 right" in capsys.readouterr().out
    assert main(["exercises", "--blank", "--count", "1"]) == 0
    assert "# df/dt =" in capsys.readouterr().out
    assert main(["exercises", "--level", "9"]) == 2


def test_a_sheet_may_have_side_conditions_and_second_derivatives() -> None:
    marked = mark(read_sheet("[c]\nf = x*y\ngiven x + y = 2\ndf/dx = 2 - x\n∂²f/∂x∂y = 1\nf''(x) = 0\n"))
    assert marked[0].report is not None
    assert [finding.verdict for finding in marked[0].report.findings] == ["right", "right", "right"]


@pytest.mark.parametrize(("words", "code", "said"), [
    (["sum(z)*w", "z[0]=1", "z[1]=2", "w=3"], 0, "∂f/∂z[0]"), (["(a+b)*(b+1)", "--at", "a=2, b=1"], 0, "∂f/∂b = 5"), (["explain", "z[0]*z[1]", "--at", "z[0]=1, z[1]=2"], 0, "∂f/∂z[0] = z[1] = 2"),
    (["draw", "a*b", "--at", "a=2, b=1", "-o", "x.svg"], 0, "x.svg"), (["check", "x*y", "d/dx = 2 - x", "--given", "x + y = 2"], 0, "right"), (["check", "sigmoid(x)", "d/dx = 0.105", "--at", "x=2"], 0, "right to the 3 digits given"),
    (["check", "sigmoid(x)", "d/dx = 0.105", "--at", "x=2", "--strict"], 1, "wrong"), (["check", "x*y", "d/dx = y", "d/dy = 2z"], 2, "not read"), (["check", r"\frac{x^2}{2}", r"\frac{d f}{d x} = x"], 0, "right"), (["z[0] + z[2]", "z[0]=1", "z[2]=2"], 2, "no number for z[1]")])
def test_the_command_line_takes_what_python_takes(words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == code
    captured = capsys.readouterr()
    assert said in captured.out + captured.err
