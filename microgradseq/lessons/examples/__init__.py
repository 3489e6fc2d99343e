"""The examples: small graphs of named numbers, each with an explanation."""

from __future__ import annotations

from microgradseq.lessons.examples.basics import BRANCHES, CHAIN, PATHS, PRODUCT
from microgradseq.lessons.examples.gates import GRU, LSTM
from microgradseq.lessons.examples.model import Example, ExampleError, Table
from microgradseq.lessons.examples.networks import CLIP, NEURON, SOFTMAX
from microgradseq.lessons.examples.through_time import BPTT, RNN, VANISHING

__all__ = ["EXAMPLES", "Example", "ExampleError", "Table"]

EXAMPLES: dict[str, Example] = {
    example.name: example
    for example in (
        CHAIN,
        BRANCHES,
        PRODUCT,
        PATHS,
        NEURON,
        SOFTMAX,
        RNN,
        BPTT,
        GRU,
        LSTM,
        VANISHING,
        CLIP,
    )
}
"""All examples by name, in the order in which they are best learnt."""
