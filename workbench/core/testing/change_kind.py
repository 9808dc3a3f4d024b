"""What kind of change lies between two columns: the stopping rule asks for several kinds before it says plateau.

Invariant: equal columns have no kind, and a kind does not depend on which of the two is older.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workbench.core.content import Content
from workbench.core.lanes import Lane

SAME = "the same again"


@dataclass(frozen=True, slots=True)
class TriedVersion:
    """A column with its text; `techniques` are the names of those that its version uses, by key."""

    content: Content
    lane: Lane
    techniques: Mapping[str, str] = field(default_factory=dict)


def change_kind(one: TriedVersion, other: TriedVersion) -> str:
    """Return such as "wording", "model", "few-shot examples" or "model and wording"; SAME for equal columns.

    A change of technique is named after the techniques that only one side uses; the words that came with them are not
    counted as a change of wording.
    """
    return " and ".join(_kinds(one, other)) or SAME


def _kinds(one: TriedVersion, other: TriedVersion) -> Iterator[str]:
    if (one.lane.endpoint, one.lane.model) != (other.lane.endpoint, other.lane.model):
        yield "model"
    if one.lane.params != other.lane.params:
        yield "parameters"
    if one.content == other.content:
        return
    techniques = sorted(
        {*one.techniques.items()} ^ {*other.techniques.items()},
        key=lambda technique: (technique[1].casefold(), technique[0]),
    )
    names = list(dict.fromkeys(_lower(name) for _, name in techniques))
    yield from names
    before, after = one.content, other.content
    parts = {
        "examples": (before.examples, before.examples_in) != (after.examples, after.examples_in),
        "output format": before.output != after.output,
        "tools": (before.tools, before.tool_rounds) != (after.tools, after.tool_rounds),
    }
    changed = [name for name, is_changed in parts.items() if is_changed and not any(name in known for known in names)]
    yield from changed
    if names or (changed and before.messages == after.messages):
        return
    roles = [[message.role for message in content.messages] for content in (before, after)]
    if roles[0] != roles[1] or before.template != after.template:
        yield "structure"
    elif before.messages != after.messages:
        yield "wording"
    elif not changed:
        yield "settings"


def _lower(name: str) -> str:
    """Return a name as in a sentence; one that begins with an abbreviation stays."""
    return name[:1].lower() + name[1:] if name[1:2].islower() or name[1:2] == "-" else name
