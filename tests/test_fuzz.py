"""The fuzzers of fuzz.py, bounded and seeded; and each of them shown to find a fault that is planted into the library.

More inputs: python -m tests.fuzz --minutes 20.
"""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
from autograd import files, nn, optim, traversal
from autograd.checking import verdict
from autograd.expressions import reader
from autograd.nn import training

from . import fuzz, strange

COUNTS = {"texts": 200, "claims": 50, "routes": 16, "interrupts": 60, "strangers": 2000, "files": 24, "streams": 12}
SEED = 10
NO_DOORS = {"nn.fit", "nn.History", "nn.Scope", "nn.uniform", "nn.normal", "nn.xavier", "nn.he"}  # have another name, or are called by layers


def tried(name: str, count: int | None = None, *, most: int = 5, tries: int = 60) -> fuzz.Tally:
    return fuzz.run(name, SEED, count or COUNTS[name], most=most, tries=tries)


without_faults = cache(tried)                                        # planted in the library


def found(name: str, count: int | None = None) -> str:
    """The kinds of the faults that are found among so many inputs, none of them made smaller."""
    return "; ".join(tried(name, count, most=1, tries=0).faults)


@pytest.mark.parametrize("name", COUNTS)
def test_nothing_is_found(name: str) -> None:
    tally = without_faults(name)
    assert not tally.faults, f"{tally}\n\n" + "\n\n".join(tally.faults.values())
    assert tally.tried == COUNTS[name]


def test_a_seed_gives_the_same_inputs_each_time() -> None:
    assert tried("texts", 30).seen == tried("texts", 30).seen
    assert fuzz.run("texts", 1, 30).seen != fuzz.run("texts", 2, 30).seen


def test_most_claims_get_a_verdict() -> None:
    seen = without_faults("claims").seen
    assert seen["true called right"] >= 20, seen
    assert seen["wrong called wrong"] >= 10, seen


def test_every_public_name_has_a_door() -> None:
    names = {name for name in ag.__all__ if callable(getattr(ag, name)) and not isinstance(getattr(ag, name), type)}
    assert names <= set(strange.DOORS), names - set(strange.DOORS)
    for module, prefix in ((ag.losses, "losses"), (nn, "nn"), (optim, "optim"), (ag.testing, "testing")):
        assert {f"{prefix}.{name}" for name in module.__all__} - NO_DOORS <= set(strange.DOORS)


def test_every_door_opens_to_what_is_right() -> None:
    with fuzz.elsewhere():
        for make in strange.DOORS.values():
            function, arguments = make()
            function(*arguments)


def test_a_fault_is_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_sevens(tape: fuzz.Tape) -> str:
        numbers = [tape.randrange(10) for _ in range(tape.randrange(50))]
        if 7 in numbers:
            raise fuzz.FaultError("seven", str(numbers))
        return "fine"
    monkeypatch.setitem(fuzz.FUZZERS, "sevens", no_sevens)
    assert fuzz.run("sevens", 0, 50).faults == {"seven": "[7]"}


def test_the_script_tells_its_counts(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert fuzz.main(["--only", "texts", "--only", "files", "--count", "3"]) == 0
    shown = capsys.readouterr().out
    assert "texts: 3 inputs tried" in shown
    assert "files: 3 inputs tried" in shown

    def faulty(tape: fuzz.Tape) -> str:
        raise fuzz.FaultError("a kind", "what was tried")
    monkeypatch.setitem(fuzz.FUZZERS, "texts", faulty)
    assert fuzz.main(["--only", "texts", "--count", "3", "--seed", "5"]) == 1
    assert "[5/texts/0] a kind\nwhat was tried" in capsys.readouterr().out


# Planted faults -------------------------------------------------------------------------------------------------------------------

def test_texts_finds_a_raw_error(monkeypatch: pytest.MonkeyPatch) -> None:
    number = reader.Reader._number

    def divides(self: Any, node: ast.Constant) -> Any:
        return number(self, node) / (node.value != 0)
    monkeypatch.setattr(reader.Reader, "_number", divides)
    assert "ZeroDivisionError" in found("texts")


def test_texts_finds_quadratic_work(monkeypatch: pytest.MonkeyPatch) -> None:
    name = reader.Reader._name

    def again(self: Any, text: str) -> None:
        self.read_before = [*getattr(self, "read_before", []), text]
        [len(x) for x in self.read_before]
        name(self, text)
    monkeypatch.setattr(reader.Reader, "_name", again)
    monkeypatch.setattr(fuzz, "PIECES", ("+x",) * 40)                # so that many of the long texts are formulas
    assert found("texts", 200) == "work"


def test_texts_finds_what_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(text: str, functions: frozenset[str]) -> str:
        while "²" in text:
            pass
        return text
    monkeypatch.setattr(sys.modules["autograd.expressions.formula"], "in_python", endless)
    monkeypatch.setattr(fuzz, "SECONDS", 0.5)
    assert found("texts", 400) == "endless"


@pytest.mark.parametrize(("forced", "kind"), [(verdict.WRONG, "right called wrong"), (verdict.RIGHT, "wrong called right")])
def test_claims_finds_a_false_verdict(forced: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "_verdict", lambda *_: forced)
    assert found("claims") == kind


def test_claims_finds_a_tolerance_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "TOLERANCE", 1e-5)
    assert found("claims", 200) == "wrong called right"


