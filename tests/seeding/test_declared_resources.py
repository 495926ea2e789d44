"""Resources that fixtures declare: what is wrong with several of them together."""

from __future__ import annotations

from mockrevio.seeding.document_checks import check_document, check_documents

WIDGETS = {"id": "widget_id", "entity_type": "WIDGET", "fields": {"widget_id": "whole"}}
TAKING = {"Widgets": WIDGETS, "Gadgets": WIDGETS, "widgets": WIDGETS}


def test_resources_that_take_the_place_of_another_one_are_reported() -> None:
    documents: list[tuple[str, object]] = [
        ("a.json", {"resources": {"Widgets": WIDGETS}}),
        ("b.json", {"resources": TAKING}),
    ]
    assert [str(mistake) for mistake in check_documents(documents)] == [
        "b.json: resources.Gadgets: the entity type WIDGET is taken; choose another one",
        "b.json: resources.widgets: this path is taken; choose another one",
    ]


def test_that_is_so_within_a_single_document_too() -> None:
    places = [mistake.place for mistake in check_document({"resources": TAKING}, "document")]
    assert places == ["document: resources.Gadgets", "document: resources.widgets"]
