"""The command line of microgradseq: one file per command family, loaded when it is called."""
