"""Worlds: all state of one Rev.io customer, combined from the rooms below. No Flask from here down."""
