"""How gradients and gates behave now, looked at in a small batch run step by step."""

from __future__ import annotations

from typing import Any

import numpy

from microgradseq.backend import move
from microgradseq.data.batch import Batch
from microgradseq.insight.gates import saturation
from microgradseq.insight.gradients import state_gradients
from microgradseq.insight.passage import record
from microgradseq.insight.verdicts import verdict
from microgradseq.nn.stack import Recurrent
from microgradseq.tasks.task import Task

SEQUENCES = 4
"""How many sequences of a batch are looked at: enough to see, few enough to be quick."""
LONGEST = 100


def flow_of(task: Task) -> dict[str, Any] | None:
    """Norms of ∂L/∂h_t and the state of the gates, for the first sequences of the data.

    Arguments:
        task: with its data.
    Returns:
        The fields of a "flow" event; None where the model is not one stack of recurrent layers.
    """
    layers = getattr(task.model, "recurrent", None)
    if not isinstance(layers, Recurrent):
        return None
    model: Any = task.model
    batch = _beginning(next(iter(task.batches("training").epoch_once())))
    model.eval()
    passage = record(layers, model.embedded(batch.inputs))
    answered: Any = task
    loss = answered.loss_of(model.scored(passage.output, batch.lengths), batch)
    last = layers.num_layers - 1
    (gradients,) = (
        one
        for one in state_gradients(passage, loss)
        if (one.layer, one.direction, one.state) == (last, "forward", "h")
    )
    norms = [float(norm) for norm in move(gradients.norms, "cpu")]
    gates = {
        one.gate: {"low": _rounded(one.low), "high": _rounded(one.high)}
        for one in saturation(passage)
        if (one.layer, one.direction) == (last, "forward")
    }
    return {
        "gradient_norms": norms,
        "verdict": verdict(norms).words,
        "gates": gates,
        "state": _rounded(float(numpy.abs(move(passage.output.plain(), "cpu")).mean())),
    }


def _beginning(batch: Batch) -> Batch:
    """The first sequences of a batch that have its full length, without padding."""
    inputs, targets = batch.inputs, batch.targets
    chosen = numpy.arange(inputs.shape[1])
    steps = len(inputs)
    if batch.lengths is not None:
        steps = int(batch.lengths.max())
        chosen = numpy.flatnonzero(batch.lengths == steps)
    chosen = chosen[:SEQUENCES]
    # targets without a time axis are one a sequence
    aligned = targets.ndim > 1 and len(targets) == len(inputs)
    steps = min(steps, LONGEST) if aligned else steps
    lengths = None if batch.lengths is None else numpy.full(len(chosen), steps)
    targets = targets[:steps, chosen] if aligned else targets[chosen]
    return Batch(inputs[:steps, chosen], targets, lengths)


def _rounded(share: float) -> float:
    return round(share, 4)
