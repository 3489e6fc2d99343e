"""The parts of Compare: the form, and what is seen of networks side by side."""
