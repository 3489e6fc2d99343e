"""From one sequence to another: an encoder, a decoder, and attention between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy

from microgradseq.backend import Array, library_of
from microgradseq.context import no_grad, scope
from microgradseq.errors import ShapeError
from microgradseq.nn.attention import AdditiveAttention, Attention, DotProductAttention, Memory
from microgradseq.nn.cells.specification import require_one_of
from microgradseq.nn.layers import Dropout, Embedding, Linear
from microgradseq.nn.module import Module
from microgradseq.nn.recurrent import GRU, LSTM, RNN
from microgradseq.nn.search import Hypothesis, beam_search, greedy_search
from microgradseq.nn.stack import Recurrent
from microgradseq.randomness import generator
from microgradseq.rules import RULES
from microgradseq.rules.rule import plain
from microgradseq.tensor import Tensor

CELLS: dict[str, Callable[..., Recurrent]] = {"rnn": RNN, "gru": GRU, "lstm": LSTM}
ATTENTION = ("additive", "dot")


class DecoderState(NamedTuple):
    """Where a decoder stands.

    Arguments:
        recurrent: the decoder's state, (L, B, H), a pair for an LSTM.
        memory: the encoder's states; None without attention.
    """

    recurrent: Any
    memory: Memory | None


class EncoderDecoder(Module):
    """Reads a source sequence, then writes a target sequence token by token.

    Arguments:
        source_size, target_size: how many tokens there are on each side.
        hidden_size: units a layer, in both parts.
        start, end: the target tokens that begin and end a sequence.
        cell: "gru", "lstm" or "rnn".
        num_layers: of both parts.
        embedding_size: length of a token's vector; the hidden size if None.
        attention: "additive", "dot", or None: then all that is known is the encoder's last state.
        dropout: on vectors of tokens, and between layers.
        dtype, device: of the weights.

    The decoder starts from the encoder's last state. With attention, its last state asks for a
    context, which is read beside the last token and again by the output layer.

    >>> model = EncoderDecoder(10, 12, 8, start=0, end=1)
    >>> logits, weights = model([[3, 4], [5, 6], [7, 8]], [[2, 3], [1, 1]])
    >>> logits.shape, weights.shape
    ((2, 2, 12), (2, 2, 3))
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        hidden_size: int,
        *,
        start: int,
        end: int,
        cell: str = "gru",
        num_layers: int = 1,
        embedding_size: int | None = None,
        attention: str | None = "additive",
        dropout: float = 0.0,
        dtype: Any = "float32",
        device: str | None = None,
    ) -> None:
        require_one_of("cell", cell, tuple(CELLS))
        for token in (start, end):
            if not 0 <= token < target_size:
                raise ValueError(f"token {token} is outside the {target_size} target tokens")
        self.start, self.end = start, end
        size = embedding_size or hidden_size
        place = {"dtype": dtype, "device": device}
        context = hidden_size if attention is not None else 0
        layers = {"num_layers": num_layers, "dropout": dropout, **place}
        self.source_embedding = Embedding(source_size, size, **place)
        self.target_embedding = Embedding(target_size, size, **place)
        self.embedding_dropout = Dropout(dropout)
        self.encoder = CELLS[cell](size, hidden_size, **layers)
        self.decoder = CELLS[cell](size + context, hidden_size, **layers)
        self.attention = _attention(attention, hidden_size, place)
        self.output = Linear(hidden_size + context, target_size, **place)

    def encode(self, source: Any, lengths: Any = None) -> DecoderState:
        """Read source sequences.

        Arguments:
            source: tokens (S, B).
            lengths: how many of each sequence count, (B,).
        Returns:
            Where the decoder starts.
        """
        vectors = self.embedding_dropout(self.source_embedding(source))
        with scope(part="encoder"):
            outputs, state = self.encoder(vectors, lengths=lengths)
        if self.attention is None:
            return DecoderState(state, None)
        return DecoderState(state, self.attention.remember(outputs, lengths))

    def forward(
        self, source: Any, target: Any, lengths: Any = None, teacher_forcing: float = 1.0
    ) -> tuple[Tensor, Tensor | None]:
        """The scores of target sequences, for training.

        Arguments:
            source: tokens (S, B).
            target: what is to be written, (T, B): the end token included, the start token not.
            lengths: how many source tokens of each sequence count, (B,).
            teacher_forcing: the chance at each step that the decoder reads the target's last
                token; otherwise it reads the one that it thought likeliest.
        Returns:
            Logits (T, B, V), and attention weights (T, B, S) or None.
        """
        if not 0.0 <= teacher_forcing <= 1.0:
            raise ValueError(f"teacher_forcing is a chance, not {teacher_forcing}")
        wanted = _as_tokens(target, self.output.weight)
        if wanted.ndim != 2 or not len(wanted):
            raise ShapeError(f"a target is tokens (T, B) of at least one step, got {wanted.shape}")
        state = self.encode(source, lengths)
        if self.attention is None and teacher_forcing == 1.0:
            return self._read_along(wanted, state), None
        library = library_of(wanted)
        tokens = library.full(wanted.shape[1:], self.start)
        logits, weights = list[Tensor](), list[Tensor]()
        for t, told in enumerate(wanted):
            with scope(t=t):
                scores, state, looked = self._step(tokens, state)
            logits.append(scores)
            if looked is not None:
                weights.append(looked)
            tokens = told
            if teacher_forcing < 1.0:
                forced = library.asarray(generator().random(told.shape) < teacher_forcing)
                tokens = library.where(forced, told, scores.plain().argmax(axis=1))
        stack = RULES["stack"]
        return stack(*logits), stack(*weights) if weights else None

    def greedy(self, source: Any, lengths: Any = None, limit: int = 100) -> list[Hypothesis]:
        """Write target sequences, the likeliest token at every step; call eval() before.

        Arguments:
            source: tokens (S, B).
            lengths: how many of each sequence count, (B,).
            limit: the most steps.
        Returns:
            One hypothesis a sequence.
        """
        with no_grad():
            tokens = _as_tokens(source, self.output.weight)
            return greedy_search(
                self,
                self.encode(tokens, lengths),
                count=tokens.shape[1],
                start=self.start,
                end=self.end,
                limit=limit,
            )

    def beam(
        self,
        source: Any,
        lengths: Any = None,
        width: int = 4,
        limit: int = 100,
        length_power: float = 0.0,
    ) -> list[list[Hypothesis]]:
        """Write target sequences with a beam search; call eval() before.

        Arguments:
            source: tokens (S, B).
            lengths: how many of each sequence count, (B,).
            width: how many sequences are kept at every step.
            limit: the most steps.
            length_power: see `beam_search`.
        Returns:
            For each source sequence up to `width` hypotheses, best first.
        """
        with no_grad():
            tokens = _as_tokens(source, self.output.weight)
            state = self.encode(tokens, lengths)
            return [
                beam_search(
                    self,
                    self.pick(state, numpy.array([place])),
                    start=self.start,
                    end=self.end,
                    width=width,
                    limit=limit,
                    length_power=length_power,
                )
                for place in range(tokens.shape[1])
            ]

    def step(
        self, tokens: Array, state: DecoderState
    ) -> tuple[Tensor, DecoderState, Tensor | None]:
        """Go on by one token; see `search.Stepper`."""
        logits, after, weights = self._step(_as_tokens(tokens, self.output.weight), state)
        return logits.log_softmax(-1), after, weights

    def pick(self, state: DecoderState, rows: Array) -> DecoderState:
        """The state of some sequences; see `search.Stepper`."""
        rows = library_of(self.output.weight.plain()).asarray(rows)
        memory = None if state.memory is None else state.memory.pick(rows)
        recurrent = state.recurrent
        if isinstance(recurrent, tuple):
            return DecoderState(tuple(one[:, rows] for one in recurrent), memory)
        return DecoderState(recurrent[:, rows], memory)

    def _step(
        self, tokens: Array, state: DecoderState
    ) -> tuple[Tensor, DecoderState, Tensor | None]:
        x = self.embedding_dropout(self.target_embedding(tokens))
        context = weights = None
        if self.attention is not None and state.memory is not None:
            h = state.recurrent[0] if isinstance(state.recurrent, tuple) else state.recurrent
            context, weights = self.attention.look(h[-1], state.memory)
            x = RULES["concatenate"](x, context, axis=1)
        with scope(part="decoder"):
            output, recurrent = self.decoder(x.unsqueeze(0), state.recurrent)
        top = output[0]
        if context is not None:
            top = RULES["concatenate"](top, context, axis=1)
        return self.output(top), DecoderState(recurrent, state.memory), weights

    def _read_along(self, wanted: Array, state: DecoderState) -> Tensor:
        """All steps in one go, where each reads what it is told."""
        library = library_of(wanted)
        first = library.full((1, *wanted.shape[1:]), self.start, dtype=wanted.dtype)
        tokens = library.concatenate([first, wanted])[:-1]
        x = self.embedding_dropout(self.target_embedding(tokens))
        with scope(part="decoder"):
            output, _ = self.decoder(x, state.recurrent)
        logits: Tensor = self.output(output)
        return logits


def _attention(kind: str | None, size: int, place: dict[str, Any]) -> Attention | None:
    if kind is None:
        return None
    require_one_of("attention", kind, ATTENTION)
    if kind == "dot":
        return DotProductAttention()
    return AdditiveAttention(size, size, size, **place)


def _as_tokens(given: Any, weight: Tensor) -> Array:
    bare = plain(given)
    library = library_of(weight.plain())
    return bare if library_of(bare) is library else library.asarray(numpy.asarray(bare))
