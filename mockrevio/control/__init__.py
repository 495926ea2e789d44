"""What you control in the mock: fault rules, the request log and the clock."""
