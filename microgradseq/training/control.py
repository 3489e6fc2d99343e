"""The commands that a viewer gives a trainer, and how they reach it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from microgradseq.training.errors import DiskError, RunError

LONGEST_PREFIX = 10_000


@dataclass(frozen=True, slots=True)
class Control:
    """A command as data: its help, and what may come with it.

    Arguments:
        name: the value of "command".
        words: what it does.
        value: whether it has a number as "value", and what that is.
        extras: other fields, by name, in words.
    """

    name: str
    words: str
    value: str | None = None
    extras: Mapping[str, str] = field(default_factory=dict)


CONTROLS: Mapping[str, Control] = {
    control.name: control
    for control in (
        Control("pause", "wait after the step at work"),
        Control("resume", "go on"),
        Control("step", "do one step, then wait"),
        Control("lr", "set the learning rate", value="the new rate, above 0"),
        Control("clip", "set the largest norm of gradients", value="the norm; 0 for no limit"),
        Control(
            "sample",
            "write a sample now",
            extras={"prefix": "how it begins", "temperature": "how boldly, from 0 on"},
        ),
        Control("checkpoint", "save everything now"),
        Control("stop", "save everything and end"),
    )
}


def send(path: Path, command: str, **extras: Any) -> None:
    """Append a command for the trainer to read.

    Arguments:
        path: control.jsonl.
        command: one of CONTROLS.
        extras: "value", or "prefix" and "temperature".

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "control.jsonl"
    ...     send(path, "lr", value=0.5)
    ...     ControlReader(path, from_start=True).new()
    [{'command': 'lr', 'value': 0.5}]
    """
    content = {"command": command, **extras}
    reason = refusal(content)
    if reason is not None:
        raise RunError(reason)
    line = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    try:
        # one write in append mode: two viewers' lines never mix
        with path.open("ab", buffering=0) as file:
            file.write(line + b"\n")
    except OSError as error:
        raise DiskError(f"{path} cannot be written: {error.strerror or error}") from error


def refusal(content: Mapping[str, Any]) -> str | None:
    """Why a command cannot be obeyed, in words; None if it can.

    >>> refusal({"command": "lr", "value": -1})
    'lr needs a value above 0, not -1'
    """
    name = content.get("command")
    control = CONTROLS.get(name) if isinstance(name, str) else None
    if control is None:
        return f"there is no command {name!r}; commands: {', '.join(CONTROLS)}"
    if control.value is not None:
        value: Any = content.get("value")
        if not _is_number(value):
            return f"{name} needs a number as value, not {value!r}"
        if value < 0 or (name == "lr" and value == 0):
            return f"{name} needs a value {'above 0' if name == 'lr' else 'from 0 on'}, not {value}"
    if name == "sample":
        prefix, temperature = content.get("prefix", ""), content.get("temperature", 1.0)
        if not isinstance(prefix, str) or len(prefix) > LONGEST_PREFIX:
            return f"a prefix is a text of at most {LONGEST_PREFIX} characters"
        if not _is_number(temperature) or temperature < 0:
            return f"a temperature is a number from 0 on, not {temperature!r}"
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and math.isfinite(value)


class ControlReader:
    """Gives the commands that came since the last look.

    Arguments:
        path: control.jsonl; it need not be there.
        from_start: whether what is there already counts; if not, it belongs to an earlier trainer.
    """

    def __init__(self, path: Path, from_start: bool = False) -> None:
        self.path = path
        self._offset = 0 if from_start else self._size()

    def _size(self) -> int:
        try:
            return os.stat(self.path).st_size
        except OSError:
            return 0

    def new(self) -> list[dict[str, Any]]:
        """The commands since the last call; a torn last line waits for its rest."""
        size = self._size()
        if size == self._offset:
            return []
        # a file that has become shorter was begun anew
        start = self._offset if size > self._offset else 0
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                block = file.read()
        except OSError:
            return []
        whole = block.rfind(b"\n") + 1
        self._offset = start + whole
        return [_content(line) for line in block[:whole].splitlines() if line.strip()]


def _content(line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        content = None
    return content if isinstance(content, dict) else {"command": line[:60].decode(errors="replace")}
