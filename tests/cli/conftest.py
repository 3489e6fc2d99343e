"""What tests of commands that train share."""

from __future__ import annotations

from pathlib import Path

import pytest

TEXT = "the tide went out and the tide came in, and the ferry went to and fro.\n" * 20


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MICROGRADSEQ_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tide.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path
