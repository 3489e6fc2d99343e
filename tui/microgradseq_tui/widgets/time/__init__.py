"""What stands around the graph in Through time."""
