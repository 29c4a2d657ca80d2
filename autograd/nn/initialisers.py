"""Initial weights, drawn from a generator that the caller passes in."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from ..errors import InputError, OperandError
from ..inputs import described
from ..text import did_you_mean

__all__ = ["he", "normal", "uniform", "xavier"]

Initialiser = Callable[[int, int, random.Random], float]             # of n_in, n_out and the generator


def uniform(n_in: int, n_out: int, rng: random.Random) -> float:
    """A weight from -1 to 1, as in micrograd, whatever the numbers of inputs and outputs.

    >>> -1.0 <= uniform(4, 8, random.Random(0)) <= 1.0
    True
    """
    return rng.uniform(-1.0, 1.0)


def normal(n_in: int, n_out: int, rng: random.Random) -> float:
    """A weight from the normal distribution with standard deviation 1, whatever the numbers of inputs and outputs.

    >>> normal(4, 8, random.Random(0)) == random.Random(0).gauss(0.0, 1.0)
    True
    """
    return rng.gauss(0.0, 1.0)


def xavier(n_in: int, n_out: int, rng: random.Random) -> float:
    """A weight within ±sqrt(6/(n_in + n_out)), which preserves the variance of values and gradients through tanh layers
    (Glorot & Bengio 2010, equation 16).

    >>> abs(xavier(2, 4, random.Random(0))) <= 1.0
    True
    """
    bound = math.sqrt(6.0 / (n_in + n_out))
    return rng.uniform(-bound, bound)


def he(n_in: int, n_out: int, rng: random.Random) -> float:
    """A weight from the normal distribution with variance 2/n_in, because relu lets through half of the values (He et al.
    2015, equation 10).

    >>> he(8, 1, random.Random(0)) == random.Random(0).gauss(0.0, 0.5)
    True
    """
    return rng.gauss(0.0, math.sqrt(2.0 / n_in))


INITIALISERS: dict[str, Initialiser] = {"uniform": uniform, "normal": normal, "xavier": xavier, "glorot": xavier, "he": he,
                                        "kaiming": he}


def initialiser(init: str | Initialiser | None, suited: Initialiser) -> Initialiser:
    """Resolve `init`, a name or a function; None means the one that suits the activation."""
    if init is None:
        return suited
    if isinstance(init, str):
        if init not in INITIALISERS:
            raise InputError(f"unknown initialiser {init!r}{did_you_mean(init, INITIALISERS) or '.'} Choose from "
                             f"{', '.join(INITIALISERS)}, or pass a function of n_in, n_out and a random.Random")
        return INITIALISERS[init]
    if not callable(init):
        raise OperandError(f"init must be a name or a function of n_in, n_out and a random.Random, got {described(init)}")
    return init
