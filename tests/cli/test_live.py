"""What `train` shows while it trains."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from microgradseq_cli.live import LiveWatch, plain_line

STEP = {
    "event": "step",
    "step": 18,
    "loss": 0.1151,
    "perplexity": 1.122,
    "tokens_per_second": 56284.0,
    "lr": 0.005325,
}


def view(width: int, *events: dict[str, Any]) -> list[str]:
    """The lines that a terminal of a width shows after some events."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    watch = LiveWatch(console)
    watch.planned = 960
    for event in events:
        watch.on_event(event)
    with console.capture() as shown:
        console.print(watch.picture())
    return shown.get().splitlines()


def control(command: str, accepted: bool = True) -> dict[str, Any]:
    return {"event": "control", "command": command, "accepted": accepted, "reason": "no"}


@pytest.mark.parametrize("width", [40, 80])
def test_a_line_of_numbers_ends_between_two_of_them(width: int) -> None:
    validation = {"event": "validation", "loss": 0.1514, "metrics": {}}
    lines = view(width, STEP, validation)
    numbers = lines[2 : 2 + (3 if width == 40 else 2)]
    assert [part for line in numbers for part in line.rstrip().split("   ")] == [
        "loss 0.1151",
        "perplexity 1.122",
        "validation loss 0.1514",
        "56,284 tokens/s",
        "lr 0.005325",
    ]


@pytest.mark.parametrize(
    ("commands", "paused"),
    [
        ([control("pause")], True),
        ([control("pause"), control("sample")], True),
        ([control("pause"), control("resume")], False),
        ([control("step")], True),
        ([control("pause", accepted=False)], False),
    ],
)
def test_a_run_that_waits_says_so(commands: list[dict[str, Any]], paused: bool) -> None:
    lines = view(80, STEP, *commands)
    assert lines[1].rstrip().endswith("18 of 960 steps, paused") == paused


def test_a_sample_of_several_lines_is_one_line_of_a_log() -> None:
    table = "positive (99%)\n   49% ██ it's\n   63% ███ good\n"
    assert plain_line({"event": "sample", "text": table}) == (
        "  positive (99%) 49% ██ it's 63% ███ good"
    )
    assert len(plain_line({"event": "sample", "text": "the tide " * 50})) == 202
