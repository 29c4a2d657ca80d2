"""The arguments that a function takes: which they are, what a point gives for them, and their structure."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..errors import InputError, OperandError
from ..expressions import Expression, expression
from ..inputs import described, is_real, real
from ..trees import flatten, labelled

Function = Callable[..., Any]
LEAST = 3                                                            # numbers in a list of which one is named

_SUBSCRIPTS = re.compile(r"(?:/\s*[d∂]\s*\(?)?([^\W\d]\w*)((?:\[\d+\])+)")  # of dp[0]/dw[1][2] those of w, without its d


def function_of(f: Any) -> Function:
    """f, or the function that its text describes; OperandError if it is neither."""
    function = expression(f) if isinstance(f, str) else f
    if not callable(function):
        raise OperandError(f"a function or a formula is needed, as text, not {described(f)}")
    return function


def arguments_at(function: Function, point: Any) -> tuple[list[Any], list[str]]:
    """The positional arguments that a point gives, and their names."""
    names = parameters(function)
    if isinstance(point, Mapping) and any(["[" in str(name) for name in point]):
        point = _assembled(point)
    if isinstance(point, Mapping):
        unknown = [name for name in point if name not in names]
        missing = [name for name in names if name not in point]
        if unknown or missing:
            raise InputError(f"the point names {', '.join(map(str, point))}; f takes {', '.join(names)}")
        return [point[name] for name in names], names
    arguments = list(point) if isinstance(point, (list, tuple)) else [point]
    if len(arguments) > 1 and takes_only_one(function):
        arguments = [arguments]                                      # f takes one list
    if len(arguments) < len(names):
        raise InputError(f"the point has {len(arguments)} arguments; f takes {', '.join(names)}")
    return arguments, names + [f"x{k + 1}" for k in range(len(names), len(arguments))]


def _assembled(point: Mapping[str, Any]) -> dict[str, Any]:
    """A point that names numbers in lists, {"w[0]": 1, "w[1]": 2}, with the lists put together."""
    places: dict[str, dict[tuple[int, ...], Any]] = {}
    whole: dict[str, Any] = {}
    for label, x in point.items():
        match = re.fullmatch(r"([^\W\d]\w*)((?:\[\d+\])+)", str(label).strip())
        if match is None:
            whole[label] = x
        else:
            places.setdefault(match[1], {})[_place(match[2])] = x
    for name, numbers in places.items():
        template = _nested(numbers)
        labels = [_place(label) for label in labelled(template, "")]
        missing = [place for place in labels if place not in numbers]
        if missing:
            raise InputError(f"the point has no number for {name}[{']['.join(map(str, missing[0]))}]")
        whole[name] = flatten(template)[1]([numbers[place] for place in labels])
    return whole


def parameters(function: Function) -> list[str]:
    """The names of the arguments that a function must be given; none if it does not tell."""
    if isinstance(function, Expression):
        return list(function.names)
    try:
        known = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in known if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]


def takes_only_one(function: Function) -> bool:
    """Whether a function takes one argument and no more."""
    if isinstance(function, Expression):
        return len(function.names) == 1
    try:
        kinds = [p.kind for p in inspect.signature(function).parameters.values() if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]
    except (TypeError, ValueError):                                  # of a builtin
        return False
    return len(kinds) == 1 and kinds[0] is not inspect.Parameter.VAR_POSITIONAL


def checked_numbers(inputs: Iterable[Any], labels: Iterable[str]) -> list[float]:
    """The numbers of a point as floats; OperandError if one is none."""
    numbers = []
    for x, label in zip(inputs, labels):
        if not is_real(x):
            raise OperandError(f"the point is made of real numbers; {label} is {described(x)}")
        numbers.append(real(x))
        if not math.isfinite(numbers[-1]):
            raise InputError(f"the point is made of finite numbers; {label} is {described(x)}")
    return numbers


# Their structure ---------------------------------------------------------------------------------------------------------------

def template_of(function: Function, claims: Any, domain: Mapping[str, Any], points: Sequence[Any]) -> dict[str, Any]:
    """A number for each argument of a function, or the structure of numbers that the points, the domain, or the subscripts in
    formulas and in the names of claims ask for."""
    if points:
        arguments, names = arguments_at(function, points[0])
        return dict(zip(names, arguments))
    used: dict[str, Any] = {}
    for formula in _formulas(function, claims):
        _gather(formula, used)
    template: dict[str, Any] = {}
    for name in parameters(function):
        ranges = domain.get(name)
        if ranges is not None and not is_range(ranges):
            template[name] = _like_ranges(ranges, name)
        elif used.get(name):
            template[name] = _nested(used[name])
            if len(template[name]) == 1 and _is_used_whole(function, name):
                template[name] = template[name] * LEAST               # softmax of one number is constant, and any claim right
        else:
            template[name] = _like_claims(claims.get(name)) if isinstance(claims, Mapping) else 0.0
    return template


def _is_used_whole(function: Function, name: str) -> bool:
    """Whether a function may use an argument as a whole, as softmax(z), and not only elements of it."""
    return not isinstance(function, Expression) or re.search(rf"\b{re.escape(name)}\b(?!\s*\[)", function.text) is not None


def is_range(x: Any) -> bool:
    """Whether x is a pair of numbers, (lo, hi)."""
    return isinstance(x, (list, tuple)) and len(x) == 2 and all([is_real(end) for end in x])


def _like_ranges(ranges: Any, name: str) -> Any:
    if is_range(ranges):
        return 0.0
    if not isinstance(ranges, (list, tuple)) or not ranges:
        raise InputError(f"the domain of {name} is a pair (lo, hi), or a list of pairs, not {described(ranges)}")
    return [_like_ranges(item, name) for item in ranges]


def _like_claims(claim: Any) -> Any:
    """The structure of a list of claims; for vector-valued functions `verify` finds out that it is another."""
    if isinstance(claim, (list, tuple)) and claim:
        return [_like_claims(item) for item in claim]
    return 0.0


def _formulas(function: Function, claims: Any) -> list[str]:
    texts = [function.text] if isinstance(function, Expression) else []

    def gather(x: Any) -> None:
        if isinstance(x, str):
            texts.append(x)
        elif isinstance(x, Mapping):
            for key, item in x.items():
                gather(str(key))
                gather(item)
        elif isinstance(x, (list, tuple)):
            for item in x:
                gather(item)
    gather(claims)
    return texts


def _gather(formula: str, used: dict[str, Any]) -> None:
    """The subscripts of each name in a formula, or a claim: {"w": {(1, 2), (0, 0)}}."""
    for name, places in _SUBSCRIPTS.findall(formula):
        used.setdefault(name, set()).add(_place(places))


def _place(subscripts: str) -> tuple[int, ...]:
    """(1, 2) for "[1][2]"."""
    return tuple([int(k) for k in subscripts[1:-1].split("][")])


def _nested(places: Iterable[tuple[int, ...]]) -> Any:
    """A nested list of zeros that has all the places."""
    places = [place for place in places if place]
    if not places:
        return 0.0
    count = max([place[0] for place in places]) + 1
    deeper = [place[1:] for place in places]
    if count > 10_000:
        raise InputError(f"a subscript of {count - 1} is too large")
    return [_nested(deeper) for _ in range(count)]
