"""JSON Patch (RFC 6902), which Rev.io takes for changes to its records (C)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from mockrevio.errors import Problem, Refusal
from mockrevio.revio.wire.body import LARGEST_BODY
from mockrevio.revio.wire.values import DEEPEST, is_deeper

_NEEDS = {
    "add": "value",
    "replace": "value",
    "test": "value",
    "move": "from",
    "copy": "from",
    "remove": "path",
}
"""The operations, and what each needs beside its path."""


_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


def patched(document: Mapping[str, Any], operations: Sequence[Any]) -> dict[str, Any]:
    """The document after the operations; a Refusal with `invalid`, and no change, if one cannot be done.

    A: the first step of a path ignores case, as all field names do.
    """
    changed: dict[str, Any] = deepcopy(dict(document))
    copied = 0
    for index, operation in enumerate(operations):
        try:
            copied += _apply(changed, operation, LARGEST_BODY - copied)
        except ValueError as error:
            message = f"Operation {index} of the patch cannot be applied."
            raise Refusal(Problem("invalid", message, explain=str(error))) from None
    return changed


def _apply(document: dict[str, Any], operation: Any, room: int) -> int:
    """Do one operation; how much it copied or moved, about in bytes. ValueError if it cannot be done.

    Copies double in size when an object is copied into itself, and thousands of moves of a large one would
    take minutes, so there is `room` for so much only.
    """
    copied = 0
    if not isinstance(operation, dict) or str(operation.get("op")) not in _NEEDS:
        raise ValueError(f"an operation is an object whose op is one of {', '.join(_NEEDS)}")
    name = operation["op"]
    missing = [each for each in ("path", _NEEDS[name]) if each not in operation]
    if missing:
        raise ValueError(f"{name} needs {missing[0]}")
    if name in ("move", "copy"):
        value = _get(document, operation["from"])
        copied = _size(value)
        if copied > room:
            raise ValueError(f"what this patch copies and moves has more than {LARGEST_BODY} bytes together")
        if name == "move":
            _remove(document, operation["from"])
        else:
            value = deepcopy(value)
        _add(document, operation["path"], value)
    elif name == "test":
        if not _same(_get(document, operation["path"]), operation["value"]):
            raise ValueError(f"{operation['path']} is not what test says it is")
    elif name == "remove":
        _remove(document, operation["path"])
    else:
        if name == "replace":
            _get(document, operation["path"])
        _add(document, operation["path"], deepcopy(operation["value"]), replace=name == "replace")
    return copied


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same as JSON sees it: `1` is `1.0`, and not `true`."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(each, other[name]) for name, each in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _size(value: Any) -> int:
    """How large a value is, about in bytes."""
    if isinstance(value, (dict, list)):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        return 2 + sum(_size(item) for item in inner)
    return len(value) if isinstance(value, str) else 4


def _steps(pointer: object) -> list[str]:
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        raise ValueError("a path looks like /status or /billing_address/city")
    first, *rest = (step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))
    return [first.lower(), *rest]


def _parent(document: dict[str, Any], pointer: object) -> tuple[Any, str]:
    *above, last = _steps(pointer)
    found: Any = document
    for step in above:
        found = found[_key(found, step, pointer)]
    return found, last


def _key(holder: Any, step: str, pointer: object, *, end: int = 0) -> Any:
    """The key or index of something that is there; with `end` 1, also of the place behind a list's last."""
    if isinstance(holder, dict) and step in holder:
        return step
    if isinstance(holder, list) and _INDEX.fullmatch(step) and int(step) < len(holder) + end:
        return int(step)
    raise ValueError(f"{pointer} is not there")


def _get(document: dict[str, Any], pointer: object) -> Any:
    holder, last = _parent(document, pointer)
    return holder[_key(holder, last, pointer)]


def _remove(document: dict[str, Any], pointer: object) -> None:
    holder, last = _parent(document, pointer)
    del holder[_key(holder, last, pointer)]


def _add(document: dict[str, Any], pointer: object, value: Any, *, replace: bool = False) -> None:
    holder, last = _parent(document, pointer)
    if is_deeper(value, DEEPEST - len(_steps(pointer))):
        raise ValueError(f"the record would be nested more than {DEEPEST} levels deep")
    if isinstance(holder, dict):
        holder[last] = value
    elif isinstance(holder, list) and last == "-":
        holder.append(value)
    elif replace or not isinstance(holder, list):
        holder[_key(holder, last, pointer)] = value
    else:
        holder.insert(_key(holder, last, pointer, end=1), value)
