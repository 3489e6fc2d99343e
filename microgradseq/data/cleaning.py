"""Cleaning text, block by block: not at all, to lower case, or as Dive into Deep Learning does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy
from numpy.typing import NDArray

from microgradseq.data.errors import SettingError

Bytes = NDArray[numpy.uint8]
CLEANINGS = ("none", "lower", "d2l")
_BLANK, _LINE_BREAK = ord(" "), ord("\n")


def _plain_letter(byte: int) -> int:
    """A letter in lower case; a line break; a blank for anything else."""
    character = chr(byte)
    kept = character == "\n" or (character.isascii() and character.isalpha())
    return ord(character.lower()) if kept else ord(" ")


_PLAIN_LETTERS = bytes(map(_plain_letter, range(256)))


def cleaned(blocks: Iterable[str], how: str, blank_between_lines: bool = False) -> Iterator[str]:
    r"""Clean a text that comes in pieces; where it is cut makes no difference.

    Arguments:
        blocks: pieces of text.
        how: "none", "lower", or "d2l": in each line every run of anything but the letters A to Z
            becomes one blank, blanks at its ends go, the rest becomes lower case.
        blank_between_lines: for "d2l", whether a blank stands where two lines meet, as words need
            it. Dive into Deep Learning puts nothing there where symbols are characters.

    >>> "".join(cleaned(["Time, Tra", "veller;\n", "\n and 2 more"], "d2l"))
    'time travellerand more'
    """
    if how == "none":
        return iter(blocks)
    if how == "lower":
        return (block.lower() for block in _ending_at_blanks(blocks))
    if how == "d2l":
        return _letters_only(blocks, blank_between_lines)
    raise SettingError(f'text is cleaned by one of {", ".join(CLEANINGS)}, not "{how}"')


def _ending_at_blanks(blocks: Iterable[str]) -> Iterator[str]:
    """The text in pieces that do not end within a word: a Greek sigma looks at its neighbours.

    A block without any blank is passed on as it is, so that memory stays bounded.
    """
    rest = ""
    for block in blocks:
        end = max(block.rfind(" "), block.rfind("\n")) + 1 or len(block)
        yield rest + block[:end]
        rest = block[end:]
    if rest:
        yield rest


def _letters_only(blocks: Iterable[str], blank_between_lines: bool) -> Iterator[str]:
    # What was held back of the last block stands for a whole run of blanks and line breaks. The
    # start of the text is the start of a line.
    held_back, started = b"\n", False
    for block in blocks:
        letters = held_back + block.encode("utf-8", "replace").translate(_PLAIN_LETTERS)
        body = letters.rstrip(b" \n")
        held_back = _shortened(letters[len(body) :])
        if body and blank_between_lines:
            text = _single_blanks(_bytes_of(body.replace(b"\n", b" "))).tobytes().decode("ascii")
            yield text if started else text.lstrip(" ")
        elif body:
            yield _without_line_breaks(_single_blanks(_bytes_of(body))).tobytes().decode("ascii")
        started = started or bool(body)


def _bytes_of(text: bytes) -> Bytes:
    return numpy.frombuffer(text, numpy.uint8)


def _shortened(blanks: bytes) -> bytes:
    return b"\n" if b"\n" in blanks else blanks[:1]


def _single_blanks(text: Bytes) -> Bytes:
    blank = text == _BLANK
    kept = numpy.ones(len(text), dtype=bool)
    numpy.logical_and(blank[1:], blank[:-1], out=kept[1:])
    numpy.logical_not(kept[1:], out=kept[1:])
    return text[kept]


def _without_line_breaks(text: Bytes) -> Bytes:
    """Text of single blanks, without its line breaks and the blanks beside them."""
    ends = text == _LINE_BREAK
    beside = ends.copy()
    beside[1:] |= ends[:-1]
    beside[:-1] |= ends[1:]
    dropped: NDArray[numpy.bool_] = ends | (beside & (text == _BLANK))
    return text[~dropped]
