"""A GPU for tests: the real one through CuPy where there is one, and always the stand-in."""

from __future__ import annotations

import functools
import importlib
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy
import pytest

from microgradseq.backend import register
from tests.strict.strict_arrays import StrictArray, host_copies
from tests.strict.strict_library import STRICT


@dataclass(frozen=True)
class Gpu:
    """An array library and how arrays get there and back.

    Arguments:
        kind: "stand-in" or "cupy".
        m: the library.
    """

    kind: str
    m: Any

    def there(self, thing: Any) -> Any:
        """The same, with every NumPy array in tuples, lists and dicts moved to the GPU."""
        if isinstance(thing, (numpy.ndarray, numpy.generic)):
            return self.m.asarray(thing)
        if isinstance(thing, (tuple, list)):
            return type(thing)(map(self.there, thing))
        if isinstance(thing, dict):
            return {key: self.there(value) for key, value in thing.items()}
        return thing

    def here(self, array: Any) -> Any:
        """An array of the GPU as a NumPy array; anything else is an error."""
        assert isinstance(array, self.m.ndarray), f"left the GPU: {type(array)}"
        return array.get()

    @contextmanager
    def no_host_copies(self) -> Iterator[None]:
        """Fail where the block copies anything to the host, or waits for the GPU."""
        if self.kind == "cupy":
            cupyx = importlib.import_module("cupyx")
            with cupyx.allow_synchronize(False):
                yield
            return
        with host_copies() as copies:
            yield
        assert copies == [], f"copied to the host: {', '.join(copies)}"


@functools.cache
def missing_gpu() -> str | None:
    """Why the real GPU cannot be used, or None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            cupy = importlib.import_module("cupy")
        except ImportError as error:
            return f"CuPy cannot be imported: {error}"
        try:
            count = cupy.cuda.runtime.getDeviceCount()
        except cupy.cuda.runtime.CUDARuntimeError as error:
            return f"CuPy finds no GPU: {error}"
    return None if count else "CuPy finds no GPU"


def kinds() -> tuple[str, ...]:
    """What the suite runs on here."""
    return ("stand-in",) if missing_gpu() is not None else ("stand-in", "cupy")


@contextmanager
def gpu_of(kind: str) -> Iterator[Gpu]:
    """A GPU of a kind."""
    if kind == "cupy":
        yield Gpu(kind, importlib.import_module("cupy"))
        return
    with pytest.MonkeyPatch.context() as patch:
        # device="cuda" finds the stand-in where it would import CuPy
        patch.setitem(sys.modules, "cupy", STRICT)
        register(StrictArray, STRICT)
        yield Gpu(kind, STRICT)
