"""Write what `make matrix` ran to docs/environments.md: `python -m tests.matrix.page FOLDER`.

An environment that did not run keeps its row, with the versions that it ran with last.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.matrix.environments import ENVIRONMENTS, ROOT, Environment

PAGE = ROOT / "docs" / "environments.md"
NOT_RUN = "not run yet"

_MARKED = re.compile(r"(<!-- table: environments -->\n\n).*?(\n\n<!-- end of table -->)", re.DOTALL)
_ROW = re.compile(
    r"^\| (?P<name>[^|]+) \| (?P<python>[^|]*) \| (?P<versions>[^|]*) \| (?P<suites>[^|]*) \|$", re.M
)


def main() -> None:
    """Update the page from the records in a folder, and name the environments that have none."""
    folder = Path(sys.argv[1])
    ran = {}
    for environment in ENVIRONMENTS:
        record = folder / f"{environment.session}.json"
        if record.exists():
            ran[environment.name] = row(environment, json.loads(record.read_text("utf-8")))
    PAGE.write_text(
        _MARKED.sub(lambda found: found[1] + table(ran) + found[2], PAGE.read_text("utf-8")), "utf-8"
    )
    missing = [each.name for each in ENVIRONMENTS if each.name not in ran]
    print(f"{len(ran)} of {len(ENVIRONMENTS)} environments passed, see docs/environments.md")
    if missing:
        print(f"NOT RUN, or failed: {', '.join(missing)}")


def table(ran: Mapping[str, str]) -> str:
    """The table: the rows of this run, and the present ones of what was not run."""
    present = {name: line for name, line in rows().items() if name not in ran}
    lines = [ran.get(each.name) or present.get(each.name) or row(each, None) for each in ENVIRONMENTS]
    return "\n".join(["| environment | Python | versions | suites |", "|---|---|---|---|", *lines])


def rows() -> dict[str, str]:
    """The rows of the page, by environment."""
    found = _MARKED.search(PAGE.read_text("utf-8"))
    assert found is not None, f"{PAGE} has no table of environments"
    return {match["name"]: match[0] for match in _ROW.finditer(found[0])}


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
