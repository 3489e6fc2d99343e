"""The events of a run: what each holds, said once for writers, readers and docs/runs.md."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventKind:
    """What is known of one kind of event.

    Arguments:
        name: the value of "event".
        words: one sentence for people.
        fields: what each field holds, in words, by name.
    """

    name: str
    words: str
    fields: Mapping[str, str]


CLOCKS = frozenset({"elapsed", "tokens_per_second", "time", "seconds"})
"""The fields that tell of clocks; all others are the same for every run from the same seed."""

KINDS: Mapping[str, EventKind] = {
    kind.name: kind
    for kind in (
        EventKind(
            "start",
            "the trainer began",
            {
                "step": "steps done so far",
                "parameters": "how many numbers are learned",
                "steps_per_epoch": "batches in one pass over the data",
                "steps": "how many steps are planned in all",
                "time": "seconds since 1970",
            },
        ),
        EventKind(
            "step",
            "one update of the weights",
            {
                "step": "steps done, this one included",
                "epoch": "the pass over the data, from 0",
                "tokens": "targets seen in all",
                "loss": "nats per token (mean squared error for series); null if not finite",
                "perplexity": "e to the loss, for texts",
                "gradient_norm": "of all gradients before clipping; null if not finite",
                "lr": "the learning rate of this step",
                "tokens_per_second": "lately",
                "elapsed": "seconds of training in all",
            },
        ),
        EventKind(
            "validation",
            "the model was measured on the data kept aside",
            {
                "step": "steps done so far",
                "epoch": "the pass over the data, from 0",
                "split": "validation, or training where nothing is kept aside",
                "loss": "as in step",
                "metrics": "the task's own metrics by name",
                "best": "whether no earlier loss was lower",
                "elapsed": "seconds of training in all",
            },
        ),
        EventKind(
            "sample",
            "what the model writes now",
            {
                "step": "steps done so far",
                "text": "the sample",
                "prefix": "how it was asked to begin",
                "temperature": "how boldly it was drawn",
                "asked": "whether a viewer asked for it",
                "elapsed": "seconds of training in all",
            },
        ),
        EventKind(
            "flow",
            "how gradients and gates behave in one small batch",
            {
                "step": "steps done so far",
                "gradient_norms": "the norm of ∂L/∂h_t for each time step of the last layer",
                "verdict": "vanishing, exploding or steady, in words",
                "gates": "for each gate, the share of values near 0 and near 1",
                "state": "the mean size of the hidden state's numbers",
                "elapsed": "seconds of training in all",
            },
        ),
        EventKind(
            "checkpoint",
            "everything was saved; training can go on from here",
            {
                "step": "steps done so far",
                "best": "whether it was also saved as the best so far",
                "elapsed": "seconds of training in all",
            },
        ),
        EventKind(
            "control",
            "a viewer's command was obeyed, or refused",
            {
                "step": "steps done so far",
                "command": "the command's name",
                "value": "its value, if it has one",
                "accepted": "whether it was obeyed",
                "reason": "why not",
                "elapsed": "seconds of training in all",
            },
        ),
        EventKind(
            "warning",
            "something that people should know",
            {"step": "steps done so far", "text": "what", "elapsed": "seconds of training in all"},
        ),
        EventKind(
            "end",
            "the trainer finished, stopped or failed; always the last line",
            {
                "step": "steps done so far",
                "status": "finished, stopped or failed",
                "reason": "why, in words",
                "loss": "the last validation loss",
                "best_loss": "the lowest validation loss",
                "elapsed": "seconds of training in all",
            },
        ),
    )
}


def line_of(event: Mapping[str, Any]) -> bytes:
    r"""An event as one line of JSON, its kind first.

    Arguments:
        event: "event" and the fields of its kind. NaN and infinity, which JSON lacks, become null.

    >>> line_of({"event": "warning", "step": 3, "text": "slow", "elapsed": 0.5})
    b'{"event":"warning","step":3,"text":"slow","elapsed":0.5}\n'
    """
    try:
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(event), ensure_ascii=False, separators=(",", ":"))
    # half of a surrogate pair, which only a broken prefix can hold, has no UTF-8
    return text.encode(errors="replace") + b"\n"


def _finite(content: Any) -> Any:
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if isinstance(content, Mapping):
        return {name: _finite(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    return content


def event_in(line: bytes) -> Event | None:
    """The event that a line holds; None for a torn or foreign line.

    >>> event_in(b'{"event":"end","step":3}')
    {'event': 'end', 'step': 3}
    >>> event_in(b'{"event":"en') is None
    True
    """
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and event.get("event") in KINDS else None


def without_clocks(event: Mapping[str, Any]) -> Event:
    """An event without what depends on clocks: the same in every run from the same seed.

    >>> without_clocks({"event": "step", "step": 1, "elapsed": 0.3})
    {'event': 'step', 'step': 1}
    """
    return {name: value for name, value in event.items() if name not in CLOCKS}
