"""Arrays in a file that nothing can hide in: the safetensors format, read with suspicion.

The file is eight bytes with the length of a header (little-endian), the header as JSON, and the
numbers of all arrays one behind the other. Nothing in it is ever executed.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy

from microgradseq.backend import Array
from microgradseq.training.errors import RunError
from microgradseq.training.files import replace_file

LONGEST_HEADER = 100_000_000
MOST_AXES = 32
_PREFIX = 8

_NAMES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
    "BOOL": "|b1",
}
_CODES = {numpy.dtype(code): name for name, code in _NAMES.items()}


def save_arrays(path: Path, arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> None:
    """Write arrays and words about them, aside first: the old file stays until the new is whole.

    Arguments:
        path: the file; one that is there is replaced.
        arrays: by name, of any shape; numbers and booleans.
        metadata: text by name.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.safetensors"
    ...     save_arrays(path, {"w": numpy.array([1.0, 2.0])}, {"step": "3"})
    ...     arrays, metadata = load_arrays(path)
    >>> arrays["w"].tolist(), metadata
    ([1.0, 2.0], {'step': '3'})
    """
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    blocks, offset = [], 0
    # wide numbers first, so that every array lies where its numbers may be read in place
    for name, array in sorted(arrays.items(), key=lambda item: (-item[1].dtype.itemsize, item[0])):
        block = numpy.ascontiguousarray(array)
        code = _CODES.get(block.dtype.newbyteorder("<"))
        if code is None:
            raise TypeError(f"{name}: numbers of type {block.dtype} have no place in safetensors")
        block = block.astype(_NAMES[code], copy=False)
        end = offset + block.nbytes
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [offset, end]}
        blocks.append(block)
        offset = end
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _PREFIX)
    with replace_file(path) as file:
        file.write(len(text).to_bytes(_PREFIX, "little"))
        file.write(text)
        for block in blocks:
            file.write(block.reshape(-1).view("u1").data)


def load_arrays(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """Read a safetensors file.

    Arguments:
        path: the file. What does not hold together is refused with RunError, never guessed.
    Returns:
        The arrays by name (copies), and the metadata.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return _read(path, file, size)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror or error}") from error


def _read(path: Path, file: Any, size: int) -> tuple[dict[str, Array], dict[str, str]]:
    length = int.from_bytes(file.read(_PREFIX), "little")
    if size < _PREFIX or not 2 <= length <= min(size - _PREFIX, LONGEST_HEADER):
        raise RunError(f"{path} is not a safetensors file, or was cut short")
    header = _header(path, file.read(length))
    metadata = header.pop("__metadata__", {})
    if not _is_texts(metadata):
        raise RunError(f"{path}: its metadata is not text by name")
    numbers = file.read()
    entries = sorted(
        ((_entry(path, name, entry), name) for name, entry in header.items()),
        key=lambda item: (item[0][2], item[0][3]),
    )
    arrays, expected = {}, 0
    for (dtype, shape, begin, end), name in entries:
        if begin != expected or end > len(numbers):
            raise RunError(f"{path}: the numbers of {name} overlap others, or are cut short")
        expected = end
        arrays[name] = numpy.frombuffer(numbers[begin:end], dtype).reshape(shape).copy()
    if expected != len(numbers):
        raise RunError(f"{path} holds {len(numbers) - expected} bytes that belong to no array")
    return arrays, metadata


def _header(path: Path, text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path}: its header is damaged") from error
    if not isinstance(header, dict):
        raise RunError(f"{path}: its header is damaged")
    return header


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _is_texts(metadata: Any) -> bool:
    return isinstance(metadata, dict) and all(isinstance(text, str) for text in metadata.values())


def _entry(path: Path, name: str, entry: Any) -> tuple[str, tuple[int, ...], int, int]:
    """Type, shape, and where the numbers begin and end."""
    damaged = RunError(f"{path}: what it says of {name} is damaged")
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise damaged
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _NAMES:
        raise damaged
    if not _is_counts(shape) or not _is_counts(offsets) or len(offsets) != 2:
        raise damaged
    if len(shape) > MOST_AXES:
        raise damaged
    size = math.prod(shape) * numpy.dtype(_NAMES[dtype]).itemsize
    if offsets[1] - offsets[0] != size:
        raise damaged
    return _NAMES[dtype], tuple(shape), offsets[0], offsets[1]


def _is_counts(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(
        type(number) is int and 0 <= number < 2**62 for number in numbers
    )
