"""Every rule of the evidence tables has a probe, or a reason why it has none."""

from __future__ import annotations

from mockrevio.contract.verify import recording
from mockrevio.contract.verify.expected import expected_text
from mockrevio.contract.verify.probes import PROBES
from mockrevio.contract.verify.rules import RULES, UNPROBED
from mockrevio.revio.behaviours import BEHAVIOURS
from mockrevio.revio.format_rules import FORMAT_RULES

PROBED = {probe.rule for probe in PROBES}


def test_every_rule_is_probed_or_has_a_reason() -> None:
    rules = {*BEHAVIOURS, *FORMAT_RULES}
    missing = rules - PROBED - UNPROBED.keys()
    assert not missing, f"give {sorted(missing)} a probe in contract/verify/probes/, or a reason in UNPROBED"
    assert rules == RULES.keys()


def test_no_rule_is_both_probed_and_unprobed_or_unknown() -> None:
    assert not PROBED & UNPROBED.keys()
    assert (PROBED | UNPROBED.keys()) <= RULES.keys()


def test_what_verify_expects_is_what_this_version_does() -> None:
    assert recording.EXPECTED.read_text("utf-8") == expected_text(), "run make tables"


def test_every_probe_observes_something_of_a_mock() -> None:
    expected = recording.read(recording.EXPECTED)
    assert expected.cases.keys() == PROBED
    assert expected.reasons == {}
