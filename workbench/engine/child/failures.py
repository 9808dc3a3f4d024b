"""Failures of calls: codes, sentences and retry decisions.

Invariant: every failure has a stable code, a sentence with a next step, and separate technical details; whether an
attempt may be repeated is decided here only.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from workbench.core.runs import Failure
from workbench.engine.loopback import is_loopback
from workbench.engine.untrusted_json import parse

_DAY_S = 24 * 3600.0
MAX_WAIT_S = 120.0
"""Longest Retry-After in seconds that is waited for; longer ones are reported to the user."""
_DETAIL = 64_000
"""Characters; generous, because the shown detail is cut only after redaction, so that no half of a key remains."""


class CallError(Exception):
    """A call failed. `retry` says whether another attempt may help, `after` is the pause before it in seconds."""

    def __init__(
        self, code: str, sentence: str, detail: str = "", *, retry: bool = False, after: float | None = None
    ) -> None:
        super().__init__(sentence)
        self.failure = Failure(code, sentence, detail[:_DETAIL])
        self.retry = retry
        self.after = after


@dataclass(frozen=True, slots=True)
class FailureSubject:
    """The endpoint and model that a failure's sentence is about."""

    endpoint: str
    model: str
    has_key: bool = True
    local: bool = False
    page: str = "Keys"
    """The page of the settings that holds the key."""
    provider: str = ""
    """Id in the provider table, "" when it is not listed there."""
    address: str = ""
    """The base URL, "" when it is derived from settings."""
    given: tuple[str, ...] = ()
    """The names of the settings that have values."""


def no_key(where: FailureSubject) -> CallError:
    """Return the failure for a provider that requires a key when none is set."""
    sentence = f"{where.endpoint} requires an API key. Add one in Settings → {where.page}."
    return CallError("no_key", sentence)


def bad_key(where: FailureSubject, detail: str) -> CallError:
    """Return the failure for a refused key or other credentials."""
    return CallError("bad_key", f"{where.endpoint} refused the key. Check it in Settings → {where.page}.", detail)


def connect_failed(where: FailureSubject, detail: str) -> CallError:
    """Return the failure for an address that accepts no connection."""
    is_own = where.page == "Endpoints"
    if is_loopback(urlsplit(where.address).hostname or ""):
        start, enter = ("the server", "correct") if is_own else (where.endpoint, "enter")
        advice = f"Start {start}, or {enter} its address in Settings → {where.page}."
        sentence = f"Nothing answers at {where.address}. {advice}"
    elif is_own:
        sentence = f"{where.endpoint} cannot be reached. Is the server running, and is its address right?"
    else:
        sentence = f"{where.endpoint} cannot be reached. Check the network, then try again."
    return CallError("connect_failed", sentence, detail, retry=True)


def bad_address(where: FailureSubject, error: Exception) -> CallError:
    """Return the failure for an unusable address or header; the error's message may quote a key and is omitted."""
    return CallError(
        "bad_address",
        f"The address, the key or a header of {where.endpoint} has a form that cannot be sent. "
        f"Check them in Settings → {where.page}; a base URL starts with http:// or https://.",
        type(error).__name__,
    )


def tls_only(where: FailureSubject, detail: str) -> CallError:
    """Return the failure for an http:// address of a TLS server."""
    sentence = f"{where.endpoint} accepts only TLS. Write https:// instead of http:// in its address."
    return CallError("bad_address", sentence, detail)


def timed_out(phase: str, seconds: float, where: FailureSubject) -> CallError:
    """Return the failure for a timeout in a phase: `connect`, before the first text (`first`), between two chunks
    (`silence`), or in a question about models or keys (`listing`).
    """
    sentence = {
        "connect": f"{where.endpoint} did not accept the connection within {seconds:g} s. "
        "Check its address and the network.",
        "first": (
            f"{where.model} wrote nothing for {seconds:g} s on this machine. Retry with a shorter prompt, "
            "or choose a smaller model."
            if where.local
            else f"{where.endpoint} sent nothing for {seconds:g} s after the request. Retry, or choose another model."
        ),
        "listing": f"{where.endpoint} did not answer completely within {seconds:g} s. "
        "Try again, or type the model's name.",
        "silence": f"{where.endpoint} stopped sending for {seconds:g} s in the middle of the answer. "
        "Partial output is kept; try again.",
    }[phase]
    return CallError(f"timeout_{phase}", sentence, retry=phase == "connect")


def half_answer(where: FailureSubject, detail: str) -> CallError:
    """Return the failure for a connection that was closed before the end of the answer."""
    return CallError(
        "half_answer",
        f"{where.endpoint} closed the connection early. Partial output is kept; try again.",
        detail,
        retry=True,
    )


