"""Errors. Each is an `AutogradError` and also the error that Python itself would raise for the same mistake."""

from __future__ import annotations


class AutogradError(Exception):
    """Whatever autograd raises on purpose. `except AutogradError` catches all of it."""


class DomainError(AutogradError, ValueError):
    """An operation was asked for a value, or a derivative, that it does not have: log(-1), acosh(0.5), (-2)**0.5."""


class DivisionError(AutogradError, ZeroDivisionError):
    """A division by zero, or zero to a negative power."""


class RangeError(AutogradError, OverflowError):
    """A result too large for a float, where Python's own arithmetic raises too: exp(1000)."""


class OperandError(AutogradError, TypeError):
    """Something that is no real number and no Value was given where one was needed: a string, None, a complex number."""


class InputError(AutogradError, ValueError):
    """An argument of the right kind with a content that does not fit: lengths that differ, an empty list, an unknown option."""


class ReadOnlyError(AutogradError, AttributeError):
    """An attempt to change what a graph has recorded, such as the data of a node that was computed."""


class FormulaError(AutogradError, ValueError):
    """A formula given as text that cannot be read, or that names something unknown."""


class MissingExtraError(AutogradError, ImportError):
    """A package that an optional part needs is not installed; the message names the extra that brings it."""


class GradientError(AutogradError, AssertionError):
    """A gradient that was to be right is not; the message is the report."""


class RenderError(AutogradError, RuntimeError):
    """A picture could not be made: no `dot`, or it failed, or it took too long."""
