"""Side conditions: points are moved onto y[0] + y[1] + y[2] = 1 before anything is tried there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import AutogradError, InputError, OperandError
from ..expressions import Expression
from ..inputs import described
from ..text import listed, shortened

CLOSE = 1e-12                                                        # the error of a condition, of the size of its sides
STEPS = 60                                                           # of Newton's method


class Condition:
    """An equation between the inputs of f: "x**2 + y**2 = 1"."""

    def __init__(self, text: Any) -> None:
        if not isinstance(text, str):
            raise OperandError(f"a condition must be text, such as 'x + y = 1', got {described(text)}")
        sides = re.split(r"(?<![<>=!~])=(?!=)", text)
        if len(sides) != 2 or not sides[0].strip() or not sides[1].strip():
            raise InputError(f"the condition {shortened(text)!r} is not an equation: write it as x + y = 1")
        self.text = text.strip()
        self.left, self.right = Expression(sides[0]), Expression(sides[1])
        self.names = list(dict.fromkeys([*self.left.names, *self.right.names]))

    def check(self, names: Sequence[str]) -> None:
        """Raise InputError if it speaks of something else than f's inputs."""
        strangers = [name for name in self.names if name not in names]
        if strangers or not self.names:
            raise InputError(f"the condition {shortened(self.text)!r} must speak of f's inputs ({listed(list(names))})"
                             + (f", not of {listed(strangers)}" if strangers else ""))

    def error(self, arguments: Mapping[str, Any]) -> tuple[float, float]:
        """By how much its left side exceeds its right one, and the size of both."""
        left, right = [float(side(**{name: arguments[name] for name in side.names})) for side in (self.left, self.right)]
        return left - right, abs(left) + abs(right) + 1.0


def conditions_of(given: Any) -> list[Condition]:
    """The conditions in a text or in a list of texts; in a text they are separated by semicolons or lines."""
    if given is None:
        return []
    texts = [part for part in re.split(r"[;\n]", given) if part.strip()] if isinstance(given, str) else given
    if not isinstance(texts, (list, tuple)):
        raise OperandError(f"given must be a condition such as 'x + y = 1', or a list of them, got {described(given)}")
    return [Condition(text) for text in texts]


class Surface:
    """The points on which all conditions hold."""

    def __init__(self, conditions: Sequence[Condition], names: Sequence[str], labels: Sequence[str], rebuild: Any) -> None:
        self.conditions = list(conditions)
        self._names, self._labels, self._rebuild = list(names), list(labels), rebuild
        for condition in conditions:
            condition.check(names)

    def holds(self, point: Sequence[float]) -> bool:
        """Whether a point lies on it, up to rounding."""
        return all([abs(error) <= CLOSE * size for error, size in self._errors(point)])

    def nearest(self, point: Sequence[float]) -> tuple[float, ...] | None:
        """The point with as few inputs changed as there are conditions: one input for each, the last that will do. None if there
        is none."""
        found: tuple[float, ...] | None = tuple(point)
        taken: set[int] = set()
        for which, condition in sorted(enumerate(self.conditions), key=lambda pair: len(pair[1].names)):
            places = [k for k, label in enumerate(self._labels) if label.partition("[")[0] in condition.names and k not in taken]
            for k in reversed(places):
                moved = None if found is None else self._solved(found, k, which)
                if moved is not None:
                    found = moved
                    taken.add(k)
                    break
            else:
                return None
        return found if found is not None and self.holds(found) else None

    def _solved(self, point: tuple[float, ...], k: int, which: int) -> tuple[float, ...] | None:
        """One condition solved for input k, by secants, which need one step where it is linear."""
        def at(x: float) -> tuple[float, ...]:
            return (*point[:k], x, *point[k + 1:])
        before, x = point[k], point[k] + 0.5
        try:
            error, _ = self._errors(at(before))[which]
            for _ in range(STEPS):
                there, size = self._errors(at(x))[which]
                if abs(there) <= 2.0 ** -52 * size or there == error:
                    break
                before, x, error = x, x - there * (x - before) / (there - error), there
            there, size = self._errors(at(x))[which]
        except (AutogradError, ArithmeticError, ValueError):
            return None
        return at(x) if abs(there) <= CLOSE * size else None

    def _errors(self, point: Sequence[float]) -> list[tuple[float, float]]:
        arguments = dict(zip(self._names, self._rebuild(list(point))))
        return [condition.error(arguments) for condition in self.conditions]
