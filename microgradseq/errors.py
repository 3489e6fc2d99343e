"""The engine's own errors. Each message names the operation and says what to do."""

from __future__ import annotations


class ShapeError(ValueError):
    """Shapes or indices that do not fit an operation."""


class MixingError(TypeError):
    """Operands that live on different devices or belong to different libraries."""


class ChangedError(RuntimeError):
    """A number was changed between the forward pass and the backward pass that needs it."""


class NotFiniteError(ArithmeticError):
    """A NaN or an infinity appeared while `debug()` was on."""


class GradientError(RuntimeError):
    """A derivative that cannot be taken, such as `backward()` on a non-scalar without a seed."""


class UserError(ValueError):
    """Something that a person gave cannot be used; the message is one clear line."""

    exit_code = 2
    """What a program ends with that was stopped by it."""


class DeviceError(UserError, RuntimeError):
    """A device that this machine does not have, or that cannot be used as it is installed."""
