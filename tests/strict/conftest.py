"""The fixture that runs a test on the stand-in, and once more on a real GPU where there is one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.strict.gpu import Gpu, gpu_of, kinds, missing_gpu


def pytest_report_header() -> str:
    return f"GPU: {missing_gpu() or 'found; tests run there and on the stand-in'}"


@pytest.fixture(params=kinds())
def gpu(request: pytest.FixtureRequest) -> Iterator[Gpu]:
    with gpu_of(request.param) as found:
        yield found
