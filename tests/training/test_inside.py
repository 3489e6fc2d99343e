"""What is seen inside a run's network, how its writing matured, and the files that tell of it."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

import numpy
import pytest

from microgradseq.data.errors import SettingError
from microgradseq.insight.neurons import Unit
from microgradseq.tasks.language import LanguageTask
from microgradseq.tasks.task import SampleRequest
from microgradseq.tasks.writing import WritingSession
from microgradseq.training.inside import can_show_lanes, inside_of, lanes_of
from microgradseq.training.maturing import stages_of
from microgradseq.training.start import open_model
from microgradseq.training.writing_export import export_writing
from tests.training.writing_run import writing_run


def session_of(folder: Path, prefix: str = "", length: int = 12, **settings: Any) -> WritingSession:
    task = open_model(writing_run(folder, **settings))
    assert isinstance(task, LanguageTask)
    session = WritingSession(task, SampleRequest(prefix), 3)
    session.write(length)
    return session


@pytest.mark.parametrize("prefix", ["", "The "])
def test_lanes_belong_to_the_states_of_the_writer(tmp_path: Path, prefix: str) -> None:
    session = session_of(tmp_path, prefix)
    lanes, hidden = lanes_of(session), session.activity()[:, -1]
    assert lanes is not None
    # |h| = o · |tanh c| < o, and equal only where c is large
    assert (numpy.abs(hidden) <= lanes.gates["output"]).all()
    cells = numpy.arctanh(hidden / lanes.gates["output"])
    admitted = cells[1:] - lanes.kept[1:] * cells[:-1]
    assert (numpy.abs(admitted) <= lanes.gates["input"][1:] + 1e-9).all()
    assert len(lanes.kept) == len(session.places)


def test_units_and_lanes_in_one(tmp_path: Path) -> None:
    session = session_of(tmp_path, "The tide ")
    inside = inside_of(session, lanes=True)
    assert "".join(inside.symbols) == session.text
    assert len(inside.units) == 6
    assert inside.lanes is not None
    assert inside_of(session).lanes is None
    numpy.testing.assert_array_equal(inside.of_unit(inside.units[0]).shape, (21,))


@pytest.mark.parametrize("cell", ["rnn", "window"])
def test_no_lanes_where_there_are_no_gates(tmp_path: Path, cell: str) -> None:
    session = session_of(tmp_path, cell=cell)
    assert not can_show_lanes(session)
    assert inside_of(session, lanes=True).lanes is None


def test_stages_in_their_order(tmp_path: Path) -> None:
    stages = stages_of(writing_run(tmp_path))
    assert [(one.kind, one.step, one.loss, one.can_write) for one in stages] == [
        ("sample", 10, 3.5, False),
        ("best", 10, 3.5, True),
        ("sample", 20, 2.5, False),
        ("latest", 25, 2.5, True),
    ]
    assert stages[0].text == "xq zz\n时"


def test_stages_of_a_log_that_is_gone(tmp_path: Path) -> None:
    run = writing_run(tmp_path)
    run.events.unlink()
    assert [(one.kind, one.step) for one in stages_of(run)] == [("best", None), ("latest", None)]


def test_files(tmp_path: Path) -> None:
    session = session_of(tmp_path, "The")
    export_writing(session, tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == session.text + "\n"
    export_writing(session, tmp_path / "a.csv", Unit(0, 4, "", "", 0.0))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8"))))
    assert "".join(row["symbol"] for row in rows) == session.text
    assert [row["origin"] for row in rows] == ["prefix"] * 3 + ["drawn"] * 12
    assert rows[0]["chance"] == rows[0]["expected 1"] == ""
    assert float(rows[4]["chance"]) == session.places[4].chance
    assert float(rows[4]["layer 1 unit 4"]) == session.activity()[4, 0, 4]
    assert all(0 < float(row["forget gate"]) < 1 for row in rows)
    assert math.fsum(float(rows[5][f"chance {one}"]) for one in range(1, 6)) <= 1
    with pytest.raises(SettingError, match=r"\.txt"):
        export_writing(session, tmp_path / "a.png")
