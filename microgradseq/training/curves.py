"""All numbers of a log as columns, without reading a million lines of JSON one by one.

A step event is a line that the trainer wrote: its fields stand in a fixed order, with commas
between. So NumPy finds all line ends and all commas at once, and from them where each number is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy
from numpy.lib.stride_tricks import sliding_window_view

from microgradseq.backend import Array
from microgradseq.training.errors import RunError
from microgradseq.training.events import Event, event_in

_STEP = numpy.frombuffer(b'{"event":"step","step":', dtype="uint8")
_NEWLINE, _COMMA = 10, 44
_LONGEST = 24
"""A number that JSON holds has at most so many characters."""
_DIGITS = 15
"""A whole number of so many digits is exact as a float."""
_FIELDS = {"step": 1, "epoch": 2, "tokens": 3, "loss": 4, "gradient_norm": 5, "lr": 6}
"""Behind how many commas a field stands; perplexity, where there is one, moves the later ones."""
_OPTIONAL = '"perplexity"'
_Reading = Callable[[Array, Array, Array], Array]


class Curves:
    """The numbers of all step events as columns, and all other events.

    Arguments:
        path: events.jsonl. A torn last line is passed over.

    Columns: `step`, `epoch`, `tokens` (whole numbers), `loss`, `gradient_norm`, `lr`, `elapsed`
    (NaN for what was not finite), each (N,), and read when it is first asked for.

    >>> Curves(Path("nowhere")).loss.tolist()
    []
    """

    def __init__(self, path: Path) -> None:
        try:
            log = path.read_bytes()
        except FileNotFoundError:
            log = b""
        except OSError as error:
            raise RunError(f"{path} cannot be read: {error.strerror or error}") from error
        self._text = log[: log.rfind(b"\n") + 1]
        self._bytes = numpy.frombuffer(self._text, dtype="uint8")
        ends = numpy.flatnonzero(self._bytes == _NEWLINE)
        starts = numpy.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
        stepped = self._are_steps(starts, ends)
        self._starts, self._ends = starts[stepped], ends[stepped]
        rest = zip(starts[~stepped].tolist(), ends[~stepped].tolist(), strict=True)
        found = (event_in(self._text[start:end]) for start, end in rest)
        self.others: list[Event] = [event for event in found if event is not None]

    def _are_steps(self, starts: Array, ends: Array) -> Array:
        """Which lines are step events, by how they begin."""
        long_enough = ends - starts > len(_STEP) + _LONGEST
        found = long_enough.copy()
        found[long_enough] = (_taken(self._bytes, starts[long_enough], len(_STEP)) == _STEP).all(1)
        return found

    def of_kind(self, kind: str) -> list[Event]:
        """The other events of one kind, oldest first.

        Arguments:
            kind: such as "sample".
        """
        return [event for event in self.others if event["event"] == kind]

    @property
    def size(self) -> int:
        """Bytes of the log that were read; a torn last line is not among them."""
        return len(self._text)

    @property
    def last_step(self) -> Event | None:
        """The last step event; None where there is none."""
        if not len(self._starts):
            return None
        return event_in(self._text[int(self._starts[-1]) : int(self._ends[-1])])

    @cached_property
    def step(self) -> Array:
        """Steps done."""
        return self._column("step", _whole_numbers).astype("int64")

    @cached_property
    def epoch(self) -> Array:
        """Passes over the data."""
        return self._column("epoch", _whole_numbers).astype("int64")

    @cached_property
    def tokens(self) -> Array:
        """Targets seen in all."""
        return self._column("tokens", _whole_numbers).astype("int64")

    @cached_property
    def loss(self) -> Array:
        """The loss of each step."""
        return self._column("loss", _numbers)

    @cached_property
    def gradient_norm(self) -> Array:
        """The norm of all gradients before clipping."""
        return self._column("gradient_norm", _numbers)

    @cached_property
    def lr(self) -> Array:
        """The learning rate."""
        return self._column("lr", _numbers)

    @cached_property
    def elapsed(self) -> Array:
        """Seconds of training in all; it stands last, and a brace ends it."""
        if not len(self._starts):
            return numpy.zeros(0)
        commas, _ = self._commas
        last = commas[numpy.searchsorted(commas, self._ends) - 1]
        return _numbers(self._bytes, last + len(',"elapsed":'), self._ends - 1)

    @cached_property
    def _commas(self) -> tuple[Array, Array]:
        """All commas, and which is the first of each step's line."""
        commas = numpy.flatnonzero(self._bytes == _COMMA)
        return commas, numpy.searchsorted(commas, self._starts)

    def _column(self, name: str, reading: _Reading) -> Array:
        if not len(self._starts):
            return numpy.zeros(0)
        commas, first = self._commas
        place = first + _FIELDS[name] - 1
        if _FIELDS[name] > _FIELDS["loss"]:
            # the letter after the comma and the quotation mark tells whether there is a perplexity
            optional = self._bytes[commas[first + _FIELDS["loss"]] + 2] == ord(_OPTIONAL[1])
            place = place + optional
        begin = commas[place] + len(f',"{name}":')
        return reading(self._bytes, begin, commas[place + 1])


def _numbers(text: Array, begin: Array, end: Array) -> Array:
    """Numbers written between two places of each line; null is NaN.

    Arguments:
        text: all bytes.
        begin, end: (N,).
    """
    width = min(int((end - begin).max()), _LONGEST)
    begin = numpy.minimum(begin, len(text) - width)
    letters = _taken(text, begin, width)
    letters *= numpy.arange(width) < (end - begin)[:, None]
    words = letters.view(f"S{width}")[:, 0]
    words[words == b"null"] = b"nan"
    return words.astype("float64")


def _whole_numbers(text: Array, begin: Array, end: Array) -> Array:
    """The same for what is written in digits alone, in a third of the time.

    Arguments:
        text: all bytes.
        begin, end: (N,).
    """
    width = int((end - begin).max())
    if width > _DIGITS or int(end.min()) < width:
        return _numbers(text, begin, end)
    digits = _taken(text, end - width, width) - ord("0")
    digits *= numpy.arange(width) >= width - (end - begin)[:, None]
    if (digits > 9).any() or (end == begin).any():
        # another hand wrote 1e3, or null, or nothing
        return _numbers(text, begin, end)
    return digits @ 10.0 ** numpy.arange(width - 1, -1, -1)


def _taken(text: Array, begin: Array, width: int) -> Array:
    """As many bytes from each place on, (N, width)."""
    if not len(begin):
        return numpy.zeros((0, width), dtype="uint8")
    return sliding_window_view(text, width)[begin]
