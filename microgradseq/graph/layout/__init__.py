"""Where the boxes and edges of a drawn graph go: coordinates only, no drawing.

Steps on the way: `items` (what gets a box), `steps` and `plan` (columns), `skeleton`, `order` and
`rows` (the place within a column), `channel` (edges between columns), `placement` (all together).
"""

from microgradseq.graph.layout.geometry import (
    Box,
    Layout,
    Point,
    Route,
    Size,
    input_row,
    output_row,
)
from microgradseq.graph.layout.items import shared_nodes
from microgradseq.graph.layout.placement import place

__all__ = [
    "Box",
    "Layout",
    "Point",
    "Route",
    "Size",
    "input_row",
    "output_row",
    "place",
    "shared_nodes",
]
