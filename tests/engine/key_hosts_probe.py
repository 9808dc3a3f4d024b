"""Calls one model of every provider through the installed LiteLLM without a network; prints which keys were held back.

Run as a program, because LiteLLM changes the process that imports it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import httpx

from tests.engine.listening import LITELLM
from workbench.core.providers import PROVIDERS
from workbench.engine.calls import Call
from workbench.engine.child import litellm_arguments, litellm_calls
from workbench.engine.child.key_guard import HELD_BACK, guarded

KEY = "sk-planted-0123456789"


def _refuse(request: httpx.Request) -> httpx.Response:
    return httpx.Response(400, json={"error": {"message": "no"}}, request=request)


async def _asend(self: object, request: httpx.Request, **_: object) -> httpx.Response:
    return _refuse(request)


def _send(self: object, request: httpx.Request, **_: object) -> httpx.Response:
    return _refuse(request)


async def held_back() -> dict[str, str]:
    """Return the guard's message, by provider."""
    httpx.AsyncClient.send, httpx.Client.send = _asend, _send  # type: ignore[assignment]
    litellm: Any = litellm_calls._import()
    found = {}
    for provider in PROVIDERS.values():
        required = {one.name: "abc123" for one in provider.settings if one.required and not one.secret}
        for model in ("abc123", "accounts/x/abcdefg"):
            call = Call("c", LITELLM, f"{provider.id}/{model}", (), key=KEY, settings=tuple(required.items()))
            try:
                with guarded(call, provider.id):
                    messages = [{"role": "user", "content": "Hi"}]
                    await litellm.acompletion(
                        model=call.model, messages=messages, num_retries=0, **litellm_arguments.access(call)
                    )
            except Exception as error:
                if HELD_BACK in str(error):
                    found[provider.id] = str(error)
    return found


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(json.dumps(asyncio.run(held_back())))
