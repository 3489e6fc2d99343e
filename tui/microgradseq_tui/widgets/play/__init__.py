"""The parts of Play: the text with what lies under it, and the panels below."""
