"""The admin API: the table of its operations, and its document, which only readers of it load."""
