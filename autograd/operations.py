"""`operation`: an operation of your own, which works wherever those of the table (ops.py) do."""

from __future__ import annotations

import inspect
import keyword
import math
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, overload

from .arithmetic.dispatch import ARRAYS, ELEMENTS, NAMED_FLOATS, arithmetic_of
from .arithmetic.floats import FLOAT, IEEE, ieee_answer
from .arithmetic.graph import GRAPH
from .arithmetic.javascript import Program
from .arithmetic.referee import nearest
from .arithmetic.text import TextArithmetic
from .engine import Value, apply, evaluate
from .errors import DomainError, FloatsOnlyError, InputError, OperandError
from .expressions.reader import ALSO_NAMES, FUNCTIONS
from .inputs import described, has_array, is_real, is_referee_number
from .ops import OWN, Operation, Rule
from .text import counted

SIGNATURE = 'write it as "glow(x)" or "blend(a, b)"'


@overload
def operation(signature: Callable[..., Any], /) -> OwnFunction: ...
@overload
def operation(signature: str, value: Callable[..., Any], *partials: Callable[..., Any], domain: Callable[..., Any] | None = None,
              kink: Callable[..., Any] | None = None, symbol: str = "", needs: str = "") -> OwnFunction: ...


def operation(signature: Any, value: Any = None, *partials: Callable[..., Any], domain: Callable[..., Any] | None = None,
              kink: Callable[..., Any] | None = None, symbol: str = "", needs: str = "") -> OwnFunction:
    """An operation of your own, from its value and its local partials. It records one node, and works on floats, Values, arrays
    and 60-digit numbers, in formulas as text, in pictures, `explain` and higher derivatives. `verify(glow)` checks its partials.

    Args:
        signature: its name and those of its operands, "glow(x)" or "blend(a, b)".
        value: a function of the operands.
        partials: one function per operand: it takes the operands, or the value y and the operands, `lambda y, x: ...`.
        domain: a function of the operands, true where the operation has a value. needs: the domain in words, for the error
            elsewhere, where a formula would not do.
        kink: a function of the operands that is 0 where a partial jumps; a check accepts any slope between the two sides there.
        symbol: the operator that pictures write between two operands.

    Write each function with autograd's functions, `lambda x: x*sigmoid(x)`; or in terms of an arithmetic m, as the rows of ops.py
    are, with m as the first parameter: `lambda m, x: x*m.sigmoid(x)`, and for a partial `lambda m, y, x: ...`. Functions of
    floats (`math.erf`, a call into C) work too, but cannot be computed to 60 digits, and a partial in floats cannot be
    differentiated again: asking for it raises FloatsOnlyError.

    As a decorator, `@operation` takes a function that returns the value and the partial, or a tuple of partials:

    >>> from autograd import Value, operation, sigmoid, verify
    >>> glow = operation("glow(x)", lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x)))
    >>> x = Value(0.5, name="x")
    >>> glow(x).backward()
    >>> round(x.grad, 6), bool(verify(glow))
    (0.739961, True)
    >>> @operation
    ... def gain(a, b):
    ...     return a * b**2, (b**2, 2*a*b)
    >>> gain(2.0, 3.0)
    18.0

    Returns a function of the operands, to be used like autograd's own. Formulas as text know it by its name, unless autograd has
    a function of that name: then they mean autograd's.

    Raises InputError for a signature that cannot be read, the wrong number of partials, or a function with the wrong number of
    parameters; OperandError for what is no function. What a decorated function returns is checked when it is called.
    """
    if callable(signature) and value is None:
        return _decorated(signature)
    names = _names(signature)
    if not callable(value):
        raise OperandError(f"an operation needs a function for its value, got {described(value)}")
    if len(partials) != len(names):
        raise InputError(f"{signature} needs {counted(len(names), 'partial')}, one for each operand, got {len(partials)}")
    for what, rule in (*[("a partial", rule) for rule in partials], ("the domain", domain), ("the kink", kink)):
        if not (callable(rule) or (rule is None and what != "a partial")):
            raise OperandError(f"{what} of {signature} must be a function, got {described(rule)}")
    rules = [_rule(value, signature, "value", names), *[_rule(d, signature, f"partial with respect to {x}", names, True)
                                                        for d, x in zip(partials, names)]]
    limits, bends = [None if rule is None else _rule(rule, signature, what, names)
                     for what, rule in (("domain", domain), ("kink", kink))]
    if limits is not None:
        rules[0] = _Within(rules[0], limits)
    row = OwnOperation(signature, *rules, symbol=symbol, needs=needs, domain=limits, kink=bends)
    return _named(row, value)


