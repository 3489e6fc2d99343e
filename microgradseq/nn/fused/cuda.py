"""The elementwise work of a cell as one kernel each way, where the array library is CuPy.

On a GPU every call costs a launch; so what NumPy does in a dozen calls is one kernel here.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple


class Kernels(NamedTuple):
    """A cell's elementwise work, forward and backward."""

    forward: Any
    backward: Any


@cache
def lstm_kernels(m: Any) -> Kernels | None:
    """The kernels of an LSTM step; None where the library has no kernels.

    Arguments:
        m: the array library. The sums of the sigmoid gates come halved, see lstm.py.

    >>> import numpy
    >>> lstm_kernels(numpy) is None
    True
    """
    if not hasattr(m, "ElementwiseKernel"):
        return None
    # CuPy keeps the name i for itself, so the gates are vo, vi, vf, vg
    forward = m.ElementwiseKernel(
        "T uo, T ui, T uf, T ug, T before",
        "T vo, T vi, T vf, T vg, T c, T h",
        """
        T half = 0.5;
        T so = half * tanh(uo) + half, si = half * tanh(ui) + half, sf = half * tanh(uf) + half;
        T tg = tanh(ug), now = sf * before + si * tg;
        vo = so; vi = si; vf = sf; vg = tg; c = now; h = so * tanh(now);
        """,
        "microgradseq_lstm_forward",
    )
    backward = m.ElementwiseKernel(
        "T vo, T vi, T vf, T vg, T before, T c, T by_h, T by_c",
        "T by_o, T by_i, T by_f, T by_g, T by_before",
        """
        T one = 1, tc = tanh(c), total = by_c + by_h * vo * (one - tc * tc);
        by_o = by_h * tc * vo * (one - vo);
        by_i = total * vg * vi * (one - vi);
        by_f = total * before * vf * (one - vf);
        by_g = total * vi * (one - vg * vg);
        by_before = total * vf;
        """,
        "microgradseq_lstm_backward",
    )
    return Kernels(forward, backward)


@cache
def rnn_kernels(m: Any, nonlinearity: str) -> Kernels | None:
    """The kernels of an Elman step; None where the library has no kernels.

    Arguments:
        m: the array library.
        nonlinearity: "tanh", "relu" or "sigmoid"; the sums of a sigmoid come halved.

    >>> import numpy
    >>> rnn_kernels(numpy, "tanh") is None
    True
    """
    if not hasattr(m, "ElementwiseKernel"):
        return None
    function, slope = {
        "tanh": ("tanh(u)", "T(1) - h * h"),
        "relu": ("u < T(0) ? T(0) : u", "h > T(0) ? T(1) : T(0)"),
        "sigmoid": ("T(0.5) * tanh(u) + T(0.5)", "h - h * h"),
    }[nonlinearity]
    forward = m.ElementwiseKernel(
        "T u", "T h", f"h = {function};", f"microgradseq_rnn_{nonlinearity}_forward"
    )
    backward = m.ElementwiseKernel(
        "T h, T by_h",
        "T by_u",
        f"by_u = by_h * ({slope});",
        f"microgradseq_rnn_{nonlinearity}_backward",
    )
    return Kernels(forward, backward)


