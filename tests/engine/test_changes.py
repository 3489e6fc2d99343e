"""Numbers changed between the forward and the backward pass: refused, never wrong in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from microgradseq import Tensor, Value, grad, no_grad, tensor
from microgradseq.errors import ChangedError
from microgradseq.rules import RULES


def leaf() -> Tensor:
    return tensor([1.0, 2.0, 3.0], requires_grad=True, name="w")


def write_into_data(t: Tensor) -> None:
    t.data[0] = 9.0


def write_into_a_slice(t: Tensor) -> None:
    t.data[1:][0] = 9.0


def write_through_a_view(t: Tensor) -> None:
    t.reshape(3, 1).data[0, 0] = 9.0


def write_through_a_view_of_a_view(t: Tensor) -> None:
    t.reshape(3, 1).transpose(0, 1)[0].data[0] = 9.0


def subtract_from_data(t: Tensor) -> None:
    t.data -= 1.0


def set_data(t: Tensor) -> None:
    t.data = t.data * 2


def overwrite(t: Tensor) -> None:
    t.overwrite(numpy.zeros(3))


def overwrite_a_view(t: Tensor) -> None:
    t.detach()
    t.reshape(3, 1).overwrite(numpy.zeros((3, 1)))


def write_not_a_number(t: Tensor) -> None:
    t.data[0] = numpy.nan


def call_an_in_place_function(t: Tensor) -> None:
    numpy.multiply(t.data, 2.0, out=t.data)


CHANGES = [
    write_into_data,
    write_into_a_slice,
    write_through_a_view,
    write_through_a_view_of_a_view,
    subtract_from_data,
    set_data,
    overwrite,
    overwrite_a_view,
    write_not_a_number,
    call_an_in_place_function,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_leaf_is_refused(change: Callable[[Tensor], None]) -> None:
    w = leaf()
    y = (w * w).sum()
    change(w)
    with pytest.raises(ChangedError, match=r'mul: operand [12] "w" was changed'):
        y.backward()
    assert w.grad is None


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_result_is_refused(change: Callable[[Tensor], None]) -> None:
    w = leaf()
    h = w.tanh()
    y = h.sum()
    change(h)
    with pytest.raises(ChangedError, match="tanh: its result was changed"):
        y.backward()


@pytest.mark.parametrize("hold", [lambda w: w.data, lambda w: w.data[:2], lambda w: w.data.T])
def test_an_array_held_from_before_the_forward_pass_is_watched(
    hold: Callable[[Tensor], Any],
) -> None:
    w = leaf()
    held = hold(w)
    y = (w * w).sum()
    held[0] = 9.0
    with pytest.raises(ChangedError):
        y.backward()


def test_an_array_given_to_data_is_watched() -> None:
    w, mine = leaf(), numpy.ones(3)
    w.data = mine
    y = (w * w).sum()
    mine[0] = 9.0
    with pytest.raises(ChangedError):
        y.backward()


def test_an_array_given_to_data_is_watched_through_what_it_is_a_part_of() -> None:
    w, mine = leaf(), numpy.ones(6)
    w.data = mine[::2]
    y = (w * w).sum()
    mine[0] = 9.0
    with pytest.raises(ChangedError):
        y.backward()


def test_a_held_part_of_an_array_that_is_itself_a_view_is_watched() -> None:
    w = leaf()
    h = w.exp().reshape(3, 1)
    held = h.data[1:]
    first = (h * h).sum()
    y = (h * h).sum()
    held[0] = 9.0
    for late in (first, y):
        with pytest.raises(ChangedError):
            late.backward()


def test_an_operand_changed_through_the_tensor_it_is_a_view_of() -> None:
    a = leaf()
    b = a.reshape(3, 1)
    y = (b * b).sum()
    a.data[0] = 9.0
    with pytest.raises(ChangedError):
        y.backward()


@pytest.mark.parametrize(
    "view",
    [
        lambda t: t.broadcast_to(2, 3),
        lambda t: t.unsqueeze(0),
        lambda t: t[1:],
        lambda t: t.flip(0),
        lambda t: t.split(1)[0],
        RULES["identity"],
        lambda t: t.to("cpu"),
        lambda t: t.pad(()) if t.ndim == 0 else t.permute(0),
    ],
)
def test_every_view_shares_the_watch(view: Callable[[Tensor], Tensor]) -> None:
    a = leaf()
    b = view(a)
    y = (b * b).sum()
    a.data[...] = 9.0
    with pytest.raises(ChangedError):
        y.backward()


def test_a_view_made_without_recording_shares_the_watch() -> None:
    w, a = leaf(), tensor([1.0, 2.0, 3.0])
    view_of_a_constant = a.reshape(3, 1)
    with no_grad():
        view_of_w = w[1:]
    for change in (view_of_a_constant, view_of_w):
        y = (w * w * a).sum()
        change.data[...] = 9.0
        with pytest.raises(ChangedError):
            y.backward()


def test_a_changed_index_table_is_refused() -> None:
    weight, indices = leaf(), tensor(numpy.array([0, 2]))
    y = RULES["embedding"](weight, indices).sum()
    indices.data[0] = 1
    with pytest.raises(ChangedError, match="embedding"):
        y.backward()


def test_an_index_array_is_copied() -> None:
    x, index = leaf(), numpy.array([0, 0])
    y = x[index].sum()
    index[:] = 2
    y.backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0]


def test_arrays_put_in_are_copied() -> None:
    x, factor = leaf(), numpy.full(3, 2.0)
    y = (x * factor).sum()
    factor[:] = 9.0
    y.backward()
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


# --- what is in order must not be refused -------------------------------------------------------


def test_a_training_loop_may_change_its_parameters_between_steps() -> None:
    w, x = leaf(), tensor([1.0, -1.0, 0.5])
    losses = []
    for _ in range(20):
        loss = ((w * x - 1.0) ** 2).sum()
        loss.backward()
        w.data -= 0.1 * w.grad
        w.grad = None
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]


def test_a_held_array_may_be_changed_before_the_forward_pass() -> None:
    w = leaf()
    held = w.data
    for number in (5.0, 6.0):
        held[0] = number
        w.grad = None
        (w * w).sum().backward()
        assert w.grad[0] == 2 * number


def test_numbers_that_no_derivative_reads_may_change() -> None:
    w = leaf()
    y = (w + 1.0).reshape(3, 1) * 2.0
    y.data[...] = 0.0
    w.data[...] = 0.0
    y.sum().backward()
    assert w.grad.tolist() == [2.0, 2.0, 2.0]


def test_reading_is_no_change() -> None:
    w = leaf()
    w.data[0] = numpy.nan
    y = (w * w).sum()
    assert numpy.isnan(w.data[0])
    y.backward()
    assert w.grad[1:].tolist() == [4.0, 6.0]


def test_the_same_numbers_written_again_are_no_change() -> None:
    w = leaf()
    y = (w * w).sum()
    w.data[...] = w.data.copy()
    y.backward()
    assert w.grad.tolist() == [2.0, 4.0, 6.0]


def test_another_array_leaves_older_views_alone() -> None:
    a = leaf()
    b = a.reshape(3, 1)
    y = (b * b).sum()
    a.data = numpy.zeros(3)
    y.backward()
    assert a.grad.tolist() == [2.0, 4.0, 6.0]


def test_an_array_that_was_returned_is_no_longer_compared() -> None:
    w = leaf()
    w.data[0] = 4.0
    y = (w * w).sum()
    assert w._storage is not None
    assert not w._storage.lent
    y.backward()
    assert w.grad.tolist() == [8.0, 4.0, 6.0]


def test_a_changed_value_is_refused_where_its_derivative_is_differentiated() -> None:
    x = Value(3.0)

    def change_inside(y: Value) -> Value:
        z = y * y
        y.data = 5.0
        return z

    with pytest.raises(ChangedError, match="mul"):
        grad(grad(change_inside))(x)
