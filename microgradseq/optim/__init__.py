"""Optimizers, schedules for their learning rates, and clipping: PyTorch's names and defaults.

>>> from microgradseq import Tensor, optim
>>> w = Tensor([1.0], requires_grad=True)
>>> optimizer = optim.SGD([w], lr=0.25)
>>> (w * w).sum().backward()
>>> optimizer.step()
>>> w.tolist()
[0.5]
"""

from microgradseq.optim import lr_scheduler
from microgradseq.optim.adagrad import Adagrad
from microgradseq.optim.adam import Adam, AdamW
from microgradseq.optim.clipping import clip_grad_norm_, clip_grad_value_, gradient_norm
from microgradseq.optim.optimizer import Optimizer
from microgradseq.optim.plateau import ReduceLROnPlateau
from microgradseq.optim.rmsprop import RMSprop
from microgradseq.optim.schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    StepLR,
)
from microgradseq.optim.sgd import SGD

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "Optimizer",
    "RMSprop",
    "ReduceLROnPlateau",
    "StepLR",
    "clip_grad_norm_",
    "clip_grad_value_",
    "gradient_norm",
    "lr_scheduler",
]
