"""The example for Grafana and Prometheus: it is valid, and asks only for what there is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from mockrevio.settings import Settings
from tests.support import ROOT, serving

FOLDER = ROOT / "examples" / "grafana"
DASHBOARD: Mapping[str, Any] = json.loads((FOLDER / "mockrevio.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def queries() -> Iterator[str]:
    for panel in PANELS:
        for target in panel["targets"]:
            yield target["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]


def exposed() -> set[str]:
    """The names of the samples that there may be, also of those that have no value yet."""
    with serving() as client:
        client.get("/v1/Customers")
        families = list(text_string_to_metric_families(client.get("/__admin/metrics").text))
    suffixes = {
        "histogram": ("_bucket", "_count", "_sum"),
        "summary": ("_count", "_sum"),
        "counter": ("_total",),
    }
    return {family.name + suffix for family in families for suffix in suffixes.get(family.type, ("",))}


def test_every_metric_that_it_asks_for_exists() -> None:
    asked = {name for query in queries() for name in re.findall(r"\b(?:mockrevio|process)_\w+", query)}
    assert len(asked) > 20
    assert asked <= exposed()


def test_it_shows_every_metric() -> None:
    text = " ".join(queries())
    own = {name for name in exposed() if name.startswith("mockrevio_")}
    assert {name for name in own if name not in text} == set()


def test_every_label_exists() -> None:
    labels = {
        "route",
        "method",
        "status",
        "status_class",
        "client",
        "kind",
        "reason",
        "instance",
        "version",
        "le",
    }
    for query in queries():
        for group in re.findall(r"by \(([^)]*)\)", query):
            assert set(re.split(r",\s*", group)) <= labels
        for selector in re.findall(r"\{([^}]*)\}", query):
            assert set(re.findall(r"(\w+)\s*=~?", selector)) <= labels
    legends = {target["legendFormat"] for panel in PANELS for target in panel["targets"]}
    assert {name for legend in legends for name in re.findall(r"\{\{(\w+)\}\}", legend)} <= labels


def test_parentheses_and_braces_are_balanced() -> None:
    for query in queries():
        assert all(query.count(a) == query.count(b) for a, b in ("()", "{}", "[]")), query


def test_it_is_a_dashboard() -> None:
    assert DASHBOARD["uid"] == "mockrevio"
    assert DASHBOARD["title"]
    assert DASHBOARD["schemaVersion"] >= 36
    assert "id" not in DASHBOARD  # it would collide with one that exists
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    for panel in PANELS:
        assert panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]) > 0


def test_no_panel_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_the_scrape_is_what_the_mock_answers() -> None:
    (job,) = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    ((target,),) = [config["targets"] for config in job["static_configs"]]
    host, _, port = target.partition(":")
    assert int(port) == Settings.port
    token = "t0ken-of-the-test"  # noqa: S105 (of a server that ends with the test)
    headers = {"Host": target, "Authorization": f"{job['authorization']['type']} {token}"}
    with serving(admin_token=token, allow_host=(host,)) as client:
        response = client.get(job["metrics_path"], headers=headers, auth=lambda request: request)
    assert response.status_code == 200


def test_the_services_are_given_the_files_that_there_are() -> None:
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
    mounted = [volume for service in compose["services"].values() for volume in service.get("volumes", ())]
    assert len(mounted) == 4
    assert all((FOLDER / volume.partition(":")[0]).is_file() for volume in mounted)
    (job,) = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    (token,) = compose["services"]["prometheus"]["configs"]
    assert token["target"] == job["authorization"]["credentials_file"]
    mock = compose["services"]["mockrevio"]["environment"]
    assert mock["MOCKREVIO_ALLOW_HOST"] == job["static_configs"][0]["targets"][0].partition(":")[0]


@pytest.mark.parametrize("name", ["datasources.yml", "dashboards.yml"])
def test_the_provisioning_is_yaml_of_version_1(name: str) -> None:
    assert yaml.safe_load((FOLDER / name).read_text("utf-8"))["apiVersion"] == 1
