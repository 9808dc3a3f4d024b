"""Managing endpoints, the places where models answer.

Invariant: the secrets of an endpoint are written to the key store before the endpoint is written, and nowhere else; the
endpoint holds only their names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Endpoint
from workbench.core.origins import origin_of
from workbench.core.runs import Failure
from workbench.engine.calls import EngineError, ModelIds
from workbench.host.keys import KeyStore
from workbench.store import Store
from workbench.usecases.credentials import (
    AddressQuestion,
    Credentials,
    ProviderOf,
    address_question,
    confirm,
    credentials,
    endpoint_key,
    header_key,
)
from workbench.usecases.endpoint_form import (
    EndpointForm,
    Field,
    FieldMistake,
    check_form,
    check_name,
    clean_url,
    is_secret_header,
    versioned_url,
    warnings,
)
from workbench.usecases.known_models import KnownModels, is_answer

if TYPE_CHECKING:
    from workbench.usecases.server_discovery import FoundServer

Headers = tuple[tuple[str, str], ...]
_NO_LIST = frozenset({"no_model", "broken_stream"})
"""Failures of an address that answers, but not with a list of models."""
_UNSAVED = "unsaved"
"""The uid of an endpoint whose form is tried before it is saved."""


class EndpointEngine(Protocol):
    """The part of the engine's client that queries endpoints."""

    def list_models(self, endpoint: Endpoint, key: str = "", secret_headers: Headers = ()) -> Future[ModelIds]:
        """Return the model ids that the endpoint lists."""

    def list_prices(
        self, endpoint: Endpoint, key: str = "", secret_headers: Headers = ()
    ) -> Future[Mapping[str, Mapping[str, Any]]]:
        """Return the prices that the endpoint lists for its models."""

    def check_key(
        self,
        endpoint: Endpoint,
        key: str,
        secret_headers: Headers = (),
        *,
        provider: str = "",
        model: str = "",
        settings: Headers = (),
    ) -> Future[str]:
        """Return a sentence that says what was tested."""


class WrongFormError(Exception):
    """A form that cannot be saved; `wrongs` are its mistakes."""

    def __init__(self, wrongs: tuple[FieldMistake, ...]) -> None:
        super().__init__(wrongs[0].sentence)
        self.wrongs = wrongs
        self.sentence = wrongs[0].sentence
        self.detail = ""


@dataclass(frozen=True, slots=True)
class SavedEndpoint:
    """An endpoint that is being written; `done` holds the outcome, `warnings` are for the person."""

    endpoint: Endpoint
    warnings: tuple[str, ...]
    done: Future[None]


@dataclass(frozen=True, slots=True)
class AnsweringForm:
    """A form with the address that answered, and the models listed there."""

    form: EndpointForm
    models: ModelIds


