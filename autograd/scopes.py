"""Where a node was made: a `Scope` is one call of a module, within another perhaps, so that a picture can group its nodes."""

from __future__ import annotations

import threading
from typing import Any, Optional, Set

from .engine import set_scope


class Scope:
    """What is computed within `with Scope("encoder"):` belongs to it. A module enters one in every call.

    `v.scope` is the innermost scope in which the node v was made, or None; its text is the path, from the outside in. Nodes that
    several threads make in scopes at the same time belong to none.

    >>> from autograd import Value
    >>> with Scope("encoder"), Scope("layer1"):
    ...     y = Value(2.0) * 3.0
    >>> str(y.scope), y.scope.outer.name
    ('encoder.layer1', 'encoder')

    Attributes:
        name: its own name; empty for a module that no other holds. outer: the scope around it, or None.
    """

    __slots__ = ("name", "outer")

    def __init__(self, name: str, outer: Optional[Scope] = None) -> None:
        self.name = name
        self.outer = outer

    def __enter__(self) -> Scope:
        self.outer = _here.innermost
        _here.innermost = self
        if self.outer is None:
            _inside.add(threading.get_ident())
        set_scope(self if len(_inside) == 1 else None)
        return self

    def __exit__(self, *error: Any) -> None:
        _here.innermost = self.outer
        if self.outer is None:
            _inside.discard(threading.get_ident())
        set_scope(self.outer if len(_inside) == 1 else None)

    def __deepcopy__(self, memo: Any) -> Scope:                      # a copied graph was made where the graph was
        return self

    def __str__(self) -> str:
        names = [self.name]
        outer = self.outer
        while outer is not None:
            names.append(outer.name)
            outer = outer.outer
        return ".".join([name for name in reversed(names) if name])

    def __repr__(self) -> str:
        return f"Scope({str(self)!r})"


class _Here(threading.local):
    innermost: Optional[Scope] = None                                # of this thread


_here = _Here()
_inside: Set[int] = set()                                            # the threads that are in a scope now
