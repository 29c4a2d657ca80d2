"""Text into a function, safely: Python's own parser with an allow-list, and never `eval`.

A formula may hold numbers, names, + - * / **, comparisons, `and or not`, `x if x > 0 else 0.01*x`, lists, and calls of autograd's
functions. Several steps may be named: "c = a + b; d = b + 1; e = c*d". The signs × · ÷ − ² ³ ≤ ≥ ≠ π, √x and σ(x) are understood
too.
"""

from __future__ import annotations

import ast
import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from . import functions
from .arithmetic import described, is_referee_number, referee
from .dispatch import arithmetic_of, has_array
from .engine import Value
from .errors import AutogradError, DomainError, FormulaError, InputError, OperandError
from .structure import flatten
from .wording import did_you_mean

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(functions, name) for name in functions.__all__ if name != "rrelu"}
FUNCTIONS["ln"] = functions.log
OF_ONE_ITERABLE = {"sum", "prod", "max", "min", "logsumexp", "mean", "maxout", "softmax", "log_softmax"}

BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
COMPARE = {ast.Lt: functions.less, ast.LtE: functions.less_equal, ast.Gt: functions.greater, ast.GtE: functions.greater_equal,
           ast.Eq: functions.equal, ast.NotEq: functions.not_equal}
SIGNS = {"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "²": "**2", "³": "**3", "≤": "<=", "≥": ">=", "≠": "!=", "π": "pi"}
CONSTANTS = ("pi",)
OTHER_NAMES = {"lg": "log10", "logistic": "sigmoid", "fabs": "abs"}
SIGN_OF: dict[type, str] = {ast.Mod: "%", ast.FloorDiv: "//", ast.MatMult: "@", ast.Invert: "~", ast.Lambda: "lambda",
                            ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|"}
LIBRARIES = ("math", "np", "numpy", "torch", "autograd", "jnp", "F")


def expression(text: str) -> Expression:
    """The function that a formula describes.

    Its arguments are the formula's names, by position in the order in which they first appear, or by keyword. They may be
    floats, Values, arrays, or the referee's numbers, for which 0.1 in the text is exactly 1/10.

    Raises FormulaError if the text cannot be read, is no formula, or calls an unknown function; OperandError if it is no text.

    >>> e = expression("(a + b)*(b + 1)")
    >>> e.names
    ('a', 'b')
    >>> e(2.0, b=1.0)
    6.0
    """
    return Expression(text)


class Expression:
    """A formula as a function; made by `expression`. Names in `known` are inputs, even where a function has the same name.

    Attributes:
        text: the formula as given. names: its arguments, in the order in which they appear.
        output: the name given to the result ("e = ..."), or None. steps: the names of all the named steps.
    """

    def __init__(self, text: str, known: Iterable[str] = ()) -> None:
        if not isinstance(text, str):
            raise OperandError(f"a formula is a string, not {described(text)}")
        self.text = text
        plain = in_ascii(text)
        self._steps = _steps(text, plain)
        self.output: str | None = self._steps[-1][0]
        self.steps: tuple[str, ...] = tuple([name for name, _ in self._steps if name is not None])
        reader = _Reader(text, plain, known)
        for name, node in self._steps:
            reader.read(node)
            reader.define(name)
        self._exact: dict[ast.AST, Fraction] = reader.exact
        self.names: tuple[str, ...] = tuple(reader.inputs)

    def __call__(self, /, *args: Any, **named: Any) -> Any:
        """The formula's value; InputError if the arguments do not fit its names."""
        given = self._arguments(args, named)
        numbers = flatten(list(given.values()))[0]
        number = referee().number if any([is_referee_number(x) for x in numbers]) else float
        m = arithmetic_of(*[x for x in given.values() if not isinstance(x, list)], *numbers)
        return _Evaluation(given, {node: number(x) for node, x in self._exact.items()}, m).of(self._steps)

    def record(self, given: Mapping[str, Any]) -> Recording:
        """The formula on Values, by name. Its numbers that no float is exactly, such as 0.1, are leaves of the graph.

        Raises what a call raises.
        """
        named = self._arguments((), given)
        evaluation = _ExactEvaluation(named, dict(self._exact), arithmetic_of(*flatten(list(named.values()))[0]))
        output = evaluation.lifted(evaluation.of(self._steps))
        return Recording(output, {name: evaluation.lifted(evaluation.given[name]) for name in self.steps}, evaluation.exact)

    @property
    def digits(self) -> int:
        """How many digits the longest decimal in the formula has."""
        return max([len(number.replace(".", "").lstrip("0")) for number in re.findall(r"\d+\.?\d*|\.\d+", self.text)], default=0)

    def _arguments(self, args: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        if len(args) > len(self.names):
            raise InputError(f"{self!r} takes {len(self.names)} arguments, not {len(args)}")
        given = dict(zip(self.names, args))
        for name, x in named.items():
            name = unicodedata.normalize("NFKC", name)               # as Python reads the names in the text
            if name in given:
                raise InputError(f"{name} was given twice to {self!r}")
            if name not in self.names:
                if name in CONSTANTS:
                    raise InputError(f"{name} is a constant, and takes no value")
                raise InputError(f"{name} does not occur in {self.text!r}{did_you_mean(name, self.names)}")
            given[name] = x
        missing = [name for name in self.names if name not in given]
        if missing:
            raise InputError(f"{self.text!r} needs a value for {', '.join(missing)}")
        return {name: _argument(x) for name, x in given.items()}

    def __repr__(self) -> str:
        return f"expression({self.text!r})"


@dataclass(frozen=True)
class Recording:
    """A formula on Values: its result, that of each named step, and its exact numbers by the leaves that stand for them."""

    output: Any
    steps: dict[str, Any]
    exact: dict[Value, Fraction]


def in_ascii(text: str) -> str:
    """A formula in Python's notation."""
    text = re.sub(r"σ(?=\s*\()", "sigmoid", text)
    text = re.sub(r"√\s*(?=\()", "sqrt", text)
    text = re.sub(r"√\s*([^\W\d]\w*|\d+(?:\.\d*)?)", r"sqrt(\1)", text)
    return "".join([SIGNS.get(sign, sign) for sign in text]).strip()


def _argument(x: Any) -> Any:
    """An argument of a formula: a number, a Value, an array, or a sequence of them; anything else is refused."""
    if isinstance(x, (list, tuple)):
        return [_argument(item) for item in x]
    arithmetic_of(x)
    return x


Steps = list[tuple[str | None, ast.expr]]


def _steps(text: str, plain: str) -> Steps:
    """The named steps of a formula, which in Python's notation is `plain`; the last may have no name."""
    if not plain:
        raise FormulaError("the formula is empty: write one like (a + b)*(b + 1)")
    try:
        body = ast.parse(plain, mode="exec").body
    except SyntaxError as error:
        raise FormulaError(_unreadable(text, plain, error)) from None
    except (RecursionError, MemoryError, ValueError) as error:
        raise FormulaError(f"the formula cannot be read: {error or 'it is nested too deeply'}") from None
    if not body:
        raise FormulaError("the formula is empty: write one like (a + b)*(b + 1)")
    steps: Steps = []
    for k, statement in enumerate(body):
        if isinstance(statement, ast.Expr) and k == len(body) - 1:
            steps.append((None, statement.value))
        elif isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
            steps.append((statement.targets[0].id, statement.value))
        else:
            raise FormulaError(f"a formula is an expression, or steps such as 'c = a + b; e = c*d', not {text!r}")
    return steps


def _unreadable(text: str, plain: str, error: SyntaxError) -> str:
    column = error.offset or 1
    hint = ""
    if "invalid decimal literal" in str(error):
        hint = ": write 2*x, not 2x"
    elif "=" in plain and "==" not in plain and "cannot assign" in str(error):
        hint = ": to compare, write =="
    lines = _lines(plain)
    if re.search(r"[a-z]\w*\s+\w", plain) and "invalid syntax" in str(error):
        hint = ": write sin(x), not sin x"
    near = lines[min(error.lineno or 1, len(lines)) - 1][max(0, column - 1):][:12]
    return f"the formula {text!r} cannot be read at column {column}" + (f", near {near!r}" if near else "") + hint


def _lines(text: str) -> list[str]:
    """The lines as Python's parser counts them, which ends them at less than str.splitlines does."""
    return re.split("\r\n|\r|\n", text)


class _Reader:
    """Checks a formula against the allow-list, once, and gathers its names and its numbers."""

    def __init__(self, text: str, plain: str, known: Iterable[str]) -> None:
        self.text = text
        self.known = set(known)
        self.inputs: dict[str, None] = {}
        self.defined: set[str] = set()
        self.exact: dict[ast.AST, Fraction] = {}
        self.lines = [line.encode() for line in _lines(plain)]

    def define(self, name: str | None) -> None:
        """Take the name of a step, which must be new."""
        if name in self.inputs or name in self.defined or name in CONSTANTS:
            raise FormulaError(f"{name} is already in use in {self.text!r}: give each step a name of its own")
        if name is not None:
            self.defined.add(name)

    def read(self, root: ast.expr) -> None:
        """In the order of the text, without recursion."""
        stack: list[ast.AST] = [root]
        while stack:
            node = stack.pop()
            stack.extend(reversed(self._parts(node)))

    def _parts(self, node: ast.AST) -> list[ast.AST]:
        """The parts of a node that are still to be read; a FormulaError if it has no place in a formula."""
        if isinstance(node, ast.Constant):
            self.exact[node] = self._number(node)
            return []
        if isinstance(node, ast.Name):
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
        if isinstance(node, ast.Subscript) and _index(node) is not None:
            return [node.value]
        raise FormulaError(self._refusal(node))

    def _number(self, node: ast.Constant) -> Fraction:
        x = node.value
        if not isinstance(x, (int, float)) or isinstance(x, bool):
            raise FormulaError(f"{x!r} is no number, in {self.text!r}")
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
            raise FormulaError(f"a number with so many digits cannot be read: {literal[:20]}...") from None

    def _name(self, name: str) -> None:
        if name in CONSTANTS or name in self.defined:
            return
        if name in FUNCTIONS and name not in self.known:
            raise FormulaError(f"{name} is a function: write {name}(x), in {self.text!r}")
        self.inputs.setdefault(name)

    def _call(self, node: ast.Call) -> list[ast.AST]:
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id in LIBRARIES:
            raise FormulaError(f"write {node.func.attr}(x), without {node.func.value.id}., in {self.text!r}")
        if not isinstance(node.func, ast.Name):
            raise FormulaError(f"a * is missing before a parenthesis in {self.text!r}: write 2*(a + b), not 2(a + b)")
        name = node.func.id
        if name not in FUNCTIONS:
            hint = f": did you mean {OTHER_NAMES[name]}?" if name in OTHER_NAMES else did_you_mean(name, FUNCTIONS)
            raise FormulaError(f"in {self.text!r} there is no function {name}{hint or _product(name)}")
        if any(isinstance(x, ast.Starred) for x in node.args) or any(k.arg is None for k in node.keywords):
            raise FormulaError(f"{name} takes its arguments one by one, in {self.text!r}")
        keywords = [k for k in node.keywords if not isinstance(k.value, ast.Constant) or not isinstance(k.value.value, str)]
        return [*node.args, *[k.value for k in keywords]]

    def _refusal(self, node: ast.AST) -> str:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            return f"^ is not a power here: write **, as in x**2, in {self.text!r}"
        if isinstance(node, ast.Attribute):
            return f"names with a dot are not understood, in {self.text!r}: write exp(x), without a library's name"
        what = type(getattr(node, "op", node))
        return f"{SIGN_OF.get(what, what.__name__)} has no place in a formula, in {self.text!r}"


class _Evaluation:
    """A formula with numbers for its names."""

    def __init__(self, given: dict[str, Any], numbers: dict[ast.AST, Any], m: Any) -> None:
        self.given = given
        self.numbers = numbers
        self.m = m

    def lifted(self, x: Any, leaf: bool = False) -> Any:
        """A number as the operations take it: as it is."""
        return x

    def of(self, steps: Steps) -> Any:
        """The value of the last step."""
        y: Any = None
        not_ours = {id(x) for x in self.given.values()}
        try:
            for name, node in steps:
                y = self.value(node)
                if name is not None:
                    self.given[name] = y
                    if isinstance(y, Value) and y.op is not None and y.name is None and id(y) not in not_ours:
                        y.name = name
        except RecursionError:
            raise FormulaError("the formula is nested too deeply; divide it into steps: c = a + b; e = c*d") from None
        return y

    def value(self, node: ast.expr) -> Any:
        """The value of a part of the formula."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else self.numbers[node]
        if isinstance(node, ast.Name):
            return getattr(self.m, node.id) if node.id in CONSTANTS else self.given[node.id]
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.UnaryOp):
            x = self.value(node.operand)
            _no_list(x)
            return -x if isinstance(node.op, ast.USub) else +x if isinstance(node.op, ast.UAdd) else functions.equal(x, 0.0)
        if isinstance(node, ast.Compare):
            return self._compared(node)
        if isinstance(node, ast.BoolOp):
            y = self.value(node.values[0])
            for part in node.values[1:]:
                rest = self._later(part)
                y = _choice(y, rest, _zero) if isinstance(node.op, ast.And) else _choice(y, _one, rest)
            return y
        if isinstance(node, ast.IfExp):
            return _choice(self.value(node.test), self._later(node.body), self._later(node.orelse))
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self.value(x) for x in node.elts]
        if isinstance(node, ast.Subscript):
            return self._item(node)
        assert isinstance(node, ast.Call)
        return self._called(node)

    def _later(self, node: ast.expr) -> Callable[[], Any]:
        return lambda: self.lifted(self.value(node))

    def _binary(self, node: ast.BinOp) -> Any:
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):                 # a + b + c + ...: to the left without recursion
            chain.append(chain[-1].left)
        y = self.value(chain[-1].left)
        for part in reversed(chain):
            y = self._combined(part, y, self.value(part.right))
        return y

    def _combined(self, node: ast.BinOp, a: Any, b: Any) -> Any:
        _no_list(a, b)
        return getattr(arithmetic_of(a, b), BINARY[type(node.op)])(a, b)

    def _compared(self, node: ast.Compare) -> Any:
        a = self.lifted(self.value(node.left))
        y: Any = None
        for op, part in zip(node.ops, node.comparators):
            b = self.lifted(self.value(part))
            holds = COMPARE[type(op)](a, b)
            y = holds if y is None else y * holds
            a = b
        return y

    def _item(self, node: ast.Subscript) -> Any:
        xs = self.value(node.value)
        try:
            return xs[_index(node)]
        except (IndexError, TypeError, KeyError):
            raise FormulaError(f"there is no element [{_index(node)}]") from None

    def _called(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        if name == "where" and len(node.args) == 3 and not node.keywords:
            return _choice(self.lifted(self.value(node.args[0])), self._later(node.args[1]), self._later(node.args[2]))
        args = [self.value(x) for x in node.args]
        alone = all([isinstance(x, Fraction) for x in args])        # a function of numbers alone
        args = [self.lifted(x, leaf=alone) for x in args]
        options = {str(k.arg): self.lifted(self.value(k.value)) for k in node.keywords}
        if name in OF_ONE_ITERABLE and len(args) > 1:
            args = [args]
        try:
            return FUNCTIONS[name](*args, **options)
        except TypeError as error:
            if isinstance(error, AutogradError):
                raise
            raise FormulaError(f"{name} was called with the wrong arguments: {error}") from None


class _ExactEvaluation(_Evaluation):
    """A formula on Values whose numbers stay exact: sums and products of numbers alone are fractions; a number that meets a Value
    becomes a constant, if a float is exactly that, or else a leaf."""

    def __init__(self, given: dict[str, Any], numbers: dict[ast.AST, Any], m: Any) -> None:
        super().__init__(given, numbers, m)
        self.exact: dict[Value, Fraction] = {}

    def lifted(self, x: Any, leaf: bool = False) -> Any:
        """A number as what a graph is made of; with `leaf` as a leaf even if it is a float."""
        if isinstance(x, list):
            return [self.lifted(item) for item in x]
        if not isinstance(x, Fraction):
            return x
        if Fraction(float(x)) == x and not leaf:
            return float(x)
        constant = Value(float(x), name=repr(float(x)))
        self.exact[constant] = x
        return constant

    def _combined(self, node: ast.BinOp, a: Any, b: Any) -> Any:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            kind = type(node.op)
            if kind in EXACTLY and not (kind is ast.Div and b == 0):
                return EXACTLY[kind](a, b)
            if kind is ast.Pow and b.denominator == 1 and abs(b) <= 64 and (a != 0 or b >= 0):
                return Fraction(a) ** int(b)
            a = self.lifted(a, leaf=True)
        return super()._combined(node, self.lifted(a), self.lifted(b))


EXACTLY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def _index(node: ast.Subscript) -> int | None:
    """The whole number in brackets, if it is one."""
    k, sign = node.slice, 1
    if isinstance(k, ast.UnaryOp) and isinstance(k.op, ast.USub):
        k, sign = k.operand, -1
    return sign * k.value if isinstance(k, ast.Constant) and type(k.value) is int else None


def _no_list(*xs: Any) -> None:
    if any([isinstance(x, list) for x in xs]):
        raise FormulaError("a list cannot be added, multiplied, chosen, ...: use sum, dot, max or another function of lists")


def _zero() -> float:
    return 0.0


def _one() -> float:
    return 1.0


def _choice(condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """The branch that the condition chooses. On Values both are recorded, so that a replay can choose again - but for a branch
    not taken that has no value here."""
    _no_list(condition)
    if has_array(condition):
        return functions.where(condition, then(), otherwise())
    if not isinstance(condition, Value):
        y = then() if condition else otherwise()
        _no_list(y)
        return y
    taken, left = (then, otherwise) if condition else (otherwise, then)
    y = taken()
    _no_list(y)
    try:
        z = left()
    except (DomainError, ArithmeticError):
        return y
    return functions.where(condition, y, z) if condition else functions.where(condition, z, y)


def _product(name: str) -> str:
    return f" (a product is written {name}*(...))" if len(name) == 1 else ""
