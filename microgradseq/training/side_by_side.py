"""Runs laid side by side: what differs, what each came to, and how far gradients reach."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy

from microgradseq.charts.chart import MARKERS
from microgradseq.charts.heat_map import HeatMap
from microgradseq.numbers import duration, measure, readable
from microgradseq.training.contestant import Contestant

HEADS = {"tokens_per_second": "tokens/s", "seconds": "time"}


def marked_labels(contestants: Sequence[Contestant]) -> list[str]:
    """Each run's label behind the marker of its curve.

    Arguments:
        contestants: the runs.
    """
    return [f"{MARKERS[place]} {each.label}" for place, each in enumerate(contestants)]


def setting_rows(contestants: Sequence[Contestant]) -> list[tuple[str, list[str]]]:
    """The settings that differ, one a row, with each run's value.

    Arguments:
        contestants: that were looked at.
    """
    records = [each.record for each in contestants]
    different = different_settings(records) if all(records) else {}
    return [(name, [told(value) for value in values]) for name, values in different.items()]


def result_rows(contestants: Sequence[Contestant]) -> list[tuple[str, list[str]]]:
    """What each run came to, one number a row.

    Arguments:
        contestants: that were looked at.
    """
    finals = [each.final() for each in contestants]
    names = dict.fromkeys(name for final in finals for name in final)
    return [
        (HEADS.get(name, name), [_result(name, final.get(name)) for final in finals])
        for name in names
    ]


def _result(name: str, value: Any) -> str:
    if value is None or not isinstance(value, float):
        return told(value)
    return duration(value) if name == "seconds" else measure(name, value)


def told(value: Any) -> str:
    """A setting or a result as people read it.

    >>> told(0.123456), told(None), told("gru"), told(12000)
    ('0.1235', '—', 'gru', '12,000')
    """
    if value is None:
        return "—"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return readable(value) if isinstance(value, float) else str(value)


def reported_steps(contestants: Sequence[Contestant]) -> list[int]:
    """The steps at which every run that has begun wrote a sample or told of its gradients.

    Arguments:
        contestants: the runs.
    Returns:
        The steps, rising; where the runs have none in common, all that any has.
    """
    told = [
        {int(event["step"]) for kind in ("sample", "flow") for event in contestant.events[kind]}
        for contestant in contestants
    ]
    begun = [steps for steps in told if steps]
    if not begun:
        return []
    return sorted(set.intersection(*begun) or set.union(*begun))


def different_settings(records: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """The settings that are not the same in all runs, by name.

    Arguments:
        records: what each run.json holds.

    >>> one = {"task": "adding", "settings": {"cell": "rnn", "hidden": 8}}
    >>> different_settings([one, {"task": "adding", "settings": {"cell": "gru", "hidden": 8}}])
    {'cell': ['rnn', 'gru']}
    """
    every = [
        {"task": record["task"], "source": record.get("source"), **record["settings"]}
        for record in records
    ]
    names = dict.fromkeys(name for settings in every for name in settings)
    return {
        name: [settings.get(name) for settings in every]
        for name in names
        if any(settings.get(name) != every[0].get(name) for settings in every)
    }


def same_data(records: Sequence[dict[str, Any]]) -> bool:
    """Whether runs read the same data from the same seed, so that their curves can be compared.

    Arguments:
        records: what each run.json holds.

    >>> same_data([{"data": {"sha256": "a"}, "settings": {}}, {"data": None, "settings": {}}])
    False
    """
    told = [(record.get("data"), record["settings"].get("seed")) for record in records]
    return all(one == told[0] for one in told)


def flow_map(contestants: Sequence[Contestant], step: int) -> HeatMap | None:
    """How strong the gradient is at each time step, one run a row, at the same step of training.

    Arguments:
        contestants: the runs.
        step: steps done; each run tells what it last reported until then.
    Returns:
        The norms of ∂L/∂h_t on a logarithmic scale; None where no run has told of any.
    """
    found = [norms_at(each, step) for each in contestants]
    longest = max(map(len, found), default=0)
    if not longest:
        return None
    # the last time steps stand below each other, where the gradients begin their way back
    values = [[math.nan] * (longest - len(norms)) + norms for norms in found]
    columns = [str(place) for place in range(1, longest + 1)]
    names = marked_labels(contestants)
    return HeatMap(numpy.array(values), names, columns, log=True, axis="t")


def norms_at(contestant: Contestant, step: int) -> list[float]:
    """The norms of ∂L/∂h_t that a run told of last; empty where it has not.

    Arguments:
        contestant: the run.
        step: steps done.
    """
    event = contestant.newest("flow", step)
    norms = event["gradient_norms"] if event else []
    return [math.nan if norm is None else float(norm) for norm in norms]


def reach(norms: Sequence[float]) -> float | None:
    """How much of the gradient at the last time step is left at the first one.

    Arguments:
        norms: one for each time step.

    >>> reach([0.5, 1.0, 2.0]), reach([1.0, 0.0])
    (0.25, None)
    """
    if not norms or not norms[-1]:
        return None
    share = norms[0] / norms[-1]
    return share if math.isfinite(share) else None


def labels_of(names: Sequence[str]) -> list[str]:
    """Short names for runs: without what all of them begin or end with, cut at hyphens.

    Arguments:
        names: of runs.

    >>> labels_of(["adding-rnn-2", "adding-gru-2"]), labels_of(["a", "b"])
    (['rnn', 'gru'], ['a', 'b'])
    """
    parts = [name.split("-") for name in names]
    while min(map(len, parts)) > 1 and len({part[0] for part in parts}) == 1:
        parts = [part[1:] for part in parts]
    while min(map(len, parts)) > 1 and len({part[-1] for part in parts}) == 1:
        parts = [part[:-1] for part in parts]
    found = ["-".join(part) for part in parts]
    return found if len(set(found)) == len(names) else list(names)
