"""The command line: what it prints, what it writes, and one clear line for each kind of bad input."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import List

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
    assert (tmp_path / "e.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("words", "line"), [
    (["-x**2", "x=3"], "∂f/∂x = -6"), (["-o*2", "o=3"], "∂f/∂o = -2"), (["--", "-x", "x=1"], "∂f/∂x = -1"), (["-o", "q.dot", "-x", "x=1"], "q.dot"), (["-oq.dot", "-x", "x=1"], "q.dot"),
    (["--output=q.dot", "-x", "x=1"], "q.dot"),  (["self*2", "self=3"], "∂f/∂self = 2"), (["µ*2", "µ=1"], "2"), (["x*f", "x=1/3", "f=-1e-3"], "∂y/∂f = 0.3333"), (["e = x*2", "x=pi"], "e     x × 2      6.283"),
    (["x", "x=2"], "∂x/∂x = 1"), (["2+3"], "5"), (["x+1", "x=inf"], "inf"), (["x+1", "x=-inf"], "-inf"), (["x if x > 0 else 0.01*x", "x=-2"], "∂f/∂x = 0.01"),
    (["demo*2", "demo=3"], "∂f/∂demo = 2"), (["tanh(x)", "x=(1+1)/2"], "0.7616")])
def test_formulas_and_numbers_of_many_forms(words: List[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(("words", "message"), [
    ([], "a formula is needed"), (["(a+b)*(b+1)", "a=2"], "needs a value for b: add b=1"), (["a", "a=2", "a=3"], "a was given twice"),
    (["a*b", "a=2", "b=1", "c=3"], "c does not occur"), (["alpha*b", "alpha=2", "b=1", "alhpa=3"], "did you mean alpha"), (["a", "a:2"], "write it as a=2"),
    (["a", "=2"], "write it as a=2"), (["tahn(x)", "x=1"], "did you mean tanh"), (["a+", "a=1"], "cannot be read"), (["log(a)", "a=-1"], "it needs x > 0"),
    (["a/0", "a=1"], "a divisor other than 0"), (["exp(a)", "a=1000"], "overflows"), (["a", "a=b"], "'b' is no number"), (["a", "a="], "a= needs a number"), (["a", "a=[1]"], "one number"),
    (["a", "a=1/0"], "a divisor other than 0"), (["softmax(a, b)", "a=1", "b=2"], "choose one"), (["a", "a=1", "-o", "e.pdf"], "as .svg, .png or .dot"),
    (["a", "a=1", "-o", "no/such/folder/e.svg"], "No such file"), (["a", "a=1", "-o"], "expected one argument"), (["2*3", "-o", "e.svg"], "depends on nothing"), (["pi*x", "x=1", "pi=3"], "is a constant"), (["a", "a=1", "--colour"], "unrecognized arguments")])
def test_bad_input_is_one_line_and_exit_2(words: List[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
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
