"""How many cells of a terminal a text takes: Chinese characters and emoji take two."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_KEPT_LENGTH = 100
"""Tables measure the same short texts for every frame; longer ones would fill the memory."""
_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_CLOSING = frozenset({"Pe", "Pf", "Po"})
"""Categories of marks that stay with what is before them."""
_OPENING = frozenset("“（《「")
_WITHOUT_WIDTH = frozenset({"Mn", "Me", "Cf", "Cc"})


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """Split a text into what a terminal draws as one picture each.

    Arguments:
        text: any text.
    Returns:
        Pairs of a character (with the marks that belong to it) and its width in cells.

    >>> list(clusters("é汉"))
    [('é', 1), ('汉', 2)]
    """
    return iter(_kept_clusters(text)) if len(text) <= _KEPT_LENGTH else _split(text)


def _split(text: str) -> Iterator[tuple[str, int]]:
    cluster, width = "", 0
    for character in text:
        own = _character_width(character)
        if cluster and _belongs_to(cluster, character, own):
            cluster += character
            width = max(width, 2 if character == _EMOJI_STYLE or _is_flag(character) else own)
            continue
        if cluster:
            yield cluster, width
        cluster, width = character, own
    if cluster:
        yield cluster, width


def cell_width(text: str) -> int:
    """Measure a text in cells of a terminal.

    Arguments:
        text: any text without line breaks.
    Returns:
        The number of cells.

    >>> cell_width("h3"), cell_width("汉字"), cell_width("👩‍🚀")
    (2, 4, 2)
    """
    if text.isascii() and text.isprintable():
        return len(text)
    return _measured(text) if len(text) <= _KEPT_LENGTH else _measure(text)


def shorten(text: str, width: int) -> str:
    """Cut a text that is too wide, and mark the cut.

    Arguments:
        text: any text without line breaks.
        width: the cells there are, at least 1.
    Returns:
        The text itself where it fits, otherwise its beginning and `…`.

    >>> shorten("hidden state", 7), shorten("汉字汉字", 6)
    ('hidden…', '汉字…')
    """
    if cell_width(text) <= width:
        return text
    kept, used = "", 0
    for cluster, own in clusters(text):
        if used + own > width - 1:
            break
        kept, used = kept + cluster, used + own
    return kept + "…"


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines: at spaces, and anywhere between Chinese characters.

    Arguments:
        text: any text; its line breaks count as spaces.
        width: the cells there are in a line. What cannot be broken may be wider.
    Returns:
        The lines, without spaces at their ends. None begins with a mark that closes something.

    >>> wrapped("one line of words", 8), wrapped("汉字，汉字汉字", 6)
    (['one line', 'of words'], ['汉字，', '汉字汉', '字'])
    """
    lines, line, used = [], "", 0
    for gap, piece in _pieces(text):
        own = cell_width(piece)
        if line and used + gap + own > width:
            lines.append(line)
            line, used = piece, own
        else:
            spaces = " " * gap if line else ""
            line, used = f"{line}{spaces}{piece}", used + len(spaces) + own
    return [*lines, line] if line else lines


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """What is not broken, each with the count of spaces before it."""
    for word in text.split():
        gap, piece, ends = 1, "", False
        for cluster, width in clusters(word):
            category = unicodedata.category(cluster[0])
            if (
                piece
                and (width == 2 or ends)
                and category not in _CLOSING
                and piece not in _OPENING
            ):
                yield gap, piece
                gap, piece = 0, ""
            piece += cluster
            ends = width == 2
        yield gap, piece


def _measure(text: str) -> int:
    return sum(width for _, width in clusters(text))


@lru_cache(maxsize=4096)
def _kept_clusters(text: str) -> tuple[tuple[str, int], ...]:
    return tuple(_split(text))


_measured = lru_cache(maxsize=4096)(_measure)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _belongs_to(cluster: str, character: str, width: int) -> bool:
    if width == 0 or cluster.endswith(_JOINER):
        return True
    return _is_flag(character) and len(cluster) == 1 and _is_flag(cluster)
