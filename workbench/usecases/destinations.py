"""Addresses of calls, and where each address comes from.

Invariant: an address comes from the endpoint, the settings, the environment, or is the provider's public one, in this
order, and names its source. An address with a user, a password, a query or a fragment cannot be used, and leaves this
module only in a form without secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from workbench.core.lanes import Endpoint
from workbench.core.origins import base_origin, origin_of, shown_address
from workbench.core.provider import Provider
from workbench.core.provider_table import ROWS
from workbench.core.providers import PROVIDERS
from workbench.host.keys import KeyName
from workbench.host.provider_choices import ProviderChoices

OWN = "provider:"
"""Prefix of pseudo-origins, for providers whose address LiteLLM makes from a region or an account."""
AddressSource = Literal["endpoint", "settings", "environment", "public"]


@dataclass(frozen=True, slots=True)
class KeyDestination:
    """An address in force. Keys are compared with `origin`, which is "" if the address cannot be used.

    `base_url` is "" for a provider whose address LiteLLM makes from its settings, such as a region.
    """

    base_url: str
    source: AddressSource
    origin: str
    variable: str = ""

    @property
    def is_public(self) -> bool:
        """Whether the address is the provider's own."""
        return self.source == "public"


def key_id(provider: str) -> str:
    """Return the id shared by all providers of one company, which share keys and settings."""
    return _key_ids().get(provider, provider)


@cache
def _key_ids() -> Mapping[str, str]:
    """The shared id by provider id, cached because comparing all providers with each other is slow."""
    return {known.id: next(row.id for row in ROWS if _shares(row, known)) for known in PROVIDERS.values()}


def _shares(row: Provider, other: Provider) -> bool:
    if row.key_variables or other.key_variables:
        return row.key_variables == other.key_variables
    return row.id == other.id or (row.name == other.name and row.settings == other.settings)


@lru_cache(1024)
def own_origin(provider: str) -> str:
    """Return the origin of a provider's own address, "" if each customer has a different one.

    The origin is a pseudo-origin if LiteLLM makes the address from a region or an account.
    """
    known = PROVIDERS.get(provider)
    if known is None:
        return f"{OWN}{provider}"
    if known.base_url:
        return origin_of(known.base_url)
    return "" if known.needs_address else f"{OWN}{key_id(provider)}"


def environment_address(provider: str, env: Mapping[str, str]) -> tuple[str, str]:
    """Return a provider's address in the environment and the variable that holds it; "" and "" for none."""
    known = PROVIDERS.get(provider)
    for variable in known.address_variables if known else ():
        if value := env.get(variable, "").strip():
            return value, variable
    return "", ""


def destination(
    provider: str, env: Mapping[str, str], choices: ProviderChoices, endpoint: Endpoint | None = None
) -> KeyDestination:
    """Return the address for calls to a provider, for `endpoint` if it has one.

    An invalid address in the environment still counts, so that calls meant for it go nowhere else.
    """
    if endpoint is not None and endpoint.base_url:
        return endpoint_destination(endpoint)
    if entered := choices.address(key_id(provider)):
        return _given(entered, "settings")
    value, variable = environment_address(provider, env)
    if value:
        return _given(value, "environment", variable)
    known = PROVIDERS.get(provider)
    return KeyDestination(known.base_url if known else "", "public", own_origin(provider))


def endpoint_destination(endpoint: Endpoint) -> KeyDestination:
    """Return the address of an endpoint that has its own."""
    return _given(endpoint.base_url, "endpoint")


def _given(address: str, source: AddressSource, variable: str = "") -> KeyDestination:
    return KeyDestination(shown_address(address), source, base_origin(address), variable)


def setting_key(provider: str, setting: str) -> str:
    """Return the name under which a secret setting of a provider is stored."""
    return f"{key_id(provider)}:{setting}"


def key_names(env: Mapping[str, str]) -> dict[str, KeyName]:
    """Return the variables and origins of all provider keys, by the name of the key.

    A key in the environment belongs to the address in the environment, or to the provider's own if there is none.
    """
    found: dict[str, KeyName] = {}
    for provider in ROWS:
        if key_id(provider.id) != provider.id:
            continue
        own = own_origin(provider.id)
        if provider.takes_key:
            origins = tuple(_environment_origin(provider, variable, env) for variable in provider.key_variables)
            found[provider.id] = KeyName(provider.key_variables, own, origins)
        for setting in provider.settings:
            if setting.secret:
                origins = tuple(_environment_origin(provider, variable, env) for variable in setting.variables)
                found[setting_key(provider.id, setting.name)] = KeyName(setting.variables, own, origins, optional=True)
    return found


def _environment_origin(provider: Provider, variable: str, env: Mapping[str, str]) -> str:
    """Return the origin of the key in a variable that a provider reads.

    Providers can share a variable: if the environment names a gateway for one of them, the key is the gateway's.
    """
    for row in (provider.id, *_sharing().get(variable, ())):
        value, _ = environment_address(row, env)
        if value:
            return origin_of(value)
    return own_origin(provider.id)


@cache
def _sharing() -> Mapping[str, tuple[str, ...]]:
    """The ids of the providers that read a variable, in the order of the table."""
    found: dict[str, tuple[str, ...]] = {}
    for row in ROWS:
        for variable in dict.fromkeys(row.all_variables):
            found[variable] = (*found.get(variable, ()), row.id)
    return found
