"""Operations on each element by itself: arithmetic and functions of one variable.

A comparison inside a slope is 0 or 1. Where two sides meet (relu at 0, maximum of equal numbers)
the slopes follow PyTorch's choice.
"""

from __future__ import annotations

from typing import Any

from numpy import errstate

from microgradseq.rules.rule import Elementwise, elementwise


def _is_zero(u: Any) -> Any:
    return (u >= 0) * (u <= 0)


identity = elementwise(
    "identity",
    forward=lambda m, u: u,
    slopes=lambda y, u: (1,),
    words="∂u/∂u = 1",
    symbol="=",
    numpy=("positive",),
)
add = elementwise(
    "add",
    forward=lambda m, u, v: u + v,
    slopes=lambda y, u, v: (1, 1),
    words=("∂(u + v)/∂u = 1", "∂(u + v)/∂v = 1"),
    symbol="+",
    numpy=("add",),
)
sub = elementwise(
    "sub",
    forward=lambda m, u, v: u - v,
    slopes=lambda y, u, v: (1, -1),
    words=("∂(u − v)/∂u = 1", "∂(u − v)/∂v = −1"),
    symbol="−",
    numpy=("subtract",),
)
mul = elementwise(
    "mul",
    forward=lambda m, u, v: u * v,
    slopes=lambda y, u, v: (v, u),
    words=("∂(u·v)/∂u = v", "∂(u·v)/∂v = u"),
    symbol="×",
    numpy=("multiply",),
)
div = elementwise(
    "div",
    forward=lambda m, u, v: u / v,
    slopes=lambda y, u, v: (1 / v, -y / v),
    words=("∂(u/v)/∂u = 1/v", "∂(u/v)/∂v = −(u/v)/v"),
    symbol="÷",
    numpy=("divide", "true_divide"),
    singular=True,
)
neg = elementwise(
    "neg",
    forward=lambda m, u: -u,
    slopes=lambda y, u: (-1,),
    words="∂(−u)/∂u = −1",
    symbol="−",
    numpy=("negative",),
)
power: Elementwise = elementwise(
    "pow",
    forward=lambda m, u, v: m.power(u, v),
    slopes=lambda y, u, v: (
        where(_is_zero(v), 0.0, v * power(u, v - 1)),
        where(_is_zero(u) * (v >= 0), 0.0, y * log(u)),
    ),
    words=("∂(u^v)/∂u = v·u^(v−1)", "∂(u^v)/∂v = u^v·log(u)"),
    symbol="^",
    numpy=("power", "float_power"),
    singular=True,
)
exp = elementwise(
    "exp",
    forward=lambda m, u: m.exp(u),
    slopes=lambda y, u: (y,),
    words="∂exp(u)/∂u = exp(u)",
    numpy=("exp",),
    singular=True,
)
log: Elementwise = elementwise(
    "log",
    forward=lambda m, u: m.log(u),
    slopes=lambda y, u: (1 / u,),
    words="∂log(u)/∂u = 1/u",
    numpy=("log",),
    singular=True,
)
log1p = elementwise(
    "log1p",
    forward=lambda m, u: m.log1p(u),
    slopes=lambda y, u: (1 / (1 + u),),
    words="∂log(1 + u)/∂u = 1/(1 + u)",
    numpy=("log1p",),
    singular=True,
)
expm1 = elementwise(
    "expm1",
    forward=lambda m, u: m.expm1(u),
    slopes=lambda y, u: (y + 1,),
    words="∂(exp(u) − 1)/∂u = exp(u)",
    numpy=("expm1",),
    singular=True,
)
sqrt = elementwise(
    "sqrt",
    forward=lambda m, u: m.sqrt(u),
    slopes=lambda y, u: (0.5 / y,),
    words="∂√u/∂u = 1/(2·√u)",
    symbol="√",
    numpy=("sqrt",),
    singular=True,
)
sin = elementwise(
    "sin",
    forward=lambda m, u: m.sin(u),
    slopes=lambda y, u: (cos(u),),
    words="∂sin(u)/∂u = cos(u)",
    numpy=("sin",),
    singular=True,
)
cos: Elementwise = elementwise(
    "cos",
    forward=lambda m, u: m.cos(u),
    slopes=lambda y, u: (-sin(u),),
    words="∂cos(u)/∂u = −sin(u)",
    numpy=("cos",),
    singular=True,
)
tanh = elementwise(
    "tanh",
    forward=lambda m, u: m.tanh(u),
    slopes=lambda y, u: (1 - y * y,),
    words="∂tanh(u)/∂u = 1 − tanh²(u)",
    numpy=("tanh",),
)


