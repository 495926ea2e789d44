"""The options of `mockrevio verify`, and which of them go together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mockrevio.contract.access import Access
from mockrevio.errors import SettingError


@dataclass(frozen=True)
class Options:
    """What to compare with what, and the files to write."""

    access: Access | None = None
    """The service to check; None is a mock with the settings, or a recording."""
    config: Path | None = None
    write: bool = False
    dry_run: bool = False
    against: Path | None = None
    save: Path | None = None
    json: Path | None = None
    junit: Path | None = None
    write_config: Path | None = None

    @classmethod
    def read(
        cls,
        *,
        url: str | None,
        username: str | None,
        password_env: str | None,
        subscription_key_env: str | None,
        write: bool,
        dry_run: bool,
        config: Path | None,
        against: Path | None,
        save: Path | None,
        json: Path | None,
        junit: Path | None,
        write_config: Path | None,
    ) -> Self:
        """The options of a command line. Raises SettingError, which names the option."""
        access = None
        if url is not None:
            access = Access.read(
                url=url,
                username=username,
                password_env=password_env,
                subscription_key_env=subscription_key_env,
            )
        elif username or password_env or subscription_key_env:
            option = (
                "--username" if username else "--password-env" if password_env else "--subscription-key-env"
            )
            raise SettingError(f"{option}: needs --url")
        options = cls(access, config, write, dry_run, against, save, json, junit, write_config)
        options.check()
        return options

    @property
    def compares_a_mock(self) -> bool:
        """Whether a mock with the settings is what a service, or a recording of one, is compared with."""
        return (self.access is None) != (self.against is None)

    def check(self) -> None:
        """Raise SettingError if they contradict each other, or if a file cannot be written."""
        if self.write_config is not None and not self.compares_a_mock:
            raise SettingError("--write-config: needs either --url or --against, to compare a mock with")
        if self.save is not None and self.access is None and self.against is not None:
            raise SettingError("--save: needs --url; --against reads a recording that there is already")
        outputs = list(self._outputs())
        if self.dry_run and outputs:
            raise SettingError(f"{outputs[0][0]}: has no contents with --dry-run, which compares nothing")
        inputs = (("--config", self.config), ("--against", self.against))
        seen = {path.resolve(): option for option, path in inputs if path is not None}
        for option, path in outputs:
            if path == Path("-"):
                raise SettingError(f"{option}: pass a file; standard output is /dev/stdout")
            if not path.parent.is_dir():
                raise SettingError(f"{option}: the folder {str(path.parent)!r} does not exist")
            if path.is_dir():
                raise SettingError(f"{option}: {str(path)!r} is a folder")
            if path.resolve() in seen:
                raise SettingError(f"{option}: is the same file as {seen[path.resolve()]}")
            seen[path.resolve()] = option

    def _outputs(self) -> Iterator[tuple[str, Path]]:
        for name in ("json", "junit", "save", "write_config"):
            path = getattr(self, name)
            if path is not None:
                yield f"--{name.replace('_', '-')}", path
