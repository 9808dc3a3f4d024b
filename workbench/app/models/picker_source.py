"""Offers of the model picker, read from an open workbench.

Invariant: catalogue, keyring and database are read off the UI thread; a missing key is determined by the same rule as
in a run.
"""

from __future__ import annotations

from concurrent.futures import Future

from workbench.app.future_results import start, start_then
from workbench.app.models.model_index import ModelEntry, ModelOffer, ProviderEntry
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Endpoint
from workbench.core.providers import PROVIDERS, provider_name
from workbench.core.runs import Failure
from workbench.engine.calls import CallTask, ModelIds
from workbench.host.errors import HostError
from workbench.usecases.credentials import credentials, provider_key
from workbench.usecases.model_access import ModelAccess

# A name without any key: reading it shows whether the keyring answers at all.
_PROBE = "probe"
_NOT_INSTALLED = "Not installed. Run “workbench doctor --install-model”, or pick another model"


class WorkbenchPickerSource:
    """A PickerSource over the use cases, of the models for a task."""

    def __init__(self, models: ModelAccess, task: CallTask = "chat") -> None:
        self._models, self._task = models, task

    def offer(self) -> Future[ModelOffer]:
        """Read the catalogue, endpoints, keys and prices."""
        return start(self._read)

    def fetch_models(self, endpoint: Endpoint) -> Future[tuple[str, ...]]:
        """Fetch the model list of an endpoint."""

        def ask() -> Future[ModelIds]:
            listed = self._models.endpoints.models(endpoint)
            self._models.pricing.prepare(endpoint)
            return listed

        return start_then(ask, lambda found: found)

    def _read(self) -> ModelOffer:
        access, weights = self._models, self._models.weights()
        catalogue = access.catalogue.get()
        models = [model for model in (*catalogue.others, *catalogue.models) if model.does(self._task)]
        endpoints = tuple(access.endpoints.custom())
        trouble = self._keyring_trouble()
        ids = dict.fromkeys((*PROVIDERS, *(model.provider for model in models)))
        providers = {name: self._provider(name, trouble) for name in ids}
        for endpoint in endpoints:
            missing = credentials(access.keys, endpoint, "", _nobody)
            sentence = missing.sentence if isinstance(missing, Failure) else ""
            providers[endpoint.uid] = ProviderEntry(endpoint.uid, endpoint.name, sentence)
        return ModelOffer(
            catalogue=tuple(
                ModelEntry(LITELLM, m.id, m.provider, m.context, m.max_output, m.rates, m.abilities, m.retires)
                for m in models
            ),
            endpoints=endpoints,
            providers=providers,
            prices=access.pricing.own_prices(),
            builtin_path=str(weights or ""),
            builtin_note="" if weights else _NOT_INSTALLED,
            known={endpoint.uid: access.endpoints.known.get(endpoint) for endpoint in endpoints},
            recent=access.recent() if self._task == "chat" else (),
            today=access.today(),
        ).indexed()

    def _keyring_trouble(self) -> str:
        """Return why the keyring fails, "" if it works: thirty reads from a locked one are thirty prompts."""
        try:
            self._models.keys.get(_PROBE)
        except HostError as error:
            return error.sentence
        return ""

    def _provider(self, name: str, trouble: str) -> ProviderEntry:
        known, shown = PROVIDERS.get(name), provider_name(name)
        if known is None or not known.takes_key:
            return ProviderEntry(name, shown)
        keys, key = self._models.keys, provider_key(name)
        found = keys.from_environment(key) if trouble else keys.get(key)
        if trouble:
            return ProviderEntry(
                name, shown, trouble if known.needs_key and found is None else "", ready=found is not None
            )
        litellm = next(endpoint for endpoint in FIXED_ENDPOINTS if endpoint.uid == LITELLM)
        missing = credentials(keys, litellm, f"{name}/model", _nobody)
        if isinstance(missing, Failure):
            return ProviderEntry(name, shown, missing.sentence)
        return ProviderEntry(name, shown, ready=found is not None)


def _nobody(model: str) -> str:
    return ""
