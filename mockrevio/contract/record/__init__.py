"""`mockrevio record`: a proxy in front of the real service, which writes down what passes, or checks it."""
