"""One record per operation: its forward function, its derivative, and the derivative in words.

>>> from microgradseq.rules import RULES
>>> RULES["tanh"].words
'∂tanh(u)/∂u = 1 − tanh²(u)'
"""

from microgradseq.rules import (  # noqa: F401 - importing them fills the registry
    elementwise,
    indexing,
    joining,
    linear,
    losses,
    normalisation,
    products,
    reductions,
    shapes,
)
from microgradseq.rules.rule import RULES, Elementwise, Operation, Rule

__all__ = ["RULES", "Elementwise", "Operation", "Rule"]
