"""Fault rules: they make matching requests slow, failing or broken."""
