"""The `mockrevio` command: parse, call, print. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mockrevio import __version__
from mockrevio.errors import FixtureError, MockrevioError
from mockrevio.settings import ENVIRONMENT_PREFIX, Settings, declared, option_name

Command = TypeVar("Command", bound=Callable[..., Any])


def main() -> None:
    """Run the command line; mistakes end in a sentence and status 1, never in a traceback."""
    try:
        cli(prog_name="mockrevio")
    except MockrevioError as error:
        click.echo(f"mockrevio: {error}", err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="mockrevio", message="%(prog)s %(version)s")
def cli() -> None:
    """A local stand-in for Rev.io's Integration Linking REST API."""


def settings_options(command: Command) -> Command:
    """One option per setting of the table, each read as text so that errors read alike everywhere."""
    for name, default, metadata in reversed(list(declared())):
        shown = f"{metadata['help']} [{ENVIRONMENT_PREFIX}{name.upper()}; {_default(default)}]"
        if isinstance(default, bool):
            option = click.option(
                f"{option_name(name)}/--no-{name.replace('_', '-')}", name, default=None, help=shown
            )
        else:
            option = click.option(
                option_name(name), name, metavar="TEXT", multiple=metadata["many"], default=None, help=shown
            )
        command = option(command)
    return command


def _default(default: object) -> str:
    if isinstance(default, bool):
        return "on unless given" if default else "off unless given"
    if isinstance(default, tuple):
        default = " ".join(map(str, default))
    return "none unless given" if default in (None, "") else f"{default} unless given"


@cli.command()
@click.option("--config", type=click.Path(path_type=Path), help="a TOML file with settings")
@settings_options
def serve(config: Path | None, **options: Any) -> None:
    """Start the server; Ctrl-C or SIGTERM stops it."""
    from mockrevio.server import serve_until_stopped

    serve_until_stopped(Settings.load(options, config=config))


@cli.command()
@click.option("--url", help="the server's address; unless given, that which the settings name")
@click.option("--config", type=click.Path(path_type=Path), help="a TOML file with settings")
def healthcheck(url: str | None, config: Path | None) -> None:
    """Ask a server whether it is ready: exit status 0 if so, 1 if not."""
    from mockrevio.health import check_health

    click.echo(check_health(url, Settings.load(config=config)))


@cli.group()
def fixture() -> None:
    """Make and check the files that a world starts from."""


@fixture.command("make")
@click.option(
    "--count",
    "counts",
    multiple=True,
    metavar="N|TYPE=N",
    help="how many of each type, or of one type; may be given several times",
)
@click.option("--links", type=click.IntRange(min=0), default=0, help="how many key links")
@click.option("--seed", type=int, help="the same seed makes the same bytes")
def make(counts: tuple[str, ...], links: int, seed: int | None) -> None:
    """Print a fixture of made-up records: mockrevio fixture make --count 500 --seed 7 > mine.json"""
    from mockrevio.world.seeding import dump, make_document

    document = make_document(_counts(counts or ("25",)), key_links=links, seed=seed)
    sys.stdout.buffer.write(dump(document).encode("utf-8"))  # the same bytes on Windows too


def _counts(texts: tuple[str, ...]) -> dict[str, int]:
    from mockrevio.wire.schema import ENTITIES

    counts: dict[str, int] = {}
    for text in texts:
        type_name, _, number = text.rpartition("=")
        types = [type_name.upper()] if type_name else list(ENTITIES)
        if not number.isdecimal() or not set(types) <= set(ENTITIES):
            allowed = f"a number, or TYPE=number with one of {', '.join(ENTITIES)}"
            raise click.BadParameter(f"{text!r} is not allowed; it takes {allowed}", param_hint="--count")
        counts.update(dict.fromkeys(types, int(number)))
    return counts


@fixture.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def check(files: tuple[str, ...]) -> None:
    """Name every mistake in a fixture, with its place. Several are merged in order, as by --fixture."""
    from mockrevio.world.fixtures import load_fixture

    try:
        found = load_fixture(files)
    except FixtureError as error:
        click.echo(str(error), err=True)
        count = len(error.mistakes)
        raise click.ClickException(f"{count} mistake{'s' if count > 1 else ''}") from None
    for note in found.notes:
        click.echo(f"note: {note}")
    tables = found.start.tables
    records = sum(len(table) for table in tables.values())
    click.echo(f"{', '.join(files)}: fine ({records} records in {len(tables)} tables)")