@cache
def gru_after_kernels(m: Any) -> Kernels | None:
    """The kernels of PyTorch's GRU step; None where the library has no kernels.

    Arguments:
        m: the array library.

    >>> import numpy
    >>> gru_after_kernels(numpy) is None
    True
    """
    if not hasattr(m, "ElementwiseKernel"):
        return None
    forward = m.ElementwiseKernel(
        "T ur, T uz, T un, T vr, T vz, T vn, T bias, T before",
        "T r, T z, T c, T recalled, T h",
        """
        T half = 0.5, seen = vn + bias;
        T sr = half * tanh(half * (ur + vr)) + half, sz = half * tanh(half * (uz + vz)) + half;
        T tc = tanh(un + sr * seen);
        r = sr; z = sz; c = tc; recalled = seen; h = tc + sz * (before - tc);
        """,
        "microgradseq_gru_after_forward",
    )
    backward = m.ElementwiseKernel(
        "T by_h, T before, T r, T z, T c, T recalled",
        "T by_r, T by_z, T by_recalled, T by_c, T carried",
        """
        T one = 1, kept = by_h * z, into_c = (by_h - kept) * (one - c * c), back = into_c * r;
        by_r = back * recalled * (one - r);
        by_z = kept * (before - c) * (one - z);
        by_recalled = back; by_c = into_c; carried = kept;
        """,
        "microgradseq_gru_after_backward",
    )
    return Kernels(forward, backward)


@cache
def gru_before_kernels(m: Any) -> tuple[Kernels, Kernels] | None:
    """The kernels of the study notes' GRU step; None where the library has no kernels.

    Arguments:
        m: the array library.
    Returns:
        Those of the gates, and those of the candidate: a product lies between them.

    >>> import numpy
    >>> gru_before_kernels(numpy) is None
    True
    """
    if not hasattr(m, "ElementwiseKernel"):
        return None
    gates = Kernels(
        m.ElementwiseKernel(
            "T ur, T uz, T vr, T vz, T before",
            "T r, T z, T reset",
            """
            T half = 0.5;
            T sr = half * tanh(half * (ur + vr)) + half, sz = half * tanh(half * (uz + vz)) + half;
            r = sr; z = sz; reset = sr * before;
            """,
            "microgradseq_gru_before_gates_forward",
        ),
        m.ElementwiseKernel(
            "T by_reset, T before, T r, T kept",
            "T by_r, T carried",
            """
            T shown = by_reset * r, so_far = kept;
            by_r = shown * before * (T(1) - r); carried = so_far + shown;
            """,
            "microgradseq_gru_before_gates_backward",
        ),
    )
    candidate = Kernels(
        m.ElementwiseKernel(
            "T un, T vn, T z, T before",
            "T c, T h",
            "T tc = tanh(un + vn); c = tc; h = tc + z * (before - tc);",
            "microgradseq_gru_before_candidate_forward",
        ),
        m.ElementwiseKernel(
            "T by_h, T before, T z, T c",
            "T by_z, T by_c, T carried",
            """
            T one = 1, kept = by_h * z;
            by_z = kept * (before - c) * (one - z);
            by_c = (by_h - kept) * (one - c * c); carried = kept;
            """,
            "microgradseq_gru_before_candidate_backward",
        ),
    )
    return gates, candidate


@cache
def peephole_kernels(m: Any) -> tuple[Kernels, Kernels] | None:
    """The kernels of a peephole LSTM's step; None where the library has no kernels.

    Arguments:
        m: the array library.
    Returns:
        Those of the new c, and those of the output: the output gate looks at c between them.

    >>> import numpy
    >>> peephole_kernels(numpy) is None
    True
    """
    if not hasattr(m, "ElementwiseKernel"):
        return None
    state = Kernels(
        m.ElementwiseKernel(
            "T ui, T uf, T ug, T before",
            "T vi, T vf, T vg, T c",
            """
            T half = 0.5;
            T si = half * tanh(half * ui) + half, sf = half * tanh(half * uf) + half;
            T tg = tanh(ug);
            vi = si; vf = sf; vg = tg; c = sf * before + si * tg;
            """,
            "microgradseq_peephole_state_forward",
        ),
        m.ElementwiseKernel(
            "T by_c, T vi, T vf, T vg, T before",
            "T by_i, T by_f, T by_g, T by_before",
            """
            T one = 1, total = by_c;
            by_i = total * vg * vi * (one - vi);
            by_f = total * before * vf * (one - vf);
            by_g = total * vi * (one - vg * vg);
            by_before = total * vf;
            """,
            "microgradseq_peephole_state_backward",
        ),
    )
    output = Kernels(
        m.ElementwiseKernel(
            "T uo, T c",
            "T vo, T shown, T h",
            """
            T so = T(0.5) * tanh(T(0.5) * uo) + T(0.5), tc = tanh(c);
            vo = so; shown = tc; h = so * tc;
            """,
            "microgradseq_peephole_output_forward",
        ),
        m.ElementwiseKernel(
            "T by_h, T by_c, T vo, T shown",
            "T by_o, T by_new_c",
            """
            T one = 1, so_far = by_c;
            by_o = by_h * shown * vo * (one - vo);
            by_new_c = so_far + by_h * vo * (one - shown * shown);
            """,
            "microgradseq_peephole_output_backward",
        ),
    )
    return state, output


