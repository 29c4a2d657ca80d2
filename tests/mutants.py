"""Plants small errors (mutants), one at a time, runs the tests that should find them, and tells which survive.

    python -m tests.mutants                  all of them, more than an hour on two cores
    python -m tests.mutants --only ops.py    those of one file
    python -m tests.mutants --count 50       a sample; --seed N takes another
    python -m tests.mutants --list           what would be planted

A mutant is a change of one node of the syntax tree: `a + b` becomes `a - b`, a constant another one, a statement `pass`. It is
planted in a copy of the project in a temporary folder, never in the checkout, and tried in a process of its own. The tests of
the rows that it touches run first; those of rows that it cannot touch are left out. It is killed if a test fails, and told as a
timeout if a test takes more than PATIENCE seconds of computing. Hypothesis takes the same examples in every run, so the same
mutants survive. It needs a system that can fork.

What changes no behaviour stands in equivalents.py, with the reason, and is not tried.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib.util
import multiprocessing
import os
import queue
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .equivalents import EQUIVALENT, FLOATS, OPS, SWEEP, Equivalent

ROOT = Path(__file__).resolve().parents[1]
PROCESSES = 2
PATIENCE = 10.0                                                      # seconds of computing that one test may take
MEMORY = 4 << 30                                                     # bytes: a mutant may make a list grow for ever

# The files that are changed, and the tests that should find it, in the order in which they run.
TESTS: dict[str, list[str]] = {
    OPS: ["tests/test_arithmetic.py", "tests/test_ops.py", "tests/test_graphs.py", "tests/test_traversal.py",
          "tests/test_operations.py", "tests/test_nonfinite.py", "tests/test_engine.py"],
    SWEEP: ["tests/test_traversal.py", "tests/test_engine.py"],
    FLOATS: ["tests/test_arithmetic.py", "tests/test_ops.py"],
}
SLOW = ["tests/test_engine.py::test_a_chain_of_a_million_is_built_swept_copied_pickled_and_dropped",
        "tests/test_graphs.py::test_a_planted_wrong_partial_is_found"]


# What is changed into what -----------------------------------------------------------------------------------------------------

OPERATORS: dict[type, type] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Mod: ast.Mult,
                               ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult}
COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,)}
NAMES = {"exp": "expm1", "expm1": "exp", "exp2": "exp", "log": "log1p", "log1p": "log", "log2": "log", "log10": "log2", "sqrt": "cbrt",
         "cbrt": "sqrt", "sin": "cos", "cos": "sin", "tan": "tanh", "asin": "atan", "acos": "asin", "atan": "asin", "sinh": "cosh",
         "cosh": "sinh", "tanh": "sinh", "asinh": "sinh", "acosh": "asinh", "atanh": "asinh", "erf": "erfc", "erfc": "erf",
         "sigmoid": "tanh", "relu": "abs", "floor": "ceil", "equal": "not_equal", "not_equal": "equal", "maximum": "minimum",
         "minimum": "maximum", "hypot": "atan2", "atan2": "hypot", "pi": "e", "fsum": "prod", "INF": "1.0", "inf": "pi", "a": "b",
         "b": "a", "p": "q", "q": "p", "low": "high", "high": "low", "_a": "_b", "_b": "_a", "_da": "_db", "_db": "_da",
         "OverflowError": "KeyError", "ValueError": "KeyError", "ZeroDivisionError": "KeyError"}
WRAPPERS = {"abs", "float", "list", "reversed", "narrow", "widen", "_Ieee", "ieee_answer", "square", "tuple", "iter", "set",
            "frozenset", "bool"}
SYMMETRIC = {"equal", "not_equal", "hypot", "maximum", "minimum", "cast"}


def changed_numbers(x: Any) -> list[Any]:
    if isinstance(x, bool):
        return [not x]
    if x in (0, 1):
        return [x + 1]
    return [x / 2.0, x * 2.0] if isinstance(x, float) else [x + 1] if x < 10 else [x // 2, x * 2]


def changes(node: ast.expr) -> Iterator[ast.expr]:
    """What may stand in the place of an expression."""
    match node:
        case ast.BinOp():
            if type(node.op) in OPERATORS:
                yield _with(node, op=OPERATORS[type(node.op)]())
            if not isinstance(node.op, (ast.Add, ast.Mult)) or (isinstance(node.op, ast.Add) and isinstance(node.left, ast.Subscript)):
                yield _with(node, left=node.right, right=node.left)
        case ast.UnaryOp():
            yield node.operand
        case ast.BoolOp():
            yield _with(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
            for k in range(len(node.values)):
                rest = node.values[:k] + node.values[k + 1:]
                yield rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.Compare():
            for k, op in enumerate(node.ops):
                for other in COMPARISONS[type(op)]:
                    yield _with(node, ops=[*node.ops[:k], other(), *node.ops[k + 1:]])
        case ast.IfExp():
            yield from [*[_with(node, test=test) for test in negated(node.test)], node.body, node.orelse]
        case ast.Constant() if isinstance(node.value, (int, float)):
            yield from [ast.Constant(x) for x in changed_numbers(node.value)]
        case ast.Name() if node.id in NAMES:
            yield ast.Name(NAMES[node.id])
        case ast.Attribute() if node.attr in NAMES:
            yield _with(node, attr=NAMES[node.attr])
        case ast.Call():
            yield from _changed_calls(node)
        case ast.ListComp() | ast.GeneratorExp() | ast.DictComp():
            source = node.generators[0]
            for k, condition in enumerate(source.ifs):
                yield _with(node, generators=[_with(source, ifs=source.ifs[:k] + source.ifs[k + 1:])])
                yield from [_with(node, generators=[_with(source, ifs=[test])]) for test in negated(condition)]
        case ast.Subscript() if isinstance(node.slice, ast.Slice):
            yield node.value
        case ast.Tuple() if isinstance(node.ctx, ast.Load) and all([isinstance(x, ast.Name) for x in node.elts]):
            for k in range(len(node.elts)):
                yield _with(node, elts=node.elts[:k] + node.elts[k + 1:])


def _changed_calls(node: ast.Call) -> Iterator[ast.expr]:
    name, args = _last_name(node.func), node.args
    if name == "where":
        yield from [args[1], args[2], _with(node, args=[args[0], args[2], args[1]])]
    elif name == "Operation" and len(args) > 3:
        yield _with(node, args=[*args[:2], args[3], args[2], *args[4:]])
    elif len(args) == 2 and name not in SYMMETRIC:
        yield _with(node, args=args[::-1])
    if name in WRAPPERS and len(args) == 1 and not node.keywords:
        yield args[0]
    if any([isinstance(x, ast.Starred) for x in args]) and len(args) > 1:
        yield from [_with(node, args=args[:k] + args[k + 1:]) for k in range(len(args))]
    for k in range(len(node.keywords) if name != "Arithmetic" else 0):  # which takes them all
        yield _with(node, keywords=node.keywords[:k] + node.keywords[k + 1:])


def negated(condition: ast.expr) -> list[ast.expr]:
    """The opposite, where no change of a comparison or a `not` makes it already."""
    return [] if isinstance(condition, (ast.Compare, ast.UnaryOp)) else [ast.UnaryOp(ast.Not(), condition)]


def conditions(node: ast.stmt) -> Iterator[ast.expr]:
    """What may stand in the place of the condition of an if or a while."""
    if isinstance(node, (ast.If, ast.While)):
        yield from negated(node.test)
        yield from [ast.Constant(True), ast.Constant(False)] if isinstance(node, ast.If) else []


def is_removable(node: ast.stmt, often: set[str]) -> bool:
    """Whether the rest keeps running without a statement; `often` are the names that are set more than once."""
    if isinstance(node, ast.Assign):
        names = [x for x in node.targets if isinstance(x, (ast.Name, ast.Tuple))]
        return all([isinstance(x, ast.Name) and x.id in often for x in names])
    return isinstance(node, (ast.Expr, ast.AugAssign, ast.Continue, ast.Break, ast.Raise, ast.Return, ast.For))


def _with(node: Any, **fields: Any) -> Any:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


# Mutants -----------------------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Mutant:
    """One change: the bytes from start to end of a file become `text`. `before` and `after` show it in the expression or
    statement around it; `where` names the row or function."""

    file: str
    line: int
    where: str
    before: str
    after: str
    start: int
    end: int
    text: str

    def plant(self, source: str) -> str:
        """The changed source."""
        encoded = source.encode()
        return (encoded[:self.start] + self.text.encode() + encoded[self.end:]).decode()

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.where}: {self.before}  ->  {self.after}"


@cache
def mutants(file: str, source: str) -> list[Mutant]:
    """Every mutant of a file, in the order of the text."""
    planter = _Planter(file, source)
    planter.visit_block(ast.parse(source).body, "")
    return list({(m.start, m.end, m.text): m for m in planter.found}.values())


class _Planter:
    """Walks over a syntax tree; skips docstrings, annotations and what is there for the types alone."""

    def __init__(self, file: str, source: str) -> None:
        self.file = file
        self.source = source.encode()
        self.starts = [0]
        for line in self.source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.found: list[Mutant] = []
        self.often: set[str] = set()

    def visit_block(self, block: Sequence[ast.stmt], where: str) -> None:
        for node in block:
            self.visit_statement(node, where)

    def visit_statement(self, node: ast.stmt, where: str) -> None:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            inner = f"{where}.{node.name}" if where else node.name
            if isinstance(node, ast.FunctionDef):
                names = Counter([x.id for x in ast.walk(node) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)])
                self.often = {name for name, count in names.items() if count > 1}
                for default in [*node.args.defaults, *node.args.kw_defaults]:
                    if default is not None:
                        self.visit(default, inner, default)
            self.visit_block(node.body, inner)
            return
        if _is_for_readers(node):
            return
        if not where and isinstance(node, (ast.Assign, ast.AnnAssign)):
            where = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        elif is_removable(node, self.often):
            self.add(node, node, where, "pass")
        piece = _header(node)
        for condition in conditions(node):
            self.add(node.test, piece, where, condition)  # type: ignore[attr-defined]
        for name, value in ast.iter_fields(node):
            if name in ("body", "orelse", "finalbody"):
                self.visit_block(value, where)
            elif name == "handlers":
                for handler in value:
                    self.visit(handler.type, where, handler.type)
                    self.visit_block(handler.body, where)
            elif name not in ("annotation", "target", "targets"):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.expr):
                        self.visit(child, where, piece)

    def visit(self, node: ast.expr, where: str, piece: ast.AST) -> None:
        if isinstance(node, ast.JoinedStr):
            return
        for new in changes(node):
            self.add(node, piece, where, new)
        if isinstance(node, ast.Lambda):
            self.visit(node.body, where, node.body)
            return
        if isinstance(node, ast.Call):
            self.visit(node.func, where, piece)
            table = len(node.keywords) > 3 or _last_name(node.func) == "Operation"
            for k, child in enumerate(node.args):
                inner = f"{where}, partial {k - 2}" if table and k > 1 else where
                self.visit(child, inner, child if table else piece)
            for keyword in node.keywords:
                self.visit(keyword.value, f"{where}, {keyword.arg}" if table else where, keyword.value if table else piece)
            return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.comprehension):
                for part in [child.iter, *child.ifs]:
                    self.visit(part, where, piece)
            elif isinstance(child, ast.expr):
                self.visit(child, where, piece)

    def add(self, node: Any, piece: Any, where: str, new: ast.expr | str) -> None:
        start, end = self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)
        lines = "\n" * (node.end_lineno - node.lineno)               # so that the lines below keep their numbers
        text = new + lines if isinstance(new, str) else f"({ast.unparse(ast.fix_missing_locations(new))}{lines})"
        before = self._shown(piece)
        if isinstance(new, str):
            after = "(removed)"
        elif isinstance(node, ast.Call) and len(new_keywords := getattr(new, "keywords", node.keywords)) < len(node.keywords):
            [gone] = [keyword for keyword in node.keywords if keyword not in new_keywords]
            before, after = f"{gone.arg}={ast.unparse(gone.value)}", "(removed)"
        else:
            after = self._shown(piece, (start, end, text))
        if before != after:
            self.found.append(Mutant(self.file, node.lineno, where, before, after, start, end, text))

    def _shown(self, piece: Any, change: tuple[int, int, str] | None = None) -> str:
        """The source of a piece on one line, without its comments."""
        start, end = self._offset(piece.lineno, piece.col_offset), self._offset(piece.end_lineno, piece.end_col_offset)
        source = self.source
        if change is not None:
            source, end = source[:change[0]] + change[2].encode() + source[change[1]:], end + len(change[2].encode()) - (change[1] - change[0])
        text = source[start:end].decode()
        for form in ("({})", "{}", "{}: pass", "def f():\n {}"):        # an expression, a statement, a header, a return
            with contextlib.suppress(SyntaxError):
                shown = ast.unparse(ast.parse(form.format(text))).removeprefix("def f():").strip()
                return shown.partition("\n")[0].rstrip(":")
        return " ".join(text.split())

    def _offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column


def _is_for_readers(node: ast.stmt) -> bool:
    """Docstrings, imports, aliases of types, slots: what a change of cannot be told by running."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Subscript) or ast.unparse(node.targets[0]) == "__slots__" or (
            isinstance(node.value, ast.Call) and _last_name(node.value.func) == "TypeVar")
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (isinstance(node, ast.AnnAssign) and node.value is None)


