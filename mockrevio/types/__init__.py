"""Types for annotations in tests: `records`, `settings`, and `calls` for matchers and what the mock shows.

`from mockrevio.types.records import Customer`, best under `if TYPE_CHECKING:`: creating the types takes time.
"""
