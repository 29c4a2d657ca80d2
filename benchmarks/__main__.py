"""Speed, side by side with peers, each in a process and an environment of its own.

    python -m benchmarks install [NAME ...]      make the environments in benchmarks/.environments; nothing else installs anything
    python -m benchmarks eager                   building and sweeping graphs (--json FILE, --plot FILE, --rounds N, --quick)
    python -m benchmarks program                 compiled programs beside C by hand, JAX, CasADi and heyoka (--rounds N)
    python -m benchmarks verify                  checking claims, in seconds
    python -m benchmarks guard                   bytes, objects and instructions a node, against those recorded (--record)

In each round every library gets one process, one after the other, so that what else the machine does meets all of them. A
process reports the median of five runs after a warm-up (of one run for the slow peers); a time is the median over rounds, a
ratio the median of the ratios within a round. Graphs of a million operations and more get one round. After the first round the
gradients are compared; if they differ, the run stops.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import runpy
import statistics
import subprocess
from pathlib import Path
from typing import Any

from . import guard, program
from .environments import HERE, NAMES, OURS, install, python_of

FAST = ["plain", "compiled", "limit", "micrograd"]                   # enough for larger graphs
SLOW = ["torch", "hips", "jax", "casadi"]                            # so slow that one run a process tells


# Measuring --------------------------------------------------------------------------------------------------------------------

class MissingError(Exception):
    """A library that is not there, or a run that failed; says why."""


def work(name: str, workload: str, size: int, rounds: int, collector: str) -> dict[str, Any]:
    """What one process of worker.py found."""
    if not python_of(name).exists():
        raise MissingError(f"not installed: python -m benchmarks install {name}")
    try:
        done = subprocess.run([python_of(name), str(HERE / "worker.py"), name, workload, str(size), str(rounds), collector],
                              capture_output=True, text=True, timeout=900, cwd=HERE)
    except subprocess.TimeoutExpired:
        raise MissingError("took more than 15 minutes") from None
    if done.returncode or not done.stdout.strip():
        raise MissingError((done.stderr.strip().splitlines() or ["no output"])[-1])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compare(workload: str, size: int, names: list[str], rounds: int, collector: str) -> list[dict[str, Any]]:
    """The rows of a table: seconds, parts and bytes by library, and each peer's time over that of our compiled engine."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    missing: dict[str, str] = {}
    for round_number in range(rounds):
        for name in names:
            if name in missing:
                continue
            try:
                runs[name].append(work(name, workload, size, 1 if name in SLOW else 5, collector))
            except MissingError as why:
                missing[name] = str(why)
        if round_number == 0 and any(runs.values()):
            agree({name: found[0]["gradients"] for name, found in runs.items() if found})
    rows: list[dict[str, Any]] = []
    for name in names:
        row: dict[str, Any] = {"library": name, "workload": workload, "size": size, "collector": collector}
        if name in missing:
            rows.append({**row, "missing": missing[name]})
            continue
        totals = [sum(run["seconds"].values()) for run in runs[name]]
        first = runs[name][0]
        parts = {part: statistics.median([run["seconds"][part] for run in runs[name]]) for part in first["seconds"]}
        row.update(seconds=statistics.median(totals), totals=totals, parts=parts)
        row.update(version=first["version"], bytes=first.get("bytes"))
        rows.append(row)
    for row in rows:
        for mine in OURS:
            other = next((r["totals"] for r in rows if r["library"] == mine and "totals" in r), None)
            if other and "totals" in row:
                row[f"over {mine}"] = statistics.median([a / b for a, b in zip(row["totals"], other)])
    return rows


def agree(gradients: dict[str, list[float]]) -> None:
    """Stop unless all libraries computed the same gradients."""
    reference, *others = gradients
    largest = max(map(abs, gradients[reference]))                    # the sums cancel: small ones share the error of large ones
    for name in others:
        for a, b in zip(gradients[reference], gradients[name], strict=True):
            if not abs(a - b) <= 1e-9 * largest:
                raise SystemExit(f"{reference} and {name} have different gradients: {a} and {b}")


