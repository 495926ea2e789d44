"""How fast mockrevio is, measured side by side with others in one run: `make bench`.

docs/performance.md explains the measures and has a table from a run.
"""
