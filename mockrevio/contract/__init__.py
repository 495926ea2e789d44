"""What can be proved: the contract suite, and programs that read and record the real service.

They are HTTP clients, of the real service or of a mock. They need the extra `contract`.
"""
