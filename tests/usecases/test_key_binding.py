"""No key reaches an address that it was not entered for: crafted histories, a fake server, and planted keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider
from tests.usecases.key_desk import HEADER, KEYRING, PLANTED, desk, failure, leaked, with_drawer
from tests.usecases.making import PATIENCE_S, Drawer, opened
from workbench.core.lanes import LITELLM, Lane
from workbench.core.provider_requirements import NOT_CONFIRMED
from workbench.engine.calls import EngineError
from workbench.host.keys import KeyStore
from workbench.host.provider_choices import ProviderChoices
from workbench.usecases.credentials import open_keys
from workbench.usecases.endpoint_form import EndpointForm


def test_endpoint_with_a_changed_address_gets_its_key_after_confirmation(tmp_path: Path) -> None:
    with FakeProvider() as mine, FakeProvider() as theirs, desk(tmp_path) as at:
        lane = Lane("a", at.saved(mine.base_url), "fake-1")
        assert at.run(lane).text == "Hello world"
        assert set(leaked(mine)) == {KEYRING, HEADER}
        at.change("UPDATE endpoints SET base_url = ? WHERE name = 'Mine'", theirs.base_url)
        refused = failure(at.run(lane))
        assert refused.code == NOT_CONFIRMED
        assert mine.url in refused.sentence
        assert theirs.base_url in refused.sentence
        assert theirs.requests == []
        endpoint = at.workbench.endpoints.find(lane.endpoint)
        assert endpoint is not None
        question = at.workbench.endpoints.question(endpoint)
        assert question is not None
        assert (question.entered_for, question.address) == ((mine.url,), theirs.base_url)
        at.workbench.endpoints.confirm(question)
        assert at.run(lane).text == "Hello world"
        assert set(leaked(theirs)) == {KEYRING, HEADER}
        assert at.workbench.endpoints.question(endpoint) is None


def test_confirmation_names_settings_as_the_source_of_a_changed_address(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        uid = at.saved("https://old.example")
        form = EndpointForm("Mine", "https://new.example", uid, needs_key=True, headers=(("X-Auth", None),))
        at.workbench.endpoints.save(form).done.result(PATIENCE_S)
        endpoint = at.workbench.endpoints.find(uid)
        assert endpoint is not None
        question = at.workbench.endpoints.question(endpoint)
        assert question is not None
        assert question.sentence == (
            "The key of “Mine” was entered for https://old.example, and its entry in Settings → Endpoints, which is "
            "part of this history, names https://new.example."
        )


def test_confirmation_shows_punycode_of_a_lookalike_address(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        uid = at.saved("https://llm.mine.example/v1")
        at.change("UPDATE endpoints SET base_url = ?", "https://llm.min\u0435.example/v1")  # its last e is Cyrillic
        endpoint = at.workbench.endpoints.find(uid)
        assert endpoint is not None
        question = at.workbench.endpoints.question(endpoint)
        assert question is not None
        assert question.entered_for == ("https://llm.mine.example",)
        assert question.address == "https://llm.min\u0435.example/v1, which is https://llm.xn--min-tdd.example"


def test_confirmation_is_stored_outside_the_history_without_the_key(tmp_path: Path) -> None:
    with FakeProvider() as mine, FakeProvider() as theirs:
        with desk(tmp_path) as at:
            drawer = at.workbench.keys._chosen
            uid = at.saved(mine.base_url)
            at.change("UPDATE endpoints SET base_url = ? WHERE uid = ?", theirs.base_url, uid)
            endpoint = at.workbench.endpoints.find(uid)
            assert endpoint is not None
            question = at.workbench.endpoints.question(endpoint)
            assert question is not None
            at.workbench.endpoints.confirm(question)
            kept = (at.workbench.places.config / "providers.json").read_text("utf-8")
            assert not [key for key in PLANTED if key in kept]
        with opened(tmp_path, None) as (workbench, _):
            assert isinstance(drawer, Drawer)
            with_drawer(workbench.keys, drawer)
            assert workbench.endpoints.question(endpoint) is None
            # Another key for the same endpoint needs a new confirmation.
            workbench.keys.set(f"endpoint:{uid}", "sk-planted-another", origin=mine.url)
            assert workbench.endpoints.question(endpoint) is not None


@pytest.mark.parametrize("source", ["environment", "keyring"])
def test_confirmation_is_valid_only_for_the_same_key(tmp_path: Path, source: str) -> None:
    """The variable's value, or what another program put into the keyring, may be another key tomorrow."""
    theirs, choices, drawer = "https://theirs.example", ProviderChoices(tmp_path), Drawer()

    def store(value: str) -> KeyStore:
        keys = open_keys({"GROQ_API_KEY": value} if source == "environment" else {}, choices)
        with_drawer(keys, drawer)
        if source == "keyring":
            drawer.set_password("prompt-workbench", "groq", value)
        return keys

    first = store("sk-planted-first")
    key = first.get("groq")
    assert key is not None
    assert key.source == source
    assert not first.may_go("groq", key, theirs)
    first.confirm("groq", key, theirs)
    assert first.may_go("groq", key, theirs)
    second = store("sk-planted-second")
    other = second.get("groq")
    assert other is not None
    assert not second.may_go("groq", other, theirs)
    again = store("sk-planted-first")
    assert again.may_go("groq", key, theirs)
    kept = (tmp_path / "providers.json").read_text("utf-8")
    assert "planted" not in kept
    second.confirm("groq", other, theirs)
    assert not again.may_go("groq", key, theirs)


