"""Batch normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import functions as F
from ..engine import Value
from ..errors import InputError
from ..inputs import finite, is_real, whole
from ..text import counted
from ..trees import depth, is_sequence, number
from .module import Module, row_of

__all__ = ["BatchNorm1d"]

IN_TRAINING = ("batch normalisation in training takes a batch of at least two rows: call model(batch), or model.eval() to use "
               "single rows")


class BatchNorm1d(Module):
    """Batch normalisation of rows of n numbers (Ioffe & Szegedy 2015): gamma (x - mean)/sqrt(variance + eps) + beta, for each of
    the n separately.

    In training, mean and variance are those of the batch, and gradient flows through them. Running averages of both are kept, as
    in PyTorch. After `eval()` they are used instead, and a single row will do.

    Args:
        eps: added to the variance. momentum: the weight of each new batch in the running averages.

    Raises InputError in training for a batch of fewer than two rows.

    >>> norm = BatchNorm1d(1)
    >>> [round(row[0].data, 3) for row in norm([[1.0], [3.0]])]
    [-1.0, 1.0]
    >>> norm.running_mean
    [0.2]
    """

    buffers = ("running_mean", "running_variance")
    batch_only = True
    sample_rank = 1

    def __init__(self, n: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        n = whole("n", n)
        self.eps, self.momentum = finite("eps", eps, above=0.0), finite("momentum", momentum, least=0.0, most=1.0)
        self.gamma = [Value(1.0) for _ in range(n)]
        self.beta = [Value(0.0) for _ in range(n)]
        self.running_mean = [0.0] * n
        self.running_variance = [1.0] * n

    def forward(self, x: Any) -> Any:
        """The normalised batch; after `eval()`, one row normalised by the running averages. A bare number is a row of one."""
        if not self.training:
            return self._each([x], self.running_mean, self.running_variance)[0]
        if not is_sequence(x) or len(x) < 2 or (len(self.gamma) > 1 and depth(x) < 2):
            raise InputError(IN_TRAINING)
        columns = list(zip(*[self._sized(row) for row in x]))
        means = [F.mean(column) for column in columns]
        variances = [F.mean([F.square(z - mean) for z in column]) for column, mean in zip(columns, means)]
        batch = self._each(x, means, variances)
        keep, unbiased = 1.0 - self.momentum, len(x) / (len(x) - 1.0)
        new = self.momentum
        self.running_mean = [keep * old + new * number(m) for old, m in zip(self.running_mean, means)]
        self.running_variance = [keep * old + new * unbiased * number(v) for old, v in zip(self.running_variance, variances)]
        return batch

    def _each(self, rows: Any, means: Sequence[Any], variances: Sequence[Any]) -> list[Any]:
        scales = [gamma / F.sqrt(variance + self.eps) for gamma, variance in zip(self.gamma, variances)]
        normalised = [[(z - mean) * scale + beta for z, mean, scale, beta in zip(self._sized(row), means, scales, self.beta)]
                      for row in rows]
        return [new[0] if isinstance(row, Value) or is_real(row) else new for row, new in zip(rows, normalised)]

    def _sized(self, x: Any) -> list[Any]:
        row = row_of(x)
        if len(row) != len(self.gamma):
            raise InputError(f"BatchNorm1d takes rows of {counted(len(self.gamma), 'number')}, got {len(row)}")
        return row

    def describe(self) -> str:
        """The length of a row."""
        return str(len(self.gamma))
