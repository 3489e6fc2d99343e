"""The exact numbers of a lab's pictures, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from microgradseq.charts.number_table import (
    ChartNumbers,
    HeatMapNumbers,
    NumberTable,
    exact,
)
from microgradseq.labs.figures import Chart, Figure, Heat, Plane, Table

Cell = str | float


class CellNumbers:
    """Rows of words and numbers as they are.

    Arguments:
        header: the names of the columns.
        rows: what stands in them.

    >>> CellNumbers(("what", "size"), [("a", 0.125)]).row(0)
    ('a', '0.125')
    """

    def __init__(self, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        self.header = tuple(header)
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, place: int) -> tuple[str, ...]:
        """One row.

        Arguments:
            place: counted from 0.
        """
        return tuple(each if isinstance(each, str) else exact(each) for each in self._rows[place])


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
