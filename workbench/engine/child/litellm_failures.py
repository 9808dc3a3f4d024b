"""Conversion of LiteLLM's exceptions into failures.

Invariant: every exception of LiteLLM becomes a failure with one of the engine's codes; LiteLLM reports connection
errors as status 500 and embeds provider bodies in its own messages, and both are extracted here.
"""

from __future__ import annotations

import ast
import json
import re
import time
from typing import Any

import httpx

from workbench.core.install_hint import is_installed
from workbench.core.provider import ProviderPackage
from workbench.core.provider_requirements import where_to_enter
from workbench.core.providers import PROVIDERS
from workbench.engine.child.failures import (
    CallError,
    FailureSubject,
    bad_key,
    connect_failed,
    half_answer,
    http_failure,
    no_key,
    retry_after_seconds,
    server_error,
)
from workbench.engine.child.key_guard import HELD_BACK
from workbench.engine.child.provider_needs import no_credentials, no_package
from workbench.engine.child.transport_failures import certificate_files, failure_by_words

_CONNECT = re.compile(
    r"cannot connect|connect call failed|connection (refused|error)|name or service not known|name resolution"
    r"|server disconnected|all connection attempts failed|nodename nor servname|network is unreachable",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"ended before a finish_reason|payload is not completed|incomplete|peer closed|connection (reset|lost|closed)",
    re.IGNORECASE,
)
_NO_PROVIDER = re.compile(r"LLM Provider NOT provided", re.IGNORECASE)
_NO_CHAT = re.compile(r"Unmapped LLM provider for this endpoint", re.IGNORECASE)
_SHORT_ADDRESS = re.compile(r"is not a canonical IPv4 address")
_NO_KEY = re.compile(
    r"missing .*(api.?key|credentials)|api_key client option must be set|api key.* (not|missing)", re.IGNORECASE
)
# Messages of cloud libraries about missing and about refused credentials.
_NO_CREDENTIALS = re.compile(
    r"unable to locate credentials|no credentials found|credentials were not found|no usable aws credentials"
    r"|could not find credentials|config profile .* could not be found|missing required parameter.*oci_",
    re.IGNORECASE,
)
_BAD_CREDENTIALS = re.compile(
    r"invalid_grant|invalid_client|unable to load (the )?vertex credentials|unable to load pem"
    r"|could not deserialize key"
    r"|security token included in the request is (invalid|expired)|service account info was not in the expected format",
    re.IGNORECASE,
)
_NO_PROJECT = re.compile(r"could not resolve project_id", re.IGNORECASE)
# A fixed package instead of the one in the message: a server can put any text into an error.
_NO_AIPLATFORM = re.compile(r"vertexai import failed")
_AIPLATFORM = ProviderPackage("vertexai", "google-cloud-aiplatform", "LiteLLM uses for this model")
_BYTES = re.compile(r"b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\"")


def failure_of(error: Any, where: FailureSubject, *, has_text: bool, has_asked: bool = True) -> CallError:
    """Return the failure of an exception raised by LiteLLM; `has_asked` says whether a request was sent."""
    words = str(error)
    name = type(error).__name__
    if _NO_PROVIDER.search(words):
        return CallError(
            "no_model",
            f"LiteLLM does not know the provider of “{where.model}”. "
            f"Put the provider before the model's name, as in openai/{where.model}.",
            words,
        )
    if _NO_CHAT.search(words):
        return CallError("no_model", f"LiteLLM cannot chat with “{where.model}”. Choose another model.", words)
    if _SHORT_ADDRESS.search(words):
        sentence = f"The address of {where.endpoint} cannot be called as it is written."
        return CallError("bad_address", f"{sentence} Write all four numbers of it, or its name.", words)
    if HELD_BACK in words:
        return CallError(
            "bad_address",
            f"The request was not sent: it would have carried the key of {where.endpoint} to another server. Check the "
            f"model's name, and the address in Settings → {where.page}.",
            words,
        )
    if has_text:
        return half_answer(where, words)
    if name == "UnsupportedParamsError":
        return CallError(
            "refused_param",
            f"{where.endpoint} does not accept a parameter that is set for {where.model}. "
            "Clear it in the lane's parameters.",
            words,
        )
    if name == "ContextWindowExceededError":
        body = {"error": {"code": "context_length_exceeded", "message": words}}
        return http_failure(400, json.dumps(body), where)
    provider = PROVIDERS.get(where.provider)
    if not where.has_key and (name == "AuthenticationError" or _NO_KEY.search(words)):
        has_choice = provider is not None and provider.settings and not provider.needs_key
        return no_credentials(provider, where, words) if has_choice and provider is not None else no_key(where)
    if provider is not None and not where.has_key and _NO_CREDENTIALS.search(words):
        return no_credentials(provider, where, words)
    if provider is not None and _NO_AIPLATFORM.search(words) and not is_installed(_AIPLATFORM.module):
        return no_package(provider, _AIPLATFORM)
    if _NO_PROJECT.search(words):
        return CallError(
            "no_setting",
            f"{where.endpoint} needs the setting “Project”, which the credentials do not name. "
            + where_to_enter("it", ("VERTEXAI_PROJECT",), place=f"Settings → {where.page}"),
            words,
        )
    if _BAD_CREDENTIALS.search(words):
        return bad_key(where, words)
    if (known := failure_by_words(words, where)) is not None:
        return known
    if _HALF.search(words):
        return half_answer(where, words)
    if _CONNECT.search(words):
        return connect_failed(where, words)
    if not has_asked:
        return certificate_files() or CallError(
            "bad_request",
            f"LiteLLM refused the request before it was sent to {where.endpoint}. See the details, then check the "
            f"model's name, the lane's parameters, and Settings → {where.page}.",
            words,
        )
    code = _redirect(error) or getattr(error, "status_code", None)
    if isinstance(code, int) and 300 <= code < 600:
        return http_failure(code, _body(words), where, after=_retry_after(error))
    return certificate_files() or server_error(where, name, words)


def _redirect(error: BaseException) -> int:
    """Return the status of the redirect that caused an error, which LiteLLM reports as 500; 0 for none."""
    seen: BaseException | None = error
    for _ in range(10):
        response = getattr(seen, "response", None)
        if isinstance(response, httpx.Response) and 300 <= response.status_code < 400:
            return response.status_code
        seen = None if seen is None else seen.__cause__ or seen.__context__
    return 0


def _body(words: str) -> str:
    """Return the provider's body embedded in LiteLLM's message, or the message."""
    if found := _BYTES.search(words):
        quoted: bytes = ast.literal_eval(found.group(0))
        return quoted.decode("utf-8", "replace")
    start, end = words.find("{"), words.rfind("}")
    return words[start : end + 1] if 0 <= start < end else words


def _retry_after(error: Any) -> float | None:
    for headers in (
        getattr(error, "litellm_response_headers", None),
        getattr(getattr(error, "response", None), "headers", None),
    ):
        value = None if headers is None else headers.get("retry-after")
        if isinstance(value, str) and (seconds := retry_after_seconds(value, time.time())) is not None:
            return seconds
    return None
