"""Where the numbers of a claim come from: a formula, a number or a function."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial
from typing import Any

from ..arithmetic.referee import DIGITS, nearest, referee
from ..engine import Value
from ..errors import AutogradError, InputError, OperandError
from ..expressions import Expression
from ..inputs import is_referee_number, real
from ..text import counted, did_you_mean, listed, shortened
from ..trees import as_lists, flatten, flatten_like, sizes_of
from .arguments import Function
from .exact import ExactGraph
from .foreign import InFloats
from .problem import LONG_DECIMAL, Problem, check_real, value_or_none
from .truth import Probe

RESOLVED = 1e-6                                                      # how closely floats agree with a number that is no rounding
SLACK = 100.0                                                        # units in the last digit that rounding may come to


class Source:
    """Where claimed numbers come from: a formula, a number, or a function, which may give several partials at once.

    Attributes:
        text: the claim as reports show it. count: how many numbers it gives. is_opaque: whether it computes with floats, and so
            has rounding errors of its own. is_exact: whether its decimals are meant exactly. is_number: whether it is the same
            number everywhere. failure: the last error that it raised, where it had no value.
    """

    is_number = False
    is_opaque = False
    is_exact = False

    def __init__(self, text: str, count: int) -> None:
        self.text = text
        self.count = count
        self.failure = ""
        self._known: dict[Probe, list[Any]] = {}
        self._overflows: set[Probe] = set()

    def at(self, probe: Probe, part: int = 0) -> Any:
        """One of its numbers at a probe, or None where it has no value. Raises InputError if it gives too many or too few."""
        if probe not in self._known:
            result = value_or_none(lambda: self._tried(probe))
            numbers = [None] * self.count if result is None else self._numbers(result, probe.digits)
            self._known[probe] = [x if x is not None and abs(x) < math.inf else None for x in numbers]
        return self._known[probe][part]

    def _tried(self, probe: Probe) -> Any:
        try:
            return self.result(probe)
        except (ArithmeticError, ValueError) as error:
            self.failure = f"The claim raised {type(error).__name__} there: {error}"
            if isinstance(error, OverflowError):
                self._overflows.add(probe)
            raise

    def overflows(self, probe: Probe) -> bool:
        """Whether it had no value at a probe because floats overflowed."""
        return probe in self._overflows

    def result(self, probe: Probe) -> Any:
        """Its numbers at a probe, in any structure."""
        raise NotImplementedError

    def in_floats(self, arguments: Mapping[str, Any], problem: Problem, part: int) -> float | None:
        """One of its numbers, computed in floats, or None if that is not possible."""
        return None

    def resolution(self, probe: Probe, part: int) -> Any:
        """The error that its own rounding may make at a probe, roughly; infinite if that cannot be told."""
        return 0.0

    def _numbers(self, result: Any, digits: int = DIGITS) -> list[Any]:
        leaves = self._leaves(result)
        if len(leaves) != self.count:
            raise InputError(_miscounted(self.text, len(leaves), self.count))
        return [referee(digits).number(x.data if isinstance(x, Value) else x) for x in leaves]

    def _leaves(self, result: Any) -> list[Any]:
        try:
            return flatten(result)[0]
        except OperandError as error:
            raise InputError(f"the claim {shortened(self.text)} must give numbers: {error}") from None


class Formula(Source):
    """A formula in terms of the inputs and the named steps; `sizes` are those of the array whose entries it claims."""

    def __init__(self, text: str, count: int, known: Iterable[str], alias: str | None = None, output: str = "f",
                 sizes: tuple[int, ...] = ()) -> None:
        super().__init__(text.strip(), count)
        self._renamed = {alias: output} if alias else {}
        known = [*known, *self._renamed]
        self.formula = Expression(text, known)
        self._sizes = sizes
        self.is_number = not self.formula.names
        self.is_exact = self.formula.digits < LONG_DECIMAL           # longer: it may be a constant, 3.141592653589793
        for name in self.formula.names:
            if name not in known:
                hint = did_you_mean(name, known) or f": choose from {listed(known)}"
                if len(name) > 1 and all([letter in known for letter in name]):
                    hint = f": write {'*'.join(name)} for the product"
                raise InputError(f"the claim {shortened(self.text)!r} uses {shortened(name)}, but f has no such input or named "
                                 f"step{hint}")

    def result(self, probe: Probe) -> Any:
        """The formula's value with 60 digits."""
        numbers = {name: probe.numbers[self._renamed.get(name, name)] for name in self.formula.names}
        return self.formula.with_digits(probe.digits, **numbers)

    def _leaves(self, result: Any) -> list[Any]:
        check_sizes(shortened(self.text), sizes_of(result), self._sizes)
        return super()._leaves(result)

    def resolution(self, probe: Probe, part: int) -> Any:
        """What remains of the last digits of each of its steps: 1 - t has them of 1, however small it is."""
        if self._is_resolved(probe, part):
            return 0.0
        try:
            given = {name: _in_floats(probe.numbers[self._renamed.get(name, name)]) for name in self.formula.names}
            recording = self.formula.record(given)
            output = flatten(recording.output)[0][part]
            if not isinstance(output, Value):                        # a number
                return 0.0
            graph = ExactGraph(output, [], recording.exact, probe.digits)
        except (AutogradError, ArithmeticError):
            return math.inf
        adjoints = [(graph.adjoints[id(v)], graph.values[v]) for v in graph.order if v.op is not None and id(v) in graph.adjoints]
        size = sum([abs(slope * value) for slope, value in adjoints])
        return SLACK * referee(probe.digits).number(10.0) ** -probe.digits * size if size < math.inf else math.inf

    def _is_resolved(self, probe: Probe, part: int) -> bool:
        """Whether floats, with their 16 digits, give nearly the same number: then 60 digits have lost few."""
        try:
            given = {name: _as_floats(probe.numbers[self._renamed.get(name, name)]) for name in self.formula.names}
            here = flatten(self.formula(**given))[0][part]
        except (AutogradError, ArithmeticError, ValueError):
            return False
        claimed = self.at(probe, part)
        return claimed is not None and here != 0.0 and bool(abs(here - nearest(claimed)) <= RESOLVED * abs(here))

    def in_floats(self, arguments: Mapping[str, Any], problem: Problem, part: int) -> float | None:
        """The formula's value in floats, if it uses inputs only."""
        if self.count != 1 or not all([name in arguments for name in self.formula.names]):
            return None
        return float(self.formula(**{name: arguments[name] for name in self.formula.names}))

    @property
    def digits(self) -> tuple[float, int] | None:
        """For a decimal number, half a unit in its last place and its number of digits; None for any other formula."""
        return digits_of(self.text)


