"""`neurons`: ranked units and marked text, on paper and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microgradseq.cells import cell_width
from tests.training.writing_run import writing_run

if TYPE_CHECKING:
    from tests.conftest import Command


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    writing_run(tmp_path / "runs")
    return "tide"


def test_units_of_its_own_text(command: Command, run: str) -> None:
    code, out, err = command("neurons", run)
    assert (code, err) == (0, "")
    ranked = [line for line in out.splitlines() if line.startswith("unit ")]
    sizes = [abs(float(line.split()[2])) for line in ranked]
    assert len(ranked) == 6
    assert sizes == sorted(sizes, reverse=True)
    assert max(map(cell_width, out.splitlines())) <= 80


def test_one_unit_over_a_text(command: Command, run: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The tide\n时间", encoding="utf-8")
    found = json.loads(command("neurons", run, "--text", "a.txt", "--unit", "2", "--json").out)
    assert found["text"] == "The tide\n时间"
    assert len(found["activity"]) == len(found["symbols"]) == 11
    out = command("neurons", run, "--text", "a.txt", "--unit", "2").out
    lines = out.split("\n\n")[2].split("\n")
    assert (lines[0], lines[2]) == ("The tide", "时间")
    signs = "".join(
        " " if abs(number) < 0.3 else "+" if number > 0 else "-" for number in found["activity"]
    )
    assert lines[1] == signs[:8].rstrip()
    assert lines[3] == "".join(2 * sign for sign in signs[9:]).rstrip()


def test_what_cannot_be(command: Command, run: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ω", encoding="utf-8")
    writing_run(tmp_path / "runs", "window", cell="window", unroll=3)
    writing_run(tmp_path / "runs", "adding", "adding")
    for arguments, words in (
        (
            (run, "--unit", "6"),
            "no unit 6 in layer 1: the network has 1 layer of 6 units, 0 to 5",
        ),
        ((run, "--text", "a.txt"), "'Ω'"),
        (("window",), "window"),
        (("adding",), "adding"),
        (("tied",), "tide"),
    ):
        code, _, err = command("neurons", *arguments)
        assert code == 2
        assert words in err
        assert err.count("\n") == 1
