"""The terminal refuses to send a key to an address that it was not entered for."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider
from tests.usecases.making import PATIENCE_S, Drawer, opened
from workbench.cli.main import main
from workbench.host import keys
from workbench.usecases.endpoint_form import EndpointForm

KEY = "sk-planted-0123456789"


class Terminal(io.StringIO):
    """Has the form of a key."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def drawer(monkeypatch: pytest.MonkeyPatch) -> Drawer:
    """Use one keyring for every process that the command starts."""
    made = Drawer()
    monkeypatch.setattr(keys, "_discover", lambda: made)
    return made


@pytest.fixture
def moved(tmp_path: Path, drawer: Drawer) -> tuple[str, FakeProvider]:
    """A history with an endpoint "Mine" whose address was changed to another server."""
    fake = FakeProvider()
    with opened(tmp_path, {}) as (workbench, _):
        form = EndpointForm("Mine", "http://127.0.0.1:9/v1", needs_key=True, key=KEY)
        workbench.endpoints.save(form).done.result(PATIENCE_S)
    return str(tmp_path / "w.db"), fake


def move(db: str, base_url: str) -> None:
    connection = sqlite3.connect(db)
    with connection:
        connection.execute("UPDATE endpoints SET base_url = ?", (base_url,))
    connection.close()


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    prompt = tmp_path / "p.prompt.yml"
    prompt.write_text("messages:\n  - role: user\n    content: Hi\n", "utf-8")
    return ["run", "--prompt", str(prompt), "--model", "Mine/fake-1"]


def test_moved_address_needs_confirm_option_without_a_terminal(
    moved: tuple[str, FakeProvider], command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    db, fake = moved
    with fake:
        move(db, fake.base_url)
        assert main([*command, "--db", db]) == 2
        said = capsys.readouterr().err
        assert "was entered for http://127.0.0.1:9" in said
        assert f"names {fake.base_url}" in said
        assert f"--confirm-address {fake.url}" in said
        assert fake.requests == []
        assert main([*command, "--db", db, "--confirm-address", fake.url]) == 0
        assert fake.requests[0].headers["authorization"] == f"Bearer {KEY}"
        assert main([*command, "--db", db]) == 0, "the confirmation is remembered"


@pytest.mark.parametrize(("answer", "code"), [("\n", 2), ("n\n", 2), ("", 2), ("y\n", 0)])
def test_moved_address_is_confirmed_at_a_terminal(
    moved: tuple[str, FakeProvider],
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    db, fake = moved
    out = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stderr", out)
    with fake:
        move(db, fake.base_url)
        assert main([*command, "--db", db]) == code
        assert "Send the key there?" in out.getvalue()
        assert bool(fake.requests) is (code == 0)


def test_confirming_another_address_sends_nothing(
    moved: tuple[str, FakeProvider], command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    db, fake = moved
    with fake:
        move(db, fake.base_url)
        assert main([*command, "--db", db, "--confirm-address", "http://127.0.0.1:9/v1"]) == 2
        assert fake.requests == []


def test_listing_models_at_moved_address_needs_confirm_option(
    moved: tuple[str, FakeProvider], capsys: pytest.CaptureFixture[str]
) -> None:
    db, fake = moved
    listing = ["models", "--endpoint", "Mine", "--db", db]
    with fake:
        move(db, fake.base_url)
        assert main(listing) == 2
        assert f"add --confirm-address {fake.url} to the command" in capsys.readouterr().err
        assert fake.requests == []
        assert main([*listing, "--confirm-address", fake.url]) == 0
        assert fake.requests[0].headers["authorization"] == f"Bearer {KEY}"
        assert main(listing) == 0, "the confirmation is remembered"
