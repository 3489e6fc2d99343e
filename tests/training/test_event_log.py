"""Events and commands: whole lines, torn lines, other people's lines."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest

from microgradseq.training.control import CONTROLS, ControlReader, refusal, send
from microgradseq.training.curves import Curves
from microgradseq.training.errors import RunError
from microgradseq.training.event_log import EventReader, EventWriter, all_events
from microgradseq.training.events import KINDS, event_in, line_of, without_clocks


def step(number: int, loss: float = 2.0, **more: object) -> dict[str, object]:
    return {
        "event": "step",
        "step": number,
        "epoch": 0,
        "tokens": 10 * number,
        "loss": loss,
        "perplexity": math.exp(loss),
        "gradient_norm": 0.5,
        "lr": 1e-05,
        "tokens_per_second": 3.0,
        "elapsed": 0.1 * number,
        **more,
    }


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writer, reader = EventWriter(path), EventReader(path)
    writer.write(step(1))
    writer.flush()
    assert reader.new() == [step(1)]
    assert reader.new() == []
    writer.write({"event": "sample", "step": 1, "text": "two\nlines 時"})
    writer.close()
    assert [event["text"] for event in reader.new()] == ["two\nlines 時"]


def test_a_torn_last_line_waits_for_its_rest(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    whole = line_of(step(1))
    path.write_bytes(whole + whole[:20])
    reader = EventReader(path)
    assert len(reader.new()) == 1
    path.write_bytes(whole + whole)
    assert len(reader.new()) == 1


def test_foreign_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'\xff\xfe\n[1]\n{"event":"dance"}\nnull\n' + line_of(step(3)) + b"{" * 99)
    assert [event["step"] for event in all_events(path)] == [3]


def test_a_reader_notices_that_the_log_was_rolled_back(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writer = EventWriter(path)
    writer.write(step(1))
    kept = writer.position()
    writer.write(step(2))
    writer.close()
    reader = EventReader(path)
    assert len(reader.new()) == 2
    EventWriter(path, keep=kept).close()
    assert reader.new() == [{"event": "rewound"}]
    assert [event["step"] for event in reader.new()] == [1]


def test_numbers_that_json_lacks_become_null() -> None:
    line = line_of({"event": "step", "loss": math.nan, "metrics": {"a": [math.inf, 1.0]}})
    assert json.loads(line) == {"event": "step", "loss": None, "metrics": {"a": [None, 1.0]}}


def test_half_a_surrogate_pair_can_be_written() -> None:
    assert event_in(line_of({"event": "sample", "text": "\ud800"})) is not None


def test_curves_equal_the_events(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writer = EventWriter(path)
    for number in range(1, 50):
        writer.write(step(number, loss=math.nan if number == 7 else 1.0 / number))
        if number % 10 == 0:
            writer.write({"event": "sample", "step": number, "text": '{"event":"step"'})
    writer.close()
    with path.open("ab") as file:
        file.write(b'{"event":"step","step":50,"epo')
    curves = Curves(path)
    assert curves.step.tolist() == list(range(1, 50))
    assert curves.tokens[-1] == 490
    assert math.isnan(curves.loss[6])
    assert curves.loss[9] == 0.1
    assert curves.lr[0] == 1e-05
    assert [event["step"] for event in curves.of_kind("sample")] == [10, 20, 30, 40]
    assert curves.last_step is not None
    assert curves.last_step["step"] == 49


def test_whole_numbers_are_read_however_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    long = 10**14
    path.write_bytes(b"".join(line_of({**step(1), "tokens": count}) for count in (7, 10, long)))
    assert Curves(path).tokens.tolist() == [7, 10, long]
    lines = path.read_bytes().replace(b'"tokens":10,', b'"tokens":1e3,')
    path.write_bytes(lines)
    assert Curves(path).tokens.tolist() == [7, 1000, long]
    path.write_bytes(lines.replace(b'"tokens":7,', b'"tokens":,'))
    with pytest.raises(ValueError, match="convert"):
        _ = Curves(path).tokens


def test_steps_without_perplexity_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    event = step(1)
    del event["perplexity"]
    path.write_bytes(line_of(event))
    assert Curves(path).loss.tolist() == [2.0]
    assert Curves(tmp_path / "none").loss.tolist() == []


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    writer = EventWriter(path)
    writer.write(step(1))
    writer.flush()
    writer.write(step(2))
    real = writer._file

    class Full:
        def write(self, content: bytes) -> int:
            return real.write(content[:10])

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    monkeypatch.setattr(writer, "_file", Full())
    with pytest.raises(RunError, match="no space left"):
        writer.flush()
    assert path.read_bytes() == line_of(step(1))
    real.close()


def test_events_without_clocks_hold_nothing_of_time() -> None:
    assert without_clocks(step(1)).keys() == step(1).keys() - {"elapsed", "tokens_per_second"}


def test_every_kind_says_what_its_fields_are() -> None:
    for kind in KINDS.values():
        assert kind.words
        assert "step" in kind.fields
        assert all(kind.fields.values())


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ({"command": "dance"}, "no command"),
        ({}, "no command"),
        ({"command": ["lr"]}, "no command"),
        ({"command": "lr"}, "needs a number"),
        ({"command": "lr", "value": "1"}, "needs a number"),
        ({"command": "lr", "value": True}, "needs a number"),
        ({"command": "lr", "value": math.inf}, "needs a number"),
        ({"command": "lr", "value": 0}, "above 0"),
        ({"command": "clip", "value": -1}, "from 0 on"),
        ({"command": "sample", "prefix": 3}, "prefix"),
        ({"command": "sample", "temperature": -1}, "temperature"),
    ],
)
def test_bad_commands_are_refused_in_words(content: dict[str, object], word: str) -> None:
    assert word in str(refusal(content))


def test_good_commands_pass() -> None:
    for name, control in CONTROLS.items():
        content = {"command": name, **({"value": 1.5} if control.value else {})}
        assert refusal(content) is None


def test_commands_arrive_once_and_old_ones_never(tmp_path: Path) -> None:
    path = tmp_path / "control.jsonl"
    send(path, "pause")
    reader = ControlReader(path)
    assert reader.new() == []
    send(path, "clip", value=2.0)
    send(path, "sample", prefix="時", temperature=0.5)
    assert [command["command"] for command in reader.new()] == ["clip", "sample"]
    assert reader.new() == []
    with path.open("ab") as file:
        file.write(b'{"command":"st')
    assert reader.new() == []
    with path.open("ab") as file:
        file.write(b'op"}\nnonsense\n')
    assert [command["command"] for command in reader.new()] == ["stop", "nonsense"]


def test_a_bad_command_is_not_sent(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no command"):
        send(tmp_path / "control.jsonl", "dance")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_log_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RunError, match="cannot be written"):
        EventWriter(tmp_path / "events.jsonl")
