"""What the model picker offers, from an open workbench.

Invariant: catalogue, keyring and database are read off the UI thread; whether a key is missing is decided by the same
rule as in a run.
"""

from __future__ import annotations

from concurrent.futures import Future

from workbench.app.later import start, start_then
from workbench.app.model_entries import ModelEntry, Offer, Provider
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Endpoint
from workbench.core.runs import Failure
from workbench.engine.providers import PROVIDERS, provider_name
from workbench.usecases.credentials import credentials
from workbench.usecases.workbench import Workbench

_NOT_INSTALLED = "Not installed. Run “workbench doctor --install-model”, or pick another model"


class WorkbenchPickerSource:
    """A PickerSource over the use cases."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench

    def offer(self) -> Future[Offer]:
        """Read catalogue, endpoints, keys and prices."""
        return start(self._read)

    def fetch_models(self, endpoint: Endpoint) -> Future[tuple[str, ...]]:
        """Ask the endpoint which models it has."""
        return start_then(lambda: self._workbench.endpoints.models(endpoint), tuple)

    def _read(self) -> Offer:
        workbench = self._workbench
        models = workbench.catalogue.get().models
        endpoints = tuple(workbench.endpoints.custom())
        ids = dict.fromkeys((*PROVIDERS, *(model.provider for model in models)))
        providers = {name: Provider(name, provider_name(name), self._no_key(name)) for name in ids}
        for endpoint in endpoints:
            missing = credentials(workbench.keys, endpoint, "", _nobody)
            sentence = missing.sentence if isinstance(missing, Failure) else ""
            providers[endpoint.uid] = Provider(endpoint.uid, endpoint.name, sentence)
        return Offer(
            catalogue=tuple(
                ModelEntry(LITELLM, m.id, m.provider, m.context, m.max_output, m.rates, m.abilities) for m in models
            ),
            endpoints=endpoints,
            providers=providers,
            prices=workbench.store.prices(),
            builtin_path=str(workbench.weights or ""),
            builtin_note="" if workbench.weights else _NOT_INSTALLED,
        )

    def _no_key(self, provider: str) -> str:
        if provider not in PROVIDERS:
            return ""
        litellm = next(endpoint for endpoint in FIXED_ENDPOINTS if endpoint.uid == LITELLM)
        missing = credentials(self._workbench.keys, litellm, f"{provider}/model", _nobody)
        return missing.sentence if isinstance(missing, Failure) else ""


def _nobody(model: str) -> str:
    return ""
