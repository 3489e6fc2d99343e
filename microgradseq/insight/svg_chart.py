"""Norms over time as a stand-alone SVG picture: panels side by side, and one legend for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from microgradseq.charts.colours import COLOURS
from microgradseq.charts.decades import Decades, marked_steps, power_of_ten, time_ticks

PANEL_WIDTH, PANEL_HEIGHT = 400, 300
_LEFT, _TOP, _GAP, _LINE = 64, 108, 76, 22
_RIGHT = 28
_MARKERS_A_CURVE = 5
_TICKS = 8

# Colours that stay apart for colour-blind eyes (after Okabe and Ito), darkened for white paper;
# shapes and dashes tell the curves apart without them.
_DASHES = ("", "7 3", "2 3", "9 3 2 3")
_STYLE = """
  text { font: 13px system-ui, "DejaVu Sans", "Noto Sans", Helvetica, Arial, sans-serif;
         fill: #1f2933; }
  .sheet { fill: #ffffff; }
  .title { font-size: 18px; font-weight: bold; }
  .panel-title { font-size: 15px; font-weight: bold; }
  .soft { fill: #52606d; }
  .grid { stroke: #e4e8ec; stroke-width: 1; }
  .frame { fill: none; stroke: #7b8794; stroke-width: 1; }
  .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .marker { stroke: #ffffff; stroke-width: 1; }
"""


@dataclass(frozen=True)
class Panel:
    """One drawing area.

    Arguments:
        title, caption: what is drawn, and what it means.
        rows: for each curve its norms, t = 1 first.
    """

    title: str
    caption: str
    rows: Sequence[Any]


def norms_svg(title: str, subtitle: str, panels: Sequence[Panel], legend: Sequence[str]) -> str:
    """Draw panels of norms over time, on one logarithmic axis.

    Arguments:
        title, subtitle: stand above all.
        panels: at least one, each with the same curves.
        legend: a line for each curve.
    Returns:
        The picture as one string, to be written to a file as UTF-8.

    >>> import numpy
    >>> panel = Panel("norms", "of something", [numpy.array([0.01, 0.1, 1.0])])
    >>> norms_svg("Title", "subtitle", [panel], ["one curve"]).startswith("<svg ")
    True
    """
    axis = Decades.around([row for panel in panels for row in panel.rows])
    width = _LEFT + len(panels) * (PANEL_WIDTH + _GAP) - _GAP + _RIGHT
    legend_top = _TOP + PANEL_HEIGHT + 74
    height = legend_top + len(legend) * _LINE + 6
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="sheet" width="{width}" height="{height}"/>',
        _text(24, 32, title, "title"),
        _text(24, 54, subtitle, "soft"),
    ]
    for place, panel in enumerate(panels):
        left = _LEFT + place * (PANEL_WIDTH + _GAP)
        lines.append(f'<g transform="translate({left} {_TOP})">')
        lines += [*_frame(panel, axis), *_curves(panel, axis), "</g>"]
    for curve, words in enumerate(legend):
        y = legend_top + curve * _LINE
        lines.append(f'<path class="curve" {_look(curve)} d="M{_LEFT} {y - 4} h44"/>')
        lines.append(_marker(curve, _LEFT + 22, y - 4))
        lines.append(_text(_LEFT + 56, y, words))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'


def _look(curve: int) -> str:
    dash = _DASHES[curve % len(_DASHES)]
    colour = COLOURS[curve % len(COLOURS)]
    return f'stroke="{colour}"' + (f' stroke-dasharray="{dash}"' if dash else "")


def _frame(panel: Panel, axis: Decades) -> Iterator[str]:
    steps = len(panel.rows[0])
    yield _text(0, -26, panel.title, "panel-title")
    yield _text(0, -8, panel.caption, "soft")
    for exponent in axis.ticks(_TICKS):
        y = _y(10.0**exponent, axis)
        yield f'<path class="grid" d="M0 {y} h{PANEL_WIDTH}"/>'
        yield _text(-8, float(y) + 4, power_of_ten(exponent), "soft", "end")
    for t in time_ticks(steps, _TICKS):
        x = _x(t - 1, steps)
        yield f'<path class="frame" d="M{x} {PANEL_HEIGHT} v5"/>'
        yield _text(float(x), PANEL_HEIGHT + 20, str(t), "soft", "middle")
    yield f'<rect class="frame" width="{PANEL_WIDTH}" height="{PANEL_HEIGHT}"/>'
    words = "time step t   (the gradient travels from right to left)"
    yield _text(PANEL_WIDTH / 2, PANEL_HEIGHT + 40, words, "soft", "middle")


def _curves(panel: Panel, axis: Decades) -> Iterator[str]:
    steps = len(panel.rows[0])
    for curve, norms in enumerate(panel.rows):
        yield f'<path class="curve" {_look(curve)} d="{_path(norms, axis)}"/>'
    for curve, norms in enumerate(panel.rows):
        for t in marked_steps(norms, axis, curve, len(panel.rows), _MARKERS_A_CURVE):
            yield _marker(curve, float(_x(t, steps)), float(_y(norms[t], axis)))


def _path(norms: Any, axis: Decades) -> str:
    """Straight lines between steps; after a gap the curve begins anew."""
    parts, pen = [], "M"
    for t, norm in enumerate(norms):
        if axis.height(float(norm)) is None:
            pen = "M"
            continue
        parts.append(f"{pen}{_x(t, len(norms))} {_y(norm, axis)}")
        pen = "L"
    return "".join(parts)


def _x(t: int, steps: int) -> str:
    return f"{t / (steps - 1) * PANEL_WIDTH:.1f}"


def _y(norm: float, axis: Decades) -> str:
    return f"{(1 - (axis.height(float(norm)) or 0.0)) * PANEL_HEIGHT:.1f}"


def _marker(curve: int, x: float, y: float) -> str:
    """A shape of its own for each curve: round, square, triangle, diamond."""
    shapes = (
        "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
        "M-4.5 -4.5h9v9h-9z",
        "M0 -6L5.5 4h-11z",
        "M0 -6L6 0L0 6L-6 0z",
    )
    colour = COLOURS[curve % len(COLOURS)]
    return (
        f'<path class="marker" fill="{colour}" transform="translate({x:.1f} {y:.1f})" '
        f'd="{shapes[curve % len(shapes)]}"/>'
    )
