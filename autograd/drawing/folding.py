"""Which boxes a large graph gets: rooms from the scopes of its nodes, closed rooms as one box, far nodes left out."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine import Value
from ..errors import InputError
from ..labels import is_constant
from ..scopes import Scope
from .scene import Plan, Room

OPEN = 60                                                            # boxes up to which every room stands open
HALF_OPEN = 400                                                      # boxes up to which only the innermost rooms are closed
UNFRAMED = 120                                                       # boxes up to which a graph without rooms is drawn in full
TANGLED = 80                                                         # arrows between closed rooms that nobody can follow
KEPT = 60                                                            # nodes that are drawn of a large graph without rooms
MOST = 5000                                                          # boxes in a picture


def plan_of(order: Sequence[Value], depth: int | None) -> Plan:
    """What to draw. `depth` says how many levels of rooms stand open; None lets the size of the graph decide.

    Raises InputError if that is too much for one picture.
    """
    rooms = _rooms(order)
    if not rooms and depth is None and len(order) > MOST:
        return _last(Plan(list(order), rooms))
    deepest = max([len(room) for room in rooms.values()], default=0)
    plan = _closed(order, rooms, deepest if depth is None else depth)
    count, shared = _boxes(plan), _rooms(order, {})
    is_repeated = len(set(shared.values())) < len(set(rooms.values()))
    if depth is None and count > (OPEN // 2 if is_repeated else OPEN):
        if deepest:
            plan = _closed_as_one(order, rooms, shared, max(deepest - 1, 0))
            if count > HALF_OPEN or len(_arrows(plan)) > TANGLED:
                plan = _closed_as_one(order, rooms, shared, 0)
        if _boxes(plan) > (HALF_OPEN if deepest else UNFRAMED):
            plan = _last(plan)
    if _boxes(plan) > MOST:
        raise InputError(f"the picture would have {_boxes(plan):,} boxes, more than {MOST:,}: leave out depth=, or draw a part "
                         "of the graph (any inner node will do as its output)")
    return plan


def _box(plan: Plan, v: Value) -> Room | int:
    """The box in which a node is: its group, or its own."""
    return plan.groups.get(id(v), id(v))


def _arrows(plan: Plan) -> set[tuple[Room | int, Room | int]]:
    """The arrows between boxes."""
    return {(_box(plan, x), _box(plan, v)) for v in plan.order for x in v.parents
            if not is_constant(x) and _box(plan, x) != _box(plan, v)}


def _boxes(plan: Plan) -> int:
    single = [v for v in plan.order if id(v) not in plan.groups and not is_constant(v)]
    return len(single) + len(set(plan.groups.values()))


def _rooms(order: Sequence[Value], one: dict[tuple[Room, str], Room] | None = None) -> dict[int, Room]:
    """The room of each node; a leaf that is named after the room of all that use it is in that room, too. With `one`, rooms of
    the same name are one, as of a layer that is called for each sample of a batch."""
    rooms: dict[int, Room] = {}
    known: dict[Scope, Room] = {}
    users: dict[int, set[Room]] = {}
    for v in order:
        if v.scope is not None:
            rooms[id(v)] = _path(v.scope, known, one)
            for x in v.parents:
                if x.op is None:
                    users.setdefault(id(x), set()).add(rooms[id(v)])
    for v in order if users else ():
        if v.op is None and v.name and len(users.get(id(v), ())) == 1:
            [room] = users[id(v)]
            if room and v.name.startswith(f"{room[-1]}.") and id(v) not in rooms:
                rooms[id(v)] = room
    return rooms


def _path(scope: Scope, known: dict[Scope, Room], one: dict[tuple[Room, str], Room] | None) -> Room:
    """The scopes around a node that have a name, from the outside in."""
    if scope not in known:
        outer = scope.outer
        above = _path(outer, known, one) if outer is not None else ()
        room = (*above, scope)
        known[scope] = above if not scope.name else room if one is None else one.setdefault((above, scope.name), room)
    return known[scope]


def _closed(order: Sequence[Value], rooms: dict[int, Room], depth: int) -> Plan:
    """Rooms deeper than so many levels are closed."""
    groups = {i: room[:depth + 1] for i, room in rooms.items() if len(room) > depth}
    return Plan(list(order), rooms, groups)


def _closed_as_one(order: Sequence[Value], rooms: dict[int, Room], shared: dict[int, Room], depth: int) -> Plan:
    """Closed rooms of one name as one; or each call's own, if what is then one box would depend on itself, as a cell does that is
    called on its own output."""
    plan = _closed(order, shared, depth)
    return _closed(order, rooms, depth) if _depends_on_itself(plan) else plan


def _depends_on_itself(plan: Plan) -> bool:
    """Whether a path leads from a group out and back into it."""
    into: dict[Room | int, int] = dict.fromkeys([_box(plan, v) for v in plan.order], 0)
    out: dict[Room | int, list[Room | int]] = {}
    for source, target in _arrows(plan):
        into[target] += 1
        out.setdefault(source, []).append(target)
    free = [box for box, count in into.items() if count == 0]
    for box in free:                                                 # grows while it is read
        for target in out.get(box, ()):
            into[target] -= 1
            if into[target] == 0:
                free.append(target)
    return len(free) < len(into)


def _last(plan: Plan) -> Plan:
    """The nodes nearest the output, breadth first, the rest left out."""
    kept: dict[int, Value] = {}
    waiting = [plan.order[-1]]
    for v in waiting:                                                # grows while it is read
        if id(v) in kept or len(kept) >= KEPT:
            continue
        kept[id(v)] = v
        waiting.extend(v.parents)
    order = [v for v in plan.order if id(v) in kept]
    return Plan(order, plan.rooms, {}, len(plan.order) - len(order))
