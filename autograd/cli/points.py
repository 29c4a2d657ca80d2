"""What the command line is given: a formula, and a number for each of its names."""

from __future__ import annotations

import argparse
import itertools
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from ..engine import Value
from ..errors import AutogradError, InputError
from ..expressions import Expression, expression
from ..inputs import described, quoted
from ..trees import assembled


def graph_of(options: argparse.Namespace) -> Value:
    """The graph of the formula that is given; the names left out get 1, 2, 3, ..."""
    function = expression(options.formula.strip())
    output = output_at(function, some_point(function, values_of(options)))
    if not isinstance(output, Value):
        raise InputError(f"{function.text!r} depends on nothing, so there is no graph to draw")
    return output


def output_at(function: Expression, point: dict[str, float]) -> Any:
    """The formula's single result at a point; a Value gets a name."""
    output = function(**assembled({name: Value(x, name=name) for name, x in point.items()}))
    if isinstance(output, (list, tuple)):
        raise InputError(f"{function.text!r} has {len(output)} results: choose one, as in {function.text}[0]")
    if isinstance(output, Value) and output.name is None:
        output.name = _unused(function)
    return output


def values_of(options: argparse.Namespace) -> list[str]:
    """a=2 b=1 and --at "a=2, b=1" alike, as words with a name and a number each."""
    return [*options.values, *[f"{name}={number}" for text in options.at for name, number in assignments(text)]]


def _unused(function: Expression) -> str:
    """A name for the result that the formula does not use: f, y, z, or f1, f2, ..."""
    names = itertools.chain("fyz", (f"f{k}" for k in itertools.count(1)))
    return next(name for name in names if name not in function.names and name not in function.steps)


def point_of(function: Expression, values: Sequence[str]) -> dict[str, float]:
    """a=2 b=1/3 as numbers, one for each name in the formula."""
    point: dict[str, float] = {}
    for word in values:
        name, equals, number = word.partition("=")
        name = unicodedata.normalize("NFKC", name.strip())           # as Python normalises the names in the formula
        if not equals or not name:
            raise InputError(f"{quoted(word)} does not give a name a value: write it as a=2, after the formula")
        if name in point:
            raise InputError(f"{name} was given twice")
        point[name] = number_of(name, number)
    missing = [name for name in function.names if name not in {label.partition("[")[0] for label in point}]
    if missing and not [name for name in point if name.partition("[")[0] not in function.names]:
        raise InputError(f"{function.text!r} needs a value for {', '.join(missing)}: "
                         f"add {' '.join([name + '=1' for name in missing])}")
    return point


def some_point(function: Expression, values: Sequence[str]) -> dict[str, float]:
    """The point that is given; the names left out get 1, 2, 3, ..."""
    given = [word.partition("=")[0].strip().partition("[")[0] for word in values]
    rest = [f"{name}={k}" for k, name in enumerate([name for name in function.names if name not in given], 1)]
    return point_of(function, [*values, *rest])


def assignments(text: str) -> list[tuple[str, str]]:
    """a=2, b=1 as pairs of texts."""
    pairs = [part.partition("=") for part in re.split(r"\s*,\s*|\s+(?=[^\W\d]\w*(?:\[\d+\])*\s*=)", text.strip())]
    for name, equals, _ in pairs:
        if not equals or not name.strip():
            raise InputError(f"{quoted(text)} is not a point: write it as a=2, b=1")
    return [(name.strip(), number) for name, _, number in pairs]


def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Pairs of a name and something as a dict; InputError if a name is there twice."""
    found: dict[str, Any] = {}
    for name, x in pairs:
        if name in found:
            raise InputError(f"{name} was given twice")
        found[name] = x
    return found


def number_of(name: str, text: str) -> float:
    """The number that a text gives; InputError if it gives none."""
    if text.strip().lower() in ("inf", "-inf", "nan"):
        return float(text)
    if not text.strip():
        raise InputError(f"{name}= needs a number: write it as {name}=2")
    try:
        constant = expression(text)
        x = None if constant.names else constant()
    except AutogradError as error:
        raise InputError(f"{name}={text}: {error}") from None
    if constant.names:
        raise InputError(f"{name}={text}: {quoted(text)} is not a number")
    if not isinstance(x, float):
        raise InputError(f"{name}={text}: expected one number, got {described(x)}")
    return x
