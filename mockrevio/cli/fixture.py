"""`mockrevio fixture make` and `mockrevio fixture check`."""

from __future__ import annotations

from pathlib import Path

import click

from mockrevio.cli.options import CONFIG
from mockrevio.cli.output import write_document
from mockrevio.errors import FixtureError
from mockrevio.settings import Settings

MAX_GENERATED = 1_000_000
"""The most records per type that `fixture make` generates; larger numbers would exhaust memory."""


@click.group(short_help="Generate and check fixtures.")
def fixture() -> None:
    """Generate and check fixtures, the files that a world starts from."""


@fixture.command("make", short_help="Print a fixture of generated records.")
@click.argument("amounts", nargs=-1, metavar="[TYPE:N|ENDPOINT:N]...")
@click.option(
    "--count",
    "counts",
    multiple=True,
    metavar="N|TYPE=N",
    help="number of records of each entity type, or of one; can be repeated [default: 25, without TYPE:N]",
)
@click.option(
    "--links",
    type=click.IntRange(0, MAX_GENERATED),
    default=0,
    metavar="N",
    help="number of key links [default: 0]",
)
@click.option(
    "--seed", type=int, metavar="N", help="random seed; the same seed gives the same output [default: random]"
)
def make(amounts: tuple[str, ...], counts: tuple[str, ...], links: int, seed: int | None) -> None:
    """Print a fixture of generated records: mockrevio fixture make CUSTOMER:50 Notes:9 --seed 7 > mine.json

    TYPE is an entity type (CUSTOMER), ENDPOINT a path (BillProfiles), both ignore case. Look-up tables that
    the records refer to are included automatically.
    """
    from mockrevio.documents import dump_document
    from mockrevio.seeding.generator import make_document

    if not amounts and not counts:
        counts = ("25",)
    numbers = _parse_counts(counts, "=", "--count") | _parse_counts(amounts, ":", "TYPE:N")
    document = make_document(numbers, key_links=links, seed=seed)
    write_document(dump_document(document).encode("utf-8"))


def _parse_counts(texts: tuple[str, ...], separator: str, parameter: str) -> dict[str, int]:
    """The numbers of records by table; an option's number without a name is for each entity type."""
    from mockrevio.errors import UnknownEntityType
    from mockrevio.revio.resources import ENTITIES
    from mockrevio.seeding.generator import resource_named

    counts: dict[str, int] = {}
    for text in texts:
        name, found, number = text.rpartition(separator)
        for_all = not found and separator == "="
        if not _is_count(number) or not (name or for_all):
            form = "N or TYPE=N" if separator == "=" else "TYPE:N or ENDPOINT:N, such as CUSTOMER:50,"
            message = f"must be {form} with N from 0 to {MAX_GENERATED}, not {text!r}"
            raise click.BadParameter(message, param_hint=parameter)
        try:
            tables = list(ENTITIES) if for_all else [resource_named(name).table]
        except UnknownEntityType as error:
            raise click.BadParameter(str(error), param_hint=parameter) from None
        counts.update(dict.fromkeys(tables, int(number)))
    return counts


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= MAX_GENERATED


@fixture.command("check", short_help="Report every mistake in a fixture.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@CONFIG
def check(files: tuple[str, ...], config: Path | None) -> None:
    """Report every mistake in a fixture, with its place. Several files are merged, as with --fixture.

    Problems that do not prevent loading, such as a reference to a missing record, are warnings.
    """
    from mockrevio.seeding.fixtures import load_fixture

    settings = Settings.load(config=config)
    try:
        loaded = load_fixture(files, settings)
    except FixtureError as error:
        click.echo(str(error), err=True)
        count = len(error.mistakes)
        raise click.ClickException(f"{count} mistake{'s' if count > 1 else ''}") from None
    for warning in loaded.warnings:
        click.echo(f"warning: {warning}")
    counts = {name: len(table) for name, table in loaded.state.tables.items() if table}
    entities_first = sorted(counts, key=str.islower)
    summary = ", ".join(f"{counts[name]} {name}" for name in entities_first)
    click.echo(f"{', '.join(files)}: OK: {summary or 'no records'}")
