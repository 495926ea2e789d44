"""`mockrevio demo`."""
