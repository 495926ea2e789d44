"""How Rev.io speaks: stateless translations between HTTP and plain values."""
