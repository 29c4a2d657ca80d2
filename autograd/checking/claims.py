"""Read claims from a mapping, from lines of text, or from one function for all partials."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import FormulaError, InputError, OperandError
from ..inputs import described, is_array, is_real
from ..text import counted, did_you_mean, listed, shortened
from ..trees import as_lists, sizes_of
from .arguments import NAME, Function
from .problem import Problem
from .report import NOT_READ, ClaimFinding
from .second import is_second_derivative, second_derivative
from .sources import Arguments, Called, Formula, Number, Source, check_sizes
from .truth import Index, Probe, Target

_DERIVATIVE = (rf"(?:[d∂]\s*\(?(?P<out>{NAME})?\)?\s*/\s*[d∂]\s*\(?(?P<by>{NAME})\)?"
               rf"|(?P<primed>{NAME})\s*['′]\s*(?:\(\s*(?P<of>{NAME})\s*\))?)")
_RELATION = r"<=|>=|==|~=|[=≈<>≤≥]"
EQUATION = re.compile(rf"\s*{_DERIVATIVE}\s*(?P<relation>{_RELATION})(?P<right>.*)$", re.S)
BETWEEN = re.compile(rf"(?P<left>[^=]+?)(?P<first>{_RELATION})\s*{_DERIVATIVE}\s*(?:(?P<relation>{_RELATION})(?P<right>.*))?$",
                     re.S)
VALUE = re.compile(rf"\s*(?P<name>{NAME})\s*(?P<relation>=(?!=)|≈|~=)(?P<right>.*)$", re.S)
RELATIONS = {"==": "=", "~=": "≈", "≤": "<=", "≥": ">="}
ENOUGH_DIGITS = 3                                                    # with fewer, a decimal at a point is meant exactly
MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "≈": "≈"}


@dataclass(frozen=True)
class Claim:
    """A claim that a target is =, ≈, < or > one of the numbers of a source; `part` says which."""

    target: Target
    relation: str
    source: Source
    part: int = 0
    to_digits: bool = False                                          # right if it is right to the digits given

    @property
    def text(self) -> str:
        """The claim as reports show it."""
        whole = self.source.count == 1 or isinstance(self.source, Called)
        is_name = re.fullmatch(r"[\w\[\]]+|\[.*\]|[^\W\d]\w*\([^()]*\)", self.source.text) is not None
        text = self.source.text if is_name else f"({self.source.text})"
        shown = self.source.text if whole else f"{text}[{self.part}]"
        return shown if self.relation == "=" else f"{self.relation} {shown}"


@dataclass(frozen=True)
class Unread:
    """A claim that cannot be read, and why; its siblings can be judged."""

    label: str
    text: str
    why: str

    @property
    def finding(self) -> ClaimFinding:
        """What a report says of it."""
        return ClaimFinding(self.label, self.text, NOT_READ, note=self.why)


def unread(claim: Claim, error: Any) -> ClaimFinding:
    """The finding of a claim that turned out to give no number."""
    return Unread(claim.target.label, claim.text, str(error)).finding


def to_its_digits(claim: Claim) -> Claim:
    """A claim of a decimal with three or more digits as one that is right to those digits."""
    digits = claim.source.digits if claim.relation == "=" and isinstance(claim.source, (Formula, Number)) else None
    return replace(claim, to_digits=True) if digits and digits[1] >= ENOUGH_DIGITS and digits[0] < 0.5 else claim


class Reader:
    """Reads claims about a problem; one probe shows how many outputs and which named steps it has.

    Claims are a mapping of names to formulas, numbers, functions or structures of them; one function that returns all partials;
    lines such as "de/da = b + 1"; or, for a function of one input, a single claim.
    """

    def __init__(self, problem: Problem, probe: Probe) -> None:
        self.problem = problem
        self.probe = probe
        self.outputs = len(probe.recorded.outputs)
        self.names = [problem.output_label(k, self.outputs) for k in range(self.outputs)]
        self.first = (problem.labels or ["x"])[0]                    # an input, for examples in errors
        self.known = list(dict.fromkeys([*problem.names, *probe.recorded.steps, problem.output]))
        self.steps = probe.steps

    def _one_by_one(self, items: Sequence[tuple[Any, ...]], read: Callable[..., list[Claim]]) -> list[Claim | Unread]:
        """The claims of each item, or why it cannot be read. If none of them can, that is an error."""
        found: list[Claim | Unread] = []
        errors: list[Exception] = []
        for item in items:
            try:
                found += read(*item)
            except (InputError, FormulaError, OperandError) as error:
                errors.append(error)
                is_line = isinstance(item[0], str) and len(item) == 1
                left, _, right = item[0].partition("=") if is_line else (item[0], "", item[-1])
                found.append(Unread(str(left).strip(), str(right).strip(), str(error)))
        if errors and len(errors) == len(items):
            raise errors[0]
        return found

    def hessian(self, claims: Any) -> list[Claim | Unread]:
        """The claims of all second derivatives: a square list of rows, or a function that returns one."""
        labels = self.problem.labels
        if self.outputs != 1:
            raise InputError(f"a Hessian is that of one number, but f returns {self.outputs}: claim ∂²{self.names[0]}/∂... in "
                             "lines")
        targets = [Target(self.problem.output, second, 0, j, first) for first in labels for j, second in enumerate(labels)]
        rows = sizes_of(claims)
        if not callable(claims) and len(labels) > 1 and rows != (len(labels), len(labels)):
            raise InputError(f"the Hessian must be {len(labels)} x {len(labels)}, for {listed(labels)}, got "
                             f"{' x '.join(map(str, rows)) or described(claims)}")
        return list(self._of(claims, targets, "the Hessian", None))

    def read(self, claims: Any) -> list[Claim | Unread]:
        """The claims as a list."""
        if isinstance(claims, str) and _are_lines([claims]):
            claims = [line for line in re.split(r"[;\n]", claims) if line.strip()]
        found: list[Claim | Unread]
        if isinstance(claims, Mapping):
            keys = [_normal(str(key)) for key in claims]
            found = self._one_by_one([(key, item) for key, item in zip(keys, claims.values())], self._by_name)
        elif callable(claims):
            found = list(self._all_at_once(claims))
        elif _are_lines(claims):
            lines = [claims] if isinstance(claims, str) else claims
            found = self._one_by_one([(line,) for line in lines], self.line)
        else:
            found = list(self._in_order(claims))
        if not found:
            raise InputError(f"nothing is claimed: give a mapping such as {{{self.first!r}: '...'}}"
                             if self.problem.labels else "nothing is claimed, and f has no inputs")
        return found

    def line(self, line: str) -> list[Claim]:
        """One line: "∂e/∂a = b + 1", "dE/dw5 ≈ 0.0822", "0 < df/dx < 1", "f'(x) = 2*x", or a value, "c = 3"."""
        if not isinstance(line, str):
            raise OperandError(f"a claim must be a line such as 'de/da = b + 1', got {described(line)}")
        sides = _second_derivative_line(line)
        found_second = self._second(sides[0]) if sides else None
        if sides and found_second:
            return [self._claim(found_second[0], sides[1], sides[2], found_second[1])]
        match = EQUATION.match(line)
        if match:
            target, alias = self._derivative(match, line)
            return [self._claim(target, match["relation"], match["right"], alias)]
        match = BETWEEN.match(line)
        if match:
            target, alias = self._derivative(match, line)
            first = RELATIONS.get(match["first"], match["first"])
            found = [self._claim(target, MIRRORED[first], match["left"], alias)]
            return found + ([self._claim(target, match["relation"], match["right"], alias)] if match["relation"] else [])
        match = VALUE.match(line)
        place = None if match is None else self._value_place(match["name"])
        if match is None or place is None:
            raise InputError(f"{shortened(line.strip())!r} is not a claim: write d{self.problem.output}/d{self.first} = ...")
        return [self._claim(Target(match["name"], "", None, place), match["relation"], match["right"], None)]

    def _value_place(self, name: str) -> Index | None:
        if name == self.problem.output and self.outputs == 1:
            return 0
        if self.outputs > 1 and name.startswith(f"{self.problem.output}["):
            return self.names.index(name) if name in self.names else None
        return name if name in self.steps else None

    def _claim(self, target: Target, relation: str, text: str, alias: str | None) -> Claim:
        relation = RELATIONS.get(relation, relation)
        source = Formula(text, 1, self.known, alias, self.problem.output)
        if relation == "≈" and source.digits is None:
            raise InputError(f"≈ must be followed by a decimal number, got {source.text!r}")
        return Claim(target, relation, source)

    def _derivative(self, match: re.Match[str], text: str) -> tuple[Target, str | None]:
        """The target that a derivative such as dy/dx names, and its name for the output, if that is a new one."""
        out, by = match["out"] or match["primed"], match["by"] or match["of"]
        if by is None:
            if len(self.problem.labels) != 1:
                raise InputError(f"{text.strip()!r} does not say by which input: write d{out}/d{self.first}")
            by = self.problem.labels[0]
        places = self._places(by, text)
        if len(places) > 1:
            raise InputError(f"{by} is a list: say which of its numbers you mean, such as {by}[0]")
        return self._target_of(out, places[0], text)

    def _target_of(self, out: str | None, place: Index, text: str) -> tuple[Target, str | None]:
        label = self._label(place)
        if out is None and self.outputs == 1:
            return Target(self.problem.output, label, 0, place), None
        if out in self.names:
            return Target(out, label, self.names.index(out), place), None
        if out in self.steps:
            return Target(out, label, out, place), None
        is_named = getattr(self.problem.function, "output", None) is not None
        if out is not None and self.outputs == 1 and out not in self.known and not is_named:
            return Target(out, label, 0, place), out
        raise InputError(f"{text.strip()!r} does not name an output of f: use {listed(self.names, 4)}")

    def _second(self, left: str) -> tuple[Target, str | None] | None:
        """The target that ∂²f/∂x∂y names, and its name for the output, if that is a new one."""
        labels = self.problem.labels
        known = second_derivative(_normal(left, squares=True), lambda name: name in labels)
        if known is None:
            return None
        out, by = known
        if not by:
            if len(labels) != 1:
                raise InputError(f"{left.strip()!r} does not say by which inputs: write ∂²{out}/∂{self.first}²")
            by = [labels[0]] * 2
        for name in by:
            if name not in labels:
                raise InputError(f"{left.strip()!r} must name inputs of f: {listed(labels)}{did_you_mean(name, labels)}")
        target, alias = self._target_of(out, labels.index(by[1]), left)
        if isinstance(target.output, str):
            raise InputError(f"{left.strip()!r} must be a derivative of f itself, not of a step")
        return replace(target, first=by[0]), alias

    def _label(self, place: Index) -> str:
        return self.problem.labels[place] if isinstance(place, int) else place

    def _places(self, name: str, text: str) -> list[Index]:
        """The inputs or steps that a name stands for: one, or all the numbers of a structure."""
        labels = self.problem.labels
        if name in labels:
            return [labels.index(name)]
        if name in self.steps:
            return [name]
        within = [k for k, label in enumerate(labels) if label.startswith(f"{name}[")]
        if within:
            return list(within)
        steps = [label for label in self.steps if label.startswith(f"{name}[")]
        if steps:
            return list(steps)
        hint = did_you_mean(name, [*labels, *self.problem.names, *self.steps]) or f": its inputs are {listed(self.problem.names)}"
        raise InputError(f"the claim for {shortened(name)} names no input or named step of f{hint}")

    def _by_name(self, key: str, item: Any) -> list[Claim]:
        known = [*self.problem.labels, *self.problem.names, *self.steps]
        second = self._second(key) if key not in known and is_second_derivative(key) else None
        if second is not None:
            return self._of(item, [second[0]], key, second[1])
        match = None if key in known else re.fullmatch(rf"\s*{_DERIVATIVE}\s*", key)
        if match:
            target, alias = self._derivative(match, key)
            return self._of(item, [target], key, alias)
        places = self._places(key.strip(), key)
        targets = [Target(out, self._label(place), k, place) for k, out in enumerate(self.names) for place in places]
        return self._of(item, targets, key, None)

    def _of(self, item: Any, targets: list[Target], key: str, alias: str | None) -> list[Claim]:
        """The claims that one item makes of the targets: one source for all of them, or a structure with one for each."""
        shape = self._shape_of(key) if isinstance(item, Mapping) else None
        items = _items(item) if shape is None else _claims_in_order(shape, item, key)
        wanted = self._sizes(key)
        given = sizes_of(item)
        if shape is None and self.outputs == 1:
            check_sizes(f"for {key}", given, wanted)
        if len(items) == len(targets):
            return [self._one(target, x, key, alias) for target, x in zip(targets, items)]
        if len(items) != 1:
            raise InputError(f"the claim for {key} must have {counted(len(targets), 'part')}, for "
                             f"{listed([t.label for t in targets], 6)}, got {len(items)}")
        source = self._source(items[0], len(targets), key, alias)
        return [Claim(target, "=", source, k) for k, target in enumerate(targets)]

    def _sizes(self, key: str) -> tuple[int, ...]:
        """The lengths of the sides of the array that a key names."""
        return sizes_of(as_lists(self._shape_of(key))) if key in self.problem.names else ()

    def _one(self, target: Target, item: Any, key: str, alias: str | None) -> Claim:
        """The claim of one target; a formula may begin with a relation, such as "≈ 0.25"."""
        relation = re.match(rf"\s*({_RELATION})", item) if isinstance(item, str) else None
        if relation is not None:
            return self._claim(target, relation[1], item[relation.end():], alias)
        return Claim(target, "=", self._source(item, 1, key, alias))

    def _source(self, item: Any, count: int, key: str, alias: str | None) -> Source:
        if isinstance(item, str):
            return Formula(item, count, self.known, alias, self.problem.output, self._sizes(key) if self.outputs == 1 else ())
        if is_real(item) and count == 1:
            return Number(item)
        if callable(item):
            return Called(item, _name_of(item), count, self.problem, self._shape_of(key) if self.outputs == 1 else None)
        raise InputError(f"the claim for {key} must be a formula, a number or a function, got {described(item)}")

    def _shape_of(self, key: str) -> Any:
        """The structure of the argument that a key names; None if it names one number."""
        if key not in self.problem.names:
            return None
        shape = self.problem.rebuild([0.0] * self.problem.size)[self.problem.names.index(key)]
        return None if is_real(shape) else shape

    def _all_at_once(self, function: Function) -> list[Claim]:
        """One function for all partials: one row for each output, in the order of the inputs, or a mapping by argument name."""
        problem, labels = self.problem, self.problem.labels
        arguments = problem.rebuild([0.0] * problem.size)
        several = len(problem.names) > 1
        shape = (Arguments(problem.names, arguments) if several else arguments[0]) if self.outputs == 1 and arguments else None
        source = Called(function, _name_of(function), self.outputs * len(labels), problem, shape)
        places = list(enumerate(labels))
        claimed = source.answers_for(self.probe)
        if claimed != problem.names:                                 # None for some, or a mapping that leaves some out
            source.restrict(claimed)
            places = [(j, label) for j, label in places if label.partition("[")[0] in claimed]
            source.count = len(places)
        targets = [Target(out, label, k, j) for k, out in enumerate(self.names) for j, label in places]
        return [Claim(target, "=", source, k) for k, target in enumerate(targets)]

    def _in_order(self, claims: Any) -> list[Claim]:
        """Claims without names: one for each input, or a matrix with one row for each output."""
        if not (isinstance(claims, (str, list, tuple)) or is_real(claims) or is_array(claims)):
            raise OperandError("claims must be a mapping of names to formulas, numbers or functions, or a function that returns "
                               f"all partials, got {described(claims)}")
        rows = sizes_of(claims)
        labels = self.problem.labels
        if len(rows) == 2 and rows == (len(labels), self.outputs) and rows[0] != rows[1]:
            raise InputError(f"the Jacobian must be {rows[1]} x {rows[0]}, with one row for each output, got {rows[0]} x "
                             f"{rows[1]}: is it transposed?")
        targets = [Target(out, label, k, j) for k, out in enumerate(self.names) for j, label in enumerate(labels)]
        return self._of(claims, targets, "the inputs", None)


def _are_lines(claims: Any) -> bool:
    items = [claims] if isinstance(claims, str) else claims if isinstance(claims, (list, tuple)) else []
    return any([isinstance(x, str) and (is_derivative_line(x) or VALUE.match(x) is not None) for x in items])


def is_derivative_line(line: str) -> bool:
    """Whether a line claims a derivative: "df/dx = 2*x", "0 < df/dx", "∂²f/∂x² = 2"."""
    return _second_derivative_line(line) is not None or any([form.match(line) for form in (EQUATION, BETWEEN)])


def _second_derivative_line(line: str) -> list[str] | None:
    """The left side, the relation and the right side of a claim of a second derivative; None for another line."""
    sides = re.split(f"({_RELATION})", line, maxsplit=1)
    return sides if len(sides) == 3 and is_second_derivative(sides[0]) else None


def _normal(text: str, squares: bool = False) -> str:
    """A text as Python reads names in a formula; with `squares`, a ² remains one."""
    return unicodedata.normalize("NFKC", text.replace("²", "^2") if squares else text)


def _items(x: Any) -> list[Any]:
    """The formulas, numbers and functions in a nested list, in order."""
    if is_array(x):
        x = x.tolist()
    if isinstance(x, (list, tuple)):
        return [item for part in x for item in _items(part)]
    return [x]


def _claims_in_order(shape: Any, claims: Any, key: str) -> list[Any]:
    """The claims in a mapping like the argument, in the argument's order."""
    if isinstance(shape, Mapping):
        if not isinstance(claims, Mapping) or set(claims) != set(shape):
            raise InputError(f"the claim for {key} must have the keys {listed(list(shape))}, got {described(claims)}")
        return [x for name in shape for x in _claims_in_order(shape[name], claims[name], key)]
    return _items(claims)


def _name_of(function: Function) -> str:
    name = getattr(function, "__name__", "a function")
    return "a function" if name == "<lambda>" else f"{name}(…)"
