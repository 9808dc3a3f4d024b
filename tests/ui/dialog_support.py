"""Stand-ins for the sources of picker and settings, whose answers the tests give at a chosen time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import isValid

from workbench.app.models.model_index import ModelEntry, ModelOffer, ProviderEntry
from workbench.app.settings.form_data import EndpointInfo, EndpointSaved, FileForm, KeyInfo, KeysPage, tail_of
from workbench.core.lanes import Endpoint
from workbench.core.money import Rates
from workbench.core.run_limits import Limits
from workbench.engine.calls import ModelIds
from workbench.ui.widgets.theme import Theme
from workbench.usecases.credentials import AddressQuestion
from workbench.usecases.destinations import KeyDestination
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.endpoints import AnsweringForm
from workbench.usecases.provider_access import ProviderState
from workbench.usecases.server_discovery import FoundServer

OLLAMA = Endpoint("e-ollama", "openai", "My Ollama", "http://127.0.0.1:11434/v1")
GATEWAY = Endpoint(
    "e-gate", "openai", "Gateway", "https://llm.example.com/v1", (("X-Team", "prompts"),), ("X-Auth-Token",), True
)


class SentenceError(Exception):
    """An error with a sentence for the user, like those of the lower layers."""

    def __init__(self, sentence: str, wrongs: tuple[Any, ...] = ()) -> None:
        super().__init__("secret detail sk-never-shown")
        self.sentence = sentence
        self.wrongs = wrongs


def ok(value: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(value)
    return future


def bad(error: BaseException) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


def catalogue() -> tuple[ModelEntry, ...]:
    price = Rates(0.25e-6, 2e-6, 0.025e-6)
    abilities = frozenset({"cache", "vision", "tools"})
    return (
        ModelEntry("litellm", "gpt-5-mini", "openai", 272_000, 128_000, price, abilities),
        ModelEntry("litellm", "gpt-5", "openai", 272_000, 128_000, Rates(1.25e-6, 10e-6)),
        ModelEntry("litellm", "claude-haiku-4-5", "anthropic", 200_000, 64_000, Rates(1e-6, 5e-6)),
        ModelEntry("litellm", "azure/gpt-5-mini", "azure", 272_000),
        ModelEntry("litellm", "openrouter/openai/gpt-5-mini", "openrouter"),
    )


def an_offer(**changes: Any) -> ModelOffer:
    no_key = "OpenAI needs an API key. Add one in Settings → Keys."
    values: dict[str, Any] = {
        "catalogue": catalogue(),
        "endpoints": (OLLAMA,),
        "providers": {
            "openai": ProviderEntry("openai", "OpenAI", no_key),
            "anthropic": ProviderEntry("anthropic", "Anthropic", ready=True),
            "azure": ProviderEntry("azure", "Azure OpenAI", "Azure OpenAI needs an API key."),
            "openrouter": ProviderEntry("openrouter", "OpenRouter", ready=True),
            OLLAMA.uid: ProviderEntry(OLLAMA.uid, OLLAMA.name),
        },
        "builtin_path": "/somewhere/builtin.gguf",
    }
    return ModelOffer(**(values | changes))


class PickerDouble:
    """A PickerSource; the test resolves `offers` and `fetches`, or they resolve at once when the results are given."""

    def __init__(self, offer: ModelOffer | None = None, models: tuple[str, ...] | BaseException | None = ()) -> None:
        self._offer = offer
        self._models = models
        self.offers: list[Future[ModelOffer]] = []
        self.fetches: list[tuple[Endpoint, Future[tuple[str, ...]]]] = []

    def offer(self) -> Future[ModelOffer]:
        future = Future() if self._offer is None else ok(self._offer)
        self.offers.append(future)
        return future

    def fetch_models(self, endpoint: Endpoint) -> Future[tuple[str, ...]]:
        models = self._models
        future = Future() if models is None else bad(models) if isinstance(models, BaseException) else ok(models)
        self.fetches.append((endpoint, future))
        return future


class SettingsDouble:
    """A SettingsSource that records its calls; `answers` overrides what a call returns."""

    def __init__(self, *, keyring: bool = True) -> None:
        self.keyring = keyring
        self.infos = {
            "openai": KeyInfo("openai", "OpenAI", variables=("OPENAI_API_KEY",)),
            "anthropic": KeyInfo("anthropic", "Anthropic", "keyring", "…a1b2", "", ("ANTHROPIC_API_KEY",)),
            "deepseek": KeyInfo(
                "deepseek", "DeepSeek", "environment", "…99zz", "DEEPSEEK_API_KEY", ("DEEPSEEK_API_KEY",)
            ),
        }
        self.own = [EndpointInfo(GATEWAY, "…7f3a"), EndpointInfo(OLLAMA)]
        self.answers: dict[str, Future[Any]] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.states: dict[str, ProviderState] = {}

    def _answer(self, name: str, value: Any) -> Future[Any]:
        return self.answers.get(name) or ok(value)

    def keys(self) -> Future[KeysPage]:
        sentence = "Keys are kept in the keyring." if self.keyring else "There is no keyring on this machine."
        return self._answer("keys", KeysPage(self.keyring, sentence, tuple(self.infos.values())))

    def set_key(self, provider: str, value: str, *, session: bool) -> Future[KeyInfo]:
        self.calls.append(("set_key", provider, value, session))
        old = self.infos[provider]
        new = KeyInfo(provider, old.name, "session" if session else "keyring", tail_of(value), "", old.variables)
        return self._answer("set_key", new)

    def remove_key(self, provider: str) -> Future[KeyInfo]:
        self.calls.append(("remove_key", provider))
        return self._answer("remove_key", KeyInfo(provider, self.infos[provider].name))

    def test_key(self, provider: str) -> Future[str]:
        self.calls.append(("test_key", provider))
        return self._answer("test_key", "Works: 63 models.")

    def provider(self, provider: str) -> Future[ProviderState]:
        where = KeyDestination("https://api.example.com/v1", "public", "https://api.example.com")
        state = ProviderState(provider, self.infos[provider].name, where, public=where.base_url)
        return self._answer("provider", self.states.get(provider, state))

    def save_provider(
        self, provider: str, address: str, settings: Mapping[str, str | None], *, session: bool
    ) -> Future[KeyInfo]:
        self.calls.append(("save_provider", provider, address, dict(settings), session))
        return self._answer("save_provider", self.infos[provider])

    def confirm_address(self, question: AddressQuestion) -> Future[None]:
        self.calls.append(("confirm_address", question))
        return self._answer("confirm_address", None)

    def question_of(self, form: EndpointForm) -> Future[AddressQuestion | None]:
        return self._answer("question_of", None)

    def endpoints(self) -> Future[tuple[EndpointInfo, ...]]:
        return self._answer("endpoints", tuple(self.own))

    def save_endpoint(self, form: EndpointForm, *, session: bool) -> Future[EndpointSaved]:
        self.calls.append(("save_endpoint", form, session))
        endpoint = Endpoint(
            form.uid or "e-new",
            "openai",
            form.name,
            form.base_url,
            tuple((name, value) for name, value in form.headers if value is not None),
            (),
            form.needs_key,
        )
        saved = EndpointSaved(EndpointInfo(endpoint, tail_of(form.key or "")), ("It travels unencrypted.",))
        return self._answer("save_endpoint", saved)

    def save_file(self, form: FileForm) -> Future[EndpointSaved]:
        self.calls.append(("save_file", form))
        endpoint = Endpoint(form.uid, "gguf", form.name, path=form.path, adapter=form.adapter)
        return self._answer("save_file", EndpointSaved(EndpointInfo(endpoint)))

    def remove_endpoint(self, uid: str) -> Future[None]:
        self.calls.append(("remove_endpoint", uid))
        return self._answer("remove_endpoint", None)

    def load_models(self, form: EndpointForm) -> Future[AnsweringForm]:
        self.calls.append(("load_models", form))
        return self._answer("load_models", AnsweringForm(form, ModelIds(("llama3.2:3b", "phi4"))))

    def limits(self) -> Future[Limits]:
        return self._answer("limits", Limits())

    def save_limits(self, limits: Limits) -> Future[None]:
        return self._answer("save_limits", None)

    def look_for_servers(self) -> Future[tuple[FoundServer, ...]]:
        self.calls.append(("look",))
        return self._answer("look", ())

    def save_appearance(self, mode: str, scale: float, motion: str) -> Future[None]:
        self.calls.append(("appearance", mode, scale) if motion == "system" else ("appearance", mode, scale, motion))
        return self._answer("appearance", None)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    made.deleteLater()
    _delete_now()


@pytest.fixture
def shown(qapp: QApplication) -> Iterator[Callable[[QDialog], Any]]:
    """Show a dialog with focus, and close it after the test."""
    dialogs: list[QDialog] = []

    def show(dialog: QDialog) -> Any:
        dialogs.append(dialog)
        dialog.show()
        dialog.activateWindow()
        qapp.processEvents()
        return dialog

    yield show
    for dialog in dialogs:
        if isValid(dialog):
            dialog.done(0)
    _delete_now()


def _delete_now() -> None:
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
