"""Webhooks: receivers, subscriptions, and the queue of notifications.

`webhooks.Webhooks` is the entry point. `registry` has Rev.io's rules for receivers and subscriptions,
`queue` decides what is sent when, and `sending` sends it.
"""

DELIVERIES = "deliveries"
"""The table of the deliveries that are still to be made, and the part of a state document with them."""

KEYS = "webhook_key"
"""The table whose only record is the key of the confirmation codes. No state document has it."""
