"""Where this program may keep things in a user's home, on each kind of system."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PROGRAM = "microgradseq"
CACHE_VARIABLE = "MICROGRADSEQ_CACHE"


def cache_folder() -> Path:
    """The folder for what can be made again: encoded texts, downloads. It may not exist yet.

    The environment variable MICROGRADSEQ_CACHE names another one.

    >>> os.environ["MICROGRADSEQ_CACHE"] = "somewhere"
    >>> cache_folder() == Path("somewhere").absolute()
    True
    >>> del os.environ["MICROGRADSEQ_CACHE"]
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / PROGRAM
    if sys.platform == "win32":
        return _named("LOCALAPPDATA", "AppData/Local") / PROGRAM / "Cache"
    return _named("XDG_CACHE_HOME", ".cache") / PROGRAM


def config_folder() -> Path:
    """The folder for what a user has chosen. It may not exist yet.

    >>> config_folder().name
    'microgradseq'
    """
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / PROGRAM
    if sys.platform == "win32":
        return _named("APPDATA", "AppData/Roaming") / PROGRAM
    return _named("XDG_CONFIG_HOME", ".config") / PROGRAM


def _named(variable: str, usual: str) -> Path:
    """The folder that a variable names; a relative one does not count, as XDG demands."""
    folder = os.environ.get(variable, "")
    return Path(folder) if os.path.isabs(folder) else Path.home() / usual
