"""The `mockrevio` command: parse, call, print. Each command imports the heavy modules it needs."""

from __future__ import annotations

import gc
import io
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mockrevio import __version__
from mockrevio.errors import FixtureError, MockrevioError
from mockrevio.reporting import report
from mockrevio.settings import Settings, declared_settings, option_name, variable_name

Command = TypeVar("Command", bound=Callable[..., Any])

MAX_GENERATED = 1_000_000
"""The most records per type that `fixture make` generates; larger numbers would exhaust memory."""


def main() -> None:
    """Run the command line. User errors end with a message and a non-zero status, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # If the console lacks a character (Windows, LANG=C), print it as \u00e9 instead of failing.
            stream.reconfigure(errors="backslashreplace")
    # Python installs no handler for SIGTERM. Without one, a container's first process would ignore it.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        cli(prog_name="mockrevio")
    except MockrevioError as error:
        report(str(error))
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="mockrevio", message="%(prog)s %(version)s")
def cli() -> None:
    """A local mock of Rev.io's REST API."""


def settings_options(command: Command) -> Command:
    """Add an option for each setting. Values stay text, so that all sources report errors the same way."""
    for name, default, metadata in reversed(list(declared_settings())):
        repeatable = "; can be repeated" if metadata["repeatable"] else ""
        help_text = (
            f"{metadata['help']}{repeatable} [{variable_name(name)}; default: {format_default(default)}]"
        )
        if isinstance(default, bool):
            option = click.option(
                f"{option_name(name)}/--no-{name.replace('_', '-')}", name, default=None, help=help_text
            )
        else:
            option = click.option(
                option_name(name),
                name,
                metavar=metadata["kind"].placeholder,
                multiple=metadata["repeatable"],
                default=None,
                help=help_text,
            )
        command = option(command)
    return command


def format_default(default: object) -> str:
    """Format the default of a setting for `--help` and docs/settings.md."""
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, tuple):
        default = " ".join(map(str, default))
    return "none" if default in (None, "") else str(default)


CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"TOML file with settings [{variable_name('config')}; default: none]",
)


class OptionsOnly(click.Command):
    """A command without arguments. Its error does not repeat one: it may be the rest of a password."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse options. Raises UsageError if anything else is there."""
        ctx.allow_extra_args = True  # click would repeat them
        rest = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            raise click.UsageError("Only options are allowed. Quote a value that contains spaces.", ctx)
        return rest


@cli.command(cls=OptionsOnly)
@CONFIG
@settings_options
def serve(config: Path | None, **options: Any) -> None:
    """Start the server. Stop it with Ctrl-C or SIGTERM."""
    # Until the server installs its own handler: nothing has been started yet.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    gc.disable()  # startup creates almost no garbage; the server enables it again
    try:
        from mockrevio.server import serve_until_stopped

        serve_until_stopped(Settings.load(options, config=config))
    finally:
        gc.enable()


@cli.command(short_help="Check that a server is ready.")
@click.option("--url", metavar="URL", help="address of the server [default: from the settings]")
@click.option(
    "--wait", metavar="DURATION", help="how long to keep trying until the server is ready, such as 30s"
)
@CONFIG
def healthcheck(url: str | None, wait: str | None, config: Path | None) -> None:
    """Check that a server is ready. Exits with status 0 if it is, 1 if not."""
    from mockrevio.testing.health import check_health, wait_until_healthy

    settings = Settings.load(config=config)
    click.echo(check_health(url, settings) if wait is None else wait_until_healthy(url, settings, wait))


@cli.group(short_help="Generate and check fixtures.")
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

    TYPE is an entity type (CUSTOMER), ENDPOINT a path (BillProfiles); both ignore case. Look-up tables that
    the records refer to are included automatically.
    """
    from mockrevio.documents import dump_document
    from mockrevio.seeding.generator import make_document

    if not amounts and not counts:
        counts = ("25",)
    numbers = _parse_counts(counts, "=", "--count") | _parse_counts(amounts, ":", "TYPE:N")
    document = make_document(numbers, key_links=links, seed=seed)
    sys.stdout.buffer.write(dump_document(document).encode("utf-8"))  # the same bytes on Windows too
    sys.stdout.buffer.flush()  # raises BrokenPipeError here, where click handles it


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
