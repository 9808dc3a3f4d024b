"""Calls to local models: chats, vectors by embedding models, and decisions by decision models.

Invariant: the death of a runtime is reported as such, with the text so far, and the next attempt starts a new one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import httpx

from workbench.engine.calls import Call
from workbench.engine.child.failures import CallError, FailureSubject
from workbench.engine.child.http import HttpClients, auth_headers
from workbench.engine.child.openai_chat import ChatTarget
from workbench.engine.child.openai_client import OpenAIClient
from workbench.engine.child.runtimes import POOLINGS, Pooling, Runtime, RuntimeModel, Runtimes
from workbench.engine.child.streamed_answer import StreamedAnswer

_SUSPICIOUS = frozenset({"connect_failed", "half_answer", "timeout_first", "timeout_silence", "timeout_connect"})
_HEALTH_S = 2.0
_POOLING = "pooling"
# Messages of llama.cpp's server.
_TOO_LARGE = "too large to process"
_NO_POOLING = "Pooling type 'none'"


class LocalModels:
    """Sends calls to the runtime of one model."""

    def __init__(
        self, client: OpenAIClient, clients: HttpClients, runtimes: Runtimes, model: RuntimeModel | None
    ) -> None:
        self._client, self._clients, self._runtimes, self._model = client, clients, runtimes, model

    async def ask(self, call: Call, answer: StreamedAnswer) -> None:
        """Make one attempt. Raises CallError."""
        if self._model is None:
            raise CallError(
                "no_builtin_model",
                "The built-in model is not installed. Install it (in a terminal: “workbench doctor --install-model”), "
                "or choose another model.",
            )
        model, call = _prepared(self._model, call)
        async with self._runtimes.use(model) as runtime:
            where = FailureSubject(call.endpoint.name or model.name, model.name, local=True)
            target = ChatTarget(
                base_url=f"{runtime.address}/v1",
                model=model.name,
                where=where,
                headers=auth_headers(runtime.key, (), ()),
            )
            try:
                await self._client.ask(call, answer, target)
            except CallError as error:
                if error.failure.code in _SUSPICIOUS and await self._is_gone(runtime, error.failure.code):
                    self._runtimes.tell_ended(model)
                    raise await _died(runtime, model, error) from error
                raise _about_model(error, model) from error

    async def _is_gone(self, runtime: Runtime, code: str) -> bool:
        if await runtime.died():
            return True
        if not code.startswith("timeout"):
            return False
        try:
            with self._clients.lend(runtime.address) as client:
                health = await client.get(f"{runtime.address}/health", timeout=_HEALTH_S)
        except httpx.HTTPError:
            runtime.kill()
            return await runtime.died()
        return not health.is_success


def _prepared(model: RuntimeModel, call: Call) -> tuple[RuntimeModel, Call]:
    """Return the runtime that a call needs, and the call without the parameters that are the runtime's."""
    if call.task != "embed":
        return model, call
    if call.endpoint.kind == "builtin":
        raise CallError(
            "no_embeddings",
            "The built-in model writes text; it has no useful vectors of texts. Choose a GGUF file with an embedding "
            "model.",
        )
    params = dict(call.params)
    pooling = params.pop(_POOLING, "")
    if pooling not in POOLINGS:
        raise CallError(
            "refused_param",
            f"The parameter “{_POOLING}” can be mean, cls or last. Change it, or remove it to pool as the model's file "
            "says.",
        )
    return replace(model, embeds=True, pooling=cast("Pooling", pooling)), replace(call, params=params)


def _about_model(error: CallError, model: RuntimeModel) -> CallError:
    """Return the failure of a runtime in words about its model."""
    detail = error.failure.detail
    if _TOO_LARGE in detail:
        return CallError(
            "context_too_long",
            f"A text is too long for the embedding model {model.name}. Choose a model with more context.",
            detail,
        )
    if _NO_POOLING in detail:
        return CallError(
            "no_embeddings",
            f"{model.name} is not an embedding model: its file names no way to make one vector of a text. Choose an "
            f"embedding model, or set the extra parameter “{_POOLING}” to mean, cls or last.",
            detail,
        )
    return error


async def _died(runtime: Runtime, model: RuntimeModel, error: CallError) -> CallError:
    report = await runtime.report()
    why = ", most likely because the memory was full" if runtime.was_killed else ""
    return CallError(
        "runtime_died",
        f"The runtime of {model.name} ended{why}. Partial output is kept; try again to restart it.",
        f"{report}\n{error.failure.detail}".strip(),
        retry=True,
    )
