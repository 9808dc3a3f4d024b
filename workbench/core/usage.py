"""Usage of a call, as counted by its provider.

Invariant: None is unknown, and a detail of zero was not reported. A cost reported by the provider is kept separate from
a cost computed from a price list.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

UsageSource = Literal["provider", "estimate"]


@dataclass(frozen=True, slots=True)
class UsageDetails:
    """Counts that some models price separately; 0, "" and None mean not reported.

    Tokens of the input: `input_audio`, `input_image`, `input_video`; read from a cache, `cached_audio` and
    `cached_image`; written into a cache for 1 or 12 hours, `written_1h` and `written_12h`. Tokens of the output:
    `output_audio`, `output_image`, `output_video`. `searches`, `pages_opened` and `maps` count calls of the provider's
    built-in tools; `search_size` is the context size of a search. `citations` are tokens of sources. `images`,
    `characters`, `queries`, `audio_seconds` and `video_seconds` count inputs in other units. `explicit_cache` means
    that the request named the cache used. `tier` is the service tier of the answer, `geo` and `speed` are reported by
    Anthropic, `region` by OpenAI and Vertex. `reported_usd` is the cost reported by the server `reported_by`.
    """

    input_audio: int = 0
    input_image: int = 0
    input_video: int = 0
    cached_audio: int = 0
    cached_image: int = 0
    written_1h: int = 0
    written_12h: int = 0
    output_audio: int = 0
    output_image: int = 0
    output_video: int = 0
    searches: int = 0
    pages_opened: int = 0
    maps: int = 0
    search_size: str = ""
    citations: int = 0
    images: int = 0
    characters: int = 0
    queries: int = 0
    audio_seconds: float = 0.0
    video_seconds: float = 0.0
    explicit_cache: bool = False
    tier: str = ""
    geo: str = ""
    speed: str = ""
    region: str = ""
    reported_usd: float | None = None
    reported_by: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the stored form, without fields that were not reported."""
        if self == _NOTHING:
            return {}
        return {f.name: value for f in dataclasses.fields(self) if (value := getattr(self, f.name)) != f.default}

    @classmethod
    def from_json(cls, data: Any) -> UsageDetails:
        """Read `to_json` back; values of the wrong type are ignored."""
        if not isinstance(data, Mapping):
            return _NOTHING
        known: dict[str, Any] = {}
        for one in dataclasses.fields(cls):
            value = data.get(one.name)
            kind = float if one.name == "reported_usd" else type(one.default)
            if kind is float and type(value) is int:
                value = float(value)
            if type(value) is kind and not (isinstance(value, int | float) and not 0 <= value < math.inf):
                known[one.name] = value
        return cls(**known)


_NOTHING = UsageDetails()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; None is unknown.

    `input` includes `cached` (read from a cache) and `written` (into one), `output` includes `reasoning`. A call with
    several requests has the usage of each in `rounds`, because the price of a request may depend on its own length.
    """

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None
    source: UsageSource = "provider"
    written: int | None = None
    details: UsageDetails = _NOTHING
    rounds: tuple[Usage, ...] = field(default=())

    @property
    def is_known(self) -> bool:
        """Whether anything is known: tokens, or a cost reported by the server."""
        return not (self.input is self.output is self.details.reported_usd is None) or bool(self.rounds)

    def extra_json(self) -> dict[str, Any]:
        """Return `details` and `rounds`, without empty ones."""
        data: dict[str, Any] = {}
        if details := self.details.to_json():
            data["details"] = details
        if self.rounds:
            data["rounds"] = [one.to_json() for one in self.rounds]
        return data

    def to_json(self) -> dict[str, Any]:
        """Return the stored form, without unknown counts."""
        counts = {name: value for name in _COUNTS if (value := getattr(self, name)) is not None}
        return {**counts, "source": self.source, **self.extra_json()}

    @classmethod
    def from_json(cls, data: Any) -> Usage:
        """Read `to_json` back; values of the wrong type are ignored."""
        if not isinstance(data, Mapping):
            return cls()
        counts: dict[str, int] = {name: data[name] for name in _COUNTS if type(data.get(name)) is int}
        source: UsageSource = "estimate" if data.get("source") == "estimate" else "provider"
        rounds = data.get("rounds")
        made = tuple(cls.from_json(one) for one in rounds) if isinstance(rounds, list) else ()
        return cls(**counts, source=source, details=UsageDetails.from_json(data.get("details")), rounds=made)


_COUNTS = ("input", "output", "cached", "reasoning", "written")
