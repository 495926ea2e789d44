"""`mockrevio verify`: one run from the options to the exit status."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mockrevio import __version__, reporting
from mockrevio.contract.access import Access
from mockrevio.contract.client import Client
from mockrevio.contract.record.replay import Case
from mockrevio.contract.status_line import StatusLine
from mockrevio.contract.verify import configuration, recording, report
from mockrevio.contract.verify.comparison import compare, differing
from mockrevio.contract.verify.dry_run import list_requests
from mockrevio.contract.verify.files import write_file
from mockrevio.contract.verify.interrupts import Interrupted, Interrupts
from mockrevio.contract.verify.observations import Observations, redacted
from mockrevio.contract.verify.options import Options
from mockrevio.contract.verify.own_links import OwnLinks
from mockrevio.contract.verify.recorded_cases import cases_in, replayed
from mockrevio.contract.verify.reference import reference
from mockrevio.contract.verify.report import Report
from mockrevio.contract.verify.service import Service
from mockrevio.contract.verify.suite import observe
from mockrevio.errors import MockrevioError, SettingError
from mockrevio.settings import Settings


class Run:
    """One run. `write` takes what it prints, `sleep` is how it waits."""

    def __init__(
        self,
        options: Options,
        write: Callable[[str], object],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._write_text = write
        self._sleep = sleep
        self._options = options
        self._settings = Settings.load(config=options.config)
        self._interrupts = Interrupts()
        self._status_line = StatusLine()
        self._problems: list[str] = []

    def __call__(self) -> int:
        """Observe, compare, report. Returns the exit status. Raises SettingError for files."""
        if self._options.dry_run:
            return self._dry_run()
        try:
            with self._interrupts.handled():
                made = self._report()
        except Interrupted as interrupted:
            reporting.report(f"{interrupted}: stopped without a report")
            self._print_problems(self._problems)
            return 2 if self._problems else 128 + interrupted.number
        except BaseException:
            self._print_problems(self._problems)  # what is left matters most
            raise
        self._write(made)
        return made.status

    def _dry_run(self) -> int:
        access = self._options.access
        writes = self._options.write or access is None
        lines = list_requests(self._settings, write=writes, with_key=bool(access and access.subscription_key))
        self._write_text("\n".join([*lines, f"{len(lines)} requests, none sent"]) + "\n")
        return 0

    def _report(self) -> Report:
        made = self._empty_report()
        try:
            against = self._options.against
            cases = None if against is None else cases_in(against)
            if against is not None and cases is not None:
                return self._replay(cases, against)
            recorded = None if against is None else recording.read(against)
            if self._options.access is not None:
                found = self._observe_service(self._options.access)
            else:
                found = recorded or self._observe_mock(self._settings, None)
        except MockrevioError as error:
            self._problems.append(str(error))
            return made
        if self._options.compares_a_mock:
            expected = self._observe_mock(self._settings, None)
        else:
            expected = recorded or recording.read(recording.EXPECTED)
        made.results = compare(expected, found)
        if self._options.save is not None:
            write_file("--save", self._options.save, recording.to_text(found))
        if self._options.compares_a_mock and (differing(made.results) or self._options.write_config):
            self._configure(made, found)
        return made

    def _empty_report(self) -> Report:
        """A report that says what is compared with what."""
        access, against = self._options.access, self._options.against
        if access is not None:
            found_in, expected_of = access.url, str(against or self._mock_label)
            labels = ("recording" if against else "mock", "service")
        elif against is not None:
            found_in, expected_of, labels = str(against), self._mock_label, ("mock", "recording")
        else:
            found_in, expected_of = self._mock_label, f"the rules of mockrevio {__version__}"
            labels = ("rules", "mock")
        return Report(found_in, expected_of, labels, problems=self._problems)

    def _replay(self, cases: Sequence[Case], path: Path) -> Report:
        if self._options.access is not None:
            raise SettingError("--against: the cases of mockrevio record are for a mock; leave out --url")
        if self._options.write_config is not None:
            raise SettingError(
                "--write-config: needs a recording of mockrevio verify, not of mockrevio record"
            )
        made = self._empty_report()
        made.results, made.unit = replayed(cases, path, self._settings), "cases"
        return made

    @property
    def _mock_label(self) -> str:
        config = f" with {self._options.config}" if self._options.config else ""
        return f"mockrevio {__version__}{config}"

    # Observing.

    def _observe_service(self, access: Access) -> Observations:
        with Client(access, note=self._status_line.note, sleep=self._sleep) as client:
            service = Service(client)
            service.check_access()
            own = OwnLinks(service, self._interrupts) if self._options.write else None
            if own is not None:
                self._status_line.note(f"the key links of this run have the external ids {own.marker}-N")
            with self._cleaning_up(own), self._status_line:
                found = observe(service, own=own, progress=self._show_rule)
        return redacted(found, access.redact)

    def _show_rule(self, number: int, total: int, name: str) -> None:
        self._status_line.show(f"[{number}/{total}] {name}")

    @contextmanager
    def _cleaning_up(self, own: OwnLinks | None) -> Iterator[None]:
        """Delete what was made, however the block ends."""
        if own is None:
            yield
            return
        try:
            yield
        finally:
            self._problems += own.clean_up()
        if own.refused:
            self._problems.append(f"--write: {own.refused}")

    def _observe_mock(self, settings: Settings, rules: Container[str] | None) -> Observations:
        with reference(settings) as service:
            return observe(service, own=OwnLinks(service, self._interrupts), rules=rules)

    # Reporting.

    def _configure(self, made: Report, service: Observations) -> None:
        """Find the settings that would make the mock like the service."""
        written = self._options.write_config
        with tempfile.TemporaryDirectory() as folder:
            fixture = configuration.fixture_path_of(written or Path(folder) / "mockrevio.toml")
            found = configuration.find_configuration(
                self._settings, service, made.results, self._observe_mock, fixture
            )
        made.settings, made.fixture = found.settings, found.fixture is not None
        made.inexpressible = found.inexpressible
        if written is not None:
            text = configuration.to_toml(self._settings, found, fixture)
            write_file("--write-config", written, text)

    def _write(self, made: Report) -> None:
        try:
            if made.results:
                self._write_text(report.to_text(made))
        finally:  # nobody may read it, but what is left in the service must be said
            self._print_problems(made.problems)
            options = self._options
            if options.json is not None:
                write_file("--json", options.json, report.to_json(made))
            if options.junit is not None:
                write_file("--junit", options.junit, report.to_junit(made))

    def _print_problems(self, problems: Iterable[str]) -> None:
        for problem in problems:
            reporting.report(problem)
