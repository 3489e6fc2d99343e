"""The terminal app of microgradseq."""
