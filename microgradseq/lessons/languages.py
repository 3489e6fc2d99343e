"""The languages that the lessons are written in."""

from __future__ import annotations

ORIGINAL = "en"
LANGUAGES = {"en": "English", "zh": "中文"}
"""What each calls itself, by what stands for it in commands and the names of folders."""
