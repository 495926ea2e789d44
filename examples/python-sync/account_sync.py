"""Links Salesforce accounts to Rev.io customers: python account_sync.py accounts.json

The environment says where Rev.io is and who we are: REVIO_URL, REVIO_USER, REVIO_PASSWORD.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from revio_client import RevIo, RevIoError

Account = dict[str, Any]


@dataclass
class Report:
    """What became of the accounts, by their Salesforce ids."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """With Rev.io's reason."""

    def __str__(self) -> str:
        counts = f"{len(self.created)} created, {len(self.changed)} changed, {len(self.unchanged)} unchanged"
        return "\n".join([counts, *(f"{account}: {reason}" for account, reason in self.refused.items())])


def sync(accounts: Iterable[Account], revio: RevIo) -> Report:
    """See to it that each account has its key link. Running it again changes nothing."""
    revio.check_credentials()
    about = {
        "integration_system_id": revio.id_of("IntegrationSystem", system_name="SALESFORCE"),
        "integration_entity_type_id": revio.id_of("IntegrationEntityType", entity_type_name="CUSTOMER"),
    }
    present = {link["external_id"]: link for link in revio.links(**about)}
    report = Report()
    for account in accounts:
        wanted = {**about, "internal_id": account["RevIo_Customer__c"], "external_id": account["Id"]}
        try:
            _bring_about(wanted, present.get(account["Id"]), revio, report)
        except RevIoError as error:
            if error.status != 400:
                raise  # no fault of this account's
            report.refused[account["Id"]] = str(error)
    return report


def _bring_about(wanted: dict[str, Any], link: dict[str, Any] | None, revio: RevIo, report: Report) -> None:
    if link is None:
        revio.create_link(wanted)
        report.created.append(wanted["external_id"])
    elif link["internal_id"] != wanted["internal_id"]:
        revio.change_link(link["integration_key_link_id"], wanted)
        report.changed.append(wanted["external_id"])
    else:
        report.unchanged.append(wanted["external_id"])


def main() -> int:
    """Sync the accounts of a file, print the report, and answer the exit status."""
    accounts = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    revio = RevIo(os.environ["REVIO_URL"], (os.environ["REVIO_USER"], os.environ["REVIO_PASSWORD"]))
    try:
        report = sync(accounts, revio)
    finally:
        revio.close()
    print(report)
    return 1 if report.refused else 0


if __name__ == "__main__":
    sys.exit(main())
