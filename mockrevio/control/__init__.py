"""What the mock lets you do to Rev.io: faults, the request log, the clock."""
