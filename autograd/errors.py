"""Errors. Each is an `AutogradError` and also the error that Python itself would raise for such a mistake."""

from __future__ import annotations


class AutogradError(Exception):
    """Everything that autograd raises on purpose. `except AutogradError` catches all of it."""


class DomainError(AutogradError, ValueError):
    """An operation has no value, or no derivative, at the given point: log(-1), acosh(0.5), (-2)**0.5."""


class DivisionError(AutogradError, ZeroDivisionError):
    """A division by zero, or zero to a negative power."""


class RangeError(AutogradError, OverflowError):
    """A result is too large for a float, and Python's own arithmetic would raise too: exp(1000)."""


class OperandError(AutogradError, TypeError):
    """An argument of the wrong type, such as a string, None or a complex number where a real number or a Value is needed."""


class FloatsOnlyError(OperandError):
    """An operation that is written in floats was asked for its derivative, 60 digits, or a formula."""


class InputError(AutogradError, ValueError):
    """An argument of the right type with an unusable value: lengths that differ, an empty list, an unknown option."""


class ReadOnlyError(AutogradError, AttributeError):
    """An attempt to change what a graph has recorded, such as the data of a computed node."""


class FormulaError(AutogradError, ValueError):
    """A formula, given as text, that cannot be read or that names something unknown."""


class MissingExtraError(AutogradError, ImportError):
    """An optional part needs a package that is not installed; the message names the extra that brings it."""


class NonfiniteError(AutogradError, FloatingPointError):
    """`backward(check=True)` found an infinite or NaN value or gradient; the message says where it came from."""


class GradientError(AutogradError, AssertionError):
    """A gradient that should be right is not; the message is the report."""


class RenderError(AutogradError, RuntimeError):
    """A picture could not be made: `dot` is missing, failed, or took too long."""
