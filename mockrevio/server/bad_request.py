"""The error of a request that is not valid HTTP."""

from __future__ import annotations


class BadRequest(Exception):
    """A request that the server rejects: the status, and the sentence that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
