"""The inside of a network while it writes: its units and its gates at every symbol of the text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy

from microgradseq.backend import Array
from microgradseq.insight.lanes import GateLanes, gate_lanes, has_gates
from microgradseq.insight.neurons import Unit, ranked_units
from microgradseq.tasks.models import SequenceModel
from microgradseq.tasks.writing import WritingSession


@dataclass(frozen=True, eq=False)
class Inside:
    """What went on inside a network at every symbol of a text.

    Arguments:
        symbols: what each adds to the text, in the order in which the network read them.
        activity: of every hidden unit after each symbol, (T, layers, H).
        units: all of them, those first that follow something best.
        lanes: of the last layer's gates; None for a cell without gates, or where they were not
            asked for.
    """

    symbols: tuple[str, ...]
    activity: Array
    units: tuple[Unit, ...]
    lanes: GateLanes | None = None

    def of_unit(self, unit: Unit) -> Array:
        """A unit's activity after each symbol, (T,)."""
        found: Array = self.activity[:, unit.layer, unit.number]
        return found


def inside_of(session: WritingSession, lanes: bool = False) -> Inside:
    """Look inside a network that writes.

    Arguments:
        session: with at least one symbol.
        lanes: whether the gates are wanted as well; this takes much longer.
    """
    symbols = tuple(place.text for place in session.places)
    activity = session.activity()
    return Inside(
        symbols,
        activity,
        ranked_units(symbols, activity),
        lanes_of(session) if lanes else None,
    )


def can_show_lanes(session: WritingSession) -> bool:
    """Whether the session's network has gates that keep a memory."""
    model = session.task.model
    return isinstance(model, SequenceModel) and has_gates(model.recurrent)


def lanes_of(session: WritingSession) -> GateLanes | None:
    """The gates of the last layer at every symbol of a session's text; None where there are none.

    Arguments:
        session: with at least one symbol.
    """
    model = session.task.model
    if not isinstance(model, SequenceModel) or not has_gates(model.recurrent):
        return None
    model.eval()
    read = numpy.array([*session.hint, *session.numbers])[:, None]
    found = gate_lanes(model.recurrent, model.embedded(read))
    before = len(session.hint)
    gates = {name: numbers[before:] for name, numbers in found.gates.items()}
    return GateLanes(gates, found.kept[before:], found.words)
