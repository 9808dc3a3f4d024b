"""Keys of providers and endpoints.

Invariant: a key is in the operating system's keyring or in this process's memory, never in a file of ours; it shows
itself in no repr, and no error of this module holds one. `keyring` is imported on the first question, not before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

from workbench.host.errors import HostError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "prompt-workbench"

# Long enough to type a password into the keyring's own dialog.
PATIENCE_S = 60.0
T = TypeVar("T")
KeySource = Literal["keyring", "environment", "session"]

# Backends that keep nothing, or keep it in a file of their own that others may read.
_NO_KEYRING = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


@dataclass(frozen=True, slots=True)
class Key:
    """A key and where it came from. `variable` is the environment variable's name, "" for the other sources."""

    value: str = field(repr=False)
    source: KeySource
    variable: str = ""


@dataclass(frozen=True, slots=True)
class KeyringStatus:
    """Whether there is a keyring, what it calls itself, and a sentence for people."""

    ok: bool
    name: str
    sentence: str
    detail: str = ""


class KeyStore:
    """Keys by name: a provider ("openai"), `endpoint:<uid>`, or `endpoint:<uid>:header:<name>`. Safe in any thread.

    What was set for this session wins over the keyring, and the keyring over the environment: what a person did in
    the product is newer than what their shell was started with. A found key is remembered, because a question to
    the keyring costs milliseconds in every run; `refresh` forgets.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        backend: KeyringBackend | None = None,
        *,
        variables: Mapping[str, Sequence[str]] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """`variables` says which environment variables may hold the key of a provider, the first that is set counts."""
        self._env = env
        self._variables = variables or {}
        self._chosen = backend
        self._patience_s = patience_s
        # One question at a time to the keyring, which may take as long as a person needs to unlock it. What is in
        # memory has a lock of its own, so that redacting an error never waits for that.
        self._asking = threading.RLock()
        self._memory = threading.Lock()
        self._session: dict[str, str] = {}
        self._found: dict[str, Key] = {}

    def available(self) -> KeyringStatus:
        """Return whether keys can be kept in a keyring on this machine, and which."""
        try:
            backend = self._backend()
        except HostError as error:
            return KeyringStatus(False, "", error.sentence, error.detail)
        if backend is None:
            return KeyringStatus(
                False,
                "",
                "There is no keyring on this machine, so keys are kept for this session only. "
                "Start one, such as GNOME Keyring or KWallet, to keep them.",
            )
        name = _name(backend)
        return KeyringStatus(True, name, f"Keys are kept in {name}.")

    def get(self, name: str) -> Key | None:
        """Return the key, or None when nobody has one. Raises HostError when only a broken keyring could tell."""
        with self._memory:
            if known := self._found.get(name):
                return known
            if name in self._session:
                return self._found.setdefault(name, Key(self._session[name], "session"))
        trouble: HostError | None = None
        try:
            value = self._ask(name)
        except HostError as error:
            value, trouble = "", error
        found = Key(value, "keyring") if value else self.from_environment(name)
        if found:
            with self._memory:
                # What was set while the keyring was thinking is newer than its answer.
                return self._found.setdefault(name, found)
        if trouble:
            raise trouble
        return None

    def remembers(self, name: str) -> bool:
        """Return whether `get` would answer at once, without a question to the keyring."""
        with self._memory:
            return name in self._found or name in self._session

    def from_environment(self, name: str) -> Key | None:
        """Return the key that the environment holds for a provider, whether or not another one wins over it."""
        for variable in self._variables.get(name, ()):
            if value := self._env.get(variable, "").strip():
                return Key(value, "environment", variable)
        return None

    def set(self, name: str, value: str, *, session: bool = False) -> Key:
        """Keep a key, in the keyring or for this session only; white space around it goes.

        Raises HostError when the value cannot be a key, or when there is no keyring or it refuses.
        """
        value = _clean(value)
        if session:
            with self._memory:
                self._session[name] = value
            return self._remember(name, Key(value, "session"))
        backend = self._backend()
        if backend is None:
            raise HostError(
                "There is no keyring on this machine. Keep the key for this session, or start a keyring "
                "such as GNOME Keyring or KWallet."
            )
        self._guarded(lambda: backend.set_password(SERVICE, name, value), "take the key")
        with self._memory:
            self._session.pop(name, None)
        return self._remember(name, Key(value, "keyring"))

    def remove(self, name: str) -> None:
        """Forget a key, in the session and in the keyring; one from the environment stays. Raises HostError."""
        try:
            backend = self._backend()
            if backend is not None and self._ask(name):
                self._guarded(lambda: backend.delete_password(SERVICE, name), "remove the key")
        finally:
            # After the keyring, so that a question that was under way cannot bring the key back.
            with self._memory:
                self._session.pop(name, None)
                self._found.pop(name, None)

    def refresh(self) -> None:
        """Ask the keyring again from now on, because a person may have changed it elsewhere."""
        with self._memory:
            self._found.clear()

    def secrets(self) -> tuple[str, ...]:
        """Return every key that was handed out or set, for `redact`."""
        with self._memory:
            return tuple({key.value for key in self._found.values()} | set(self._session.values()))

    def _remember(self, name: str, key: Key) -> Key:
        with self._memory:
            self._found[name] = key
        return key

    def _ask(self, name: str) -> str:
        backend = self._backend()
        if backend is None:
            return ""
        return self._guarded(lambda: backend.get_password(SERVICE, name), "give the key") or ""

    def _backend(self) -> KeyringBackend | None:
        with self._asking:
            if self._chosen is None:
                self._chosen = self._guarded(_discover, "start")
            return _usable(self._chosen)

    def _guarded(self, action: Callable[[], T], what: str) -> T:
        with self._asking:
            return _in_time(action, what, self._patience_s)


def _discover() -> KeyringBackend:
    import keyring

    return keyring.get_keyring()


def _usable(backend: KeyringBackend) -> KeyringBackend | None:
    """Return the backend, the first usable one of a chain, or None when it is no keyring."""
    module = type(backend).__module__
    if module == "keyring.backends.chainer":
        chain: Sequence[KeyringBackend] = getattr(backend, "backends", ())
        return next((usable for one in chain if (usable := _usable(one))), None)
    return None if module.startswith(_NO_KEYRING) else backend


def _name(backend: KeyringBackend) -> str:
    module = type(backend).__module__
    if module.startswith("keyring.backends."):
        known = {
            "SecretService": "the Secret Service keyring",
            "libsecret": "the Secret Service keyring",
            "kwallet": "KWallet",
            "macOS": "the macOS keychain",
            "Windows": "the Windows Credential Manager",
        }
        if name := known.get(module.split(".")[2]):
            return name
    return str(backend.name)


def _in_time(action: Callable[[], T], what: str, patience_s: float) -> T:
    """Do it on a thread of its own, because a service that never answers would keep this one for ever."""
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(action())
        except Exception as error:  # noqa: BLE001 - backends are plug-ins of other people and raise anything
            answer.set_exception(error)

    threading.Thread(target=ask, name="keyring", daemon=True).start()
    if not wait([answer], patience_s).done:
        raise HostError(
            f"The keyring did not {what} within {patience_s:.0f} seconds. Unlock it and try again, or keep the key "
            "for this session."
        )
    if error := answer.exception():
        # Only the type: the words of a foreign error could hold what was to be kept.
        raise HostError(
            f"The keyring did not {what}. Unlock or start it and try again, or keep the key for this session.",
            type(error).__name__,
        )
    return answer.result()


def _clean(value: str) -> str:
    value = value.strip()
    if not value:
        raise HostError("The key is empty. Paste the key that the provider gave you.")
    if not value.isascii() or not value.isprintable():
        raise HostError(
            "The key has characters that cannot be sent, such as a line break inside. Copy it again, alone."
        )
    return value
