"""A checksum of data, to tell whether it is still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy


def digest(parts: Iterable[Any]) -> str:
    """The sha256 of arrays and words, one behind the other, as 64 hexadecimal digits.

    Arguments:
        parts: arrays, whose shape and type count too, strings and numbers.

    >>> digest(["a", numpy.array([1, 2])]) == digest(["a", numpy.array([1, 2])])
    True
    >>> digest(["ab"]) == digest(["a", "b"])
    False
    """
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, numpy.ndarray):
            head, body = f"{part.dtype.str}{part.shape}", numpy.ascontiguousarray(part)
            total.update(f"{len(head)}:{head}".encode())
            total.update(body.reshape(-1).view("u1").data)
        else:
            text = str(part).encode(errors="surrogatepass")
            total.update(f"{len(text)}:".encode() + text)
    return total.hexdigest()
