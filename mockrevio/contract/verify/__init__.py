"""`mockrevio verify`: the contract suite.

Probes send the same requests to a mock and to another service, and observe each rule of the evidence tables
in a form that does not depend on a tenant's data. What they observe is compared.
"""
