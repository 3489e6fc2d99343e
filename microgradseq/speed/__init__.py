"""How fast training steps are, beside the libraries that are installed."""
