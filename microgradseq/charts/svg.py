"""The same chart as an SVG picture, for papers and pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

import numpy

from microgradseq.charts.axis import Axis, axis_along, axis_around
from microgradseq.charts.colours import COLOURS
from microgradseq.charts.columns import Columns, Series, in_columns
from microgradseq.charts.sheet import Sheet

_SHEET = Sheet()
_LEFT, _END, _FOOT = _SHEET.left, _SHEET.end, _SHEET.foot


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
    points = [series for series in curves if len(series.x)]
    left = min((float(series.x[0]) for series in points), default=0.0)
    right = max((float(series.x[-1]) for series in points), default=1.0)
    right = right if right > left else left + 1.0
    along = axis_along(left, right, [series.x for series in points])
    levels = numpy.array([level for _, level in baselines])
    axis = axis_around([*(series.y for series in curves), levels], log)
    parts = [
        *_SHEET.head(title),
        *_SHEET.upwards(axis, y_name),
        *_along(along, x_name),
    ]
    for name, level in baselines:
        parts += _baseline(axis, name, level)
    for x, words in notes:
        parts += _note(along, x, words)
    for place, series in enumerate(curves):
        columns = in_columns(series, left, right, int(_SHEET.wide))
        parts += _curve(axis, columns, COLOURS[place % len(COLOURS)])
    parts += _legend([series.name for series in curves])
    return "\n".join([*parts, "</svg>", ""])


def _along(along: Axis, name: str) -> Iterator[str]:
    for number, label in along.ticks(8):
        (x,) = _SHEET.x(along, numpy.array([number]))
        yield f'<text x="{x:.1f}" y="{_FOOT + 20}" text-anchor="middle">{label}</text>'
    yield f'<line x1="{_LEFT}" x2="{_END}" y1="{_FOOT}" y2="{_FOOT}" stroke="#222"/>'
    yield f'<text x="{_END}" y="{_SHEET.height - 12}" text-anchor="end">{escape(name)}</text>'


def _baseline(axis: Axis, name: str, level: float) -> Iterator[str]:
    (y,) = _SHEET.y(axis, numpy.array([level]))
    if numpy.isnan(y):
        return
    ends = f'x1="{_LEFT}" x2="{_END}" y1="{y:.1f}" y2="{y:.1f}"'
    yield f'<line {ends} stroke="#888" stroke-dasharray="5 4"/>'
    yield (f'<text x="{_END}" y="{y - 4:.1f}" text-anchor="end" fill="#888">{escape(name)}</text>')


def _note(along: Axis, x: float, words: str) -> Iterator[str]:
    (place,) = _SHEET.x(along, numpy.array([x]))
    if numpy.isnan(place):
        return
    ends = f'x1="{place:.1f}" x2="{place:.1f}" y1="{_SHEET.top}" y2="{_FOOT}"'
    yield f'<line {ends} stroke="#888" stroke-dasharray="2 3"/>'
    yield f'<text x="{place + 4:.1f}" y="{_SHEET.top + 12}" fill="#888">{escape(words)}</text>'


def _curve(axis: Axis, columns: Columns, colour: str) -> Iterator[str]:
    x = _LEFT + numpy.arange(len(columns.mean)) + 0.5
    low, high, line = (_SHEET.y(axis, each) for each in (columns.low, columns.high, columns.mean))
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
    x = _LEFT
    for place, name in enumerate(names):
        colour = COLOURS[place % len(COLOURS)]
        yield f'<rect x="{x}" y="32" width="14" height="4" fill="{colour}"/>'
        yield f'<text x="{x + 20}" y="39">{escape(name)}</text>'
        x += 34 + 8 * len(name)