def test_claims_finds_a_wrong_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ag.ops.TABLE["tanh"]
    monkeypatch.setattr(row, "partials", [lambda m, y, x: 1.0 - y])
    assert found("claims", 200) == "right called wrong"


def test_routes_finds_a_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "_verdict_in_floats", lambda *_: verdict.WRONG)
    monkeypatch.setattr(verdict, "TOLERANCE", 1e-30)
    assert "contradiction" in found("routes", 40)


def test_interrupts_finds_buffers_that_are_not_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_trained", training._step)
    assert found("interrupts", 200) == "half a step"


def test_interrupts_finds_a_step_that_is_half_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def step(self: Any) -> None:
        self.steps += 1
        for k, p in enumerate(self.parameters):
            p.data, self._memories[k] = self.change(p.data, p.grad, self._memories[k])
    monkeypatch.setattr(optim.Optimizer, "step", step)
    step.__code__ = step.__code__.replace(co_filename=optim.__file__)
    assert found("interrupts", 300) == "half a step"


def test_interrupts_finds_a_scope_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    call = nn.Module.__call__

    def left_open(self: Any, *inputs: Any, **options: Any) -> Any:
        place = ag.scopes.place_of(self._name)
        ag.scopes.enter(place)
        y = call(self, *inputs, **options)
        ag.scopes.leave(place)
        return y
    monkeypatch.setattr(nn.Module, "__call__", left_open)
    assert found("interrupts", 200) == "scope"


def test_interrupts_finds_gradients_that_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def backward(output: Any, seed: float) -> None:
        order = traversal.topological_order(output)
        output.grad = seed
        for v in reversed(order):
            for x, d in zip(v.parents, v.partials):
                x.grad += d * v.grad
        for v in order:
            if v.op is not None:
                v.grad = 0.0                                         # afterwards, instead of before
    backward.__code__ = backward.__code__.replace(co_filename=str(Path(ag.__file__).parent / "traversal.py"))
    monkeypatch.setattr(traversal, "backward", backward)
    assert found("interrupts", 200) == "gradient"


def test_strangers_finds_a_raw_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optim, "finite", lambda name, x, **_: x + 0.0)
    assert "in optim.py" in "; ".join(tried("strangers", tries=0).faults)


def test_strangers_finds_what_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(strange.DOORS, "sin", lambda: (lambda x: 0.0, [0.25]))
    assert "accepted by sin" in fuzz.attempt(lambda tape: fuzz.knocked("sin", {0: "'x'"}), fuzz.Tape("")).kind  # type: ignore[union-attr]


def test_files_finds_writing_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.drawing.drawing.write", lambda path, content: path.write_bytes(content))
    assert found("files") == "damaged"


def test_files_finds_what_is_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "unlink", lambda self, **_: None)
    assert found("files") == "left over"


def test_files_finds_a_replacement_that_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    def copied(beside: Path, place: Path) -> None:
        Path(place).write_bytes(Path(beside).read_bytes()[:-1])
        Path(beside).unlink()
    monkeypatch.setattr(files.os, "replace", copied)
    assert found("files") == "damaged"


@pytest.mark.parametrize(("fault", "kind"), [("cli.main(); sys.exit(0)", "exit code 0 for"), ("sys.exit(cli.COMMANDS['check'](sys.argv[2:])[0])", "traceback")])
def test_streams_finds_a_wrong_exit_code(fault: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "AUTOGRAD", [sys.executable, "-c", f"import sys; from autograd import cli; {fault}"])
    assert kind in found("streams", 30)
