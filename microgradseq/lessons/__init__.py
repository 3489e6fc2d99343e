"""What is taught: examples that build small graphs with a name for every number that matters."""
