"""Tests of the types that `mockrevio.types` offers."""
