"""A written text as a file: the text alone, or every number that belongs to its symbols."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from microgradseq.charts.number_table import CellNumbers, as_csv
from microgradseq.data.errors import SettingError
from microgradseq.insight.neurons import Unit
from microgradseq.tasks.writing import WritingSession
from microgradseq.training.files import replace_file
from microgradseq.training.inside import inside_of

EXPECTED = 5


def export_writing(session: WritingSession, output: Path, unit: Unit | None = None) -> None:
    """Write a session's text to a file, whole or not at all.

    Arguments:
        session: with a text.
        output: ends in .txt for the text alone, or in .csv for one row a symbol; SettingError
            for anything else.
        unit: whose activity stands in the table.
    """
    if output.suffix == ".txt":
        content = session.text + "\n"
    elif output.suffix == ".csv":
        content = as_csv(writing_numbers(session, unit))
    else:
        raise SettingError(f'"{output}" must end in .txt (the text) or .csv (all its numbers)')
    with replace_file(output) as file:
        file.write(content.encode("utf-8"))


def writing_numbers(
    session: WritingSession, unit: Unit | None = None, shown: Callable[[str], str] = str
) -> CellNumbers:
    """One row for each symbol: its chance, what else was expected, and what the network did.

    Arguments:
        session: with a text.
        unit: whose activity is told.
        shown: how a symbol is written.
    Returns:
        Columns place, symbol, origin, chance, five times expected and its chance, the unit's
        activity if one is named, and the mean of each gate of the last layer.
    """
    inside = inside_of(session, lanes=True) if session.places else None
    columns = ["place", "symbol", "origin", "chance"]
    for number in range(1, EXPECTED + 1):
        columns += [f"expected {number}", f"chance {number}"]
    told = {}
    if inside is not None and unit is not None:
        told[f"layer {unit.layer + 1} unit {unit.number}"] = inside.of_unit(unit)
    if inside is not None and inside.lanes is not None:
        told |= {f"{name} gate": inside.lanes.lane(name) for name in inside.lanes.gates}
    rows = []
    for at, place in enumerate(session.places):
        row: list[str | float | None] = [at, shown(place.text), place.origin, place.chance]
        expected = session.alternatives(at, EXPECTED)
        for number in range(EXPECTED):
            one = expected[number] if number < len(expected) else None
            row += [None, None] if one is None else [shown(one.symbol), one.chance]
        rows.append([*row, *(float(numbers[at]) for numbers in told.values())])
    return CellNumbers([*columns, *told], rows)
