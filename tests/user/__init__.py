"""What users do, each file with one library: `make matrix` runs them where nothing else is installed.

A file imports mockrevio, pytest, Python's own library and what it is named for, and nothing more.
"""
