"""The Hopfield lab: recall by falling energy, the capacity, false memories, the modern update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy

from microgradseq.charts.plane import Path
from microgradseq.errors import UserError
from microgradseq.labs.bitmaps import HEIGHT, WIDTH, bitmap, blocks
from microgradseq.labs.figures import Chart, Figure, Plane, Series, Table, Text
from microgradseq.labs.hopfield_network import (
    Floats,
    asynchronous_sweep,
    capacity_curve,
    corrupted,
    energy,
    hebbian_weights,
    overlap,
    projection_weights,
    random_patterns,
    softmax_update,
    spurious_shares,
    synchronous_step,
)
from microgradseq.labs.lab import Frame, Lab, Number, Parameter, Settings
from microgradseq.numbers import readable

ZOOM = 2
UNITS = WIDTH * HEIGHT * ZOOM * ZOOM
LOADS = (0.05, 0.10, 0.12, 0.138, 0.15, 0.17, 0.20)
NETWORKS = 2
"""How many networks each point of the capacity curve is the mean of."""
STARTS = 30
CAPACITY = 0.138
MODERN_UNITS, MODERN_PATTERNS, MODERN_NOISE = 100, 1000, 0.2
SPURIOUS_UNITS, SPURIOUS_PATTERNS, SPURIOUS_STARTS = 100, 5, 400
_FRAMES_A_SWEEP = 10
_RECALL, _CAPACITY = 0.35, 0.9
"""Which part of the run is over when recall, and when the capacity curve, is done."""


@dataclass
class _Recall:
    """What recall has shown so far."""

    stored: Floats
    start: Floats
    energies: list[float] = field(default_factory=list)
    at_once: list[float] = field(default_factory=list)

    def pictures(self, now: Floats) -> Text:
        """Stored, corrupted and present picture, side by side."""
        shown = [blocks(each.reshape(HEIGHT * ZOOM, -1)) for each in (self.stored, self.start, now)]
        width = WIDTH * ZOOM
        heading = "   ".join(f"{name:{width}}" for name in ("stored", "corrupted", "now"))
        lines = ["   ".join(parts) for parts in zip(*shown, strict=True)]
        return Text("The picture comes back", "\n".join([heading, *lines]))

    def chart(self) -> Chart:
        """The energy after each update of a unit."""
        curves = [
            Series(
                "one unit after the other",
                numpy.arange(len(self.energies)) / UNITS,
                numpy.array(self.energies),
            )
        ]
        if self.at_once:
            curves.append(
                Series(
                    "all units at once",
                    numpy.arange(len(self.at_once)) * 1.0,
                    numpy.array(self.at_once),
                )
            )
        return Chart("The energy falls", tuple(curves), x_name="sweep", y_name="energy")


def simulate(settings: Settings) -> Iterator[Frame]:
    """Recall a picture, measure the capacity, look for false memories, then recall by softmax.

    Arguments:
        settings: of the lab.
    """
    chance = numpy.random.default_rng(settings.seed)
    numbers: dict[str, Number] = {}
    figures: tuple[Figure, ...] = ()
    for frame in _recalled(settings, chance):
        figures, numbers = frame.figures, dict(frame.numbers)
        yield frame
    for frame in _capacity(settings, chance):
        yield Frame(frame.words, (*frame.figures, *figures), numbers, frame.progress)
        curve = frame
    spurious = _spurious(chance, numbers)
    modern = _modern(settings, chance, numbers)
    numbers.update(curve.numbers)
    yield Frame(
        f"recalled with overlap {readable(numbers['overlap'], 3)}; "
        f"at load {CAPACITY} patterns still hold to {readable(numbers['overlap_at_0.138'], 3)}",
        (*figures, *curve.figures, spurious, modern),
        numbers,
    )


def _recalled(settings: Settings, chance: numpy.random.Generator) -> Iterator[Frame]:
    letters = [bitmap(character, ZOOM).ravel() for character in settings.stored]
    patterns = numpy.vstack([*letters, random_patterns(settings.random, UNITS, chance)])
    rule = hebbian_weights if settings.rule == "hebb" else projection_weights
    weights = rule(patterns)
    start = corrupted(patterns[:1], settings.noise, chance)
    at_once = _all_at_once(weights, start)
    recall, state = _Recall(patterns[0], start[0]), start.copy()
    recall.energies.append(float(energy(weights, state)[0]))
    changed, sweep = True, 0
    while changed and sweep < settings.sweeps:
        changed = False
        order = chance.permutation(UNITS)
        for part in numpy.array_split(order, _FRAMES_A_SWEEP):
            for unit in part:
                changed |= asynchronous_sweep(weights, state, numpy.array([unit]))
                recall.energies.append(float(energy(weights, state)[0]))
            found = float(overlap(state, patterns[:1])[0])
            yield Frame(
                f"sweep {sweep + 1}: overlap with the stored picture {readable(found, 3)}",
                (recall.pictures(state[0]), recall.chart()),
                {"overlap": found},
                _RECALL * min((sweep + 1) / 4, 1.0),
            )
        sweep += 1
    recall.at_once = [float(energy(weights, each)[0]) for each in at_once]
    numbers: dict[str, Number] = {
        "overlap": float(overlap(state, patterns[:1])[0]),
        "overlap_corrupted": float(overlap(start, patterns[:1])[0]),
        "overlap_all_at_once": float(overlap(at_once[-1], patterns[:1])[0]),
        "sweeps": sweep,
        "energy_start": recall.energies[0],
        "energy_end": recall.energies[-1],
        "energy_stored": float(energy(weights, patterns[0])),
        "largest_rise_of_energy": float(max(numpy.diff(recall.energies).max(), 0.0)),
    }
    words = f"nothing changes any more after {sweep} sweeps"
    yield Frame(words, (recall.pictures(state[0]), recall.chart()), numbers, _RECALL)


def _all_at_once(weights: Floats, start: Floats) -> list[Floats]:
    """The states of synchronous recall, until one of the last two comes again."""
    states = [start]
    for _ in range(20):
        states.append(synchronous_step(weights, states[-1]))
        if any((states[-1] == before).all() for before in states[-3:-1]):
            break
    return states


def _capacity(settings: Settings, chance: numpy.random.Generator) -> Iterator[Frame]:
    totals = numpy.full(len(LOADS), numpy.nan)
    for place, load in enumerate(LOADS):
        found = [
            share
            for _ in range(NETWORKS)
            for _, share in capacity_curve(settings.units, (load,), STARTS, chance)
        ]
        totals[place] = numpy.mean(found)
        curve = Path("overlap after settling", numpy.array(LOADS), totals.copy())
        limit = Path("load 0.138", numpy.array([CAPACITY] * 2), numpy.array([0.3, 1.0]))
        plane = Plane(
            f"How many patterns {settings.units:,} units can hold",
            (curve, limit),
            "patterns a unit",
            "overlap",
        )
        known = zip(LOADS[: place + 1], totals[: place + 1].tolist(), strict=True)
        yield Frame(
            f"capacity: {load:g} patterns a unit, overlap {readable(totals[place], 3)}",
            (plane,),
            {f"overlap_at_{load:g}": share for load, share in known},
            _RECALL + (_CAPACITY - _RECALL) * (place + 1) / len(LOADS),
        )


def _spurious(chance: numpy.random.Generator, numbers: dict[str, Number]) -> Table:
    patterns = random_patterns(SPURIOUS_PATTERNS, SPURIOUS_UNITS, chance)
    shares = spurious_shares(patterns, SPURIOUS_STARTS, chance)
    numbers.update({f"ends_at_{name}": share for name, share in shares.items()})
    words = {
        "pattern": "a stored pattern",
        "negative": "a stored pattern turned over",
        "mixture": "a mixture of three (nobody stored it)",
        "elsewhere": "elsewhere (nobody stored it)",
    }
    return Table(
        f"Where {SPURIOUS_STARTS} random starts end "
        f"({SPURIOUS_PATTERNS} patterns, {SPURIOUS_UNITS} units)",
        ("end", "share"),
        tuple((words[name], share) for name, share in shares.items()),
    )


def _modern(
    settings: Settings, chance: numpy.random.Generator, numbers: dict[str, Number]
) -> Table:
    patterns = random_patterns(MODERN_PATTERNS, MODERN_UNITS, chance)
    starts = corrupted(patterns[:STARTS], MODERN_NOISE, chance)
    recalled, weights = softmax_update(patterns, starts, settings.sharpness)
    classic = synchronous_step(hebbian_weights(patterns), starts)
    rows = {
        "corrupted": float(overlap(starts, patterns[:STARTS]).mean()),
        "classic, one step": float(overlap(classic, patterns[:STARTS]).mean()),
        "softmax, one step": float(overlap(recalled, patterns[:STARTS]).mean()),
        "weight on the right pattern": float(numpy.diag(weights[:, :STARTS]).mean()),
    }
    numbers["modern_overlap"] = rows["softmax, one step"]
    numbers["classic_overlap"] = rows["classic, one step"]
    return Table(
        f"{MODERN_PATTERNS:,} patterns in {MODERN_UNITS} units: softmax(β s Xᵀ) X is attention",
        ("recall", "overlap"),
        tuple(rows.items()),
    )


def _check(settings: Settings) -> None:
    for character in settings.stored:
        bitmap(character)
    if not settings.stored:
        raise UserError("stored must name at least one letter or digit")
    if len(settings.stored) + settings.random > UNITS:
        raise UserError(f"stored and random together must be at most {UNITS} patterns")


LAB = Lab(
    name="hopfield",
    title="Hopfield networks: memory as a landscape",
    words=(
        "A Hopfield network is one layer of units, each +1 or −1, all connected with each other. "
        "Storing a pattern raises the weight between units that agree in it. To recall, units "
        "are updated one after the other: each takes the sign of its input. With symmetric "
        "weights no update can raise the energy, so the state runs downhill into a valley: the "
        "stored picture, if the start was near enough and not too much is stored. Updated all "
        "at once, the energy may rise, and the state may swing between two pictures for ever.",
        "Raise the noise until the wrong picture comes back; store more letters, or random "
        "patterns besides them; letters that look alike need the projection rule. The curve "
        "shows how about 0.138 N random patterns fit into N units before memory breaks down at "
        "once. Valleys that nobody stored catch some starts: turned-over patterns and mixtures. "
        "The modern update compares the state with all patterns through a softmax: that is "
        "attention, with patterns as keys and values, and it holds far more of them.",
    ),
    formula=(
        "W = (1/N) Σ x xᵀ, no self-connections      E = −½ sᵀ W s\n"
        "classic:  s_i ← sign(Σ_j w_ij s_j)         modern:  s ← softmax(β s Xᵀ) X"
    ),
    parameters=(
        Parameter("stored", "letters and digits to store; the first is recalled", "ZYOJ", 1, 20),
        Parameter("random", "random patterns stored besides them", 0, 0, 60),
        Parameter("noise", "share of the units turned over at the start", 0.2, 0.0, 1.0),
        Parameter("rule", "how patterns become weights", "hebb", choices=("hebb", "projection")),
        Parameter("sweeps", "how many sweeps over all units at most", 20, 1, 100),
        Parameter("units", "units of the networks of the capacity curve", 1000, 50, 2000),
        Parameter("sharpness", "β of the softmax in the modern update", 1.0, 0.01, 20.0),
        Parameter("seed", "the same seed gives the same run", 0, 0),
    ),
    simulate=simulate,
    check=_check,
)
