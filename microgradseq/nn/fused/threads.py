"""Threads for the fused layers: how many there are, and how work is split over them.

NumPy lets go of Python's global lock while it computes, so Python threads really run side by side.
Two halves of a batch on two threads, with one thread of the BLAS library each, are faster than
one batch on two BLAS threads, because nothing waits for the other half at every product. BLAS
threads are counted through the library that NumPy has loaded, if it is an OpenBLAS; with another
one everything runs on one Python thread, and the BLAS does as it likes.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import product
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

import numpy

Task = Callable[[], Any]

_chosen: list[int | None] = [None]
_limit = Lock()
_requests: list[list[int]] = []
"""The count before the first block, then that of each block that runs."""


def threads() -> int:
    """How many threads a fused layer may use: what was set, else what the BLAS library found.

    >>> threads() >= 1
    True
    """
    return _chosen[0] or _usual_threads()


def set_threads(count: int | None) -> None:
    """Choose how many threads a fused layer may use.

    Arguments:
        count: how many; None for as many as the BLAS library found. Results are the same bit by
            bit for the same number of threads.

    >>> set_threads(1)
    >>> threads()
    1
    >>> set_threads(None)
    """
    if count is not None and count < 1:
        raise ValueError(f"at least one thread is needed, got {count}")
    _chosen[0] = count


@contextmanager
def blas_threads(count: int) -> Iterator[None]:
    """Let each product use so many BLAS threads, in the whole process, while the block runs.

    Arguments:
        count: how many. Without an OpenBLAS this does nothing.

    >>> with blas_threads(1):
    ...     product = numpy.ones((2, 2)) @ numpy.ones((2, 2))
    """
    blas = _blas()
    if blas is None:
        yield
        return
    request = [count]
    with _limit:
        if not _requests:
            _requests.append([blas.count()])
        _requests.append(request)
        blas.set_count(count)
    try:
        yield
    finally:
        with _limit:
            # blocks in several threads may overlap, and need not end in the order they began
            _requests[:] = [other for other in _requests if other is not request]
            blas.set_count(_requests[-1][0])
            if len(_requests) == 1:
                _requests.clear()


def can_split() -> bool:
    """Whether work may be spread over Python threads: only where BLAS threads can be counted."""
    return threads() > 1 and _blas() is not None


def has_small_products() -> bool:
    """Whether the BLAS multiplies small matrices where they lie, without rearranging them first.

    OpenBLAS does so on processors with AVX-512.
    """
    blas = _blas()
    return blas is not None and blas.core in {"SkylakeX", "Cooperlake", "SapphireRapids", "Zen"}


def start(task: Task) -> Callable[[], Any]:
    """Run a task on another thread.

    Arguments:
        task: a function without arguments.
    Returns:
        A function that waits for the end and returns the task's result, or raises its error.

    >>> wait = start(lambda: 2 + 3)
    >>> wait()
    5
    """
    worker = _idle.pop() if _idle else _Worker()
    worker.tasks.put(task)

    def wait() -> Any:
        result, error = worker.answers.get()
        _idle.append(worker)
        if error is not None:
            raise error
        return result

    return wait


def in_parallel(tasks: Sequence[Task]) -> list[Any]:
    """Run tasks side by side, the first one on this thread, each with one BLAS thread.

    From the first call on, the BLAS library of this process keeps to one thread, unless only one
    thread may be used. Its own threads spin for a tenth of a second after each product, in the way
    of ours: a training step took half as long again with them.

    Arguments:
        tasks: functions without arguments.
    Returns:
        Their results, in order.

    >>> in_parallel([lambda: 1, lambda: 2])
    [1, 2]
    """
    if can_split():
        _keep_blas_to_one_thread()
    if len(tasks) == 1:
        return [tasks[0]()]
    waits = [start(task) for task in tasks[1:]]
    try:
        first = tasks[0]()
    except BaseException:
        for wait in waits:
            wait()
        raise
    return [first, *(wait() for wait in waits)]


def _keep_blas_to_one_thread() -> None:
    usual = _usual_threads()
    blas = _blas()
    if blas is not None and usual > 1 and blas.count() > 1:
        with _limit:
            if not _requests:
                blas.set_count(1)


class _Worker:
    """A thread that waits for tasks; it never keeps a process alive."""

    def __init__(self) -> None:
        self.tasks: SimpleQueue[Task] = SimpleQueue()
        self.answers: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        Thread(target=self.work, name="microgradseq-worker", daemon=True).start()

    def work(self) -> None:
        while True:
            task: Task | None = self.tasks.get()
            assert task is not None
            answer: tuple[Any, BaseException | None]
            try:
                answer = (task(), None)
            except BaseException as error:
                # it is raised where it is waited for
                answer = (None, error)
            # a thread that waits for its next task must not hold on to the arrays of the last one
            task = None
            self.answers.put(answer)
            del answer


_idle: list[_Worker] = []
# threads do not survive a fork
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)


class _Blas:
    """The thread count of a loaded OpenBLAS."""

    def __init__(self, library: ctypes.CDLL, prefix: str, suffix: str) -> None:
        self.count: Callable[[], int] = getattr(library, f"{prefix}get_num_threads{suffix}")
        self.set_count: Callable[[int], None] = getattr(library, f"{prefix}set_num_threads{suffix}")
        core = getattr(library, f"{prefix}get_corename{suffix}")
        core.restype = ctypes.c_char_p
        self.core: str = core().decode()


@cache
def _blas() -> _Blas | None:
    for path in _candidates():
        try:
            library = ctypes.CDLL(str(path))
        except OSError:
            continue
        for prefix, suffix in product(("scipy_openblas_", "openblas_"), ("64_", "", "_64")):
            if hasattr(library, f"{prefix}set_num_threads{suffix}"):
                return _Blas(library, prefix, suffix)
    return None


def _candidates() -> list[Path]:
    """The OpenBLAS libraries that this process has loaded, or that came with NumPy."""
    maps = Path("/proc/self/maps")
    if maps.exists():
        lines = maps.read_text(encoding="utf-8", errors="replace").splitlines()
        paths = {line.split(maxsplit=5)[-1] for line in lines if "blas" in line.lower()}
        return [Path(path) for path in sorted(paths)]
    home = Path(numpy.__file__).parent
    folders = (home.parent / "numpy.libs", home / ".dylibs")
    return [path for folder in folders for path in sorted(folder.glob("*openblas*"))]


@cache
def _usual_threads() -> int:
    blas = _blas()
    return blas.count() if blas is not None else os.cpu_count() or 1
