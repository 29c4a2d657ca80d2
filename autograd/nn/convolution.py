"""Layers for images: convolution and pooling. An image is a list of channels, each a list of rows of numbers or Values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import functions as F
from ..engine import Value
from ..errors import InputError
from ..inputs import Random, generator, whole
from ..trees import as_lists, flatten, number
from .initialisers import Initialiser, he, initialiser
from .module import Module

__all__ = ["AvgPool2d", "Conv2d", "Flatten", "MaxPool2d"]


class _Window(Module):
    """What slides a square window over an image: channels of rows of numbers."""

    sample_rank = 3

    def __init__(self, kernel_size: int, stride: int | None, padding: int = 0) -> None:
        self.kernel_size = whole("kernel_size", kernel_size)
        self.stride = whole("stride", self.kernel_size if stride is None else stride)
        self.padding = whole("padding", padding, least=0)

    def output_size(self, size: int) -> int:
        """How many windows fit along `size` pixels: (size - kernel_size + 2 padding)/stride + 1, rounded down.

        Raises InputError if none does.
        """
        room = size + 2 * self.padding - self.kernel_size
        if room < 0:
            raise InputError(f"a window of {self.kernel_size} does not fit on {size} pixels with a padding of {self.padding}")
        return room // self.stride + 1

    def _channels(self, image: Any) -> list[list[list[Any]]]:
        """The image as lists, with zeros around it."""
        channels: list[list[list[Any]]] = as_lists(image)
        if not _nests(channels, 3):
            raise InputError("an image is a list of channels, each a list of rows of one length: [[[0.0, 1.0], [2.0, 3.0]]] has "
                             "one channel of 2 x 2")
        p, width = self.padding, len(channels[0][0]) + 2 * self.padding
        beside = [0.0] * p
        return [[[0.0] * width for _ in range(p)] + [beside + row + beside for row in rows] + [[0.0] * width for _ in range(p)]
                for rows in channels]

    def _corners(self, rows: list[list[Any]]) -> Iterator[list[tuple[int, int]]]:
        """The upper left corner of each window over padded rows, row by row."""
        across = self.output_size(len(rows[0]) - 2 * self.padding)
        for i in range(self.output_size(len(rows) - 2 * self.padding)):
            yield [(i * self.stride, j * self.stride) for j in range(across)]

    def _window(self, rows: list[list[Any]], corner: tuple[int, int]) -> list[Any]:
        i, j = corner
        return [x for row in rows[i:i + self.kernel_size] for x in row[j:j + self.kernel_size]]


class Conv2d(_Window):
    """Filters that slide over an image of n_in channels: each of the n_out gives a channel of w · window + b.

    An image is a list of channels, each a list of rows; a side of W pixels becomes (W - kernel_size + 2 padding)/stride + 1.
    As everywhere in machine learning this is cross-correlation: the filter is not flipped.

    Args:
        padding: how many zeros surround the image. init, rng: as of a `Neuron`; "he" if init is None.

    Attributes:
        w: the filters: the weight at row i, column j of channel c in filter k is `w[k][c][i][j]`. b: their biases.

    >>> conv = Conv2d(3, 2, 3, rng=0)
    >>> len(conv.parameters()), conv.output_size(5)
    (56, 3)
    >>> conv.parameters()[0].name
    'w[0][0][0][0]'
    """

    def __init__(self, n_in: int, n_out: int, kernel_size: int, stride: int = 1, padding: int = 0, *,
                 init: str | Initialiser | None = None, rng: Random = None) -> None:
        super().__init__(kernel_size, stride, padding)
        self.n_in, n_out = whole("n_in", n_in), whole("n_out", n_out)
        draw, source, side = initialiser(init, he), generator(rng), range(self.kernel_size)
        area = self.kernel_size ** 2
        self.w = [[[[Value(draw(n_in * area, n_out * area, source)) for _ in side] for _ in side] for _ in range(n_in)]
                  for _ in range(n_out)]
        self.b = [Value(0.0) for _ in range(n_out)]

    def forward(self, image: Any) -> list[list[list[Any]]]:
        """The channels that the filters make of the image."""
        channels = self._channels(image)
        if len(channels) != self.n_in:
            raise InputError(f"a convolution of {self.n_in} channels takes as many, not {len(channels)}")
        rows_of_windows = [[[x for rows in channels for x in self._window(rows, corner)] for corner in corners]
                           for corners in self._corners(channels[0])]
        weights = [flatten(w)[0] for w in self.w]
        return [[[F.dot(w, window) + b for window in windows] for windows in rows_of_windows] for w, b in zip(weights, self.b)]

    def describe(self) -> str:
        """Its sizes."""
        more = [f", {what} {n}" for what, n, usual in (("stride", self.stride, 1), ("padding", self.padding, 0)) if n != usual]
        return f"{self.n_in} -> {len(self.w)}, {self.kernel_size} x {self.kernel_size}{''.join(more)}"


class _Pool(_Window):
    """What makes one number of each window, channel by channel."""

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        super().__init__(kernel_size, stride)

    def forward(self, image: Any) -> list[list[list[Any]]]:
        """The pooled channels."""
        return [[[self.pooled(self._window(rows, corner)) for corner in corners] for corners in self._corners(rows)]
                for rows in self._channels(image)]

    def pooled(self, window: list[Any]) -> Any:
        """The number of one window."""
        raise NotImplementedError

    def describe(self) -> str:
        """Its sizes."""
        return f"{self.kernel_size} x {self.kernel_size}{'' if self.stride == self.kernel_size else f', stride {self.stride}'}"


class MaxPool2d(_Pool):
    """The largest of each window, channel by channel; of several equal ones the first gets the gradient, as in PyTorch.

    Args:
        stride: from window to window; kernel_size if None.

    >>> MaxPool2d(2)([[[1.0, 2.0, 0.0, 0.0], [4.0, 3.0, 0.0, 5.0]]])
    [[[4.0, 5.0]]]
    """

    def pooled(self, window: list[Any]) -> Any:
        """The first of the largest, or of what is not a number; the choice is recorded, so that a replay chooses again."""
        largest = window[0]
        for x in window[1:]:
            if number(largest) != number(largest):                   # nan
                return largest
            largest = F.where(x <= largest, largest, x)
        return largest


class AvgPool2d(_Pool):
    """The mean of each window, channel by channel. Its arguments are those of `MaxPool2d`.

    >>> AvgPool2d(2)([[[1.0, 2.0], [4.0, 3.0]]])
    [[[2.5]]]
    """

    def pooled(self, window: list[Any]) -> Any:
        """The mean."""
        return F.mean(window)


class Flatten(Module):
    """The numbers of an image as one row, for the layers after it.

    >>> Flatten()([[[1.0, 2.0]], [[3.0, 4.0]]])
    [1.0, 2.0, 3.0, 4.0]
    """

    sample_rank = 3

    def forward(self, image: Any) -> list[Any]:
        """Channel by channel, row by row."""
        return flatten(image)[0]


def answers_with_images(layer: Any) -> bool:
    """Whether what a layer answers is an image."""
    return isinstance(layer, _Window)


def _nests(x: Any, depth: int) -> bool:
    """Whether x is lists in lists, so deep, none empty, and each level of one length."""
    if depth == 0:
        return not isinstance(x, list)
    return isinstance(x, list) and len(x) > 0 and all([_nests(item, depth - 1) for item in x]) and (
        depth == 1 or len({len(item) for item in x}) == 1)
