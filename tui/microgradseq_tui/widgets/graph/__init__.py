"""A graph to look at, scroll, zoom, fold and step through."""

from __future__ import annotations

from microgradseq_tui.widgets.graph.graph_view import GraphView

__all__ = ["GraphView"]
