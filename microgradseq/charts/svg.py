"""The same chart as an SVG picture, for papers and pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

import numpy

from microgradseq.backend import Array
from microgradseq.charts.axis import Axis, axis_around
from microgradseq.charts.colours import COLOURS
from microgradseq.charts.columns import Columns, Series, in_columns

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 56, 52
STYLE = "text{font:13px sans-serif;fill:#222}.title{font-size:16px}.grid{stroke:#ddd}"


def chart_svg(
    title: str,
    curves: Sequence[Series],
    *,
    log: bool = False,
    x_name: str = "step",
    y_name: str = "loss",
    baselines: Sequence[tuple[str, float]] = (),
    notes: Sequence[tuple[float, str]] = (),
) -> str:
    """Draw curves as SVG: smoothed lines, the raw range behind them, a legend.

    Arguments:
        title: stands above.
        curves: at most eight.
        log: whether the axis upwards is logarithmic.
        x_name, y_name: what the axes count.
        baselines: horizontal lines: (name, height).
        notes: places on x with words of their own, drawn as upright lines.
    Returns:
        The whole file.

    >>> picture = chart_svg("t", [Series("a", numpy.arange(3.0), numpy.arange(3.0))])
    >>> picture.startswith("<svg") and "polyline" in picture
    True
    """
    width = WIDTH - LEFT - RIGHT
    points = [series for series in curves if len(series.x)]
    left = min((float(series.x[0]) for series in points), default=0.0)
    right = max((float(series.x[-1]) for series in points), default=1.0)
    right = right if right > left else left + 1.0
    levels = numpy.array([level for _, level in baselines])
    axis = axis_around([*(series.y for series in curves), levels], log)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="24" class="title">{escape(title)}</text>',
        *_axes(axis, Axis(left, right), x_name, y_name),
    ]
    for name, level in baselines:
        parts += _baseline(axis, name, level)
    for x, words in notes:
        parts += _note(Axis(left, right), x, words)
    for place, series in enumerate(curves):
        columns = in_columns(series, left, right, width)
        parts += _curve(axis, columns, COLOURS[place % len(COLOURS)])
    parts += _legend([series.name for series in curves])
    return "\n".join([*parts, "</svg>", ""])


def _y(axis: Axis, numbers: Array) -> Array:
    return TOP + (1 - axis.shares(numbers)) * (HEIGHT - TOP - BOTTOM)


def _axes(axis: Axis, along: Axis, x_name: str, y_name: str) -> Iterator[str]:
    bottom = HEIGHT - BOTTOM
    for number, label in axis.ticks(7):
        (y,) = _y(axis, numpy.array([number]))
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
    for number, label in along.ticks(8):
        x = LEFT + along.shares(numpy.array([number]))[0] * (WIDTH - LEFT - RIGHT)
        yield f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{label}</text>'
    yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}" stroke="#222"/>'
    yield f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 12}" text-anchor="end">{escape(x_name)}</text>'
    yield f'<text x="{LEFT}" y="{TOP - 10}" text-anchor="middle">{escape(y_name)}</text>'


def _baseline(axis: Axis, name: str, level: float) -> Iterator[str]:
    (y,) = _y(axis, numpy.array([level]))
    if numpy.isnan(y):
        return
    ends = f'x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"'
    yield f'<line {ends} stroke="#888" stroke-dasharray="5 4"/>'
    yield (
        f'<text x="{WIDTH - RIGHT}" y="{y - 4:.1f}" text-anchor="end" fill="#888">'
        f"{escape(name)}</text>"
    )


def _note(along: Axis, x: float, words: str) -> Iterator[str]:
    share = float(along.shares(numpy.array([x]))[0])
    if numpy.isnan(share):
        return
    place = LEFT + share * (WIDTH - LEFT - RIGHT)
    ends = f'x1="{place:.1f}" x2="{place:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"'
    yield f'<line {ends} stroke="#888" stroke-dasharray="2 3"/>'
    yield f'<text x="{place + 4:.1f}" y="{TOP + 12}" fill="#888">{escape(words)}</text>'


def _curve(axis: Axis, columns: Columns, colour: str) -> Iterator[str]:
    x = LEFT + numpy.arange(len(columns.mean)) + 0.5
    low, high, line = (_y(axis, each) for each in (columns.low, columns.high, columns.mean))
    there = ~numpy.isnan(low) & ~numpy.isnan(high)
    if there.any():
        edge = [*zip(x[there], high[there], strict=True)]
        edge += [*zip(x[there], low[there], strict=True)][::-1]
        yield f'<polygon points="{_points(edge)}" fill="{colour}" opacity="0.15"/>'
    breaks = numpy.flatnonzero(numpy.isnan(line))
    for piece in numpy.split(numpy.arange(len(line)), breaks):
        kept = piece[~numpy.isnan(line[piece])]
        if len(kept):
            points = _points(zip(x[kept], line[kept], strict=True))
            yield (
                f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
                'stroke-linecap="round"/>'
            )


def _points(pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def _legend(names: Sequence[str]) -> Iterator[str]:
    x = LEFT
    for place, name in enumerate(names):
        colour = COLOURS[place % len(COLOURS)]
        yield f'<rect x="{x}" y="32" width="14" height="4" fill="{colour}"/>'
        yield f'<text x="{x + 20}" y="39">{escape(name)}</text>'
        x += 34 + 8 * len(name)
