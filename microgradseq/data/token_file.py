"""Texts of any size as indices in a memory-mapped file: encoded once, opened at once ever after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from microgradseq.data.encoding import Recipe, Tokens, encoded
from microgradseq.data.errors import DataError
from microgradseq.data.places import cache_folder
from microgradseq.data.text_blocks import joined_blocks, texts_of_folder, unreadable
from microgradseq.data.token_store import SUFFIX, open_tokens, write_tokens
from microgradseq.data.vocabulary import Vocabulary

__all__ = ["Tokens", "encoded", "token_file"]

SMALL = 4 << 20
"""Up to so many bytes a text is encoded in memory each time: that is quicker than it is felt."""


def token_file(
    path: str | Path,
    unit: str = "characters",
    clean: str = "none",
    minimum_count: int = 1,
    order: str = "frequency",
    vocabulary: Vocabulary | None = None,
    cache: Path | None = None,
) -> Tokens:
    """A text file of any size as indices.

    A large text is encoded in a stream to a file in the cache, which later calls map into memory.
    It is encoded anew when the text has changed or was asked for otherwise.

    Arguments:
        path: a UTF-8 file, or a folder of them (*.txt).
        unit, clean, minimum_count, order, vocabulary: see `encoding.Recipe`.
        cache: the folder for encoded texts. None takes the user's, and keeps small texts out of it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.txt")
    ...     _ = path.write_text("banana", encoding="utf-8")
    ...     token_file(path).indices
    array([3, 1, 2, 1, 2, 1], dtype=uint8)
    """
    recipe = Recipe(unit, clean, minimum_count, order, vocabulary)
    files = texts_of_folder(path) if Path(path).is_dir() else [Path(path)]
    state = _state(files)
    if cache is None and sum(size for _, size, _ in state) <= SMALL:
        return recipe.read(lambda: joined_blocks(files))
    folder = cache or cache_folder() / "tokens"
    place = folder / _name(state, recipe)
    return open_tokens(place) or _encode(files, state, recipe, place)


State = Sequence[tuple[str, int, int]]
"""Of each file its absolute path, size, and time of the last change in nanoseconds."""


def _encode(files: Sequence[Path], state: State, recipe: Recipe, place: Path) -> Tokens:
    def blocks() -> Iterator[str]:
        return joined_blocks(files)

    vocabulary = recipe.vocabulary_of(blocks)
    write_tokens(place, recipe.pieces(blocks, vocabulary), vocabulary)
    tokens = open_tokens(place)
    if tokens is None or _state(files) != state:
        place.unlink(missing_ok=True)
        raise DataError(f"{files[0]} changed while it was read; try again when it is finished")
    _remove_outdated(place)
    return tokens


def _state(files: Sequence[Path]) -> State:
    try:
        found = [(file.absolute(), file.stat()) for file in files]
    except OSError as problem:
        raise unreadable(problem.filename, problem) from None
    return [(str(path), one.st_size, one.st_mtime_ns) for path, one in found]


def _name(state: State, recipe: Recipe) -> str:
    """A name that says which files, in which state, encoded how."""
    own = None if recipe.vocabulary is None else recipe.vocabulary.as_dict()
    how = [recipe.unit, recipe.clean, recipe.minimum_count, recipe.order, own]
    paths = [path for path, _, _ in state]
    return "-".join(map(_short_digest, (paths, state, how))) + SUFFIX


def _short_digest(what: Any) -> str:
    return hashlib.sha256(json.dumps(what).encode("ascii")).hexdigest()[:16]


def _remove_outdated(place: Path) -> None:
    """Remove what was made of the same files in another state."""
    paths, state, _ = place.stem.split("-")
    for other in place.parent.glob(f"{paths}-*{SUFFIX}"):
        if not other.name.startswith(f"{paths}-{state}-"):
            with suppress(OSError):
                other.unlink()
