"""Resources that a user's fixture declares."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.revio.resources import BUILT_IN, Resources

WIDGETS: dict[str, Any] = {
    "id": "widget_id",
    "methods": ["GET", "POST", "PUT"],
    "required": ["name", "customer_id or agent_id"],
    "evidence": "observed",
    "sources": "C1",
    "fields": {
        "widget_id": "whole",
        "name": "text",
        "customer_id": "whole -> Customers; unset 0",
        "agent_id": "whole->Agents",
        "notes": "text; long; C2 C3",
        "size": {"width": "decimal", "made_date": "date"},
        "tags": ["text"],
        "parts": [{"part_id": "whole", "made_date": "date"}],
    },
}


def error_of(**changes: Any) -> str:
    """The message about a declaration with these changes; a part that is None is left out."""
    widgets = {name: part for name, part in {**WIDGETS, **changes}.items() if part is not None}
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the callers check the message)
        Resources({"Widgets": widgets})
    return str(caught.value)


def test_a_declared_resource_is_as_good_as_one_that_mockrevio_knows() -> None:
    resources = Resources({"Widgets": WIDGETS})
    widgets = resources.at_path("WIDGETS")
    assert widgets is resources.at("widgets") is resources.of_table("Widgets")
    assert (widgets.path, widgets.id_field, widgets.entity_type) == ("Widgets", "widget_id", None)
    assert widgets.methods == {"GET", "POST", "PUT"}
    assert (widgets.required, widgets.required_one_of) == (["name"], [["customer_id", "agent_id"]])
    assert (widgets.evidence, widgets.sources) == ("observed", "C1")
    fields = widgets.fields
    assert (fields["customer_id"].refers_to, fields["customer_id"].unset) == ("Customers", 0)
    assert fields["agent_id"].refers_to == "Agents"
    assert (fields["notes"].is_long, fields["notes"].evidence) == (True, "C2 C3")
    assert fields["size"].fields["width"].kind == "decimal"
    assert fields["tags"].items == "text"
    assert list(fields["parts"].fields) == ["part_id", "made_date"]
    assert len(list(resources)) == len(list(BUILT_IN)) + 1
    assert BUILT_IN.at("widgets") is None


def test_a_declaration_needs_no_more_than_an_id_and_fields() -> None:
    widgets = Resources({"Widgets": {"id": "no", "fields": {"no": "whole"}}}).at_path("Widgets")
    assert (widgets.methods, widgets.evidence, widgets.id_repeats) == (frozenset({"GET"}), "assumed", False)


def test_a_declared_resource_may_have_an_entity_type_that_key_links_point_at() -> None:
    resources = Resources({"Widgets": {**WIDGETS, "entity_type": "WIDGET"}})
    assert resources.of_entity_type("WIDGET") is resources.of_table("WIDGET") is resources.at("widgets")
    assert resources.of_table("Widgets") is None


@pytest.mark.parametrize(
    "path", ["widgets/x", "Wid gets", "", "WIDGETS", "1Widgets", "Wídgets", "a" * 65, "Wid_gets"]
)
def test_a_path_has_letters_and_digits_at_least_one_of_them_lowercase(path: str) -> None:
    with pytest.raises(ValueError, match="a path must be letters and digits, at least one of them lowercase"):
        Resources({path: WIDGETS})


@pytest.mark.parametrize("path", ["Customers", "customers", "integrationkeylink", "Tasks", "SystemStatus"])
def test_a_path_that_mockrevio_serves_is_taken(path: str) -> None:
    with pytest.raises(ValueError, match=rf"^{path}: this path is taken; choose another one"):
        Resources({path: WIDGETS})


@pytest.mark.parametrize("path", ["world", "mockrevio", "World", "deliveries"])
def test_a_path_is_taken_if_mockrevio_has_a_table_of_that_name_itself(path: str) -> None:
    with pytest.raises(ValueError, match=rf"^{path}: this path is taken; choose another one"):
        Resources({path: WIDGETS})


def test_two_declarations_cannot_have_one_path() -> None:
    with pytest.raises(ValueError, match=r"^widgets: this path is taken"):
        Resources({"Widgets": WIDGETS, "widgets": WIDGETS})


def test_an_entity_type_belongs_to_one_resource() -> None:
    with pytest.raises(ValueError, match=r"^Widgets: the entity type CUSTOMER is taken"):
        Resources({"Widgets": {**WIDGETS, "entity_type": "CUSTOMER"}})
    gadgets = {**WIDGETS, "entity_type": "WIDGET"}
    with pytest.raises(ValueError, match=r"^Gadgets: the entity type WIDGET is taken"):
        Resources({"Widgets": gadgets, "Gadgets": gadgets})


@pytest.mark.parametrize("declaration", [None, [], "whole", 5])
def test_a_declaration_is_an_object(declaration: Any) -> None:
    with pytest.raises(ValueError, match=r'must be an object: \{"id": "widget_id", "fields"'):
        Resources({"Widgets": declaration})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": "red"}, "unknown part 'colour'; expected some of entity_type, evidence, fields, id"),
        ({"id": None}, "must have id, the name of the id field, and fields, which include that field"),
        ({"id": ["widget_id"]}, "must have id, the name"),
        ({"id": "other_id"}, "must have id, the name"),
        ({"fields": None}, "must have id, the name"),
        ({"fields": ["widget_id"]}, "must have id, the name"),
        ({"id": "name"}, 'name: must be declared as "whole": ids are whole numbers'),
        ({"id": "tags"}, 'tags: must be declared as "whole": ids are whole numbers'),
        ({"entity_type": "Widget"}, "entity_type: must be a name such as WIDGET, not 'Widget'"),
        ({"entity_type": 5}, "entity_type: must be a name such as WIDGET, not 5"),
        ({"methods": []}, "methods: must be a list of some of GET, POST, PUT, PATCH, DELETE, not []"),
        ({"methods": "GET"}, "methods: must be a list of some of"),
        ({"methods": ["GET", "BREW"]}, "methods: must be a list of some of"),
        ({"methods": [["GET"]]}, "methods: must be a list of some of"),
        ({"required": "name"}, "required: must be a list of names of fields that clients write, not 'name'"),
        ({"required": {}}, "required: must be a list of names"),
        ({"required": ["name", "colour"]}, "required: must be a list of names"),
        ({"required": ["name or colour"]}, "required: must be a list of names"),
        ({"required": [5]}, "required: must be a list of names"),
        ({"required": ["widget_id"]}, "required: must be a list of names"),
        ({"evidence": 5}, "evidence: must be text"),
        ({"sources": ["C1"]}, "sources: must be text"),
        ({"id_repeats": 1}, "id_repeats: must be true or false"),
        ({"table": "widgets"}, "table: is only for the resources that are included in mockrevio"),
        ({"search": {}}, "search: is only for the resources that are included in mockrevio"),
    ],
    ids=str,
)
def test_a_wrong_part_of_a_declaration_is_named(changes: dict[str, Any], message: str) -> None:
    assert message in error_of(**changes)


@pytest.mark.parametrize("name", ["", "1st", "a b", "a-b", "größe", "a" * 65])
def test_the_name_of_a_field_has_letters_digits_and_underscores(name: str) -> None:
    message = error_of(fields={**WIDGETS["fields"], name: "text"})
    assert f"{name!r} cannot be the name of a field; use letters, digits and _" in message


@pytest.mark.parametrize("name", ["page", "Page_Size", "sort", "ok", "links"])
def test_a_field_cannot_have_a_reserved_name(name: str) -> None:
    message = error_of(fields={**WIDGETS["fields"], name: "text"})
    assert f"{name!r} cannot be the name of a field: it has another meaning" in message


def test_two_fields_cannot_differ_by_case_alone() -> None:
    message = error_of(fields={**WIDGETS["fields"], "Name": "text"})
    assert "'Name' is declared twice: the names of fields ignore case" in message


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        ("integer", "f: must be declared as "),
        ("", "f: must be declared as "),
        ("object", "f: must be declared as "),
        ("list", "f: must be declared as "),
        ("text Customers", "f: must be declared as "),
        ("whole ->", "f: must be declared as "),
        ({}, "f: must be declared as "),
        ([], "f: must be declared as "),
        (["text", "text"], "f: must be declared as "),
        ([["text"]], "f: must be declared as "),
        (None, "f: must be declared as "),
        (5, "f: must be declared as "),
        ({"inner": "integer"}, "inner: must be declared as "),
        ([{"inner": 5}], "inner: must be declared as "),
        ("text; short", "f: unknown note 'short'; expected long, unset 0, unset \"\" or evidence"),
        ("text; unset 1", "f: unknown note 'unset 1'"),
        ("text; C0", "f: unknown note 'C0'"),
    ],
    ids=str,
)
def test_a_wrong_declaration_of_a_field_is_named(declaration: Any, message: str) -> None:
    assert message in error_of(fields={**WIDGETS["fields"], "f": declaration})


def test_declared_resources_may_refer_to_each_other() -> None:
    fields = {"gadget_id": "whole", "widget_id": "whole -> Widgets"}
    widgets = {**WIDGETS, "fields": {**WIDGETS["fields"], "gadget_id": "whole -> gadgets"}}
    assert Resources({"Widgets": widgets, "Gadgets": {"id": "gadget_id", "fields": fields}}).at("gadgets")


def test_a_required_field_may_be_named_in_any_spelling_of_the_table() -> None:
    fields = {"widget_id": "whole", "isLive": "flag"}
    widgets = Resources({"Widgets": {"id": "widget_id", "fields": fields, "required": ["isLive"]}})
    assert widgets.at_path("Widgets").required == ["isLive"]
