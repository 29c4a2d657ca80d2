"""Compiled programs beside C by hand, JAX, CasADi and heyoka: `python -m benchmarks program`.

In each round every library gets one process, one after the other; a process reports the median of five runs. A time is the median
over rounds, a ratio the median of the ratios within a round. After the first round the results are compared.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from typing import Any

from .environments import HERE, python_of

LIBRARIES = {"hand": "C by hand", "llvm": "autograd, LLVM", "numpy": "autograd, NumPy", "jax": "JAX, jitted",
             "casadi": "CasADi, C code", "heyoka": "heyoka", "torch": "PyTorch"}
ENVIRONMENTS = {"hand": "compiled", "llvm": "compiled", "numpy": "compiled"}
TASKS = [("mlp", 1), ("mlp", 100), ("mlp", 10_000), ("black_scholes", 1_000_000), ("graph", 10_000), ("bundle", 30_000),
         ("mixture", 1_000), ("digits", 100)]
TITLES = {"mlp": "MLP(2, [16, 16, 1]), value and 337 derivatives, {size:,} samples",
          "black_scholes": "Black and Scholes, price and 5 derivatives, {size:,} rows",
          "graph": "a random graph of {size:,} operations and its gradient, 1,000 lanes",
          "bundle": "residuals of bundle adjustment and their 2 x 15 derivatives, {size:,} observations",
          "mixture": "log-likelihood of a Gaussian mixture (d = 10, k = 25) and its gradient, {size:,} points",
          "digits": "MLP(784, [50, 10]) with cross-entropy, value and 39,760 derivatives, a batch of {size:,}"}
GOALS = {("mlp", 1): 2.5, ("mlp", 100): 1.1, ("mlp", 10_000): 1.0, ("black_scholes", 1_000_000): 1.2, ("graph", 10_000): 1.1,
         ("bundle", 30_000): 1.1, ("mixture", 1_000): 1.0, ("digits", 100): 4.0}
LONGEST, MEMORY = 45, 16 << 30                                       # seconds and bytes that a process may take
BESIDE = {"digits": "torch"}                                         # what a task is measured beside, if not C by hand


def main(rounds: int) -> list[dict[str, Any]]:
    """Measure, print and return all rows."""
    rows: list[dict[str, Any]] = []
    for task, size in TASKS:
        beside = BESIDE.get(task, "hand")
        names = {key: name for key, name in LIBRARIES.items() if key in (beside, "llvm") or (beside == "hand" and key != "torch")}
        print(f"\n{TITLES[task].format(size=size)}; at most {GOALS[task, size]} x {names[beside]} is hoped for", flush=True)
        found: dict[str, list[dict[str, Any]]] = {}
        missing: dict[str, str] = {}
        for number in range(rounds):
            for library in names:
                if library not in missing:
                    told = _run(library, task, size)
                    if isinstance(told, str):
                        missing[library] = told
                    else:
                        found.setdefault(library, []).append(told)
            if number == 0:
                _agree({library: runs[0]["check"] for library, runs in found.items()})
        for library, name in names.items():
            row: dict[str, Any] = {"task": task, "size": size, "library": library}
            if library in missing:
                row["missing"] = missing[library]
                print(f"  {name:16} {missing[library]}", flush=True)
            else:
                runs = found[library]
                row.update(seconds=statistics.median([run["seconds"] for run in runs]),
                           first=statistics.median([run["first"] for run in runs]))
                over = [run["seconds"] / other["seconds"] for run, other in zip(runs, found.get(beside, []))]
                ratio = f"; {statistics.median(over):.3g} x {names[beside]}" if over and library != beside else ""
                row["over"] = statistics.median(over) if over else None
                print(f"  {name:16} {row['seconds'] * 1e3:10.4f} ms, first call {row['first']:.2f} s{ratio}", flush=True)
            rows.append(row)
    return rows


def _run(library: str, task: str, size: int) -> Any:
    """What a process found, or why there is nothing."""
    python = python_of(ENVIRONMENTS.get(library, library))
    if not python.exists():
        return f"not installed: python -m benchmarks install {ENVIRONMENTS.get(library, library)}"
    try:
        done = subprocess.run([python, str(HERE / "program_worker.py"), library, task, str(size)], capture_output=True, text=True,
                              timeout=LONGEST, cwd=HERE, preexec_fn=_bounded)
    except subprocess.TimeoutExpired:
        return f"took more than {LONGEST} s"
    if done.returncode or not done.stdout.strip():
        return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return json.loads(done.stdout.splitlines()[-1])


def _bounded() -> None:
    """Let a process have no more than MEMORY, and one core: some of the libraries would take more, but C by hand does not."""
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _agree(checks: dict[str, list[float]]) -> None:
    """Stop unless all libraries have the same sums over values and derivatives."""
    reference = next(iter(checks.values()))
    for library, check in checks.items():
        scale = max(map(abs, reference))
        if len(check) != len(reference) or any([not abs(a - b) <= 1e-8 * scale for a, b in zip(check, reference)]):
            raise SystemExit(f"{library} has other results: {check} and {reference}")
