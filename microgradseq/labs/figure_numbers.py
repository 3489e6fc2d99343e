"""The exact numbers of a lab's pictures, as tables."""

from __future__ import annotations

from microgradseq.charts.number_table import (
    CellNumbers,
    ChartNumbers,
    HeatMapNumbers,
    NumberTable,
)
from microgradseq.labs.figures import Chart, Figure, Heat, Plane, Table


def numbers_of(figure: Figure) -> NumberTable | None:
    """The numbers of a picture; None for one that shows none.

    Arguments:
        figure: of a lab.

    >>> table = numbers_of(Table("Sizes", ("what", "size"), (("a", 12.345678),)))
    >>> table.header, table.row(0)
    (('what', 'size'), ('a', '12.345678'))
    """
    if isinstance(figure, Chart):
        return ChartNumbers(figure.series, figure.x_name)
    if isinstance(figure, Heat):
        return HeatMapNumbers(figure.heat_map)
    if isinstance(figure, Plane):
        points = [
            (path.name, float(x), float(y))
            for path in figure.paths
            for x, y in zip(path.x, path.y, strict=True)
        ]
        return CellNumbers(("path", figure.x_name, figure.y_name), points)
    if isinstance(figure, Table):
        return CellNumbers(figure.headings, figure.rows)
    return None
