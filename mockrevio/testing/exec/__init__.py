"""`mockrevio exec`: a mock for as long as a command takes."""
