"""Which key goes where.

Invariant: a key is looked up for one endpoint and handed over for that endpoint alone; a model that answers without a
key never makes anyone look for one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workbench.core.lanes import Endpoint
from workbench.core.providers import PROVIDERS, key_variables, split_model
from workbench.core.runs import Failure
from workbench.host.errors import HostError
from workbench.host.keys import KeyStore

ProviderOf = Callable[[str], str]
"""Model id → provider id, "" when nobody knows."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What proves to an endpoint who asks."""

    key: str = field(default="", repr=False)
    secret_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def provider_key(provider: str) -> str:
    """Return the name under which a provider's key is kept: providers of one company share one key."""
    variables = key_variables()
    mine = variables.get(provider)
    return next((name for name, theirs in variables.items() if theirs == mine), provider)


def endpoint_key(uid: str) -> str:
    """Return the name under which the key of a custom endpoint is kept."""
    return f"endpoint:{uid}"


def header_key(uid: str, header: str) -> str:
    """Return the name under which the value of a secret header is kept; header names know no case."""
    return f"endpoint:{uid}:header:{header.lower()}"


def key_names(endpoint: Endpoint, model: str, provider_of: ProviderOf) -> tuple[str, ...]:
    """Return the names of the keys that `credentials` asks for; none for a model that answers without one."""
    if endpoint.is_local:
        return ()
    if endpoint.kind == "litellm":
        provider = _provider(model, provider_of)
        known = PROVIDERS.get(provider)
        return () if known is not None and not known.takes_key else (provider_key(provider),)
    key = (endpoint_key(endpoint.uid),) if endpoint.needs_key else ()
    return (*key, *(header_key(endpoint.uid, header) for header in endpoint.secret_headers))


def credentials(keys: KeyStore, endpoint: Endpoint, model: str, provider_of: ProviderOf) -> Credentials | Failure:
    """Return what a call needs, or the failure that says what is missing.

    `provider_of` is asked only when the model id itself does not name its provider.
    """
    if endpoint.is_local:
        return Credentials()
    try:
        if endpoint.kind == "litellm":
            return _of_provider(keys, _provider(model, provider_of))
        return _of_endpoint(keys, endpoint)
    except HostError as error:
        return Failure("no_key", error.sentence, error.detail)


def _provider(model: str, provider_of: ProviderOf) -> str:
    return split_model(model)[0] or provider_of(model) or model.partition("/")[0]


def _of_provider(keys: KeyStore, provider: str) -> Credentials | Failure:
    known = PROVIDERS.get(provider)
    if known is not None and not known.takes_key:
        return Credentials()
    if key := keys.get(provider_key(provider)):
        return Credentials(key.value)
    # LiteLLM knows more providers than we do, and some of them need no key.
    if known is None or not known.needs_key:
        return Credentials()
    # Some providers have no variable of their own.
    variable = f", or set {known.key_variables[0]} and start again" if known.key_variables else ""
    return Failure(
        "no_key",
        f"{known.name} needs an API key. Add one in Settings → Keys{variable}.",
        f"provider {provider}",
    )


def _of_endpoint(keys: KeyStore, endpoint: Endpoint) -> Credentials | Failure:
    key = keys.get(endpoint_key(endpoint.uid)) if endpoint.needs_key else None
    if endpoint.needs_key and key is None:
        return Failure(
            "no_key",
            f"The endpoint “{endpoint.name}” needs an API key. Add one in Settings → Endpoints.",
            f"endpoint {endpoint.uid}",
        )
    headers = []
    for header in endpoint.secret_headers:
        value = keys.get(header_key(endpoint.uid, header))
        if value is None:
            return Failure(
                "no_key",
                f"The header {header} of the endpoint “{endpoint.name}” has no value on this machine. "
                "Add it in Settings → Endpoints.",
                f"endpoint {endpoint.uid}",
            )
        headers.append((header, value.value))
    return Credentials("" if key is None else key.value, tuple(headers))
