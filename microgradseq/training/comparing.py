"""Networks trained on the same data from the same seed: what differs, and how each is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.nearest import there_is_no
from microgradseq.data.source import is_file
from microgradseq.tasks.choice import choose_task
from microgradseq.tasks.registry import settings_for
from microgradseq.tasks.settings import CELLS, Settings, setting_of, text_of
from microgradseq.training.errors import RunError
from microgradseq.training.run_folder import RUNS, checked_name
from microgradseq.training.start import stem_of

MOST = 4
"""So many curves can still be told apart on a small screen."""
REPORTS = 10
"""How often a network is measured and writes, over a comparison's whole length."""
ENOUGH_EPOCHS = 10**9
"""The steps, not the passes over the data, say how long a comparison lasts."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Up to four networks, and what they are trained on.

    Arguments:
        name: what its runs' names begin with.
        words: what there is to see, in one line.
        target: a task's name, a corpus's name, or a file.
        networks: for each network, by its label, the settings of its own.
        shared: the settings of all.
        steps: how long each is trained.
        seed: of all random numbers, the same for each.
    """

    name: str
    words: str
    target: str
    networks: Mapping[str, Mapping[str, Any]]
    shared: Mapping[str, Any] = field(default_factory=dict)
    steps: int = 1000
    seed: int = 0

    def settings(self, label: str) -> Settings:
        """All settings of one network; SettingError where they cannot be.

        Arguments:
            label: one of networks.
        """
        kind, _ = choose_task(self.target)
        every = max(1, self.steps // REPORTS)
        reports = dict.fromkeys(("validate_every", "sample_every", "checkpoint_every"), every)
        return settings_for(
            kind,
            **{
                **reports,
                "epochs": ENOUGH_EPOCHS,
                **self.shared,
                **self.networks[label],
                "max_steps": self.steps,
                "seed": self.seed,
            },
        )

    def arguments(self, label: str, name: str, runs: Path = RUNS) -> list[str]:
        """What stands behind `microgradseq train` to train one network.

        Arguments:
            label: one of networks.
            name: of its run.
            runs: where runs lie.

        >>> arguments = COMPARISONS["adding"].arguments("rnn", "adding-rnn")
        >>> arguments[:5]
        ['adding', '--name', 'adding-rnn', '--runs-dir', 'runs']
        """
        kind, _ = choose_task(self.target)
        usual = settings_for(kind).as_dict()
        wanted = self.settings(label).as_dict()
        # what is the task's own default need not be said
        said = {name: value for name, value in wanted.items() if value != usual[name]}
        options = [option for name, value in said.items() for option in _option(name, value)]
        return [self.target, "--name", name, "--runs-dir", str(runs), *options]

    def run_names(self, runs: Path = RUNS) -> dict[str, str]:
        """A free name for each network's run, all with the same number behind them.

        Arguments:
            runs: where runs lie.

        >>> COMPARISONS["adding"].run_names(Path("nowhere"))
        {'rnn': 'adding-rnn', 'gru': 'adding-gru', 'lstm': 'adding-lstm'}
        """
        number = 1
        while True:
            ending = "" if number == 1 else f"-{number}"
            names = {label: f"{self.name}-{label}{ending}" for label in self.networks}
            if not any((runs / name).exists() for name in names.values()):
                return names
            number += 1

    def check(self) -> None:
        """Refuse what cannot be trained, before anything is started."""
        checked_name(self.name)
        if is_file(self.target) and not Path(self.target).exists():
            raise DataError(f"there is no file {self.target!r}")
        if not 2 <= len(self.networks) <= MOST:
            raise RunError(f"2 to {MOST} networks can be compared, not {len(self.networks)}")
        if self.steps < 1:
            raise SettingError(f"steps must be at least 1, not {self.steps}")
        for label in self.networks:
            checked_name(label)
            self.settings(label)


def _option(name: str, value: Any) -> list[str]:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    return [f"--{flag}", str(value)]


def networks_in(text: str) -> dict[str, dict[str, Any]]:
    """The networks that a person typed: commas between them, blanks between settings.

    Arguments:
        text: such as "rnn, gru, lstm" or "lstm lr=0.01, lstm lr=0.001"; a word without "=" is a
            cell.
    Returns:
        The settings of each by its label.

    >>> networks_in("rnn, lstm hidden=32")
    {'rnn': {'cell': 'rnn'}, 'lstm-hidden32': {'cell': 'lstm', 'hidden': 32}}
    """
    found: dict[str, dict[str, Any]] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        settings = settings_in(part)
        label = _label(settings)
        if label in found:
            raise SettingError(f'"{part}" stands there twice; what is compared must differ')
        found[label] = settings
    return found


def settings_in(text: str) -> dict[str, Any]:
    """Settings that a person typed, with blanks between them.

    Arguments:
        text: such as "gru hidden=64 lr=0.01"; a word without "=" is a cell.

    >>> settings_in("gru hidden=64 lr=0.01")
    {'cell': 'gru', 'hidden': 64, 'lr': 0.01}
    """
    found: dict[str, Any] = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals:
            name, value = "cell", word
            if value not in CELLS:
                raise SettingError(
                    f'"{word}" is no cell; write a cell ({", ".join(CELLS)}) or name=value'
                )
        name = name.replace("-", "_")
        found[name] = setting_of(name, value)
    return found


def _label(settings: Mapping[str, Any]) -> str:
    words = [
        text_of(value) if name == "cell" else f"{name.replace('_', '-')}{text_of(value)}"
        for name, value in settings.items()
    ]
    return "-".join(words)


def settings_text(settings: Mapping[str, Any]) -> str:
    """Settings as `settings_in` reads them.

    >>> settings_text({"cell": "gru", "hidden": 64})
    'gru hidden=64'
    """
    return " ".join(
        text_of(value) if name == "cell" else f"{name}={text_of(value)}"
        for name, value in settings.items()
    )


def networks_text(networks: Mapping[str, Mapping[str, Any]]) -> str:
    """Networks as `networks_in` reads them.

    >>> networks_text({"rnn": {"cell": "rnn"}, "gru": {"cell": "gru"}})
    'rnn, gru'
    """
    return ", ".join(map(settings_text, networks.values()))


_CELLS_OF_BOOKS: Mapping[str, Mapping[str, Any]] = {
    cell: {"cell": cell} for cell in ("rnn", "gru", "lstm")
}

COMPARISONS: Mapping[str, Comparison] = {
    comparison.name: comparison
    for comparison in (
        Comparison(
            "adding",
            "adding problem, T=100: the RNN fails, gates win",
            "adding",
            _CELLS_OF_BOOKS,
            {"hidden": 64, "unroll": 100, "batch": 64, "lr": 0.01, "forget_bias": 3.0},
            steps=1200,
        ),
        Comparison(
            "story",
            "three cells read The Sorry Hand, a short story",
            "story",
            _CELLS_OF_BOOKS,
            {"hidden": 128},
            steps=600,
        ),
    )
}
"""Comparisons under a name."""


def comparison_named(name: str) -> Comparison:
    """The comparison of a name; RunError with the nearest names if there is none.

    >>> comparison_named("adding").steps
    1200
    """
    if name not in COMPARISONS:
        raise RunError(there_is_no("comparison", name, COMPARISONS))
    return COMPARISONS[name]


def changed(
    comparison: Comparison,
    *,
    target: str | None = None,
    networks: str | None = None,
    shared: str | None = None,
    steps: int | None = None,
    seed: int | None = None,
) -> Comparison:
    """A comparison with some of it as a person typed it; checked.

    Arguments:
        comparison: what it is made from.
        target: a task, a corpus or a file.
        networks: as `networks_in` reads them.
        shared: settings of all, as `settings_in` reads them.
        steps, seed: numbers.

    >>> changed(COMPARISONS["adding"], networks="rnn, ctrnn").networks["ctrnn"]
    {'cell': 'ctrnn'}
    """
    found = comparison
    if target is not None and target != found.target:
        choose_task(target)
        found = replace(found, target=target, name=stem_of(target) or "networks")
    if networks is not None:
        found = replace(found, networks=networks_in(networks))
    if shared is not None:
        found = replace(found, shared=settings_in(shared))
    if found != comparison:
        found = replace(found, words=f"networks side by side on {found.target}")
    if steps is not None:
        found = replace(found, steps=steps)
    if seed is not None:
        found = replace(found, seed=seed)
    found.check()
    return found
