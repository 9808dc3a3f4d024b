"""Validating the form of an endpoint. Pure functions.

Invariant: an address that passes is an http or https URL without user, query or fragment, and holds no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from workbench.core.headers import is_framing, is_header_name, names_secret
from workbench.core.lanes import Endpoint
from workbench.core.origins import base_origin, origin_of
from workbench.core.provider_requirements import setting_trouble
from workbench.core.providers import PROVIDERS
from workbench.engine.loopback import is_loopback
from workbench.host.processes import is_secret

Field = Literal["name", "base_url", "headers", "key", "path", "adapter", "settings"]
_TAKEN = frozenset({"echo", "builtin", "litellm"})
_VERSION = re.compile(r"v\d\w*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EndpointForm:
    """Input of a person. `uid` is "" for a new endpoint; `key` None leaves the stored key, "" removes it.

    A secret header with the value None keeps its stored value. `provider` is LiteLLM's id of the provider whose
    protocol the address speaks, "" for OpenAI's; `settings` are that provider's other settings.
    """

    name: str
    base_url: str
    uid: str = ""
    needs_key: bool = False
    key: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str | None], ...] = field(default=(), repr=False)
    provider: str = ""
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FieldMistake:
    """A mistake in a form: its field and a sentence."""

    where: Field
    sentence: str


def check_form(form: EndpointForm, others: Iterable[Endpoint]) -> tuple[FieldMistake, ...]:
    """Return all mistakes of a form; `others` are the existing endpoints."""
    found = [*check_name(form.name, form.uid, others), *_check_url(form.base_url), *_check_headers(form.headers)]
    if (known := PROVIDERS.get(form.provider)) is not None:
        given = dict(form.settings)
        unfit = (one for one in known.settings if not one.allows(given.get(one.name, "").strip()))
        found += [FieldMistake("settings", f"{setting_trouble(one)} Correct it.") for one in unfit]
    if form.key and (not form.key.strip().isascii() or not form.key.strip().isprintable()):
        found.append(FieldMistake("key", "The key has characters that cannot be sent. Copy it again, alone."))
    return tuple(found)


def check_name(name: str, uid: str, others: Iterable[Endpoint]) -> tuple[FieldMistake, ...]:
    """Return the mistakes in the name of an endpoint, which is also the prefix of its models in the terminal."""
    cleaned = name.strip()
    if not cleaned or not cleaned.isprintable():
        return (FieldMistake("name", "An endpoint needs a name. Type a short one, such as the name of the server."),)
    if "/" in cleaned:
        return (FieldMistake("name", "A slash separates the name from the model, so the name cannot have one."),)
    if cleaned.casefold() in _TAKEN or cleaned.casefold() in PROVIDERS:
        return (
            FieldMistake("name", f"“{cleaned}” is the name of a provider. Choose another one, such as “my {cleaned}”."),
        )
    if any(other.uid != uid and other.name.casefold() == cleaned.casefold() for other in others):
        return (FieldMistake("name", f"An endpoint “{cleaned}” already exists. Choose another name."),)
    return ()


def clean_url(text: str) -> str:
    """Return an address as it is stored: without surrounding space, trailing slash, or the path of a single call."""
    cleaned = text.strip().rstrip("/")
    for ending in ("/chat/completions", "/completions", "/models"):
        cleaned = cleaned.removesuffix(ending)
    parts = urlsplit(cleaned)
    return urlunsplit((parts.scheme.lower(), parts.netloc, parts.path.rstrip("/"), parts.query, parts.fragment))


def versioned_url(form: EndpointForm) -> str:
    """Return the address of a form with /v1, where OpenAI-compatible servers usually answer; "" if it has a version."""
    address = clean_url(form.base_url)
    if form.provider or address_trouble(address) or _VERSION.fullmatch(address.rpartition("/")[2]):
        return ""
    return f"{address}/v1"


def name_of(address: str) -> str:
    """Return a name for an address: its host, with the port if it has one; "" for an unusable address."""
    if address_trouble(address):
        return ""
    parts = urlsplit(address.strip())
    host = (parts.hostname or "").removeprefix("www.").removeprefix("api.")
    return f"{host}:{parts.port}" if parts.port else host


def free_name(name: str, others: Sequence[Endpoint]) -> str:
    """Return `name`, or a variant of it that is a valid unused name."""
    tries = [name, f"My {name}", *(f"My {name} {n}" for n in range(2, len(others) + 3))]
    return next(one for one in tries if not check_name(one, "", others))


def _check_url(text: str) -> tuple[FieldMistake, ...]:
    trouble = address_trouble(text)
    return (FieldMistake("base_url", trouble),) if trouble else ()


def address_trouble(text: str) -> str:
    """Return why an address cannot be used, without quoting it; "" if it can."""
    example = "Write it like http://localhost:8000."
    if not text.strip().isprintable():
        return f"The address has an invisible character. Type it again. {example}"
    try:
        parts = urlsplit(text.strip())
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return f"This is not an address. {example}"
    if parts.scheme.lower() not in ("http", "https"):
        return f"The address must begin with http:// or https://. {example}"
    if not parts.hostname or not port_fits or re.search(r"[\s\\]", text.strip()):
        return f"The address names no server. {example}"
    if parts.username or parts.password:
        return "Leave user and password out of the address; use a key or a secret header instead."
    if not origin_of(text):
        if not parts.hostname.isascii():
            return "Programs read this server name in different ways. Write it in the form that begins with xn--."
        return f"The address names no server that can be called. {example}"
    if not base_origin(text):
        return f"Leave out everything from the “?” or “#” on; an API version has its own setting. {example}"
    return ""


def warnings(base_url: str) -> tuple[str, ...]:
    """Return what a person should know about a usable address."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme == "http" and not is_loopback(host):
        return (f"Prompts and keys travel to {host} unencrypted, because the address begins with http://.",)
    return ()


def is_secret_header(name: str, value: str) -> bool:
    """Return whether a header looks as if its value must not be in the database."""
    return names_secret(name) or is_secret(name.replace("-", "_"), value)


def _check_headers(headers: Sequence[tuple[str, str | None]]) -> tuple[FieldMistake, ...]:
    seen: set[str] = set()
    for name, value in headers:
        if not is_header_name(name):
            return (FieldMistake("headers", f"“{name}” is not the name of a header. Use letters, digits and dashes."),)
        if is_framing(name):
            return (FieldMistake("headers", f"The header {name} is set automatically. Leave it out."),)
        if name.lower() in seen:
            return (FieldMistake("headers", f"The header {name} appears twice. Keep one of them."),)
        if value is not None and not (value.strip().isascii() and value.strip().isprintable()):
            return (FieldMistake("headers", f"The value of {name} has characters that cannot be sent in a header."),)
        seen.add(name.lower())
    return ()
