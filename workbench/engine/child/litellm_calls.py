"""Calls through LiteLLM, for every provider that does not speak the plain OpenAI protocol.

Invariant: LiteLLM is imported on first use, in a thread; it receives only the key of the current call; it makes no
retries, follows no redirects and writes no logs; every change it makes to the parameters is marked.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import logging
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

import httpx

from workbench.core.parameters import wire_names
from workbench.core.providers import (
    PROVIDERS,
    has_json_mode,
    needs_translation,
    provider_name,
    split_model,
    takes_breakpoints,
)
from workbench.core.runs import Mark
from workbench.engine.calls import Call
from workbench.engine.child import key_guard
from workbench.engine.child.completion_choices import CompletionChoices
from workbench.engine.child.completion_reader import read_whole
from workbench.engine.child.environment import bypass_proxies, clean
from workbench.engine.child.failures import CallError, FailureSubject, broken_stream, no_tools, timed_out
from workbench.engine.child.key_guard import guarded
from workbench.engine.child.litellm_arguments import access, own_settings, split_params
from workbench.engine.child.litellm_failures import failure_of
from workbench.engine.child.litellm_tasks import LiteLlmTask
from workbench.engine.child.openai_chat import FORMAT_REFUSED, ChatTarget, about_format, target_headers
from workbench.engine.child.openai_client import OpenAIClient
from workbench.engine.child.provider_needs import check_provider
from workbench.engine.child.request import DECIDED, FORMAT, RequestAdjustments, decided_by_prompt, shaped
from workbench.engine.child.request_files import RequestFiles
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.child.usage_reader import usage_of
from workbench.engine.child.wire_marks import compare, visible
from workbench.engine.child.wire_messages import refusals, wire_messages
from workbench.engine.loopback import is_loopback
from workbench.engine.untrusted_json import text_of

_NOT_SHOWN = Mark("changed", "request", "LiteLLM does not show the request it sent; this is the request it was given.")
_PARTS = (
    *("content", "refusal", "reasoning_content", "reasoning", "thinking_blocks", "reasoning_details"),
    *("tool_calls", "function_call"),
)
"""The fields of a delta that are read."""

logger = logging.getLogger(__name__)


class LiteLLM:
    """The provider for endpoints of kind litellm."""

    def __init__(self, client: OpenAIClient) -> None:
        self._client = client
        self._loading = asyncio.Lock()
        self._module: Any = None
        self._in_words: dict[str, str] = {}

    async def load(self) -> Any:
        """Import LiteLLM in a thread and return it; later calls return at once."""
        async with self._loading:
            if self._module is None:
                self._module = await asyncio.to_thread(_import)
        return self._module

    async def supported_parameters(self, model: str) -> list[str] | None:
        """Return the chat-completions parameters that LiteLLM forwards for a model, None when it is unknown."""
        found = await asyncio.to_thread(_supported, await self.load(), model)
        return None if found is None else [str(name) for name in found]

    async def ask(self, call: Call, answer: StreamedAnswer) -> None:
        """Make one attempt, without LiteLLM where the provider needs no translation. Raises CallError."""
        provider_id, model = split_model(call.model)
        provider = PROVIDERS.get(provider_id)
        name = (
            provider_name(provider_id or call.model.partition("/")[0]) if "/" in call.model or provider else "LiteLLM"
        )
        page = "Endpoints" if call.endpoint.has_address else "Keys"
        name = call.endpoint.name if call.endpoint.has_address else name
        address = call.endpoint.base_url or (provider.base_url if provider else "")
        given = tuple(setting for setting, _ in call.settings)
        where = FailureSubject(
            name, call.model, any(call.secrets), page=page, provider=provider_id, address=address, given=given
        )
        if provider is not None:
            check_provider(provider, call, where)
        if provider is not None and _is_direct(call, provider_id):
            known = RequestAdjustments(renames=wire_names(provider_id, model))
            headers = {**_organization(call), **target_headers(call)}
            await self._client.ask(call, answer, ChatTarget(address, model, where, headers, known))
        elif "://" in model:
            # Some of LiteLLM's providers would send the request to a model name that is a URL.
            raise CallError(
                "no_model",
                f"The model “{call.model}” is an address. Add it in Settings → Endpoints, then choose a model of it.",
            )
        else:
            if is_loopback(host := urlsplit(address).hostname or ""):
                # LiteLLM makes its own clients, which recognise this machine by its usual names only.
                bypass_proxies(host)
            with guarded(call, provider_id):
                await self._translate(call, answer, where)

    async def _translate(self, call: Call, answer: StreamedAnswer, where: FailureSubject) -> None:
        """Call LiteLLM; if the output format is refused, this and later calls to the model request it in the prompt."""
        litellm = await self.load()
        if call.task != "chat":
            await LiteLlmTask(litellm, call, answer, where).ask()
            return
        known = replace(call, format_in_words=call.format_in_words or self._in_words.get(call.model, ""))
        try:
            await LiteLlmCall(litellm, known, answer, where).ask()
        except CallError as error:
            refused = error.failure.code in ("bad_request", "refused_param") and about_format(error.failure.detail)
            if not refused or call.output is None or known.format_in_words or answer.has_text:
                raise
            self._in_words[call.model] = FORMAT_REFUSED
            await LiteLlmCall(litellm, replace(call, format_in_words=FORMAT_REFUSED), answer, where).ask()


class LiteLlmCall:
    """One call through LiteLLM."""

    def __init__(self, litellm: Any, call: Call, answer: StreamedAnswer, where: FailureSubject) -> None:
        self._litellm, self._call, self._answer, self._where = litellm, call, answer, where
        self._told: Any = None
        params = {name: value for name, value in call.params.items() if not decided_by_prompt(call, name)}
        self._params, marks = split_params(params, own_settings(litellm))
        supported = _supported(litellm, call.model)
        if call.tools and supported is not None and "tools" not in supported:
            raise no_tools(where, "LiteLLM lists no tools for this model.")
        self._shape, shape_marks, self._in_words = shaped(call, self._why_in_words(supported))
        decided = (DECIDED[name] for name in call.params if decided_by_prompt(call, name))
        self._caches = takes_breakpoints(call.model)
        uncached = () if self._caches else refusals(call.messages)
        self._marks = (*marks, *shape_marks, *decided, *uncached)

    def _why_in_words(self, supported: Collection[str] | None) -> str:
        output = self._call.output
        if output is None or supported is None:
            return ""
        if FORMAT not in supported:
            return "LiteLLM lists no response_format for this model."
        if output.kind == "json" and not has_json_mode(self._call.model):
            return "this provider has no JSON mode without a schema."
        if output.kind == "schema" and not self._litellm.supports_response_schema(model=self._call.model):
            return "LiteLLM lists no schemas for this model."
        return ""

    async def ask(self) -> None:
        """Send the request and read the answer. Raises CallError."""
        call, answer = self._call, self._answer
        limit = call.timeouts.first if call.stream else call.timeouts.first + call.timeouts.silence
        try:
            async with asyncio.timeout(limit) as deadline:
                response = await self._litellm.acompletion(**self._arguments())
                self._tell(None)
                if call.stream:
                    await self._read(response, deadline)
                else:
                    read_whole(response.model_dump(mode="json", exclude_none=True), answer, self._where)
        except TimeoutError as error:
            phase = "silence" if answer.has_text else "first"
            seconds = call.timeouts.silence if answer.has_text else limit
            raise timed_out(phase, seconds, self._where) from error
        except (CallError, asyncio.CancelledError):
            raise
        except Exception as error:
            # LiteLLM raises whatever the libraries of its providers raise.
            raise failure_of(error, self._where, has_text=answer.has_text, has_asked=key_guard.has_asked()) from error

    def _arguments(self) -> dict[str, Any]:
        call = self._call
        files = self._answer.files
        loop, home = asyncio.get_running_loop(), threading.get_ident()

        def on_log(details: Mapping[str, Any]) -> None:
            # LiteLLM logs the request before sending it, with some keys missing, and again with the answer, complete.
            # It prepares requests in its own thread.
            body = visible((details.get("additional_args") or {}).get("complete_input_dict"))
            if body is None:
                return
            if files is not None:
                body = files.hidden(body)
            if threading.get_ident() == home:
                self._tell(body)
            else:
                loop.call_soon_threadsafe(self._tell, body)

        arguments: dict[str, Any] = {
            "model": call.model,
            "messages": self._messages(self._answer.files),
            **self._params,
            **self._shape,
            "stream": call.stream,
            "drop_params": True,
            "num_retries": 0,
            "max_retries": 0,
            "timeout": call.timeouts.connect + call.timeouts.first + call.timeouts.silence + 600,
            "logger_fn": on_log,
        }
        if call.stream:
            arguments.setdefault("stream_options", {"include_usage": True})
        arguments |= access(call)
        return arguments

    def _messages(self, files: RequestFiles | None = None) -> list[dict[str, Any]]:
        return wire_messages(self._call, self._answer.turns, files, format_in_words=self._in_words, caches=self._caches)

    def _tell(self, body: Any) -> None:
        """Report the request body that was sent, and again when a more complete one is known."""
        if body is None:
            if self._told is None:
                self._told = {"model": self._call.model, "messages": self._messages()}
                self._answer.sent({**self._told, **self._params, **self._shape}, (*self._marks, _NOT_SHOWN))
        elif body != self._told:
            tell = self._answer.sent if self._told is None else self._answer.amend
            self._told = body
            # Redacted, because some providers take their key in the body.
            tell(self._answer.redacted(body), (*self._marks, *self._seen(body)))

    def _seen(self, body: Mapping[str, Any]) -> Iterator[Mark]:
        for mark in compare({**self._params, **self._shape}, body):
            # Every provider has its own format for tools and schemas, so a mark would say nothing.
            if mark.kind != "changed" or mark.name not in self._shape:
                yield mark

    async def _read(self, stream: Any, deadline: asyncio.Timeout) -> None:
        answer, now = self._answer, asyncio.get_running_loop().time
        choices, usage = CompletionChoices(answer), None
        tier = ""
        try:
            async for chunk in stream:
                self._take(chunk, choices)
                usage = getattr(chunk, "usage", None) or usage
                tier = getattr(chunk, "service_tier", None) or tier
                if answer.has_text:
                    deadline.reschedule(now() + self._call.timeouts.silence)
        except BaseException:
            with contextlib.suppress(Exception):
                await stream.aclose()
            raise
        finally:
            choices.close()
        # If the provider sends no usage, LiteLLM estimates one without saying so.
        counted = any(getattr(chunk, "usage", None) for chunk in getattr(stream, "chunks", ()))
        if counted and usage is not None:
            answer.usage = usage_of(usage.model_dump(exclude_none=True), tier)
            answer.response = {"usage": usage.model_dump(mode="json", exclude_none=True)}
        elif not answer.has_text:
            # LiteLLM also reads garbage as an empty answer.
            raise broken_stream(self._where, "The answer has no text, no token counts and no calls.")

    def _take(self, chunk: Any, choices: CompletionChoices) -> None:
        self._answer.model = self._answer.model or text_of(getattr(chunk, "model", ""))
        for choice in getattr(chunk, "choices", None) or ():
            index = getattr(choice, "index", 0)
            reason = getattr(choice, "finish_reason", None)
            choices.read(max(0, index) if isinstance(index, int) else 0, _part(getattr(choice, "delta", None)), reason)


def _is_direct(call: Call, provider_id: str) -> bool:
    """Whether a call needs no translation. OpenAI alone has the Decisions API where LiteLLM looks for it."""
    return not needs_translation(call.model) and (call.task != "decide" or provider_id == "openai")


def _supported(litellm: Any, model: str) -> Collection[str] | None:
    """Return the parameters that LiteLLM forwards for a model, None when it does not know the model."""
    try:
        return cast("Collection[str] | None", litellm.get_supported_openai_params(model=model))
    except Exception:
        # It knows no provider for the name; the call itself reports that.
        logger.debug("LiteLLM does not know the parameters of a model", exc_info=True)
        return None


def _part(delta: Any) -> dict[str, Any]:
    """Return a delta of LiteLLM's as plain JSON in the format of chat completions."""
    found = {name: value for name in _PARTS if (value := _plain(getattr(delta, name, None))) is not None}
    # LiteLLM puts fields here that its own class lacks.
    special = _plain(getattr(delta, "provider_specific_fields", None))
    if isinstance(special, dict):
        found |= {name: special[name] for name in _PARTS if name in special and name not in found}
    return found