def check_sizes(what: str, given: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    """Raise InputError if a claimed matrix has other sides than the one that is needed."""
    if len(given) > 1 and len(wanted) > 1 and given != wanted:
        hint = ": is it transposed?" if given == wanted[::-1] else ""
        raise InputError(f"the claim {what} is {' x '.join(map(str, given))}, but {' x '.join(map(str, wanted))} is needed{hint}")


def digits_of(text: str) -> tuple[float, int] | None:
    """For a decimal number, half a unit in its last place and its number of digits; None for any other text."""
    try:
        number = Decimal(text.replace("−", "-").replace("_", ""))
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    return (0.5 * 10.0 ** exponent, len(number.as_tuple().digits)) if isinstance(exponent, int) else None


def _as_floats(x: Any) -> Any:
    """60-digit numbers, in any structure, as floats."""
    leaves, rebuild = flatten(x)
    return rebuild([nearest(z) for z in leaves])


def _in_floats(x: Any) -> Any:
    """60-digit numbers, in any structure, as Values."""
    leaves, rebuild = flatten(x)
    return rebuild([Value(nearest(z)) for z in leaves])


class Number(Source):
    """A plain number."""

    is_number = True

    def __init__(self, x: Any) -> None:
        super().__init__(f"{real(x):.12g}", 1)
        self.number = x
        self.is_exact = isinstance(x, (int, Fraction)) or float(x).is_integer()

    @property
    def digits(self) -> tuple[float, int] | None:
        """Half a unit in the last place of the shortest decimal that is this float, and its number of digits; None for a whole
        number or a fraction."""
        return None if self.is_exact or isinstance(self.number, Fraction) else digits_of(repr(real(self.number)))

    def result(self, probe: Probe) -> Any:
        """The number."""
        return self.number


class Called(Source):
    """A function of f's arguments, or of some of them by name. Given 60-digit numbers, it returns 60-digit numbers; if it takes
    floats only (`math.exp`), it returns floats.

    `shape` is the structure that it returns: that of an argument of f, of all of them, or None for one number or a matrix.
    """

    def __init__(self, function: Function, text: str, count: int, problem: Problem, shape: Any = None) -> None:
        super().__init__(text, count)
        self.claimed: list[str] | None = None                        # the arguments whose partials it returns; None: all
        self._function = function
        self._on_floats = InFloats(function)
        self._problem = problem
        self._shape = shape
        self._names = _by_keyword(function, problem.names)

    def result(self, probe: Probe) -> Any:
        """What the function returns."""
        f = self._problem.in_floats if probe.is_opaque else self._problem.record
        value_or_none(partial(f, probe.point))                       # a backward pass may use what f has stored at this point
        if not self.is_opaque:
            try:
                result = self._called(self._function, probe.arguments)
                floats = [x for x in self._leaves(result) if not is_referee_number(x)]
                self.is_opaque = any([isinstance(x, Value) or not float(x).is_integer() for x in floats])
                return result
            except (TypeError, AttributeError):
                self.is_opaque = True
        return self._called_with(list(probe.point))

    def _called_with(self, point: list[float]) -> Any:
        try:
            return self._called(self._on_floats, self._problem.rebuild(point))
        except TypeError as error:
            if isinstance(error, AutogradError):
                raise
            hint = ". Lists are passed as lists: np.array(x) turns one into an array" if "list" in str(error) else ""
            raise InputError(f"the claim {shortened(self.text)} cannot be called with f's arguments, "
                             f"{', '.join(self._problem.names)}: {error}{hint}") from error

    def in_floats(self, arguments: Mapping[str, Any], problem: Problem, part: int) -> float | None:
        """One of its numbers, computed in floats."""
        return nearest(self._numbers(self._called(self._on_floats, list(arguments.values())))[part])

    def _called(self, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        try:
            if self._names is None:
                result = function(*arguments)
            else:
                given = dict(zip(self._problem.names, arguments))
                result = function(**{name: given[name] for name in self._names})
        except Exception as error:
            error.add_note(f"in the claim {shortened(self.text)}")
            raise
        check_real(result, "the claim")
        if result is None:
            raise InputError(f"the claim {shortened(self.text)} returned None: is a `return` missing?")
        if self.claimed is not None:
            result = {name: x for name, x in named_parts(result, self._problem.names) if name in self.claimed}
        return result

    def answers_for(self, probe: Probe) -> list[str]:
        """The arguments whose partials a function of all partials returns: named in a mapping, or not None in a sequence."""
        if self._shape is None or not isinstance(self._shape, Arguments):
            return self._problem.names
        result: Any = None
        ways = (self._function, probe.arguments), (self._on_floats, self._problem.rebuild(list(probe.point)))
        for function, arguments in ways:
            try:
                result = self._called(function, arguments)
                break
            except (TypeError, AttributeError, ArithmeticError, ValueError):
                continue
        parts = named_parts(result, self._problem.names)
        return [name for name in self._problem.names if name in [n for n, _ in parts]] or self._problem.names

    def restrict(self, names: list[str]) -> None:
        """From now on, give only the partials of these arguments."""
        assert isinstance(self._shape, Arguments)
        self.claimed = names
        self._shape = Arguments(names, [self._shape.by_name[name] for name in names])

    def _numbers(self, result: Any, digits: int = DIGITS) -> list[Any]:
        if self._shape is None:
            return super()._numbers(result, digits)
        return super()._numbers(_in_order(self._shape, result, self.text), digits)


def _miscounted(text: str, given: int, needed: int) -> str:
    are = "is" if needed == 1 else "are"
    return f"the claim {shortened(text)} gives {counted(given, 'number')}, but {counted(needed, 'number')} {are} needed"


def _by_keyword(function: Function, names: list[str]) -> list[str] | None:
    """The arguments to pass to a function by name. None if it takes f's in order, or does not tell."""
    try:
        known = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any([p.kind is p.VAR_KEYWORD for p in known]) and not any([p.kind is p.VAR_POSITIONAL for p in known]):
        return names
    needed = [p for p in known if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if any([p.kind is p.POSITIONAL_ONLY for p in needed]) or not needed or not all([p.name in names for p in needed]):
        return None
    by_name = any([p.kind is p.KEYWORD_ONLY for p in needed])
    return [p.name for p in needed] if by_name or [p.name for p in needed] != names else None


def named_parts(result: Any, names: list[str]) -> list[tuple[str, Any]]:
    """The parts of a claimed gradient that are given, by name; None in a part's place leaves it out."""
    if isinstance(result, Mapping) and set(result) <= set(names):
        return [(name, result[name]) for name in names if name in result and result[name] is not None]
    if isinstance(result, (list, tuple)) and len(result) == len(names):
        return [(name, x) for name, x in zip(names, result) if x is not None]
    return []


class Arguments:
    """The structure of all arguments; a claim may return it by position or by name."""

    def __init__(self, names: list[str], templates: list[Any]) -> None:
        self.by_name = dict(zip(names, templates))


def _in_order(shape: Any, result: Any, text: str) -> list[Any]:
    """The numbers of a claimed structure, in the order of f's own. Raises InputError if the structures differ."""
    if isinstance(shape, Arguments):
        by_name = isinstance(result, Mapping)
        if by_name and set(result) != set(shape.by_name):
            raise InputError(f"the claimed gradient must name f's arguments ({listed(list(shape.by_name))}), got "
                             f"({listed(list(result))})")
        if not by_name and (not hasattr(result, "__len__") or len(result) != len(shape.by_name)):
            count = len(result) if hasattr(result, "__len__") else 1
            raise InputError(f"{_miscounted(text, count, len(shape.by_name))}, one for each of {listed(list(shape.by_name))}")
        return _in_order(shape.by_name if by_name else list(shape.by_name.values()), result, text)
    try:
        return flatten_like(as_lists(shape), as_lists(result))
    except InputError as error:
        raise InputError(f"the claim {shortened(text)} does not have the structure of f's argument: {error}") from None