def _header(node: ast.stmt) -> Any:
    """A statement, or the part of it before its block."""
    if not isinstance(node, (ast.If, ast.While, ast.For)):
        return node
    if isinstance(node, ast.For):
        return _with(node.iter, lineno=node.lineno, col_offset=node.col_offset)
    return node.test


# Which tests a mutant concerns ---------------------------------------------------------------------------------------------------

def concerned(mutant: Mutant, sources: dict[str, str]) -> set[str] | None:
    """The rows that a mutant can touch: its own, and those that use it; None if it can touch all."""
    uses = _uses(sources["autograd/ops.py"])
    start = mutant.where.partition(",")[0].partition(".")[0]
    if mutant.file.endswith("floats.py"):
        names = {keyword for keyword, text in _keywords(sources[mutant.file]) if re.search(rf"\b{start}\b", text)}
        if "," in mutant.where:
            names = {mutant.where.partition(", ")[2]}
        names = {"widen"} if start == "_Wide" else names & set(uses)
        if start in ("_Ieee", "ieee_answer") or not names:
            return None
    elif mutant.file.endswith("ops.py") and start in uses and start not in ("Operation", "FLAT"):
        names = {start}
    else:
        return None
    while True:
        more = {name for name, used in uses.items() if used & names} | names
        if more == names:
            return {name.lower() for name in names} & rows_of(sources["autograd/ops.py"])
        names = more


