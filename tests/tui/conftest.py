"""What the tests of the app share: a folder of their own, and run folders to look at."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import _wait
from textual.css.stylesheet import Stylesheet

from microgradseq.training.event_log import EventWriter
from microgradseq.training.run_folder import RunFolder
from microgradseq_tui.app import MicrogradseqApp
from tests.tui.harness import LARGE, SMALL, Look

MakeApp = Callable[..., MicrogradseqApp]

# The pilot sleeps this long at least after every key, and tests of an app press thousands.
_wait.SLEEP_GRANULARITY = 1 / 100

_parse_rules = Stylesheet._parse_rules
_parsed: dict[Any, Any] = {}


def _parsed_once(self: Stylesheet, *text: Any, **options: Any) -> Any:
    """Styles that some app of this process has parsed; each would do it again for every screen."""
    variables = tuple(sorted(self._variables.items()))
    key = (variables, text, tuple(sorted(options.items())))
    if key not in _parsed:
        _parsed[key] = _parse_rules(self, *text, **options)
    return _parsed[key]


Stylesheet._parse_rules = _parsed_once  # type: ignore[method-assign]


@pytest.fixture
def make_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeApp:
    """Make an app that remembers in a folder of the test and finds runs there only."""
    monkeypatch.chdir(tmp_path)

    def make(screen: str | None = None, state: str | None = None) -> MicrogradseqApp:
        return MicrogradseqApp(screen, state, file=tmp_path / "config" / "app.json")

    return make


@pytest.fixture(params=["80x24", "120x40", "80x24_plain"])
def look(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Look:
    """A small terminal, a large one, and a small one without colours."""
    if request.param.endswith("plain"):
        monkeypatch.setenv("NO_COLOR", "1")
    return Look(LARGE if request.param == "120x40" else SMALL, request.param)


@pytest.fixture
def some_runs(tmp_path: Path) -> Path:
    """Three runs: a finished one, one whose trainer died, and one that cannot be read."""
    folder = tmp_path / "runs"
    for number, (name, status) in enumerate([("story-lstm", "finished"), ("时间机器", "running")]):
        run = RunFolder(folder / name)
        record = {"task": "language", "settings": {"cell": "lstm"}, "description": {}}
        run.create({**record, "status": status})
        log = EventWriter(run.events)
        numbers = {"epoch": 0, "tokens": 38400, "loss": 1.5 - number, "gradient_norm": 0.5}
        event = {"event": "step", "step": 1200 + number, **numbers, "lr": 0.01}
        log.write({**event, "tokens_per_second": 4266.0, "elapsed": 9.0})
        log.close()
    (folder / "broken").mkdir()
    (folder / "broken" / "run.json").write_text("{", encoding="utf-8")
    for age, name in enumerate(("story-lstm", "时间机器", "broken")):
        os.utime(folder / name / "run.json", (1000 - age, 1000 - age))
    return folder
