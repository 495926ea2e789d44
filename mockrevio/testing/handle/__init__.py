"""`MockRevio`, the handle of a mock Rev.io for tests."""

from mockrevio.testing.handle.mock_revio import MockRevio
from mockrevio.testing.handle.server_handle import DEFAULT_CLIENT

__all__ = ["DEFAULT_CLIENT", "MockRevio"]
