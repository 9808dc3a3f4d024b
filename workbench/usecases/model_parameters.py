"""Which parameters a lane's model supports.

Invariant: the catalogue answers at once. LiteLLM, which must be loaded first, adds what it knows about the provider,
but nothing about custom addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import replace
from typing import Protocol

from workbench.core.lanes import LITELLM, Endpoint, short_model
from workbench.core.parameter_support import ParameterSupport
from workbench.core.parameters import names_in, table
from workbench.core.providers import provider_name
from workbench.engine.calls import EngineError
from workbench.engine.catalogue import ModelInfo

WITHIN_S = 60.0


class SupportEngine(Protocol):
    """The part of the engine that knows which parameters LiteLLM passes on."""

    def supported_parameters(self, model: str) -> Future[Collection[str] | None]:
        """Return the parameters of chat completions that LiteLLM passes on for a model, None if unknown."""


class ModelParameters:
    """Looks up parameter support, one lane at a time. Both methods block; use them on worker threads."""

    def __init__(
        self,
        info: Callable[[str], ModelInfo | None],
        provider_of: Callable[[str], str],
        engine: SupportEngine,
    ) -> None:
        """Use `info` to look up a LiteLLM model in the catalogue."""
        self._info, self._provider_of, self._engine = info, provider_of, engine
        self._passed: dict[str, Collection[str] | None] = {}

    def listed(self, endpoint: Endpoint | None, model: str) -> ParameterSupport:
        """Return what is known without LiteLLM."""
        if endpoint is None:
            return ParameterSupport()
        if endpoint.kind == "echo":
            return ParameterSupport(dict.fromkeys((row.name for row in table()), "Echo has no settings."))
        # A custom address may name any model "gpt-5".
        info = self._info(model) if endpoint.uid == LITELLM else None
        found = ParameterSupport() if info is None else info.support
        if endpoint.uid == LITELLM and self._provider_of(model) == "openai":
            own = set(names_in("openai").values())
            missing = [row.name for row in table() if row.is_sent and row.name not in own]
            found = _refusing(found, missing, "OpenAI", model)
        return found

    def full(self, endpoint: Endpoint | None, model: str) -> ParameterSupport:
        """Return the support including LiteLLM's knowledge; only that of `listed` if LiteLLM does not answer."""
        found = self.listed(endpoint, model)
        if endpoint is None or endpoint.kind != "litellm":
            return found
        name = model if endpoint.uid == LITELLM else f"{endpoint.provider}/{model}"
        try:
            if name not in self._passed:
                self._passed[name] = self._engine.supported_parameters(name).result(WITHIN_S)
        except (EngineError, TimeoutError):
            return found
        passed = self._passed[name]
        if passed is None:
            return found
        asked = names_in("openai").values()
        efforts = found.efforts is not None
        missing = [name for name in asked if name not in passed and not (efforts and name == "reasoning_effort")]
        provider = endpoint.provider or self._provider_of(model) or model.partition("/")[0]
        return _refusing(found, missing, provider_name(provider), model)


def _refusing(found: ParameterSupport, names: Collection[str], who: str, model: str) -> ParameterSupport:
    why = f"{who} has no such setting for {short_model(model)}."
    return replace(found, refused={**dict.fromkeys(names, why), **found.refused})
