"""`mockrevio pull`: reading a tenant's data into a fixture."""
