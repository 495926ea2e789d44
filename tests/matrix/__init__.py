"""The environments that users have, and what must run in each: `make matrix` (noxfile.py)."""
