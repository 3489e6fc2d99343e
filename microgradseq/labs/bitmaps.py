"""Letters and digits as small pictures of dots, five wide and seven high."""

from __future__ import annotations

import numpy
from numpy.typing import NDArray

from microgradseq.errors import UserError

WIDTH, HEIGHT = 5, 7
# seven rows of five dots each, one hexadecimal number a row, the leftmost dot worth 16
_ROWS = {
    "A": "0E 11 11 1F 11 11 11",
    "B": "1E 11 11 1E 11 11 1E",
    "C": "0E 11 10 10 10 11 0E",
    "D": "1E 11 11 11 11 11 1E",
    "E": "1F 10 10 1E 10 10 1F",
    "F": "1F 10 10 1E 10 10 10",
    "G": "0E 11 10 17 11 11 0F",
    "H": "11 11 11 1F 11 11 11",
    "I": "0E 04 04 04 04 04 0E",
    "J": "07 02 02 02 02 12 0C",
    "K": "11 12 14 18 14 12 11",
    "L": "10 10 10 10 10 10 1F",
    "M": "11 1B 15 15 11 11 11",
    "N": "11 19 15 13 11 11 11",
    "O": "0E 11 11 11 11 11 0E",
    "P": "1E 11 11 1E 10 10 10",
    "Q": "0E 11 11 11 15 12 0D",
    "R": "1E 11 11 1E 14 12 11",
    "S": "0F 10 10 0E 01 01 1E",
    "T": "1F 04 04 04 04 04 04",
    "U": "11 11 11 11 11 11 0E",
    "V": "11 11 11 11 11 0A 04",
    "W": "11 11 11 15 15 1B 11",
    "X": "11 11 0A 04 0A 11 11",
    "Y": "11 11 0A 04 04 04 04",
    "Z": "1F 01 02 04 08 10 1F",
    "0": "0E 11 13 15 19 11 0E",
    "1": "04 0C 04 04 04 04 0E",
    "2": "0E 11 01 06 08 10 1F",
    "3": "1F 02 04 02 01 11 0E",
    "4": "02 06 0A 12 1F 02 02",
    "5": "1F 10 1E 01 01 11 0E",
    "6": "06 08 10 1E 11 11 0E",
    "7": "1F 01 02 04 08 08 08",
    "8": "0E 11 11 0E 11 11 0E",
    "9": "0E 11 11 0F 01 02 0C",
}


def bitmap(character: str, zoom: int = 1) -> NDArray[numpy.float64]:
    r"""The picture of a letter or digit: +1 for a dot, −1 for none, (7 zoom, 5 zoom).

    Arguments:
        character: A to Z or 0 to 9.
        zoom: how many dots wide and high one dot becomes.

    >>> print("\n".join("".join("█" if dot > 0 else "·" for dot in row) for row in bitmap("T")))
    █████
    ··█··
    ··█··
    ··█··
    ··█··
    ··█··
    ··█··
    """
    rows = _ROWS.get(character)
    if rows is None:
        raise UserError(f"only A to Z and 0 to 9 have pictures, not {character!r}")
    dots = [
        [1.0 if int(row, 16) >> place & 1 else -1.0 for place in (4, 3, 2, 1, 0)]
        for row in rows.split()
    ]
    return numpy.kron(numpy.array(dots), numpy.ones((zoom, zoom)))


def blocks(dots: NDArray[numpy.float64]) -> list[str]:
    """A picture as lines of half blocks, two rows of dots a line, so that dots are square.

    Arguments:
        dots: (rows, columns); above 0 is a dot.

    >>> blocks(numpy.array([[1.0, -1.0, 1.0], [1.0, 1.0, -1.0]]))
    ['█▄▀']
    """
    filled = dots > 0
    if len(filled) % 2:
        filled = numpy.vstack([filled, numpy.zeros_like(filled[:1])])
    halves = " ▄▀█"
    return [
        "".join(halves[2 * int(upper) + int(lower)] for upper, lower in zip(*pair, strict=True))
        for pair in zip(filled[::2], filled[1::2], strict=True)
    ]
