"""What stands below the graph of a walk."""
