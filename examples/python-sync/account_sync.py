"""Link Salesforce accounts to Rev.io customers: python account_sync.py accounts.json

Set REVIO_URL, REVIO_USER and REVIO_PASSWORD in the environment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from revio_client import RevioClient, RevioError

Account = dict[str, Any]


@dataclass
class Report:
    """What happened to each account, by Salesforce id."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)
    """Maps each rejected account to Rev.io's reason."""

    def __str__(self) -> str:
        summary = f"{len(self.created)} created, {len(self.changed)} changed, {len(self.unchanged)} unchanged"
        return "\n".join([summary, *(f"{account}: {reason}" for account, reason in self.rejected.items())])


def sync(accounts: Iterable[Account], revio: RevioClient) -> Report:
    """Make sure that each account has its key link. Running it again changes nothing."""
    revio.check_credentials()
    link_type = {
        "integration_system_id": revio.lookup_id("IntegrationSystem", system_name="SALESFORCE"),
        "integration_entity_type_id": revio.lookup_id("IntegrationEntityType", entity_type_name="CUSTOMER"),
    }
    existing_links = {link["external_id"]: link for link in revio.links(**link_type)}
    report = Report()
    for account in accounts:
        account_id = account["Id"]
        desired = {**link_type, "internal_id": account["RevIo_Customer__c"], "external_id": account_id}
        try:
            _sync_link(desired, existing_links.get(account_id), revio, report)
        except RevioError as error:
            if error.status != 400:
                raise  # the problem is not this account
            report.rejected[account_id] = str(error)
    return report


def _sync_link(
    desired: dict[str, Any], existing: dict[str, Any] | None, revio: RevioClient, report: Report
) -> None:
    if existing is None:
        revio.create_link(desired)
        report.created.append(desired["external_id"])
    elif existing["internal_id"] != desired["internal_id"]:
        revio.update_link(existing["integration_key_link_id"], desired)
        report.changed.append(desired["external_id"])
    else:
        report.unchanged.append(desired["external_id"])


def main() -> int:
    """Sync the accounts in a file, print a report, and return the exit status."""
    if len(sys.argv) != 2:
        print("usage: python account_sync.py FILE", file=sys.stderr)
        return 2
    accounts = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    revio = RevioClient(os.environ["REVIO_URL"], (os.environ["REVIO_USER"], os.environ["REVIO_PASSWORD"]))
    try:
        report = sync(accounts, revio)
    finally:
        revio.close()
    print(report)
    return 1 if report.rejected else 0


if __name__ == "__main__":
    sys.exit(main())
