"""Choices of a completion other than the shown one, as kept in the raw response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FurtherChoice:
    """One choice that is not shown. `index` is the provider's; `is_cut` means that only its beginning was kept."""

    index: int
    text: str
    reasoning: str = ""
    finish_reason: str = ""
    calls: int = 0
    is_cut: bool = False


def further_choices(response: Any) -> tuple[FurtherChoice, ...]:
    """Return the further choices of a stored response, () for a response of another shape."""
    kept = response.get("further_choices") if isinstance(response, Mapping) else None
    found = [one for one in kept if isinstance(one, Mapping)] if isinstance(kept, list) else []
    return tuple(
        FurtherChoice(
            index if isinstance(index := one.get("index"), int) else place,
            _text(one, "text"),
            _text(one, "reasoning"),
            _text(one, "finish_reason"),
            len(calls) if isinstance(calls := one.get("tool_calls"), list) else 0,
            one.get("cut") is True,
        )
        for place, one in enumerate(found, start=1)
    )


def further_words(count: int) -> str:
    """Return for example "1 of 3 choices shown", "" without further choices."""
    return f"1 of {count + 1} choices shown" if count else ""


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