@cache
def sum_kernels(m: Any, nonlinearity: str) -> Kernels | None:
    """The kernels of φ(u + v); None where the library has no kernels.

    Arguments:
        m: the array library.
        nonlinearity: φ: "tanh", "relu", "sigmoid" or "identity".

    >>> import numpy
    >>> sum_kernels(numpy, "tanh") is None
    True
    """
    if not hasattr(m, "ElementwiseKernel"):
        return None
    function, slope = {
        "tanh": ("tanh(s)", "T(1) - h * h"),
        "relu": ("s < T(0) ? T(0) : s", "h > T(0) ? T(1) : T(0)"),
        "sigmoid": ("T(0.5) * tanh(T(0.5) * s) + T(0.5)", "h - h * h"),
        "identity": ("s", "T(1)"),
    }[nonlinearity]
    forward = m.ElementwiseKernel(
        "T u, T v", "T h", f"T s = u + v; h = {function};", f"microgradseq_sum_{nonlinearity}"
    )
    backward = m.ElementwiseKernel(
        "T h, T by_h",
        "T by_u",
        f"by_u = by_h * ({slope});",
        f"microgradseq_sum_{nonlinearity}_backward",
    )
    return Kernels(forward, backward)


@cache
def continuous_kernels(m: Any) -> tuple[Kernels, Kernels] | None:
    """The kernels of a stage of the continuous-time network; None where there are none.

    Arguments:
        m: the array library.
    Returns:
        Those before the product with the weights (where the stage stands, and its firing rate),
        and those after it (its slope).

    >>> import numpy
    >>> continuous_kernels(numpy) is None
    True
    """
    if not hasattr(m, "ElementwiseKernel"):
        return None
    rate = Kernels(
        m.ElementwiseKernel(
            "T y, T slope, T reach, T threshold",
            "T place, T rate",
            """
            T p = y + reach * slope;
            place = p; rate = T(0.5) * tanh(T(0.5) * (p + threshold)) + T(0.5);
            """,
            "microgradseq_ctrnn_rate_forward",
        ),
        m.ElementwiseKernel(
            "T by_rate, T rate, T by_stage, T by_y",
            "T by_shifted, T by_place, T by_start",
            """
            T shifted = by_rate * (rate - rate * rate), p = shifted - by_stage, so_far = by_y;
            by_shifted = shifted; by_place = p; by_start = so_far + p;
            """,
            "microgradseq_ctrnn_rate_backward",
        ),
    )
    slope = Kernels(
        m.ElementwiseKernel(
            "T product, T current, T place, T tau, T share, T y",
            "T slope, T step",
            "T s = (product + current - place) / tau; slope = s; step = y + share * s;",
            "microgradseq_ctrnn_slope_forward",
        ),
        m.ElementwiseKernel(
            "T by_new, T by_place, T share, T reach, T tau, T so_far",
            "T by_stage, T by_current",
            """
            T s = (by_new * share + reach * by_place) / tau, current = so_far;
            by_stage = s; by_current = current + s;
            """,
            "microgradseq_ctrnn_slope_backward",
        ),
    )
    return rate, slope
