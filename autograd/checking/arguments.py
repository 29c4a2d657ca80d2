"""The arguments of a function: their names, their numbers at a point, and their structure."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..errors import InputError, OperandError
from ..expressions import Expression, expression, subscripts_of
from ..inputs import described, is_real, real
from ..text import counted, listed
from ..trees import assembled, nested, parted

Function = Callable[..., Any]
LEAST = 3                                                            # length of a list of which only one element is named

NAME = r"[^\W\d]\w*(?:\[\d+\])*"                                     # of an input, or of an element of one
_SUBSCRIPTS = re.compile(r"(?:/\s*[d∂]\s*\(?|(?<!\w))([^\W\d]\w*)((?:\[\d+\])+)")  # in dp[0]/dw[1][2] those of w, without the d


def function_of(f: Any) -> Function:
    """f itself, or the function that a formula describes. Raises OperandError if f is neither."""
    function = expression(f) if isinstance(f, str) else f
    if not callable(function):
        raise OperandError(f"f must be a function or a formula as text, got {described(f)}")
    return function


def arguments_at(function: Function, point: Any) -> tuple[list[Any], list[str]]:
    """The positional arguments at a point, and their names."""
    names = parameters(function)
    if isinstance(point, Mapping) and any(["[" in str(name) for name in point]):
        point = assembled(point)
    if isinstance(point, Mapping):
        unknown = [name for name in point if name not in names]
        missing = [name for name in names if name not in point]
        if unknown or missing:
            raise InputError(f"the point must name f's arguments ({listed(names)}), got ({listed(list(point))})")
        return [point[name] for name in names], names
    arguments = list(point) if isinstance(point, (list, tuple)) else [point]
    if len(arguments) > 1 and takes_only_one(function):
        arguments = [arguments]                                      # f takes one list
    if len(arguments) < len(names):
        raise InputError(f"the point must have {counted(len(names), 'argument')} ({listed(names)}), got {len(arguments)}")
    return arguments, names + [f"x{k + 1}" for k in range(len(names), len(arguments))]


def parameters(function: Function) -> list[str]:
    """The names of the arguments that a function requires; an empty list if its signature is unknown."""
    if isinstance(function, Expression):
        return list(function.names)
    try:
        known = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in known if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]


def takes_only_one(function: Function) -> bool:
    """Whether a function takes exactly one argument."""
    if isinstance(function, Expression):
        return len(function.names) == 1
    try:
        kinds = [p.kind for p in inspect.signature(function).parameters.values() if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]
    except (TypeError, ValueError):                                  # of a builtin
        return False
    return len(kinds) == 1 and kinds[0] is not inspect.Parameter.VAR_POSITIONAL


def checked_numbers(inputs: Iterable[Any], labels: Iterable[str]) -> list[float]:
    """The numbers of a point as floats. Raises OperandError if one is not a real number, InputError if one is not finite."""
    numbers = []
    for x, label in zip(inputs, labels):
        if not is_real(x):
            raise OperandError(f"{label} must be a real number, got {described(x)}")
        numbers.append(real(x))
        if not math.isfinite(numbers[-1]):
            raise InputError(f"{label} must be finite, got {described(x)}")
    return numbers


# Structure ---------------------------------------------------------------------------------------------------------------------

def template_of(function: Function, claims: Any, domain: Mapping[str, Any], points: Sequence[Any],
                texts: Sequence[Any] = ()) -> dict[str, Any]:
    """A number or a structure of numbers for each argument of a function: as in the first of the points, else as the domain or
    the subscripts in formulas, claims and other texts suggest."""
    if points:
        arguments, names = arguments_at(function, points[0])
        return dict(zip(names, arguments))
    used: dict[str, Any] = {}
    for formula in _formulas(function, [claims, *texts]):
        _gather(formula, used)
    template: dict[str, Any] = {}
    for name in parameters(function):
        ranges = domain.get(name)
        if ranges is not None and not is_range(ranges):
            template[name] = _like_ranges(ranges, name)
        elif used.get(name):
            template[name] = nested(used[name])
            if len(template[name]) == 1 and _is_used_whole(function, name):
                template[name] = template[name] * LEAST               # softmax of one number is constant: any claim holds
        else:
            template[name] = _like_claims(claims.get(name)) if isinstance(claims, Mapping) else 0.0
    return template


def _is_used_whole(function: Function, name: str) -> bool:
    """Whether a function may use an argument as a whole, as in softmax(z), and not only its elements."""
    return not isinstance(function, Expression) or re.search(rf"\b{re.escape(name)}\b(?!\s*\[)", function.text) is not None


def is_range(x: Any) -> bool:
    """Whether x is a pair of numbers, (lo, hi)."""
    return isinstance(x, (list, tuple)) and len(x) == 2 and all([is_real(end) for end in x])


def _like_ranges(ranges: Any, name: str) -> Any:
    if is_range(ranges):
        return 0.0
    if not isinstance(ranges, (list, tuple)) or not ranges:
        raise InputError(f"the domain of {name} must be a pair (lo, hi) or a list of pairs, got {described(ranges)}")
    return [_like_ranges(item, name) for item in ranges]


def _like_claims(claim: Any) -> Any:
    """The structure of a list of claims. If f returns several numbers this may be wrong, and `verify` tries again without it."""
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
    """Collect the subscripts of each name in a formula or a claim: {"w": {(1, 2), (0, 0)}}."""
    for name, places in _SUBSCRIPTS.findall(formula):
        used.setdefault(name, set()).add(parted(places)[1])
    for name, found in subscripts_of(formula).items():
        used.setdefault(name, set()).update(found)
