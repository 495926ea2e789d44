"""What mockrevio must survive. `make test` runs it in short, `make torture` at length."""
