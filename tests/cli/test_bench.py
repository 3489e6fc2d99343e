"""`microgradseq bench`: ours alone, or beside whatever is installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from microgradseq.speed import contenders, race

if TYPE_CHECKING:
    from tests.conftest import Command


def test_ours_is_measured(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (race, contenders):
        monkeypatch.setattr(module, "installed", lambda: {"ours": contenders.ours})
    arguments = ("bench", "--cells", "rnn", "--hidden", "4", "--rounds", "1", "--threads", "1")
    code, out, err = command(*arguments)
    assert code == 0
    assert err == (
        "measuring ours with 1 thread each …\nno ratio: neither PyTorch nor JAX is installed\n"
    )
    head, row = out.splitlines()
    assert head.split() == ["cell", "hidden", "ours", "ratio", "peak"]
    assert row.split()[:2] == ["rnn", "4"]
    (found,) = json.loads(command(*arguments, "--json").out)
    assert found["ratio"] is None
    assert found["medians"]["ours"] >= found["minima"]["ours"] > 0


def test_what_cannot_be_measured_is_refused(command: Command) -> None:
    code, _, err = command("bench", "--cells", "rnn,transformer")
    assert (code, err.partition(";")[0]) == (2, "Error: there is no cell 'transformer'")
    for sizes in ("", "many", "64,5000"):
        assert "must be whole numbers from 1 to 4,096" in command("bench", "--hidden", sizes).err
    assert command("bench", "--hidden", "0").code == 2