class Endpoints:
    """Lists, saves, removes and queries endpoints. Reads block; the other methods return futures."""

    def __init__(
        self,
        store: Store,
        keys: KeyStore,
        engine: EndpointEngine,
        provider_of: ProviderOf,
        new_uid: Callable[[], str],
        now: Callable[[], str],
        known: KnownModels,
    ) -> None:
        self.known = known
        self._store = store
        self._keys = keys
        self._engine = engine
        self._provider_of = provider_of
        self._new_uid = new_uid
        self._now = now

    def all(self) -> list[Endpoint]:
        """Return every endpoint: the built-in ones, then the custom ones by name."""
        return self._store.endpoints()

    def custom(self) -> list[Endpoint]:
        """Return the custom endpoints by name."""
        fixed = {endpoint.uid for endpoint in FIXED_ENDPOINTS}
        return [endpoint for endpoint in self.all() if endpoint.uid not in fixed]

    def find(self, uid: str) -> Endpoint | None:
        """Return an endpoint, None if it was removed."""
        return next(iter(self._store.endpoints(uid)), None) if uid else None

    def save(self, form: EndpointForm, *, session_only: bool = False) -> SavedEndpoint:
        """Add or change an endpoint that has an address.

        Keys and secret headers go into the keyring, or with `session_only` into memory, each for this address; stored
        ones stay bound to the address that they were entered for. Raises WrongFormError, and HostError if the keyring
        refuses a key; nothing is written then.
        """
        if wrongs := check_form(form, self.all()):
            raise WrongFormError(wrongs)
        uid = form.uid or self._new_uid()
        before = self.find(form.uid) if form.uid else None
        endpoint = _endpoint_of(form, uid)
        origin = origin_of(endpoint.base_url)
        for name, value in form.headers:
            if name in endpoint.secret_headers and value is not None:
                self._keys.set(header_key(uid, name), value, session=session_only, origin=origin)
        if form.key:
            self._keys.set(endpoint_key(uid), form.key, session=session_only, origin=origin)
        elif form.key == "" or not form.needs_key:
            self._forget(endpoint_key(uid), known=before is not None and before.needs_key)
        for name in before.secret_headers if before else ():
            if name.lower() not in {kept.lower() for kept in endpoint.secret_headers}:
                self._forget(header_key(uid, name), known=True)
        if before is None and (listed := self.known.get(replace(endpoint, uid=_UNSAVED))):
            self.known.put(endpoint, listed)
        return SavedEndpoint(endpoint, warnings(endpoint.base_url), self._store.save_endpoint(endpoint, self._now()))

    def save_answering(self, form: EndpointForm, *, session_only: bool = False) -> SavedEndpoint:
        """Like `save`, but adds /v1 to a new address if models are listed only there. Blocks for the server."""
        before = self.find(form.uid) if form.uid else None
        is_new = before is None or before.base_url != clean_url(form.base_url)
        if not is_new or not versioned_url(form) or check_form(form, self.all()):
            return self.save(form, session_only=session_only)
        try:
            answering = self.answering(form).form
        except EngineError:
            answering = form
        saved = self.save(answering, session_only=session_only)
        if answering == form:
            return saved
        return replace(saved, warnings=(f"It lists models at {answering.base_url}, not without /v1.", *saved.warnings))

    def answering(self, form: EndpointForm) -> AnsweringForm:
        """Return a form with the address that lists models: as given, or else with /v1. Blocks for the server.

        Raises EngineError, and HostError for the keyring.
        """
        try:
            return AnsweringForm(form, self.models_of(form).result())
        except EngineError as error:
            other = replace(form, base_url=versioned_url(form))
            if not other.base_url or error.failure.code not in _NO_LIST:
                raise
            with suppress(EngineError):
                return AnsweringForm(other, self.models_of(other).result())
            raise

    def question(self, endpoint: Endpoint, model: str = "") -> AddressQuestion | None:
        """Return what must be confirmed before an endpoint can be called, None for nothing. Raises HostError."""
        return address_question(self._keys, endpoint, model, self._provider_of)

    def question_of(self, form: EndpointForm) -> AddressQuestion | None:
        """Return what must be confirmed before stored keys go to the address in a form. Raises HostError."""
        kept = tuple(name for name, value in form.headers if value is None)
        asks = replace(_endpoint_of(form, form.uid), needs_key=form.needs_key and form.key is None, secret_headers=kept)
        return self.question(asks) if form.uid else None

    def confirm(self, question: AddressQuestion) -> None:
        """Allow the keys of a question at its address. Raises HostError."""
        confirm(self._keys, question)

    def save_file(self, name: str, path: Path, adapter: Path | None = None, uid: str = "") -> SavedEndpoint:
        """Add or change a GGUF file, with an optional LoRA adapter. Raises WrongFormError."""
        endpoint = Endpoint(
            uid or self._new_uid(),
            "gguf",
            name.strip(),
            path=str(path.absolute()),
            adapter="" if adapter is None else str(adapter.absolute()),
        )
        if wrongs := (*check_name(name, uid, self.all()), *file_troubles(endpoint)):
            raise WrongFormError(wrongs)
        return SavedEndpoint(endpoint, (), self._store.save_endpoint(endpoint, self._now()))

    def remove(self, uid: str) -> Future[None]:
        """Remove an endpoint and its keys; past runs still refer to it. Raises HostError."""
        endpoint = self.find(uid)
        if endpoint is not None:
            self._forget(endpoint_key(uid), known=endpoint.needs_key)
            for name in endpoint.secret_headers:
                self._forget(header_key(uid, name), known=True)
            self.known.forget(endpoint)
        return self._store.remove_endpoint(uid, self._now())

    def models(self, endpoint: Endpoint) -> Future[ModelIds]:
        """Fetch and remember the models of an endpoint; fails with EngineError."""
        who = credentials(self._keys, endpoint, "", self._provider_of)
        if isinstance(who, Failure):
            return _failed(who)
        listed = self._engine.list_models(endpoint, who.key, who.secret_headers)
        return self._remembered(endpoint, listed)

    def prices(self, endpoint: Endpoint) -> Future[Mapping[str, Mapping[str, Any]]]:
        """Fetch the prices of an endpoint's models; blocks for its key. Raises EngineError if nothing can be sent."""
        who = credentials(self._keys, endpoint, "", self._provider_of)
        if isinstance(who, Failure):
            raise EngineError(who)
        return self._engine.list_prices(endpoint, who.key, who.secret_headers)

    def models_of(self, form: EndpointForm) -> Future[ModelIds]:
        """Fetch the models at the address in a form, with the typed secrets and otherwise those stored for it."""
        endpoint = _endpoint_of(form, form.uid or _UNSAVED)
        typed = {name for name, value in form.headers if value is not None}
        who = Credentials()
        if form.uid:
            kept = replace(
                endpoint,
                needs_key=form.needs_key and form.key is None,
                secret_headers=tuple(name for name in endpoint.secret_headers if name not in typed),
            )
            found = credentials(self._keys, kept, "", self._provider_of)
            if isinstance(found, Failure):
                return _failed(found)
            who = found
        secret = tuple(
            (name, value) for name, value in form.headers if value is not None and name in endpoint.secret_headers
        )
        listed = self._engine.list_models(endpoint, form.key or who.key, (*who.secret_headers, *secret))
        return self._remembered(endpoint, listed)

    def test(self, endpoint: Endpoint, model: str = "") -> Future[str]:
        """Test the key of a custom endpoint; the future holds a sentence or an EngineError."""
        who = credentials(self._keys, endpoint, model, self._provider_of)
        if isinstance(who, Failure):
            return _failed(who)
        return self._engine.check_key(endpoint, who.key, who.secret_headers, model=model)

    def test_provider(self, provider: str, model: str = "") -> Future[str]:
        """Test the key of a provider; the future holds a sentence or an EngineError."""
        litellm = next(endpoint for endpoint in FIXED_ENDPOINTS if endpoint.uid == LITELLM)
        who = credentials(self._keys, litellm, f"{provider}/{model}", self._provider_of)
        if isinstance(who, Failure):
            return _failed(who)
        if not who.key and not who.settings:
            return _failed(Failure("no_key", "There is no key to test yet. Paste one first.", f"provider {provider}"))
        asked = replace(litellm, base_url=who.base_url)
        return self._engine.check_key(asked, who.key, provider=provider, model=model, settings=who.settings)

    def look_for_servers(self) -> list[FoundServer]:
        """Search for Ollama and LM Studio on this machine; blocks for one or two seconds."""
        # Import HTTP only on demand, not before the first paint.
        from workbench.usecases.server_discovery import look_for_servers

        return look_for_servers()

    def _remembered(self, endpoint: Endpoint, listed: Future[ModelIds]) -> Future[ModelIds]:
        """Return a future with the result of `listed` that is done only after the result is remembered."""
        told: Future[ModelIds] = Future()
        told.set_running_or_notify_cancel()

        def on_listed(done: Future[ModelIds]) -> None:
            try:
                self._remember(endpoint, done)
            finally:
                if done.cancelled():
                    told.set_exception(CancelledError())
                elif (error := done.exception()) is not None:
                    told.set_exception(error)
                else:
                    told.set_result(done.result())

        listed.add_done_callback(on_listed)
        return told

    def _remember(self, endpoint: Endpoint, done: Future[ModelIds]) -> None:
        if done.cancelled():
            return
        if (error := done.exception()) is None:
            self.known.put(endpoint, done.result())
        elif not is_answer(error):
            self.known.set_silent(endpoint)

    def _forget(self, name: str, *, known: bool) -> None:
        # Removing a key that was never stored would wake up the keyring for nothing.
        if known:
            self._keys.remove(name)


