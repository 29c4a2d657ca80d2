"""`expression`: a formula given as text becomes a function, safely, never by `eval`."""

from __future__ import annotations

import ast
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..arithmetic.dispatch import arithmetic_of
from ..arithmetic.primitives import Arithmetic
from ..arithmetic.referee import referee
from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described
from ..text import counted, did_you_mean
from ..trees import DEEPEST, TOO_DEEP, flatten
from .evaluation import Evaluation, ExactEvaluation
from .latex import from_latex
from .notation import in_python, is_latex
from .reader import CONSTANTS, FUNCTIONS, Reader, read_steps, with_exponentials
from .tree import NoTree, Tree, tree_of


def expression(text: str) -> Expression:
    """The function that a formula describes.

    Its arguments are the names in the formula, given by position in the order of their first appearance, or by keyword. They may
    be floats, Values, arrays, or the referee's numbers, for which 0.1 in the text is exactly 1/10.

    Raises FormulaError if the text cannot be read, is not a formula, or calls an unknown function; OperandError if it is not a
    string.

    >>> e = expression("(a + b)*(b + 1)")
    >>> e.names
    ('a', 'b')
    >>> e(2.0, b=1.0)
    6.0
    """
    return Expression(text)


class Expression:
    """A formula as a function, made by `expression`. Names in `known` are inputs even where a function has the same name;
    `order` is that of the arguments, if it is not to be that of the text.

    Attributes:
        text: the formula as given. names: its arguments, in order of appearance.
        output: the name given to the result ("e = ..."), or None. steps: the names of all named steps.
        plain: the text in Python's notation. parsed: the steps as Python's syntax trees. exact: the numbers in them.
    """

    def __init__(self, text: str, known: Iterable[str] = (), order: Sequence[str] = ()) -> None:
        if not isinstance(text, str):
            raise OperandError(f"a formula must be a string, got {described(text)}")
        self.text = text
        known = set(known)
        if is_latex(text):
            text = from_latex(text, known)
        plain = in_python(text, frozenset(FUNCTIONS).difference(known))
        self.plain = plain
        self.parsed = with_exponentials(read_steps(text, plain), known, text)
        self.output: str | None = self.parsed[-1][0]
        self.steps: tuple[str, ...] = tuple([name for name, _ in self.parsed if name is not None])
        reader = Reader(text, plain, known)
        for name, node in self.parsed:
            reader.read(node)
            reader.define(name)
        self.exact: dict[ast.AST, Fraction] = reader.exact
        self.names: tuple[str, ...] = tuple(sorted(reader.inputs, key=order.index) if order else reader.inputs)

    def __call__(self, /, *args: Any, **named: Any) -> Any:
        """The formula's value. Raises InputError if the arguments do not fit its names."""
        given = self._arguments(args, named)
        operands = [*[x for x in given.values() if not isinstance(x, list)], *flatten(list(given.values()))[0]]
        return self._evaluated(given, arithmetic_of(*operands))

    def with_digits(self, digits: int, **named: Any) -> Any:
        """The formula's value in the referee's arithmetic, even if it has no names: log(2) to 60 digits."""
        return self._evaluated(self._arguments((), named), referee(digits))

    def _evaluated(self, given: dict[str, Any], m: Any) -> Any:
        number = m.number if isinstance(m, Arithmetic) else float    # of the referee
        return Evaluation(given, {node: number(x) for node, x in self.exact.items()}, m).of(self.parsed)

    def record(self, given: Mapping[str, Any]) -> Recording:
        """The formula computed on Values, given by name. Numbers that no float equals exactly, such as 0.1, become leaves.

        Raises the same errors as a call.
        """
        if not isinstance(given, Mapping):
            raise OperandError(f"record needs a mapping of names to numbers, such as {{'a': 2}}, got {described(given)}")
        named = self._arguments((), given)
        evaluation = ExactEvaluation(named, dict(self.exact), arithmetic_of(*flatten(list(named.values()))[0]))
        output = evaluation.lifted(evaluation.of(self.parsed))
        return Recording(output, {name: evaluation.lifted(evaluation.given[name]) for name in self.steps}, evaluation.exact)

    @cached_property
    def tree(self) -> Tree | None:
        """The formula as a tree that can be changed, or None if it has parts that a tree cannot have."""
        try:
            return tree_of(self.parsed, self.exact)
        except (NoTree, RecursionError):
            return None

    @cached_property
    def has_cases(self) -> bool:
        """Whether it may be computed in other steps at another point: with `if`, `and`, `or` or `where`."""
        nodes = itertools.chain(*[ast.walk(node) for _, node in self.parsed])
        return any([isinstance(node, (ast.IfExp, ast.BoolOp)) or (isinstance(node, ast.comprehension) and node.ifs != [])
                    or (isinstance(node, ast.Name) and node.id == "where") for node in nodes])

    @property
    def digits(self) -> int:
        """The number of digits in the longest decimal of the formula."""
        return max([len(number.replace(".", "").lstrip("0")) for number in re.findall(r"\d+\.?\d*|\.\d+", self.text)], default=0)

    def _arguments(self, args: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        if len(args) > len(self.names):
            raise InputError(f"{self!r} takes {counted(len(self.names), 'argument')}, got {len(args)}")
        given = dict(zip(self.names, args))
        for name, x in named.items():
            if not isinstance(name, str):
                raise OperandError(f"the names of arguments must be strings, got {described(name)}")
            name = unicodedata.normalize("NFKC", name)               # as Python normalises the names in the text
            if name in given:
                raise InputError(f"{name} was given twice to {self!r}")
            if name not in self.names:
                if name in CONSTANTS:
                    raise InputError(f"{name} is a constant and takes no value")
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
    """A formula computed on Values: its result, the result of each named step, and the exact number behind each leaf."""

    output: Any
    steps: dict[str, Any]
    exact: dict[Value, Fraction]


def _argument(x: Any, level: int = 0) -> Any:
    """An argument of a formula: a number, a Value, an array, or a sequence of them. Anything else raises OperandError."""
    if level > DEEPEST:
        raise InputError(TOO_DEEP)
    if isinstance(x, (list, tuple)):
        return [_argument(item, level + 1) for item in x]
    arithmetic_of(x)
    return x
