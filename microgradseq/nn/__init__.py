"""Layers and recurrent networks, with PyTorch's names, arguments and shapes."""

from microgradseq.nn import functional, init
from microgradseq.nn.attention import AdditiveAttention, DotProductAttention
from microgradseq.nn.cells import Cell, from_one_minus_z, to_one_minus_z, to_other_reset
from microgradseq.nn.encoder_decoder import EncoderDecoder
from microgradseq.nn.fused.step import LSTMStep
from microgradseq.nn.layers import Dropout, Embedding, LayerNorm, Linear, Sequential
from microgradseq.nn.module import Module
from microgradseq.nn.recurrent import (
    CTRNN,
    GRU,
    LSTM,
    RNN,
    JordanRNN,
    MinGRU,
    MinLSTM,
    PeepholeLSTM,
)
from microgradseq.nn.rtrl import RTRL
from microgradseq.nn.single import GRUCell, LSTMCell, RNNCell
from microgradseq.nn.stack import Recurrent
from microgradseq.nn.truncation import TruncationPlan, backward_through_time, scale_gradient

__all__ = [
    "CTRNN",
    "GRU",
    "LSTM",
    "RNN",
    "RTRL",
    "AdditiveAttention",
    "Cell",
    "DotProductAttention",
    "Dropout",
    "Embedding",
    "EncoderDecoder",
    "GRUCell",
    "JordanRNN",
    "LSTMCell",
    "LSTMStep",
    "LayerNorm",
    "Linear",
    "MinGRU",
    "MinLSTM",
    "Module",
    "PeepholeLSTM",
    "RNNCell",
    "Recurrent",
    "Sequential",
    "TruncationPlan",
    "backward_through_time",
    "from_one_minus_z",
    "functional",
    "init",
    "scale_gradient",
    "to_one_minus_z",
    "to_other_reset",
]
