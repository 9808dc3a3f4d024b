"""Calls to local models.

Invariant: the death of a runtime is reported as such, with the text so far, and the next attempt starts a new one.
"""

from __future__ import annotations

import httpx

from workbench.engine.calls import Call
from workbench.engine.child.failures import CallError, FailureSubject
from workbench.engine.child.http import HttpClients, auth_headers
from workbench.engine.child.openai_chat import ChatTarget, OpenAIChat
from workbench.engine.child.runtimes import Runtime, RuntimeModel, Runtimes
from workbench.engine.child.streamed_answer import StreamedAnswer

_SUSPICIOUS = frozenset({"connect_failed", "half_answer", "timeout_first", "timeout_silence", "timeout_connect"})
_HEALTH_S = 2.0


class LocalModels:
    """Sends calls to the runtime of one model."""

    def __init__(self, chat: OpenAIChat, clients: HttpClients, runtimes: Runtimes, model: RuntimeModel | None) -> None:
        self._chat, self._clients, self._runtimes, self._model = chat, clients, runtimes, model

    async def ask(self, call: Call, answer: StreamedAnswer) -> None:
        """Make one attempt. Raises CallError."""
        if self._model is None:
            raise CallError(
                "no_builtin_model",
                "The built-in model is not installed. Install it (in a terminal: “workbench doctor --install-model”), "
                "or choose another model.",
            )
        async with self._runtimes.use(self._model) as runtime:
            where = FailureSubject(call.endpoint.name or self._model.name, self._model.name, local=True)
            target = ChatTarget(
                base_url=f"{runtime.address}/v1",
                model=self._model.name,
                where=where,
                headers=auth_headers(runtime.key, (), ()),
            )
            try:
                await self._chat.ask(call, answer, target)
            except CallError as error:
                if error.failure.code in _SUSPICIOUS and await self._is_gone(runtime, error.failure.code):
                    self._runtimes.tell_ended(self._model)
                    raise await _died(runtime, self._model, error) from error
                raise

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


async def _died(runtime: Runtime, model: RuntimeModel, error: CallError) -> CallError:
    report = await runtime.report()
    why = ", most likely because the memory was full" if runtime.was_killed else ""
    return CallError(
        "runtime_died",
        f"The runtime of {model.name} ended{why}. Partial output is kept; try again to restart it.",
        f"{report}\n{error.failure.detail}".strip(),
        retry=True,
    )
