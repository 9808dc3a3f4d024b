"""Lookup of providers by id and by model id.

Invariant: every fact about a provider is in its row of `provider_table`, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.core.provider import Provider
from workbench.core.provider_table import ROWS

PROVIDERS: Mapping[str, Provider] = {provider.id: provider for provider in ROWS}

_BARE = tuple((re.compile(provider.bare_models), provider.id) for provider in ROWS if provider.bare_models)


def split_model(model: str) -> tuple[str, str]:
    """Split a model id into provider id and model name; the provider is "" for LiteLLM or its catalogue to resolve."""
    prefix, slash, rest = model.partition("/")
    if slash and rest and prefix in PROVIDERS:
        return prefix, rest
    for pattern, provider in _BARE:
        if pattern.search(model):
            return provider, model
    return "", model


def with_provider(model: str, provider: str) -> str:
    """Return a model id prefixed with its provider, so that the provider's key is sent nowhere else."""
    return model if not provider or split_model(model)[0] else f"{provider}/{model}"


def needs_translation(model: str) -> bool:
    """Return whether the model must be called through LiteLLM: its provider is unknown or not OpenAI-compatible."""
    provider, name = split_model(model)
    known = PROVIDERS.get(provider)
    return known is None or not known.is_plain(name)


def key_variables() -> dict[str, tuple[str, ...]]:
    """Return the environment variables for keys by provider id, for providers with a key."""
    return {provider.id: provider.key_variables for provider in ROWS if provider.key_variables}


def child_variables() -> frozenset[str]:
    """Return the environment variables that cloud libraries read in the child: identity and region, no secrets."""
    return frozenset(
        variable
        for provider in ROWS
        for setting in provider.settings
        if setting.by_environment
        for variable in setting.variables
    )


def secret_settings() -> frozenset[str]:
    """Return the names of the settings whose values are stored and redacted like keys."""
    return frozenset(setting.name for provider in ROWS for setting in provider.settings if setting.secret)


def provider_name(provider: str) -> str:
    """Return a provider's display name, the id itself if it is unknown."""
    known = PROVIDERS.get(provider)
    return known.name if known else provider


def takes_breakpoints(model: str) -> bool:
    """Return whether LiteLLM can set cache breakpoints for this model: models of Anthropic, at some providers."""
    provider, name = split_model(model)
    known = PROVIDERS.get(provider)
    return known is not None and known.caches_where_told and "claude" in name and not known.is_plain(name)


def has_json_mode(model: str) -> bool:
    """Return whether this model's provider has a usable JSON mode without a schema."""
    known = PROVIDERS.get(split_model(model)[0])
    return known is None or not known.json_by_tool
