"""What the settings dialog shows and asks for, as values.

Invariant: no value here holds a key that is kept; of one that is kept only the last four characters are known.
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
    """How it stands with the key of one provider.

    `source` is "" for no key; `tail` is what may be shown of it. `variable` is the environment variable that holds a
    key, whether it is the one in force or not; `variables` are all that are looked at. `address` is where requests go
    when that is not the provider's public address. A key that `waits` was entered for another address.
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
        """Where the key is and where it goes, in words."""
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
    """Keys of all providers; `sentence` says where keys are kept, or why there is no keyring."""

    keyring: bool
    sentence: str
    keys: tuple[KeyInfo, ...]


@dataclass(frozen=True, slots=True)
class EndpointInfo:
    """An endpoint of the person's own: an OpenAI-compatible address or a model file.

    `key_tail` is what may be shown of its key, "" for none; `troubles` say what is wrong with its files right now.
    """

    endpoint: Endpoint
    key_tail: str = ""
    troubles: tuple[FieldMistake, ...] = ()


@dataclass(frozen=True, slots=True)
class FileForm:
    """What a person typed about a model file; `adapter` is "" for none."""

    uid: str
    name: str
    path: str
    adapter: str = ""


@dataclass(frozen=True, slots=True)
class EndpointSaved:
    """An endpoint as it was written, and what a person should know about it."""

    info: EndpointInfo
    warnings: tuple[str, ...] = ()


class SettingsSource(Protocol):
    """What the dialog works on. Every call returns at once; failures carry a `sentence`."""

    def keys(self) -> Future[KeysPage]:
        """Read how it stands with all keys."""
        ...

    def set_key(self, provider: str, value: str, *, session: bool) -> Future[KeyInfo]:
        """Keep a key, in the keyring or for this session only."""
        ...

    def remove_key(self, provider: str) -> Future[KeyInfo]:
        """Forget a key; one in the environment then shows."""
        ...

    def test_key(self, provider: str) -> Future[str]:
        """Ask the provider whether the key in force works; the sentence says what was tested."""
        ...

    def provider(self, provider: str) -> Future[ProviderState]:
        """Read where a provider's requests go, and its settings."""
        ...

    def save_provider(
        self, provider: str, address: str, settings: Mapping[str, str | None], *, session: bool
    ) -> Future[KeyInfo]:
        """Keep an address ("" for the public one) and settings; None leaves a secret one as it is."""
        ...

    def confirm_address(self, question: AddressQuestion) -> Future[None]:
        """Allow keys for the address that was asked about."""
        ...

    def question_of(self, form: EndpointForm) -> Future[AddressQuestion | None]:
        """Return what has to be confirmed before kept keys go to the address in a form."""
        ...

    def endpoints(self) -> Future[tuple[EndpointInfo, ...]]:
        """Read the person's own endpoints: addresses and model files."""
        ...

    def save_endpoint(self, form: EndpointForm, *, session: bool) -> Future[EndpointSaved]:
        """Write an endpoint; a failure with `wrongs` says what to change where."""
        ...

    def save_file(self, form: FileForm) -> Future[EndpointSaved]:
        """Change a model file; a failure with `wrongs` says what to change where."""
        ...

    def remove_endpoint(self, uid: str) -> Future[None]:
        """Take an endpoint out of the list and forget its keys."""
        ...

    def load_models(self, form: EndpointForm) -> Future[tuple[str, ...]]:
        """Ask the address in the form for its models, with what was typed and, where nothing was, with what is kept."""
        ...

    def look_for_servers(self) -> Future[tuple[FoundServer, ...]]:
        """Look for Ollama and LM Studio on this machine."""
        ...

    def limits(self) -> Future[Limits]:
        """Read what one run may take before it is asked about."""
        ...

    def save_limits(self, limits: Limits) -> Future[None]:
        """Let these limits hold."""
        ...

    def save_appearance(self, mode: ThemeMode, scale: float, motion: Motion) -> Future[None]:
        """Remember theme, font scale (1.0 = 100 %) and how much may move."""
        ...
