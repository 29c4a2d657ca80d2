"""The house: imports point one way, read from the source; no room is entered by way of another that it serves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "autograd"

# From the ground up: a room imports only from rooms named before its own, or from files of its own room.
FLOORS = [
    "errors", "text", "display", "ops", "inputs", "files", "scopes", "node", "traversal", "portable", "trees",
    "arithmetic.primitives", "arithmetic.special", "arithmetic.referee", "arithmetic.floats", "arithmetic.arrays", "arithmetic.text",
    "arithmetic.javascript", "arithmetic", "messages", "nonfinite", "ufuncs", "engine", "weighted", "arithmetic.graph",
    "arithmetic.dispatch", "replay", "tape", "labels", "functions", "linalg", "derivatives", "program", "losses", "optim", "nn", "expressions", "operations", "drawing",
    "checking", "testing", "", "cli.points", "cli.output", "cli.parsing", "cli.pictures", "cli.checks", "cli", "__main__",
]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(path): path for path in sorted(ROOT.rglob("*.py"))}


def imported(module: str, source: str, files: set[str]) -> Iterator[str]:
    """The modules of the package that a module imports, anywhere: at its top, in functions, for types only."""
    package = module.split(".") if module in PACKAGES else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                base = [part for part in package[:len(package) - node.level + 1] if part]
            elif (node.module or "").split(".")[0] == "autograd":
                base = []
            else:
                continue
            name = (node.module or "").removeprefix("autograd").strip(".") if not node.level else node.module or ""
            target = ".".join([*base, *([name] if name else [])])
            for alias in node.names:
                inner = f"{target}.{alias.name}".strip(".")
                yield inner if inner in files else target
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "autograd":
                    yield alias.name.removeprefix("autograd").strip(".")


PACKAGES = {module for module, path in FILES.items() if path.name == "__init__.py"}
ARROWS = {module: {other for other in imported(module, path.read_text(), set(FILES)) if other != module} for module, path in FILES.items()}


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Every circle that a walk along the arrows meets."""
    found: list[list[str]] = []
    finished: set[str] = set()

    def walk(module: str, path: list[str]) -> None:
        if module in path:
            found.append([*path[path.index(module):], module])
            return
        if module in finished:
            return
        for other in sorted(arrows.get(module, ())):
            walk(other, [*path, module])
        finished.add(module)
    for module in sorted(arrows):
        walk(module, [])
    return found


def floor_of(module: str) -> int:
    while module not in FLOORS:
        module = module.rpartition(".")[0]
    return FLOORS.index(module)


def room_of(module: str) -> str:
    return FLOORS[floor_of(module)]


def upward(arrows: dict[str, set[str]]) -> list[str]:
    """The imports that point to a higher floor."""
    return [f"{module} -> {other}" for module in arrows for other in arrows[module]
            if floor_of(other) > floor_of(module)]


def test_no_circle_of_imports_lazy_and_typing_only_ones_included() -> None:
    assert not circles(ARROWS)


def test_imports_point_downwards() -> None:
    assert not upward(ARROWS)


def test_every_file_has_a_floor() -> None:
    assert {room_of(module) for module in FILES} == set(FLOORS)


def test_a_room_is_entered_by_its_door_or_by_a_file_of_it_that_stands_alone() -> None:
    """What is imported from a package's file runs the package's __init__ too: that must not lead back."""
    whole = {module: set(others) for module, others in ARROWS.items()}
    for module, others in ARROWS.items():
        for other in others:
            package = other.rpartition(".")[0]
            while package:
                if not f"{module}.".startswith(f"{package}."):
                    whole[module].add(package)
                package = package.rpartition(".")[0]
    assert not circles(whole)


@pytest.mark.parametrize(("planted", "where"), [
    ("from .engine import Value", "ops"), ("def f():\n    from .checking import verify", "engine"),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .engine import Value", "traversal"), ("import autograd.engine", "scopes"),
    ("from autograd import nn", "losses"), ("from ..engine import Value", "arithmetic.text")])
def test_a_planted_import_is_found(planted: str, where: str) -> None:
    arrows = {**ARROWS, where: ARROWS[where] | set(imported(where, planted, set(FILES)))}
    assert upward(arrows)
    if where != "losses":
        assert circles(arrows)


def test_the_front_door_is_light() -> None:
    """mpmath, graphviz and NumPy load when they are used."""
    import subprocess
    import sys
    code = "import autograd, sys; print([name for name in ('mpmath', 'graphviz', 'numpy', 'matplotlib', 'tqdm') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_engine_reads_in_one_sitting() -> None:
    lengths = {module: len(path.read_text().splitlines()) for module, path in FILES.items()}
    assert lengths["engine"] <= 560
    assert {module for module, length in lengths.items() if length > 460} <= {"engine", "ops"}, lengths
