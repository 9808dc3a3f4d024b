"""The backend of the settings dialog on an open workbench.

Invariant: keyring, database and network are never used on the calling thread; no stored key leaves this module beyond
its last four characters.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workbench.app.future_results import start, start_then
from workbench.app.settings.form_data import (
    EndpointInfo,
    EndpointSaved,
    FileForm,
    KeyInfo,
    KeysPage,
    Motion,
    ThemeMode,
    tail_of,
)
from workbench.core.lanes import Endpoint
from workbench.core.providers import PROVIDERS, provider_name
from workbench.core.run_limits import LIMITS, Limits
from workbench.host import settings as stored
from workbench.host.errors import HostError
from workbench.usecases.credentials import AddressQuestion, endpoint_key
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.endpoints import AnsweringForm, file_troubles
from workbench.usecases.provider_access import (
    ProviderState,
    is_listed,
    key_in_force,
    remove_keys,
    set_key,
    state_of,
    where_is,
)
from workbench.usecases.provider_access import save_settings as save_provider_settings

if TYPE_CHECKING:
    from workbench.host.dirs import ProductDirs
    from workbench.store import Store
    from workbench.usecases.model_access import ModelAccess
    from workbench.usecases.server_discovery import FoundServer

_writing = threading.Lock()
"""Two concurrent writers of the same file would each lose the changes of the other."""


def save_settings(directory: Path, **changes: Any) -> Future[None]:
    """Change some settings in a directory, by their field names in `Settings`; the others stay."""

    def work() -> None:
        with _writing:
            stored.save(directory, stored.load(directory).settings._replace(**changes))

    return start(work)


class SettingsBackend(Protocol):
    """The parts of the workbench that the settings use."""

    @property
    def store(self) -> Store:
        """The open history, which stores limits and endpoints."""

    @property
    def places(self) -> ProductDirs:
        """The directories of the user's files."""

    @property
    def models(self) -> ModelAccess:
        """Keys, endpoints and the catalogue."""


