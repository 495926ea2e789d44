"""JSON Patch (RFC 6902), which Rev.io takes for changes to its records (C)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.wire.body import MAX_BODY_SIZE
from mockrevio.revio.wire.values import MAX_DEPTH, exceeds_depth

_REQUIRED_MEMBER = {
    "add": "value",
    "replace": "value",
    "test": "value",
    "move": "from",
    "copy": "from",
    "remove": "path",
}
"""The operations, and what each needs beside its path."""


_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


def apply_patch(document: Mapping[str, Any], operations: Sequence[Any]) -> dict[str, Any]:
    """The document after the operations; a Refusal with `invalid`, and no change, if one cannot be done.

    A: the first step of a path ignores case, as all field names do.
    """
    changed: dict[str, Any] = deepcopy(dict(document))
    copied = 0
    for index, operation in enumerate(operations):
        try:
            copied += _apply_operation(changed, operation, MAX_BODY_SIZE - copied)
        except ValueError as error:
            message = f"Operation {index} of the patch cannot be applied."
            raise ApiError(Problem("invalid", message, explain=str(error))) from None
    return changed


def _apply_operation(document: dict[str, Any], operation: Any, budget: int) -> int:
    """Do one operation; how much it copied or moved, about in bytes. ValueError if it cannot be done.

    Copies double in size when an object is copied into itself, and thousands of moves of a large one would
    take minutes, so there is `budget` for so much only.
    """
    copied = 0
    if not isinstance(operation, dict) or str(operation.get("op")) not in _REQUIRED_MEMBER:
        raise ValueError(f"an operation is an object whose op is one of {', '.join(_REQUIRED_MEMBER)}")
    name = operation["op"]
    missing = [each for each in ("path", _REQUIRED_MEMBER[name]) if each not in operation]
    if missing:
        raise ValueError(f"{name} needs {missing[0]}")
    if name in ("move", "copy"):
        value = _get(document, operation["from"])
        copied = _estimate_size(value)
        if copied > budget:
            raise ValueError(f"what this patch copies and moves has more than {MAX_BODY_SIZE} bytes together")
        if name == "move":
            _remove(document, operation["from"])
        else:
            value = deepcopy(value)
        _add(document, operation["path"], value)
    elif name == "test":
        if not _json_equal(_get(document, operation["path"]), operation["value"]):
            raise ValueError(f"{operation['path']} is not what test says it is")
    elif name == "remove":
        _remove(document, operation["path"])
    else:
        if name == "replace":
            _get(document, operation["path"])
        _add(document, operation["path"], deepcopy(operation["value"]), replace=name == "replace")
    return copied


def _json_equal(one: Any, other: Any) -> bool:
    """Whether two values are the same as JSON sees it: `1` is `1.0`, and not `true`."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _json_equal(each, other[name]) for name, each in one.items()
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_json_equal, one, other))
    return bool(one == other)


def _estimate_size(value: Any) -> int:
    """How large a value is, about in bytes."""
    if isinstance(value, (dict, list)):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        return 2 + sum(_estimate_size(item) for item in inner)
    return len(value) if isinstance(value, str) else 4


def _parse_pointer(pointer: object) -> list[str]:
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        raise ValueError("a path looks like /status or /billing_address/city")
    first, *rest = (step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))
    return [first.lower(), *rest]


def _find_parent(document: dict[str, Any], pointer: object) -> tuple[Any, str]:
    *above, last = _parse_pointer(pointer)
    found: Any = document
    for step in above:
        found = found[_resolve_key(found, step, pointer)]
    return found, last


def _resolve_key(container: Any, step: str, pointer: object, *, end: int = 0) -> Any:
    """The key or index of something that is there; with `end` 1, also of the place behind a list's last."""
    if isinstance(container, dict) and step in container:
        return step
    if isinstance(container, list) and _INDEX.fullmatch(step) and int(step) < len(container) + end:
        return int(step)
    raise ValueError(f"{pointer} is not there")


def _get(document: dict[str, Any], pointer: object) -> Any:
    container, last = _find_parent(document, pointer)
    return container[_resolve_key(container, last, pointer)]


def _remove(document: dict[str, Any], pointer: object) -> None:
    container, last = _find_parent(document, pointer)
    del container[_resolve_key(container, last, pointer)]


def _add(document: dict[str, Any], pointer: object, value: Any, *, replace: bool = False) -> None:
    container, last = _find_parent(document, pointer)
    if exceeds_depth(value, MAX_DEPTH - len(_parse_pointer(pointer))):
        raise ValueError(f"the record would be nested more than {MAX_DEPTH} levels deep")
    if isinstance(container, dict):
        container[last] = value
    elif isinstance(container, list) and last == "-":
        container.append(value)
    elif replace or not isinstance(container, list):
        container[_resolve_key(container, last, pointer)] = value
    else:
        container.insert(_resolve_key(container, last, pointer, end=1), value)
