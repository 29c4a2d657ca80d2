"""A formula as text, read by Python's own parser and checked against an allow-list."""

from __future__ import annotations

import ast
import contextlib
import inspect
import keyword
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from .. import functions
from ..errors import FormulaError
from ..text import did_you_mean, shortened
from .notation import PRIME, WORDS

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(functions, name) for name in functions.__all__ if name != "rrelu"}
FUNCTIONS["ln"] = functions.log
OF_ONE_ITERABLE = {"sum", "prod", "max", "min", "logsumexp", "mean", "maxout", "softmax", "log_softmax", "norm", "var", "std",
                   "cumsum", "glu"}

BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.MatMult: "matmul",
          ast.Mod: "mod", ast.FloorDiv: "floor_divide"}
LOOPS = (ast.ListComp, ast.GeneratorExp)
COMPARE = {ast.Lt: functions.less, ast.LtE: functions.less_equal, ast.Gt: functions.greater, ast.GtE: functions.greater_equal,
           ast.Eq: functions.equal, ast.NotEq: functions.not_equal}
CONSTANTS = ("pi",)
ALSO_NAMES = {"beta", "gamma", "i0", "i1", "mod", "norm", "sec", "std", "threshold", "var"}  # functions where they are called
OTHER_NAMES = {"lg": "log10", "logistic": "sigmoid", "fabs": "abs"}
SIGN_OF: dict[type, str] = {ast.Invert: "~", ast.Lambda: "lambda",
                            ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|"}
TOO_DEEP = "the formula is nested too deeply: divide it into steps, such as c = a + b; e = c*d"
DEEPEST, STACK = 25_000, 256 << 20                                   # levels of Python's parser, and bytes of stack for them
MOST_ELEMENTS = 10_000                                               # that a comprehension may have
MOST_SUBSCRIPTS = 20
LONGEST_NAME = 100                                                   # characters
LIBRARIES = ("math", "np", "numpy", "torch", "autograd", "jnp", "F")


Steps = list[tuple[str | None, ast.expr]]


def read_steps(text: str, plain: str) -> Steps:
    """The named steps of a formula; `plain` is the text in Python's notation. The last step may have no name."""
    text = shortened(text)
    if not plain:
        raise FormulaError("the formula is empty: write one like (a + b)*(b + 1)")
    try:
        body = _parsed(plain)
    except SyntaxError as error:
        raise FormulaError(_unreadable(text, plain, error)) from None
    except (RecursionError, MemoryError):
        raise FormulaError(TOO_DEEP) from None
    except ValueError as error:                                      # a null character
        raise FormulaError(f"the formula cannot be read: {error}") from None
    if not body:
        raise FormulaError("the formula is empty: write one like (a + b)*(b + 1)")
    steps: Steps = []
    for k, statement in enumerate(body):
        if isinstance(statement, ast.Expr) and k == len(body) - 1:
            steps.append((None, statement.value))
        elif isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
            steps.append((statement.targets[0].id, statement.value))
        else:
            raise FormulaError(f"a formula must be an expression, or steps such as 'c = a + b; e = c*d', got {text!r}")
    return steps


def _parsed(plain: str) -> list[ast.stmt]:
    """Python's syntax tree of a text. A sum of thousands of terms nests too deeply for the usual stack, and gets a larger one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)               # what Python finds odd, such as 1if, is refused or fine here
        return _tree(plain)


def _tree(plain: str) -> list[ast.stmt]:
    try:
        return _body(plain)
    except RecursionError:
        pass
    found: list[ast.stmt] = []

    def parse() -> None:
        with contextlib.suppress(RecursionError, MemoryError):
            found.extend(_body(plain))
    limit, size = sys.getrecursionlimit(), threading.stack_size(STACK)
    try:
        sys.setrecursionlimit(max(limit, DEEPEST))
        thread = threading.Thread(target=parse)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    if not found:
        raise RecursionError
    return found


def _body(plain: str) -> list[ast.stmt]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")                              # of a backslash in a string, which is refused later
        return ast.parse(plain, mode="exec").body


def _unreadable(text: str, plain: str, error: SyntaxError) -> str:
    column = error.offset or 1
    hint = ""
    if "=" in plain and "==" not in plain and "cannot assign" in str(error):
        hint = ": to compare, write =="
    lines = _lines(plain)
    if words := re.search(r"\b([^\W\d]\w*)\s+\w", plain) if "invalid syntax" in str(error) else None:
        hint = ": write sin(x), not sin x" if words[1] in FUNCTIONS else ": write x*y, not x y"
    if "was never closed" in str(error):
        hint = ": a ) is missing" if "'('" in str(error) else ": a ] is missing"
    if reserved := [word for word in re.findall(r"[^\W\d]\w*", plain) if keyword.iskeyword(word) and word not in WORDS]:
        hint = f": {reserved[0]} is a word of Python's own, so a value needs another name"
    near = lines[min(error.lineno or 1, len(lines)) - 1][max(0, column - 1):][:12]
    return f"the formula {text!r} cannot be read at column {column}" + (f", near {near!r}" if near else "") + hint


def _lines(text: str) -> list[str]:
    """The lines as Python's parser counts them; str.splitlines knows more line endings."""
    return re.split("\r\n|\r|\n", text)


class Reader:
    """Checks a formula against the allow-list, and collects its names and numbers."""

    def __init__(self, text: str, plain: str, known: Iterable[str]) -> None:
        self.text = shortened(text)
        self.known = set(known)
        self.inputs: dict[str, None] = {}
        self.defined: set[str] = set()
        self.exact: dict[ast.AST, Fraction] = {}
        self.called: set[str] = set()
        self.bound: list[str] = []                                   # the variables of the comprehensions around
        self.lines = [line.encode() for line in _lines(plain)]

    def define(self, name: str | None) -> None:
        """Record the name of a step. It must be new."""
        _check_length(name or "")
        if name in self.inputs or name in self.defined or name in CONSTANTS:
            raise FormulaError(f"{name} is already in use in {self.text!r}: give each step a name of its own")
        if name is not None:
            self.defined.add(name)

    def read(self, root: ast.expr) -> None:
        """Read an expression in the order of the text, without recursion."""
        stack: list[ast.AST] = [root]
        while stack:
            node = stack.pop()
            stack.extend(reversed(self._parts(node)))

    def _parts(self, node: ast.AST) -> list[ast.AST]:
        """The parts of a node that remain to be read. Raises FormulaError if the node has no place in a formula."""
        if isinstance(node, ast.Constant):
            self.exact[node] = self._number(node)
            return []
        if isinstance(node, ast.Name):
            _check_length(node.id)
            self._name(node.id)
            return []
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            return [node.left, node.right]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd, ast.Not)):
            return [node.operand]
        if isinstance(node, ast.Compare) and all(type(op) in COMPARE for op in node.ops):
            return [node.left, *node.comparators]
        if isinstance(node, ast.BoolOp):
            return list(node.values)
        if isinstance(node, ast.IfExp):
            return [node.body, node.test, node.orelse]
        if isinstance(node, (ast.List, ast.Tuple)):
            return list(node.elts)
        if isinstance(node, LOOPS):
            self._loop(node)
            return []
        if isinstance(node, ast.Attribute) and node.attr == "T":
            return [node.value]
        if isinstance(node, ast.Subscript) and self._is_whole(node.slice):
            inner = node.value
            for _ in range(MOST_SUBSCRIPTS):
                inner = inner.value if isinstance(inner, ast.Subscript) else inner
            if isinstance(inner, ast.Subscript):
                raise FormulaError(f"more than {MOST_SUBSCRIPTS} subscripts in a row in {self.text!r}")
            return [node.value]
        raise FormulaError(self._refusal(node))

    def _loop(self, node: ast.ListComp | ast.GeneratorExp) -> None:
        """Read a comprehension: its variables are no inputs."""
        names = [part.target.id if isinstance(part.target, ast.Name) else "" for part in node.generators]
        if "" in names or any([part.is_async for part in node.generators]):
            raise FormulaError(f"a sum over a range in {self.text!r} needs one variable: write [x[i]**2 for i in range(3)]")
        before = len(self.bound)
        for name in names:
            _check_length(name)
            self.bound.append(name)
        self.read(node.elt)
        for part in node.generators:
            for condition in part.ifs:
                self.read(condition)
            source = part.iter
            if isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "range":
                if not source.args or source.keywords or not all([self._is_whole(x) for x in source.args]):
                    raise FormulaError(f"the range in {self.text!r} must have whole numbers: write range(3)")
            else:
                self.read(source)
        del self.bound[before:]

    def _is_whole(self, node: ast.expr, level: int = 0) -> bool:
        """Whether a part is computed from whole numbers, variables of comprehensions and lengths alone: an index. Reads the
        names of the lists whose lengths it takes."""
        if level > MOST_SUBSCRIPTS:
            raise FormulaError(f"a subscript in {self.text!r} has more than {MOST_SUBSCRIPTS} terms")
        if isinstance(node, ast.Name):
            return node.id in self.bound
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return self._is_whole(node.operand, level + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
            return self._is_whole(node.left, level + 1) and self._is_whole(node.right, level + 1)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1:
            self.read(node.args[0])
            return True
        return isinstance(node, ast.Constant) and type(node.value) is int

    def _number(self, node: ast.Constant) -> Fraction:
        x = node.value
        if not isinstance(x, (int, float)) or isinstance(x, bool):
            raise FormulaError(f"{x!r} in {self.text!r} is not a number")
        try:
            near = float(x)
        except OverflowError:
            near = float("inf")
        if near in (float("inf"), 0.0) and x != 0:
            raise FormulaError(f"a number in {self.text!r} is too large for a float")
        if isinstance(x, int):
            return Fraction(x)
        literal = self.lines[node.lineno - 1][node.col_offset:node.end_col_offset].decode().replace("_", "")
        if x == 0.0:
            if any(digit in "123456789" for digit in literal.lower().split("e")[0]):
                raise FormulaError(f"{literal} in {self.text!r} is too small for a float")
            return Fraction(0)
        try:
            return Fraction(literal)
        except ValueError:
            raise FormulaError(f"a number has too many digits to be read: {literal[:20]}...") from None

    def _name(self, name: str) -> None:
        if name in CONSTANTS or name in self.defined or name in self.bound:
            return
        if name in ALSO_NAMES and name in self.called:
            raise FormulaError(self._both(name))
        if name in FUNCTIONS and name not in self.known and name not in ALSO_NAMES:
            raise FormulaError(f"{name} in {self.text!r} is a function: write {name}(x)")
        self.inputs.setdefault(name)

    def _call(self, node: ast.Call) -> list[ast.AST]:
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id in LIBRARIES:
            raise FormulaError(f"in {self.text!r} write {node.func.attr}(x), not {node.func.value.id}.{node.func.attr}(x)")
        if not isinstance(node.func, ast.Name):
            raise FormulaError(f"a * is missing before a parenthesis in {self.text!r}: write 2*(a + b), not 2(a + b)")
        name = node.func.id
        _check_length(name)
        if name.endswith(PRIME):
            if name.rstrip(PRIME) not in FUNCTIONS or name.rstrip(PRIME) in OF_ONE_ITERABLE:
                shown = name.replace(PRIME, "'")
                raise FormulaError(f"{shown} in {self.text!r} is unknown: only functions such as tanh and σ may have a prime")
            if len(node.args) != 1 or node.keywords or not _takes_one(name.rstrip(PRIME)):
                raise FormulaError(f"a derivative such as tanh'(z) is that of a function of one number, in {self.text!r}")
        elif name not in FUNCTIONS:
            hint = f": did you mean {OTHER_NAMES[name]}?" if name in OTHER_NAMES else did_you_mean(name, FUNCTIONS)
            raise FormulaError(f"unknown function {name} in {self.text!r}{hint or _product(name)}")
        if name in ALSO_NAMES and (name in self.known or name in self.inputs or name in self.defined):
            raise FormulaError(self._both(name))
        self.called.add(name)
        if any(isinstance(x, ast.Starred) for x in node.args) or any(k.arg is None for k in node.keywords):
            raise FormulaError(f"{self.text!r} unpacks arguments with * or **: give {name} its arguments one by one")
        keywords = [k for k in node.keywords if not isinstance(k.value, ast.Constant) or not isinstance(k.value.value, str)]
        return [*node.args, *[k.value for k in keywords]]

    def _both(self, name: str) -> str:
        return f"{name} is a name and a function in {self.text!r}: write {name}*(...) for a product, or choose another name"

    def _refusal(self, node: ast.AST) -> str:
        if isinstance(node, ast.Attribute):
            return f"names with a dot, as in {self.text!r}, are not understood: write exp(x), without a library's name"
        what = type(getattr(node, "op", node))
        return f"{SIGN_OF.get(what, what.__name__)} has no place in a formula: {self.text!r}"


def whole(node: ast.expr, given: Mapping[str, Any], value: Callable[[ast.expr], Any]) -> int:
    """The whole number that an index is, given the variables of comprehensions; `value` computes a list whose length counts."""
    if isinstance(node, ast.Name):
        return int(given[node.id])
    if isinstance(node, ast.UnaryOp):
        return -whole(node.operand, given, value)
    if isinstance(node, ast.BinOp):
        a, b = whole(node.left, given, value), whole(node.right, given, value)
        return a + b if isinstance(node.op, ast.Add) else a - b if isinstance(node.op, ast.Sub) else a * b
    if isinstance(node, ast.Call):
        xs = value(node.args[0])
        if not isinstance(xs, list):
            raise FormulaError("len needs a list")
        return len(xs)
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int)
    return node.value


