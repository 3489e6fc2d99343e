"""Errors of data and settings: one clear line each, for people."""

from __future__ import annotations

from microgradseq.errors import UserError


class DataError(UserError):
    """Data that cannot be read or used as asked; the message names the file and the place."""


class SettingError(UserError):
    """A setting that does not exist, or has a value that cannot be."""
