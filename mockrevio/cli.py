"""The `mockrevio` command: parse, call, print. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mockrevio import __version__
from mockrevio.errors import FixtureError, MockrevioError
from mockrevio.settings import Settings, declared_settings, option_name, variable_name

Command = TypeVar("Command", bound=Callable[..., Any])

MAX_GENERATED = 1_000_000
"""How many records of one type `fixture make` makes: more would fill the memory first."""


def main() -> None:
    """Run the command line; mistakes end in a sentence and a status that is not 0, never in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console that lacks a character (Windows, LANG=C) shows it as \u00e9 instead of failing.
            stream.reconfigure(errors="backslashreplace")
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
    for name, default, metadata in reversed(list(declared_settings())):
        more = "; may be given several times" if metadata["many"] else ""
        shown = f"{metadata['help']}{more} [{variable_name(name)}; default: {format_default(default)}]"
        if isinstance(default, bool):
            option = click.option(
                f"{option_name(name)}/--no-{name.replace('_', '-')}", name, default=None, help=shown
            )
        else:
            placeholder = metadata["kind"].placeholder
            option = click.option(
                option_name(name),
                name,
                metavar=placeholder,
                multiple=metadata["many"],
                default=None,
                help=shown,
            )
        command = option(command)
    return command


def format_default(default: object) -> str:
    """A setting's default as `--help` and docs/settings.md show it."""
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, tuple):
        default = " ".join(map(str, default))
    return "none" if default in (None, "") else str(default)


CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"a TOML file with settings [{variable_name('config')}; default: none]",
)


@cli.command()
@CONFIG
@settings_options
def serve(config: Path | None, **options: Any) -> None:
    """Start the server; Ctrl-C or SIGTERM stops it."""
    gc.disable()  # next to nothing of what starting makes is garbage; the server switches it on again
    try:
        from mockrevio.server import serve_until_stopped

        serve_until_stopped(Settings.load(options, config=config))
    finally:
        gc.enable()


@cli.command()
@click.option(
    "--url", metavar="URL", help="the server's address [default: where the settings put the server]"
)
@click.option("--wait", metavar="DURATION", help="ask again for so long, as 30s, until it is ready")
@CONFIG
def healthcheck(url: str | None, wait: str | None, config: Path | None) -> None:
    """Ask a server whether it is ready: exit status 0 if so, 1 if not."""
    from mockrevio.testing.health import check_health, wait_until_healthy

    settings = Settings.load(config=config)
    click.echo(check_health(url, settings) if wait is None else wait_until_healthy(url, settings, wait))


@cli.group()
def fixture() -> None:
    """Make and check the files that a world starts from."""


@fixture.command("make")
@click.option(
    "--count",
    "counts",
    multiple=True,
    metavar="N|TYPE=N",
    help="how many of each type, or of one type; may be given several times [default: 25]",
)
@click.option(
    "--links",
    type=click.IntRange(0, MAX_GENERATED),
    default=0,
    metavar="N",
    help="how many key links [default: 0]",
)
@click.option(
    "--seed", type=int, metavar="N", help="the same seed makes the same bytes [default: another every time]"
)
def make(counts: tuple[str, ...], links: int, seed: int | None) -> None:
    """Print a fixture of made-up records: mockrevio fixture make --count 500 --seed 7 > mine.json"""
    from mockrevio.documents import dump_document
    from mockrevio.seeding.generator import make_document

    document = make_document(_parse_counts(counts or ("25",)), key_links=links, seed=seed)
    sys.stdout.buffer.write(dump_document(document).encode("utf-8"))  # the same bytes on Windows too
    sys.stdout.buffer.flush()  # a reader that has gone away is noticed here, where click handles it


def _parse_counts(texts: tuple[str, ...]) -> dict[str, int]:
    from mockrevio.revio.resources import ENTITIES

    counts: dict[str, int] = {}
    for text in texts:
        type_name, equals, number = text.rpartition("=")
        types = [type_name.upper()] if equals else list(ENTITIES)
        if not _is_count(number) or not set(types) <= set(ENTITIES):
            types_allowed = ", ".join(ENTITIES)
            allowed = f"a number up to {MAX_GENERATED}, or TYPE=number with one of {types_allowed}"
            raise click.BadParameter(f"{text!r} is not allowed; it takes {allowed}", param_hint="--count")
        counts.update(dict.fromkeys(types, int(number)))
    return counts


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= MAX_GENERATED


@fixture.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def check(files: tuple[str, ...]) -> None:
    """Name every mistake in a fixture, with its place. Several are merged in order, as by --fixture."""
    from mockrevio.seeding.fixtures import load_fixture

    try:
        found = load_fixture(files)
    except FixtureError as error:
        click.echo(str(error), err=True)
        count = len(error.mistakes)
        raise click.ClickException(f"{count} mistake{'s' if count > 1 else ''}") from None
    for warning in found.warnings:
        click.echo(f"note: {warning}")
    tables = found.state.tables
    records = sum(len(table) for table in tables.values())
    click.echo(f"{', '.join(files)}: fine ({records} records in {len(tables)} tables)")
