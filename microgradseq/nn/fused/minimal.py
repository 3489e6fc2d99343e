"""The layers of MinGRU and MinLSTM as one rule each: all steps at once, with scans.

Both cells are h_t = a_t h_{t−1} + z_t n_t, with a_t = 1 − z_t, and nothing in a, z and n looks at
the state. As all three are positive, a scan of their logarithms gives what the inputs add to the
state; the initial state may have any sign, so its share Π a ⊙ h_0 is added outside the logarithms.
The way back is a scan of the same kind from the last step to the first. Formulas of the gates stand
in cells/minimal.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from microgradseq.backend import Array
from microgradseq.joint import JointRule, joint_rule
from microgradseq.nn.cells.minimal import MIN_GRU_CELL, MIN_LSTM_CELL
from microgradseq.nn.cells.specification import BIAS_INPUT, WEIGHT_INPUT, Cell
from microgradseq.nn.fused import lookup
from microgradseq.nn.fused.lookup import row_sums, table_gradient
from microgradseq.nn.fused.scan import LOG_OF_NOTHING, linear_scan, log_scan
from microgradseq.nn.fused.sequences import padding, turned
from microgradseq.nn.unrolled import take_operands, unrolled_form
from microgradseq.rules import RULES
from microgradseq.rules.indexing import nan_outside

_softplus = RULES["softplus"].forward


class Saved(NamedTuple):
    """What the way back needs again; arrays are in the order of processing.

    Arguments:
        rows: the input of all steps below each other, (T·B, I), or whole numbers (T·B,).
        padded: booleans (T, B), or None.
        blocks: the gates' sums, (T, B, H) each.
        share: z.
        decay: a.
        candidate: n.
        before: the state before each step.
    """

    rows: Array
    padded: Array | None
    blocks: list[Array]
    share: Array
    decay: Array
    candidate: Array
    before: Array


def _forward(
    cell: Cell, m: Any, *operands: Array, **options: Any
) -> tuple[tuple[Array, ...], Saved]:
    x, (start,), parameters = take_operands(cell, operands, options)
    reverse, lengths = bool(options.get("reverse", False)), options.get("lengths")
    padded = padding(m, x.shape[0], lengths)
    rows = _rows(m, turned(m, x, reverse, lengths), padded, parameters[WEIGHT_INPUT])
    blocks = _blocks(m, rows, parameters, (*x.shape[:2], len(cell.gates), start.shape[1]))
    log_share, log_decay = _logarithms(m, blocks)
    candidate, log_candidate = _positive(m, blocks[-1])
    log_input = log_share + log_candidate
    if padded is not None:
        ended = padded[:, :, None]
        log_decay = m.where(ended, 0, log_decay)
        log_share, log_input = (
            m.where(ended, LOG_OF_NOTHING, one) for one in (log_share, log_input)
        )
    states = m.exp(log_scan(m, log_decay, log_input))
    states = states + m.exp(m.cumsum(log_decay, axis=0)) * start
    before = m.concatenate([start[None], states])
    output = states if padded is None else m.where(padded[:, :, None], 0, states)
    output = m.ascontiguousarray(turned(m, output, reverse, lengths))
    saved = Saved(rows, padded, blocks, m.exp(log_share), m.exp(log_decay), candidate, before[:-1])
    return (output, before[-1].copy()), saved


def _rows(m: Any, x: Array, padded: Array | None, weight: Array) -> Array:
    """The input of all steps below each other, padding as 0 whatever it holds."""
    count = x.shape[0] * x.shape[1]
    if x.ndim == 2:
        return (x if padded is None else m.where(padded, 0, x)).reshape(count)
    clean = x if padded is None else m.where(padded[:, :, None], 0, x)
    return clean.astype(weight.dtype, copy=False).reshape(count, weight.shape[1])


def _blocks(
    m: Any, rows: Array, parameters: Mapping[str, Array], shape: tuple[int, int, int, int]
) -> list[Array]:
    """The sums of each gate, (T, B, H)."""
    weight = parameters[WEIGHT_INPUT].T
    whole = rows.ndim == 1
    sums = nan_outside(m, weight[rows], rows, weight.shape[0]) if whole else rows @ weight
    if BIAS_INPUT in parameters:
        sums = sums + parameters[BIAS_INPUT]
    sums = sums.reshape(shape)
    return [sums[:, :, gate] for gate in range(shape[2])]


def _logarithms(m: Any, blocks: Sequence[Array]) -> tuple[Array, Array]:
    """log z and log a = log(1 − z), where z is the sigmoid of a sum or of a difference of two."""
    if len(blocks) == 2:
        odds = blocks[0]
    else:
        admit, keep, _ = blocks
        odds = _softplus(m, -keep) - _softplus(m, -admit)
    return -_softplus(m, -odds), -_softplus(m, odds)


def _positive(m: Any, u: Array) -> tuple[Array, Array]:
    """g(u) and its logarithm."""
    log_sigmoid = -_softplus(m, -u)
    shifted = m.maximum(u, 0) + 0.5
    value = m.where(u >= 0, shifted, m.exp(log_sigmoid))
    return value, m.where(u >= 0, m.log(shifted), log_sigmoid)


def _backward(
    cell: Cell,
    m: Any,
    gradients: Sequence[Array | None],
    results: Sequence[Array],
    saved: Saved,
    operands: Sequence[Array],
    options: Mapping[str, Any],
    wanted: Sequence[bool],
) -> list[Array | None]:
    x, _, parameters = take_operands(cell, operands, options)
    weight = parameters[WEIGHT_INPUT]
    reverse, lengths = bool(options.get("reverse", False)), options.get("lengths")
    by_states, by_start = _by_states(m, gradients, saved, reverse, lengths)
    by_blocks = _by_blocks(m, saved, by_states)
    by_sums = m.stack(by_blocks, axis=2).reshape(len(saved.rows), weight.shape[0])
    by_x = None
    if wanted[0] and x.ndim == 3:
        by_x = turned(m, (by_sums @ weight).reshape(x.shape), reverse, lengths)
    by_weight = _by_weight(m, saved.rows, by_sums, weight)
    return [by_x, by_start, by_weight, *([by_sums.sum(axis=0)] if len(parameters) > 1 else [])]


def _by_states(
    m: Any,
    gradients: Sequence[Array | None],
    saved: Saved,
    reverse: bool,
    lengths: Array | None,
) -> tuple[Array, Array]:
    """The gradients of the states after each step, and of the initial one."""
    by_output, by_final = gradients
    decay = saved.decay
    arrived = m.zeros_like(decay)
    if by_output is not None:
        arrived += turned(m, by_output, reverse, lengths)
    if saved.padded is not None:
        m.copyto(arrived, 0, where=saved.padded[:, :, None])
    if not len(arrived):
        none = m.zeros(decay.shape[1:], dtype=decay.dtype)
        return arrived, none if by_final is None else by_final
    if by_final is not None:
        arrived[-1] += by_final
    # what reaches a state from the one after it went through that one's decay
    later = m.concatenate([decay[1:], decay[:1]])
    by_states = linear_scan(m, later[::-1], arrived[::-1])[::-1]
    return by_states, decay[0] * by_states[0]


def _by_blocks(m: Any, saved: Saved, by_states: Array) -> list[Array]:
    """The gradients of the gates' sums; padding has z = 0, and so none."""
    share, decay, candidate = saved.share, saved.decay, saved.candidate
    slope = m.where(saved.blocks[-1] >= 0, 1, candidate - candidate * candidate)
    by_candidate = by_states * share * slope
    by_odds = by_states * (candidate - saved.before) * share * decay
    if len(saved.blocks) == 2:
        return [by_odds, by_candidate]
    admit, keep, _ = saved.blocks
    by_admit = by_odds * m.exp(-_softplus(m, admit))
    by_keep = -by_odds * m.exp(-_softplus(m, keep))
    return [by_admit, by_keep, by_candidate]


def _by_weight(m: Any, rows: Array, by_sums: Array, weight: Array) -> Array:
    if rows.ndim == 2:
        return by_sums.T @ rows
    inputs = weight.shape[1]
    if inputs <= lookup.MOST_ONE_HOT:
        return by_sums.T @ (rows[:, None] == m.arange(inputs)).astype(weight.dtype)
    return table_gradient(m, weight, [row_sums(m, rows, by_sums.T)])


def _rule(cell: Cell) -> JointRule:
    forward: Callable[..., Any] = partial(_forward, cell)
    return joint_rule(
        f"{cell.name} layer",
        forward=forward,
        backward=partial(_backward, cell),
        unrolled=unrolled_form(cell),
        words=f"all steps of the {cell.name} cell at once, by scans there and back",
    )


MIN_GRU_LAYER = _rule(MIN_GRU_CELL)
MIN_LSTM_LAYER = _rule(MIN_LSTM_CELL)
