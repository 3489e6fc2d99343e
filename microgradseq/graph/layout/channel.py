"""Routing between two columns: each source gets an upright track of its own where it needs one."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Start = tuple[int, int]
Connection = tuple[Start, int]
Bend = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Channel:
    """The space between two columns, with its upright tracks.

    Arguments:
        tracks: how many tracks there are; they are numbered from 0 at the left.
        detours: for the few starts that need one, the track and the row they go to first.
        last_track: for each start, the track from which its edges go right; none if straight.
    """

    tracks: int
    detours: dict[Start, Bend]
    last_track: dict[Start, int]

    def bends(self, start: Start, end_row: int) -> list[Bend]:
        """The cells `(track, row)` where an edge bends on its way through the channel."""
        if start not in self.last_track:
            return []
        row, cells = start[1], []
        if start in self.detours:
            track, detour_row = self.detours[start]
            cells += [(track, row), (track, detour_row)]
            row = detour_row
        track = self.last_track[start]
        return [*cells, (track, row), (track, end_row)]


@dataclass(slots=True)
class _Wire:
    """An upright line: from the row where it comes in to the rows where it goes out."""

    start: Start
    row: int
    ends: set[int]
    track: int = -1
    blockers: int = 0
    blocks: list[_Wire] = field(default_factory=list)

    def span(self) -> tuple[int, int]:
        return min(self.row, *self.ends), max(self.row, *self.ends)

    def priority(self) -> tuple[int, int]:
        """What keeps crossings few: downward lines from below, upward lines from above, first."""
        downwards = sum(self.ends) > self.row * len(self.ends)
        return (-self.row if downwards else self.row), self.start[0]


def route_channel(connections: Iterable[Connection]) -> Channel:
    """Give every source that changes its row a track, so that no two lie on each other.

    Arguments:
        connections: pairs of a start `(source, row at the left)` and a row at the right. Those of
            one start are one net and share its track.
    Returns:
        The channel. Nets may cross at right angles. They share cells only on the last stretch
        into a row where both end.
    """
    ends: dict[Start, set[int]] = {}
    for start, row in connections:
        ends.setdefault(start, set()).add(row)
    wires = [_Wire(start, start[1], rows) for start, rows in ends.items() if rows != {start[1]}]
    taken = {start[1] for start in ends}.union(*ends.values())
    _find_blockers(wires)
    firsts = _place(wires, taken)
    return Channel(
        tracks=1 + max((wire.track for wire in wires), default=-1),
        detours={wire.start: (wire.track, min(wire.ends)) for wire in firsts},
        last_track={wire.start: wire.track for wire in wires},
    )


def _find_blockers(wires: Sequence[_Wire]) -> None:
    """A wire that goes out in a row must stand right of the wire that comes in there."""
    coming_in = {wire.row: wire for wire in wires}
    for wire in wires:
        for row in sorted(wire.ends):
            blocker = coming_in.get(row)
            if blocker is not None and blocker is not wire:
                blocker.blocks.append(wire)
                wire.blockers += 1


def _place(wires: Sequence[_Wire], taken: set[int]) -> list[_Wire]:
    """Give wires their tracks from left to right; return the first halves of those cut in two."""
    waiting = {wire.start: wire for wire in wires}
    ready = [(wire.priority(), wire.start) for wire in wires if wire.blockers == 0]
    heapq.heapify(ready)
    placed: list[_Wire] = []
    firsts: list[_Wire] = []
    while waiting:
        if ready:
            wire = waiting.pop(heapq.heappop(ready)[1])
        else:
            blocking = (wire for wire in waiting.values() if wire.blocks)
            wire = _cut(min(blocking, key=_Wire.priority), taken)
            firsts.append(wire)
        wire.track = _leftmost_track(wire, placed)
        placed.append(wire)
        for blocked in wire.blocks:
            blocked.blockers -= 1
            if blocked.blockers == 0:
                heapq.heappush(ready, (blocked.priority(), blocked.start))
    return firsts


def _cut(wire: _Wire, taken: set[int]) -> _Wire:
    """Break a circle of wires that block each other: lead one through a free row in between."""
    low, high = wire.span()
    row = _nearest_free_row((low + high) // 2, taken)
    taken.add(row)
    first = _Wire(wire.start, wire.row, {row}, blocks=wire.blocks)
    wire.row, wire.blocks = row, []
    return first


def _nearest_free_row(wish: int, taken: set[int]) -> int:
    distance = 0
    while True:
        for row in (wish - distance, wish + distance):
            if row >= 0 and row not in taken:
                return row
        distance += 1


def _leftmost_track(wire: _Wire, placed: Iterable[_Wire]) -> int:
    """The first track right of all whose rows overlap with the wire's, those that block it too."""
    low, high = wire.span()
    track = 0
    for other in placed:
        other_low, other_high = other.span()
        if other_low <= high and low <= other_high:
            track = max(track, other.track + 1)
    return track
