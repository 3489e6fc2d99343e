"""Files to train on that are not as most files are."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Command

FEW = ["--hidden", "4", "--batch", "4", "--unroll", "8", "--max-steps", "2"]


def test_a_text_that_can_be_read_once_only_is_refused(command: Command, here: Path) -> None:
    os.mkfifo(here / "pipe")
    code, out, err = command("train", "pipe")
    assert (code, out) == (2, "")
    assert err == "Error: pipe can be read once only; save the text in a file and train that\n"


def test_a_file_whose_name_is_not_utf8_can_be_trained(command: Command, here: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (here / "tide.txt").rename(here / name)
    assert command("train", name, "--name", "a", "--quiet", *FEW).code == 0
    assert command("evaluate", "a").code == 0
    assert json.loads((here / "runs/a/run.json").read_text(encoding="utf-8"))["source"] == name
