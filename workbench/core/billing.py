"""Cost of a call, computed from its usage and a price sheet.

A price sheet is a model's row in LiteLLM's price list, or a row of the same form: keys such as `input_cost_per_token`,
`cache_read_input_token_cost_above_200k_tokens`, `output_cost_per_token_priority`, or lists such as `tiered_pricing`.

Invariant: the cost equals what LiteLLM itself would bill, which a test compares for every kind of price. It is None
when the sheet lacks a needed price. Each request is billed separately, because its length determines its tier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.core.off_peak import off_peak
from workbench.core.price_sheet import (
    INPUT,
    OUTPUT,
    READ,
    WRITE,
    Sheet,
    as_number,
    first,
    has_prices,
    number,
    second_price,
    tiers,
)
from workbench.core.tool_prices import search_price, tools_cost
from workbench.core.usage import Usage

REASONING = "output_cost_per_reasoning_token"
_BASE = (INPUT, OUTPUT, READ, WRITE)
_ABOVE = re.compile(r"_above_(\d+)(k?)_tokens")
# Key suffix of each service tier; "fast" is billed as priority.
_TIERS = {"flex": "_flex", "balanced": "_balanced", "priority": "_priority", "fast": "_priority"} | {
    "ultrafast": "_ultrafast"
}
_OTHER_ENDS = ("_flex", "_balanced", "_priority", "_fast", "_ultrafast", "_auto", "_batches", "_decisions")
# Providers without service tiers.
_ONE_TIER = frozenset({"fireworks_ai", "deepseek", "tencent", "perplexity", "xai", "dashscope", "qwencloud"} | {
    "qwen_ai_platform"
})  # fmt: skip
_DASHSCOPE = frozenset({"dashscope", "qwencloud", "qwen_ai_platform"})
# Regional uplift applies to OpenAI and to providers without rules of their own in LiteLLM, so not to these.
_NO_REGION = (
    frozenset({"anthropic", "azure", "azure_ai", "bedrock", "databricks", "gemini", "lemonade", "vertex_ai"})
    | _ONE_TIER
)
_FIREWORKS_READ_SHARE = 0.5
_LONG = 128_000


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """Prices of one request, in dollars per token."""

    input: float
    output: float
    read: float
    write: float
    write_1h: float
    write_12h: float
    reasoning: float


def bill(sheet: Sheet, usage: Usage, *, seconds: float | None = None, at: datetime | None = None) -> float | None:
    """Return the cost of a call in dollars, None when a needed count or price is unknown.

    `seconds` is the duration of the call, for models billed by time. `at` is its end, for off-peak prices (default:
    now).
    """
    if usage.rounds:
        sums = [bill(sheet, one, seconds=seconds, at=at) for one in usage.rounds]
        known = [one for one in sums if one is not None]
        return sum(known) if len(known) == len(sums) else None
    if not has_prices(sheet):
        return None
    if (price := second_price(sheet)) is not None:
        return None if seconds is None else price * seconds + tools_cost(sheet, usage)
    if usage.input is None or usage.output is None:
        return None
    return _Bill(sheet, usage, usage.input, usage.output, at or datetime.now(UTC)).total()


def prices_of(sheet: Sheet, tokens: int, *, tier: str = "", at: datetime | None = None) -> TokenPrices:
    """Return the prices of a request whose prompt has `tokens` tokens."""
    return _Bill(sheet, Usage(), tokens, 0, at or datetime.now(UTC), tier).prices()


class _Bill:
    """Cost calculation for one request."""

    def __init__(
        self, sheet: Sheet, usage: Usage, given: int, answered: int, at: datetime, tier: str | None = None
    ) -> None:
        self._provider = str(sheet.get("litellm_provider") or "")
        self._sheet = _with_fireworks_reads(sheet) if self._provider == "fireworks_ai" else sheet
        self._usage, self._given, self._answered = usage, given, answered
        wanted = usage.details.tier if tier is None else tier
        self._end = "" if self._provider in _ONE_TIER else _TIERS.get(wanted.lower(), "")
        self._off_peak = off_peak(self._sheet, at)
        used = (usage.cached or 0) + (usage.written or 0) if self._provider in _DASHSCOPE else 0
        self._tier = _tier(self._sheet, max(given, used))

    def total(self) -> float:
        """Return the cost in dollars."""
        if self._provider == "perplexity":
            return self._perplexity()
        if self._provider == "vertex_ai" and self._has_128k_prices():
            tokens = self._vertex_128k()
        else:
            prices = self.prices()
            tokens = self._input(prices) + self._output(prices)
        return tokens * self._uplift() + tools_cost(self._sheet, self._usage)

    def prices(self) -> TokenPrices:
        """Return the prices for this request's length tier, service tier and hour."""
        return self._threshold_prices() if self._tier is None else self._tier_prices()

    def _tier_prices(self) -> TokenPrices:
        tier = self._tier or {}
        given = number(tier, INPUT) or 0.0
        answered = number(tier, OUTPUT)
        if answered is None:
            answered = number(self._sheet, OUTPUT) or 0.0
        read, write = (number(tier, name) for name in (READ, WRITE))
        hours = self._off_peak
        write = _either(hours, WRITE, given if write is None else write)
        dashscope = self._provider in _DASHSCOPE
        reasoning = number(tier, REASONING)
        if reasoning is None and OUTPUT not in tier:
            reasoning = number(self._sheet, REASONING)
        output = _either(hours, OUTPUT, answered)
        if reasoning is None:
            reasoning = output if dashscope or OUTPUT not in tier else answered
        return TokenPrices(
            input=_either(hours, INPUT, given),
            output=output,
            read=self._explicit(_either(hours, READ, given if read is None else read)),
            write=write,
            write_1h=first(number(tier, f"{WRITE}_above_1hr"), write),
            write_12h=first(number(tier, f"{WRITE}_above_12hr"), write),
            reasoning=_either(hours, REASONING, reasoning),
        )

    def _threshold_prices(self) -> TokenPrices:
        found = {name: self._price(name + self._end) for name in _BASE}
        long = {name: f"{name}{self._end}" for name in (f"{WRITE}_above_1hr", f"{WRITE}_above_12hr")}
        found[INPUT], found[OUTPUT] = found[INPUT] or 0.0, found[OUTPUT] or 0.0
        if not found[OUTPUT]:
            found[OUTPUT] = self._price("output_cost_per_image_token") or 0.0
        for mark in self._crossed():
            for name in _BASE:
                found[name] = self._price(f"{name}{mark}{self._end}", found[name])
            for name in long:
                if self._sheet.get(f"{name}{mark}{self._end}") is not None:
                    long[name] = f"{name}{mark}{self._end}"
        hours = self._off_peak
        given = _either(hours, INPUT, found[INPUT] or 0.0)
        output = _either(hours, OUTPUT, found[OUTPUT] or 0.0)
        read, write = (_either(hours, name, first(found[name], given)) for name in (READ, WRITE))
        return TokenPrices(
            input=given,
            output=output,
            read=self._explicit(read),
            write=write,
            write_1h=first(self._price(long[f"{WRITE}_above_1hr"]), write),
            write_12h=first(self._price(long[f"{WRITE}_above_12hr"]), write),
            reasoning=_either(hours, REASONING, self._reasoning(output)),
        )

    def _crossed(self) -> list[str]:
        """Return the key parts of exceeded thresholds, for example "_above_200k_tokens", in ascending order."""
        marks: dict[str, float] = {}
        for name, value in self._sheet.items():
            found = _ABOVE.search(name)
            if value is None or found is None or not name.startswith(_BASE):
                continue
            if name.endswith(_OTHER_ENDS) and not (self._end and name.endswith(self._end)):
                continue
            marks[found[0]] = _threshold(found)
        return [mark for mark in sorted(marks, key=lambda one: marks[one]) if self._exceeds(marks[mark])]

    def _exceeds(self, threshold: float) -> bool:
        return self._given > threshold or (self._provider == "xai" and self._given == threshold)

    def _reasoning(self, output: float) -> float:
        own = number(self._sheet, REASONING + self._end)
        if own is not None:
            return own
        if self._end and self._sheet.get(OUTPUT + self._end) is not None:
            return output
        return first(number(self._sheet, REASONING), output)

    def _explicit(self, read: float) -> float:
        """Return the read price of an explicitly requested cache if the sheet has one, else `read`."""
        name = f"explicit_{READ}"
        if not self._usage.details.explicit_cache or not self._usage.cached:
            return read
        hours = number(self._off_peak, name) if self._off_peak else None
        own = number(self._tier, name) if self._tier else self._price(name + self._end)
        if hours is None and own is None:
            return read
        return first(hours, first(own, read))

    def _price(self, name: str, default: float | None = None) -> float | None:
        """Return a price by key. A service tier's price falls back to the standard price, then to `default`."""
        found = number(self._sheet, name)
        if found is None and self._end and name.endswith(self._end):
            found = number(self._sheet, name.removesuffix(self._end))
        return default if found is None else found

    def _input(self, prices: TokenPrices) -> float:
        usage, details, sheet = self._usage, self._usage.details, self._sheet
        cached, written = usage.cached or 0, usage.written or 0
        cached_audio = min(details.cached_audio, cached)
        cached_image = min(details.cached_image, cached - cached_audio)
        audio, image = max(details.input_audio - cached_audio, 0), max(details.input_image - cached_image, 0)
        video = details.input_video
        if self._provider in _DASHSCOPE:
            audio = image = video = 0
        apart = cached + written + audio + image + video
        if (cached or written) and apart > self._given:
            # Cached tokens are counted a second time within their kind (audio, image, video).
            left = max(self._given - cached - written, 0)
            audio = min(audio, left)
            image = min(image, left - audio)
            video = min(video, left - audio - image)
            text = left - audio - image - video
        else:
            text = 0 if details.images else max(self._given - apart, 0)
        if details.characters and number(sheet, "input_cost_per_character") is not None:
            text = 0
        read_audio, read_image = (
            first(self._price(f"cache_read_input_{kind}_token_cost{self._end}"), prices.read)
            for kind in ("audio", "image")
        )
        plainly_written = max(written - details.written_1h - details.written_12h, 0)
        return (
            text * prices.input
            + (cached - cached_audio - cached_image) * prices.read
            + cached_audio * read_audio
            + cached_image * read_image
            + plainly_written * prices.write
            + details.written_1h * prices.write_1h
            + details.written_12h * prices.write_12h
            + self._kind("audio", audio, details.audio_seconds, "audio_per_second", prices.input)
            + self._kind("image", image, details.images, "image", prices.input)
            + self._kind("video", video, details.video_seconds, "video_per_second", prices.input)
            + details.characters * self._unit("character")
            + details.images * self._unit("image")
            + details.audio_seconds * self._unit("audio_per_second")
            + details.video_seconds * self._unit("video_per_second")
            + details.queries * self._unit("query")
        )

    def _kind(self, kind: str, tokens: int, units: float, unit: str, price: float) -> float:
        """Return the cost of input tokens of one kind, 0 where they are billed in another unit."""
        if not tokens or (units and self._sheet.get(f"input_cost_per_{unit}") is not None):
            return 0.0
        name = f"input_cost_per_{kind}_token"
        if kind == "audio":
            crossed = [
                (_threshold(found), found[0])
                for key in self._sheet
                if key.startswith(f"{name}_above_")
                and key.endswith(("_tokens", f"_tokens{self._end}"))
                and (found := _ABOVE.search(key)) is not None
                and self._exceeds(_threshold(found))
            ]
            name += max(crossed)[1] if crossed else ""
        return tokens * first(self._price(name + self._end), price)

    def _unit(self, unit: str) -> float:
        return number(self._sheet, f"input_cost_per_{unit}") or 0.0

    def _output(self, prices: TokenPrices) -> float:
        details, reasoning = self._usage.details, self._usage.reasoning or 0
        if self._provider == "xai":
            return self._answered * prices.output
        if self._provider in _DASHSCOPE:
            return max(self._answered - reasoning, 0) * prices.output + reasoning * prices.reasoning
        audio, image, video = details.output_audio, details.output_image, details.output_video
        text = max(self._answered - reasoning - audio - image - video, 0)
        return (
            text * prices.output
            + reasoning * prices.reasoning
            + audio * first(number(self._sheet, "output_cost_per_audio_token"), prices.output)
            + image * first(self._price(f"output_cost_per_image_token{self._end}"), prices.output)
            + video * first(number(self._sheet, "output_cost_per_video_token"), prices.output)
        )

    def _has_128k_prices(self) -> bool:
        return any(self._sheet.get(f"{name}_above_128k_tokens") is not None for name in (INPUT, OUTPUT))

    def _vertex_128k(self) -> float:
        total = 0.0
        for name, tokens in ((INPUT, self._given), (OUTPUT, self._answered)):
            above = number(self._sheet, f"{name}_above_128k_tokens")
            price = above if tokens > _LONG and above is not None else number(self._sheet, name) or 0.0
            total += tokens * price
        return total

    def _perplexity(self) -> float:
        sheet, details, hours = self._sheet, self._usage.details, self._off_peak
        given = _either(hours, INPUT, number(sheet, INPUT) or 0.0)
        output = _either(hours, OUTPUT, number(sheet, OUTPUT) or 0.0)
        cached, reasoning = min(self._usage.cached or 0, self._given), self._usage.reasoning or 0
        thought = number(sheet, REASONING)
        if thought is None:
            reasoning = 0
        return (
            (self._given - cached) * given
            + cached * _either(hours, READ, first(number(sheet, READ), given))
            + details.citations * (number(sheet, "citation_cost_per_token") or 0.0)
            + max(self._answered - reasoning, 0) * output
            + reasoning * (thought or 0.0)
            + details.searches * search_price(sheet, "low")
        )

    def _uplift(self) -> float:
        details, sheet = self._usage.details, self._sheet
        special = sheet.get("provider_specific_entry")
        factor = 1.0
        if isinstance(special, Mapping):
            if self._provider in ("anthropic", "bedrock") and details.geo.lower() not in ("global", "not_available"):
                factor *= first(number(special, details.geo.lower()), 1.0)
            if self._provider == "anthropic" and details.speed == "fast":
                factor *= first(number(special, "fast"), 1.0)
        region = details.region.lower()
        if region and self._provider == "vertex_ai":
            named = "" if region == "global" else "regional_endpoint_uplift_multiplier"
        elif region and self._provider not in _NO_REGION:
            named = (
                "fedramp_uplift_multiplier"
                if region == "fedramp"
                else f"regional_processing_uplift_multiplier_{region}"
            )
        else:
            named = ""
        return factor * first(number(sheet, named), 1.0)


