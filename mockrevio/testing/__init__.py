"""Tools for tests: the handle `MockRevio`, `intercept()`, the pytest plugin and testcontainers."""
