"""The gateway's rate limit and quota."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.contract.common import STATUS, advance, limited, statuses
from tests.support import LINK, Client

# The rate limit.


def test_a_429_gives_the_same_wait_in_message_and_header(client: Client) -> None:
    with limited(client, rate_limit="3/60"):
        assert statuses(client, 3) == [200] * 3
        advance(client, "33.5s")
        response = client.get(STATUS)

    assert (response.status_code, response.headers["Retry-After"]) == (429, "27")
    assert response.json() == {
        "statusCode": 429,
        "message": "Rate limit is exceeded. Try again in 27 seconds.",
    }
    explain = response.headers["X-Mock-Explain"]
    assert explain.startswith("the gateway's rate limit of 3/60 is used up; raise it with --rate-limit")
    assert "advance the frozen mock clock" in explain


def test_the_explanation_mentions_only_a_frozen_clock(client: Client) -> None:
    with limited(client, rate_limit="1/60"):
        client.put("/__admin/clock", json={"frozen": False})
        assert statuses(client, 1) == [200]
        response = client.get(STATUS)

    assert response.status_code == 429
    assert "frozen" not in response.headers["X-Mock-Explain"]


def test_the_window_slides(client: Client) -> None:
    with limited(client, rate_limit="2/60"):
        received = statuses(client, 1)
        advance(client, "40s")
        received += statuses(client, 2)  # the second is rejected only if the window contains both others
        advance(client, "20s")
        received += statuses(client, 2)
        advance(client, "40s")
        received += statuses(client, 1)

    assert received == [200, 200, 429, 200, 429, 200]


def test_rejected_requests_do_not_count(client: Client) -> None:
    with limited(client, rate_limit="1/10"):
        assert statuses(client, 6) == [200] + [429] * 5
        advance(client, "10s")
        assert statuses(client, 2) == [200, 429]


def test_waiting_as_long_as_retry_after_says_is_enough(client: Client) -> None:
    with limited(client, rate_limit="1/60"):
        client.put("/__admin/clock", json={"now": "2030-01-02T12:00:00.123457"})
        for _ in range(20):
            assert client.get(STATUS).status_code == 200
            advance(client, "0.000001s")
            wait = client.get(STATUS).headers["Retry-After"]
            assert wait == "60"
            advance(client, f"{wait}s")


def test_the_retry_loop_of_a_real_client_succeeds(client: Client) -> None:
    slept = []
    with limited(client, rate_limit="5/60"):
        for number in range(12):
            link = {**LINK, "external_id": f"x{number}"}
            while (response := client.post("/v1/IntegrationKeyLink", json=link)).status_code == 429:
                match = re.search(r"\d+", response.json()["message"])
                assert match is not None
                slept.append(int(match.group()) + 1)  # C: the first number in the message, plus one
                advance(client, f"{slept[-1]}s")
            assert response.status_code == 201

    assert slept == [61, 61]


def test_the_limit_is_exact_under_sixteen_clients(client: Client) -> None:
    with limited(client, rate_limit="100/60"), ThreadPoolExecutor(16) as pool:

        def send(_: int) -> list[int]:
            with Client(client.url) as own_client:
                return statuses(own_client, 20)

        received = [status for own_statuses in pool.map(send, range(16)) for status in own_statuses]

    assert (received.count(200), received.count(429)) == (100, 220)


def test_accounts_are_counted_separately(client: Client) -> None:
    with limited(client, rate_limit="1/60", auth="off"):
        named = [
            client.get(STATUS, auth=auth).status_code
            for auth in [("a@one", "x"), ("a@two", "x"), ("b@one", "x"), ("a@two", "x")]
        ]
        anonymous = [requests.get(client.url + STATUS, timeout=5).status_code for _ in range(2)]

    assert named == [200, 200, 429, 429]
    assert anonymous == [200, 429]


def test_setting_the_clock_back_discards_later_requests(client: Client) -> None:
    with limited(client, rate_limit="1/60"):
        assert statuses(client, 1) == [200]
        client.put("/__admin/clock", json={"now": "2029-01-01T00:00:00"})
        assert statuses(client, 2) == [200, 429]


def test_a_reset_clears_the_counts(client: Client) -> None:
    with limited(client, rate_limit="1/60", quota="1/60"):
        assert statuses(client, 2) == [200, 429]
        client.post("/__admin/reset")
    with limited(client, rate_limit="1/60", quota="1/60"):
        assert statuses(client, 1) == [200]


def test_null_turns_the_limits_off(client: Client) -> None:
    with limited(client, rate_limit="1/60", quota="1/60", subscription_key="k"):
        assert statuses(client, 1) == [401]
        client.patch("/__admin/settings", json={"rate_limit": None, "quota": None, "subscription_key": None})
        assert statuses(client, 3) == [200] * 3


# The quota.


def test_a_request_over_the_quota_is_403_with_the_remaining_time(client: Client) -> None:
    with limited(client, quota="2/86400"):
        assert statuses(client, 2) == [200, 200]
        advance(client, "77330.2s")
        response = client.get(STATUS)
        assert (response.status_code, response.headers["Retry-After"]) == (403, "9070")
        assert response.json() == {
            "statusCode": 403,
            "message": "Out of call volume quota. Quota will be replenished in 02:31:10.",
        }
        explain = response.headers["X-Mock-Explain"]
        assert "of 2/86400 is used up; raise it with --quota, or advance the frozen mock clock" in explain


def test_the_whole_quota_is_replenished_when_its_period_ends(client: Client) -> None:
    with limited(client, quota="2/3600"):
        received = statuses(client, 1)
        advance(client, "50m")
        received += statuses(client, 2)
        advance(client, "10m")
        received += statuses(client, 3)

    assert received == [200, 200, 403, 200, 200, 403]


def test_rate_limited_requests_do_not_use_up_the_quota(client: Client) -> None:
    with limited(client, rate_limit="1/10", quota="3/86400"):
        received = []
        for _ in range(4):
            received += statuses(client, 3)
            advance(client, "10s")

    assert received == [200, 429, 429] * 3 + [403] * 3
