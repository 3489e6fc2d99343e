"""The parts that the app's screens are put together from."""
