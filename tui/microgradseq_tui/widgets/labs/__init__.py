"""The widgets of the Labs mode."""
