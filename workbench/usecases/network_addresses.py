"""The addresses that this installation may contact, and when.

Invariant: the program contacts nothing that is not listed here. Making the list contacts nothing and reads no key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.core.lanes import Endpoint
from workbench.core.origins import shown_address
from workbench.core.provider import Provider
from workbench.core.providers import PROVIDERS
from workbench.host.provider_choices import ProviderChoices
from workbench.usecases.destinations import destination
from workbench.usecases.server_discovery import CANDIDATES

AddressKind = Literal["endpoint", "provider", "this computer", "packages", "proxy"]
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy")
_INDEXES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")
_USUAL_INDEX = "the package index that pip is set to"
"""Shown where no variable names one: only pip itself knows its configuration files and its default."""


@dataclass(frozen=True, slots=True)
class ContactedAddress:
    """An address, without secrets, and when it is contacted. `whose` names the provider, endpoint or program."""

    kind: AddressKind
    address: str
    whose: str
    when: str


def addresses(
    endpoints: Sequence[Endpoint], env: Mapping[str, str], choices: ProviderChoices
) -> Iterator[ContactedAddress]:
    """Yield every address: own endpoints, this computer, packages, proxies, then the providers."""
    for one in endpoints:
        if one.has_address:
            yield ContactedAddress(
                "endpoint", shown_address(one.base_url), one.name, "when a lane, a test or a judge uses it"
            )
    yield ContactedAddress("this computer", "127.0.0.1", "built-in model and GGUF files", "when one of them answers")
    for server in CANDIDATES:
        yield ContactedAddress("this computer", server.base_url, server.name, "when you look for local servers")
    for index in dict.fromkeys(env[name] for name in _INDEXES if env.get(name)) or (_USUAL_INDEX,):
        yield ContactedAddress("packages", shown_address(index), "pip", "when you install the built-in model")
    for name in _PROXIES:
        if value := env.get(name, "").strip():
            yield ContactedAddress("proxy", shown_address(value), name, "for every call that is not to this computer")
    # A company may have several rows with the same name and address.
    of_providers = ((a, one.name) for one in PROVIDERS.values() for a in _of_provider(one, env, choices))
    for address, name in dict.fromkeys(of_providers):
        yield ContactedAddress("provider", address, name, "when you run a model of it or test its key")


def _of_provider(provider: Provider, env: Mapping[str, str], choices: ProviderChoices) -> Iterator[str]:
    where = destination(provider.id, env, choices)
    own = where.base_url or (provider.address_hint if provider.needs_address else "")
    hosts = (host if "://" in host or host.startswith("{") else f"https://{host}" for host in provider.key_hosts)
    yield from dict.fromkeys(filter(None, (own, *hosts)))