def _endpoint_of(form: EndpointForm, uid: str) -> Endpoint:
    """Return the endpoint that a form describes, without the values of its secret headers."""
    secret = tuple(name for name, value in form.headers if value is None or is_secret_header(name, value))
    return Endpoint(
        uid,
        "litellm" if form.provider else "openai",
        form.name.strip(),
        clean_url(form.base_url),
        tuple((name, value.strip()) for name, value in form.headers if value is not None and name not in secret),
        secret,
        form.needs_key,
        provider=form.provider,
        settings=tuple(sorted((name, value.strip()) for name, value in form.settings if value.strip())),
    )


def file_troubles(endpoint: Endpoint) -> tuple[FieldMistake, ...]:
    """Return what is wrong with the files of a GGUF endpoint. Blocks for the disk."""
    files: tuple[tuple[Field, str], ...] = (("path", endpoint.path), ("adapter", endpoint.adapter))
    return tuple(FieldMistake(where, wrong) for where, file in files if file and (wrong := _check_gguf(Path(file))))


def _check_gguf(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError:
        return f"The file {path} no longer exists. Choose its new place, or remove this entry."
    except OSError as error:
        return f"The file {path} cannot be read ({error.strerror}). Choose another one."
    return "" if start == b"GGUF" else f"The file {path} is not a GGUF file. Choose one that ends in .gguf."


def _failed(failure: Failure) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(EngineError(failure))
    return future
