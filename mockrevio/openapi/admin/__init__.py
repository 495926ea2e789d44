"""The admin API: the table of its operations, and its document, which is made only on request."""
