"""One Rev.io customer's whole state, put together from the rooms below. No Flask here or below."""
