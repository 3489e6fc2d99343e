"""Looking at a graph: snapshot, steps, paths, folding, drawing, source code.

>>> from microgradseq import Graph, Value
>>> a = Value(2.0, name="a")
>>> [node.name for node in Graph.of(a * a).nodes]
['a', 'mul1']
"""

from microgradseq.graph.model import Edge, GraphNode
from microgradseq.graph.snapshot import Graph

__all__ = ["Edge", "Graph", "GraphNode"]
