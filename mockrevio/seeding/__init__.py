"""The initial state of a world: fixture documents, their validation, and generated records."""
