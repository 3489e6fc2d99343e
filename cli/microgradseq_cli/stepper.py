"""Stepping through a derivative on a terminal: the picture, the rule, the numbers, the totals."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from textwrap import wrap
from types import FrameType

from rich.console import Console
from rich.text import Text

from microgradseq.lessons.stage import Moment, Stage
from microgradseq.numbers import readable
from microgradseq_cli.keyboard import Keyboard
from microgradseq_cli.viewport import CHANGED, Viewport
from microgradseq_cli.walk import Walk

KEYS = "Enter → next   ← back   q quit   g first   G last"
WORDS_ROWS = 2
TOTALS_ROWS = 2
BELOW_PICTURE = 1 + 1 + 1 + WORDS_ROWS + TOTALS_ROWS + 1
LOOK_AT_SIZE_EVERY = 0.25

_MOVES = {
    **dict.fromkeys(("enter", "right", "space", "n"), 1),
    **dict.fromkeys(("left", "p"), -1),
}
_FIRST = ("home", "g")
_LAST = ("end", "G")
_QUIT = ("q", "Q")


class Stepper:
    """Where in a walk the reader is, and how that looks.

    Arguments:
        walk: the steps.
    """

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.stage = Stage(walk.target.graph, walk.steps)
        self.number = 0
        self.finished = False
        self._view = Viewport(0, 0, 0, 0)

    def press(self, key: str) -> None:
        """React to a key; keys without a meaning are passed over."""
        last = len(self.walk.steps) - 1
        if key in _QUIT:
            self.finished = True
        elif key in _FIRST:
            self.number = 0
        elif key in _LAST:
            self.number = last
        else:
            self.number = min(max(self.number + _MOVES.get(key, 0), 0), last)

    def screen(self, width: int, height: int) -> Text:
        """The whole screen as it should look now.

        Arguments:
            width: columns of the terminal.
            height: its rows.
        """
        moment = self.stage.moment(self.number)
        rows = max(1, height - 1 - BELOW_PICTURE)
        told = self._explanation(width, rows - moment.canvas.height)
        self._view = Viewport(self._view.x, self._view.y, width, rows - len(told)).following(moment)
        expression = self.walk.target.expression.replace("\n", "; ")
        lines = [
            _fitted(Text(expression, style="bold"), width),
            *told,
            *self._view.lines(moment),
            *self._words(moment, width),
        ]
        return Text("\n", no_wrap=True, end="").join(lines[: max(1, height)])

    def _explanation(self, width: int, free: int) -> list[Text]:
        """What the example teaches, where the picture leaves room for it."""
        example = self.walk.target.example
        lines = wrap(example.explanation, width) if example is not None else []
        return [Text(line, style="italic") for line in lines] if len(lines) <= free else []

    def _words(self, moment: Moment, width: int) -> Iterator[Text]:
        step = self.walk.steps[self.number]
        count = len(self.walk.steps)
        yield Text("─" * width, style="dim")
        yield _fitted(
            Text.assemble(
                (f"step {self.number + 1} of {count}", "bold"), f"   {self.walk.operation(step)}"
            ),
            width,
        )
        yield _fitted(Text(step.numbers, style="cyan"), width)
        yield from _packed(step.text.split(), " ", width, WORDS_ROWS)
        yield from _packed(self._totals(moment), "   ", width, TOTALS_ROWS)
        yield _fitted(Text(KEYS, style="dim"), width)

    def _totals(self, moment: Moment) -> Iterator[Text]:
        """The running totals: the one that changed, then those of the leaves."""
        changed = self.walk.steps[self.number].node
        graph = self.walk.target.graph
        leaves = [node.id for node in graph.nodes if node.kind == "leaf" and node.id != changed]
        for identity in (changed, *leaves):
            if identity in moment.totals:
                name = self._derivative(graph.node(identity).name)
                total = f"{name} = {readable(moment.totals[identity])}"
                yield Text(total, style=CHANGED if identity == changed else "")

    def _derivative(self, name: str) -> str:
        if self.walk.mode == "reverse":
            return f"∂{self.walk.output}/∂{name}"
        return f"∂{name}/∂{next(iter(self.walk.derivatives))}"


def _fitted(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    return text


def _packed(parts: Iterable[Text | str], gap: str, width: int, rows: int) -> Iterator[Text]:
    """Parts side by side on exactly so many rows; what does not fit ends in an ellipsis."""
    lines = [Text()]
    for part in parts:
        piece = Text(part) if isinstance(part, str) else part
        if lines[-1].cell_len + len(gap) + piece.cell_len > width and len(lines) < rows:
            lines.append(Text())
        lines[-1].append(gap if lines[-1] else "").append_text(piece)
    lines += [Text() for _ in range(rows - len(lines))]
    yield from (_fitted(line, width) for line in lines)


def run(walk: Walk) -> None:
    """Step through a walk on this terminal until the reader quits.

    Arguments:
        walk: the steps.
    """
    stepper = Stepper(walk)
    console = Console(highlight=False)
    with _stopped_politely(), Keyboard() as keyboard, console.screen(hide_cursor=True) as screen:
        shown: tuple[int, object] | None = None
        while not stepper.finished:
            now = (stepper.number, console.size)
            if now != shown:
                screen.update(stepper.screen(console.width, console.height))
                shown = now
            keys = keyboard.read(LOOK_AT_SIZE_EVERY)
            if keys is None:
                return
            for key in keys:
                stepper.press(key)


@contextmanager
def _stopped_politely() -> Iterator[None]:
    """A polite request to end becomes an exception, so that the terminal is put back first."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
