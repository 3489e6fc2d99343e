"""The settings of a training run, said once: names, defaults, limits and help in one table.

The command line, the app's form and the run folder all read this table.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from microgradseq.data.errors import SettingError
from microgradseq.data.nearest import did_you_mean
from microgradseq.numbers import limits

WINDOW = "window"
"""The cell that is none: a network that sees the last few symbols only."""
CELLS = (
    "rnn",
    "relu-rnn",
    "gru",
    "lstm",
    "peephole",
    "jordan",
    "ctrnn",
    "mingru",
    "minlstm",
    WINDOW,
)
OPTIMIZERS = ("sgd", "adagrad", "rmsprop", "adam", "adamw")
SCHEDULES = ("constant", "step", "exponential", "cosine", "warm-up", "plateau")
SAFE_TO_CHANGE = frozenset(
    {
        "epochs",
        "max_steps",
        "max_tokens",
        "lr",
        "clip",
        "schedule",
        "early_stop",
        "sample_every",
        "checkpoint_every",
    }
)
"""What a resumed run may change without becoming another run."""


@dataclass(frozen=True, slots=True)
class Option:
    """What is known of a setting besides its name and type.

    Arguments:
        help: one line for people, lower case, without a full stop.
        choices: the words allowed, or none for any.
        least, most: limits of a number, both included; None for none.
        above: a limit that is not included itself.
        group: the heading in forms and in --help.
    """

    help: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    above: float | None = None
    group: str = "model"


def _option(default: Any, help: str, **limits: Any) -> Any:
    return field(default=default, metadata={"option": Option(help, **limits)})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides what a training run does, besides its task and its data.

    A task has defaults of its own (see `Task.defaults`), so `None` nowhere means "ask the task":
    build settings with `settings_for`.

    >>> Settings(hidden=64).hidden
    64
    """

    cell: str = _option("lstm", "the recurrent cell", choices=CELLS)
    hidden: int = _option(128, "units in each layer", least=1, most=65536)
    layers: int = _option(1, "recurrent layers on top of each other", least=1, most=64)
    bidirectional: bool = _option(False, "read each sequence both ways")
    dropout: float = _option(0.0, "chance to drop a unit between layers", least=0.0, most=0.99)
    embedding: int = _option(0, "length of a symbol's vector; 0 for one-hot", least=0, most=65536)
    init: str = _option(
        "uniform",
        "how weights are drawn: uniform as PyTorch, normal with deviation 0.01 as Dive into Deep "
        "Learning",
        choices=("uniform", "normal", "xavier", "orthogonal"),
    )
    forget_bias: float = _option(
        0.0,
        "what an LSTM's forget gates begin with, so that it remembers at first; 0 as drawn",
        least=-100.0,
        most=100.0,
    )
    dtype: str = _option("float32", "the numbers' type", choices=("float32", "float64"))
    device: str = _option("cpu", "where to compute", choices=("cpu", "cuda"))
    batch: int = _option(32, "sequences in a batch", least=1, most=65536, group="data")
    unroll: int = _option(35, "time steps in a batch", least=1, most=100000, group="data")
    sampling: str = _option(
        "sequential",
        "how text is cut into batches",
        choices=("sequential", "random"),
        group="data",
    )
    direction: str = _option(
        "forward", "which way the text is read", choices=("forward", "backward"), group="data"
    )
    symbols: str = _option(
        "characters",
        "what a symbol is",
        choices=("characters", "graphemes", "words", "bytes"),
        group="data",
    )
    clean: str = _option(
        "none",
        "how text is cleaned: d2l keeps letters only, in lower case",
        choices=("none", "lower", "d2l"),
        group="data",
    )
    minimum_count: int = _option(1, "rarer symbols become <unk>", least=1, most=10**9, group="data")
    max_tokens: int = _option(
        0, "use only so many symbols of the data; 0 for all", least=0, group="data"
    )
    validation: float = _option(
        0.1, "the share of the data kept aside", least=0.0, most=0.9, group="data"
    )
    epochs: int = _option(10, "passes over the data", least=1, most=10**9, group="training")
    max_steps: int = _option(
        0, "stop after so many steps; 0 for no limit", least=0, group="training"
    )
    optimizer: str = _option(
        "adam", "how weights are updated", choices=OPTIMIZERS, group="training"
    )
    lr: float = _option(0.002, "the learning rate", above=0.0, most=1e6, group="training")
    momentum: float = _option(0.0, "of sgd", least=0.0, most=0.9999, group="training")
    schedule: str = _option(
        "constant", "how the learning rate changes", choices=SCHEDULES, group="training"
    )
    clip: float = _option(1.0, "the largest gradient; 0 for no limit", least=0.0, group="training")
    clip_by: str = _option(
        "norm",
        "what clip limits: the norm of all gradients, or each single value",
        choices=("norm", "value"),
        group="training",
    )
    truncation: str = _option(
        "full",
        "how far back gradients flow within a batch",
        choices=("full", "regular", "random"),
        group="training",
    )
    truncate_at: int = _option(
        10, "steps between cuts, unless truncation is full", least=1, group="training"
    )
    early_stop: int = _option(
        0, "stop after so many validations without progress; 0 for never", least=0, group="training"
    )
    seed: int = _option(0, "of all random numbers", least=0, most=2**63 - 1, group="training")
    validate_every: int = _option(
        0, "steps between validations; 0 for each epoch, at least 200", least=0, group="reports"
    )
    sample_every: int = _option(0, "steps between samples; 0 for 200", least=0, group="reports")
    checkpoint_every: int = _option(
        0, "steps between checkpoints; 0 for 200", least=0, group="reports"
    )

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each.name, each.type, getattr(self, each.name), each.metadata["option"])

    def replaced(self, **changes: Any) -> Self:
        """The same settings with some changed; unknown names are refused.

        Arguments:
            changes: new values by name.

        >>> Settings().replaced(hiden=3)
        Traceback (most recent call last):
            ...
        microgradseq.data.errors.SettingError: no setting is called "hiden"; did you mean hidden?
        """
        for name in changes:
            _require_known(name)
        return type(self)(**{**self.as_dict(), **changes})

    def as_dict(self) -> dict[str, Any]:
        """The settings as JSON can hold them.

        >>> Settings().as_dict()["cell"]
        'lstm'
        """
        return {each.name: getattr(self, each.name) for each in fields(self)}


