"""Webhooks: who is notified of what, and the queue that sends the notifications.

`webhooks.Webhooks` is the way in. Below it, `registry` has Rev.io's rules for receivers and subscriptions,
`queue` decides what is sent when, and `sending` sends it.
"""

DELIVERIES = "deliveries"
"""The table of the deliveries that are still to be made, and the part of a state document with them."""

KEYS = "webhook_key"
"""The table whose only record is the key of the confirmation codes. No state document has it."""
