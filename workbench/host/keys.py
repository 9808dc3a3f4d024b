"""Keys of providers and endpoints, each with the addresses that it may be sent to.

Invariant: a key is stored in the operating system's keyring or in this process's memory, never in a file of the
product; no repr and no error of this module contains one. A key is stored with the origin it was entered for.
`keyring` is imported on the first access, not before.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal, TypeVar

from workbench.host.errors import HostError
from workbench.host.provider_choices import ConfirmedAddress, ProviderChoices

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "prompt-workbench"

# Long enough to type a password into the keyring's own dialog.
PATIENCE_S = 60.0
T = TypeVar("T")
KeySource = Literal["keyring", "environment", "session"]

# Backends that store nothing, or store keys in a file that others may read.
_NO_KEYRING = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


# Marks the JSON form of a stored key; no provider's key has this form.
_FORMAT = "prompt-workbench"


@dataclass(frozen=True, slots=True)
class Key:
    """A key and its source. `variable` is the environment variable's name, "" for the other sources.

    `origin` is the origin it was entered for, in the form of `core.origins`; "" when unknown.
    """

    value: str = field(repr=False)
    source: KeySource
    variable: str = ""
    origin: str = ""

    @property
    def place(self) -> str:
        """The storage of the key as named in confirmations: the variable's name or the source."""
        return self.variable or self.source


@dataclass(frozen=True, slots=True)
class KeyName:
    """Static facts about the name of a key.

    `variables` are environment variables that may hold it; the first that is set is used. `origin` applies to keys
    stored without one, `environment_origins` to keys from the environment, one for each variable. The absence of an
    `optional` key in the keyring is cached.
    """

    variables: tuple[str, ...] = ()
    origin: str = ""
    environment_origins: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class KeyringStatus:
    """Whether a keyring is available, its name, and a sentence for the user."""

    ok: bool
    name: str
    sentence: str
    detail: str = ""


