"""HTTP in and out: each route parses a request, calls the world and builds a response."""
