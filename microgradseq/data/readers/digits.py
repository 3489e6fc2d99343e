"""Images with labels in the idx format of MNIST, gzipped or not."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from errno import ENOENT
from pathlib import Path
from typing import BinaryIO, cast

import numpy

from microgradseq.backend import Array
from microgradseq.data.errors import DataError
from microgradseq.data.text_blocks import unreadable

_GZIP = b"\x1f\x8b"
# Two zeros, 8 for unsigned bytes, and the number of dimensions.
_IMAGES, _LABELS = b"\0\0\x08\x03", b"\0\0\x08\x01"
_NAMES = {_IMAGES: "images", _LABELS: "labels"}
_MOST_BYTES = 1 << 31
_PIECE = 1 << 20
_PARTS = ("train", "", "t10k", "test")


def read_digits(path: str | Path) -> tuple[Array, Array]:
    r"""Read images and their labels.

    Arguments:
        path: a file of images or of labels, such as t10k-images-idx3-ubyte.gz, whose partner lies
            beside it; or a folder, of which the training images are read.
    Returns:
        Images (N, height, width) and labels (N,), both uint8.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     images, labels = Path(folder, "images-idx3"), Path(folder, "labels-idx1")
    ...     _ = images.write_bytes(b"\0\0\x08\x03" + bytes([0, 0, 0, 1] * 3) + b"\xff")
    ...     _ = labels.write_bytes(b"\0\0\x08\x01" + bytes([0, 0, 0, 1]) + b"\7")
    ...     read_digits(folder)
    (array([[[255]]], dtype=uint8), array([7], dtype=uint8))
    """
    place = Path(path)
    if not place.exists():
        raise unreadable(place, FileNotFoundError(ENOENT, "there is no such file"))
    images_file, labels_file = _both(_in_folder(place) if place.is_dir() else place)
    images, labels = _read_idx(images_file, _IMAGES), _read_idx(labels_file, _LABELS)
    if len(images) != len(labels):
        raise DataError(
            f"{images_file} holds {len(images):,} images, but {labels_file} {len(labels):,} labels"
        )
    return images, labels


def _in_folder(folder: Path) -> Path:
    """The file of images to read in a folder."""
    found = sorted(file for file in folder.iterdir() if "images" in file.name and file.is_file())
    for part in _PARTS:
        for file in found:
            if file.name.startswith(part + "-images" if part else "images"):
                return file
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(file.name for file in found)
        raise DataError(f"{folder}: name one of its files of images: {names}")
    raise DataError(
        f"{folder}: no file of images in it, such as train-images-idx3-ubyte or the same with .gz"
    )


def _both(file: Path) -> tuple[Path, Path]:
    """The files of images and of labels, given either."""
    if "images" in file.name:
        return file, _partner(file, "labels", file.name.replace("images", "labels"), "3", "1")
    if "labels" in file.name:
        return _partner(file, "images", file.name.replace("labels", "images"), "1", "3"), file
    raise DataError(
        f"{file}: is it images or labels? Let the name say so, as in train-images-idx3-ubyte"
    )


def _partner(file: Path, kind: str, name: str, dimensions: str, others: str) -> Path:
    bare = name.replace(f"idx{dimensions}", f"idx{others}").removesuffix(".gz")
    for candidate in (bare, bare + ".gz"):
        place = file.with_name(candidate)
        if place.is_file():
            return place
    raise DataError(f"{file}: the {kind} that belong to it are missing; expected {bare} beside it")


def _read_idx(file: Path, magic: bytes) -> Array:
    try:
        with file.open("rb") as raw:
            zipped = raw.read(2) == _GZIP
            raw.seek(0)
            stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if zipped else raw
            return _parse(file, stream, magic)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{file}: this gzip file is damaged or cut off ({error})") from None
    except OSError as error:
        raise unreadable(file, error) from None


def _parse(file: Path, stream: BinaryIO, magic: bytes) -> Array:
    found = stream.read(4)
    if found != magic:
        raise DataError(
            f"{file}: this is no idx file of {_NAMES[magic]}: it should begin with the bytes "
            f"{magic.hex(' ')}, but begins with {found.hex(' ') or 'nothing'}"
        )
    dimensions = magic[3]
    header = stream.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise DataError(f"{file}: it ends within its header")
    shape = struct.unpack(f">{dimensions}I", header)
    promised = math.prod(shape)
    if promised == 0:
        raise DataError(f"{file}: it holds no {_NAMES[magic]}")
    written = "×".join(map(str, shape))
    if promised > _MOST_BYTES:
        raise DataError(f"{file}: its header promises {written} bytes, which cannot be meant")
    body = bytearray()
    # Piece by piece: memory follows what is there, not what a header claims.
    while piece := stream.read(min(_PIECE, promised - len(body))):
        body += piece
    if len(body) < promised:
        raise DataError(
            f"{file}: its header promises {written} = {promised:,} bytes, "
            f"but there are only {len(body):,}"
        )
    if stream.read(1):
        raise DataError(
            f"{file}: its header promises {written} = {promised:,} bytes, but there are more"
        )
    return numpy.frombuffer(body, numpy.uint8).reshape(shape)
