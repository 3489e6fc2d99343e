"""Texts written for microgradseq, and generators of more."""

from __future__ import annotations

from microgradseq_corpora.index import CORPORA

__all__ = ["CORPORA"]
