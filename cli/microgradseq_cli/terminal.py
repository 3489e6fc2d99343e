"""Whether there is a terminal that a full-screen program can use."""

from __future__ import annotations

import os
import sys


def on_terminal() -> bool:
    """Whether keys can be read and pictures shown: no pipe, no file, no dumb terminal."""
    if os.environ.get("TERM") in ("dumb", "unknown"):
        return False
    # the app draws on stderr, so that it must be a terminal too
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
