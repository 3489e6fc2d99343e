"""The table of actions: no key twice, every action carried out somewhere, the page up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from microgradseq_tui.action import Action
from microgradseq_tui.actions import ACTIONS, bindings_of, key_words, own_actions
from microgradseq_tui.app import MicrogradseqApp, screen_of
from microgradseq_tui.modes import MODES, PLACES
from microgradseq_tui.screens.export import ExportScreen
from microgradseq_tui.screens.help import HelpScreen, listed
from microgradseq_tui.screens.leave import LeaveScreen
from microgradseq_tui.screens.lesson import LessonScreen
from microgradseq_tui.screens.numbers import NumbersScreen
from microgradseq_tui.screens.picker import PickerScreen
from microgradseq_tui.screens.time import TimeScreen
from microgradseq_tui.screens.walk import WalkScreen
from microgradseq_tui.widgets.charts.curve_view import CurveView
from microgradseq_tui.widgets.charts.heat_map import HeatMapView
from microgradseq_tui.widgets.graph.graph_view import GraphView

ROOT = Path(__file__).parent.parent.parent
OWNERS: dict[str, Callable[[], object]] = {
    **{name: partial(screen_of, name) for name in MODES},
    "lesson": lambda: LessonScreen,
    "walk": lambda: WalkScreen,
    "time": lambda: TimeScreen,
    "graph": lambda: GraphView,
    "chart": lambda: CurveView,
    "heat_map": lambda: HeatMapView,
    "numbers": lambda: NumbersScreen,
    "export": lambda: ExportScreen,
    "picker": lambda: PickerScreen,
    "leave": lambda: LeaveScreen,
    "help": lambda: HelpScreen,
}
"""What carries the actions of each place out."""
# Terminals, tmux and screen keep these for themselves, or send nothing that can be told apart.
SWALLOWED = re.compile(r"ctrl\+(a|b|s|z|h|i|j|m|left|right|up|down)|alt\+.*|f([2-9]|1[1-9])")


@pytest.mark.parametrize("place", PLACES)
def test_no_key_stands_for_two_actions(place: str) -> None:
    own = own_actions(place)
    everywhere = [] if place == "help" else own_actions("")
    keys = Counter(key for action in [*own, *everywhere] for key in action.keys)
    assert [key for key, times in keys.items() if times > 1] == []


def test_train_and_compare_have_the_same_keys_for_the_same_thing() -> None:
    train, compare = (
        {action.name: action.keys for action in own_actions(place)}
        for place in ("train", "compare")
    )
    same = train.keys() & compare.keys()
    assert {"start", "stop", "next_view", "new"} <= same
    assert {name: compare[name] for name in same} == {name: train[name] for name in same}


@pytest.mark.parametrize("place", PLACES)
def test_help_writes_no_heading_twice(place: str) -> None:
    lines = listed(own_actions(place)).plain.splitlines()
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_is_whole(action: Action) -> None:
    assert action.keys
    assert action.label
    assert set(action.screens) <= set(PLACES)
    assert not action.words.endswith(".")
    assert [key for key in action.keys if SWALLOWED.fullmatch(key)] == []


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_is_carried_out(action: Action) -> None:
    method = f"action_{action.name.partition('(')[0]}"
    owners: list[object] = [OWNERS[name]() for name in action.screens]
    for owner in owners or [MicrogradseqApp]:
        assert callable(getattr(owner, method))


def test_bindings_and_help_come_from_the_table() -> None:
    for place in (*PLACES, ""):
        bound = {(binding.key, binding.action) for binding in bindings_of(place)}
        members = own_actions(place)
        assert bound == {(",".join(action.keys), action.name) for action in members}
    text = listed(own_actions("runs")).plain
    for action in own_actions("runs"):
        assert action.sentence in text
        assert ", ".join(map(key_words, action.keys)) in text


def test_the_page_of_keys_is_current() -> None:
    code = "import sys; sys.path[:0] = ['tools']; import write_keys as w; print(w.page(), end='')"
    made = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    kept = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    assert made.stdout == kept, "run tools/write_keys.py"