def broken_stream(where: FailureSubject, detail: str) -> CallError:
    """Return the failure for a response that does not follow the protocol."""
    return CallError(
        "broken_stream",
        f"{where.endpoint} sent a response that is not OpenAI-compatible. "
        "Check the base URL (it often ends in /v1); partial output is kept.",
        detail,
    )


def whole_too_long(limit: str, where: FailureSubject) -> CallError:
    """Return the failure for a response, not streamed, larger than `limit` (with a unit)."""
    return CallError(
        "answer_too_long",
        f"{where.endpoint} sent an answer of more than {limit}, which is too large to read. Set Max tokens in the "
        "lane's parameters.",
    )


def event_too_long(limit: str, where: FailureSubject) -> CallError:
    """Return the failure for a line or event of a stream longer than `limit` (with a unit)."""
    return CallError(
        "answer_too_long",
        f"{where.endpoint} sent a stream event of more than {limit}, so reading stopped. Partial output is kept; check "
        "the base URL, or retry.",
    )


def error_words(body: Any, fallback: str = "") -> str:
    """Return the provider's message from a JSON error body of any common form, or `fallback`."""
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, dict):
        error = body.get("error", body)
        if isinstance(error, str):
            return error
        if isinstance(error, dict):
            for name in ("message", "msg", "detail", "error"):
                if isinstance(error.get(name), str) and error[name]:
                    return str(error[name])
        for name in ("message", "detail"):
            if isinstance(body.get(name), str):
                return str(body[name])
        return json.dumps(body, ensure_ascii=False)
    return fallback


def _field(body: Any, name: str) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    value = error.get(name) if isinstance(error, dict) else None
    return value if isinstance(value, str) else ""


_CONTEXT = re.compile(
    r"context.?(length|window|size)|prompt is too long|too many (input )?tokens|maximum (context|number of tokens)"
    r"|exceeds? the (available|maximum|model'?s)?.{0,20}context|input is too long|reduce the length",
    re.IGNORECASE,
)
_QUOTA = re.compile(
    r"insufficient.?(quota|balance|credit)|exceeded your current quota|billing|credit balance", re.IGNORECASE
)
_PARAM = re.compile(
    r"(?:unsupported|unrecognized|unknown|unexpected|invalid)[ _](?:request )?"
    r"(?:argument|parameter|param|value|field|keyword)",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model.{0,80}(not found|does not exist|not exist|is not available|unknown|decommissioned)", re.IGNORECASE
)


_NO_TOOLS = re.compile(
    r"(does not|doesn'?t|do not|don'?t|not) support.{0,30}(tool|function)"
    r"|(tool|function).?(use|call\w*|s)?.{0,30}(not supported|unsupported|not available|not enabled)"
    r"|endpoints found that support tool|enable-auto-tool-choice",
    re.IGNORECASE,
)


def no_tools(where: FailureSubject, detail: str = "") -> CallError:
    """Return the failure for a prompt with tools and a model that cannot call any."""
    return CallError(
        "no_tools",
        f"{where.model} cannot call tools at {where.endpoint}, but this prompt has some. Choose a model with tools for "
        "the lane, or switch the prompt's tools off.",
        detail,
    )


# The messages of nginx, Go and Apache.
_TLS_WANTED = re.compile(r"HTTP request (was sent )?to (an )?HTTPS (port|server)|speaking plain HTTP to an SSL", re.I)
_NO_VISION = re.compile(
    r"(image|vision|multi-?modal).{0,60}(not supported|unsupported|not allowed|not enabled|not available)"
    r"|(does not|doesn'?t|do not|not) support.{0,40}(image|vision|multi-?modal)|endpoints found that support image"
    r"|unknown variant .?image_url|invalid content type.{0,20}image_url",
    re.IGNORECASE,
)


def no_vision(where: FailureSubject, detail: str = "") -> CallError:
    """Return the failure for an image in a prompt for a model without vision."""
    return CallError(
        "no_vision",
        f"{where.model} cannot see images at {where.endpoint}, but this prompt has some. Choose a model with vision "
        "for the lane, or remove the images.",
        detail,
    )


def refused_param_of(body: Any) -> str:
    """Return the request parameter that an error body names as refused, "" when it names none."""
    name, code, words = _field(body, "param"), _field(body, "code"), error_words(body)
    if code in ("unsupported_parameter", "unsupported_value", "unknown_parameter") or _PARAM.search(words):
        if name:
            return name
        found = re.search(r"[\"'`]([A-Za-z_][\w.]*)[\"'`]", words)
        return found.group(1) if found else ""
    return ""


