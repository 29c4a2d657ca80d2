"""The planted errors of tests/mutants.py: that they are the same in every run, that they are errors, and that they are found."""

from __future__ import annotations

import ast
import os
from collections import Counter
from pathlib import Path

import pytest

from . import mutants
from .equivalents import EQUIVALENT
from .mutants import ROOT, TESTS, Laboratory, Mutant

SOURCES = {file: (ROOT / file).read_text(encoding="utf-8") for file in TESTS}
ALL = mutants.chosen()


def one(file: str, where: str, after: str) -> Mutant:
    """The mutant that turns a piece of the source into another."""
    [found] = [m for m in ALL if (m.file, m.where, m.after) == (file, where, after)]
    return found


def test_the_same_seed_takes_the_same_sample() -> None:
    assert mutants.chosen(count=40, seed=3) == mutants.chosen(count=40, seed=3)
    assert mutants.chosen(count=40, seed=3) != mutants.chosen(count=40, seed=4)
    assert {m.file for m in mutants.chosen(only="traversal.py")} == {"autograd/traversal.py"}
    with pytest.raises(ValueError, match=r"there is no file 'engine.py': choose among autograd/ops.py, "):
        mutants.chosen(only="engine.py")


def test_a_mutant_is_another_program_on_the_same_lines() -> None:
    trees = {file: ast.dump(ast.parse(source)) for file, source in SOURCES.items()}
    for mutant in mutants.chosen(count=30):
        source = SOURCES[mutant.file]
        planted = mutant.plant(source)
        compile(planted, mutant.file, "exec")
        assert ast.dump(ast.parse(planted)) != trees[mutant.file], str(mutant)
        assert planted.count("\n") == source.count("\n"), str(mutant)


def test_every_row_and_function_has_mutants() -> None:
    heads = {m.where.partition(",")[0].partition(".")[0] for m in ALL if m.file == "autograd/ops.py"}
    tree = ast.parse(SOURCES["autograd/ops.py"]).body
    rows = {ast.unparse(x.targets[0]) for x in tree if isinstance(x, ast.Assign) and "Operation" in ast.unparse(x.value)}
    assert heads >= (rows - {"LOGSUMEXP"}) | {x.name for x in tree if isinstance(x, ast.FunctionDef)}  # two functions and nothing else


def test_what_is_written_for_readers_is_left_alone() -> None:
    source = 'def f(x: int | None = 2) -> "str":\n    """1 + 1."""\n    # 1 + 1\n    y: int = x + 3\n    return f"{y + 4}"\n'
    assert {(m.before, m.after) for m in mutants.mutants("f.py", source)} == {
        ("2", "3"), ("y: int = x + 3", "y: int = x - 3"), ("y: int = x + 3", "y: int = x + 4"), ("return f'{y + 4}'", "(removed)")}


def test_every_entry_of_the_table_names_mutants_and_no_two_the_same() -> None:
    known = Counter([(m.file, m.where, m.before, m.after) for m in ALL])
    entries = Counter([(entry.file, where, entry.before, after) for entry in EQUIVALENT for where in entry.where for after in entry.after])
    assert {entry: known[entry] for entry in entries if known[entry] != 1} == {}
    assert set(entries.values()) == {1}


def test_an_equivalent_mutant_is_recognised_and_not_tried(tmp_path: Path) -> None:
    entry = EQUIVALENT[0]
    mutant = one(entry.file, entry.where[0], entry.after[0])
    assert mutants.equivalent(mutant) is entry
    laboratory = Laboratory(tmp_path, processes=0)                   # which would wait for a copy for ever
    assert laboratory.verdict(mutant) == "equivalent"


def test_the_tests_of_the_rows_concerned_are_chosen() -> None:
    rows = mutants.concerned(next(m for m in ALL if m.where == "SECH_SQUARED, partial 0"), SOURCES)
    assert rows is not None
    assert {"sech_squared", "tanh"} <= rows
    assert "sigmoid" not in rows
    root = next(m for m in ALL if m.where == "_cube_root")
    assert "cbrt" in (mutants.concerned(root, SOURCES) or set())
    assert "exp" not in (mutants.concerned(root, SOURCES) or set())
    assert mutants.concerned(next(m for m in ALL if m.file == "autograd/traversal.py"), SOURCES) is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the script forks")
def test_a_wrong_partial_is_found_in_a_copy(tmp_path: Path) -> None:
    laboratory = Laboratory(tmp_path, processes=1)
    mutant = one("autograd/ops.py", "SECH_SQUARED, partial 0", "-2.0 * y / m.tanh(x)")
    assert laboratory.verdict(mutant) == "killed"
    assert {file: (ROOT / file).read_text(encoding="utf-8") for file in TESTS} == SOURCES
    [copied] = list(laboratory.copies.queue)
    assert (copied / mutant.file).read_text(encoding="utf-8") == SOURCES[mutant.file]
