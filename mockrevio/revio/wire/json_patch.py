"""JSON Patch (RFC 6902), the format of Rev.io's PATCH requests (C)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from itertools import pairwise
from typing import Any

from mockrevio.documents import MAX_DEPTH, exceeds_depth
from mockrevio.errors import ApiError, Problem
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.wire.body import MAX_BODY_SIZE

_REQUIRED_MEMBER = {
    "add": "value",
    "replace": "value",
    "test": "value",
    "move": "from",
    "copy": "from",
    "remove": "path",
}
"""The operations, and the member that each requires in addition to its path."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


_MANY_MEMBERS = 200
"""More members than an object of Rev.io's has; to look for a name in any case among them takes too long."""


def apply_patch(document: Mapping[str, Any], operations: Sequence[Any]) -> dict[str, Any]:
    """Return a copy of the document with the operations applied.

    C2: a field that the document does not show may be replaced, too; an object or a list without a value
    counts as empty. A: names ignore case, as field names do everywhere. Raises ApiError (`invalid`) if an
    operation cannot be applied.
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
    """Apply one operation in place and return how much it copied or moved, roughly in bytes.

    Raises ValueError if the operation cannot be applied or exceeds `budget`. The budget is there because
    an object copied into itself doubles in size, and thousands of moves of a large object take minutes.
    """
    copied = 0
    name = str(operation.get("op")).lower() if isinstance(operation, dict) else ""  # A: as .NET reads it
    if name not in _REQUIRED_MEMBER:
        raise ValueError(f"an operation must be an object with an op of {', '.join(_REQUIRED_MEMBER)}")
    missing = [member for member in ("path", _REQUIRED_MEMBER[name]) if member not in operation]
    if missing:
        raise ValueError(f"the operation {name} requires {missing[0]}")
    if name in ("move", "copy"):
        value = _get(document, operation["from"])
        copied = _estimate_size(value)
        if copied > budget:
            raise ValueError(f"the patch copies and moves more than {MAX_BODY_SIZE} bytes in total")
        if name == "move":
            _remove(document, operation["from"])
        else:
            value = deepcopy(value)
        _add(document, operation["path"], value)
    elif name == "test":
        if not _json_equal(_get(document, operation["path"]), operation["value"]):
            raise ValueError(f"the value of {operation['path']} differs from the value in test")
    elif name == "remove":
        _remove(document, operation["path"])
    else:
        _add(document, operation["path"], deepcopy(operation["value"]), replace=name == "replace")
    return copied


def _json_equal(first: Any, second: Any) -> bool:
    """Whether two values are equal as JSON: `1` equals `1.0`, but not `true`."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(
            _json_equal(value, second[name]) for name, value in first.items()
        )
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_json_equal, first, second))
    return bool(first == second)


def _estimate_size(value: Any) -> int:
    """The size of a value as JSON, roughly in bytes."""
    if isinstance(value, (dict, list)):
        items = [*value, *value.values()] if isinstance(value, dict) else value
        return 2 + sum(_estimate_size(item) for item in items)
    return len(value) if isinstance(value, str) else 4


def _parse_pointer(pointer: object) -> list[str]:
    """Split a path into its steps. D: the leading slash is optional."""
    if not isinstance(pointer, str) or not pointer.removeprefix("/"):
        raise ValueError("a path must look like /status or /billing_address/city")
    if not pointer.startswith("/"):
        record_behaviour("patch.bare_path")
    steps = pointer.removeprefix("/").split("/")
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def _find_parent(document: dict[str, Any], pointer: object, *, create: bool = False) -> tuple[Any, str]:
    """The container of the value that a path names, and the last step; with `create`, null is filled."""
    steps = _parse_pointer(pointer)
    container: Any = document
    for step, following in pairwise(steps):
        key = _resolve_key(container, step, pointer)
        if create and container[key] is None:
            container[key] = [] if following == "-" or _INDEX.fullmatch(following) else {}
        container = container[key]
    return container, steps[-1]


def _resolve_key(container: Any, step: str, pointer: object, *, allow_end: bool = False) -> Any:
    """The key or index of an existing item; with `allow_end`, also the index after a list's last item.

    Raises ValueError if no such item exists.
    """
    if isinstance(container, dict):
        key = _find_name(container, step)
        if key in container:
            return key
    if isinstance(container, list) and _INDEX.fullmatch(step) and int(step) < len(container) + allow_end:
        return int(step)
    raise ValueError(f"{pointer} does not exist")


def _find_name(container: Mapping[str, Any], step: str) -> str:
    """The member that a step names, in any case; the step itself if there is none."""
    if step in container or len(container) > _MANY_MEMBERS:
        return step
    return next((name for name in container if name.lower() == step.lower()), step)


def _get(document: dict[str, Any], pointer: object) -> Any:
    container, last = _find_parent(document, pointer)
    return container[_resolve_key(container, last, pointer)]


def _remove(document: dict[str, Any], pointer: object) -> None:
    container, last = _find_parent(document, pointer)
    del container[_resolve_key(container, last, pointer)]


def _add(document: dict[str, Any], pointer: object, value: Any, *, replace: bool = False) -> None:
    container, last = _find_parent(document, pointer, create=True)
    depth = len(_parse_pointer(pointer))  # of the containers around the value, which may be new
    if depth > MAX_DEPTH or exceeds_depth(value, MAX_DEPTH - depth):
        raise ValueError(f"the record would be nested more than {MAX_DEPTH} levels deep")
    if isinstance(container, dict):
        name = _find_name(container, last)
        if replace and name not in container:
            record_behaviour("patch.hidden_field")
        container[name] = value
    elif isinstance(container, list) and last == "-":
        container.append(value)
    elif replace or not isinstance(container, list):
        container[_resolve_key(container, last, pointer)] = value
    else:
        container.insert(_resolve_key(container, last, pointer, allow_end=True), value)
