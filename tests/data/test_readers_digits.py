"""idx files: whole, gzipped, cut off, with lying headers, without their partners."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy
import pytest

from microgradseq.backend import Array
from microgradseq.data.errors import DataError
from microgradseq.data.readers import read_digits, read_file

IMAGES = numpy.arange(3 * 28 * 28, dtype=numpy.int64).astype(numpy.uint8).reshape(3, 28, 28)
LABELS = numpy.array([5, 0, 9], dtype=numpy.uint8)


def idx(array: Array) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    body: bytes = array.tobytes()
    return header + body


def write(
    folder: Path,
    images: bytes | None = None,
    labels: bytes | None = None,
    part: str = "train",
    suffix: str = "",
) -> Path:
    """Write a pair of files; where there is a suffix they are gzipped."""
    for name, content in (
        (f"{part}-images-idx3-ubyte", idx(IMAGES) if images is None else images),
        (f"{part}-labels-idx1-ubyte", idx(LABELS) if labels is None else labels),
    ):
        (folder / (name + suffix)).write_bytes(gzip.compress(content) if suffix else content)
    return folder / f"{part}-images-idx3-ubyte{suffix}"


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("asked", ["folder", "images", "labels"])
def test_images_and_labels_come_together(tmp_path: Path, suffix: str, asked: str) -> None:
    file = write(tmp_path, suffix=suffix)
    labels = file.with_name(f"train-labels-idx1-ubyte{suffix}")
    images, numbers = read_digits({"folder": tmp_path, "images": file, "labels": labels}[asked])
    assert (images.dtype, numbers.dtype) == (numpy.uint8, numpy.uint8)
    assert numpy.array_equal(images, IMAGES)
    assert numpy.array_equal(numbers, LABELS)


def test_a_folder_gives_its_training_images(tmp_path: Path) -> None:
    write(tmp_path, part="t10k")
    assert numpy.array_equal(read_digits(tmp_path)[0], IMAGES)
    write(tmp_path, idx(255 - IMAGES), part="train", suffix=".gz")
    assert numpy.array_equal(read_file(tmp_path, "digits")[0], 255 - IMAGES)


def test_gzip_is_told_by_content_not_by_name(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_bytes(gzip.compress(file.read_bytes()))
    assert numpy.array_equal(read_digits(file)[0], IMAGES)


def test_images_and_labels_may_be_packed_differently(tmp_path: Path) -> None:
    file = write(tmp_path)
    labels = tmp_path / "train-labels-idx1-ubyte"
    labels.with_name(labels.name + ".gz").write_bytes(gzip.compress(labels.read_bytes()))
    labels.unlink()
    assert read_digits(file)[1].tolist() == [5, 0, 9]


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (b"", "should begin with the bytes 00 00 08 03, but begins with nothing"),
        (b"\x89PNG\r\n", "should begin with the bytes 00 00 08 03, but begins with 89 50 4e 47"),
        (idx(LABELS), "should begin with the bytes 00 00 08 03, but begins with 00 00 08 01"),
        (idx(IMAGES)[:9], "it ends within its header"),
        (idx(IMAGES)[:-1], "promises 3×28×28 = 2,352 bytes, but there are only 2,351"),
        (idx(IMAGES) + b"x", "promises 3×28×28 = 2,352 bytes, but there are more"),
        (idx(IMAGES[:0]), "it holds no images"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "which cannot be meant"),
        (idx(IMAGES[:2]), "holds 2 images, but "),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_files_that_lie(tmp_path: Path, images: bytes, words: str, suffix: str) -> None:
    file = write(tmp_path, images, suffix=suffix)
    with pytest.raises(DataError) as caught:
        read_digits(file)
    assert words in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_promise_of_much_takes_no_memory(tmp_path: Path) -> None:
    file = write(tmp_path, b"\0\0\x08\x03" + struct.pack(">3I", 2_000_000, 28, 28) + b"few")
    with pytest.raises(DataError, match=r"= 1,568,000,000 bytes, but there are only 3"):
        read_digits(file)


@pytest.mark.parametrize("keep", [3, 15, 200])
def test_a_gzip_file_that_is_cut_off(tmp_path: Path, keep: int) -> None:
    file = write(tmp_path, suffix=".gz")
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"this gzip file is damaged or cut off"):
        read_digits(file)


def test_a_gzip_file_that_is_damaged(tmp_path: Path) -> None:
    file = write(tmp_path, suffix=".gz")
    content = bytearray(file.read_bytes())
    content[-6] ^= 255
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"this gzip file is damaged or cut off"):
        read_digits(file)


def test_files_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no file of images in it, such as train-images"):
        read_digits(tmp_path)
    file = write(tmp_path, part="a")
    write(tmp_path, part="b")
    with pytest.raises(DataError, match=r"name one of its files of images: a-images.*, b-images"):
        read_digits(tmp_path)
    (tmp_path / "a-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match=r"expected a-labels-idx1-ubyte beside it"):
        read_digits(file)
    nameless = file.rename(tmp_path / "digits.bin")
    with pytest.raises(DataError, match=r"is it images or labels\? Let the name say so"):
        read_digits(nameless)
    with pytest.raises(DataError, match=r"digits\.bim does not exist"):
        read_digits(tmp_path / "digits.bim")
