"""Curves of many points as characters: smoothed first, thinned after, drawn with braille dots."""
