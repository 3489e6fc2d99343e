"""Products of matrices, however they lie in memory."""

from __future__ import annotations

import numpy
import pytest

from microgradseq import Tensor

random = numpy.random.default_rng(0)
WEIGHT = random.standard_normal((130, 120))


@pytest.mark.parametrize("rows", [0, 1, 31, 64, 65])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_product_with_a_transposed_view(rows: int, dtype: str) -> None:
    numbers = random.standard_normal((rows, 120)).astype(dtype)
    a, weight = Tensor(numbers, requires_grad=True), Tensor(WEIGHT, dtype, requires_grad=True)
    product = a @ weight.T
    expected = numpy.einsum("ij,kj->ik", numbers.astype("float64"), WEIGHT)
    tolerance = 1e-12 if dtype == "float64" else 1e-4
    numpy.testing.assert_allclose(product.data, expected, atol=tolerance)
    assert product.data.flags.c_contiguous
    assert product.data.dtype == dtype
    product.sum().backward()
    ones = numpy.ones((rows, 130))
    numpy.testing.assert_allclose(a.grad, ones @ WEIGHT, atol=tolerance)
    numpy.testing.assert_allclose(weight.grad, ones.T @ numbers, atol=tolerance)
