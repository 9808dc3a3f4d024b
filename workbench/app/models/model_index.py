"""Models available to lanes, as the picker shows them.

Invariant: everything here is a value or a pure function; an unknown price or context stays None and is displayed as
"unknown".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Protocol

from workbench.app.fuzzy import MatchCloseness, letters_in_order
from workbench.core.lanes import Endpoint
from workbench.core.money import Rates
from workbench.core.retirement import is_retired

ABILITIES = ("vision", "tools", "reasoning", "json", "cache")
PER_MILLION = 1_000_000
_SEPARATORS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of one endpoint. `model` is the id as sent; `context` and `max_output` are tokens.

    `provider` is the name under which the key is kept, or the endpoint's uid. `rates` are the catalogue's.
    """

    endpoint: str
    model: str
    provider: str = ""
    context: int | None = None
    max_output: int | None = None
    rates: Rates | None = None
    abilities: frozenset[str] = frozenset()
    retires: date | None = None


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """A provider. `no_key` is a sentence if a call would fail for lack of a key; "" if not, or if unknown. `ready`
    means that there is a key.
    """

    id: str
    name: str
    no_key: str = ""
    ready: bool = False


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """The models to choose from at one moment.

    `catalogue` is in display order. `endpoints` are the user's own, `prices` those set by hand for (endpoint uid,
    model). `known` are the models that an endpoint, by its uid, listed when it last answered. `recent` are the endpoint
    and model of those that answered in runs, newest first. `builtin_path` is the file of the built-in model, "" if it
    is not installed; `builtin_note` then says what to do. `today` is the day that retirement dates are compared with.
    """

    catalogue: tuple[ModelEntry, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    providers: Mapping[str, ProviderEntry] = field(default_factory=dict)
    prices: Mapping[tuple[str, str], Rates] = field(default_factory=dict)
    builtin_path: str = ""
    builtin_note: str = ""
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recent: tuple[tuple[str, str], ...] = ()
    today: date = date.min
    index: ModelIndex | None = field(default=None, compare=False, repr=False)
    """Search index of the catalogue. Made by `indexed`, which takes longer than a frame: call it off the UI thread."""

    def indexed(self) -> ModelOffer:
        """Return a copy with its index."""
        return replace(self, index=ModelIndex(self.catalogue, self))

    def provider(self, provider: str) -> ProviderEntry:
        """Return the provider, or one named by its id if it is unknown."""
        return self.providers.get(provider) or ProviderEntry(provider, provider)

    def entry(self, model: str) -> ModelEntry | None:
        """Return the catalogue's entry of a LiteLLM model, written with or without its provider prefix."""
        found = (e for e in self.catalogue if model in (e.model, f"{e.provider}/{e.model}"))
        known = next(found, None)
        return None if known is None else replace(known, model=model)

    def price(self, entry: ModelEntry) -> Rates | None:
        """Return the effective price: the one set by hand, else the catalogue's."""
        return self.prices.get((entry.endpoint, entry.model), entry.rates)


class UnchangedPrice(Enum):
    """The price set by hand was not edited."""

    UNCHANGED = "unchanged"


UNCHANGED = UnchangedPrice.UNCHANGED


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The user's choice. `rates_by_hand` None removes a price set by hand; `new_endpoint` has to be saved first."""

    endpoint_uid: str
    model: str
    rates_by_hand: Rates | UnchangedPrice | None = UNCHANGED
    new_endpoint: Endpoint | None = None


class PickerSource(Protocol):
    """The source of the picker's lists; both calls return immediately."""

    def offer(self) -> Future[ModelOffer]:
        """Read the catalogue, endpoints, keys and prices."""
        ...

    def fetch_models(self, endpoint: Endpoint) -> Future[tuple[str, ...]]:
        """Fetch the model list of an endpoint. A failure should carry a `sentence`."""
        ...


def show_context(tokens: int | None) -> str:
    """Return a short size: "8k", "128k", "1.05M"; "" if unknown."""
    if tokens is None or tokens <= 0:
        return ""
    if tokens < 1000:
        return str(tokens)
    if tokens < 999_500:
        return f"{round(tokens / 1000)}k"
    return f"{tokens / 1_000_000:.2f}".rstrip("0").rstrip(".") + "M"


def show_dollars(usd: float) -> str:
    """Return dollars with two to four decimals: "$2.00", "$0.075", "< $0.0001"."""
    if 0 < usd < 0.0001:
        return "< $0.0001"
    whole, _, decimals = f"{usd:,.4f}".partition(".")
    return f"${whole}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def show_price(rates: Rates | None) -> str:
    """Return the price per million tokens in and out, "$0.25 / $2.00 per M"; or "free", or the price per second."""
    if rates is None:
        return "price unknown"
    if rates.per_second is not None:
        return f"{show_dollars(rates.per_second)} per second"
    if not rates.input and not rates.output:
        return "free"
    return f"{show_dollars(rates.input * PER_MILLION)} / {show_dollars(rates.output * PER_MILLION)} per M"


def show_abilities(abilities: frozenset[str]) -> str:
    """Return the abilities in a fixed order: "vision · tools · json"."""
    return " · ".join(name for name in ABILITIES if name in abilities)


@dataclass(frozen=True, slots=True)
class ModelMatches:
    """Entries that match every typed word, best first, and the quality of the first match."""

    entries: Sequence[ModelEntry] = ()
    closeness: MatchCloseness = MatchCloseness.INSIDE


class ModelIndex:
    """Searches entries, given in the display order of equally good matches."""

    def __init__(self, entries: Sequence[ModelEntry], offer: ModelOffer) -> None:
        ready = {entry.provider: offer.provider(entry.provider).ready for entry in entries}
        names = {entry.provider: offer.provider(entry.provider).name.lower() for entry in entries}
        starts = {provider: _starts(name) for provider, name in names.items()}
        self._entries = sorted(
            entries, key=lambda entry: (not ready[entry.provider], is_retired(entry.retires, offer.today))
        )
        self._unready = [not ready[entry.provider] for entry in self._entries]
        self._retired = [is_retired(entry.retires, offer.today) for entry in self._entries]
        self._ids = [entry.model.lower() for entry in self._entries]
        self._short = [low.rsplit("/", 1)[-1] for low in self._ids]
        self._depth = [low.count("/") for low in self._ids]
        # Most LiteLLM ids may be written with their provider as a prefix, whether the catalogue does so or not.
        self._long = [
            low if low.startswith(f"{entry.provider}/") else f"{entry.provider}/{low}"
            for low, entry in zip(self._ids, self._entries, strict=True)
        ]
        self._plain = [f"{long} {names[entry.provider]}" for long, entry in zip(self._long, self._entries, strict=True)]
        self._starts = [
            _starts(long) + starts[entry.provider] for long, entry in zip(self._long, self._entries, strict=True)
        ]

    def search(self, query: str) -> ModelMatches:
        """Return the entries that match every word of `query`.

        A match nearer to the start of the name is better, then a provider with a key, a model that is not retired, a
        shorter path. Separators may be omitted or replaced: "gpt5mini" matches "gpt-5-mini", but only loosely, and not
        in the middle of a word.
        """
        words = query.lower().split()
        if not words:
            return ModelMatches(self._entries, MatchCloseness.EXACT)
        hits: Sequence[int] = range(len(self._entries))
        starts = [f"\n{squeeze(word)}" for word in words]
        for word, start in zip(words, starts, strict=True):
            dense = len(start) > 1
            hits = [i for i in hits if word in self._plain[i] or (dense and start in self._starts[i])]
        ranked = sorted((self._rank(words, i), self._unready[i], self._retired[i], self._depth[i], i) for i in hits)
        if not ranked:
            return ModelMatches()
        return ModelMatches([self._entries[hit[-1]] for hit in ranked], ranked[0][0])

    def similar(self, query: str) -> list[tuple[int, ModelEntry]]:
        """Return (distance, entry) of those that contain only the letters of `query` in order, close together."""
        letters = squeeze(query.lower())
        found = []
        for low, entry in zip(self._ids, self._entries, strict=True):
            if (places := letters_in_order(letters, low)) is not None:
                found.append((places[-1] - places[0], entry))
        return found

    def _rank(self, words: list[str], i: int) -> MatchCloseness:
        names = (self._ids[i], self._short[i], self._long[i])
        if len(words) == 1 and words[0] in names:
            return MatchCloseness.EXACT
        if not all(_begins_a_word(word, self._plain[i]) for word in words):
            return MatchCloseness.INSIDE
        return MatchCloseness.PREFIX if any(name.startswith(words[0]) for name in names) else MatchCloseness.WORDS


def _begins_a_word(word: str, name: str) -> bool:
    """Whether `name` has `word`, as typed, at the start of a word."""
    at = name.find(word)
    while at > 0 and name[at - 1].isalnum():
        at = name.find(word, at + 1)
    return at >= 0 and word[0].isalnum()


def squeeze(text: str) -> str:
    """Return lower-case letters and digits only, so that "gpt5mini" finds "gpt-5-mini"."""
    return _SEPARATORS.sub("", text)


def _starts(name: str) -> str:
    """Return the rest of `name` from each start of a word, without separators, each after a newline."""
    words = _SEPARATORS.split(name)
    whole = "".join(words)
    at, starts = 0, []
    for word in words:
        if word:
            starts.append(whole[at:])
        at += len(word)
    return "\n" + "\n".join(starts)
