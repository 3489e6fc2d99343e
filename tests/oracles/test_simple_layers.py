"""Layers without a state against PyTorch: the same weights, values and gradients."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from microgradseq import nn, tensor

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle
RELATIVE = 1e-10


def numbers(*shape: int, seed: int = 0) -> Any:
    return numpy.random.default_rng([seed, *shape]).normal(size=shape)


def require_same(ours: nn.Module, theirs: Any, x: Any) -> None:
    """Load PyTorch's weights, run both, and compare results and all gradients."""
    theirs = theirs.double()
    with torch.no_grad():
        for place, parameter in enumerate(theirs.parameters()):
            parameter.copy_(torch.tensor(numbers(*parameter.shape, seed=place + 1)))
    ours.load_state_dict({name: array.numpy() for name, array in theirs.state_dict().items()})
    differentiable = x.dtype.kind == "f"
    our_x = tensor(x, requires_grad=differentiable)
    their_x = torch.tensor(x, requires_grad=differentiable)
    result, expected = ours(our_x), theirs(their_x)
    seed = numbers(*result.shape, seed=9)
    result.backward(seed)
    expected.backward(torch.tensor(seed))
    same(result.data, expected.detach())
    if differentiable:
        same(our_x.grad, their_x.grad)
    gradients = {name: parameter.grad for name, parameter in ours.named_parameters()}
    assert gradients.keys() == dict(theirs.named_parameters()).keys()
    for name, parameter in theirs.named_parameters():
        same(gradients[name], parameter.grad)


def same(ours: Any, theirs: Any) -> None:
    numpy.testing.assert_allclose(ours, theirs.numpy(), rtol=RELATIVE, atol=1e-13)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 2, 3), (0, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear(shape: tuple[int, ...], bias: bool) -> None:
    ours = nn.Linear(3, 5, bias, dtype="float64")
    require_same(ours, torch.nn.Linear(3, 5, bias), numbers(*shape))


@pytest.mark.parametrize("padding", [None, 0, -1])
def test_embedding(padding: int | None) -> None:
    indices = numpy.array([[4, 0, 4], [2, 2, 4]])
    ours = nn.Embedding(5, 3, padding, dtype="float64")
    require_same(ours, torch.nn.Embedding(5, 3, padding), indices)


@pytest.mark.parametrize("shape", [4, (3, 4)])
@pytest.mark.parametrize(
    "options", [{}, {"eps": 0.1}, {"bias": False}, {"elementwise_affine": False}]
)
def test_layer_norm(shape: Any, options: dict[str, Any]) -> None:
    ours = nn.LayerNorm(shape, dtype="float64", **options)
    require_same(ours, torch.nn.LayerNorm(shape, **options), 5 * numbers(2, 3, 4) + 3)


def test_layers_in_a_row() -> None:
    def row(library: Any, **options: Any) -> Any:
        return library.Sequential(
            library.Linear(4, 6, **options),
            library.LayerNorm(6, **options),
            library.Linear(6, 2, **options),
        )

    require_same(row(nn, dtype="float64"), row(torch.nn), numbers(3, 4))


@pytest.mark.parametrize("name", ["Linear", "Embedding"])
def test_weights_start_with_the_same_spread(name: str) -> None:
    ours, theirs = getattr(nn, name)(200, 300), getattr(torch.nn, name)(200, 300)
    for parameter, reference in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert parameter.data.std() == pytest.approx(float(reference.detach().std()), rel=0.15)
        assert parameter.shape == tuple(reference.shape)
