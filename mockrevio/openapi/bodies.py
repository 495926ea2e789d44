"""Bodies of requests and responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockrevio.openapi.evidence import evidence
from mockrevio.openapi.fields import Schema, ref
from mockrevio.openapi.records import one_of
from mockrevio.revio.wire.body import FORM_TYPE


def json_content(schema: Schema, example: Any = None) -> Schema:
    """The content of a body of JSON."""
    media_type: Schema = {"schema": schema}
    if example is not None:
        media_type["example"] = example
    return {"application/json": media_type}


def form_of(required: Sequence[str], groups: Sequence[Sequence[str]] = ()) -> Schema:
    """A form with these fields, and at least one of each of these groups."""
    form = ref("FormFields")
    if required:
        form["required"] = [*required]
    for names in groups:
        form |= one_of(names)
    return form


def body(schema: Schema, example: Any, form: Schema, *, required: bool = True) -> Schema:
    """A body of JSON.

    The other media types stand apart: with several, popular generators make clients that do not work.
    """
    others = {
        "text/json": {"schema": schema},
        FORM_TYPE: {"schema": form},
    }
    return {
        "required": required,
        "content": json_content(schema, example),
        "x-other-content": others,
        **evidence("body.json_any_type"),
    }
