"""What differs between the compiled engine and the plain one."""

from __future__ import annotations

from typing import Any

import pytest

import autograd
from autograd import Value


def refuses_grad(p: Value, grad: Any) -> bool:
    """Sets the gradient of a leaf to what is no float. A compiled node refuses that at once, and keeps what it had."""
    if not autograd.compiled:
        p.grad = grad
        return False
    before = p.grad
    with pytest.raises((TypeError, OverflowError)):
        p.grad = grad
    assert p.grad == before
    return True