def test_foreign_history_gets_no_key_of_an_endpoint_with_the_same_uid(tmp_path: Path) -> None:
    with FakeProvider() as mine, FakeProvider() as theirs:
        (tmp_path / "mine").mkdir()
        (tmp_path / "theirs").mkdir()
        with desk(tmp_path / "mine") as at:
            uid, drawer = at.saved(mine.base_url), at.workbench.keys._chosen
            assert isinstance(drawer, Drawer)
        # A foreign file that is opened with --db, restored, or moved into the place of the user's own history.
        with desk(tmp_path / "theirs") as at:
            with_drawer(at.workbench.keys, drawer)
            at.add(uid, "openai", theirs.base_url, needs_key=True, secret_headers='["X-Auth"]')
            assert failure(at.run(Lane("a", uid, "m"))).code == NOT_CONFIRMED
            endpoint = at.workbench.endpoints.find(uid)
            assert endpoint is not None
            with pytest.raises(EngineError, match="Nothing was sent"):
                at.workbench.endpoints.models(endpoint).result(PATIENCE_S)
            with pytest.raises(EngineError, match="Nothing was sent"):
                at.workbench.endpoints.test(endpoint).result(PATIENCE_S)
            form = EndpointForm(
                endpoint.name, theirs.base_url, uid, needs_key=True, key=None, headers=(("X-Auth", None),)
            )
            with pytest.raises(EngineError, match="Nothing was sent"):
                at.workbench.endpoints.models_of(form).result(PATIENCE_S)
            assert theirs.requests == []


def test_stored_row_of_the_built_in_endpoint_is_ignored(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.add(LITELLM, "litellm", "http://127.0.0.1:9/v1", needs_key=False)
        endpoint = at.workbench.endpoints.find(LITELLM)
        assert endpoint is not None
        assert endpoint.base_url == ""


def test_keys_of_another_endpoint_are_not_sent(tmp_path: Path) -> None:
    with FakeProvider() as mine, FakeProvider() as theirs, desk(tmp_path) as at:
        uid = at.saved(mine.base_url)
        # Its key would have the same keyring name as the header of the first endpoint.
        at.add(f"{uid}:header:x-auth", "openai", theirs.base_url, needs_key=True)
        at.add("other", "openai", theirs.base_url, needs_key=False, secret_headers='["X-Auth"]')
        assert failure(at.run(Lane("a", f"{uid}:header:x-auth", "m"))).code == NOT_CONFIRMED
        assert failure(at.run(Lane("a", "other", "m"))).code == "no_key"
        assert theirs.requests == []


@pytest.mark.parametrize(
    "written",
    [
        "http://127.0.0.1:{mine}@127.0.0.1:{theirs}/v1",
        "http://127.0.0.1:{theirs}\\@127.0.0.1:{mine}/v1",
        "{theirs}",
        "",
    ],
)
def test_ambiguous_address_gets_no_key(tmp_path: Path, written: str) -> None:
    with FakeProvider() as mine, FakeProvider() as theirs, desk(tmp_path) as at:
        uid = at.saved(mine.base_url)
        at.change("UPDATE endpoints SET base_url = ?", written.format(mine=mine.port, theirs=theirs.port))
        assert failure(at.run(Lane("a", uid, "m"))).code == "bad_address"
        endpoint = at.workbench.endpoints.find(uid)
        assert endpoint is not None
        assert at.workbench.endpoints.question(endpoint) is None, "nobody can confirm such an address"
        assert (mine.requests, theirs.requests) == ([], [])


def test_endpoint_key_of_an_earlier_release_needs_one_confirmation(tmp_path: Path) -> None:
    with FakeProvider() as mine, desk(tmp_path) as at:
        uid = at.saved(mine.base_url)
        drawer = at.workbench.keys._chosen
        assert isinstance(drawer, Drawer)
        drawer.kept["prompt-workbench", f"endpoint:{uid}"] = KEYRING
        drawer.kept["prompt-workbench", f"endpoint:{uid}:header:x-auth"] = HEADER
        at.workbench.keys.refresh()
        assert failure(at.run(Lane("a", uid, "m"))).code == NOT_CONFIRMED
        endpoint = at.workbench.endpoints.find(uid)
        assert endpoint is not None
        question = at.workbench.endpoints.question(endpoint)
        assert question is not None
        assert question.entered_for == ("",)
        at.workbench.endpoints.confirm(question)
        assert at.run(Lane("a", uid, "m")).text == "Hello world"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"confirmed": 1}', '{"confirmed": [1, ["a"], ["a", "b", 3]]}', "\x00"]
)
def test_damaged_confirmation_file_allows_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "providers.json").write_text(text, "utf-8")
    keys = open_keys({}, ProviderChoices(tmp_path))
    with_drawer(keys)
    keys.set("openai", KEYRING, session=True)
    key = keys.get("openai")
    assert key is not None
    assert not keys.may_go("openai", key, "http://127.0.0.1:9")
    keys.confirm("openai", key, "http://127.0.0.1:9")
    assert keys.may_go("openai", key, "http://127.0.0.1:9")