def _decorated(f: Callable[..., Any]) -> OwnFunction:
    """The operation of a function that returns its value and its partials."""
    if not getattr(f, "__name__", "").isidentifier() or isinstance(f, type):
        raise OperandError("an operation needs a function with a name: write def, or operation('glow(x)', value, partial)")
    parameters = inspect.signature(f).parameters.values()
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty]
    if not names or [p for p in parameters if p.name not in names and p.default is p.empty]:
        raise InputError(f"the parameters of {f.__name__} must be the operands, such as def {f.__name__}(a, b)")
    signature = f"{f.__name__}({', '.join(names)})"

    def value(*xs: Any) -> Any:
        return _both(f, xs, len(names))[0]

    def by(k: int) -> Callable[..., Any]:
        return lambda *xs: _both(f, xs, len(names))[1][k]

    rules = [_Plain(value, f"the value of {signature}", 0),
             *[_Plain(by(k), f"the partial with respect to {x} of {signature}", 1) for k, x in enumerate(names)]]
    return _named(OwnOperation(signature, *rules), f)


def _both(f: Callable[..., Any], xs: Sequence[Any], count: int) -> tuple[Any, Sequence[Any]]:
    found = f(*xs)
    if not (isinstance(found, tuple) and len(found) == 2):
        raise OperandError(f"{f.__name__} must return its value and its partials, as in: return a*b, (b, a)")
    y, partials = found
    partials = partials if isinstance(partials, (tuple, list)) else (partials,)
    if len(partials) != count:
        raise OperandError(f"{f.__name__} must return {counted(count, 'partial')}, one for each operand, got {len(partials)}")
    return y, partials


def _names(signature: object) -> list[str]:
    if not isinstance(signature, str):
        raise OperandError(f"the signature of an operation must be a string, got {described(signature)}: {SIGNATURE}")
    match = re.fullmatch(r"(\w+)\(([^()]*)\)", signature)
    names = [x.strip() for x in match[2].split(",")] if match else []
    good = match is not None and all([x.isidentifier() and not keyword.iskeyword(x) for x in (match[1], *names)])
    if not good or len(set(names)) < len(names):
        raise InputError(f"the signature {signature!r} cannot be read: {SIGNATURE}")
    return names


def _named(row: OwnOperation, f: Callable[..., Any]) -> OwnFunction:
    function = OwnFunction(row)
    function.__name__, function.__doc__ = row.name, getattr(f, "__doc__", None) or f"The operation {row}."
    known = FUNCTIONS.get(row.name)
    if known is None or isinstance(known, OwnFunction):
        FUNCTIONS[row.name] = function
        ALSO_NAMES.add(row.name)
    return function


class OwnOperation(Operation):
    """A row that is not the table's."""

    __slots__ = ()

    def register(self) -> None:
        """Keep the row for graphs that are loaded from a pickle."""
        OWN[self.name] = self


class OwnFunction:
    """What `operation` returns: call it as a function. `row` is its row."""

    __name__: str

    def __init__(self, row: OwnOperation) -> None:
        self.row = row
        self.__signature__ = inspect.Signature([inspect.Parameter(x, inspect.Parameter.POSITIONAL_OR_KEYWORD)
                                                for x in row.operand_names])

    def __call__(self, *operands: Any, **named: Any) -> Any:
        """The operation of these operands."""
        try:
            bound = self.__signature__.bind(*operands, **named).args
        except TypeError as error:
            raise OperandError(f"{self.row} was called with the wrong arguments: {error}") from None
        m = arithmetic_of(*bound)
        if m is GRAPH:
            return apply(self.row, *bound)
        if m is NAMED_FLOATS:
            return evaluate(self.row, *bound)
        if m is ELEMENTS:
            return m.each(self, *bound)
        if m is ARRAYS:
            return _on_arrays(self, bound)
        if isinstance(m, TextArithmetic):
            return m.call(self.row.name, bound)
        return self.row.value(m, *[m.number(x) for x in bound])

    @property
    def exactly(self) -> Callable[..., Any]:
        """The value as a function that records each of its own steps, so that it can be differentiated without the partials."""
        rule = self.row.value

        def value(*xs: Any) -> Any:
            m = arithmetic_of(*xs)
            return rule(m, *xs)
        vars(value).update(__signature__=self.__signature__, output=self.row.name)
        return value

    @property
    def partials(self) -> dict[str, Callable[..., Any]]:
        """The partials by operand, as functions of the operands."""
        def by(rule: Rule) -> Callable[..., Any]:
            def slope(*xs: Any) -> Any:
                m = arithmetic_of(*xs)
                return rule(m, self.row.value(m, *xs), *xs)
            slope.__name__ = "your partial"
            vars(slope).update(__signature__=self.__signature__)
            return slope
        return {x: by(rule) for x, rule in zip(self.row.operand_names, self.row.partials)}

    def __reduce__(self) -> Any:
        return _loaded, (self.row,)

    def __repr__(self) -> str:
        return f"<the operation {self.row}>"


