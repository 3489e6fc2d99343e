"""The parts of the Train screen."""