class KeyStore:
    """Keys by name: a provider ("openai"), `openai:client_secret`, `endpoint:<uid>`, or `endpoint:<uid>:header:<name>`.

    Keys of this session take precedence over the keyring, and the keyring over the environment, because a key entered
    in the product is newer than the shell's environment. Keys from the keyring are cached, because each access takes
    milliseconds; `refresh` clears the cache. Thread-safe.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        backend: KeyringBackend | None = None,
        *,
        names: Mapping[str, KeyName] | None = None,
        choices: ProviderChoices | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """`names` describes the keys of providers; `choices` holds the confirmed other addresses of keys."""
        self._env = env
        self._names = names or {}
        self.choices = choices or ProviderChoices()
        self._chosen = backend
        self._patience_s = patience_s
        # Serialises access to the keyring, which may take as long as the user needs to unlock it. The memory has its
        # own lock, so that redacting an error never waits for that.
        self._asking = threading.RLock()
        self._memory = threading.Lock()
        self._session: dict[str, Key] = {}
        self._kept: dict[str, Key] = {}
        # Names without a key in the keyring, cached if the environment has one or the key is optional.
        self._absent: set[str] = set()

    @property
    def env(self) -> Mapping[str, str]:
        """The environment in which keys are looked up."""
        return self._env

    def available(self) -> KeyringStatus:
        """Return whether this machine has a usable keyring, and which."""
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
        """Return the effective key, or None; for display, not for sending. Raises HostError as `all` does."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Key]:
        """Yield the keys of a name in order of precedence.

        Lazy: after a key of this session, the keyring is accessed only for the second one. Raises HostError when the
        keyring fails and neither the session nor the environment has a key.
        """
        with self._memory:
            session = self._session.get(name)
        if session is not None:
            yield session
        trouble: HostError | None = None
        try:
            kept = self._from_keyring(name)
        except HostError as error:
            kept, trouble = None, error
        if kept is not None:
            yield kept
        environment = self.from_environment(name)
        if environment is not None:
            with self._memory:
                if kept is None and trouble is None:
                    self._absent.add(name)
            yield environment
        if trouble is not None and session is None and environment is None:
            raise trouble

    def may_go(self, name: str, key: Key, origin: str) -> bool:
        """Return whether a key may be sent to an origin: it was entered for it, or the user confirmed it."""
        if not origin:
            return False
        return key.origin == origin or self.choices.is_confirmed(ConfirmedAddress(name, key.place, origin), key.value)

    def confirm(self, name: str, key: Key, origin: str) -> None:
        """Allow a key for another origin permanently. Raises HostError."""
        self.choices.confirm(ConfirmedAddress(name, key.place, origin), key.value)

    def remembers(self, name: str) -> bool:
        """Return whether `all` returns without accessing the keyring."""
        with self._memory:
            return name in self._kept or name in self._session or name in self._absent

    def from_environment(self, name: str) -> Key | None:
        """Return the key of a provider in the environment, even if another one takes precedence."""
        known = self._names.get(name)
        for variable, origin in zip_longest(known.variables, known.environment_origins, fillvalue="") if known else ():
            if value := self._env.get(variable, "").strip():
                return Key(value, "environment", variable, origin)
        return None

    def set(self, name: str, value: str, *, session: bool = False, origin: str = "", lines: bool = False) -> Key:
        """Store a key for an origin, in the keyring or for this session only; surrounding white space is stripped.

        `origin` defaults to the provider's own address. With `lines` the key may have several lines, as a key file
        does. Confirmations for earlier keys of this name are removed. Raises HostError when the value cannot be a key,
        and when there is no keyring or it refuses.
        """
        value = value.strip() if lines else _clean(value)
        origin = origin or self._own_origin(name)
        key = Key(value, "session" if session else "keyring", origin=origin)
        if not session:
            backend = self._backend()
            if backend is None:
                raise HostError(
                    "There is no keyring on this machine. Keep the key for this session, or start a keyring "
                    "such as GNOME Keyring or KWallet."
                )
            text = _written(key)
            # First: if the process ends in between, an earlier confirmation must not hold for the new key.
            self.choices.forget(name)
            self._guarded(lambda: backend.set_password(SERVICE, name, text), "take the key")
        else:
            self.choices.forget(name)
        with self._memory:
            self._absent.discard(name)
            if session:
                self._session[name] = key
            else:
                self._session.pop(name, None)
                self._kept[name] = key
        return key

    def remove(self, name: str) -> None:
        """Remove a key from the session and the keyring; the environment is not changed. Raises HostError."""
        try:
            backend = self._backend()
            if backend is not None and self._ask(name):
                self._guarded(lambda: backend.delete_password(SERVICE, name), "remove the key")
            self.choices.forget(name)
        finally:
            # After the keyring, so that a concurrent read cannot restore the key.
            with self._memory:
                self._session.pop(name, None)
                self._kept.pop(name, None)

    def refresh(self) -> None:
        """Clear the cache, because the keyring may have been changed by another program."""
        with self._memory:
            self._kept.clear()
            self._absent.clear()

    def secrets(self) -> tuple[str, ...]:
        """Return all known keys, for redaction."""
        with self._memory:
            known = {key.value for key in (*self._kept.values(), *self._session.values())}
        environment = (self.from_environment(name) for name in self._names)
        return tuple(known | {key.value for key in environment if key is not None})

    def _own_origin(self, name: str) -> str:
        known = self._names.get(name)
        return known.origin if known else ""

    def _from_keyring(self, name: str) -> Key | None:
        with self._memory:
            if known := self._kept.get(name):
                return known
            if name in self._absent:
                return None
        text = self._ask(name)
        if not text:
            if name in self._names and self._names[name].optional:
                with self._memory:
                    self._absent.add(name)
            return None
        key = _read(text, self._own_origin(name))
        with self._memory:
            # A key set during the read is newer than its result.
            return self._kept.setdefault(name, key)

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


def _written(key: Key) -> str:
    """Return the form stored in the keyring: the key with the origin it was entered for."""
    return json.dumps({_FORMAT: 1, "key": key.value, "origin": key.origin})


def _read(text: str, own_origin: str) -> Key:
    """Parse the form of `_written`; any other text is a key of an earlier release, for the provider's own address."""
    if text.startswith("{"):
        try:
            data = json.loads(text)
        except ValueError:
            data = None
        if isinstance(data, dict) and _FORMAT in data and isinstance(data.get("key"), str):
            origin = data.get("origin")
            return Key(data["key"], "keyring", origin=origin if isinstance(origin, str) else "")
    return Key(text, "keyring", origin=own_origin)


def _discover() -> KeyringBackend:
    import keyring

    return keyring.get_keyring()


def _usable(backend: KeyringBackend) -> KeyringBackend | None:
    """Return the backend, or the first usable one of a chain; None when it stores no keys safely."""
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
    """Run `action` on its own thread with a timeout in seconds, because a keyring service may never answer."""
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(action())
        except Exception as error:  # noqa: BLE001 - backends are third-party plug-ins and may raise anything
            answer.set_exception(error)

    threading.Thread(target=ask, name="keyring", daemon=True).start()
    if not wait([answer], patience_s).done:
        raise HostError(
            f"The keyring did not {what} within {patience_s:.0f} seconds. Unlock it and try again, or keep the key "
            "for this session."
        )
    if error := answer.exception():
        # Only the type: the message of a third-party error could contain the key.
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
