"""The benchmarks' own checks: what they compare is the same, and what has grown is told. No time is measured here."""

from __future__ import annotations

import itertools
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import benchmarks.guard
from autograd import Value
from benchmarks.__main__ import MissingError, agree, work
from benchmarks.environments import NAMES, python_of
from benchmarks.guard import compared
from benchmarks.workloads import CONSTANTS, LEAVES, build, calls, moons, random_graph, weights

ROOT = Path(__file__).parents[1]


def test_the_random_graph_is_as_it_says() -> None:
    leaves, constants, steps = random_graph(3000)
    assert (len(leaves), len(constants), len(steps)) == (LEAVES, CONSTANTS, 3000)
    nodes = [*map(Value, leaves), *constants]
    last = build(nodes, calls(Value.tanh, Value.exp, steps))
    assert len(nodes) == LEAVES + CONSTANTS + 3000
    made = [v for v in nodes if isinstance(v, Value)]
    assert all([abs(v.data) <= 2.0 for v in made])
    last.backward()
    assert all([v.grad != 0.0 for v in made[:LEAVES]])
    used = set(itertools.chain.from_iterable([(i, j) for _, i, j in steps]))
    assert set(range(LEAVES + CONSTANTS, LEAVES + CONSTANTS + 2999)) <= used
    assert random_graph(3000) == (leaves, constants, steps)


def test_the_step_has_the_size_of_micrograds() -> None:
    points, labels = moons()
    assert (len(points), len(labels), len(weights())) == (100, 100, 337)


def test_each_workload_gives_the_gradients_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import worker
    demo, _, _ = worker.autograd_demo(0)()
    step, _, _ = worker.autograd_step(0)()
    agree({"demo": demo, "step": step})
    hessian, parts, _ = worker.autograd_hessian(3)()
    assert (len(hessian), set(parts)) == (9, {"hessian", "gradient"})
    assert set(worker.WORKLOADS["graph"]) == set(NAMES) - {"heyoka"}


def test_gradients_that_differ_stop_a_comparison() -> None:
    agree({"a": [1.0, 2.0], "b": [1.0, 2.0 + 1e-12]})
    for other in ([1.0, 2.001], [1.0, float("nan")]):
        with pytest.raises(SystemExit, match="different gradients"):
            agree({"a": [1.0, 2.0], "b": other})


def test_a_peer_that_is_not_there_is_a_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import benchmarks.__main__ as main
    monkeypatch.setattr(benchmarks.environments, "ENVIRONMENTS", tmp_path)
    with pytest.raises(MissingError, match="python -m benchmarks install micrograd"):
        work("micrograd", "graph", 1000, 1, "on")
    rows = main.shown(main.compare("graph", 1000, ["micrograd"], 1, "on"))
    assert rows[0]["missing"].startswith("not installed")
    assert "install micrograd" in capsys.readouterr().out
    assert python_of("micrograd").is_relative_to(tmp_path)


def test_the_guard_tells_what_has_grown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared({"bytes": 102.0}, {"bytes": 100.0}) == []
    assert compared({"bytes": 104.0, "objects": 1.0}, {"bytes": 100.0, "objects": 1.0}) == ["bytes: 104 a node, 100 recorded"]
    monkeypatch.setattr(benchmarks.guard, "RECORDED", tmp_path / "guard.json")
    monkeypatch.setattr(benchmarks.guard, "measured", lambda python: {"bytes": 100.0})
    monkeypatch.setattr(benchmarks.guard, "python_of", lambda name: Path(sys.executable))
    assert benchmarks.guard.main(True) == 0
    monkeypatch.setattr(benchmarks.guard, "measured", lambda python: {"bytes": 110.0})
    assert benchmarks.guard.main(False) == 2
    assert "more than before: bytes: 110 a node, 100 recorded" in capsys.readouterr().out


def test_each_peer_is_pinned() -> None:
    pins = [line for line in (ROOT / "benchmarks" / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert len(pins) == len(NAMES) - 3
    assert all(["==" in line for line in pins])


@pytest.mark.parametrize(("task", "size"), [("mlp", 8), ("black_scholes", 16), ("bundle", 16), ("mixture", 8)])
def test_programs_and_c_by_hand_have_the_same_results(task: str, size: int) -> None:
    """`python -m benchmarks program` compares what it times; here with small sizes."""
    if shutil.which("cc") is None or platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("C by hand needs a C compiler and glibc's vector functions")
    checks = []
    for library in ("hand", "numpy"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, str(ROOT / "benchmarks/program_worker.py"), library, task, str(size)], capture_output=True, text=True,
                              env=environment, check=True)
        checks.append(json.loads(done.stdout.splitlines()[-1])["check"])
    assert checks[0] == pytest.approx(checks[1], rel=1e-9)
