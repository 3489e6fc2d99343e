"""The rows of the table of actions, one file a place."""
