"""Selection of the provider for each call and question.

Invariant: modules that use HTTP or load models are imported on first use and in a thread, because that takes longer
than the event loop may block; echo needs none of them.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.engine import protocol
from workbench.engine.call_limits import CallPlace, place_of
from workbench.engine.calls import Call, KeyCheck
from workbench.engine.child.echo import EchoProvider
from workbench.engine.child.provider import CallProvider
from workbench.engine.child.runtimes import Runtimes
from workbench.engine.child.template_renderers import TemplateRenderers

if TYPE_CHECKING:
    from workbench.engine.child.remote_providers import RemoteProviders
    from workbench.engine.child.token_counters import TokenCounting


class ProviderRegistry:
    """The providers of one engine."""

    def __init__(self, notice: Callable[[str], None]) -> None:
        self.builtin_model = ""
        self._echo = EchoProvider()
        self._renderers = TemplateRenderers()
        self._runtimes = Runtimes(notice)
        self._importing = asyncio.Lock()
        self._outside: RemoteProviders | None = None
        self._counting: TokenCounting | None = None

    async def prepare(self) -> None:
        """Preload the modules and certificates that the first remote call needs."""
        await asyncio.to_thread((await self._reach_out()).prepare)

    async def warm(self, what: str) -> None:
        """Preload LiteLLM or the built-in model; a failure is reported when it is first used."""
        await (await self._reach_out()).warm(what, self.builtin_model)

    async def provider(self, call: Call) -> tuple[CallProvider, CallPlace | None]:
        """Return the provider of `call` and its gate, None for no limit. Raises ImportError for a missing library."""
        if call.endpoint.kind == "echo":
            return self._echo, None
        outside = await self._reach_out()
        return outside.provider(call, self.builtin_model), place_of(call.endpoint, call.model)

    async def answer(self, kind: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of the reply to a question of a kind in `server.REPLIES`. Raises CallError."""
        if kind == "count":
            return await self._count(message)
        if kind == "render":
            return {"texts": await self._renderers.render(message["texts"], message["values"])}
        if kind == "parameters":
            return {"parameters": await (await self._reach_out()).supported_parameters(message["model"])}
        outside, endpoint = await self._reach_out(), protocol.endpoint_from_json(message["endpoint"])
        secret = tuple((name, value) for name, value in message["secret_headers"])
        if kind == "models":
            found = await outside.list_models(endpoint, message["key"], secret)
            return {"models": found, "left_out": found.left_out}
        if kind == "prices":
            return {"prices": await outside.list_prices(endpoint, message["key"], secret)}
        question = KeyCheck(
            message["provider"], message["model"], tuple((name, value) for name, value in message.get("settings", ()))
        )
        return {"sentence": await outside.check_key(endpoint, message["key"], secret, question)}

    async def _count(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Count tokens by the runtime if it has the model loaded, else by the requested vocabulary."""
        async with self._importing:
            if self._counting is None:
                await asyncio.to_thread(importlib.import_module, "workbench.engine.child.token_counters")
                from workbench.engine.child.token_counters import TokenCounting

                self._counting = TokenCounting(self._runtimes)
        counting = self._counting
        endpoint = protocol.endpoint_from_json(message["endpoint"])
        messages = protocol.messages_from_json(message["messages"])
        return await counting.count(endpoint, message["tokenizer"], messages, self.builtin_model)

    def close(self) -> None:
        """End all child processes."""
        self._runtimes.close()
        if self._counting is not None:
            self._counting.close()
        self._renderers.close()

    async def _reach_out(self) -> RemoteProviders:
        # Under a lock, so that calls that wait for the import begin in the order in which they came.
        async with self._importing:
            if self._outside is None:
                await asyncio.to_thread(importlib.import_module, "workbench.engine.child.remote_providers")
                from workbench.engine.child.remote_providers import RemoteProviders

                self._outside = RemoteProviders(self._runtimes)
        return self._outside
