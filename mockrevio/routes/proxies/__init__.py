"""Behind a proxy: the prefix that paths have there, and what the proxy says about its client.

Not werkzeug's `ProxyFix`, which counts hops: it believes whoever connects, so a client that reaches the mock
directly can claim any address and host; it does not know `Forwarded`; and it prefers what it can make of
contradictory headers to what is certain. Here, the address of the connection decides who is believed.
"""
