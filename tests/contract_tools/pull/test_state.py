"""The state of a pull."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from mockrevio.contract.access import Access
from mockrevio.contract.pull import state as state_module
from mockrevio.contract.pull.state import PullState, default_path
from mockrevio.errors import SettingError

ACCESS = Access("http://localhost/v1", "jane@acme", "pass-word", "gateway-key")
PAGE = {"records": [{"customer_id": 7}], "has_more": False}


def opened(path: Path, access: Access = ACCESS, *, keep_personal_data: bool = False) -> PullState:
    return PullState(path, access, keep_personal_data=keep_personal_data)


def written(path: Path) -> bytes:
    """Write a state with one response, and return its key."""
    with opened(path) as state:
        state.put("/Customers?page=1", PAGE)
        return state.key


def test_what_was_put_is_there_in_the_next_run_with_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    key = written(path)
    with opened(path) as state:
        assert (state.count, state.get("/Customers?page=1"), state.get("/Bills")) == (1, PAGE, None)
        assert state.key == key
        state.put("/Bills", {"records": [], "has_more": False})
    with opened(path) as state:
        assert state.count == 2
        state.remove()
    assert not path.exists()
    with opened(path) as state:
        assert state.key != key


def test_without_a_response_there_is_no_file(tmp_path: Path) -> None:
    with opened(tmp_path / "state.jsonl") as state:
        state.remove()
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_for_its_owner_and_has_no_secrets(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    written(path)
    text = path.read_text("utf-8")
    assert not [secret for secret in ("pass-word", "gateway-key", "jane") if secret in text]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_line_and_what_follows_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    written(path)
    complete = path.read_bytes()
    path.write_bytes(complete + b"\0\0\0\n" + complete.splitlines(keepends=True)[1])
    with opened(path) as state:
        state.put("/Bills", PAGE)
    assert path.read_bytes().startswith(complete + b'{"request": "/Bills"')


def test_a_line_that_was_not_written_completely_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    written(path)
    complete = path.read_bytes()
    path.write_bytes(complete + b'{"request": "/Bills", "resp')
    with opened(path) as state:
        assert state.count == 1
        state.put("/Bills", PAGE)
    with opened(path) as state:
        assert state.get("/Bills") == PAGE
    assert path.read_bytes().startswith(complete)


@pytest.mark.parametrize(
    ("access", "keep", "what"),
    [
        (Access("http://localhost/other/v1", "jane@acme", "x"), False, "the address differs"),
        (Access("http://localhost/v1", "joe@acme", "x"), False, "the user differs"),
        (ACCESS, True, "the --keep-personal-data differs"),
    ],
)
def test_the_state_of_another_pull_is_not_used(tmp_path: Path, access: Access, keep: bool, what: str) -> None:
    path = tmp_path / "state.jsonl"
    written(path)
    with pytest.raises(SettingError, match=f"is the state of another pull: {what}; delete it to start over"):
        opened(path, access, keep_personal_data=keep)


def test_so_is_that_of_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.jsonl"
    written(path)
    monkeypatch.setattr(state_module, "__version__", "0.0.9")
    with pytest.raises(SettingError, match="the version of mockrevio differs"):
        opened(path)


@pytest.mark.parametrize(
    "data", [b"x", b"{}\n", b"[1]\n", b'{"entities": {}}\n', b'{"key": "00"}\n', b"\xff\n"]
)
def test_another_file_is_left_alone(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(data)
    with pytest.raises(SettingError, match=r"^--state: .*mine\.json is not the state of a pull"):
        opened(path)
    assert path.read_bytes() == data


def test_a_folder_and_a_place_that_cannot_be_written_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="is not the state of a pull; pass another file"):
        opened(tmp_path)
    with opened(tmp_path / "missing" / "state.jsonl") as state, pytest.raises(SettingError) as caught:
        state.put("/Bills", PAGE)
    assert "No such file or directory; pass a file in a writable folder" in str(caught.value)


def test_an_empty_file_is_a_new_state(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    path.touch()
    written(path)
    assert json.loads(path.read_bytes().splitlines()[1]) == {"request": "/Customers?page=1", "response": PAGE}


def test_the_default_place_is_named_after_the_client_code() -> None:
    assert default_path(ACCESS) == Path("mockrevio-pull-acme.jsonl")
    assert default_path(Access("http://x/v1", "a@../up b", "")) == Path("mockrevio-pull-.._up_b.jsonl")


@pytest.mark.parametrize("is_continued", [False, True], ids=["new", "continued"])
def test_of_two_pulls_at_once_one_is_refused_and_the_other_goes_on(
    tmp_path: Path, is_continued: bool
) -> None:
    path = tmp_path / "state.jsonl"
    if is_continued:
        written(path)
    with opened(path) as first, opened(path) as second:
        first.put("/Bills", PAGE)
        for request in ("/Notes", "/Files"):
            with pytest.raises(SettingError, match="in use by another pull; wait until that has ended"):
                second.put(request, PAGE)
        first.put("/Notes", PAGE)
    with opened(path) as state:
        assert (state.key, state.get("/Bills"), state.get("/Notes")) == (first.key, PAGE, PAGE)


def test_a_pull_whose_state_another_one_has_finished_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    written(path)
    with opened(path) as first, opened(path) as second:
        first.remove()
        with pytest.raises(SettingError, match="in use by another pull"):
            second.put("/Bills", PAGE)


@pytest.mark.parametrize(
    "line", [b"7", b"[]", b"{}", b'{"request": "/Bills"}', b'{"request": [], "response": 7}']
)
def test_a_line_of_another_form_is_read_again(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "state.jsonl"
    written(path)
    with path.open("ab") as file:
        file.write(line + b"\n")
    with opened(path) as state:
        assert state.count == 1
        state.put("/Bills", PAGE)
    with opened(path) as state:
        assert state.get("/Bills") == PAGE
