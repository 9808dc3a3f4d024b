"""The catalogue of models, read from LiteLLM's data file: chat models, and apart from them those that turn texts into
vectors or make decisions.

Invariant: loading imports nothing of LiteLLM and sends no request; a missing price is None, and so is a price of zero,
because zero in that file means "not per token" far more often than free.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workbench.core.money import Rates
from workbench.core.parameter_support import ParameterSupport
from workbench.core.providers import PROVIDERS, provider_name, split_model
from workbench.core.retirement import retirement_date
from workbench.engine.calls import CallTask
from workbench.engine.parameter_facts import support_of
from workbench.engine.price_list import rates_of

_FILE = "model_prices_and_context_window_backup.json"
_TASKS: Mapping[str, CallTask] = {
    "chat": "chat",
    "responses": "chat",
    "embedding": "embed",
    "decisions": "decide",
    "evaluation": "decide",
}
"""The task of each mode of LiteLLM's."""
_DECISIONS = frozenset({"/v1/decisions", "/v1/systemone"})
_ABILITIES = {
    "supports_vision": "vision",
    "supports_function_calling": "tools",
    "supports_reasoning": "reasoning",
    "supports_response_schema": "json",
    "supports_prompt_caching": "cache",
}
# The file splits some providers by model family.
_FAMILIES = (("vertex_ai-", "vertex_ai"), ("fireworks_ai-", "fireworks_ai"), ("bedrock_converse", "bedrock"))
# The order of providers in an empty search: the most used, as in their table; the others follow by name.
_FIRST = tuple(PROVIDERS)[:8]


class CatalogueError(Exception):
    """The catalogue's file is missing or unreadable; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model. `context` and `max_output` are tokens; `retires` is its shutdown date in UTC. `successor` is the id of
    the model that replaces it, "" if the file names none.

    `task` is what it is made for. A chat model that `decides` answers the questions of decision models as well.
    """

    id: str
    provider: str
    context: int | None = None
    max_output: int | None = None
    rates: Rates | None = None
    abilities: frozenset[str] = frozenset()
    retires: date | None = None
    support: ParameterSupport = field(default_factory=ParameterSupport)
    """The lane parameters that it accepts."""
    lacks: frozenset[str] = frozenset()
    """Abilities that the file says it does not have; an ability in neither set is unknown."""
    task: CallTask = "chat"
    decides: bool = False
    successor: str = ""

    def does(self, task: CallTask) -> bool:
        """Whether it can be asked for this."""
        return self.task == task or (task == "decide" and self.decides)


@dataclass(frozen=True, slots=True)
class ModelCatalogue:
    """All models; `models` are the chat models, in the order of an empty search, `others` those for other tasks."""

    models: tuple[ModelInfo, ...] = ()
    others: tuple[ModelInfo, ...] = ()
    _by_id: Mapping[str, ModelInfo] = field(default_factory=dict, repr=False)
    _searched: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, path: Path | None = None) -> ModelCatalogue:
        """Read `path`, or the file that comes with LiteLLM. Takes about 100 ms: do not call it on the UI thread.

        LiteLLM's file is read once: successive windows of one process share it. Raises CatalogueError.
        """
        return _installed() if path is None else _read(path)

    @classmethod
    def of(cls, models: Iterable[ModelInfo]) -> ModelCatalogue:
        """Return a catalogue of `models`."""
        rank = {provider: place for place, provider in enumerate(_FIRST)}
        ordered = sorted(models, key=lambda m: (rank.get(m.provider, len(rank)), m.provider, m.id))
        chats = tuple(m for m in ordered if m.task == "chat")
        others = tuple(m for m in ordered if m.task != "chat")
        searched = (f"{m.id} {m.provider} {provider_name(m.provider)}".lower() for m in (*chats, *others))
        return cls(chats, others, {m.id: m for m in (*others, *chats)}, tuple(searched))

    def search(self, query: str, limit: int = 50, task: CallTask = "chat") -> list[ModelInfo]:
        """Return models for a task whose id or provider has every word of `query`, those starting with it first."""
        terms = query.lower().split()
        able = [
            (model, text)
            for model, text in zip((*self.models, *self.others), self._searched, strict=True)
            if model.does(task)
        ]
        if not terms:
            return [model for model, _ in able[:limit]]
        hits: list[tuple[tuple[int, int, int, int], ModelInfo]] = []
        for place, (model, text) in enumerate(able):
            if all(term in text for term in terms):
                rank = _FIRST.index(model.provider) if model.provider in _FIRST else len(_FIRST)
                hits.append(((_closeness(model.id.lower(), terms), rank, len(model.id), place), model))
        hits.sort(key=lambda hit: hit[0])
        return [model for _, model in hits[:limit]]

    def get(self, model: str) -> ModelInfo | None:
        """Return a model by id, with or without its provider's prefix; None when it is unknown."""
        if (found := self._by_id.get(model)) is not None:
            return found
        provider, name = split_model(model)
        for candidate in (name, f"{provider}/{name}"):
            found = self._by_id.get(candidate)
            if found is not None and found.provider == provider:
                return found
        return None

    def provider_of(self, model: str) -> str:
        """Return the id of the provider of `model`, "" when neither the model id nor the catalogue names it."""
        prefix = model.partition("/")[0]
        if "/" in model and prefix in PROVIDERS:
            return prefix
        known = self._by_id.get(model)
        return known.provider if known is not None else split_model(model)[0]


