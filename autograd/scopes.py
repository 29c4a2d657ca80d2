"""Where a node was made. A scope is one call of a module, perhaps inside another; pictures can group their nodes by it.

A node carries a pair: the name of its scope and the enclosing pair. Every call makes a new pair: cheap to make, copy and pickle.
"""

from __future__ import annotations

import threading
from typing import Any

from .errors import OperandError
from .inputs import described

Place = tuple[str, Any]                                              # a scope's name, and the enclosing place or None

here: list[Place | None] = [None]                                    # here[0] is where nodes are made now; the engine reads it
recorder: list[Any] = [None, 0]                                      # what refuses truth values while a thread records; its id


class Scope:
    """Whatever is computed inside `with Scope("encoder"):` belongs to it. A module enters a scope in every call.

    `v.scope` is the innermost scope in which the node v was made, or None. As text it is the path from the outside in. Two calls
    of one module are two scopes, and so are two entries into one Scope. Nothing but pictures depends on scopes: if several
    threads make nodes at the same time, a node may carry the scope of another thread, or none.

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
        self._entered: list[Place] = []                              # and not yet left

    @classmethod
    def at(cls, place: Place) -> Scope:
        """The scope whose pair a node carries."""
        scope = cls(place[0])
        scope._place = place
        return scope

    @property
    def name(self) -> str:
        """Its own name; empty for a module that is part of no other."""
        return self._place[0]

    @property
    def outer(self) -> Scope | None:
        """The enclosing scope, or None."""
        return None if self._place[1] is None else Scope.at(self._place[1])

    def __enter__(self) -> Scope:
        self._place = place_of(self.name)
        enter(self._place)
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
    """The places that this thread has entered and not yet left, the innermost last."""

    def __init__(self) -> None:
        self.entered: list[Place] = []


_thread = _Thread()


def place_of(name: str) -> Place:
    """A new place of this name within the current one. `enter` it, and `leave` it whatever happens in between."""
    return (name, current())


def enter(place: Place) -> None:
    """Make nodes in a scope from here on."""
    _thread.entered.append(place)
    here[0] = place


def leave(place: Place, inner: bool = False) -> None:
    """Return to the enclosing scope; with `inner` leave what was entered within this one, too. If scopes overlap, as in suspended
    generators, the one entered last counts."""
    entered = _thread.entered
    if entered and entered[-1] is place:
        entered.pop()
    else:
        end = [k for k, other in enumerate(entered) if other is place] if inner else []
        entered[:] = [other for other in entered[:end[0] if end else len(entered)] if other is not place]
    here[0] = entered[-1] if entered else None


def is_recording() -> bool:
    """Whether this thread is recording a function to compile."""
    return recorder[0] is not None and recorder[1] == threading.get_ident()


class SourceLine(str):
    """The name of a place that is a line of the source, as nodes carry it while a function is recorded."""

    file: str
    number: int

    def __new__(cls, file: str, number: int) -> SourceLine:
        """An empty name, with the line."""
        made = super().__new__(cls, "")
        made.file, made.number = file, number
        return made

    def __reduce__(self) -> Any:
        return SourceLine, (self.file, self.number)


def at_line(file: str, number: int) -> None:
    """Make nodes on this line of the source from here on; the line before it counts no more."""
    entered = _thread.entered
    if entered and isinstance(entered[-1][0], SourceLine):
        entered.pop()
    here[0] = place = (SourceLine(file, number), current())
    if not entered:
        entered.append(place)


def off_line() -> None:
    """No line counts any more."""
    _thread.entered[:] = [place for place in _thread.entered if not isinstance(place[0], SourceLine)]
    here[0] = current()


def current() -> Place | None:
    """The place that this thread entered last and has not yet left, or None. A module may set `here[0] = (name, place)` again
    and again, and finally `here[0] = place`: this is cheaper than entering and leaving a scope for each of many neurons."""
    return _thread.entered[-1] if _thread.entered else None