def with_exponentials(steps: Steps, known: Iterable[str], text: str) -> Steps:
    """The steps with e**x as exp(x), unless e is one of the names of the formula. If it may be either, that is an error."""
    nodes = [node for _, root in steps for node in ast.walk(root)]
    uses = [node for node in nodes if isinstance(node, ast.Name) and node.id == "e"]
    powers = [node for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
              and isinstance(node.left, ast.Name) and node.left.id == "e"]
    varies = [node for node in powers if any([isinstance(x, ast.Name) and x.id not in CONSTANTS for x in ast.walk(node.right)])]
    if "e" in known or "e" in [name for name, _ in steps] or not varies:
        return steps
    if len(powers) < len(uses):
        raise FormulaError(f"e in {shortened(text)!r} may be a name or the base of the exponential: write exp(x) for e^x, and "
                           "another name for the other")
    return [(name, _changed(root)) for name, root in steps]


def _changed(root: ast.expr) -> ast.expr:
    """The formula with exp(x) for each e**x, without recursion."""
    whole_formula = ast.Expression(root)
    for node in ast.walk(whole_formula):
        for field, part in ast.iter_fields(node):
            if isinstance(part, list):
                part[:] = [_exponential(item) for item in part]
            elif isinstance(part, ast.AST):
                setattr(node, field, _exponential(part))
    return whole_formula.body


def _exponential(node: Any) -> Any:
    """exp(x) for e**x, and everything else as it is."""
    is_power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    if not is_power or not isinstance(node.left, ast.Name) or node.left.id != "e":
        return node
    call = ast.Call(ast.copy_location(ast.Name("exp", ast.Load()), node.left), [node.right], [])
    return ast.copy_location(call, node)


def _takes_one(name: str) -> bool:
    """Whether a function takes one number and nothing else."""
    needed = [p for p in inspect.signature(FUNCTIONS[name]).parameters.values() if p.kind is not p.VAR_KEYWORD]
    return len([p for p in needed if p.default is p.empty]) == 1 and name != "clamp" and name != "clip"


def _check_length(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise FormulaError(f"a name of {len(name):,} characters is too long: {name[:20]}...")


def _product(name: str) -> str:
    return f" (a product is written {name}*(...))" if len(name) == 1 else ""
