"""Comparison of two contents, part by part.

Invariant: the parts cover everything that a content stores, including keys of newer releases. Two contents without a
changed part are equal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from workbench.core.align import leftovers
from workbench.core.content import Content, to_json
from workbench.core.diff import TextDiff, diff_texts
from workbench.core.lanes import Lane
from workbench.core.visible_text import VisibleFields

State = Literal["same", "changed", "added", "removed", "moved"]


@dataclass(frozen=True, slots=True)
class ContentPart(VisibleFields):
    """A part of a prompt. Parts with equal `kind` and `key` are compared with each other; `title` is shown."""

    kind: str
    key: str
    title: str
    text: str
    SHOWN = ("title",)


@dataclass(frozen=True, slots=True)
class PartDiff(VisibleFields):
    """The change of one part; an added or removed part is compared with an empty text."""

    title: str
    state: State
    diff: TextDiff
    SHOWN = ("title",)


def parts_of(
    content: Content, lanes: Sequence[Lane] = (), versions: Mapping[int, str] = MappingProxyType({})
) -> tuple[ContentPart, ...]:
    """Return the parts of a content and of the lanes it ran in, as texts; `versions` are their names by number."""
    found = [
        ContentPart(
            "message", str(item["role"]), f"Message {number} · {item['role']}", str(item["text"]) + _others(item)
        )
        for number, item in enumerate(to_json(content).get("messages", ()), start=1)
    ]
    found += _beside(content)
    for number, lane in enumerate(lanes, start=1):
        found.append(ContentPart("lane", lane.slot, f"Lane {number} · {lane.title}", _settings(lane, versions)))
    return tuple(found)


def beside_messages(content: Content) -> list[ContentPart]:
    """Return all parts except the texts of messages: attached files, examples, tools, output format, other keys."""
    files = [
        ContentPart("file", one.hash, f"File of message {number}", f"{one.name}\n{one.media_type}, SHA-256 {one.hash}")
        for number, message in enumerate(content.messages, start=1)
        for one in message.attachments
    ]
    return files + _beside(content)


def _beside(content: Content) -> list[ContentPart]:
    found: list[ContentPart] = []
    for name, value in to_json(content).items():
        if name in ("format", "messages"):
            continue
        title = name.replace("_", " ").capitalize()
        if isinstance(value, list):
            one = title.removesuffix("s")
            for number, item in enumerate(value, start=1):
                own = item.get("name", "") if isinstance(item, Mapping) else ""
                label = f"{one} {number}" + (f" · {own}" if isinstance(own, str) and own else "")
                found.append(ContentPart(name, own if isinstance(own, str) else "", label, _written(item)))
        else:
            found.append(ContentPart(name, "", title, _written(value)))
    return found


def _others(item: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in item.items() if key not in ("role", "text")}
    return f"\n{_written(rest)}" if rest else ""


def _written(value: Any) -> str:
    """Format a stored value as lines: strings as typed, objects as "key: value", anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {_written(inner)}" for key, inner in value.items())
    return json.dumps(value, ensure_ascii=False, indent=2)


def _settings(lane: Lane, versions: Mapping[int, str]) -> str:
    data = lane.to_json()
    lines = [f"model: {lane.model}", f"endpoint: {lane.endpoint}"]
    lines += [f"{name}: {_written(value)}" for name, value in data.get("params", {}).items()]
    if lane.pinned is not None:
        lines.append(f"version: {versions.get(lane.pinned) or 'pinned'}")
    return "\n".join(lines)


def compare(before: Sequence[ContentPart], after: Sequence[ContentPart]) -> tuple[PartDiff, ...]:
    """Return the parts in the order of the new content, with removed parts at their old positions.

    Equal parts are matched first, then parts of equal kind and key in order.
    """
    marks = [[json.dumps((p.kind, p.key, p.text)) for p in side] for side in (before, after)]
    gone, come = leftovers(*marks)
    partner: dict[int, int] = {}
    moved: set[int] = set()
    free = dict.fromkeys(come)
    for exact in (True, False):
        for one in gone:
            if one in partner:
                continue
            same = (at for at in free if (marks[0][one] == marks[1][at] if exact else _alike(before[one], after[at])))
            if (at := next(same, None)) is not None:
                partner[one] = at
                del free[at]
                if exact:
                    moved.add(at)
    left, came = set(gone), set(come)
    stays = [at for at in range(len(before)) if at not in left]
    partner.update(zip(stays, (at for at in range(len(after)) if at not in came), strict=True))
    return _in_order(before, after, partner, moved)


def _alike(one: ContentPart, other: ContentPart) -> bool:
    return (one.kind, one.key) == (other.kind, other.key)


def _in_order(
    before: Sequence[ContentPart], after: Sequence[ContentPart], partner: Mapping[int, int], moved: set[int]
) -> tuple[PartDiff, ...]:
    back = {other: one for one, other in partner.items()}
    found: list[PartDiff] = []
    told = 0
    for at, part in enumerate(after):
        one = back.get(at)
        if one is None:
            found.append(PartDiff(part.title, "added", diff_texts("", part.text)))
            continue
        found += _removed(before[told:one], range(told, one), partner)
        told = max(told, one + 1)
        text = diff_texts(before[one].text, part.text)
        state: State = "moved" if at in moved else "changed" if text.hunks else "same"
        found.append(PartDiff(part.title, state, text))
    found += _removed(before[told:], range(told, len(before)), partner)
    return tuple(found)


def _removed(parts: Sequence[ContentPart], places: Sequence[int], partner: Mapping[int, int]) -> list[PartDiff]:
    return [
        PartDiff(part.title, "removed", diff_texts(part.text, ""))
        for at, part in zip(places, parts, strict=True)
        if at not in partner
    ]
