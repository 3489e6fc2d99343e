"""Public corpora: fetched once into the cache, checked, and read from there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from microgradseq.data.corpus import Corpus
from microgradseq.data.errors import DataError
from microgradseq.data.fetch_catalogue import PUBLISHED, UNPACKED, Published
from microgradseq.data.nearest import there_is_no
from microgradseq.data.places import cache_folder


def fetch(name: str, progress: Callable[[int, int | None], None] | None = None) -> Path:
    """Bring a public corpus to this machine, unless it is there and right.

    Arguments:
        name: one of PUBLISHED.
        progress: is told how many bytes of all files are there, and how many there will be (None
            while that is not known).
    Returns:
        What `fetched_path` returns from now on.
    """
    from microgradseq.data.fetch_download import disk_error  # noqa: PLC0415 - reading needs no web
    from microgradseq.data.fetch_lock import alone  # noqa: PLC0415

    published, folder = _published(name), _folder(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / ".lock", f"fetching {name}"):
            _fetch_files(published, folder, progress)
    except OSError as error:
        raise disk_error(folder, error) from None
    return fetched_path(name)


def _fetch_files(
    published: Published, folder: Path, progress: Callable[[int, int | None], None] | None
) -> None:
    from microgradseq.data.fetch_archive import unpack  # noqa: PLC0415
    from microgradseq.data.fetch_download import download  # noqa: PLC0415

    before = 0

    def tell(done: int, total: int | None) -> None:
        if progress is not None:
            progress(before + done, published.size or total)

    for remote in published.files:
        place = folder / remote.name
        if not remote.is_at(place):
            download(remote, place, tell)
        size = place.stat().st_size
        tell(size, size)
        before += size
        if published.archive:
            unpack(place, folder / UNPACKED)


def is_fetched(name: str) -> bool:
    """Whether a public corpus is on this machine.

    Arguments:
        name: one of PUBLISHED.
    """
    published, folder = _published(name), _folder(name)
    files = [folder / remote.name for remote in published.files]
    return all(file.is_file() for file in files) and (folder / published.holds).exists()


def fetched_path(name: str) -> Path:
    """Where a fetched corpus lies: a file, or a folder where it consists of several.

    Arguments:
        name: one of PUBLISHED.
    Returns:
        The path. A corpus that is not there yet is an error that says how to get it.
    """
    if not is_fetched(name):
        raise DataError(
            f"{name} is not on this machine yet; get it with: microgradseq corpora fetch {name}"
        )
    return _folder(name) / _published(name).holds


def _published(name: str) -> Published:
    if name not in PUBLISHED:
        raise DataError(there_is_no("public corpus", name, PUBLISHED))
    return PUBLISHED[name]


def _folder(name: str) -> Path:
    return cache_folder() / "corpora" / name


def _reader(name: str, kind: str) -> Callable[[int, int | None], Any]:
    def read(seed: int, count: int | None) -> Any:
        from microgradseq.data.readers import read_file  # noqa: PLC0415 - a list reads nothing

        data = read_file(fetched_path(name), kind)
        return tuple(part[:count] for part in data) if kind == "digits" else data[:count]

    return read


def _public(
    name: str, title: str, language: str, kind: str, licence: str, good_for: str, size: str
) -> Corpus:
    return Corpus(name, title, language, kind, licence, good_for, size, _reader(name, kind))


PUBLIC: tuple[Corpus, ...] = (
    _public(
        "time-machine",
        "The Time Machine, H. G. Wells",
        "English",
        "text",
        "public domain",
        "Language models, compared with those of Dive into Deep Learning.",
        "179 kB",
    ),
    _public(
        "tiny-shakespeare",
        "Plays of Shakespeare",
        "English",
        "text",
        "public domain",
        "Language models that write verse, compared with those of char-rnn.",
        "1.1 MB",
    ),
    _public(
        "names",
        "First names",
        "English",
        "text",
        "public domain",
        "Small language models that invent names.",
        "32,033 names",
    ),
    _public(
        "mnist",
        "MNIST handwritten digits",
        "digits",
        "digits",
        "CC BY-SA 3.0",
        "Reading images row by row and saying which digit they show.",
        "60,000 images",
    ),
    _public(
        "fra-eng",
        "English sentences in French",
        "English, French",
        "pairs",
        "CC BY 2.0",
        "Translation with an encoder, a decoder and attention.",
        "over 100,000 pairs",
    ),
)
"""The public corpora. Reading one that is not on this machine is an error that says what to do."""
