"""Rules that make matching calls slow, fail or break."""
