"""`mockrevio pull`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockrevio.cli.options import OptionsOnly
from mockrevio.cli.output import require_standard_output, write_document
from mockrevio.errors import MockrevioError

if TYPE_CHECKING:
    from mockrevio.contract.access import Access
    from mockrevio.contract.pull.run import Options


@click.command(cls=OptionsOnly, short_help="Read a tenant's data into a fixture.")
@click.option("--url", required=True, metavar="URL", help="address of the service, with or without /v1")
@click.option("--username", required=True, metavar="LOGIN@CLIENT", help="user of the service")
@click.option(
    "--password-env", required=True, metavar="VAR", help="environment variable with the user's password"
)
@click.option(
    "--subscription-key-env", metavar="VAR", help="environment variable with the gateway's subscription key"
)
@click.option("--key-links", is_flag=True, help="read the key links, too")
@click.option(
    "--records",
    multiple=True,
    metavar="TYPE:N,...",
    help="read the first N records of an entity type or endpoint, or all: CUSTOMER:200,BILL:all; can be "
    "repeated",
)
@click.option("--keep-personal-data", is_flag=True, help="do not replace personal data by made-up data")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="where an interrupted pull continues from [default: mockrevio-pull-CLIENT.jsonl]",
)
def pull(
    *,
    url: str,
    username: str,
    password_env: str,
    subscription_key_env: str | None,
    records: tuple[str, ...],
    state: Path | None,
    key_links: bool,
    keep_personal_data: bool,
) -> None:
    """Read a tenant's data into a fixture: mockrevio pull --url URL ... > fixtures/acme.json

    The fixture has the tenant's systems and entity types with their ids, and the records that --records
    names with what they refer to. Personal data is replaced. If the pull is interrupted or fails, run the
    same command again to continue.
    """
    require_standard_output()  # before anything is read
    from mockrevio.contract.extra import contract_extra

    with contract_extra("pull"):
        from mockrevio.contract.access import Access
        from mockrevio.contract.pull.run import Options
        from mockrevio.contract.pull.selection import parse_selections
    options = Options(parse_selections(records), key_links, keep_personal_data)
    access = Access.read(
        url=url, username=username, password_env=password_env, subscription_key_env=subscription_key_env
    )
    _pull(access, options, state)


def _pull(access: Access, options: Options, path: Path | None) -> None:
    """Write the fixture, and remove the state when that has been done."""
    from mockrevio.contract.client import Client
    from mockrevio.contract.pull.progress import Progress
    from mockrevio.contract.pull.run import pull as read_fixture
    from mockrevio.contract.pull.state import PullState, default_path
    from mockrevio.documents import dump_document

    progress = Progress(redact=access.redact)
    with PullState(
        path or default_path(access), access, keep_personal_data=options.keep_personal_data
    ) as state:
        try:
            with Client(access, note=progress.note) as client:
                document = read_fixture(client, state, options, progress)
            progress.clear()
            write_document(dump_document(document).encode("utf-8"))
        except BaseException as error:
            progress.clear()
            if isinstance(error, MockrevioError):
                progress.note(str(error))
            if state.count:
                progress.note(f"{state.path} has what was read; run the same command again to continue")
            if isinstance(error, MockrevioError):
                sys.exit(1)
            if isinstance(error, KeyboardInterrupt):
                sys.exit(128 + signal.SIGINT)
            raise
        state.remove()
