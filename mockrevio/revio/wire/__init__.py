"""Rev.io's wire format: stateless translations between HTTP and plain values."""
