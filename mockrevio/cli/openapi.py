"""`mockrevio openapi`."""

from __future__ import annotations

import sys

import click


@click.command(short_help="Print the OpenAPI document.")
@click.option("--admin", is_flag=True, help="that of the admin API instead of Rev.io's")
@click.option("--postman", is_flag=True, help="a Postman collection of Rev.io's API instead")
def openapi(admin: bool, postman: bool) -> None:
    """Print the OpenAPI 3.1 document of Rev.io's API as JSON."""
    from mockrevio.openapi.encoding import encode

    if admin and postman:
        raise click.UsageError("--admin and --postman cannot be combined; remove one.")
    if admin:
        from mockrevio.openapi.admin.document import admin_document

        document = admin_document()
    else:
        from mockrevio.openapi.revio import revio_document

        document = revio_document()
        if postman:
            from mockrevio.openapi.postman import collection

            document = collection(document)
    sys.stdout.buffer.write(encode(document))
    sys.stdout.buffer.flush()  # raises BrokenPipeError here, where click handles it
