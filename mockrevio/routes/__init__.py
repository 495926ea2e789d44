"""The HTTP surface: each module parses a call, asks the world, and wraps the answer."""
