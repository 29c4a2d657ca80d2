"""The command line: what it prints, what it writes, and one clear line for each kind of bad input."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
from autograd.cli import main

TABLE = """\
node  operation  value  local partials          gradient
a                    2                          ∂f/∂a = 2
b                    1                          ∂f/∂b = 5
v₁    a + b          3  ∂v₁/∂a = 1, ∂v₁/∂b = 1  ∂f/∂v₁ = 2
v₂    b + 1          2  ∂v₂/∂b = 1              ∂f/∂v₂ = 3
f     v₁ × v₂        6  ∂f/∂v₁ = 2, ∂f/∂v₂ = 3  ∂f/∂f = 1
"""


def test_a_formula_prints_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["(a+b)*(b+1)", "a=2", "b=1"]) == 0
    assert capsys.readouterr().out == TABLE


@pytest.mark.parametrize("suffix", ["svg", "png", "dot"])
def test_o_writes_the_picture(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / f"e.{suffix}"
    assert main(["(a+b)*(b+1)", "-o", str(picture), "a=2", "b=1"]) == 0
    assert picture.stat().st_size > 500
    assert capsys.readouterr().out == f"{TABLE}\nThe picture is in {picture}\n"


def test_the_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    out = capsys.readouterr().out
    assert "e     c × d          6  ∂e/∂c = 2, ∂e/∂d = 3  ∂e/∂e = 1" in out
    assert "∂e/∂b = 5 by two paths" in out
    assert "∂e/∂a    b + 1    right" in out
    assert "Likely: the path b → d → e is forgotten" in out
    assert (tmp_path / "e.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("words", "line"), [
    (["-x**2", "x=3"], "∂f/∂x = -6"), (["-o*2", "o=3"], "∂f/∂o = -2"), (["--", "-x", "x=1"], "∂f/∂x = -1"), (["-o", "q.dot", "-x", "x=1"], "q.dot"), (["-oq.dot", "-x", "x=1"], "q.dot"),
    (["--output=q.dot", "-x", "x=1"], "q.dot"),  (["self*2", "self=3"], "∂f/∂self = 2"), (["µ*2", "µ=1"], "2"), (["x*f", "x=1/3", "f=-1e-3"], "∂y/∂f = 0.3333"), (["e = x*2", "x=pi"], "e     x × 2      6.283"),
    (["x", "x=2"], "∂x/∂x = 1"), (["2+3"], "5"), (["x+1", "x=inf"], "inf"), (["x+1", "x=-inf"], "-inf"), (["x if x > 0 else 0.01*x", "x=-2"], "∂f/∂x = 0.01"),
    (["demo*2", "demo=3"], "∂f/∂demo = 2"), (["tanh(x)", "x=(1+1)/2"], "0.7616")])
def test_formulas_and_numbers_of_many_forms(words: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(("words", "message"), [
    ([], "no formula given"), (["(a+b)*(b+1)", "a=2"], "needs a value for b: add b=1"), (["a", "a=2", "a=3"], "a was given twice"),
    (["a*b", "a=2", "b=1", "c=3"], "c does not occur"), (["alpha*b", "alpha=2", "b=1", "alhpa=3"], "did you mean alpha"), (["a", "a:2"], "write it as a=2"),
    (["a", "=2"], "write it as a=2"), (["tahn(x)", "x=1"], "did you mean tanh"), (["a+", "a=1"], "cannot be read"), (["log(a)", "a=-1"], "it needs x > 0"),
    (["a/0", "a=1"], "a divisor other than 0"), (["exp(a)", "a=1000"], "overflows"), (["a", "a=b"], "'b' is not a number"), (["a", "a="], "a= needs a number"), (["a", "a=[1]"], "one number"),
    (["a", "a=1/0"], "a divisor other than 0"), (["softmax(a, b)", "a=1", "b=2"], "choose one"), (["a", "a=1", "-o", "e.jpg"], "as .svg, .png, .pdf, .dot or .mmd"),
    (["a", "a=1", "-o", "no/such/folder/e.svg"], "No such file"), (["a", "a=1", "-o"], "expected one argument"), (["2*3", "-o", "e.svg"], "depends on nothing"), (["pi*x", "x=1", "pi=3"], "is a constant"), (["a", "a=1", "--colour"], "unrecognized arguments")])
def test_bad_input_is_one_line_and_exit_2(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.startswith("autograd: ")
    assert err.count("\n") == 1


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    for option, text in (("--version", f"autograd {autograd.__version__}"), ("--help", "autograd demo")):
        with pytest.raises(SystemExit) as stop:
            main([option])
        assert stop.value.code == 0
        assert text in capsys.readouterr().out


def test_the_installed_command_and_the_module_are_the_same() -> None:
    command = Path(sys.executable).with_name("autograd")
    for words in ([str(command)], [sys.executable, "-m", "autograd"]):
        done = subprocess.run([*words, "(a+b)*(b+1)", "a=2", "b=1"], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONUTF8": "1"})
        assert done.stdout == TABLE


def test_a_terminal_without_the_signs_still_gets_its_table() -> None:
    done = subprocess.run([sys.executable, "-m", "autograd", "a*b", "a=2", "b=1"], capture_output=True, check=True,
                          env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert b"f     a * b          2  df/da = 1, df/db = 2  df/df = 1" in done.stdout.replace(b"\r", b"")


E = "c = a + b; d = b + 1; e = c*d"


@pytest.mark.parametrize(("words", "code", "line"), [
    ([E, "d/da = b+1", "d/db = c + d"], 0, "∂e/∂b    c + d"), ([E, "d/da = b+1", "∂e/∂b = a+b"], 1, "→ c → e is forgotten"), (["(a+b)*(b+1)", "d/db = a+b"], 1, "∂f/∂b = a+b is wrong at a = 2, b = 1: you have 3, it should be 5."),
    (["-x²", "d/dx = -2·x"], 0, "right"), (["√x", "d/dx = 1/(2·√x)"], 0, "right"), (["σ(x)", "f'(x) = σ(x)·(1 − σ(x))"], 0, "right"), (["x²", "-1 < df/dx"], 1, "is wrong at x = -1: there it is -2"), (["sqrt(x)", "d/dx = 7", "--at", "x=0"], 3, "infinite"),
    ([E, "∂e/∂b ≈ 5.0", "--at", "a=2, b=1"], 0, "1 point"), (["abs(x)", "d/dx = 1", "--domain", "x in 1 .. 2"], 0, "right"), (["abs(x)", "d/dx = 1", "--domain=x=1..2"], 0, "right"), ([E, "d/db = d", "--format", "json"], 1, '"verdict": "wrong"'), ([E, "d/db = d", "--format=markdown"], 1, "| ∂e/∂b | `d` | wrong |")])
def test_check(words: list[str], code: int, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *words]) == code
    assert line in capsys.readouterr().out


def test_check_draws_the_faulty_edge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", E, "d/db = d", "-o", str(tmp_path / "e.dot")]) == 1
    assert "you: 0, should be: 3" in (tmp_path / "e.dot").read_text()
    assert "The picture is in" in capsys.readouterr().out
    assert main(["check", E, "d/db = d", "-o", str(tmp_path / "e.svg"), "--format", "json"]) == 1
    json.loads(capsys.readouterr().out)


def test_json_has_no_infinity(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "x**2", "df/dx = 1e308*x*10", "--format", "json"]) == 1
    out = capsys.readouterr().out
    assert "Infinity" not in out
    assert json.loads(out)["verdict"] == "wrong"


def test_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "problems.txt"
    for text, code, line in (("f = x**2\ndf/dx = 2*x", 0, "1 claim: 1 right"), ("f = x**2\ndf/dx = x", 1, "1 claim: 1 wrong"), ("f = sqrt(x)\nat x = 0\ndf/dx = 1", 3, "1 inconclusive"), ("f = x\ndf/dx = 1\n[b]\nx +", 2, "1 problem could not be marked")):
        file.write_text(text)
        assert main(["sheet", str(file)]) == code
        assert line in capsys.readouterr().out
    assert main(["sheet", str(file), "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)[0]["report"]["right"]
    assert main(["sheet", str(file), "--format", "markdown"]) == 2
    monkeypatch.setattr(sys, "stdin", io.StringIO("f = x**2\ndf/dx = 2*x"))
    assert main(["sheet", "-"]) == 0


@pytest.mark.parametrize(("words", "line"), [(["log(1+exp(x))", "--wrt", "x"], "∂f/∂(1 + exp(x)) = 1/(1 + exp(x)) = 0.268941"), (["(a+b)*(b+1)", "a=2", "b=1", "--wrt", "b"], "= 2 × 1 + 3 × 1"), (["-x**2", "x=3"], "∂f/∂x at x = 3"),
                                                ([E, "--format", "latex"], r"\frac{\partial e}{\partial b}"), ([E, "--wrt", "c", "--format=markdown"], "**∂e/∂c at a = 1, b = 2**")])
def test_explain(words: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *words]) == 0
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(("words", "message"), [
    (["check"], "no formula is given; see --help"), (["check", "x"], "required"), (["check", "x*y", "d/dz = 1"], "no input or named step"), (["check", "x*y", "1"], "2 numbers are needed"), (["check", "x", "d/dx = 1", "--domain", "x"], "is not a range"), (["check", "x", "d/dx = 1", "--at", "3"], "is not a point"),
    (["check", "x", "d/dx = 1", "-o", "e.pdf"], "as .svg"), (["check", "x", "d/dx = 1", "--format", "xml"], "invalid choice"), (["sheet"], "required"), (["sheet", "no_such_file"], "No such file"), (["explain", "x*y", "--wrt", "z"], "no value called z"), (["explain", "3"], "depends on nothing"), (["explain", "x", "y=2"], "does not occur")])
def test_bad_input_to_the_commands(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_a_sheet_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content, message in ((b"", "no problem in"), (b"\xff\xfe\x00", "is not UTF-8 text")):
        (tmp_path / "s").write_bytes(content)
        assert main(["sheet", str(tmp_path / "s")]) == 2
        assert message in capsys.readouterr().err


def test_a_misspelt_command_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drwa", "(a+b)", "a=2"]) == 2
    assert "there is no command 'drwa': did you mean draw?" in capsys.readouterr().err


def test_options_that_are_misspelt_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "a*b", "--path", "a"]) == 2
    assert "there is no option --path: did you mean --paths?" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["help"])
    assert "usage: autograd" in capsys.readouterr().out
