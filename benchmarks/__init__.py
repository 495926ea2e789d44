"""Measures mockrevio and other mock servers side by side in one run: `make bench`.

docs/performance.md explains the method and shows the results of a run.
"""
