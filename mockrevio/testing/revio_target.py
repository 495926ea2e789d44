"""`revio_target`: what a suite runs against, the mock or the real service, as one option decides."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pytest

from mockrevio.errors import MockrevioError, UnknownArgument
from mockrevio.revio.resources import BUILT_IN, ENTITIES, KEY_LINK_RESOURCES, Resource
from mockrevio.revio.wire.query import PREFIX
from mockrevio.revio.wire.secrets import KEY_HEADER
from mockrevio.testing.pytest_marker import Marker

if TYPE_CHECKING:
    from mockrevio.contract.access import Access
    from mockrevio.contract.client import Client
    from mockrevio.testing.handle import MockRevio

Record = dict[str, Any]


class RevioTarget:
    """A service that speaks Rev.io's API: `url` ends in `/v1`, `credentials` are a user name and a password.

    `headers` has the subscription key, if there is one. `is_mock` says which service it is.
    """

    is_mock = True

    def __init__(self, url: str, credentials: tuple[str, str], key: str | None) -> None:
        self.url = url
        self.credentials = credentials
        self.headers: Mapping[str, str] = {KEY_HEADER: key} if key else {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"

    @property
    def mock(self) -> MockRevio:
        """The handle of the mock. A test that uses it is skipped if the target is the real service."""
        raise NotImplementedError

    def existing(self, kind: str, **search: str | int) -> Record:
        """A record with these values, of an entity type (CUSTOMER) or an endpoint (BillProfiles).

        `existing("IntegrationSystem", system_name="SALESFORCE")`. Skips the test if there is none. Raises
        UnknownEntityType, or UnknownArgument for a field that its records do not have.
        """
        resource = _resource(kind)
        for name in search:
            if name not in resource.fields:
                raise UnknownArgument(
                    f"{resource.path} has no field {name!r}; its fields: {', '.join(resource.fields)}"
                )
        record = self._first(resource, search)
        if record is None:
            values = "".join(f" {name}={value}" for name, value in search.items())
            pytest.skip(f"{self.url} has no {resource.path}{values and ' with'}{values}")
        return record

    def _first(self, resource: Resource, search: Mapping[str, str | int]) -> Record | None:
        raise NotImplementedError

    def unique(self, prefix: str = "test-") -> str:
        """A text that nobody else uses, for an external id: the prefix and 16 random characters."""
        return prefix + secrets.token_hex(8)

    def delete_later(self, endpoint: str, record_id: int) -> None:
        """Delete a record that the test has created, at the end of the test.

        The world of a mock is clean for each test anyway. If the real service does not delete it, the test
        gets an error that names it.
        """
        raise NotImplementedError


class _Mock(RevioTarget):
    """The mock of the suite."""

    def __init__(self, handle: MockRevio, key: str | None) -> None:
        super().__init__(handle.url, handle.credentials, key)
        self._handle = handle

    @property
    def mock(self) -> MockRevio:
        return self._handle

    def _first(self, resource: Resource, search: Mapping[str, str | int]) -> Record | None:
        if resource in KEY_LINK_RESOURCES:
            records = self._handle.state.get(resource.table, [])
        else:
            records = self._handle.entities.all(resource.entity_type or resource.path)
        fields = resource.fields
        wanted = {name: fields[name].search_key(value) for name, value in search.items()}
        return next(
            (
                record
                for record in records
                if all(fields[name].search_key(record.get(name)) == key for name, key in wanted.items())
            ),
            None,
        )

    def delete_later(self, endpoint: str, record_id: int) -> None:  # noqa: ARG002 (nothing to do)
        _resource(endpoint)


class _Service(RevioTarget):
    """The real service."""

    is_mock = False

    def __init__(self, client: Client) -> None:
        access = client.access
        super().__init__(access.url, (access.username, access.password), access.subscription_key)
        self._client = client
        self._created: list[tuple[str, int]] = []

    @property
    def mock(self) -> MockRevio:
        return cast("MockRevio", _NoMock(self.url))

    def _first(self, resource: Resource, search: Mapping[str, str | int]) -> Record | None:
        from mockrevio.contract.paging import read_page

        query = [(f"{PREFIX}{name}", str(value)) for name, value in search.items()]
        return next(iter(read_page(self._client, f"/{resource.path}", query, 1, 1).records), None)

    def delete_later(self, endpoint: str, record_id: int) -> None:
        self._created.append((_resource(endpoint).path, record_id))

    def delete_created(self) -> list[str]:
        """Delete what tests have created, the newest first. Returns what is left, and why."""
        left = []
        while self._created:
            path, record_id = self._created.pop()
            reason = self._delete(f"/{path}/{record_id}")
            if reason is not None:
                left.append(f"{path}/{record_id}: {reason}")
        return left

    def _delete(self, path: str) -> str | None:
        from mockrevio.contract.client import Call

        try:
            answer = self._client.send(Call("DELETE", path))
        except MockrevioError as error:
            return str(error)
        is_gone = answer.status in (200, 204, 404)
        return None if is_gone else f"{answer.status} {answer.message}".rstrip()


class _NoMock:
    """Stands where a handle would be. Whatever a test asks of it, only a mock can do."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # Python itself asks
            raise AttributeError(name)
        pytest.skip(f"only a mock has mock.{name}; this suite runs against {self._url}")


def _resource(kind: str) -> Resource:
    resource = BUILT_IN.at(kind.lower())
    return resource if resource is not None else BUILT_IN.named(kind, [*ENTITIES])


def open_client(access: Access) -> Client:
    """A client of the real service. Raises MockrevioError if it cannot be used."""
    from mockrevio.contract.client import Client

    client = Client(access)
    answer = client.get("/SystemStatus")
    if answer.status != 200:
        raise MockrevioError(
            f"{access.url} responds to GET /SystemStatus with {answer.status}, as {access.username}: "
            f"{answer.message}"
        )
    return client


@contextmanager
def target_of_test(client: Client | None, request: pytest.FixtureRequest) -> Iterator[RevioTarget]:
    """The target of one test: the real service, if there is a client of it, or else the mock."""
    if client is None:
        handle, settings = (request.getfixturevalue(name) for name in ("mock_revio", "mock_revio_settings"))
        keys = settings.get("subscription_key") or ()
        yield _Mock(handle, keys if isinstance(keys, str) else next(iter(keys), None))
        return
    _skip_if_marked(request.node, client.access.url)
    service = _Service(client)
    try:
        yield service
    finally:
        left = service.delete_created()
    if left:
        raise MockrevioError(f"{service.url} did not delete what the test has created: {'; '.join(left)}")


def _skip_if_marked(item: pytest.Item, url: str) -> None:
    """Skip a test that asks for a certain world. What it lets pass in strict suites is of no account."""
    marker = Marker.of(item)
    asked = [*(["fixture"] if marker.fixture else ()), *marker.world_settings, *marker.server_settings]
    if asked:
        pytest.skip(f"only a mock has the marker's {', '.join(asked)}; this suite runs against {url}")