def _loaded(row: OwnOperation) -> OwnFunction:
    return OwnFunction(row)


def _on_arrays(function: OwnFunction, operands: Sequence[Any]) -> Any:
    """Element by element, in floats that give inf or nan where there is no value."""
    import numpy as np
    return np.vectorize(ieee_answer(partial(evaluate, function.row)), otypes=[float])(*operands)


# Rules in three styles ------------------------------------------------------------------------------------------------

def _rule(f: Callable[..., Any], signature: str, what: str, names: Sequence[str], is_partial: bool = False) -> Rule:
    """A function of the operands, or of the value and the operands, or one in terms of an arithmetic, as a rule of the table."""
    count, given = len(names), _count(f)
    plain = [count, count + 1] if is_partial else [count]
    against = count + 2 if is_partial else count + 1
    if given is None or given in plain:
        return _Plain(f, f"the {what} of {signature}", int(is_partial and given != count + 1))
    if given == against:
        return f
    shown = ", ".join(names)
    ways = (f"({shown}), (y, {shown}) with the value y, or (m, y, {shown}) with an arithmetic m" if is_partial
            else f"({shown}), or (m, {shown}) with an arithmetic m")
    raise InputError(f"the {what} of {signature} must take {ways}, but it takes {counted(given, 'argument')}")


def _count(f: Callable[..., Any]) -> int | None:
    """How many arguments a function takes; None if it does not say."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return None
    if any([p.kind is p.VAR_POSITIONAL for p in parameters]):
        return None
    return len([p for p in parameters if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)])


class _Within:
    """A value that is there only within a domain."""

    def __init__(self, value: Rule, domain: Rule) -> None:
        self.value, self.domain = value, domain

    def __call__(self, m: Any, *xs: Any) -> Any:
        if not has_array(*xs) and not isinstance(m, (TextArithmetic, Program)) and not self.domain(m, *xs):
            if getattr(m, "digits", 0) or m is IEEE:
                return m.number(math.nan)
            raise DomainError("an operation has no value outside its domain") if m is GRAPH else ValueError("outside the domain")
        return self.value(m, *xs)


class _Plain:
    """A function of the operands as a rule of the table, which takes an arithmetic first, and the value if it is a partial."""

    def __init__(self, f: Callable[..., Any], what: str, skipped: int) -> None:
        self.f, self.what, self.skipped = f, what, skipped           # a partial of the operands alone skips the value

    def __call__(self, m: Any, *xs: Any) -> Any:
        xs = xs[self.skipped:]
        if m is IEEE or has_array(*xs):
            return self._in_floats(m, xs)
        try:
            y = self.f(*xs)
            if m is FLOAT and not is_real(y):
                raise OperandError(f"{self.what} must return a number, got {described(y)}")
            return y
        except FloatsOnlyError:
            raise
        except (TypeError, AttributeError) as error:
            if m in (FLOAT, NAMED_FLOATS) or not self._works_on_floats(xs):
                raise
            raise FloatsOnlyError(f"{self.what} works on floats only, so it {_missing(m)}: write it with autograd's functions "
                                  "(autograd.exp, not math.exp)") from error

    def _works_on_floats(self, xs: Sequence[Any]) -> bool:
        """Whether the function takes floats, of any size if these have none."""
        try:
            self.f(*[x.data if isinstance(x, Value) else nearest(x) if is_referee_number(x) else 0.5 for x in xs])
        except (TypeError, AttributeError):
            return False
        except Exception:                                            # no value there
            return True
        return True

    def _in_floats(self, m: Any, xs: Sequence[Any]) -> Any:
        """The function of floats, with inf or nan where it raises; element by element if there are arrays."""
        if not has_array(*xs):
            return ieee_answer(self.f)(*xs)
        import numpy as np
        return np.vectorize(ieee_answer(self.f), otypes=[float])(*xs)


def _missing(m: Any) -> str:
    if m is GRAPH:
        return "cannot be differentiated again"
    return f"cannot be computed to {m.digits} digits" if getattr(m, "digits", 0) else "has no formula"
