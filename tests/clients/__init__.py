"""The lives of programs that run against the real service, one module per program, over real HTTP."""
