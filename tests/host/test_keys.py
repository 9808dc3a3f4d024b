"""Keys: the order of sources, keyrings that fail, and the real Secret Service."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import keyring.backend
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest

from tests.patience import PROCESS_S
from workbench.host.errors import HostError
from workbench.host.keys import Key, KeyName, KeyStore

ROOT = Path(__file__).resolve().parents[2]
PLANTED = "sk-planted-0123456789"
NAMES = {
    "openai": KeyName(("OPENAI_API_KEY", "OPENAI_KEY"), "https://api.openai.com", ("https://gateway.example",) * 2)
}


class Memory(keyring.backend.KeyringBackend):
    """A keyring that counts its reads."""

    priority = -1  # type: ignore[assignment] # the library must not discover it by itself

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Broken(Memory):
    """A keyring that always raises, with its arguments in the message."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"locked {PLANTED}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"will not keep {password}")


class Chain(keyring.backends.chainer.ChainerBackend):
    """Keyring's combination of several backends."""

    __module__ = "keyring.backends.chainer"
    backends = ()


def test_key_is_set_read_and_removed() -> None:
    backend = Memory()
    store = KeyStore({}, backend)
    assert store.get("openai") is None
    assert store.set("openai", f"  {PLANTED}\n") == Key(PLANTED, "keyring")
    assert PLANTED in backend.kept["prompt-workbench", "openai"]
    assert KeyStore({}, backend).get("openai") == Key(PLANTED, "keyring")
    store.remove("openai")
    store.remove("openai")
    assert store.get("openai") is None
    assert backend.kept == {}


def test_session_key_overrides_keyring_and_keyring_overrides_environment() -> None:
    store = KeyStore({"OPENAI_KEY": "from-env"}, Memory(), names=NAMES)
    assert store.get("openai") == Key("from-env", "environment", "OPENAI_KEY", "https://gateway.example")
    store.set("openai", "from-keyring")
    assert store.get("openai") == Key("from-keyring", "keyring", origin="https://api.openai.com")
    store.set("openai", "from-session", session=True)
    assert store.get("openai") == Key("from-session", "session", origin="https://api.openai.com")
    assert store.from_environment("openai") == Key("from-env", "environment", "OPENAI_KEY", "https://gateway.example")
    store.remove("openai")
    assert store.get("openai") == Key("from-env", "environment", "OPENAI_KEY", "https://gateway.example")


def test_environment_key_is_given_to_its_own_provider_only() -> None:
    store = KeyStore({"OPENAI_API_KEY": PLANTED}, Memory(), names=NAMES)
    assert store.get("endpoint:0192") is None
    assert store.get("anthropic") is None


def test_found_key_is_cached_until_refresh() -> None:
    backend = Memory()
    store = KeyStore({}, backend)
    store.get("openai")
    backend.kept["prompt-workbench", "openai"] = PLANTED
    assert store.get("openai") == Key(PLANTED, "keyring")
    asked = backend.asked
    assert store.get("openai") == Key(PLANTED, "keyring")
    assert backend.asked == asked
    backend.kept.clear()
    store.refresh()
    assert store.get("openai") is None


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring(), keyring.backends.null.Keyring(), Chain()])
def test_without_a_keyring_keys_last_for_the_session(backend: keyring.backend.KeyringBackend) -> None:
    store = KeyStore({}, backend)
    status = store.available()
    assert not status.ok
    assert "this session" in status.sentence
    with pytest.raises(HostError, match="no keyring"):
        store.set("openai", PLANTED)
    assert store.get("openai") is None
    store.set("openai", PLANTED, session=True)
    assert store.get("openai") == Key(PLANTED, "session")
    store.remove("openai")
    assert store.get("openai") is None


def test_plain_text_file_keyring_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Memory, "__module__", "keyrings.alt.file")
    assert not KeyStore({}, Memory()).available().ok


def test_first_usable_keyring_of_a_chain_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    monkeypatch.setattr(Chain, "backends", (keyring.backends.null.Keyring(), memory))
    store = KeyStore({}, Chain())
    assert store.available().ok
    store.set("openai", PLANTED)
    assert memory.kept


def test_keyring_errors_are_reported_without_the_key() -> None:
    store = KeyStore({"OPENAI_API_KEY": "from-env"}, Broken(), names=NAMES)
    with pytest.raises(HostError, match="did not take the key") as caught:
        store.set("openai", PLANTED)
    error = caught.value
    assert PLANTED not in f"{error.sentence}{error.detail}{error!r}"
    assert error.__context__ is None
    assert store.get("openai") == Key("from-env", "environment", "OPENAI_API_KEY", "https://gateway.example")
    with pytest.raises(HostError, match="did not give the key") as caught:
        store.get("endpoint:1")
    assert PLANTED not in f"{caught.value.sentence}{caught.value.detail}"


