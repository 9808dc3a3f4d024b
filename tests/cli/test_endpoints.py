"""`workbench endpoint` and `key`, against a fake server, with a keyring in memory."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider, models, status
from tests.usecases.making import Drawer
from workbench.cli.main import main
from workbench.host import keys

KEY = "sk-planted-0123456789"
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def drawer(monkeypatch: pytest.MonkeyPatch) -> Drawer:
    made = Drawer()
    monkeypatch.setattr(keys, "_discover", lambda: made)
    return made


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as server:
        yield server


@pytest.fixture
def said(
    db: str, drawer: Drawer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Said:
    def ask(*args: str, given: str = "", **env: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        code = main([*args, "--db", db], {"HOME": str(tmp_path), **env})
        shown = capsys.readouterr()
        assert KEY not in shown.out + shown.err
        return code, shown.out, shown.err

    return ask


@pytest.mark.parametrize(
    ("found", "kept"),
    [("/v1/models", "/v1"), ("/models", ""), ("/other/models", "")],
    ids=["only with it", "as given", "nowhere"],
)
def test_address_gets_v1_if_models_are_listed_only_there(
    said: Said, fake: FakeProvider, db: str, found: str, kept: str
) -> None:
    fake.answer = lambda request: models("fake-1") if request.path == found else status(404)
    address = fake.base_url.removesuffix("/v1")
    code, out, err = said("endpoint", "add", address, "--json")
    assert code == 0
    assert json.loads(out)["address"] == address + kept
    assert ("It lists models at" in err) == bool(kept)
    assert [request.path for request in fake.requests][:1] == ["/models"], "as given comes first"


def test_server_that_is_down_is_added_as_given(said: Said, fake: FakeProvider) -> None:
    fake.script(*[status(500)] * 3)
    address = fake.base_url.removesuffix("/v1")
    code, out, _ = said("endpoint", "add", address, "--json")
    assert (code, json.loads(out)["address"]) == (0, address)
    assert len(fake.requests) == 1


def test_endpoint_with_a_key_is_added_tested_used_and_removed(
    said: Said, fake: FakeProvider, drawer: Drawer, db: str
) -> None:
    code, out, _ = said("endpoint", "add", fake.base_url, "--key", given=f"{KEY}\n")
    name = f"127.0.0.1:{fake.port}"
    assert (code, out) == (0, f"Added the endpoint “{name}”. Its models are called {name}/MODEL.\n")
    assert any(KEY in value for value in drawer.kept.values())
    assert KEY.encode() not in Path(db).read_bytes()
    code, out, _ = said("endpoint", "test", name)
    assert code == 0
    assert out.startswith(f"{name}: ")
    assert fake.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    code, out, _ = said("run", "Hi", "--model", f"{name}/fake-1")
    assert (code, out) == (0, "Hello world\n")
    (listed,) = json.loads(said("endpoint", "list", "--json")[1])["endpoints"]
    assert (listed["name"], listed["address"], listed["needs_key"]) == (name, fake.base_url, True)
    assert said("endpoint", "list")[1].startswith(f"{name}\t{fake.base_url}\twith a key")
    assert said("endpoint", "remove", name)[0] == 0
    assert drawer.kept == {}
    code, _, err = said("endpoint", "test", name)
    assert (code, "There is no endpoint" in err) == (2, True)


def test_refused_key_is_an_error_without_the_key(said: Said, fake: FakeProvider) -> None:
    said("endpoint", "add", fake.base_url, "--name", "lab", "--key", given=f"{KEY}\n")
    fake.answer = lambda _: status(401, {"error": {"message": "bad key"}})
    code, out, err = said("endpoint", "test", "lab")
    assert (code, out) == (1, "")
    assert err.startswith("workbench: ")


def test_headers_are_sent_and_secret_ones_stay_in_the_keyring(
    said: Said, fake: FakeProvider, drawer: Drawer, db: str
) -> None:
    headers = ["--header", "X-Team=docs", "--secret-header", "X-Api-Key"]
    code, _, err = said("endpoint", "add", fake.base_url, "--name", "lab", "--key", *headers, given=f"{KEY}1\n{KEY}2\n")
    assert (code, err) == (0, "")
    assert said("endpoint", "test", "lab")[0] == 0
    sent = fake.requests[-1].headers
    assert (sent["authorization"], sent["x-team"], sent["x-api-key"]) == (f"Bearer {KEY}1", "docs", f"{KEY}2")
    assert KEY.encode() not in Path(db).read_bytes()
    code, _, err = said("endpoint", "add", fake.base_url, "--name", "b", "--header", f"X-Api-Key={KEY}")
    assert (code, "Use --secret-header X-Api-Key" in err) == (2, True)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["ftp://x"], "The address must begin with http:// or https://."),
        (["http://x/v1", "--name", "openai"], "is the name of a provider"),
        (["http://x/v1", "--key"], "Standard input has no line for the key."),
        (["http://x/v1", "--provider", "none-such"], "There is no provider “none-such”."),
        (["no-such.gguf"], "no longer exists"),
        (["http://x/v1", "--adapter", "a.gguf"], "An adapter belongs to a GGUF file."),
    ],
)
def test_wrong_endpoint_is_refused(args: list[str], sentence: str, said: Said) -> None:
    code, out, err = said("endpoint", "add", *args)
    assert (code, out) == (2, "")
    assert sentence in err


def test_gguf_file_is_an_endpoint(said: Said, tmp_path: Path) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF1234")
    assert said("endpoint", "add", str(file))[:2] == (0, "Added the endpoint “tiny”. Its models are called tiny.\n")
    assert said("endpoint", "test", "tiny")[:2] == (
        0,
        f"tiny: {file} is a GGUF file. It is loaded with the first run.\n",
    )
    file.unlink()
    assert said("endpoint", "test", "tiny")[0] == 2


def test_key_of_a_provider_is_stored_with_its_address(said: Said, drawer: Drawer) -> None:
    code, out, _ = said("key", "set", "OpenAI", given=f"  {KEY}\n")
    assert (code, out) == (0, "Stored the key of OpenAI. It is sent to https://api.openai.com/v1 only.\n")
    ((name, value),) = drawer.kept.items()
    assert name == ("prompt-workbench", "openai")
    assert KEY in value
    code, out, _ = said("key", "remove", "openai", "--json")
    assert json.loads(out) == {
        "json_format": 1,
        "name": "openai",
        "stored": False,
        "address": "https://api.openai.com/v1",
    }
    assert drawer.kept == {}


def test_key_of_a_provider_is_tested_at_its_address(said: Said, fake: FakeProvider) -> None:
    assert said("prompt", "new", "Any")[0] == 0
    gateway = {"OPENAI_BASE_URL": fake.base_url}
    assert said("key", "set", "openai", given=KEY, **gateway)[0] == 0
    code, out, _ = said("key", "test", "openai", **gateway)
    assert code == 0
    assert out.startswith("OpenAI: ")
    assert fake.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    code, _, err = said("key", "test", "mistral")
    assert (code, "There is no key to test yet" in err or "needs an API key" in err) == (1, True)


def test_key_of_an_endpoint_is_replaced_and_removed(said: Said, fake: FakeProvider, drawer: Drawer) -> None:
    said("endpoint", "add", fake.base_url, "--name", "lab", "--key", given="old-key-1234567890\n")
    assert said("key", "set", "lab", given=f"{KEY}\n")[0] == 0
    assert said("key", "test", "lab")[0] == 0
    assert fake.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    assert said("key", "remove", "lab")[0] == 0
    assert drawer.kept == {}
    assert said("key", "test", "lab")[0] == 0
    assert "authorization" not in fake.requests[-1].headers


def test_key_as_an_argument_is_refused_and_not_repeated(said: Said, drawer: Drawer) -> None:
    code, _, err = said("key", "set", "openai", KEY)
    assert code == 2
    assert "A key is read from standard input and is never an argument." in err
    assert drawer.kept == {}


def test_without_a_keyring_the_variable_is_named(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys.KeyStore, "available", lambda _: keys.KeyringStatus(False, "", "There is no keyring."))
    code, _, err = said("key", "set", "openai", given=f"{KEY}\n")
    assert (code, "Set the variable OPENAI_API_KEY instead." in err) == (2, True)
