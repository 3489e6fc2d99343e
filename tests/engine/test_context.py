"""What holds for a stretch of code, and for one thread only."""

from __future__ import annotations

import threading

from microgradseq import Value, debug, no_grad, scope, tensor
from microgradseq.context import current_context, nesting, recorded


def test_nothing_is_recorded_under_no_grad() -> None:
    x, v = tensor([1.0], requires_grad=True), Value(2.0)
    with no_grad():
        results = [x * 2, x.sum(), v * 2, v.leaky_relu()]
    for result in results:
        assert not result.requires_grad
        assert result.parents == ()


def test_a_leaf_made_under_no_grad_is_a_leaf() -> None:
    with no_grad():
        x = tensor([1.0], requires_grad=True)
    (x * 2).backward()
    assert x.grad.tolist() == [2.0]


def test_no_grad_holds_for_its_own_thread() -> None:
    x = tensor([1.0], requires_grad=True)
    inside, done = threading.Event(), threading.Event()
    seen: list[bool] = []

    def sample() -> None:
        with no_grad():
            inside.set()
            done.wait(5)
            seen.append((x * 2).requires_grad)

    thread = threading.Thread(target=sample)
    thread.start()
    assert inside.wait(5)
    assert (x * 2).requires_grad
    done.set()
    thread.join(5)
    assert seen == [False]


def test_tags_nest_and_the_inner_one_wins() -> None:
    x, t = Value(2.0), tensor([1.0], requires_grad=True)
    with scope(t=3, layer=0):
        with scope(gate="forget", t=4):
            inner = [x * 2, t * 2]
        outer = [x * 2, t * 2, x.leaky_relu(0.2), Value(1.0)]
    for node in inner:
        assert dict(node.tags) == {"t": 4, "layer": 0, "gate": "forget"}
    for node in outer:
        assert dict(node.tags) == {"t": 3, "layer": 0}
    assert dict((x * 2).tags) == {}


def test_options_and_names_live_beside_tags() -> None:
    with scope(t=1):
        y = tensor([1.0], requires_grad=True).sum(axis=0)
    y.name = "total"
    assert (dict(y.tags), y.name) == ({"t": 1}, "total")
    assert y.options == {"axis": 0, "keepdims": False}
    assert Value(1.0).leaky_relu(0.2).options == {"slope": 0.2}


def test_an_error_inside_leaves_no_context_behind() -> None:
    for enter in (no_grad, debug, scope, recorded):
        try:
            with enter():
                raise KeyError
        except KeyError:
            pass
        assert current_context().recording
        assert not current_context().debugging
        assert nesting() == 0


def test_nodes_know_their_line_only_under_debug() -> None:
    x = Value(2.0)
    assert (x * 2).site is None
    with debug():
        assert "test_context.py" in str((x * 2).site)
        assert "test_context.py" in str(tensor([1.0]).sum().site)