def test_session_key_is_removed_even_if_the_keyring_fails() -> None:
    store = KeyStore({}, Broken())
    store.set("openai", PLANTED, session=True)
    with pytest.raises(HostError):
        store.remove("openai")
    assert store.secrets() == ()


def test_hanging_keyring_is_reported_and_does_not_block_redaction() -> None:
    answer, asked = Event(), Event()

    class Mute(Memory):
        def get_password(self, service: str, username: str) -> str | None:
            asked.set()
            answer.wait(30)
            return None

    store = KeyStore({}, Mute(), patience_s=0.2)
    store.set("session", PLANTED, session=True)
    with ThreadPoolExecutor(1) as pool:
        question = pool.submit(store.get, "openai")
        assert asked.wait(10)
        assert store.secrets() == (PLANTED,)
        with pytest.raises(HostError, match="within"):
            question.result(60)
    answer.set()


@pytest.mark.parametrize("value", ["", " \n", "two\nlines", "tab\tinside", "näme", "a\0b", "sk\u200b123456"])
def test_invalid_key_is_refused(value: str) -> None:
    store = KeyStore({}, Memory())
    with pytest.raises(HostError, match="key"):
        store.set("openai", value, session=True)
    assert store.get("openai") is None


def test_key_is_hidden_in_repr_and_str() -> None:
    store = KeyStore({}, Memory())
    key = store.set("openai", PLANTED)
    assert PLANTED not in f"{key!r}{key}{store!r}{store.available()}"
    assert store.secrets() == (PLANTED,)


def in_a_session(*command: str) -> str:
    """Run a command in its own D-Bus session and return its output."""
    done = subprocess.run(
        ["dbus-run-session", *command],
        env={**os.environ, "PYTHONPATH": str(ROOT), "DBUS_SESSION_BUS_ADDRESS": ""},
        capture_output=True,
        text=True,
        timeout=PROCESS_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


needs_bus = pytest.mark.skipif(not shutil.which("dbus-run-session"), reason="no D-Bus on this system")


@needs_bus
def test_secret_service_stores_keys_encrypted_with_their_origin(home: Path) -> None:
    code = """
import sys
from workbench.host.keys import KeyName, KeyStore
assert "keyring" not in sys.modules
store = KeyStore({})
assert "keyring" not in sys.modules
status = store.available()
assert status.ok and status.name == "the Secret Service keyring", status
assert store.get("openai") is None
store.set("openai", "sk-planted-0123456789")
store.set("endpoint:0192:header:X-Key", "Bearer planted")
fresh = KeyStore({})
assert fresh.get("openai").source == "keyring"
assert fresh.get("endpoint:0192:header:X-Key").value == "Bearer planted"
fresh.remove("openai")
assert KeyStore({}).get("openai") is None
store.set("endpoint:0192", "sk-planted-of-an-endpoint", origin="https://mine.example")
kept = KeyStore({}).get("endpoint:0192")
assert kept.value == "sk-planted-of-an-endpoint" and kept.origin == "https://mine.example"
assert not store.may_go("endpoint:0192", kept, "https://theirs.example")
import keyring
keyring.set_password("prompt-workbench", "groq", "sk-planted-by-an-earlier-release")
assert KeyStore({}, names={"groq": KeyName(origin="https://api.groq.com")}).get("groq").origin == "https://api.groq.com"
print("all good")
"""
    unlock = "echo -n secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
    assert in_a_session("--", "sh", "-c", f'{unlock}; exec "$0" -c "$1"', sys.executable, code) == "all good\n"
    planted = [f for f in home.rglob("*") if f.is_file() and b"sk-planted" in f.read_bytes()]
    assert planted == []


@needs_bus
def test_keys_last_for_the_session_without_a_secret_service(tmp_path: Path) -> None:
    code = """
from workbench.host.keys import KeyName, KeyStore
store = KeyStore({"OPENAI_API_KEY": "from-env"}, names={"openai": KeyName(("OPENAI_API_KEY",))})
status = store.available()
assert not status.ok and "this session" in status.sentence, status
assert store.get("openai").source == "environment"
store.set("x", "12345678", session=True)
print(store.get("x").source)
"""
    # Debian starts a Secret Service on demand; a bus without service files cannot.
    config = tmp_path / "bus.conf"
    config.write_text(
        "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context='default'>"
        "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/>"
        "</policy></busconfig>"
    )
    assert in_a_session(f"--config-file={config}", "--", sys.executable, "-c", code) == "session\n"
