"""Values that the settings dialog shows and edits.

Invariant: no value here holds a stored key; at most the last four characters of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from workbench.core.lanes import Endpoint
from workbench.core.origins import base_origin
from workbench.core.run_limits import Limits
from workbench.usecases.credentials import AddressQuestion
from workbench.usecases.endpoint_form import EndpointForm, FieldMistake
from workbench.usecases.endpoints import AnsweringForm
from workbench.usecases.provider_access import ProviderState, tail_of

if TYPE_CHECKING:
    from workbench.usecases.server_discovery import FoundServer

KeySource = Literal["", "keyring", "environment", "session"]
ThemeMode = Literal["system", "light", "dark"]
Motion = Literal["system", "reduced", "full"]

__all__ = [
    "EndpointInfo",
    "EndpointSaved",
    "FileForm",
    "KeyInfo",
    "KeySource",
    "KeysPage",
    "Motion",
    "SettingsSource",
    "ThemeMode",
    "tail_of",
]


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """The state of one provider's key.

    `source` is "" for no key; `tail` is the part that may be shown. `variable` is the environment variable that holds a
    key, whether in use or not; `variables` are all that are checked. `address` is the target of requests if it is not
    the provider's public address. A key with `waits` was entered for another address.
    """

    provider: str
    name: str
    source: KeySource = ""
    tail: str = ""
    variable: str = ""
    variables: tuple[str, ...] = ()
    address: str = ""
    waits: bool = False
    takes_key: bool = True

    @property
    def state(self) -> str:
        """The source and the target of the key, in words."""
        if self.address and not base_origin(self.address):
            return f"unusable address: {self.address}"
        if self.waits:
            return f"key not confirmed for {self.address}" if self.address else "key without an address"
        to = f", to {self.address}" if self.address else ""
        match self.source:
            case "keyring":
                return f"in the keyring ({self.tail}){to}"
            case "session":
                return f"for this session ({self.tail}){to}"
            case "environment":
                return f"from {self.variable}{to}"
            case _ if self.takes_key:
                return f"no key{to}"
            case _:
                return f"its own credentials{to}"


@dataclass(frozen=True, slots=True)
class KeysPage:
    """Keys of all providers; `sentence` says where keys are stored, or why there is no keyring."""

    keyring: bool
    sentence: str
    keys: tuple[KeyInfo, ...]


@dataclass(frozen=True, slots=True)
class EndpointInfo:
    """An endpoint of the user: an OpenAI-compatible address or a model file.

    `key_tail` is the visible part of its key, "" for none; `troubles` are current problems with its files.
    """

    endpoint: Endpoint
    key_tail: str = ""
    troubles: tuple[FieldMistake, ...] = ()


@dataclass(frozen=True, slots=True)
class FileForm:
    """The user's input for a model file; `adapter` is "" for none."""

    uid: str
    name: str
    path: str
    adapter: str = ""


@dataclass(frozen=True, slots=True)
class EndpointSaved:
    """An endpoint as stored, and a message for the user."""

    info: EndpointInfo
    warnings: tuple[str, ...] = ()


class SettingsSource(Protocol):
    """The backend of the dialog. Every call returns immediately; failures carry a `sentence`."""

    def keys(self) -> Future[KeysPage]:
        """Read the state of all keys."""
        ...

    def set_key(self, provider: str, value: str, *, session: bool) -> Future[KeyInfo]:
        """Store a key, in the keyring or for this session only."""
        ...

    def remove_key(self, provider: str) -> Future[KeyInfo]:
        """Remove a key; one in the environment then applies."""
        ...

    def test_key(self, provider: str) -> Future[str]:
        """Check with the provider that the effective key works; the sentence says what was tested."""
        ...

    def provider(self, provider: str) -> Future[ProviderState]:
        """Read the target address of a provider's requests, and its settings."""
        ...

    def save_provider(
        self, provider: str, address: str, settings: Mapping[str, str | None], *, session: bool
    ) -> Future[KeyInfo]:
        """Store an address ("" for the public one) and settings; None leaves a secret setting unchanged."""
        ...

    def confirm_address(self, question: AddressQuestion) -> Future[None]:
        """Allow keys for the address in the question."""
        ...

    def question_of(self, form: EndpointForm) -> Future[AddressQuestion | None]:
        """Return what has to be confirmed before stored keys are sent to the address in a form."""
        ...

    def endpoints(self) -> Future[tuple[EndpointInfo, ...]]:
        """Read the user's own endpoints: addresses and model files."""
        ...

    def save_endpoint(self, form: EndpointForm, *, session: bool) -> Future[EndpointSaved]:
        """Store an endpoint; a failure with `wrongs` names the fields to change."""
        ...

    def save_file(self, form: FileForm) -> Future[EndpointSaved]:
        """Store a model file; a failure with `wrongs` names the fields to change."""
        ...

    def remove_endpoint(self, uid: str) -> Future[None]:
        """Remove an endpoint and its keys."""
        ...

    def load_models(self, form: EndpointForm) -> Future[AnsweringForm]:
        """Fetch the model list of the address in the form, with the key typed or, without one, the stored key."""
        ...

    def look_for_servers(self) -> Future[tuple[FoundServer, ...]]:
        """Look for Ollama and LM Studio on this machine."""
        ...

    def limits(self) -> Future[Limits]:
        """Read the limits above which a run asks for confirmation."""
        ...

    def save_limits(self, limits: Limits) -> Future[None]:
        """Store the limits."""
        ...

    def save_appearance(self, mode: ThemeMode, scale: float, motion: Motion) -> Future[None]:
        """Store theme, font scale (1.0 = 100 %) and the amount of motion."""
        ...
