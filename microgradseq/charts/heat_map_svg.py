"""A heat map as an SVG picture, for papers and pages."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from microgradseq.cells import cell_width, shorten
from microgradseq.charts.colours import COLOURS
from microgradseq.charts.heat_map import INFINITE, LEVELS, HeatMap, Shade
from microgradseq.charts.sheet import Sheet
from microgradseq.numbers import readable

_POSITIVE, _NEGATIVE = COLOURS[0], COLOURS[1]
_TALLEST, _LOWEST, _FOOT = 34, 3, 64
_FIELD = 480
_LETTER = 7.2  # about the width of a letter
_NAME_CELLS = 20
_SIGN_ROOM = 12


def heat_map_svg(heat_map: HeatMap) -> str:
    """Draw a heat map as SVG. Pointing at a cell tells its number.

    Arguments:
        heat_map: what to draw.
    Returns:
        The whole file.

    >>> heat_map_svg(HeatMap([[1.0, -2.0]], ["a"], ["x", "y"], "t")).startswith("<svg")
    True
    """
    rows, columns = heat_map.values.shape
    names = [shorten(name, _NAME_CELLS) for name in heat_map.row_names]
    left = max(Sheet.left, 16 + _LETTER * max(map(cell_width, names), default=0))
    tall = min(_TALLEST, max(_LOWEST, _FIELD / max(rows, 1)))
    top, bottom = Sheet.top, Sheet.top + tall * rows
    sheet = Sheet(height=bottom + _FOOT, left=left, bottom=_FOOT)
    wide = sheet.wide / max(columns, 1)
    parts = sheet.head(heat_map.title)
    stride = max(1, round(16 / tall))
    for row in range(0, rows, stride):
        y = top + (row + 0.5) * tall + 4
        parts.append(
            f'<text x="{left - 8:.1f}" y="{y:.1f}" text-anchor="end">{escape(names[row])}</text>'
        )
    widest = max(map(cell_width, heat_map.column_names), default=0)
    stride = max(1, round((widest + 1) * _LETTER / wide + 0.5))
    for column in range(0, columns, stride):
        x = left + (column + 0.5) * wide
        name = escape(heat_map.column_names[column])
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{name}</text>')
    for row in range(rows):
        for column in range(columns):
            x, y = left + column * wide, top + row * tall
            parts += _cell(heat_map, row, column, (x, y, wide, tall))
    return "\n".join([*parts, *_legend(heat_map, left, bottom + 36), "</svg>", ""])


def _cell(
    heat_map: HeatMap, row: int, column: int, box: tuple[float, float, float, float]
) -> Iterator[str]:
    x, y, wide, tall = box
    number = float(heat_map.values[row, column])
    shade = heat_map.shade(number)
    named = f"{heat_map.row_names[row]}, {heat_map.column_names[column]}: {readable(number, 6)}"
    yield (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{tall:.2f}" {_fill(shade)}>'
        f"<title>{escape(named)}</title></rect>"
    )
    sign = "−" if shade.negative else ""
    if shade.level is None or shade.glyph == INFINITE:
        sign += shade.glyph
    if sign and min(wide, tall) >= _SIGN_ROOM:
        colour = "white" if (shade.level or 0) >= LEVELS // 2 else "#222"
        yield (
            f'<text x="{x + wide / 2:.1f}" y="{y + tall / 2 + 4:.1f}" text-anchor="middle" '
            f'style="fill:{colour}">{sign}</text>'
        )


def _fill(shade: Shade) -> str:
    if shade.level is None:
        return 'fill="white" stroke="#ddd"'
    colour = _NEGATIVE if shade.negative else _POSITIVE
    return f'fill="{colour}" fill-opacity="{(shade.level + 1) / LEVELS:.3f}"'


def _legend(heat_map: HeatMap, left: float, y: float) -> Iterator[str]:
    low, high = (readable(end, 3) for end in heat_map.ends)
    shades = [Shade(level, False, "") for level in range(LEVELS)]
    if heat_map.signed:
        shades = [Shade(level, True, "") for level in reversed(range(LEVELS))] + shades
    for place, shade in enumerate(shades):
        x = left + 10 * place
        yield f'<rect x="{x:.1f}" y="{y:.1f}" width="10" height="10" {_fill(shade)}/>'
    end = left + 10 * len(shades)
    first = f"−{high}" if heat_map.signed else low
    scale = ", logarithmic" if heat_map.log else ""
    yield f'<text x="{left:.1f}" y="{y + 24:.1f}">{first}</text>'
    yield f'<text x="{end:.1f}" y="{y + 24:.1f}" text-anchor="end">{high}</text>'
    yield f'<text x="{end + 12:.1f}" y="{y + 10:.1f}">magnitude{scale}</text>'
