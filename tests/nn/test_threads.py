"""Threads and borrowed memory: results, errors, counts."""

from __future__ import annotations

import threading

import numpy
import pytest

from microgradseq.nn.fused import buffers, threads
from microgradseq.nn.fused.buffers import borrow, forget_spare
from microgradseq.nn.fused.threads import blas_threads, in_parallel, set_threads, start


def test_tasks_run_on_several_threads_and_keep_their_order() -> None:
    meeting = threading.Barrier(3, timeout=10)

    def task(number: int) -> int:
        meeting.wait()
        return number

    assert in_parallel([lambda n=n: task(n) for n in range(3)]) == [0, 1, 2]  # type: ignore[misc]


def test_an_error_reaches_whoever_waits_and_the_thread_lives_on() -> None:
    wait = start(lambda: {"a": 1}["b"])
    with pytest.raises(KeyError):
        wait()
    with pytest.raises(ZeroDivisionError):
        in_parallel([lambda: 1 / 0, lambda: 2])
    assert in_parallel([lambda: 1, lambda: 2]) == [1, 2]


def test_idle_threads_are_used_again() -> None:
    in_parallel([int, int, int])
    before = threading.active_count()
    for _ in range(20):
        in_parallel([int, int, int])
    assert threading.active_count() == before


def test_the_blas_count_comes_back() -> None:
    blas = threads._blas()
    if blas is None:
        pytest.skip("NumPy's BLAS is no OpenBLAS")
    before = blas.count()
    with blas_threads(1):
        assert blas.count() == 1
        with blas_threads(2):
            assert blas.count() == 2
        assert blas.count() == 1
    assert blas.count() == before


def test_another_blas_means_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_blas", lambda: None)
    set_threads(4)
    try:
        assert not threads.can_split()
        assert not threads.has_small_products()
        assert in_parallel([lambda: 1, lambda: 2]) == [1, 2]
    finally:
        set_threads(None)


def test_a_thread_count_is_positive() -> None:
    with pytest.raises(ValueError, match="at least one"):
        set_threads(0)


def test_borrowed_memory_is_nobody_elses() -> None:
    first, second = borrow(numpy.empty, (3, 5)), borrow(numpy.empty, (3, 5))
    assert first.kept is not second.kept


def test_the_pool_keeps_few() -> None:
    forget_spare()
    loans = [borrow(numpy.empty, (2, 7)) for _ in range(10)]
    loans.clear()
    for size in range(40):
        borrow(numpy.empty, (size, 1))
    assert len(buffers._spare) <= buffers.KINDS_KEPT
    assert all(len(spare) <= buffers.SPARE_PER_KIND for spare in buffers._spare.values())
