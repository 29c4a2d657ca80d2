"""Where a node was made: a scope is one call of a module, within another perhaps, so that a picture can group its nodes.

What a node carries is a pair, its scope's name and the pair around it, made anew in every call: cheap to make, copy and pickle.
"""

from __future__ import annotations

import threading
from typing import Any, List, Optional, Set

from .engine import Place, set_scope


class Scope:
    """What is computed within `with Scope("encoder"):` belongs to it. A module enters one in every call.

    `v.scope` is the innermost scope in which the node v was made, or None; its text is the path, from the outside in. Two calls
    of one module are two scopes. Nodes that several threads make in scopes at the same time belong to none.

    >>> from autograd import Value
    >>> with Scope("encoder"), Scope("layer1"):
    ...     y = Value(2.0) * 3.0
    >>> str(y.scope), y.scope.outer.name
    ('encoder.layer1', 'encoder')
    """

    __slots__ = ("_place",)

    def __init__(self, name: str) -> None:
        self._place: Place = (name, None)

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
    def outer(self) -> Optional[Scope]:
        """The scope around it, or None."""
        return None if self._place[1] is None else Scope.at(self._place[1])

    def __enter__(self) -> Scope:
        enter(self.name)
        self._place = _here.innermost  # type: ignore[assignment]
        return self

    def __exit__(self, *error: Any) -> None:
        leave(self._place[1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scope) and self._place is other._place

    def __hash__(self) -> int:
        return id(self._place)

    def __str__(self) -> str:
        names: List[str] = []
        place: Optional[Place] = self._place
        while place is not None:
            names.append(place[0])
            place = place[1]
        return ".".join([name for name in reversed(names) if name])

    def __repr__(self) -> str:
        return f"Scope({str(self)!r})"


class _Here(threading.local):
    innermost: Optional[Place] = None                                # of this thread


_here = _Here()
_inside: Set[int] = set()                                            # the threads that are in a scope now


def enter(name: str) -> Optional[Place]:
    """From here on nodes belong to a new scope of this name; answers the place around it, which `leave` wants back."""
    outer = _here.innermost
    place = _here.innermost = (name, outer)
    if outer is None:
        _inside.add(threading.get_ident())
    set_scope(place if len(_inside) == 1 else None)
    return outer


def leave(outer: Optional[Place]) -> None:
    """Back to the place around."""
    _here.innermost = outer
    if outer is None:
        _inside.discard(threading.get_ident())
    set_scope(outer if len(_inside) == 1 else None)


def here() -> Optional[Place]:
    """The place where nodes are made now, or None. Within it, until its module returns, `set_scope((name, place))` may be called
    again and again: cheaper than to enter and leave a scope for each of many neurons."""
    return _here.innermost if len(_inside) == 1 else None
