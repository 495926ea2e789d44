"""`MockRevio`, the handle of a mock Rev.io for tests."""

from mockrevio.testing.handle.mock_revio import DEFAULT_CLIENT, MockRevio

__all__ = ["DEFAULT_CLIENT", "MockRevio"]