def _plain(value: Any) -> Any:
    """Return a value of LiteLLM's as JSON, None for an empty one."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value] or None
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    return value.model_dump(mode="json", exclude_none=True) if hasattr(value, "model_dump") else str(value)


def _stay_at_the_address() -> None:
    # LiteLLM and its libraries configure their clients to follow redirects, and some of them resend the key.
    httpx.Response.has_redirect_location = property(lambda response: False)  # type: ignore[assignment]
    # LiteLLM queries the Ollama of this machine about a model even when the call goes to another one.
    ollama = importlib.import_module("litellm.llms.ollama.common_utils").OllamaModelInfo
    usual = PROVIDERS["ollama"].base_url
    ollama.get_api_base = staticmethod(lambda api_base=None: api_base or key_guard.call_address() or usual)


def _organization(call: Call) -> dict[str, str]:
    organization = dict(call.settings).get("organization", "")
    return {"openai-organization": organization} if organization else {}


class _Vocabulary:
    """Lazy proxy for the vocabulary that LiteLLM passes to every provider, loaded on first attribute access.

    Nearly no provider uses it, and loading takes 40 MB and a third of a second of the first call.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # probed by copying
        return getattr(_vocabulary(), name)


@functools.cache
def _vocabulary() -> Any:
    return importlib.import_module("litellm._lazy_imports").get_default_encoding()


def _put_off_the_vocabulary() -> None:
    # LiteLLM stores the loaded vocabulary in this attribute.
    importlib.import_module("litellm.main").encoding = _Vocabulary()  # type: ignore[attr-defined]


def _import() -> Any:
    clean()
    module: Any = importlib.import_module("litellm")
    _stay_at_the_address()
    key_guard.install()
    _put_off_the_vocabulary()
    # Some of its dependencies read .env files when they are imported.
    clean()
    module.telemetry = False
    module.suppress_debug_info = True
    module.drop_params = True
    module.set_verbose = False
    # Unused, because costs are computed from the usage; it would count and price each answer.
    module.response_cost_calculator = lambda **_: None
    return module
