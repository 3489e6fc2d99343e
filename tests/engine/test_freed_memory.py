"""Freed memory stays with the process, so that a training step need not fetch it page by page."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource
import {imported}
import numpy

def used_again():
    arrays = [numpy.ones(12_500) for _ in range(200)]

used_again()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
used_again()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages_fetched(imported: str) -> int:
    """How many pages 200 arrays of 100 kB cost that were all there before."""
    program = PROGRAM.format(imported=imported)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a habit of glibc")
def test_arrays_are_made_where_others_were() -> None:
    assert pages_fetched("microgradseq.tensor") < 100
