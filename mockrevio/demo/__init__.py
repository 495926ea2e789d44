"""`mockrevio demo`: a server, and clients that play a story against it over HTTP, for people to watch."""
