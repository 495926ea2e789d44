"""Options that several commands share: one for each setting, and `--config`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from mockrevio.settings import declared_settings, option_name, variable_name

Command = TypeVar("Command", bound=Callable[..., Any])


def settings_options(command: Command, defaults: Mapping[str, object] | None = None) -> Command:
    """Add an option for each setting. Values stay text, so that all sources report errors the same way.

    `defaults` are those that differ for this command.
    """
    for name, usual, metadata in reversed(list(declared_settings())):
        default = (defaults or {}).get(name, usual)
        repeatable = "; can be repeated" if metadata["repeatable"] else ""
        help_text = (
            f"{metadata['help']}{repeatable} [{variable_name(name)}; default: {format_default(default)}]"
        )
        if isinstance(usual, bool):
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