OPTIONS: Mapping[str, Option] = {each.name: each.metadata["option"] for each in fields(Settings)}
"""Every setting's limits and help by name, in the order of forms and of --help."""


def _require_known(name: str) -> None:
    if name not in OPTIONS:
        hint = did_you_mean(name, OPTIONS)
        raise SettingError(f'no setting is called "{name}"' + (hint and f"; {hint}"))


def option_of(name: str) -> str:
    """What the command line calls a setting.

    >>> option_of("max_steps")
    '--max-steps'
    """
    return "--" + name.replace("_", "-")


def setting_of(name: str, text: str, called: str | None = None) -> Any:
    """A setting's value as a person typed it; SettingError where it cannot be one.

    Arguments:
        name: one of OPTIONS.
        text: such as "64", "0.01", "gru" or "yes".
        called: what an error calls it; None for its name.

    >>> setting_of("hidden", "64"), setting_of("bidirectional", "yes")
    (64, True)
    """
    _require_known(name)
    kind = {each.name: str(each.type) for each in fields(Settings)}[name]
    value: Any = text
    try:
        if kind in ("int", "float"):
            value = int(text) if kind == "int" else float(text)
    except ValueError:
        # the check below says what the setting must be
        value = text
    if kind == "bool":
        value = _TRUTHS.get(text.lower(), text)
    _check(called or name, kind, value, OPTIONS[name])
    return value


def text_of(value: Any) -> str:
    """A setting's value as a person would type it.

    >>> text_of(1.0), text_of(0.004), text_of(True)
    ('1', '0.004', 'yes')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).removesuffix(".0")


_TRUTHS: Mapping[str, bool] = {"yes": True, "true": True, "no": False, "false": False}
_TYPES: Mapping[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


def _check(name: str, kind: Any, value: Any, option: Option) -> None:
    expected = _TYPES[kind if isinstance(kind, str) else kind.__name__]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number if expected is float else type(value) is expected):
        raise SettingError(f"{name} must be {_TYPE_WORDS[expected]}, not {value!r}")
    if option.choices and value not in option.choices:
        raise SettingError(f"{name} must be one of {', '.join(option.choices)}, not {value!r}")
    if number and not _within(value, option):
        raise SettingError(
            f"{name} must be {limits(option.least, option.most, option.above)}, not {value}"
        )


_TYPE_WORDS: Mapping[type, str] = {
    str: "a word",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def _within(value: float, option: Option) -> bool:
    return (
        math.isfinite(value)
        and (option.least is None or value >= option.least)
        and (option.most is None or value <= option.most)
        and (option.above is None or value > option.above)
    )
