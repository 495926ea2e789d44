"""What operators see of the calls: a line for each, metrics, traces."""