@functools.cache
def _installed() -> ModelCatalogue:
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        raise CatalogueError("LiteLLM is not installed, so there is no list of models. Reinstall the workbench.")
    return _read(Path(spec.origin).parent / _FILE)


def _read(where: Path) -> ModelCatalogue:
    try:
        data = json.loads(where.read_bytes())
    except (OSError, ValueError) as error:
        raise CatalogueError(f"The list of models could not be read from {where}. Reinstall LiteLLM.") from error
    if not isinstance(data, dict):
        raise CatalogueError(f"The list of models in {where} has an unknown format. Reinstall LiteLLM.")
    return ModelCatalogue.of(_info(name, entry, data) for name, entry in data.items() if _is_listed(entry))


def _closeness(name: str, terms: list[str]) -> int:
    first = terms[0]
    if name == " ".join(terms):
        return 0
    if name.startswith(first) or name.partition("/")[2].startswith(first):
        return 1
    return 2 if first in name else 3


def _is_listed(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("mode") in _TASKS and isinstance(entry.get("litellm_provider"), str)


def _info(name: str, entry: Mapping[str, Any], data: Mapping[str, Any]) -> ModelInfo:
    listed = entry["litellm_provider"]
    provider = next((family for start, family in _FAMILIES if listed.startswith(start)), listed)
    # LiteLLM takes prices from the row with the provider's prefix, and reasoning efforts from the row without.
    named, bare = data.get(f"{provider}/{name}"), data.get(name.removeprefix(f"{listed}/"))
    priced = named if isinstance(named, dict) and not name.startswith(f"{provider}/") else entry
    return ModelInfo(
        id=_told_apart(name, provider),
        provider=provider,
        context=_count(entry.get("max_input_tokens")) or _count(entry.get("max_tokens")),
        max_output=_count(entry.get("max_output_tokens")) or _count(entry.get("max_tokens")),
        rates=rates_of(name, provider, priced),
        support=support_of(name, {**entry, "key": name}, bare if isinstance(bare, dict) else {}),
        abilities=frozenset(ability for key, ability in _ABILITIES.items() if entry.get(key) is True),
        lacks=frozenset(ability for key, ability in _ABILITIES.items() if entry.get(key) is False),
        retires=retirement_date(entry.get("deprecation_date")),
        task=_TASKS[entry["mode"]],
        decides=_has_any(entry.get("supported_endpoints"), _DECISIONS),
        successor=_successor(entry, provider),
    )


def _successor(entry: Mapping[str, Any], provider: str) -> str:
    named = entry.get("successor_model")
    return _told_apart(named, provider) if isinstance(named, str) and named else ""


def _has_any(listed: Any, wanted: frozenset[str]) -> bool:
    return isinstance(listed, list) and any(one in wanted for one in listed if isinstance(one, str))


def _told_apart(name: str, provider: str) -> str:
    """Return a model's id, prefixed with its provider where the bare id would be routed to another provider."""
    asked = split_model(name)[0]
    return f"{provider}/{name}" if asked and provider_name(asked) != provider_name(provider) else name


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
