"""The schedules under the name of PyTorch's module: `optim.lr_scheduler.StepLR`."""

from microgradseq.optim.plateau import ReduceLROnPlateau
from microgradseq.optim.schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    StepLR,
)

__all__ = [
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "ReduceLROnPlateau",
    "StepLR",
]
