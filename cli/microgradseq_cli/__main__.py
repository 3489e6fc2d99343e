"""Lets `python -m microgradseq_cli` stand in for the installed `microgradseq` command."""

from microgradseq_cli.main import main

main()
