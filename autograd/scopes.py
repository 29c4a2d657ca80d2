"""Where a node was made: a scope is one call of a module, within another perhaps, so that a picture can group its nodes.

What a node carries is a pair, its scope's name and the pair around it, made anew in every call: cheap to make, copy and pickle.
"""

from __future__ import annotations

import threading
from typing import Any

from .errors import OperandError
from .inputs import described

Place = tuple[str, Any]                                              # a scope's name, and the place around it or None

here: list[Place | None] = [None]                                    # where nodes are made now: here[0], which the engine reads


class Scope:
    """What is computed within `with Scope("encoder"):` belongs to it. A module enters one in every call.

    `v.scope` is the innermost scope in which the node v was made, or None; its text is the path, from the outside in. Two calls
    of one module are two scopes, and so are two entries into one Scope. They are for pictures, and nothing else depends on them:
    where several threads make nodes at the same time, one may carry the scope of another thread, or none.

    >>> from autograd import Value
    >>> with Scope("encoder"), Scope("layer1"):
    ...     y = Value(2.0) * 3.0
    >>> str(y.scope), y.scope.outer.name
    ('encoder.layer1', 'encoder')
    """

    __slots__ = ("_entered", "_place")

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise OperandError(f"the name of a Scope must be a string, got {described(name)}")
        self._place: Place = (name, None)
        self._entered: list[Place] = []                              # and not left yet

    @classmethod
    def at(cls, place: Place) -> Scope:
        """The scope of which a node carries the pair."""
        scope = cls(place[0])
        scope._place = place
        return scope

    @property
    def name(self) -> str:
        """Its own name; empty for a module that no other holds."""
        return self._place[0]

    @property
    def outer(self) -> Scope | None:
        """The scope around it, or None."""
        return None if self._place[1] is None else Scope.at(self._place[1])

    def __enter__(self) -> Scope:
        self._place = enter(self.name)
        self._entered.append(self._place)
        return self

    def __exit__(self, *error: Any) -> None:
        leave(self._entered.pop())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scope) and self._place is other._place

    def __hash__(self) -> int:
        return id(self._place)

    def __str__(self) -> str:
        names: list[str] = []
        place: Place | None = self._place
        while place is not None:
            names.append(place[0])
            place = place[1]
        return ".".join([name for name in reversed(names) if name])

    def __repr__(self) -> str:
        return f"Scope({str(self)!r})"


class _Thread(threading.local):
    """The places that this thread has entered and not left, the innermost last."""

    def __init__(self) -> None:
        self.entered: list[Place] = []


_thread = _Thread()


def enter(name: str) -> Place:
    """From here on nodes belong to a new scope of this name. Returns its place: pass it to `leave`."""
    entered = _thread.entered
    place = (name, entered[-1] if entered else None)
    entered.append(place)
    here[0] = place
    return place


def leave(place: Place) -> None:
    """Back to what was around. Of scopes that overlap, as in generators that wait, the one that was entered last holds."""
    entered = _thread.entered
    if entered and entered[-1] is place:
        entered.pop()
    else:
        entered[:] = [other for other in entered if other is not place]
    here[0] = entered[-1] if entered else None


def current() -> Place | None:
    """The place that this thread entered last and has not left, or None. Within a module `here[0] = (name, place)` may be set
    again and again, and at last `here[0] = place`: cheaper than to enter and leave a scope for each of many neurons."""
    return _thread.entered[-1] if _thread.entered else None
