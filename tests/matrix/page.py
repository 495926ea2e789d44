"""Write what `make matrix` ran to docs/environments.md: `python -m tests.matrix.page FOLDER`.

An environment that did not run keeps its row, with the versions that it ran with last.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.matrix.environments import ENVIRONMENTS, ROOT, SUITES, Environment

PAGE = ROOT / "docs" / "environments.md"
NOT_RUN = "not run yet"

_ROW = re.compile(r"^\| (?P<name>[^|]+) \|(?: [^|]* \|){3}$", re.MULTILINE)


def main() -> None:
    """Update the page from the records in a folder, and name the environments that have none."""
    folder = Path(sys.argv[1])
    ran = {}
    for environment in ENVIRONMENTS:
        record = folder / f"{environment.session}.json"
        if record.exists():
            ran[environment.name] = row(environment, json.loads(record.read_text("utf-8")))
    PAGE.write_text(updated(PAGE.read_text("utf-8"), ran), "utf-8")
    missing = [each.name for each in ENVIRONMENTS if each.name not in ran]
    print(f"{len(ran)} of {len(ENVIRONMENTS)} environments passed, see docs/environments.md")
    if missing:
        print(f"NOT RUN, OR FAILED: {', '.join(missing)}")


def updated(page: str, ran: Mapping[str, str]) -> str:
    """The page with the rows of this run. Rows of environments that did not run stay as they are."""
    present = rows(page)
    lines = [ran.get(each.name) or present.get(each.name) or row(each, None) for each in ENVIRONMENTS]
    page = _with_table(
        page, "environments", ["| environment | Python | versions | suites |", "|---|---|---|---|", *lines]
    )
    suites = [
        f"| {name} | {', '.join(f'`{file}`' for file in suite.files)} |" for name, suite in SUITES.items()
    ]
    return _with_table(page, "suites", ["| suite | files |", "|---|---|", *suites])


def _with_table(page: str, name: str, lines: list[str]) -> str:
    before, start, rest = page.partition(f"<!-- matrix: {name} -->\n")
    _, end, after = rest.partition("<!-- end of matrix -->")
    assert end, f"{PAGE} has no place for the table of {name}"
    return "\n".join([before + start, *lines, "", end + after])


def rows(page: str) -> dict[str, str]:
    """The rows of the page's environments, by name."""
    _, _, rest = page.partition("<!-- matrix: environments -->")
    body = rest.partition("<!-- end of matrix -->")[0].partition("|---|")[2]
    return {match["name"]: match[0] for match in _ROW.finditer(body)}


def row(environment: Environment, record: Mapping[str, object] | None) -> str:
    """The row of an environment, from the record of its last run."""
    python, versions = environment.python or "", NOT_RUN
    if record is not None:
        python = str(record["python"])
        found = record["versions"]
        assert isinstance(found, dict)
        versions = ", ".join(f"{name} {version}" for name, version in found.items())
    return f"| {environment.name} | {python} | {versions} | {', '.join(environment.suites)} |"


if __name__ == "__main__":
    main()