def _tier(sheet: Sheet, tokens: int) -> Mapping[str, Any] | None:
    """Return the length tier of a prompt of `tokens` tokens, None for a sheet without tiers."""
    if tokens <= 0:
        return None
    ranged = [(bounds, tier) for tier in tiers(sheet) if (bounds := _range(tier)) is not None]
    ranged.sort(key=lambda one: one[0][0])
    if not ranged:
        return None
    found = next((tier for (low, high), tier in ranged if low < tokens <= high), ranged[-1][1])
    return found if INPUT in found else None


def _range(tier: Mapping[str, Any]) -> tuple[float, float] | None:
    bounds = tier.get("range")
    if not isinstance(bounds, list | tuple) or len(bounds) != 2:
        return None
    low, high = (as_number(bound) if isinstance(bound, int | float | str) else None for bound in bounds)
    return None if low is None or high is None else (low, high)


def _threshold(found: re.Match[str]) -> float:
    return float(found[1]) * (1000 if found[2] else 1)


def _with_fireworks_reads(sheet: Sheet) -> Sheet:
    """Return a sheet with Fireworks' cache read price added: its price list halves the input price for all models."""
    given = number(sheet, INPUT)
    if given is None or number(sheet, READ) is not None:
        return sheet
    made = {**sheet, READ: given * _FIREWORKS_READ_SHARE}
    hours = sheet.get("off_peak_pricing")
    if isinstance(hours, Mapping) and READ not in hours:
        own = number(hours, INPUT)
        share = made[READ] if own is None else own * _FIREWORKS_READ_SHARE
        made["off_peak_pricing"] = {**hours, READ: share}
    return made


def _either(hours: Mapping[str, Any], name: str, price: float) -> float:
    return first(number(hours, name), price) if hours else price
