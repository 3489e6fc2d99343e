"""Texts written for microgradseq, and generators of more."""
