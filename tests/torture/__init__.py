"""Torture tests: crashes, damage, bad input and load. Short in `make test`, in full in `make torture`."""
