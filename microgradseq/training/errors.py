"""Errors of runs: one clear line each, for people."""

from __future__ import annotations

from microgradseq.errors import UserError


class RunError(UserError):
    """A run folder, checkpoint or command that cannot be used as asked."""


class BusyError(RunError):
    """A run folder in which another trainer is at work."""


class DiskError(RunError):
    """A file that cannot be written: nobody's input was wrong, but the work failed."""

    exit_code = 1


class DivergedError(RuntimeError):
    """Training whose loss was not finite, again after the learning rate had been halved."""
