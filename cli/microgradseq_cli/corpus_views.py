"""How a corpus begins, drawn for a person or as plain data: each kind in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from microgradseq.backend import Array
from microgradseq.cells import cell_width, clusters, shorten

USUAL_COUNT = {
    "text": 12,
    "tagged": 5,
    "entities": 5,
    "labelled": 10,
    "pairs": 10,
    "digits": 4,
    "series": 400,
}
"""How many lines, sentences, pairs, images or numbers are shown unless somebody says otherwise."""

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_PLOT_HEIGHT = 12
_DARK = 96


def plain_beginning(kind: str, data: Any, count: int | None) -> Any:
    r"""The first things of a corpus as JSON can hold them.

    Arguments:
        kind: one of `corpus.KINDS`.
        data: what a corpus of that kind reads.
        count: how many things; None for as many as are usual.
    Returns:
        A list: of lines, sentences, pairs, numbers, or of objects with a label and pixels.

    >>> plain_beginning("text", "one\ntwo\nthree\n", 2)
    ['one', 'two']
    """
    count = count or USUAL_COUNT[kind]
    if kind == "text":
        return list(_first_lines(data, count))
    if kind == "digits":
        return [
            {"label": int(label), "pixels": image.tolist()}
            for image, label in islice(zip(*data, strict=True), count)
        ]
    return data[:count].tolist() if kind == "series" else data[:count]


def beginning(kind: str, data: Any, count: int | None, width: int) -> Iterator[str]:
    """The first things of a corpus as lines.

    Arguments:
        kind: one of `corpus.KINDS`.
        data: what a corpus of that kind reads.
        count: how many things; None for as many as are usual.
        width: cells a line.

    >>> list(beginning("pairs", [("one", "un"), ("three", "trois")], None, 40))
    ['one    un', 'three  trois']
    """
    count = count or USUAL_COUNT[kind]
    if kind == "text":
        return _folded(_first_lines(data, count), width)
    if kind == "series":
        return _plot(data[:count], width)
    if kind == "digits":
        return _images(data[0][:count], data[1][:count], width)
    if kind in ("tagged", "entities"):
        return _aligned(data[:count], width)
    return _beside(data[:count], width)


def _first_lines(text: str, count: int) -> Iterator[str]:
    """The first lines, looked for one at a time, for a text may be long."""
    start = 0
    for _ in range(count):
        if start >= len(text):
            return
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def _folded(lines: Iterable[str], width: int) -> Iterator[str]:
    """Lines that are too wide go on in the next one; no character is lost."""
    for line in lines:
        kept, used = "", 0
        for cluster, cells in clusters(line.expandtabs()):
            if used + cells > width:
                yield kept
                kept, used = "", 0
            kept, used = kept + cluster, used + cells
        yield kept


def _aligned(sentences: Sequence[Sequence[tuple[str, str]]], width: int) -> Iterator[str]:
    """Each word with its tag beneath it; a long sentence goes on further down."""
    for number, sentence in enumerate(sentences):
        if number:
            yield ""
        words, tags, used = "", "", 0
        for word, tag in sentence:
            room = max(cell_width(word), cell_width(tag)) + 2
            if used and used + room - 2 > width:
                yield from (words.rstrip(), tags.rstrip())
                words, tags, used = "", "", 0
            words += word + " " * (room - cell_width(word))
            tags += tag + " " * (room - cell_width(tag))
            used += room
        yield from (words.rstrip(), tags.rstrip())


def _beside(pairs: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Two columns; what does not fit is cut, and the cut is marked."""
    right = min(max((cell_width(one) for _, one in pairs), default=0), width // 2 - 2)
    left = min(max((cell_width(one) for one, _ in pairs), default=0), width - right - 2)
    for first, second in pairs:
        shown = shorten(first, left)
        rest = shorten(second, width - left - 2)
        yield shown + " " * (left - cell_width(shown) + 2) + rest


def _images(images: Array, labels: Array, width: int) -> Iterator[str]:
    """Images in half blocks, as many beside each other as fit, their labels above."""
    across = images.shape[2]
    each = max(1, (width + 2) // (across + 2))
    for start in range(0, len(images), each):
        if start:
            yield ""
        row = images[start : start + each]
        names = labels[start : start + each]
        yield "  ".join(f"{name!s:{across}}" for name in names).rstrip()
        drawn = [list(half_blocks(image >= _DARK)) for image in row]
        for lines in zip(*drawn, strict=True):
            yield "  ".join(lines).rstrip()


def half_blocks(dark: Array) -> Iterator[str]:
    """A picture of two colours as characters, two points above each other in each.

    Arguments:
        dark: which points are drawn, (height, width) of booleans.

    >>> import numpy
    >>> list(half_blocks(numpy.array([[1, 0, 1], [0, 1, 1], [1, 1, 0]]) > 0))
    ['▀▄█', '▀▀ ']
    """
    height, width = dark.shape
    for top in range(0, height, 2):
        lower = dark[top + 1] if top + 1 < height else [False] * width
        yield "".join(
            _HALVES[bool(up), bool(down)] for up, down in zip(dark[top], lower, strict=True)
        )


def _plot(numbers: Array, width: int) -> Iterator[str]:
    import numpy  # noqa: PLC0415 - most kinds need no numbers

    from microgradseq.charts.chart import Look, draw_chart  # noqa: PLC0415
    from microgradseq.charts.columns import Series  # noqa: PLC0415

    places = numpy.arange(len(numbers), dtype="float64")
    look = Look(width, _PLOT_HEIGHT, bands=False, x_name="step")
    yield from draw_chart([Series("series", places, numbers)], look).text().split("\n")
