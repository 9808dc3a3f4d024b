"""The providers by id, and what follows from a model's id. Pure.

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
    """Return provider id and the model's name there; the provider is "" for the catalogue or LiteLLM to resolve."""
    prefix, slash, rest = model.partition("/")
    if slash and rest and prefix in PROVIDERS:
        return prefix, rest
    for pattern, provider in _BARE:
        if pattern.search(model):
            return provider, model
    return "", model


def with_provider(model: str, provider: str) -> str:
    """Return a model's id with its provider before it, so that the key for that provider goes nowhere else."""
    return model if not provider or split_model(model)[0] else f"{provider}/{model}"


def needs_translation(model: str) -> bool:
    """Return whether LiteLLM has to ask this model: its provider speaks no plain OpenAI, or is not known here."""
    provider, name = split_model(model)
    known = PROVIDERS.get(provider)
    return known is None or not known.is_plain(name)


def key_variables() -> dict[str, tuple[str, ...]]:
    """Return the variables that may hold a key by provider id, for those that take a key."""
    return {provider.id: provider.key_variables for provider in ROWS if provider.key_variables}


def child_variables() -> frozenset[str]:
    """Return the variables that libraries of clouds read in the environment of the child: who and where, no secret."""
    return frozenset(
        variable
        for provider in ROWS
        for setting in provider.settings
        if setting.by_environment
        for variable in setting.variables
    )


def secret_settings() -> frozenset[str]:
    """Return the names of the settings whose values are kept and redacted like keys."""
    return frozenset(setting.name for provider in ROWS for setting in provider.settings if setting.secret)


def provider_name(provider: str) -> str:
    """Return what people call a provider; an unknown id is its own name."""
    known = PROVIDERS.get(provider)
    return known.name if known else provider


def takes_breakpoints(model: str) -> bool:
    """Return whether LiteLLM can tell this model's provider where to cache: the models of Anthropic."""
    provider, name = split_model(model)
    known = PROVIDERS.get(provider)
    return known is not None and known.caches_where_told and "claude" in name and not known.is_plain(name)


def has_json_mode(model: str) -> bool:
    """Return whether this model's provider can be asked for JSON without a schema other than in words."""
    known = PROVIDERS.get(split_model(model)[0])
    return known is None or not known.json_by_tool
