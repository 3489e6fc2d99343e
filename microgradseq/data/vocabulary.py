"""A vocabulary: which symbols there are, and the index of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy
from numpy.typing import NDArray

from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.lookup import UNSEEN, Indices, Lookup, index_type
from microgradseq.data.symbols import UNITS, Symbol, join, split

UNKNOWN = "<unk>"
ORDERS = ("frequency", "code point")
BYTES = range(256)


class Vocabulary:
    """Symbols in the order of their indices.

    Arguments:
        symbols: all of them, each once. If `unknown` is not among them, it is put first.
        unit: what a symbol is: "characters", "graphemes", "words" or "bytes".
        unknown: the symbol that stands for every other; None for none, and then text with other
            symbols cannot be encoded.

    >>> vocabulary = Vocabulary("abc")
    >>> vocabulary.encode("cab!"), vocabulary.decode([3, 1, 2])
    (array([3, 1, 2, 0], dtype=uint8), 'cab')
    """

    def __init__(
        self,
        symbols: Iterable[Symbol],
        unit: str = "characters",
        unknown: str | None = UNKNOWN,
    ) -> None:
        given = tuple(symbols)
        if unknown is not None and unknown not in given:
            given = (unknown, *given)
        if unit not in UNITS:
            raise SettingError(f'a symbol is one of {", ".join(UNITS)}, not "{unit}"')
        self.symbols = given
        self.unit = unit
        self.unknown = unknown
        self._indices = {symbol: index for index, symbol in enumerate(given)}
        if len(self._indices) != len(given):
            twice = next(symbol for symbol, count in Counter(given).items() if count > 1)
            raise DataError(f"a vocabulary holds each symbol once, but {twice!r} is in it twice")

    @classmethod
    def of(
        cls,
        text: str | Iterable[Symbol],
        unit: str = "characters",
        minimum_count: int = 1,
        order: str = "frequency",
        specials: Sequence[str] = (),
    ) -> Self:
        """The vocabulary of a text.

        Arguments:
            text: a text, or symbols.
            unit: what a symbol is. For "bytes" all 256 are there, in order, and none is unknown.
            minimum_count: rarer symbols are left out and become unknown.
            order: "frequency", most frequent first, equals by code point; or "code point".
            specials: symbols of a task's own, such as "<end>", put after the unknown one.

        >>> Vocabulary.of("banana").symbols
        ('<unk>', 'a', 'n', 'b')
        """
        symbols = split(text, unit) if isinstance(text, str) else text
        return cls.from_counts(Counter(symbols), unit, minimum_count, order, specials)

    @classmethod
    def from_counts(
        cls,
        counts: Mapping[Any, int],
        unit: str = "characters",
        minimum_count: int = 1,
        order: str = "frequency",
        specials: Sequence[str] = (),
    ) -> Self:
        """The vocabulary of symbols that have been counted.

        Arguments:
            counts: how often each symbol stands in the text.
            unit, minimum_count, order, specials: as for `of`.
        Returns:
            The vocabulary. SettingError if no symbol is frequent enough to be in it.

        >>> Vocabulary.from_counts({"a": 1, "b": 3}, minimum_count=2).symbols
        ('<unk>', 'b')
        """
        if order not in ORDERS:
            raise SettingError(f'symbols are ordered by one of {", ".join(ORDERS)}, not "{order}"')
        if unit == "bytes":
            return cls((*specials, *BYTES), unit, unknown=None)
        kept = [
            symbol
            for symbol, count in counts.items()
            if count >= minimum_count and symbol != UNKNOWN and symbol not in specials
        ]
        if minimum_count > 1 and counts and not kept:
            raise SettingError(
                f"no symbol occurs {minimum_count:,} times, so that none would be known: "
                "take a smaller minimum count"
            )
        kept.sort()
        if order == "frequency":
            kept.sort(key=lambda symbol: -counts[symbol])
        return cls((UNKNOWN, *specials, *kept), unit)

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, symbol: Symbol) -> bool:
        return symbol in self._indices

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash((self.symbols, self.unit, self.unknown))

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} symbols, unit={self.unit!r})"

    def encode(self, text: str | Iterable[Symbol]) -> Indices:
        """The indices of a text.

        Arguments:
            text: a text, or symbols.
        Returns:
            One index a symbol, in the smallest of uint8, uint16 and int32 that holds them all.

        >>> Vocabulary(["to", "be"], unit="words").encode("be or to")
        array([2, 0, 1], dtype=uint8)
        """
        symbols = split(text, self.unit) if isinstance(text, str) else text
        if isinstance(symbols, str):
            found = self._lookup.of_text(symbols)
        elif isinstance(symbols, bytes) and self.unit == "bytes":
            found = self._lookup.of_bytes(symbols)
        else:
            missing = self._unknown_index
            found = numpy.array([self._indices.get(each, missing) for each in symbols], numpy.int32)
        if self.unknown is None and bool((found == UNSEEN).any()):
            raise self._unseen(self.unknown_in(symbols)[0])
        return found.astype(index_type(len(self)), copy=False)

    def decode(self, indices: Iterable[int] | NDArray[Any]) -> str:
        """The text of indices.

        Arguments:
            indices: in any order.

        >>> Vocabulary("ab").decode([1, 2, 0])
        'ab<unk>'
        """
        return join((self.symbol(int(index)) for index in indices), self.unit)

    def symbol(self, index: int) -> Symbol:
        """The symbol of an index.

        >>> Vocabulary("ab").symbol(2)
        'b'
        """
        if not 0 <= index < len(self.symbols):
            raise DataError(f"there is no symbol {index}: the vocabulary has {len(self):,}")
        return self.symbols[index]

    def index(self, symbol: Symbol) -> int:
        """The index of a symbol, or that of the unknown one.

        >>> Vocabulary("ab").index("b"), Vocabulary("ab").index("?")
        (2, 0)
        """
        found = self._indices.get(symbol, self._unknown_index)
        if found == UNSEEN:
            raise self._unseen(symbol)
        return found

    def unknown_in(self, text: str | Iterable[Symbol]) -> list[str]:
        """What a text has that the vocabulary does not, each once, in order.

        Arguments:
            text: a text, or symbols.

        >>> Vocabulary("ab").unknown_in("abcacd")
        ['c', 'd']
        """
        symbols = split(text, self.unit) if isinstance(text, str) else text
        return [str(symbol) for symbol in dict.fromkeys(symbols) if symbol not in self._indices]

    def as_dict(self) -> dict[str, Any]:
        """The vocabulary as JSON can hold it.

        >>> Vocabulary("ab").as_dict()
        {'unit': 'characters', 'unknown': '<unk>', 'symbols': ['<unk>', 'a', 'b']}
        """
        return {"unit": self.unit, "unknown": self.unknown, "symbols": list(self.symbols)}

    @classmethod
    def from_dict(cls, saved: Any) -> Self:
        """The vocabulary that `as_dict` gave.

        Arguments:
            saved: what was read from JSON; DataError if it is anything else.

        >>> Vocabulary.from_dict(Vocabulary("ab").as_dict()) == Vocabulary("ab")
        True
        """
        if not isinstance(saved, Mapping) or not isinstance(saved.get("symbols"), list):
            raise DataError("a saved vocabulary needs a list of symbols")
        symbols, unit, unknown = saved["symbols"], saved.get("unit"), saved.get("unknown")
        if unit not in UNITS:
            raise DataError(f"a saved vocabulary has the unit {unit!r}, which is none of ours")
        if unknown is not None and unknown not in symbols:
            raise DataError(f"a saved vocabulary has no place for its unknown symbol {unknown!r}")
        for index, symbol in enumerate(symbols):
            byte = unit == "bytes" and type(symbol) is int and symbol in BYTES
            if not (byte or isinstance(symbol, str)):
                raise DataError(f"symbol {index:,} of a saved vocabulary is {symbol!r}, not text")
        return cls(symbols, unit, unknown)

    @cached_property
    def _unknown_index(self) -> int:
        return UNSEEN if self.unknown is None else self._indices[self.unknown]

    @cached_property
    def _lookup(self) -> Lookup:
        number = _byte if self.unit == "bytes" else _code_point
        return Lookup(map(number, self.symbols), self._unknown_index)

    def _unseen(self, symbol: Symbol) -> DataError:
        return DataError(
            f"{symbol!r} is not in the vocabulary, which has no symbol for unknown ones"
        )


def _code_point(symbol: Symbol) -> int:
    return ord(symbol) if isinstance(symbol, str) and len(symbol) == 1 else UNSEEN


def _byte(symbol: Symbol) -> int:
    return symbol if isinstance(symbol, int) else UNSEEN