def eager(rounds: int, quick: bool) -> list[dict[str, Any]]:
    """All tables of building and sweeping."""
    rows: list[dict[str, Any]] = []
    ours_and_micrograd = [*OURS, "micrograd"]
    tables = [("graph", 10_000, [name for name in NAMES if name != "heyoka"]), ("graph", 100_000, FAST),
              ("demo", 0, ours_and_micrograd), ("step", 0, ours_and_micrograd)]
    for workload, size, names in tables:
        for collector in ("on", "off"):
            rows += shown(compare(workload, size, names, rounds, collector))
    for size in (1_000, 10_000, 100_000, 1_000_000, *(() if quick else (10_000_000,))):
        rows += shown(compare("graph", size, list(OURS if size < 10 ** 7 else OURS[1:]), 1 if size >= 10 ** 6 else rounds, "on"))
    return rows + shown(compare("hessian", 10, list(OURS), rounds, "on"))


TITLES = {"graph": "a random graph of {size:,} operations, build and sweep",
          "demo": "one step of micrograd's demo: 100 points, its own network and loop, only the import changed",
          "step": "the same step; ours with autograd.nn.MLP and autograd.losses",
          "hessian": "the Hessian of a function of {size} inputs, and one gradient of it"}


def shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Print a table, and return it."""
    first = rows[0]
    print(f"\n{TITLES[first['workload']].format(size=first['size'])}, garbage collector {first['collector']}")
    for row in rows:
        name = NAMES[row["library"]]
        if "missing" in row:
            print(f"  {name:20} {row['missing']}")
            continue
        parts = ", ".join([f"{part} {seconds * 1e3:.3g}" for part, seconds in row["parts"].items()])
        others = [mine for mine in OURS if f"over {mine}" in row and mine != row["library"]]
        ratios = ", ".join([f"{row[f'over {mine}']:.3g} x {mine}" for mine in others])
        memory = f", {row['bytes']:.0f} bytes a node" if row.get("bytes") else ""
        each = f", {row['seconds'] / row['size'] * 1e9:.0f} ns an operation" if row["workload"] == "graph" else ""
        told = f"{row['seconds'] * 1e3:9.3f} ms ({parts}){each}{memory}"
        print(f"  {name:20} {told}" + (f"; {ratios}" if ratios else ""), flush=True)
    return rows


def machine() -> str:
    """What it was measured on."""
    cpu, known = platform.processor() or platform.machine(), Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), cpu)
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"Python {platform.python_version()}, {cpu}, {os.cpu_count()} cores, {platform.system()}{busy}"


def plot(rows: list[dict[str, Any]], path: str) -> None:
    """Bars of the time an operation takes, for the random graph of 10,000 operations."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    bars = {NAMES[row["library"]]: row["seconds"] / row["size"] * 1e9 for row in reversed(rows[:len(NAMES)])
            if row["workload"] == "graph" and row["size"] == 10_000 and row["collector"] == "on" and "seconds" in row}
    figure, axes = pyplot.subplots(figsize=(8, 4))
    axes.barh(list(bars), list(bars.values()), color=["#d95f02" if name.startswith("autograd") else "#888888" for name in bars])
    axes.set(xscale="log", xlabel="ns an operation, build and sweep (log scale)")
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["install", "eager", "program", "verify", "guard"])
    parser.add_argument("names", nargs="*", help=f"environments to install: {', '.join(NAMES)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="without the graph of 1e7 nodes")
    parser.add_argument("--record", action="store_true", help="guard: keep what is measured")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--plot", metavar="FILE")
    asked = parser.parse_args()
    if unknown := [name for name in asked.names if name not in NAMES]:
        parser.error(f"unknown: {', '.join(unknown)}; choose from {', '.join(NAMES)}")
    if asked.what == "install":
        install(asked.names)
    elif asked.what == "guard":
        raise SystemExit(guard.main(asked.record))
    elif asked.what == "verify":
        runpy.run_module("benchmarks.verify", run_name="__main__")
    else:
        print(machine())
        rows = eager(asked.rounds, asked.quick) if asked.what == "eager" else program.main(asked.rounds)
        if asked.json:
            Path(asked.json).write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1))
        if asked.plot and asked.what == "eager":
            plot(rows, asked.plot)


if __name__ == "__main__":
    main()