def http_failure(status: int, raw: str, where: FailureSubject, *, after: float | None = None) -> CallError:
    """Return the failure for an unsuccessful HTTP response. `after` is Retry-After in seconds."""
    try:
        body: Any = parse(raw)
    except ValueError:
        body = None
    words = error_words(body, raw.strip())
    detail = f"HTTP {status}: {words}" if words else f"HTTP {status}"
    code, kind = _field(body, "code"), _field(body, "type")
    return _by_meaning(status, body, words, detail, {code, kind}, where) or _by_status(status, detail, where, after)


def _by_meaning(
    status: int, body: Any, words: str, detail: str, codes: set[str], where: FailureSubject
) -> CallError | None:
    if status == 402 or (status in (400, 403, 429) and (codes & {"insufficient_quota"} or _QUOTA.search(words))):
        return CallError(
            "over_quota",
            f"The account at {where.endpoint} has no credit left. Top it up, or use another key or model.",
            detail,
        )
    if status == 400 and _TLS_WANTED.search(words):
        return tls_only(where, detail)
    if status in (400, 404, 415, 422, 500) and _NO_VISION.search(words):
        return no_vision(where, detail)
    if status not in (400, 404, 413, 422):
        return None
    if codes & {"context_length_exceeded", "exceed_context_size_error"} or (status != 404 and _CONTEXT.search(words)):
        return CallError(
            "context_too_long",
            f"The prompt is too long for the context of {where.model}. Shorten it, or choose a model with more.",
            detail,
        )
    if _NO_TOOLS.search(words) or (status != 404 and refused_param_of(body) in ("tools", "tool_choice")):
        return no_tools(where, detail)
    if codes & {"model_not_found"} or (status != 422 and _NO_MODEL.search(words)):
        return _no_model(where, detail)
    if status in (400, 422) and (name := refused_param_of(body)):
        return CallError(
            "refused_param",
            f"{where.endpoint} does not accept “{name}” as it is set for {where.model}. Change or clear it in the "
            "lane's parameters.",
            detail,
        )
    return None


def _no_model(where: FailureSubject, detail: str) -> CallError:
    return CallError(
        "no_model",
        f"{where.endpoint} does not know the model “{where.model}”. "
        "Check its name or choose another one; if the endpoint is your own, check its base URL too.",
        detail,
    )


def _by_status(status: int, detail: str, where: FailureSubject, after: float | None) -> CallError:
    if status in (401, 403):
        if not where.has_key:
            return CallError(
                "no_key",
                f"{where.endpoint} requires an API key. Add one in Settings → {where.page}.",
                detail,
            )
        return bad_key(where, detail)
    if status == 404:
        return _no_model(where, detail)
    if status == 429:
        return rate_limited(where, detail, after)
    if status in (408, 409, 425) or status >= 500:
        return server_error(where, str(status), detail, after)
    if 300 <= status < 400:
        return CallError(
            "bad_address",
            f"{where.endpoint} redirects to another address, but keys are not sent there. "
            f"Enter the final address in Settings → {where.page}.",
            detail,
        )
    return CallError(
        "bad_request",
        f"{where.endpoint} refused the request. See the details, then change the prompt or the parameters.",
        detail,
    )


def rate_limited(where: FailureSubject, detail: str, after: float | None) -> CallError:
    """Return the failure for too many requests; retried unless Retry-After exceeds MAX_WAIT_S."""
    long = after is not None and after > MAX_WAIT_S
    wait = _later(after) if after is not None and long else "in a moment"
    return CallError(
        "rate_limited",
        f"{where.endpoint} limits the rate of requests. Retry {wait}, or run fewer lanes at once.",
        detail,
        retry=not long,
        after=after,
    )


def server_error(where: FailureSubject, what: str, detail: str, after: float | None = None) -> CallError:
    """Return the failure for a server error; `what` is its status or name."""
    return CallError(
        "server_error",
        f"{where.endpoint} returned a server error ({what}). Retry in a moment.",
        detail,
        retry=after is None or after <= MAX_WAIT_S,
        after=after,
    )


def _later(seconds: float) -> str:
    if seconds >= _DAY_S:
        return "tomorrow or later"
    minutes = -(-seconds // 60)
    return f"in {minutes:.0f} min" if minutes < 120 else f"in {minutes / 60:.0f} h"


def retry_after_seconds(value: str, now: float) -> float | None:
    """Parse a Retry-After header: seconds, or an HTTP date relative to `now` (Unix time); None when it is neither.

    The result is clamped to 0 to 24 hours.
    """
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, TypeError, OverflowError, LookupError, OSError):
            return None
    return None if math.isnan(seconds) else min(max(0.0, seconds), _DAY_S)
