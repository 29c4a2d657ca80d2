"""Claims about second derivatives: how they are written, and the problem that they are about, f's first derivatives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..derivatives import gradient
from ..engine import Value
from ..errors import InputError
from .arguments import NAME
from .problem import Problem, Recorded

_TOP = re.compile(rf"d\^2(?P<out>{NAME})?/\(?d(?P<rest>.+?)\)?")
_PRIMES = re.compile(rf"(?P<out>{NAME})''(?:\((?P<by>{NAME})\))?")
_FORM = re.compile(r"\s*(?:[d∂]\s*(?:\^|\*\*)?\s*[2²].*/.*|[^\W\d]\w*\s*(?:''|″|′′)\s*(?:\([^()]*\))?)\s*", re.S)
NO_SECOND = "second derivatives need a graph, but f computes with plain floats: use autograd.exp and the like"
Place = tuple[int, int]                                              # an output of f and an input: a first derivative


def is_second_derivative(text: str) -> bool:
    """Whether a text has the form of a second derivative: ∂²f/∂x∂y, d^2f/dx^2, f''(x)."""
    return _FORM.fullmatch(text) is not None


def second_derivative(left: str, knows: Callable[[str], bool]) -> tuple[str | None, list[str]] | None:
    """What ∂²f/∂x∂y, d2f/dx2 or f''(x) names: the output, and the two inputs; for f'' without an input none. None if the text is
    something else. `knows` tells the names of inputs."""
    plain = re.sub(r"\s+", "", left).replace("∂", "d").replace("²", "^2").replace("**", "^").replace("″", "''").replace("′", "'")
    plain = re.sub(r"^d2", "d^2", plain)
    primes = _PRIMES.fullmatch(plain)
    if primes:
        return primes["out"], [primes["by"]] * 2 if primes["by"] else []
    match = _TOP.fullmatch(plain)
    if match is None:
        return None
    rest = match["rest"]
    if rest.endswith("^2"):
        return match["out"], [rest[:-2].rstrip(")").lstrip("(")] * 2
    cuts = [(rest[:k], rest[k + 1:]) for k in range(1, len(rest) - 1) if rest[k] == "d"]
    for first, second in cuts:
        if knows(first) and knows(second):
            return match["out"], [first, second]
    if rest.endswith("2") and not knows(rest):
        return match["out"], [rest[:-1]] * 2
    raise InputError(f"{left.strip()!r} is not a second derivative of f: write d2f/dx2 or d2f/dxdy, with names of its inputs")


class Slopes(Problem):
    """The problem whose outputs are first derivatives of another's: a claim about a second derivative is one about their slopes.

    Attributes:
        places: for each output, the output of f and the input by which it is differentiated.
    """

    def __init__(self, base: Problem, places: Sequence[Place], given: Mapping[str, object]) -> None:
        super().__init__(base.function, given)
        self.base, self.places = base, list(places)
        self.surface = base.surface

    @property
    def is_exact(self) -> bool:
        """No: the table's own constants, such as 2/√π, are floats in a recorded derivative."""
        return False

    def record(self, point: Sequence[float]) -> Recorded:
        """The graphs of the first derivatives; f itself is one of the named steps."""
        recorded = self.base.record(point)
        outputs = []
        for k, j in self.places:
            slope = gradient(recorded.outputs[k], recorded.leaves[j], create_graph=True)
            slope = slope if isinstance(slope, Value) else Value(slope)
            if slope.op is not None and slope.name is None:
                slope.name = f"∂{self.base.output_label(k, len(recorded.outputs))}/∂{self.labels[j]}"
            outputs.append(slope)
        f: object = recorded.outputs[0] if len(recorded.outputs) == 1 else list(recorded.outputs)
        return replace(recorded, outputs=outputs, named={**recorded.steps, self.output: f})

    def output_label(self, k: int, count: int) -> str:
        """∂f/∂x."""
        return f"∂{self.base.output}/∂{self.labels[self.places[k][1]]}"

    def in_floats(self, point: Sequence[float]) -> list[float]:
        """Nothing: differences of differences would be too rough to judge by."""
        raise InputError(NO_SECOND)

