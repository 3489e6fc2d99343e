"""A model as a plain table: its modules, their tensors, and how many numbers they learn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from microgradseq.cells import cell_width

Row = tuple[str, str, Mapping[str, tuple[int, ...]]]


def summary_of(rows: Sequence[Row], total: int) -> str:
    """The table as text.

    Arguments:
        rows: the name of each module ("" for the whole), its kind, its tensors' shapes by name.
        total: how many numbers there are, shared ones counted once.
    Returns:
        Lines of equal columns.

    >>> print(summary_of([("", "Scale", {"factor": (3,)})], 3))
    module  kind   tensors   parameters
    (all)   Scale  factor 3           3
    total                             3
    """
    lines = [("module", "kind", "tensors", "parameters")]
    for name, kind, shapes in rows:
        # a tensor a line; the module's name stands on the first
        written = [(f"{one} {_shape(shape)}", shape) for one, shape in shapes.items()]
        for place, (text, shape) in enumerate(written or [("", None)]):
            count = "" if shape is None else f"{math.prod(shape):,}"
            first = (name or "(all)", kind) if place == 0 else ("", "")
            lines.append((*first, text, count))
    lines.append(("total", "", "", f"{total:,}"))
    widths = [max(cell_width(line[column]) for line in lines) for column in range(4)]
    return "\n".join(_line(line, widths) for line in lines)


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "1"


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    *left, right = texts
    padded = [
        text + " " * (width - cell_width(text)) for text, width in zip(left, widths, strict=False)
    ]
    return "  ".join([*padded, right.rjust(widths[3])]).rstrip()
