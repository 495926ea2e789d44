"""`intercept()`, with real clients, servers and proxies."""