class WorkbenchSettingsSource:
    """A SettingsSource over the use cases."""

    def __init__(self, backend: SettingsBackend) -> None:
        self._store, self._config, self._models = backend.store, backend.places.config, backend.models
        self._keys = backend.models.keys

    def keys(self) -> Future[KeysPage]:
        """Read the state of all keys; those in the keyring may have been changed elsewhere."""
        return start(self._read_keys)

    def set_key(self, provider: str, value: str, *, session: bool) -> Future[KeyInfo]:
        """Store a key for the provider's address, in the keyring or for this session only."""

        def work() -> KeyInfo:
            set_key(self._keys, provider, value, session=session)
            return self._info(provider)

        return start(work)

    def remove_key(self, provider: str) -> Future[KeyInfo]:
        """Remove a key; one in the environment then applies."""

        def work() -> KeyInfo:
            remove_keys(self._keys, provider)
            return self._info(provider)

        return start(work)

    def provider(self, provider: str) -> Future[ProviderState]:
        """Read the target address of a provider's requests, and its settings."""
        return start(lambda: state_of(self._keys, provider))

    def save_provider(
        self, provider: str, address: str, settings: Mapping[str, str | None], *, session: bool
    ) -> Future[KeyInfo]:
        """Store an address ("" for the public one) and settings; None leaves a secret setting unchanged."""

        def work() -> KeyInfo:
            save_provider_settings(self._keys, provider, address, settings, session=session)
            return self._info(provider)

        return start(work)

    def confirm_address(self, question: AddressQuestion) -> Future[None]:
        """Allow keys for the address in the question."""
        return start(lambda: self._models.endpoints.confirm(question))

    def question_of(self, form: EndpointForm) -> Future[AddressQuestion | None]:
        """Return what has to be confirmed before stored keys are sent to the address in a form."""
        return start(lambda: self._models.endpoints.question_of(form))

    def test_key(self, provider: str) -> Future[str]:
        """Check with the provider that the effective key works."""
        return start_then(lambda: self._models.endpoints.test_provider(provider, self._cheapest_model(provider)), str)

    def endpoints(self) -> Future[tuple[EndpointInfo, ...]]:
        """Read the user's own endpoints: addresses and model files."""

        def work() -> tuple[EndpointInfo, ...]:
            return tuple(self._endpoint_info(endpoint) for endpoint in self._models.endpoints.custom())

        return start(work)

    def save_endpoint(self, form: EndpointForm, *, session: bool) -> Future[EndpointSaved]:
        """Store an endpoint; its keys go into the keyring, or into memory for this session."""

        def work() -> EndpointSaved:
            saved = self._models.endpoints.save_answering(form, session_only=session)
            saved.done.result()
            return EndpointSaved(self._endpoint_info(saved.endpoint), saved.warnings)

        return start(work)

    def save_file(self, form: FileForm) -> Future[EndpointSaved]:
        """Store a model file's name and paths."""

        def work() -> EndpointSaved:
            path, adapter = Path(form.path).expanduser(), Path(form.adapter).expanduser() if form.adapter else None
            saved = self._models.endpoints.save_file(form.name, path, adapter, form.uid)
            saved.done.result()
            return EndpointSaved(self._endpoint_info(saved.endpoint))

        return start(work)

    def remove_endpoint(self, uid: str) -> Future[None]:
        """Remove an endpoint and its keys."""
        return start_then(lambda: self._models.endpoints.remove(uid), lambda _: None)

    def load_models(self, form: EndpointForm) -> Future[AnsweringForm]:
        """Fetch the model list of the address in the form, with the key typed or, without one, the stored key."""
        return start(lambda: self._models.endpoints.answering(form))

    def look_for_servers(self) -> Future[tuple[FoundServer, ...]]:
        """Look for Ollama and LM Studio on this machine."""
        return start(lambda: tuple(self._models.endpoints.look_for_servers()))

    def limits(self) -> Future[Limits]:
        """Read the limits above which a run asks for confirmation."""

        def work() -> Limits:
            kept = self._store.get_meta(LIMITS)
            return Limits.from_text(kept) if kept else Limits()

        return start(work)

    def save_limits(self, limits: Limits) -> Future[None]:
        """Store the limits."""
        return start_then(lambda: self._store.set_meta(LIMITS, limits.to_text()), lambda _: None)

    def save_appearance(self, mode: ThemeMode, scale: float, motion: Motion) -> Future[None]:
        """Store theme, font scale and the amount of motion."""

        return save_settings(self._config, theme=mode, font_scale=scale, motion=motion)

    def _read_keys(self) -> KeysPage:
        self._keys.refresh()
        status = self._keys.available()
        known = [provider.id for provider in PROVIDERS.values() if is_listed(provider)]
        others = {model.provider for model in self._models.catalogue.get().models} - PROVIDERS.keys()
        infos, sentence, broken = [], status.sentence, False
        for provider in (*known, *sorted(others)):
            try:
                infos.append(self._from_environment(provider) if broken else self._info(provider))
            except HostError as error:
                # One refusal is enough: each further read could open another prompt.
                broken, sentence = True, error.sentence
                infos.append(self._from_environment(provider))
        return KeysPage(status.ok and not broken, sentence, tuple(infos))

    def _info(self, provider: str) -> KeyInfo:
        shown = self._from_environment(provider)
        if not shown.takes_key:
            return shown
        key, may_go = key_in_force(self._keys, provider)
        if key is None:
            return shown
        return replace(
            shown, source=key.source, tail=tail_of(key.value), variable=key.variable or shown.variable, waits=not may_go
        )

    def _from_environment(self, provider: str) -> KeyInfo:
        known = PROVIDERS.get(provider)
        where = where_is(self._keys, provider)
        address = "" if where.is_public else where.base_url
        variables = known.key_variables if known else ()
        takes_key = known is None or known.takes_key
        key = self._keys.from_environment(provider)
        shown = KeyInfo(provider, provider_name(provider), variables=variables, address=address, takes_key=takes_key)
        if key is None:
            return shown
        waits = not self._keys.may_go(provider, key, where.origin)
        return replace(shown, source="environment", tail=tail_of(key.value), variable=key.variable, waits=waits)

    def _cheapest_model(self, provider: str) -> str:
        """Return the model to test with one token, "" if the catalogue prices none."""
        models = self._models.catalogue.get().models
        priced = [
            (m.rates.input + m.rates.output, m.id)
            for m in models
            if m.provider == provider and m.rates and m.rates.per_second is None
        ]
        return min(priced)[1] if priced else ""

    def _endpoint_info(self, endpoint: Endpoint) -> EndpointInfo:
        key = self._keys.get(endpoint_key(endpoint.uid)) if endpoint.needs_key else None
        troubles = file_troubles(endpoint) if endpoint.kind == "gguf" else ()
        return EndpointInfo(endpoint, tail_of(key.value) if key else "", troubles)
