"""Writes docs/runs.md from the tables of events, commands and settings that the trainer uses.

Run it after one of these tables has changed: python tools/write_runs_page.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from microgradseq.tasks.settings import OPTIONS, SAFE_TO_CHANGE, Settings
from microgradseq.training.control import CONTROLS
from microgradseq.training.events import CLOCKS, KINDS

PAGE = Path(__file__).parent.parent / "docs" / "runs.md"

BEGINNING = """# A run is a folder

`microgradseq train` makes a folder for each run. Trainer and viewers share nothing else: the
command line, the app and a second terminal read the same files, and a viewer may come, go or crash
without the trainer noticing. Nothing in the folder is ever executed or unpickled.

```
runs/NAME/
  run.json               settings, data, versions, status, process id
  events.jsonl           one event a line, appended
  control.jsonl          commands that viewers append
  latest.safetensors     the newest checkpoint, written aside and renamed
  best.safetensors       the checkpoint with the lowest validation loss
  lock                   held by the trainer at work; a dead trainer's lock is free
```

The app moves a run that is removed to `runs/.trash/PROCESS/`, so that it can be brought back; it
is gone for good when the app is left. `microgradseq runs remove` deletes at once, and empties the
trash as well.

## run.json

`format` (1), `task`, `source` (a corpus's name or a file; null for the task's own), `settings`,
`description` (vocabularies and sizes, all that is needed to sample without the data), `data`
(title, size, sha256), `versions`, `created`, `status` (running, paused, finished, stopped or
failed), `process`, `baselines`. A run whose status is running or paused, but whose lock nobody
holds, was interrupted.

## events.jsonl

One JSON object a line, `event` first. A torn last line is expected while the trainer writes;
readers pass over it, as over kinds they do not know. NaN and infinity, which JSON lacks, are null.
Every event has `step` and `elapsed`. Fields that tell of clocks ({clocks}) differ from run to run;
all others are the same, bit for bit, for the same seed, data, settings and thread count.
"""

MIDDLE = """
## control.jsonl

A viewer appends one JSON object a line: `{"command": "pause"}`. The trainer looks between two
steps and answers each with a `control` event. Of a new run every command counts; of one that goes
on, those from when the trainer holds the lock, and none that an earlier trainer was sent.

| command | does | with it |
|---|---|---|
"""

CHECKPOINTS = """
## Checkpoints

Safetensors: eight bytes with the length of a JSON header, the header, the numbers. Arrays are named
`model.…` (PyTorch's names), `optimizer.…` and `state.…` (the hidden state carried to the next
batch). The metadata entry `microgradseq` is JSON: counters, data position, schedule, random state,
and the length of events.jsonl at that moment.

**Resume** puts everything back and cuts events.jsonl to that length; so a run that was killed at
any moment ends with the same weights, samples and events as one that never was. Events between the
last checkpoint and the kill are written again. A checkpoint is written aside, flushed to disk and
renamed: there is always a whole one.

Ctrl-C, or the command stop, finishes the step, saves, and ends. A second Ctrl-C ends at once; the
last checkpoint stays.

## When the loss is not finite

The step is not made. The first operation that gave a NaN or an infinity is looked for, step by step
in time, and named in a warning. The weights of the last checkpoint come back, the learning rate is
halved, and training goes on with the next batch; the fourth time the run fails.

## Settings

Every setting is an option of `train` (`minimum_count` is `--minimum-count`). A task has defaults of
its own; these hold where it says nothing.

| setting | default | what it is |
|---|---|---|
"""


def page() -> str:
    """The whole page.

    >>> "gradient_norm" in page()
    True
    """
    clocks = ", ".join(f"`{name}`" for name in sorted(CLOCKS))
    parts = [BEGINNING.replace("{clocks}", clocks), *_events(), MIDDLE, *_commands()]
    return "".join([*parts, CHECKPOINTS, *_settings()])


def _events() -> Iterator[str]:
    for kind in KINDS.values():
        yield f"\n### {kind.name}\n\n{kind.words[0].upper()}{kind.words[1:]}.\n\n"
        yield "| field | holds |\n|---|---|\n"
        for name, words in kind.fields.items():
            yield f"| `{name}` | {words} |\n"


def _commands() -> Iterator[str]:
    for control in CONTROLS.values():
        extras = dict(control.extras)
        if control.value is not None:
            extras["value"] = control.value
        told = "; ".join(f"`{name}`: {words}" for name, words in extras.items())
        yield f"| `{control.name}` | {control.words} | {told} |\n"


def _settings() -> Iterator[str]:
    for name, value in Settings().as_dict().items():
        choices = OPTIONS[name].choices
        words = OPTIONS[name].help + (f" ({', '.join(choices)})" if choices else "")
        safe = " †" if name in SAFE_TO_CHANGE else ""
        yield f"| `{name}`{safe} | {value} | {words} |\n"
    yield "\n† May change when a run is resumed, with `--override`.\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
