"""Folders in a user's home, on each kind of system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from microgradseq.data.places import cache_folder, config_folder

VARIABLES = ("MICROGRADSEQ_CACHE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA", "APPDATA")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("system", "cache", "config"),
    [
        ("linux", ".cache/microgradseq", ".config/microgradseq"),
        ("darwin", "Library/Caches/microgradseq", "Library/Application Support/microgradseq"),
        ("win32", "AppData/Local/microgradseq/Cache", "AppData/Roaming/microgradseq"),
    ],
)
def test_the_usual_places(
    home: Path, monkeypatch: pytest.MonkeyPatch, system: str, cache: str, config: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert (cache_folder(), config_folder()) == (home / cache, home / config)


def test_variables_name_other_places(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/does/not/count")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "settings"))
    assert cache_folder() == home / ".cache/microgradseq"
    assert config_folder() == home / "settings/microgradseq"
    monkeypatch.setenv("MICROGRADSEQ_CACHE", str(home / "mine"))
    assert cache_folder() == home / "mine"