def _sigmoid(m: Any, u: Any) -> Any:
    # where the exponential overflows to infinity, 1/infinity is the right answer
    with errstate(over="ignore"):
        return 1.0 / (1.0 + m.exp(-u))


sigmoid = elementwise(
    "sigmoid",
    forward=_sigmoid,
    slopes=lambda y, u: (y * (1 - y),),
    words="∂σ(u)/∂u = σ(u)·(1 − σ(u))",
    symbol="σ",
)
softplus = elementwise(
    "softplus",
    forward=lambda m, u: m.maximum(u, 0.0) + m.log1p(m.exp(-m.abs(u))),
    slopes=lambda y, u: (sigmoid(u),),
    words="∂log(1 + exp(u))/∂u = σ(u)",
)
relu = elementwise(
    "relu",
    forward=lambda m, u: m.maximum(u, 0.0),
    slopes=lambda y, u: (u > 0,),
    words="∂relu(u)/∂u = 1 where u > 0, else 0",
)
leaky_relu = elementwise(
    "leaky_relu",
    forward=lambda m, u, *, slope=0.01: m.where(u > 0, u, slope * u),
    slopes=lambda y, u, slope=0.01: ((u > 0) + slope * (u <= 0),),
    words="∂leaky_relu(u)/∂u = 1 where u > 0, else the slope of the leak",
)
absolute = elementwise(
    "abs",
    forward=lambda m, u: m.abs(u),
    slopes=lambda y, u: (sign(u),),
    words="∂|u|/∂u = sign(u)",
    symbol="|·|",
    numpy=("absolute", "fabs"),
)
sign: Elementwise = elementwise(
    "sign",
    forward=lambda m, u: m.sign(u),
    slopes=lambda y, u: (0,),
    words="∂sign(u)/∂u = 0",
    numpy=("sign",),
)
maximum = elementwise(
    "maximum",
    forward=lambda m, u, v: m.maximum(u, v),
    slopes=lambda y, u, v: (
        0.5 * (u > v) + 0.5 * (u >= v),
        0.5 * (v > u) + 0.5 * (v >= u),
    ),
    words=(
        "∂max(u, v)/∂u = 1 where u > v, ½ where they are equal, else 0",
        "∂max(u, v)/∂v = 1 where v > u, ½ where they are equal, else 0",
    ),
    symbol="max",
    numpy=("maximum",),
)
minimum = elementwise(
    "minimum",
    forward=lambda m, u, v: m.minimum(u, v),
    slopes=lambda y, u, v: (
        0.5 * (u < v) + 0.5 * (u <= v),
        0.5 * (v < u) + 0.5 * (v <= u),
    ),
    words=(
        "∂min(u, v)/∂u = 1 where u < v, ½ where they are equal, else 0",
        "∂min(u, v)/∂v = 1 where v < u, ½ where they are equal, else 0",
    ),
    symbol="min",
    numpy=("minimum",),
)
where: Elementwise = elementwise(
    "where",
    forward=lambda m, condition, u, v: m.where(condition, u, v),
    slopes=lambda y, condition, u, v: (
        None,
        (condition > 0) + (condition < 0),
        _is_zero(condition),
    ),
    words=(
        "a condition has no derivative",
        "∂where(condition, u, v)/∂u = 1 where the condition holds, else 0",
        "∂where(condition, u, v)/∂v = 0 where the condition holds, else 1",
    ),
)
clip = elementwise(
    "clip",
    forward=lambda m, u, *, low=float("-inf"), high=float("inf"): m.minimum(
        m.maximum(u, low), high
    ),
    slopes=lambda y, u, low, high: ((u >= low) * (u <= high),),
    words="∂clip(u)/∂u = 1 between the bounds, else 0",
)
