"""`mockrevio openapi`."""

from __future__ import annotations

from typing import Any

import click

from mockrevio.cli.output import write_document


@click.command(short_help="Print an OpenAPI document, or a Postman collection.")
@click.option("--admin", is_flag=True, help="the document of the admin API instead of Rev.io's")
@click.option("--postman", is_flag=True, help="a Postman collection of Rev.io's API instead")
@click.option(
    "--fixture",
    "fixtures",
    multiple=True,
    metavar="NAME|FILE",
    help="a fixture whose `resources` the document includes; can be repeated",
)
def openapi(admin: bool, postman: bool, fixtures: tuple[str, ...]) -> None:
    """Print the OpenAPI 3.1 document of Rev.io's API as JSON: mockrevio openapi > revio.json"""
    from mockrevio.openapi.encoding import encode

    if admin and (postman or fixtures):
        other = "--postman" if postman else "--fixture"
        raise click.UsageError(f"--admin and {other} cannot be combined; remove one.")
    write_document(encode(_admin() if admin else _revio(fixtures, postman=postman)))


def _admin() -> dict[str, Any]:
    from mockrevio.openapi.admin.document import admin_document

    return admin_document()


def _revio(fixtures: tuple[str, ...], *, postman: bool) -> dict[str, Any]:
    from mockrevio.openapi.postman import collection
    from mockrevio.openapi.revio import revio_document

    if not fixtures:
        document = revio_document()
    else:
        from mockrevio.seeding.fixtures import load_fixture

        document = revio_document(load_fixture(fixtures).state.resources)
    return collection(document) if postman else document
