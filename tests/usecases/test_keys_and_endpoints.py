"""Keys, endpoints and the local servers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.fakes.provider import JSON, FakeProvider, Reply, Send, Wait
from tests.usecases.making import PATIENCE_S, Drawer, opened
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Endpoint
from workbench.core.runs import Failure
from workbench.engine.calls import EngineError
from workbench.host.errors import HostError
from workbench.host.keys import KeyStore
from workbench.usecases.credentials import Credentials, credentials, provider_key
from workbench.usecases.destinations import key_names
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.endpoints import WrongFormError
from workbench.usecases.lane_calls import timeouts_for
from workbench.usecases.server_discovery import ServerCandidate, look_for_servers

LITELLM_ENDPOINT = next(e for e in FIXED_ENDPOINTS if e.uid == LITELLM)
SECRET = "sk-planted-0123456789"


def keys(env: Mapping[str, str] | None = None) -> KeyStore:
    return KeyStore(env or {}, Drawer(), names=key_names(env or {}))


def nobody_knows(model: str) -> str:
    return ""


class TestCredentials:
    def test_provider_key_is_used_for_its_models(self) -> None:
        store = keys({"ANTHROPIC_API_KEY": SECRET})
        assert credentials(store, LITELLM_ENDPOINT, "claude-haiku-4-5", nobody_knows) == Credentials(SECRET)
        assert credentials(store, LITELLM_ENDPOINT, "anthropic/claude-haiku-4-5", nobody_knows) == Credentials(SECRET)
        assert isinstance(credentials(store, LITELLM_ENDPOINT, "gpt-5", nobody_knows), Failure)

    def test_provider_is_taken_from_the_catalogue_if_the_id_has_none(self) -> None:
        store = keys({"MISTRAL_API_KEY": SECRET})
        found = credentials(store, LITELLM_ENDPOINT, "codestral-latest", lambda model: "mistral")
        assert found == Credentials(SECRET)

    @pytest.mark.parametrize("model", ["ollama/llama3", "llamafile/x", "vertex_ai/gemini", "never-heard-of/x", "x"])
    def test_models_without_a_key_or_provider_get_no_credentials(self, model: str) -> None:
        assert credentials(keys(), LITELLM_ENDPOINT, model, nobody_knows) == Credentials()

    def test_environment_key_is_never_sent_to_a_custom_address(self) -> None:
        store = keys({"OPENAI_API_KEY": SECRET})
        open_ = Endpoint("e", "openai", "Mine", "http://127.0.0.1:1/v1")
        closed = Endpoint("e", "openai", "Mine", "http://127.0.0.1:1/v1", needs_key=True)
        assert credentials(store, open_, "gpt-5", nobody_knows) == Credentials()
        failure = credentials(store, closed, "gpt-5", nobody_knows)
        assert isinstance(failure, Failure)
        assert failure.code == "no_key"

    @pytest.mark.parametrize(
        ("endpoint", "patient"),
        [
            (FIXED_ENDPOINTS[0], True),
            (Endpoint("g", "gguf", "G", path="/m.gguf"), True),
            (Endpoint("o", "openai", "Ollama", "http://127.0.0.1:11434/v1"), True),
            (Endpoint("o", "openai", "Far", "https://h.example/v1"), False),
            (LITELLM_ENDPOINT, False),
        ],
    )
    def test_local_models_get_a_long_first_token_timeout(self, endpoint: Endpoint, patient: bool) -> None:
        assert timeouts_for(endpoint).first == (600.0 if patient else 60.0)

    def test_missing_secret_header_is_named(self) -> None:
        failure = credentials(
            keys(), Endpoint("e", "openai", "Mine", "http://h/v1", secret_headers=("X-Auth",)), "m", str
        )
        assert isinstance(failure, Failure)
        assert "X-Auth" in failure.sentence

    def test_broken_keyring_returns_a_failure(self) -> None:
        class Broken(Drawer):
            def get_password(self, service: str, username: str) -> str | None:
                raise OSError("locked")

        failure = credentials(KeyStore({}, Broken()), LITELLM_ENDPOINT, "gpt-5", nobody_knows)
        assert isinstance(failure, Failure)
        assert failure.code == "no_key"
        assert "keyring" in failure.sentence

    def test_providers_of_one_company_share_a_key(self) -> None:
        assert provider_key("cohere") == provider_key("cohere_chat")
        assert provider_key("openai") == "openai"
        assert provider_key("ollama") != provider_key("lm_studio")

    def test_keys_are_not_in_the_repr(self) -> None:
        assert SECRET not in repr(Credentials(SECRET, (("X", SECRET),)))
        assert SECRET not in repr(EndpointForm("n", "u", key=SECRET, headers=(("X", SECRET),)))


class TestEndpoints:
    def test_secrets_are_stored_in_the_key_store_and_not_in_the_database(self, tmp_path: Path) -> None:
        with opened(tmp_path, {"listed": ["m1", "m2"]}) as (workbench, _):
            workbench.engine.start()
            form = EndpointForm(
                " Mine ",
                "http://127.0.0.1:9/v1/",
                needs_key=True,
                key=SECRET,
                headers=(("X-Title", "Workbench"), ("X-Auth", "hush-hush")),
            )
            saved = workbench.endpoints.save(form, session_only=True)
            saved.done.result(PATIENCE_S)
            endpoint = workbench.endpoints.find(saved.endpoint.uid)
            assert endpoint == saved.endpoint
            assert endpoint is not None
            assert (endpoint.name, endpoint.base_url) == ("Mine", "http://127.0.0.1:9/v1")
            assert endpoint.headers == (("X-Title", "Workbench"),)
            assert endpoint.secret_headers == ("X-Auth",)
            found = credentials(workbench.keys, endpoint, "m", nobody_knows)
            assert found == Credentials(SECRET, (("X-Auth", "hush-hush"),))
            assert workbench.endpoints.models(endpoint).result(PATIENCE_S) == ("m1", "m2")
            assert workbench.endpoints.test(endpoint).result(PATIENCE_S) == "The key works."
        raw = b"".join(file.read_bytes() for file in tmp_path.glob("w.db*") if file.is_file())
        assert SECRET.encode() not in raw
        assert b"hush-hush" not in raw

    def test_changing_an_endpoint_keeps_secrets_that_are_not_replaced(self, tmp_path: Path) -> None:
        with opened(tmp_path, {}) as (workbench, _):
            uid = self._saved(workbench, EndpointForm("Mine", "http://h/v1", "", True, SECRET, (("X-Auth", "hush"),)))
            self._saved(workbench, EndpointForm("Other", "http://h/v1", uid, True, None, (("X-Auth", None),)))
            endpoint = workbench.endpoints.find(uid)
            assert endpoint is not None
            assert endpoint.name == "Other"
            assert credentials(workbench.keys, endpoint, "m", str) == Credentials(SECRET, (("X-Auth", "hush"),))
            self._saved(workbench, EndpointForm("Other", "http://h/v1", uid))
            endpoint = workbench.endpoints.find(uid)
            assert endpoint is not None
            assert (endpoint.needs_key, endpoint.secret_headers) == (False, ())
            assert workbench.keys.get(f"endpoint:{uid}") is None
            assert workbench.keys.get(f"endpoint:{uid}:header:x-auth") is None

    def test_removing_an_endpoint_deletes_its_key(self, tmp_path: Path) -> None:
        with opened(tmp_path, {}) as (workbench, _):
            uid = self._saved(workbench, EndpointForm("Mine", "http://h/v1", "", True, SECRET))
            workbench.endpoints.remove(uid).result(PATIENCE_S)
            assert workbench.endpoints.find(uid) is None
            assert workbench.keys.get(f"endpoint:{uid}") is None
            assert workbench.endpoints.custom() == []

    def test_invalid_form_changes_nothing(self, tmp_path: Path) -> None:
        with opened(tmp_path, {}) as (workbench, _):
            with pytest.raises(WrongFormError) as caught:
                workbench.endpoints.save(EndpointForm("", "nowhere", "", True, SECRET))
            assert {wrong.where for wrong in caught.value.wrongs} == {"name", "base_url"}
            assert workbench.endpoints.custom() == []
            assert workbench.keys.secrets() == ()

    def test_endpoint_with_a_key_is_not_saved_without_a_keyring(self, tmp_path: Path) -> None:
        with opened(tmp_path, {}) as (workbench, _):
            with pytest.raises(HostError, match="this session"):
                workbench.endpoints.save(EndpointForm("Mine", "http://h/v1", "", True, SECRET))
            assert workbench.endpoints.custom() == []

    def test_gguf_files_are_checked_before_they_are_saved(self, tmp_path: Path) -> None:
        good, bad = tmp_path / "m.gguf", tmp_path / "bad.gguf"
        good.write_bytes(b"GGUF....")
        bad.write_bytes(b"PK")
        with opened(tmp_path, {}) as (workbench, _):
            with pytest.raises(WrongFormError) as caught:
                workbench.endpoints.save_file("Tiny", tmp_path / "none.gguf", bad)
            assert [wrong.where for wrong in caught.value.wrongs] == ["path", "adapter"]
            saved = workbench.endpoints.save_file("Tiny", good)
            saved.done.result(PATIENCE_S)
            assert workbench.endpoints.custom() == [Endpoint(saved.endpoint.uid, "gguf", "Tiny", path=str(good))]

    def test_testing_a_missing_key_is_refused_without_a_request(self, tmp_path: Path) -> None:
        with opened(tmp_path, {}) as (workbench, _):
            with pytest.raises(EngineError, match="OpenAI needs an API key"):
                workbench.endpoints.test_provider("openai").result(PATIENCE_S)
            workbench.keys.set("openai", SECRET, session=True)
            workbench.engine.start()
            assert workbench.endpoints.test_provider("openai").result(PATIENCE_S) == "The key works."

    @staticmethod
    def _saved(workbench: object, form: EndpointForm) -> str:
        saved = workbench.endpoints.save(form, session_only=True)  # type: ignore[attr-defined]
        saved.done.result(PATIENCE_S)
        return str(saved.endpoint.uid)


@contextmanager
def server(status: int, body: bytes, location: str = "") -> Iterator[tuple[ServerCandidate, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield ServerCandidate("Ollama", f"http://127.0.0.1:{http.server_port}/v1"), asked
        finally:
            http.shutdown()
            thread.join()


class TestDiscovery:
    def test_running_server_is_found_with_its_models(self) -> None:
        body = json.dumps({"object": "list", "data": [{"id": "llama3:8b"}, {"no": "id"}]}).encode()
        with server(200, body) as (candidate, asked):
            (found,) = look_for_servers([candidate], PATIENCE_S)
            assert (found.running, found.models) == (True, ("llama3:8b",))
            assert found.sentence == "Ollama is running with 1 model."
            assert asked == ["/v1/models"]

    def test_server_without_models_is_found(self) -> None:
        with server(200, b'{"data": []}') as (candidate, _):
            (found,) = look_for_servers([candidate], PATIENCE_S)
            assert found.running
            assert "no models yet" in found.sentence

    @pytest.mark.parametrize(
        ("status", "body"), [(404, b""), (200, b"<html>"), (200, b"[]"), (500, b"\xff"), (200, b"[" * 10**5)]
    )
    def test_other_program_at_the_address_is_not_taken_for_the_server(self, status: int, body: bytes) -> None:
        with server(status, body) as (candidate, _):
            (found,) = look_for_servers([candidate], PATIENCE_S)
            assert not found.running
            assert "Another program answers at the address of Ollama" in found.sentence

    def test_slow_dripping_server_times_out(self) -> None:
        with FakeProvider() as fake:
            fake.answer = lambda request: Reply((*[Send(b" "), Wait(0.02)] * 10_000,), headers=JSON)
            (found,) = look_for_servers([ServerCandidate("Ollama", fake.base_url)], 0.3)
            assert not found.running
            fake.wait_for(lambda f: f.disconnects == 1)

    def test_redirects_are_not_followed(self) -> None:
        with server(200, b'{"data": [{"id": "evil"}]}') as (elsewhere, asked):
            with server(302, b"", location=f"{elsewhere.base_url}/models") as (candidate, _):
                (found,) = look_for_servers([candidate])
            assert not found.running
            assert asked == []

    def test_missing_server_is_reported_without_using_the_proxy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with server(200, b'{"data": []}') as (proxy, asked):
            monkeypatch.setenv("http_proxy", proxy.base_url)
            (found,) = look_for_servers([ServerCandidate("LM Studio", "http://127.0.0.1:9/v1")])
            assert (found.running, found.sentence) == (False, "LM Studio is not running. Start it, then look again.")
            assert asked == []