def rows_of(source: str) -> set[str]:
    """The names of the rows of the table."""
    return set(re.findall(r'Operation\("(\w+)', source))


def _uses(source: str) -> dict[str, set[str]]:
    """By each row (in small letters) and helper of the table: which rows, primitives and helpers its text names."""
    uses: dict[str, set[str]] = {}
    for node in ast.parse(source).body:
        name = node.name if isinstance(node, ast.FunctionDef) else ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
        if name:
            used = {_last_name(x) for x in ast.walk(node) if isinstance(x, (ast.Attribute, ast.Name))}
            uses[name] = used
            if isinstance(node, ast.Assign) and name.isupper():
                uses[name.lower()] = used | {name}                   # m.tanh is the row TANH
    primitives = set().union(*uses.values())
    return {**{name: set() for name in primitives}, **uses}


def _keywords(source: str) -> list[tuple[str, str]]:
    """The primitives of an arithmetic, and the text of each."""
    calls = [x for x in ast.walk(ast.parse(source)) if isinstance(x, ast.Call)]
    return [(k.arg, ast.unparse(k.value)) for call in calls for k in call.keywords if k.arg]


# Trying -----------------------------------------------------------------------------------------------------------------------

class Order:
    """A plugin of pytest's: tests of the rows concerned first, none of other rows, a limit for each test."""

    def __init__(self, rows: Iterable[str] | None, all_rows: Iterable[str]) -> None:
        self.rows = None if rows is None else set(rows)
        self.others = set() if rows is None else set(all_rows) - set(rows)

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        ranked = sorted([(self._rank(item), k) for k, item in enumerate(items)])
        items[:] = [items[k] for rank, k in ranked if rank < 2]

    def _rank(self, item: Any) -> int:
        case = item.callspec.id if hasattr(item, "callspec") else ""
        row = case.partition("-")[0]
        if self.rows is None:
            return 0
        if row in self.rows or any([f"_{name}" in item.name for name in self.rows]):
            return 0
        return 2 if row in self.others else 1

    def pytest_runtest_logstart(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)               # whose signal ends the process


