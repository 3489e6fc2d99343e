"""A text for a language model: read, cut into training and validation, turned round if asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from microgradseq.data.batch import Batches
from microgradseq.data.digest import digest
from microgradseq.data.encoding import Tokens
from microgradseq.data.lookup import AnyIndices
from microgradseq.data.mapped import Released
from microgradseq.data.source import is_file, load
from microgradseq.data.token_file import encoded, token_file
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.data.windows import FEWEST, RandomWindows, SequentialWindows, fitted
from microgradseq.numbers import plural
from microgradseq.tasks.settings import Settings

CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class TextSplits:
    """A text as indices, in two parts.

    Arguments:
        training, validation: indices, in the direction in which they are read. Where nothing is
            kept aside, both are the same.
        vocabulary: of their symbols.
        title: of the text.
        batch, unroll: as asked for, or smaller where the text is too short.
        notes: warnings in words.
    """

    training: AnyIndices
    validation: AnyIndices
    vocabulary: Vocabulary
    title: str
    batch: int
    unroll: int
    notes: tuple[str, ...]

    def batches(self, split: str, settings: Settings) -> Batches:
        """One part as batches.

        Arguments:
            split: "training" or "validation".
            settings: sampling and seed are read.
        """
        cut = SequentialWindows if settings.sampling == "sequential" else RandomWindows
        indices = self.training
        batch, unroll = self.batch, self.unroll
        if split == "validation":
            indices = self.validation
            batch, unroll, _ = fitted(len(indices), batch, unroll)
        return cut(indices, batch, unroll, settings.seed)

    def fingerprint(self) -> dict[str, Any]:
        """Title, size and checksum."""
        parts: tuple[AnyIndices, ...] = (self.training,)
        count = len(self.training)
        if self.validation is not self.training:
            parts += (self.validation,)
            count += len(self.validation)
        chunks = (chunk for part in parts for chunk in _chunks(part))
        return {
            "title": self.title,
            "size": f"{plural(count, 'symbol')}, {len(self.vocabulary):,} different",
            "sha256": digest(chain([self.vocabulary.unit, *self.vocabulary.symbols], chunks)),
        }


def _chunks(indices: AnyIndices) -> Iterator[AnyIndices]:
    """Pieces of a text that may be larger than the memory."""
    released = Released(indices)
    for start in range(0, len(indices), CHUNK):
        yield indices[start : start + CHUNK]
        released.now_and_then()


def read_splits(settings: Settings, source: str | None, corpus: str) -> TextSplits:
    """Read a text.

    Arguments:
        settings: what its group "data" says.
        source: a corpus's name, a file or a folder; None for the corpus.
        corpus: the one to take by itself.
    """
    tokens, title = _read(settings, source, corpus)
    indices = tokens.indices[: settings.max_tokens] if settings.max_tokens else tokens.indices
    kept = int(len(indices) * settings.validation)
    notes = []
    if kept < FEWEST:
        kept = 0
        notes.append(
            "no text is kept aside for validation: what is reported is how well the training text "
            "itself is known"
        )
    training = indices[: len(indices) - kept]
    validation = indices[len(indices) - kept :]
    if settings.direction == "backward":
        training, validation = training[::-1], validation[::-1]
    batch, unroll, note = fitted(len(training), settings.batch, settings.unroll)
    return TextSplits(
        training,
        validation if kept else training,
        tokens.vocabulary,
        title,
        batch,
        unroll,
        (*notes, *([note] if note else [])),
    )


def _read(settings: Settings, source: str | None, corpus: str) -> tuple[Tokens, str]:
    how: dict[str, Any] = {
        "unit": settings.symbols,
        "clean": settings.clean,
        "minimum_count": settings.minimum_count,
    }
    if source is not None and is_file(source):
        return token_file(source, **how), Path(source).resolve().name
    text, title = load(source, "text", corpus, settings.seed)
    return encoded(text, **how), title
