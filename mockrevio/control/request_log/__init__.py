"""The request log: the latest calls of a world, from their arrival on, and verifications of their number."""

from mockrevio.control.request_log.entries import MAX_LOGGED_BODY, LogEntry, LoggedResponse, Peer
from mockrevio.control.request_log.filters import LOG_PARTS, LogMatcher, parse_log_matcher
from mockrevio.control.request_log.log import EvictionStats, RequestLog
from mockrevio.control.request_log.verification import Outcome, Pending, Verification, count_matches

__all__ = [
    "LOG_PARTS",
    "MAX_LOGGED_BODY",
    "EvictionStats",
    "LogEntry",
    "LogMatcher",
    "LoggedResponse",
    "Outcome",
    "Peer",
    "Pending",
    "RequestLog",
    "Verification",
    "count_matches",
    "parse_log_matcher",
]
