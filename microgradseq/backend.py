"""Which array library an array belongs to, and on which device it lives."""

from __future__ import annotations

import sys
from typing import Any

import numpy

from microgradseq.errors import DeviceError, MixingError
from microgradseq.numbers import plural

Array = Any
"""An array of a registered library: `numpy.ndarray`, or `cupy.ndarray` on a GPU."""

LARGEST_KEPT = 31 * 2**20
_LIBRARIES: dict[type, Any] = {numpy.ndarray: numpy}


def register(array_type: type, library: Any) -> None:
    """Make arrays of a further type usable as tensors.

    Arguments:
        array_type: the class of the arrays.
        library: a module with NumPy's functions that work on them.

    >>> import numpy
    >>> register(numpy.ndarray, numpy)
    """
    _LIBRARIES[array_type] = library


def library_of(array: Array) -> Any:
    """The library, NumPy or CuPy, that an array belongs to; None for what is no array.

    Arguments:
        array: anything.
    Returns:
        A module with NumPy's functions, or None.

    >>> library_of(numpy.zeros(3)).__name__
    'numpy'
    """
    library = _LIBRARIES.get(array.__class__)
    if library is not None:
        return library
    for known, library in _LIBRARIES.items():
        if isinstance(array, known):
            return library
    if isinstance(array, numpy.generic):
        return numpy
    if type(array).__module__.partition(".")[0] == "cupy":
        cupy = sys.modules["cupy"]
        register(cupy.ndarray, cupy)
        return cupy
    return None


def is_array(thing: Any) -> bool:
    """Whether something is an array of a library, and not a single number of NumPy's.

    >>> is_array(numpy.zeros(())), is_array(numpy.float64(0))
    (True, False)
    """
    return library_of(thing) is not None and not isinstance(thing, numpy.generic)


def common_library(operation: str, arrays: tuple[Array, ...] | list[Array]) -> Any:
    """The one library that all arrays of an operation belong to.

    Arguments:
        operation: the operation's name, for the error.
        arrays: its operands.
    Returns:
        A module with NumPy's functions. Raises MixingError where operands differ.

    >>> common_library("add", [numpy.zeros(3), numpy.ones(3)]).__name__
    'numpy'
    """
    kind = arrays[0].__class__
    for array in arrays:
        if array.__class__ is not kind:
            break
    else:
        if kind in _LIBRARIES:
            return _LIBRARIES[kind]
    libraries = {id(library): library for library in map(library_of, arrays)}
    if len(libraries) == 1:
        return next(iter(libraries.values()))
    places = " and ".join(sorted(device_of(array) for array in arrays))
    raise MixingError(
        f"{operation}: operands live on different devices ({places}); move them to one with .to()"
    )


def device_of(array: Array) -> str:
    """Where an array lives: "cpu", or "cuda:0" and so on.

    >>> device_of(numpy.zeros(3))
    'cpu'
    """
    device = getattr(array, "device", "cpu")
    number = getattr(device, "id", None)
    return "cpu" if number is None else f"cuda:{number}"


def move(array: Array, device: str) -> Array:
    """Copy an array to a device.

    Arguments:
        array: the array, any shape.
        device: "cpu", "cuda" or "cuda:1" and so on.
    Returns:
        The array itself where it is there already, else a copy on the device.

    >>> move(numpy.zeros(3), "cpu").shape
    (3,)
    """
    kind, _, number = device.partition(":")
    if kind == "cpu":
        return array if library_of(array) is numpy else array.get()
    if kind != "cuda" or (number and not number.isdigit()):
        raise ValueError(f'unknown device "{device}"; known are "cpu", "cuda" and "cuda:1"')
    cupy, devices = _import_cupy()
    if int(number or 0) >= devices:
        raise DeviceError(
            f'device "{device}": this machine shows {plural(devices, "GPU")}, counted from "cuda:0"'
        )
    try:
        with cupy.cuda.Device(int(number or 0)):
            return cupy.asarray(array)
    except MemoryError as error:
        raise full_memory(
            f'moving an array of shape {tuple(array.shape)} to "{device}"', error
        ) from error


def full_memory(what: str, error: MemoryError) -> MemoryError:
    """The error for a device, or a main memory, that has no room left.

    Arguments:
        what: which operation needed it.
        error: what the array library said.

    >>> str(full_memory("matmul", MemoryError("512 bytes")))
    'matmul: the memory is full; make the batch, the sequence or the model smaller (512 bytes)'
    """
    return MemoryError(
        f"{what}: the memory is full; make the batch, the sequence or the model smaller ({error})"
    )


def _import_cupy() -> tuple[Any, int]:
    """CuPy, and how many devices it shows."""
    try:
        import cupy  # noqa: PLC0415 - an extra, imported at the point of use
    except ModuleNotFoundError as error:
        raise DeviceError(
            'device "cuda" needs CuPy, which is not installed: pip install "microgradseq[gpu]"'
        ) from error
    except ImportError as error:
        raise DeviceError(
            f'device "cuda": CuPy is installed but cannot be loaded; its package must be the one '
            f"for this machine's CUDA, such as cupy-cuda12x ({error})"
        ) from error
    try:
        devices = cupy.cuda.runtime.getDeviceCount()
    except Exception as error:
        raise DeviceError(f'device "cuda": CuPy finds no usable GPU driver ({error})') from error
    if devices == 0:
        raise DeviceError('device "cuda": CuPy is installed but this machine shows no GPU')
    register(cupy.ndarray, cupy)
    return cupy, devices


def _keep_freed_memory() -> None:
    """Have the C library keep what is freed, as every training step needs the same again.

    glibc gives blocks above a threshold back to the system at once, and gets them back page by
    page. It raises the threshold to the largest block that it has seen freed. So one is freed here,
    once; it is never written to, so it costs no memory.
    """
    numpy.empty(LARGEST_KEPT, dtype="uint8")


_keep_freed_memory()