def _run(folder: str, arguments: list[str], order: Order, *, is_first: bool) -> None:
    """In a process of its own: pytest in a copy of the project. Ends with pytest's exit code."""
    out = os.open(Path(folder) / f"{os.getpid()}.log" if is_first else os.devnull, os.O_WRONLY | os.O_CREAT)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(folder)
    os.environ["PYTHONPATH"] = folder
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "autograd")]:
        del sys.modules[name]
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = not is_first                           # of what is unchanged there is the first run's
    for name in ("autograd", "tests"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None or not spec.origin.startswith(folder):
            os._exit(MISPLACED)

    import pytest
    from hypothesis import HealthCheck, Phase, settings
    settings.register_profile("mutants", deadline=None, database=None, derandomize=True, max_examples=60, print_blob=False,
                              phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    os._exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning", "--tb=line",
                          "--hypothesis-profile=mutants", f"--basetemp={folder}/tmp", *arguments], plugins=[order]))


MISPLACED = 99
SERVER_DIED = 255                                                    # the process that forks the others was killed: once more
VERDICTS = {0: "survived", 1: "killed", 2: "killed", -signal.SIGPROF: "timeout", 4: "killed"}


class Laboratory:
    """Copies of the project, one for each process, in which mutants are tried."""

    def __init__(self, folder: Path, processes: int = PROCESSES) -> None:
        self.context: Any = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["pytest", "hypothesis", "hypothesis.strategies", "numpy", "mpmath"])
        self.sources = {file: (ROOT / file).read_text(encoding="utf-8") for file in TESTS}
        self.rows = rows_of(self.sources["autograd/ops.py"])
        self.copies: queue.Queue[Path] = queue.Queue()
        for k in range(processes):
            copied = folder.resolve() / f"copy{k}"
            for name in ("autograd", "tests"):
                shutil.copytree(ROOT / name, copied / name, ignore=shutil.ignore_patterns("__pycache__"))
            for name in ("setup.cfg", "pyproject.toml"):
                shutil.copy2(ROOT / name, copied)
            self.copies.put(copied)

    def check(self, files: Iterable[str]) -> None:
        """Raise RuntimeError unless the tests pass in every copy as it is; without that, everything would be killed."""
        copies = [self.copies.get() for _ in range(self.copies.qsize())]
        tests = list(dict.fromkeys([test for file in files for test in TESTS[file]]))

        def passes(copied: Path) -> None:
            code = self._process(copied, tests, Order(None, ()), is_first=True)
            if code != 0:
                logs = "".join([log.read_text() for log in copied.glob("*.log")])
                raise RuntimeError(f"without a mutant, pytest ends with {code} in {copied}:\n{logs[-3000:]}")
        with ThreadPoolExecutor(len(copies)) as pool:
            list(pool.map(passes, copies))
        for copied in copies:
            self.copies.put(copied)

    def verdict(self, mutant: Mutant) -> str:
        """"equivalent", "killed", "timeout" or "survived"."""
        if equivalent(mutant) is not None:
            return "equivalent"
        copied = self.copies.get()
        path, source = copied / mutant.file, self.sources[mutant.file]
        try:
            path.write_text(mutant.plant(source), encoding="utf-8")
            for cached in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
                cached.unlink()
            code = self._process(copied, TESTS[mutant.file], Order(concerned(mutant, self.sources), self.rows))
        finally:
            path.write_text(source, encoding="utf-8")
            self.copies.put(copied)
        if code not in VERDICTS and code >= 0:
            raise RuntimeError(f"pytest ends with {code} for {mutant}")
        return VERDICTS.get(code, "killed")                          # by another signal: it crashed

    def _process(self, copied: Path, tests: Sequence[str], order: Order, *, is_first: bool = False) -> int:
        there = [test for test in tests if (copied / test).exists()]
        arguments = [*there, *[f"--deselect={test}" for test in SLOW]]
        for _ in range(3):
            process = self.context.Process(target=_run, args=(str(copied), arguments, order), kwargs={"is_first": is_first})
            process.start()
            process.join()
            if process.exitcode != SERVER_DIED:
                break
        return int(process.exitcode)


