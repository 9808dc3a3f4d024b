"""The providers that use HTTP: users' own addresses, LiteLLM's providers, and the local runtimes.

Invariant: a key is sent only to the endpoint that it came with.
"""

from __future__ import annotations

import contextlib
from typing import Any

from workbench.core.lanes import Endpoint
from workbench.engine.calls import Call, KeyCheck, ModelIds
from workbench.engine.child.failures import CallError, FailureSubject
from workbench.engine.child.http import CertificatesError, HttpClients
from workbench.engine.child.litellm_calls import LiteLLM
from workbench.engine.child.local_models import LocalModels
from workbench.engine.child.model_listing import ModelLister
from workbench.engine.child.openai_chat import ChatTarget, target_headers
from workbench.engine.child.openai_client import OpenAIClient
from workbench.engine.child.provider import CallProvider
from workbench.engine.child.runtimes import RuntimeModel, Runtimes, model_of
from workbench.engine.child.streamed_answer import StreamedAnswer

SecretHeaders = tuple[tuple[str, str], ...]


class RemoteProviders:
    """Creates and selects the providers that use HTTP."""

    def __init__(self, runtimes: Runtimes) -> None:
        self._clients = HttpClients()
        self._client = OpenAIClient(self._clients)
        self._runtimes = runtimes
        self._address = RemoteAddress(self._client)
        self._litellm = LiteLLM(self._client)
        self._listing = ModelLister(self._clients, self._litellm)

    def prepare(self) -> None:
        """Load the certificates of the HTTP clients, which is slow."""
        with contextlib.suppress(CertificatesError):  # reported by the first call that needs them
            self._clients.prepare()

    async def warm(self, what: str, builtin_model: str) -> None:
        """Import LiteLLM, or start the built-in model."""
        if what == "litellm":
            await self._litellm.load()
        elif what == "builtin" and builtin_model:
            await self._runtimes.warm(RuntimeModel.builtin(builtin_model))

    def provider(self, call: Call, builtin_model: str) -> CallProvider:
        """Return the provider of `call`."""
        endpoint = call.endpoint
        if endpoint.kind == "openai":
            return self._address
        if endpoint.kind == "litellm":
            return self._litellm
        return LocalModels(self._client, self._clients, self._runtimes, model_of(endpoint, builtin_model))

    async def list_models(self, endpoint: Endpoint, key: str, secret: SecretHeaders) -> ModelIds:
        """Return the model ids that the endpoint lists. Raises CallError."""
        return await self._listing.models(endpoint, key, secret)

    async def list_prices(self, endpoint: Endpoint, key: str, secret: SecretHeaders) -> dict[str, dict[str, Any]]:
        """Return the prices that the endpoint publishes, by model. Raises CallError."""
        return await self._listing.prices(endpoint, key, secret)

    async def supported_parameters(self, model: str) -> list[str] | None:
        """Return the parameters that LiteLLM forwards for a model, None when it does not know the model."""
        return await self._litellm.supported_parameters(model)

    async def check_key(self, endpoint: Endpoint, key: str, secret: SecretHeaders, question: KeyCheck) -> str:
        """Return a sentence that says what proved the key. Raises CallError."""
        return await self._listing.check(endpoint, key, secret, question)


class RemoteAddress:
    """Sends calls to an OpenAI-compatible address that the user entered."""

    def __init__(self, client: OpenAIClient) -> None:
        self._client = client

    async def ask(self, call: Call, answer: StreamedAnswer) -> None:
        """Make one attempt. Raises CallError."""
        endpoint = call.endpoint
        name, has_key = endpoint.name or endpoint.base_url, bool(call.key or call.secret_headers)
        where = FailureSubject(name, call.model, has_key, page="Endpoints", address=endpoint.base_url)
        if not endpoint.base_url:
            raise CallError(
                "bad_address", f"{where.endpoint} has no address. Enter its base URL in Settings → Endpoints."
            )
        await self._client.ask(call, answer, ChatTarget(endpoint.base_url, call.model, where, target_headers(call)))
