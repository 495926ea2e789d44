"""What the errors of requests mean: whether a request was sent, and how to report them."""

from __future__ import annotations

import re

from requests.exceptions import ConnectTimeout, InvalidProxyURL, ProxyError, RequestException
from urllib3.exceptions import NewConnectionError

_CONNECTION = re.compile(r"^<?[\w.]*Connection(Pool)?( object at \w+>|\(.*?\)): ")
"""How urllib3 begins some of its messages."""


def was_not_sent(error: RequestException) -> bool:
    """Whether no byte of the request can have arrived: there was no connection."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    reason = getattr(reason, "original_error", reason)  # of a proxy
    return isinstance(error, ConnectTimeout) or isinstance(reason, NewConnectionError)


def describe(error: RequestException) -> str:
    """What went wrong, without the objects of urllib3 in the text."""
    inner: object = error
    while isinstance(inner, BaseException):
        causes = [argument for argument in inner.args if isinstance(argument, BaseException)]
        deeper = getattr(causes[0], "reason", None) or causes[0] if causes else None
        if not isinstance(deeper, BaseException):
            break
        inner = deeper
    text = _CONNECTION.sub("", str(inner)).strip() or type(error).__name__
    if isinstance(error, (ProxyError, InvalidProxyURL)):
        text += " (the proxy of the environment: see HTTPS_PROXY, HTTP_PROXY and NO_PROXY)"
    return text
