"""What the panels of Play say, as rows of parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from microgradseq.cells import cell_width, shorten
from microgradseq.numbers import readable
from microgradseq_tui.themes import Role
from microgradseq_tui.widgets.play.panel import Part
from microgradseq_tui.widgets.play.rows import glyph_of

if TYPE_CHECKING:
    from microgradseq.insight.neurons import Unit
    from microgradseq.tasks.task import SampleRequest
    from microgradseq.tasks.writing import Alternative, Place
    from microgradseq.training.maturing import Stage

Rows = list[list[Part]]
BAR, EIGHTHS = "█", " ▏▎▍▌▋▊▉"
LABEL = 8
MARK, WRITTEN = "▸", "•"


def bar(share: float, width: int) -> str:
    """A bar that is exact to an eighth of a cell.

    Arguments:
        share: of the width, from 0 to 1.
        width: in cells.

    >>> bar(0.5, 5), bar(0.0, 5)
    ('██▌', '')
    """
    eighths = round(max(0.0, min(share, 1.0)) * width * 8)
    return (BAR * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()


def percent(chance: float) -> str:
    """A chance in five cells.

    >>> percent(0.421), percent(1.0), percent(0.0004)
    ('42.1%', ' 100%', '<0.1%')
    """
    if 0 < chance < 0.001:
        return "<0.1%"
    return f"{chance:>5.0%}" if chance > 0.9995 else f"{chance:>5.1%}"


def seen(symbol: str) -> str:
    r"""A symbol as it is named: a blank can be seen.

    >>> seen(" "), seen("e"), seen("\n")
    ('␣', 'e', '↵')
    """
    return "␣" if symbol == " " else glyph_of(symbol.strip(" ") or symbol, LABEL).text


def likely_rows(
    found: Sequence[Alternative], written: Place | None, picked: int, width: int
) -> Rows:
    """The likeliest symbols as bars.

    Arguments:
        found: likeliest first.
        written: what stands at the cursor; None at the end of the text.
        picked: which of them is marked.
        width: cells there are.
    """
    heading = "It expected here" if written is not None else "What may come next"
    rows = [[Part(heading, "name"), Part("  ↑ ↓ Enter", "muted")]]
    if not found:
        return [*rows, [Part("  nothing: it had read nothing before", "muted")]]
    names = [seen(one.symbol) for one in found]
    label = max(map(cell_width, names)) + 1
    room = max(width - label - 10, 3)
    numbers = [one.number for one in found]
    for place, one in enumerate(found):
        here = written is not None and one.number == written.number
        name = names[place]
        rows.append(
            [
                Part(f"{MARK if place == picked else ' '}{WRITTEN if here else ' '}", "gradient"),
                Part(f" {name}" + " " * (label - cell_width(name)), "name" if here else None),
                Part(bar(one.chance, room).ljust(room + 1), "value"),
                Part(percent(one.chance)),
            ]
        )
    if written is not None and written.number not in numbers and written.chance is not None:
        told = f" {WRITTEN} {seen(written.text)} was written, chance {percent(written.chance)}"
        rows.append([Part(told, "muted")])
    return rows


def unit_name(unit: Unit, layers: int) -> str:
    """A unit's name: its number, and its layer where there are several."""
    return f"{unit.number}" if layers == 1 else f"{unit.layer + 1}.{unit.number}"


def units_rows(
    units: Sequence[Unit], layers: int, chosen: tuple[int, int] | None, height: int
) -> Rows:
    """The units, those first that follow something best.

    Arguments:
        units: ranked by the size of their correlation.
        layers: how many layers there are.
        chosen: layer and number of the unit that colours the text, if one does.
        height: rows there are.
    """
    rows = [[Part("What units follow (correlation)", "name"), Part("  u U", "muted")]]
    if not units:
        return [*rows, [Part("  this network has none, or nothing is written yet", "muted")]]
    places = [(unit.layer, unit.number) for unit in units]
    at = places.index(chosen) if chosen in places else 0
    room = max(height - 1, 1)
    start = max(0, min(at - room // 2, len(units) - room))
    for place in range(start, min(start + room, len(units))):
        unit = units[place]
        mark = MARK if places[place] == chosen else " "
        name = unit_name(unit, layers).rjust(5)
        rows.append(
            [
                Part(mark, "gradient"),
                Part(f"{name} "),
                Part(f"{unit.correlation:+.2f} ", _sign(unit.correlation)),
                Part(unit.words, "name" if mark == MARK else "muted"),
            ]
        )
    return rows


def _sign(number: float) -> Role:
    return "negative" if number < 0 else "positive"


def stages_rows(stages: Sequence[Stage], at: int, height: int) -> Rows:
    """The samples and checkpoints of a run.

    Arguments:
        stages: in the order in which they came.
        at: which is shown.
        height: rows there are.
    """
    rows = [[Part("How it matured", "name"), Part("  [ ]", "muted")]]
    room = max(height - 1, 1)
    start = max(0, min(at - room // 2, len(stages) - room))
    for place in range(start, min(start + room, len(stages))):
        mark = MARK if place == at else " "
        role: Role = "name" if place == at else "muted"
        stage = stages[place]
        loss = "" if stage.loss is None else f"  loss {readable(stage.loss, 3)}"
        rows.append([Part(mark, "gradient"), Part(f" {stage.kind}{_step(stage)}{loss}", role)])
    return rows


def stage_words(stage: Stage) -> str:
    """A stage in a few words."""
    return f"{stage.kind}{'' if stage.kind == 'sample' else ' weights'}{_step(stage)}"


def _step(stage: Stage) -> str:
    return "" if stage.step is None else f", step {stage.step:,}"


def settings_row(request: SampleRequest, seed: int) -> list[Part]:
    """The settings with their keys."""
    prefix = shorten("".join(glyph_of(one, 4).text for one in request.prefix), 16)
    greedy = " (the likeliest)" if request.temperature == 0 else ""
    told = (
        ("/", "prefix", f'"{prefix}"' if prefix else "none"),
        ("t", "temperature", f"{request.temperature:g}{greedy}"),
        ("k", "top-k", f"{request.top_k}" if request.top_k else "all"),
        ("o", "top-p", "all" if request.top_p == 1 else f"{request.top_p:g}"),
        ("s", "seed", f"{seed}"),
    )
    parts = []
    for key, name, value in told:
        parts += [Part(f"{key} ", "gradient"), Part(f"{name} ", "muted"), Part(f"{value}   ")]
    return parts
