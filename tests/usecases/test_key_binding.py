"""No key reaches an address that it was not entered for: crafted histories, a fake server, and planted keys."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider
from tests.usecases.making import PATIENCE_S, Drawer, draft, new_prompt, opened
from workbench.core.lanes import ECHO, FIXED_ENDPOINTS, LITELLM, Lane
from workbench.core.provider_requirements import NOT_CONFIRMED
from workbench.core.runs import Failure, Mark, Result
from workbench.engine.calls import EngineError
from workbench.host.keys import KeyStore
from workbench.host.provider_choices import ProviderChoices
from workbench.usecases.credentials import address_question, open_keys
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.workbench import Workbench

ENVIRONMENT, KEYRING, SESSION = "sk-planted-environment", "sk-planted-keyring", "sk-planted-session"
HEADER = "planted-header-value"
PLANTED = (ENVIRONMENT, KEYRING, SESSION, HEADER)
ENV = {
    "OPENAI_API_KEY": ENVIRONMENT,
    "ANTHROPIC_API_KEY": ENVIRONMENT,
    "GROQ_API_KEY": ENVIRONMENT,
    "PERPLEXITY_API_KEY": ENVIRONMENT,
}


@dataclass
class Desk:
    workbench: Workbench
    heard: object
    path: Path

    def run(self, lane: Lane) -> Result:
        """Run one lane and return its result."""
        uid = new_prompt(self.workbench, f"prompt {lane.model}")
        handle = self.workbench.runner.start_iteration(uid, draft(lane), based_on=None)
        assert handle.wait(4 * PATIENCE_S)
        assert handle.problem is None
        (transcript,) = handle.transcripts
        assert transcript.result is not None
        return transcript.result

    def change(self, sql: str, *values: object) -> None:
        """Change the history like another program."""
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute(sql, values)
        connection.close()

    def add(self, uid: str, kind: str, base_url: str, *, needs_key: bool, secret_headers: str = "[]") -> None:
        self.change(
            "INSERT INTO endpoints (uid, kind, name, base_url, needs_key, secret_headers, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')",
            uid,
            kind,
            f"Crafted {uid}",
            base_url,
            int(needs_key),
            secret_headers,
        )

    def saved(self, base_url: str) -> str:
        """Save an endpoint with a key and a secret header in the keyring; return its uid."""
        form = EndpointForm("Mine", base_url, needs_key=True, key=KEYRING, headers=(("X-Auth", HEADER),))
        saved = self.workbench.endpoints.save(form)
        saved.done.result(PATIENCE_S)
        return saved.endpoint.uid


@contextmanager
def desk(tmp_path: Path, env: dict[str, str] | None = None) -> Iterator[Desk]:
    """Open a workbench with its real engine, and with keys of providers in keyring and session."""
    with opened(tmp_path, None, {**ENV, **(env or {})}) as (workbench, heard):
        with_drawer(workbench.keys)
        workbench.engine.start()
        for provider in ("mistral", "groq", "deepinfra"):
            workbench.keys.set(provider, KEYRING)
        for provider in ("together_ai", "cerebras"):
            workbench.keys.set(provider, SESSION, session=True)
        yield Desk(workbench, heard, tmp_path / "w.db")


@dataclass(frozen=True)
class Gateways:
    """A workbench whose environment sets an address for each of some providers, and the servers there."""

    desk: Desk
    openai: FakeProvider
    anthropic: FakeProvider
    azure: FakeProvider
    gemini: FakeProvider
    groq: FakeProvider


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    """Shared by tests that add only runs and endpoints, because its engine loads LiteLLM, which takes seconds."""
    folder = tmp_path_factory.mktemp("gateways")
    with ExitStack() as stack:
        openai, anthropic, azure, gemini, groq = (stack.enter_context(FakeProvider()) for _ in range(5))
        env = {
            **homes(folder),
            "OPENAI_BASE_URL": openai.base_url,
            "ANTHROPIC_BASE_URL": anthropic.url,
            "AZURE_API_KEY": ENVIRONMENT,
            "AZURE_API_VERSION": "2024-10-21",
            "AZURE_API_BASE": azure.url,
            "GEMINI_API_KEY": ENVIRONMENT,
            "GEMINI_API_BASE": gemini.url,
            "GROQ_API_BASE": groq.base_url,
        }
        at = stack.enter_context(desk(folder, env))
        at.run(Lane("a", ECHO, "echo"))
        yield Gateways(at, openai, anthropic, azure, gemini, groq)


def homes(folder: Path) -> dict[str, str]:
    """Return the environment of a workbench whose files are separate from those of a test."""
    return {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("DATA", "STATE", "CONFIG", "CACHE")}


def with_drawer(keys: KeyStore, drawer: Drawer | None = None) -> Drawer:
    """Give a key store a keyring in memory."""
    drawer = drawer or Drawer()
    keys._chosen = drawer
    return drawer


def leaked(fake: FakeProvider) -> list[str]:
    """Return the planted keys that the server has received, anywhere in a request."""
    seen = "\n".join(f"{r.path}\n{r.headers}\n{r.body}" for r in fake.requests)
    return [key for key in PLANTED if key in seen]


def failure(result: Result) -> Failure:
    assert result.failure is not None, result.text
    return result.failure


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


PROVIDERS = (
    *("openai/gpt-5-mini", "groq/x", "mistral/x", "together_ai/x", "anthropic/claude-haiku-4-5", "perplexity/sonar"),
    "x",
)
SIGNED_IN = (
    *("vertex_ai/gemini-2.5-flash", "bedrock/amazon.nova-lite-v1:0", "sagemaker_chat/x", "github_copilot/gpt-4o"),
    "sap/x",
)


@pytest.mark.parametrize("needs_key", [False, True])
def test_provider_keys_are_never_sent_to_a_stored_address(gateways: Gateways, *, needs_key: bool) -> None:
    uid = f"key {needs_key}"
    with FakeProvider() as fake:
        gateways.desk.add(uid, "litellm", fake.base_url, needs_key=needs_key)
        for model in PROVIDERS:
            result = gateways.desk.run(Lane("a", uid, model))
            if needs_key:
                assert failure(result).code == "no_key", model
            assert leaked(fake) == [], model


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


@pytest.mark.parametrize("needs_key", [True, False])
def test_endpoint_without_an_address_gets_no_provider_key(gateways: Gateways, *, needs_key: bool) -> None:
    """The key belongs to the gateway, and the public address would be asked in its place."""
    uid, before, at = f"no address {needs_key}", len(gateways.openai.requests), gateways.desk
    at.add(uid, "litellm", "", needs_key=needs_key)
    endpoint = at.workbench.endpoints.find(uid)
    assert endpoint is not None
    for ask in (at.workbench.endpoints.models, at.workbench.endpoints.prices, at.workbench.endpoints.test):
        with pytest.raises(EngineError, match="has no address") as refused:
            ask(endpoint).result(PATIENCE_S)
        assert refused.value.failure.code == "bad_address"
    assert failure(at.run(Lane("a", uid, "openai/gpt-5-mini"))).code == "bad_address"
    assert len(gateways.openai.requests) == before


def test_model_that_is_an_address_is_refused(gateways: Gateways) -> None:
    with FakeProvider() as theirs:
        refused = failure(gateways.desk.run(Lane("a", LITELLM, f"oobabooga/{theirs.url}")))
        assert refused.code == "no_model"
        assert "is an address" in refused.sentence
        assert theirs.requests == []


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


def test_provider_key_of_an_earlier_release_is_bound_to_the_public_address() -> None:
    keys = open_keys({})
    drawer = with_drawer(keys)
    drawer.kept["prompt-workbench", "openai"] = KEYRING
    key = keys.get("openai")
    assert key is not None
    assert (key.value, key.origin) == (KEYRING, "https://api.openai.com")
    assert keys.may_go("openai", key, "https://api.openai.com")
    assert not keys.may_go("openai", key, "http://api.openai.com")


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


@pytest.mark.parametrize("needs_key", [False, True])
def test_sign_in_of_the_computer_needs_a_confirmation(gateways: Gateways, *, needs_key: bool) -> None:
    uid = f"sign-in {needs_key}"
    with FakeProvider() as fake:
        gateways.desk.add(uid, "litellm", fake.base_url, needs_key=needs_key)
        for model in SIGNED_IN:
            refused = failure(gateways.desk.run(Lane("a", uid, model)))
            assert refused.code == NOT_CONFIRMED, model
            assert "sign-in of this computer" in refused.sentence, model
        assert fake.requests == []


def test_crafted_endpoint_settings_do_not_redirect_the_key(gateways: Gateways) -> None:
    at = gateways.desk
    with FakeProvider() as mine, FakeProvider() as theirs:
        form = EndpointForm("Mine", mine.url, needs_key=True, key=KEYRING, provider="anthropic")
        saved = at.workbench.endpoints.save(form)
        saved.done.result(PATIENCE_S)
        settings = {"base_url": theirs.url, "api_base": theirs.url, "api_key": "x", "custom_llm_provider": "openai"}
        at.change("UPDATE endpoints SET settings = ? WHERE uid = ?", json.dumps(settings), saved.endpoint.uid)
        assert at.run(Lane("a", saved.endpoint.uid, "claude-x")).text == "Hello world"
        assert theirs.requests == []
        assert leaked(mine) == [KEYRING]


@pytest.mark.parametrize("provider", ["gigachat", "replicate"])
def test_crafted_provider_of_an_endpoint_gets_no_key(gateways: Gateways, provider: str) -> None:
    """One exchanges the key at a token server, the other goes by an address that is not that of the endpoint."""
    at = gateways.desk
    with FakeProvider() as mine:
        form = EndpointForm(f"Mine {provider}", mine.url, needs_key=True, key=KEYRING, provider="anthropic")
        saved = at.workbench.endpoints.save(form)
        saved.done.result(PATIENCE_S)
        at.change("UPDATE endpoints SET provider = ? WHERE uid = ?", provider, saved.endpoint.uid)
        refused = failure(at.run(Lane("a", saved.endpoint.uid, "m")))
        assert (refused.code, "key of Mine" in refused.sentence) == ("bad_address", True), refused
        assert leaked(mine) == []


class TestAddressesInTheEnvironment:
    def test_environment_key_is_sent_to_the_environment_address(self, gateways: Gateways) -> None:
        result = gateways.desk.run(Lane("a", LITELLM, "gpt-5-mini"))
        assert result.text == "Hello world"
        assert leaked(gateways.openai) == [ENVIRONMENT]
        assert Mark("changed", "address", f"{gateways.openai.base_url} (OPENAI_BASE_URL)") in result.marks

    def test_alternative_address_variable_is_used(self, tmp_path: Path) -> None:
        with FakeProvider() as gateway, desk(tmp_path, {"OPENAI_API_BASE": gateway.base_url}) as at:
            assert at.run(Lane("a", LITELLM, "openai/gpt-5-mini")).text == "Hello world"

    def test_model_without_a_provider_prefix_uses_its_providers_address(self, gateways: Gateways) -> None:
        gateways.desk.run(Lane("a", LITELLM, "gemini-pro-latest"))
        assert leaked(gateways.gemini) == [ENVIRONMENT]

    def test_environment_address_is_used_for_anthropic_models(self, gateways: Gateways) -> None:
        assert gateways.desk.run(Lane("a", LITELLM, "claude-haiku-4-5")).text == "Hello world"
        assert leaked(gateways.anthropic) == [ENVIRONMENT]
        assert gateways.anthropic.requests[0].path == "/v1/messages"

    def test_shared_key_is_bound_to_the_gateway_of_one_provider(self) -> None:
        env = {"DASHSCOPE_API_KEY": ENVIRONMENT, "DASHSCOPE_API_BASE": "https://gateway.example/v1"}
        keys = open_keys(env)
        litellm = next(endpoint for endpoint in FIXED_ENDPOINTS if endpoint.uid == LITELLM)
        question = address_question(keys, litellm, "qwencloud/x", lambda _: "")
        assert question is not None
        assert question.sentence == (
            "The key of QwenCloud was entered for https://gateway.example, and the list of providers names "
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1."
        )
        for provider in ("dashscope", "qwencloud", "qwen_ai_platform"):
            key = keys.from_environment(provider)
            assert key is not None
            assert key.origin == "https://gateway.example"
        del env["DASHSCOPE_API_BASE"]
        key = open_keys(env).from_environment("qwencloud")
        assert key is not None
        assert key.origin == "https://dashscope-intl.aliyuncs.com"

    def test_keyring_key_needs_confirmation_for_the_environment_address(self, tmp_path: Path) -> None:
        env = {"OPENAI_API_KEY": "", "GROQ_API_KEY": ""}
        with FakeProvider() as gateway, desk(tmp_path, {**env, "GROQ_API_BASE": gateway.base_url}) as at:
            lane = Lane("a", LITELLM, "groq/llama")
            refused = failure(at.run(lane))
            assert refused.code == NOT_CONFIRMED
            assert "https://api.groq.com" in refused.sentence
            assert f"GROQ_API_BASE names {gateway.base_url}" in refused.sentence
            assert gateway.requests == []
            endpoint = at.workbench.endpoints.find(LITELLM)
            assert endpoint is not None
            question = at.workbench.endpoints.question(endpoint, lane.model)
            assert question is not None
            at.workbench.endpoints.confirm(question)
            assert at.run(lane).text == "Hello world"
            assert leaked(gateway) == [KEYRING]

    def test_environment_key_is_used_if_the_keyring_key_has_another_address(self, gateways: Gateways) -> None:
        assert gateways.desk.run(Lane("a", LITELLM, "groq/llama")).text == "Hello world"
        assert leaked(gateways.groq) == [ENVIRONMENT]

    def test_invalid_environment_address_is_refused(self, tmp_path: Path) -> None:
        with desk(tmp_path, {"OPENAI_BASE_URL": "gateway.example/v1"}) as at:
            refused = failure(at.run(Lane("a", LITELLM, "gpt-5-mini")))
            assert refused.code == "bad_address"
            assert "OPENAI_BASE_URL" in refused.sentence

    def test_azure_request_uses_deployment_version_and_environment_key(self, gateways: Gateways) -> None:
        gateways.desk.run(Lane("a", LITELLM, "azure/my-deployment"))
        path = gateways.azure.requests[0].path
        assert path.startswith("/openai/deployments/my-deployment/chat/completions")
        assert "2024-10-21" in path
        assert leaked(gateways.azure) == [ENVIRONMENT]
