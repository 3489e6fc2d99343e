"""What the app remembers: kept and found again, and never in the way."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from textual.pilot import Pilot

from microgradseq.data.places import config_folder
from microgradseq_tui.app import MicrogradseqApp
from microgradseq_tui.remembered import Remembered, keep, recall, usual_file
from tests.tui.harness import play, press, text_of

DAMAGED = [
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"[]",
    b"null",
    b"[" * 60_000,
    b'{"screen": ["learn"], "theme": 3, "language": null}',
    b'{"lessons": {"graph": "x", "rnn": -1, "gates": true}}',
    b'{"lessons": [1]}',
    b'{"screen": "cellar", "theme": "plaid", "other": 1}',
    b'{"screen": "labs"' + b" " * 100_000 + b"}",
]


def test_kept_and_found(tmp_path: Path) -> None:
    file = tmp_path / "new" / "app.json"
    chosen = Remembered("runs", "contrast", "zh")
    assert keep(chosen, file)
    assert recall(file) == chosen
    assert [each.name for each in file.parent.iterdir()] == ["app.json"]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_is_a_first_start(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "app.json"
    file.write_bytes(content)
    assert recall(file) == Remembered()


def test_what_is_sound_is_used(tmp_path: Path) -> None:
    file = tmp_path / "app.json"
    file.write_text(json.dumps({**asdict(Remembered("play")), "theme": "plaid"}), encoding="utf-8")
    assert recall(file) == Remembered("play")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", encoding="utf-8")
    (tmp_path / "app.json").mkdir()
    for file in (in_the_way / "app.json", tmp_path / "app.json"):
        assert recall(file) == Remembered()
        assert not keep(Remembered(), file)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["app.json", "file"]


def test_the_usual_file_lies_with_the_settings_of_other_programs() -> None:
    assert usual_file() == config_folder() / "app.json"


def test_the_app_works_where_nothing_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    app = MicrogradseqApp("labs", file=tmp_path / "file" / "app.json")

    async def go(pilot: Pilot[None]) -> None:
        await press(pilot, "T", "5", "6")
        assert app.theme == "light"
        assert "Runs" in text_of(app)

    play(app, go)
