"""Training runs: the trainer, its events, the run folder and its checkpoints."""
