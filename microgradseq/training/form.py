"""The form in which a person says what to train, and the command line that does the same."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from microgradseq.data.corpora import corpora, known_corpus
from microgradseq.data.nearest import did_you_mean
from microgradseq.data.source import is_file
from microgradseq.errors import UserError
from microgradseq.tasks.choice import USUAL_TASK
from microgradseq.tasks.registry import TASKS, settings_for, task
from microgradseq.tasks.settings import OPTIONS, Settings, setting_of, text_of
from microgradseq.training.presets import PRESETS, preset_named, settings_of
from microgradseq.training.run_folder import RUNS, checked_name, free_name
from microgradseq.training.start import stem_of

Kind = Literal["choice", "text", "number", "flag"]
PRESET, TASK, SOURCE, NAME = "preset", "task", "source", "name"
COMMON = (PRESET, TASK, SOURCE, "cell", "hidden", "layers", "unroll", "epochs", "max_steps", "lr")
"""What most people want to set; the rest comes after it."""
NONE = "none"
SWITCH = (text_of(True), text_of(False))
_KINDS: Mapping[str, Kind] = {"int": "number", "float": "number", "bool": "flag", "str": "text"}


@dataclass(frozen=True, slots=True)
class FormField:
    """One line of the form.

    Arguments:
        name: what it is called, as in a run's settings.
        words: what it is, in one line.
        default: what it holds as long as nobody changes it.
        kind: how it is filled in.
        choices: what it can hold, where that is a list; a source may also be a file.
        common: whether it stands among the first.
    """

    name: str
    words: str
    default: str
    kind: Kind
    choices: tuple[str, ...] = ()
    common: bool = False


@dataclass(frozen=True)
class TrainingForm:
    """What a person has filled in so far; a change gives a new form.

    Arguments:
        texts: what was typed, by field; what was not is its default.

    >>> form = TrainingForm().filled("hidden", "64")
    >>> form.text("hidden"), form.command("small")
    ('64', 'microgradseq train language --name small --hidden 64')
    >>> form.filled("hidden", "many").problem("hidden")
    "hidden must be a whole number, not 'many'"
    """

    texts: Mapping[str, str] = field(default_factory=dict)

    def filled(self, name: str, text: str) -> TrainingForm:
        """The form with one field filled in.

        Arguments:
            name: of the field.
            text: what was typed; the default's own text counts as untouched.
        """
        texts = {each: old for each, old in self.texts.items() if each != name}
        if name == PRESET:
            # a preset is a whole set: what was typed before would spoil it
            texts = {each: old for each, old in texts.items() if each == NAME}
        if name == TASK:
            texts.pop(SOURCE, None)
        changed = replace(self, texts=texts)
        if text.strip() != changed.text(name):
            changed = replace(self, texts={**texts, name: text.strip()})
        return changed

    def fields(self) -> list[FormField]:
        """Every line of the form, those that most people want first."""
        known = {each.name: each for each in (*self._own_fields(), *self._settings_fields())}
        return [*(known[name] for name in COMMON), *(known[n] for n in known if n not in COMMON)]

    def text(self, name: str) -> str:
        """What a field holds.

        Arguments:
            name: of the field.
        """
        return self.texts.get(name, self._default(name))

    def problem(self, name: str) -> str | None:
        """What is wrong with a field, in words; None where nothing is.

        Arguments:
            name: of the field.
        """
        text = self.text(name)
        try:
            if name in OPTIONS:
                setting_of(name, text)
            elif name == NAME:
                self._check_name(text)
            elif name == TASK:
                task(text)
            elif name == PRESET:
                if text != NONE:
                    preset_named(text)
            else:
                return self._source_problem(text)
        except UserError as error:
            return str(error)
        return None

    def problems(self) -> dict[str, str]:
        """All that is wrong, by field; empty where the form can be started."""
        names = [each.name for each in self.fields()]
        found = {name: self.problem(name) for name in names}
        return {name: words for name, words in found.items() if words is not None}

    def arguments(self, name: str | None = None, runs: Path = RUNS) -> list[str]:
        """What stands behind `microgradseq train`.

        Arguments:
            name: of the run; the one filled in, or one made up, if left out.
            runs: where runs lie.
        """
        words = [] if self._preset else [self.text(TASK)]
        if self._preset:
            words += ["--preset", self.text(PRESET)]
        if SOURCE in self.texts:
            words += ["--corpus", self.text(SOURCE)]
        words += ["--name", name or self.run_name(runs)]
        if runs != RUNS:
            words += ["--runs-dir", str(runs)]
        for setting in OPTIONS:
            if setting in self.texts:
                words += _option(setting, self.texts[setting])
        return words

    def command(self, name: str | None = None) -> str:
        """The command line that does the same.

        Arguments:
            name: of the run; the one filled in, or one made up, if left out.
        """
        return shlex.join(["microgradseq", "train", *self.arguments(name)])

    def run_name(self, runs: Path = RUNS) -> str:
        """The name filled in, or a free one made up from what is trained.

        Arguments:
            runs: where runs lie.
        """
        if self.texts.get(NAME):
            return self.texts[NAME]
        stem = stem_of(self.texts.get(SOURCE)) or self._task
        return free_name(f"{stem}-{self.text('cell')}", runs)

    # --- what the fields hold by themselves -------------------------------------------------

    @property
    def _preset(self) -> Any:
        return PRESETS.get(self.texts.get(PRESET, NONE))

    @property
    def _task(self) -> str:
        if self._preset:
            return str(self._preset.task)
        return self.texts.get(TASK, USUAL_TASK)

    def _base(self) -> Settings:
        if self._preset:
            return settings_of(self._preset)
        return settings_for(self._task) if self._task in TASKS else Settings()

    def _default(self, name: str) -> str:
        if name in OPTIONS:
            return text_of(getattr(self._base(), name))
        if name == TASK:
            return str(self._preset.task) if self._preset else USUAL_TASK
        if name == SOURCE:
            return str(self._preset.source) if self._preset else ""
        return NONE if name == PRESET else ""

    def _own_fields(self) -> list[FormField]:
        reads = TASKS[self._task].reads if self._task in TASKS else None
        sources = tuple(one.name for one in corpora().values() if one.kind == reads)
        about = {
            PRESET: ("settings of a published result, or none", (NONE, *PRESETS)),
            TASK: ("what the network is to learn", tuple(TASKS)),
            SOURCE: ("a corpus by name, or a file of yours; empty: the task's own", sources),
        }
        lines = [
            FormField(name, words, self._default(name), "choice", choices, common=True)
            for name, (words, choices) in about.items()
        ]
        return [*lines, FormField(NAME, "of the run's folder; empty: made up", "", "text")]

    def _settings_fields(self) -> list[FormField]:
        base = self._base()
        return [
            FormField(
                each.name,
                OPTIONS[each.name].help,
                text_of(getattr(base, each.name)),
                "choice" if OPTIONS[each.name].choices else _KINDS[str(each.type)],
                OPTIONS[each.name].choices or (SWITCH if str(each.type) == "bool" else ()),
                each.name in COMMON,
            )
            for each in fields(Settings)
        ]

    # --- what can be wrong ------------------------------------------------------------------

    def _check_name(self, text: str) -> None:
        if text:
            checked_name(text)
            if (RUNS / text).exists():
                raise _Problem(f"{RUNS / text} is there already; choose another name")

    def _source_problem(self, text: str) -> str | None:
        if not text:
            return None
        reads = TASKS[self._task].reads if self._task in TASKS else None
        if reads is None:
            return f"{self._task} makes its own data; leave this empty"
        if is_file(text):
            return None if Path(text).expanduser().exists() else f"there is no file {text!r}"
        found = known_corpus(text)
        if found is None:
            hint = did_you_mean(text, corpora())
            return f"there is no corpus and no file {text!r}" + (hint and f"; {hint}")
        if found.kind != reads:
            return f"{text} is of the kind {found.kind}; {self._task} reads {reads}"
        return None


class _Problem(UserError):
    """Something in the form that cannot be."""


def _option(name: str, text: str) -> list[str]:
    flag = name.replace("_", "-")
    value = setting_of(name, text)
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    return [f"--{flag}", text]
