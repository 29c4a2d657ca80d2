"""Where randomness comes from: a generator that was passed in, a seed for one, or fresh entropy; never the global generator."""

from __future__ import annotations

import operator
import random

from .arithmetic import described
from .errors import OperandError

Random = random.Random | int | None


def generator(rng: Random) -> random.Random:
    """rng itself if it is a `random.Random`; one seeded with it if it is a whole number; a fresh one for None.

    >>> generator(7).random() == generator(7).random()
    True
    """
    if isinstance(rng, random.Random):
        return rng
    try:
        return random.Random(None if rng is None else operator.index(rng))
    except TypeError:
        raise OperandError(f"rng is a random.Random, or a whole number as a seed for one, not {described(rng)}") from None
