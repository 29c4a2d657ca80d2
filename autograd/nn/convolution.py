"""Layers for images: convolution and pooling. An image is a list of channels, each a list of rows of numbers or Values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import functions as F
from ..engine import Value
from ..errors import InputError
from ..inputs import Random, generator, whole
from ..scopes import is_recording
from ..text import counted
from ..trees import as_lists, flatten, number
from .initialisers import Initialiser, he, initialiser
from .module import Module

__all__ = ["AvgPool2d", "Conv2d", "Flatten", "MaxPool2d"]


class _Window(Module):
    """A layer that slides a square window over an image."""

    sample_rank = 3

    def __init__(self, kernel_size: int, stride: int | None, padding: int = 0) -> None:
        self.kernel_size = whole("kernel_size", kernel_size)
        self.stride = whole("stride", self.kernel_size if stride is None else stride)
        self.padding = whole("padding", padding, least=0)

    def output_size(self, size: int) -> int:
        """How many windows fit along `size` pixels: (size - kernel_size + 2 padding)/stride + 1, rounded down.

        Raises InputError if none fits.
        """
        room = size + 2 * self.padding - self.kernel_size
        if room < 0:
            raise InputError(f"a window of {self.kernel_size} does not fit on {size} pixels with a padding of {self.padding}: "
                             "choose a smaller kernel_size or more padding")
        return room // self.stride + 1

    def _channels(self, image: Any) -> list[list[list[Any]]]:
        """The image as lists, padded with zeros."""
        channels: list[list[list[Any]]] = as_lists(image)
        if not _nests(channels, 3):
            raise InputError("an image must be a list of channels, each a list of rows of equal length: "
                             "[[[0.0, 1.0], [2.0, 3.0]]] has one channel of 2 x 2")
        p, width = self.padding, len(channels[0][0]) + 2 * self.padding
        beside = [0.0] * p
        return [[[0.0] * width for _ in range(p)] + [beside + row + beside for row in rows] + [[0.0] * width for _ in range(p)]
                for rows in channels]

    def _corners(self, rows: list[list[Any]]) -> Iterator[list[tuple[int, int]]]:
        """The top left corners of the windows over padded rows, row by row."""
        across = self.output_size(len(rows[0]) - 2 * self.padding)
        for i in range(self.output_size(len(rows) - 2 * self.padding)):
            yield [(i * self.stride, j * self.stride) for j in range(across)]

    def _window(self, rows: list[list[Any]], corner: tuple[int, int]) -> list[Any]:
        i, j = corner
        return [x for row in rows[i:i + self.kernel_size] for x in row[j:j + self.kernel_size]]


class Conv2d(_Window):
    """Slides n_out filters over an image of n_in channels. Each filter gives one channel of w · window + b.

    An image is a list of channels, each a list of rows. A side of W pixels becomes (W - kernel_size + 2 padding)/stride + 1.
    As usual in machine learning this is cross-correlation: the filters are not flipped.

    Args:
        padding: how many zeros to add on each side of the image. init, rng: as for `Neuron`; init is "he" by default.

    Attributes:
        w: the filters; `w[k][c][i][j]` is the weight at row i, column j of channel c in filter k. b: their biases.

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
        """The output channels, one for each filter."""
        channels = self._channels(image)
        if len(channels) != self.n_in:
            raise InputError(f"Conv2d takes an image of {counted(self.n_in, 'channel')}, got {len(channels)}")
        rows_of_windows = [[[x for rows in channels for x in self._window(rows, corner)] for corner in corners]
                           for corners in self._corners(channels[0])]
        weights = [flatten(w)[0] for w in self.w]
        return [[[F.dot(w, window) + b for window in windows] for windows in rows_of_windows] for w, b in zip(weights, self.b)]

    def describe(self) -> str:
        """The sizes, with stride and padding where they are unusual."""
        more = [f", {what} {n}" for what, n, usual in (("stride", self.stride, 1), ("padding", self.padding, 0)) if n != usual]
        return f"{self.n_in} -> {len(self.w)}, {self.kernel_size} x {self.kernel_size}{''.join(more)}"


class _Pool(_Window):
    """A layer that reduces every window to one number, channel by channel."""

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        super().__init__(kernel_size, stride)

    def forward(self, image: Any) -> list[list[list[Any]]]:
        """The pooled channels."""
        return [[[self.pooled(self._window(rows, corner)) for corner in corners] for corners in self._corners(rows)]
                for rows in self._channels(image)]

    def pooled(self, window: list[Any]) -> Any:
        """The number that a window is reduced to."""
        raise NotImplementedError

    def describe(self) -> str:
        """The size of the window, with the stride where it differs."""
        return f"{self.kernel_size} x {self.kernel_size}{'' if self.stride == self.kernel_size else f', stride {self.stride}'}"


class MaxPool2d(_Pool):
    """The largest number of every window, channel by channel. In a tie the first gets the gradient, as in PyTorch.

    Args:
        stride: the step from window to window; kernel_size by default.

    >>> MaxPool2d(2)([[[1.0, 2.0, 0.0, 0.0], [4.0, 3.0, 0.0, 5.0]]])
    [[[4.0, 5.0]]]
    """

    def pooled(self, window: list[Any]) -> Any:
        """The first of the largest numbers, or the first NaN. The graph records the choice, so that a replay chooses again."""
        largest = window[0]
        for x in window[1:]:
            if not is_recording() and number(largest) != number(largest):  # nan
                return largest
            chosen = F.where(x <= largest, largest, x)
            largest = F.where(F.equal(largest, largest), chosen, largest) if is_recording() else chosen
        return largest


class AvgPool2d(_Pool):
    """The mean of every window, channel by channel. The arguments are those of `MaxPool2d`.

    >>> AvgPool2d(2)([[[1.0, 2.0], [4.0, 3.0]]])
    [[[2.5]]]
    """

    def pooled(self, window: list[Any]) -> Any:
        """The mean of the window."""
        return F.mean(window)


class Flatten(Module):
    """Turns an image into one row of numbers, for the layers that follow.

    >>> Flatten()([[[1.0, 2.0]], [[3.0, 4.0]]])
    [1.0, 2.0, 3.0, 4.0]
    """

    sample_rank = 3

    def forward(self, image: Any) -> list[Any]:
        """The numbers, channel by channel and row by row."""
        return flatten(image)[0]


def returns_images(layer: Any) -> bool:
    """Whether a layer returns images."""
    return isinstance(layer, _Window)


def _nests(x: Any, depth: int) -> bool:
    """Whether x is lists nested to this depth, none of them empty, where all lists inside one list have the same length."""
    if depth == 0:
        return not isinstance(x, list)
    return isinstance(x, list) and len(x) > 0 and all([_nests(item, depth - 1) for item in x]) and (
        depth == 1 or len({len(item) for item in x}) == 1)
