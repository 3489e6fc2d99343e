"""The line of modes at the top of every screen and the line of keys at its bottom."""
