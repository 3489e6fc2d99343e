"""From text to indices in two passes, both in pieces: count the symbols, then look them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

from microgradseq.data.cleaning import cleaned
from microgradseq.data.errors import DataError
from microgradseq.data.lookup import Indices, code_points
from microgradseq.data.symbols import settled_pieces
from microgradseq.data.text_blocks import BLOCK
from microgradseq.data.vocabulary import Vocabulary

Blocks = Callable[[], Iterable[str]]
"""Gives the same pieces of a text each time it is called."""


class Tokens(NamedTuple):
    """A text as indices.

    Arguments:
        indices: (N,), an array or a memory-mapped file, in the smallest type that holds them.
        vocabulary: what they stand for.
        characters: how many characters the (cleaned) text has.
    """

    indices: Indices
    vocabulary: Vocabulary
    characters: int


class Piece(NamedTuple):
    """A part of a text as indices.

    Arguments:
        indices: (n,).
        characters: how many characters were read for it.
    """

    indices: Indices
    characters: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a text becomes symbols and indices.

    Arguments:
        unit: "characters", "graphemes", "words" or "bytes".
        clean: "none", "lower" or "d2l".
        minimum_count: rarer symbols become unknown.
        order: "frequency" or "code point".
        vocabulary: one to use instead of the text's own; it decides the unit.

    >>> Recipe(clean="lower").read(lambda: ["Ab", "ba"]).vocabulary.symbols
    ('<unk>', 'a', 'b')
    """

    unit: str = "characters"
    clean: str = "none"
    minimum_count: int = 1
    order: str = "frequency"
    vocabulary: Vocabulary | None = None

    def vocabulary_of(self, blocks: Blocks) -> Vocabulary:
        """The vocabulary: the one given, or one pass over the text to count its symbols."""
        if self.vocabulary is not None:
            return self.vocabulary
        counts = {} if self.unit == "bytes" else count_symbols(self._cleaned(blocks), self.unit)
        return Vocabulary.from_counts(counts, self.unit, self.minimum_count, self.order)

    def pieces(self, blocks: Blocks, vocabulary: Vocabulary) -> Iterator[Piece]:
        """The text as indices, piece by piece; DataError if nothing is left of it.

        Arguments:
            blocks: the text.
            vocabulary: from `vocabulary_of`.
        """
        characters = 0

        def counted() -> Iterator[str]:
            nonlocal characters
            for block in self._cleaned(blocks, vocabulary.unit):
                characters += len(block)
                yield block

        told, empty = 0, True
        for symbols in settled_pieces(counted(), vocabulary.unit):
            if len(symbols):
                yield Piece(vocabulary.encode(symbols), characters - told)
                told, empty = characters, False
        if empty:
            raise DataError(
                f"nothing is left of the text when it is split into {vocabulary.unit} "
                f'after cleaning it the way "{self.clean}"'
            )
        yield Piece(vocabulary.encode([]), characters - told)

    def read(self, blocks: Blocks) -> Tokens:
        """The whole text in memory."""
        vocabulary = self.vocabulary_of(blocks)
        pieces = list(self.pieces(blocks, vocabulary))
        indices = numpy.concatenate([piece.indices for piece in pieces])
        return Tokens(indices, vocabulary, sum(piece.characters for piece in pieces))

    def _cleaned(self, blocks: Blocks, unit: str | None = None) -> Iterator[str]:
        return cleaned(blocks(), self.clean, blank_between_lines=(unit or self.unit) == "words")


def encoded(
    text: str,
    unit: str = "characters",
    clean: str = "none",
    minimum_count: int = 1,
    order: str = "frequency",
    vocabulary: Vocabulary | None = None,
) -> Tokens:
    """A text in memory as indices.

    Arguments:
        text: not empty.
        unit, clean, minimum_count, order, vocabulary: see `Recipe`.

    >>> encoded("Banana!", clean="d2l").indices
    array([3, 1, 2, 1, 2, 1], dtype=uint8)
    """
    recipe = Recipe(unit, clean, minimum_count, order, vocabulary)
    return recipe.read(lambda: (text[at : at + BLOCK] for at in range(0, len(text), BLOCK)))


def count_symbols(blocks: Iterable[str], unit: str) -> dict[Any, int]:
    """How often each symbol stands in a text.

    Arguments:
        blocks: pieces of it.
        unit: what a symbol is.

    >>> count_symbols(["ab", "汉b"], "characters")
    {'a': 1, 'b': 2, '汉': 1}
    """
    if unit != "characters":
        counts: Counter[Any] = Counter()
        for symbols in settled_pieces(blocks, unit):
            counts.update(symbols)
        return dict(counts)
    totals = numpy.zeros(256, numpy.int64)
    for block in blocks:
        found = _count_characters(block)
        if len(found) > len(totals):
            totals, found = found, totals
        totals[: len(found)] += found
    return {chr(point): int(totals[point]) for point in numpy.flatnonzero(totals)}


def _count_characters(block: str) -> NDArray[numpy.int64]:
    if not block.isascii():
        return numpy.bincount(code_points(block))
    data = block.encode("ascii")
    if len(data) % 2:
        data += b"\0"
    # Counting pairs takes half as many steps; a pair's count belongs to both of its characters.
    pairs = numpy.bincount(numpy.frombuffer(data, "<u2"), minlength=1 << 16).reshape(256, 256)
    counts: NDArray[numpy.int64] = pairs.sum(axis=0) + pairs.sum(axis=1)
    counts[0] -= len(data) - len(block)
    return counts
