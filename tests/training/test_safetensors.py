"""Checkpoint files: what is written comes back, and nothing that is damaged gets in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest

from microgradseq.training.checkpoint import (
    Checkpoint,
    flattened,
    load_checkpoint,
    restored,
    save_checkpoint,
)
from microgradseq.training.errors import RunError
from microgradseq.training.files import replace_file
from microgradseq.training.safetensors import load_arrays, save_arrays

MUTATIONS = 3000


def example() -> Checkpoint:
    random = numpy.random.default_rng(0)
    return Checkpoint(
        model={
            "weight": random.normal(size=(3, 4)).astype("float32"),
            "bias": random.normal(size=3),
            "empty": numpy.zeros((0, 2)),
            "number": numpy.array(3, dtype="int64"),
        },
        optimizer={"state.0.square": numpy.arange(6, dtype="uint8").reshape(2, 3)},
        state={"carried.0": numpy.array([True, False])},
        rest={"task": "language", "words": "時間 ∂ \x00"},
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "latest.safetensors"
    save_checkpoint(target, example())
    return target


def test_everything_comes_back(path: Path) -> None:
    found, wanted = load_checkpoint(path), example()
    for heading in ("model", "optimizer", "state"):
        mine, theirs = getattr(found, heading), getattr(wanted, heading)
        assert mine.keys() == theirs.keys()
        for name, array in theirs.items():
            assert mine[name].dtype == array.dtype
            assert mine[name].shape == array.shape
            assert (mine[name] == array).all()
    assert found.rest == {"format": 1, **wanted.rest}


def test_mutated_files_are_refused_in_one_line_or_read_whole(path: Path) -> None:
    original = path.read_bytes()
    random = numpy.random.default_rng(1)
    messages = []
    for _ in range(MUTATIONS):
        damaged = bytearray(original)
        kind = random.integers(4)
        place = int(random.integers(len(damaged)))
        if kind == 0:
            damaged[place] = int(random.integers(256))
        elif kind == 1:
            del damaged[place:]
        elif kind == 2:
            damaged[place:place] = random.bytes(int(random.integers(1, 20)))
        else:
            # the header is where damage could do harm
            for _ in range(int(random.integers(1, 8))):
                damaged[int(random.integers(min(600, len(damaged))))] = int(random.integers(256))
        path.write_bytes(bytes(damaged))
        try:
            found = load_checkpoint(path)
        except RunError as error:
            messages.append(str(error))
        else:
            assert isinstance(found.rest, dict)
    assert len(messages) > MUTATIONS / 2
    assert not any("\n" in message for message in messages)


def with_header(path: Path, header: object, numbers: bytes = b"") -> Path:
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + numbers)
    return path


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]},
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 80]},
        {"dtype": "F32", "shape": [True, 2], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [1] * 40, "data_offsets": [0, 4]},
        {"dtype": "object", "shape": [1], "data_offsets": [0, 8]},
        {"dtype": ["F32"], "shape": [2], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": "2", "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2], "data_offsets": [0]},
        {"dtype": "F32", "shape": [2]},
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], "code": "import os"},
        [],
        None,
    ],
)
def test_hostile_entries_are_refused(tmp_path: Path, entry: object) -> None:
    path = with_header(tmp_path / "a", {"w": entry}, b"\0" * 8)
    with pytest.raises(RunError, match="w"):
        load_arrays(path)


def test_overlapping_and_uncovered_numbers_are_refused(tmp_path: Path) -> None:
    one = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    with pytest.raises(RunError, match="overlap"):
        load_arrays(with_header(tmp_path / "a", {"v": one, "w": one}, b"\0" * 8))
    with pytest.raises(RunError, match="belong to no array"):
        load_arrays(with_header(tmp_path / "a", {"v": one}, b"\0" * 9))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 7,
        b"\xff" * 8,
        b"\xff" * 64,
        b"\x02\0\0\0\0\0\0\0[]",
        b"PK\x03\x04" + b"\0" * 60,
    ],
)
def test_foreign_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(RunError):
        load_arrays(path)


def test_a_deeply_nested_header_is_refused(tmp_path: Path) -> None:
    text = b'{"__metadata__":' + b"[" * 100_000
    path = tmp_path / "a"
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    with pytest.raises(RunError, match="damaged"):
        load_arrays(path)


def test_a_safetensors_file_of_somebody_else_is_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_arrays(path, {"weight": numpy.zeros(2)}, {})
    with pytest.raises(RunError, match="not a checkpoint"):
        load_checkpoint(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be read: No such file"):
        load_arrays(tmp_path / "none")


def test_numbers_lie_where_they_can_be_read_in_place(path: Path) -> None:
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    assert (8 + length) % 8 == 0
    header = json.loads(content[8 : 8 + length])
    del header["__metadata__"]
    sizes = {"F64": 8, "I64": 8, "F32": 4, "U8": 1, "BOOL": 1}
    for entry in header.values():
        assert entry["data_offsets"][0] % sizes[entry["dtype"]] == 0


def test_an_array_of_objects_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="no place in safetensors"):
        save_arrays(tmp_path / "a", {"w": numpy.array([{}])}, {})
    assert not list(tmp_path.iterdir())


def write_half(path: Path, error: BaseException) -> None:
    with replace_file(path) as file:
        file.write(b"half")
        raise error


def test_a_failed_write_leaves_the_old_file_and_nothing_else(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(RunError, match="the old one is untouched"):
        write_half(path, OSError(28, "No space left on device"))
    with pytest.raises(KeyboardInterrupt):
        write_half(path, KeyboardInterrupt())
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_nested_structures_come_back_as_they_were() -> None:
    content = {"state": {0: {"step": 3, "square": numpy.ones(2)}}, "pair": (numpy.zeros(1), None)}
    arrays, rest = flattened(content)
    found = restored(json.loads(json.dumps(rest)), arrays)
    assert found["state"]["0"]["step"] == 3
    assert (found["state"]["0"]["square"] == 1).all()
    assert isinstance(found["pair"], tuple)
    assert found["pair"][1] is None
    with pytest.raises(RunError, match="lacks"):
        restored(rest, {})
