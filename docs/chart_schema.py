"""Write mockrevio's settings into the schema of the Helm chart's values: part of `make tables`.

So Helm refuses a misspelled setting, or a value of the wrong kind, before anything is installed. With
`--check`, nothing is written and a stale schema is an error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from mockrevio.settings import Settings, declared_settings

SCHEMA = Path(__file__).resolve().parent.parent / "examples/helm/mockrevio/values.schema.json"

ELSEWHERE: Mapping[str, str] = {
    "host": "the image",
    "port": "service.port",
    "data": "persistence",
    "ephemeral": "persistence",
    "admin_token": "secrets.adminToken",
    "credentials": "secrets.credentials",
    "subscription_key": "secrets.subscriptionKeys",
}
"""Settings that the chart does not take from `settings`, and what decides them."""


def settings_schema() -> dict[str, Any]:
    """The schema of the value `settings`."""
    hints = get_type_hints(Settings)
    properties = {
        name: {
            "description": metadata["help"],
            **_value_schema(hints[name], metadata["repeatable"]),
        }
        for name, _, metadata in declared_settings()
        if name not in ELSEWHERE
    }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _value_schema(hint: Any, repeatable: bool) -> dict[str, Any]:
    """The schema of a setting with this type. Helm takes a null for a value that is not set."""
    if repeatable:
        return {"type": ["array", "null"], "items": {"type": "string"}}
    if get_origin(hint) is Literal:
        return {"enum": [*get_args(hint), None]}
    if hint is bool:
        return {"type": ["boolean", "null"]}
    if hint is int:
        return {"type": ["integer", "null"]}
    return {"type": ["string", "number", "null"]}


def rendered() -> str:
    """The schema of all values as it should be."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    schema["properties"]["settings"] = settings_schema()
    return json.dumps(schema, indent=2) + "\n"


def main() -> int:
    """Update the schema, or with `--check` only report that it is stale."""
    check = "--check" in sys.argv[1:]
    stale = SCHEMA.read_text("utf-8") != rendered()
    if stale:
        print(f"{SCHEMA.name}: {'stale; run make tables' if check else 'updated'}")
        if not check:
            SCHEMA.write_text(rendered(), "utf-8", newline="\n")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main())
