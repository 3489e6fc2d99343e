"""Small self-contained systems, each with settings, a simulation in frames, and pictures."""
