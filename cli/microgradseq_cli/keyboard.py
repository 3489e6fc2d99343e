"""Single keys from a terminal, arrow keys included, with the terminal put back afterwards."""

from __future__ import annotations

import os
import re
import select
import sys
from types import TracebackType

try:
    import termios
    import tty
except ImportError:  # a system whose terminals work another way
    AVAILABLE = False
else:
    AVAILABLE = True

_ESCAPE_PAUSE = 0.05
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O[@-~])")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;?]*[ -/]*|O)?\Z")
_NAMES = {
    b"\x1b[C": "right",
    b"\x1bOC": "right",
    b"\x1b[D": "left",
    b"\x1bOD": "left",
    b"\x1b[H": "home",
    b"\x1bOH": "home",
    b"\x1b[1~": "home",
    b"\x1b[F": "end",
    b"\x1bOF": "end",
    b"\x1b[4~": "end",
    b"\r": "enter",
    b"\n": "enter",
    b" ": "space",
}


def decode(typed: bytes) -> tuple[list[str], bytes]:
    r"""Turn what a terminal sent into keys.

    Arguments:
        typed: bytes as they were read; several keys may have arrived together.
    Returns:
        The keys in order, unknown ones left out, and the start of a key that is not complete.

    >>> decode(b"n\x1b[C\x1b[")
    (['n', 'right'], b'\x1b[')
    """
    keys: list[str] = []
    while typed:
        if _UNFINISHED.match(typed):
            return keys, typed
        sequence = _SEQUENCE.match(typed)
        one = sequence.group() if sequence else typed[:1]
        typed = typed[len(one) :]
        name = _NAMES.get(one, one.decode("ascii", errors="ignore") if len(one) == 1 else "")
        if name.isprintable() and name:
            keys.append(name)
    return keys, b""


class Keyboard:
    """Reads keys as they are pressed; use it in a `with` block.

    Ctrl-C still interrupts. Ctrl-Z is switched off inside, because a suspended program would
    leave the terminal in the middle of a picture.
    """

    def __enter__(self) -> Keyboard:
        self._file = sys.stdin.fileno()
        self._before = termios.tcgetattr(self._file)
        self._unfinished = b""
        tty.setcbreak(self._file)
        settings = termios.tcgetattr(self._file)
        settings[6][termios.VSUSP] = b"\x00"
        termios.tcsetattr(self._file, termios.TCSANOW, settings)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        termios.tcsetattr(self._file, termios.TCSAFLUSH, self._before)

    def read(self, seconds: float) -> list[str] | None:
        """Wait for keys.

        Arguments:
            seconds: how long to wait.
        Returns:
            The keys that were pressed, possibly none; None when the terminal is gone.
        """
        pause = _ESCAPE_PAUSE if self._unfinished else seconds
        if not select.select([self._file], [], [], pause)[0]:
            self._unfinished = b""
            return []
        typed = os.read(self._file, 1024)
        if not typed:
            return None
        keys, self._unfinished = decode(self._unfinished + typed)
        return keys