def equivalent(mutant: Mutant) -> Equivalent | None:
    """The entry of the table that names the mutant."""
    for entry in EQUIVALENT:
        if (entry.file, entry.before) == (mutant.file, mutant.before) and mutant.where in entry.where and mutant.after in entry.after:
            return entry
    return None


# The command -------------------------------------------------------------------------------------------------------------------

def chosen(only: str | None = None, count: int | None = None, seed: int = 0) -> list[Mutant]:
    """The mutants to try, in the order of the text; of a count, a sample by the seed."""
    files = [file for file in TESTS if only is None or file.endswith(only)]
    if not files:
        raise ValueError(f"there is no file {only!r}: choose among {', '.join(TESTS)}")
    found = [m for file in files for m in mutants(file, (ROOT / file).read_text(encoding="utf-8"))]
    if count is None or count >= len(found):
        return found
    return [found[k] for k in sorted(random.Random(seed).sample(range(len(found)), count))]


def tried(planted: Sequence[Mutant], laboratory: Laboratory, tell: Callable[[Mutant, str], None]) -> Counter[str]:
    """How many had which verdict; `tell` hears each as it comes."""
    totals: Counter[str] = Counter()

    def one(mutant: Mutant) -> None:
        verdict = laboratory.verdict(mutant)
        totals[verdict] += 1
        tell(mutant, verdict)
    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(one, planted))
    return totals


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Plants small errors and tells which no test finds.")
    parser.add_argument("--seed", type=int, default=0, help="which sample --count takes")
    parser.add_argument("--count", type=int, help="how many to plant; else all")
    parser.add_argument("--only", metavar="FILE", help="the end of a file's name, such as ops.py")
    parser.add_argument("--list", action="store_true", help="print the mutants instead of trying them")
    options = parser.parse_args()
    planted = chosen(options.only, options.count, options.seed)
    if options.list:
        print(*planted, sep="\n")
        return 0

    def tell(mutant: Mutant, verdict: str) -> None:
        if verdict in ("survived", "timeout"):
            print(f"{verdict}: {mutant}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        laboratory = Laboratory(Path(folder))
        laboratory.check({mutant.file for mutant in planted})
        totals = tried(planted, laboratory, tell)
    print(f"{len(planted)} planted: {totals['killed']} killed, {totals['timeout']} by timeout, {totals['equivalent']} equivalent, "
          f"{totals['survived']} survived")
    return 1 if totals["survived"] else 0


if __name__ == "__main__":
    sys.exit(main())
