"""A run folder whose network can write, made without training: weights from a seed, made-up log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from microgradseq import manual_seed
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.tasks.registry import task as task_named
from microgradseq.tasks.settings import Settings
from microgradseq.training.checkpoint import Checkpoint, save_checkpoint
from microgradseq.training.event_log import EventWriter
from microgradseq.training.run_folder import RunFolder

TEXT = 'The tide came in, and "to and fro" went the ferry.\n时间机器\n'
EVENTS: tuple[dict[str, Any], ...] = (
    {"event": "step", "step": 10, "elapsed": 1.0, "loss": 3.0},
    {"event": "sample", "step": 10, "text": "xq zz\n时", "prefix": "", "elapsed": 1.0},
    {"event": "validation", "step": 10, "loss": 3.5, "best": True, "elapsed": 1.0},
    {"event": "checkpoint", "step": 10, "best": True, "elapsed": 1.0},
    {"event": "sample", "step": 15, "text": "asked", "prefix": "as", "elapsed": 1.5},
    {"event": "sample", "step": 20, "text": "The tid", "prefix": "", "elapsed": 2.0},
    {"event": "validation", "step": 20, "loss": 2.5, "best": True, "elapsed": 2.0},
    {"event": "checkpoint", "step": 20, "best": False, "elapsed": 2.0},
    {
        "event": "end",
        "step": 25,
        "status": "finished",
        "reason": "all epochs are done",
        "loss": 2.5,
        "best_loss": 2.5,
        "elapsed": 2.5,
    },
)


def writing_run(
    folder: Path, name: str = "tide", kind: str = "language", **settings: Any
) -> RunFolder:
    """Make the folder of a run.

    Arguments:
        folder: where runs lie.
        name: of the run.
        kind: a task that needs a vocabulary at most.
        settings: other than a small LSTM's.
    """
    usual = {"cell": "lstm", "hidden": 6, "dtype": "float64"}
    how = Settings().replaced(**{**usual, **settings})
    letters = Vocabulary.of(TEXT, how.symbols)
    description = {"vocabulary": letters.as_dict()} if kind == "language" else {}
    run = RunFolder(folder / name)
    record = {"task": kind, "settings": how.as_dict(), "description": description}
    run.create({**record, "status": "finished", "source": None})
    for seed, path in ((1, run.best), (2, run.latest)):
        manual_seed(seed)
        model = task_named(kind).restore(how, description).model
        # larger weights, so that chances and units differ clearly
        weights = {key: 4 * array for key, array in model.state_dict().items()}
        save_checkpoint(path, Checkpoint(weights))
    log = EventWriter(run.events)
    for event in EVENTS:
        log.write(event)
    log.close()
    return run
