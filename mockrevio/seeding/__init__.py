"""What a world starts with: fixture documents, their checks, and generated records."""
