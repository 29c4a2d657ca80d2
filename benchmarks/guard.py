"""What a node costs, in units that no other program on the machine disturbs: bytes, objects, and instructions.

    python -m benchmarks guard             compare with guard.json; fails if anything has grown by more than 3 %
    python -m benchmarks guard --record    write guard.json anew

It looks at the environments `plain` and `compiled` of `python -m benchmarks install`, so install them from the tree you mean.
Instructions are counted by valgrind, where there is one: those of a run that builds and sweeps a graph of 4,000 operations, less
those of a run that only makes the plan.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .environments import HERE, OURS, python_of

RECORDED = HERE / "guard.json"
SIZE = 4_000
SLACK = 0.03

COUNT = """
import gc, sys, tracemalloc
sys.path.insert(0, {here!r})
from workloads import build, calls, random_graph
from autograd import Value
leaves, constants, steps = random_graph({size})
plan = calls(Value.tanh, Value.exp, steps)
nodes = [*map(Value, leaves), *constants]
if {weigh}:
    gc.collect(); gc.disable()
    tracemalloc.start()
    before, blocks = tracemalloc.get_traced_memory()[0], sys.getallocatedblocks()
if {build}:
    build(nodes, plan).backward()
if {weigh}:
    print((tracemalloc.get_traced_memory()[0] - before) / len(plan), (sys.getallocatedblocks() - blocks) / len(plan))
"""


def program(python: Path, weigh: bool = False, build: bool = True) -> list[str | Path]:
    """The command that is measured."""
    return [python, "-c", COUNT.format(here=str(HERE), size=SIZE, weigh=weigh, build=build)]


def measured(python: Path) -> dict[str, float]:
    """Bytes, objects and instructions a node."""
    with tempfile.TemporaryDirectory() as elsewhere:                 # where no other autograd is
        done = subprocess.run(program(python, weigh=True), check=True, capture_output=True, text=True, cwd=elsewhere)
    memory, objects = map(float, done.stdout.split())
    found = {"bytes": round(memory, 1), "objects": round(objects, 2)}
    if shutil.which("valgrind"):
        found["instructions"] = round((instructions(python, True) - instructions(python, False)) / SIZE)
    return found


def instructions(python: Path, build: bool) -> int:
    """What valgrind counts in one run."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", *program(python, build=build)]
        settings = {**os.environ, "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder, env=settings)
    return int(re.findall(r"Collected : (\d+)", done.stderr)[0])


def compared(now: dict[str, float], before: dict[str, float]) -> list[str]:
    """What has grown."""
    return [f"{what}: {now[what]:g} a node, {before[what]:g} recorded" for what in now
            if what in before and now[what] > before[what] * (1.0 + SLACK)]


def main(record: bool) -> int:
    """Measure, print and compare; the number of things that have grown."""
    kept: dict[str, Any] = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    grown = 0
    for name in OURS:
        if not python_of(name).exists():
            print(f"{name}: not installed: python -m benchmarks install {name}")
            grown += 1
            continue
        now, key = measured(python_of(name)), f"{name}, Python {version}"
        print(f"{key}: " + ", ".join([f"{what} {x:g}" for what, x in now.items()]))
        if record:
            kept[key] = now
        elif key not in kept:
            print("  nothing is recorded for this version of Python: --record does it")
        for line in compared(now, kept.get(key, {})):
            print(f"  more than before: {line}")
            grown += 1
    if record:
        RECORDED.write_text(json.dumps(kept, indent=1) + "\n")
    return grown
