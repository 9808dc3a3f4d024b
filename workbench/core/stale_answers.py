"""Which answers on the screen no longer belong to the draft, because the draft would send something else.

Invariant: what was sent is compared with what would be sent, so undoing an edit makes an answer belong again. What only
affects display (a lane's name, whether it is hidden) and the number of samples make no difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from workbench.core.content import Content
from workbench.core.drafts import Draft, Values, ValueSet
from workbench.core.lanes import Lane
from workbench.core.templates import content_variables

Change = Literal["lane", "text", "values", "set"]
"""What differs first: the lane's settings, the text, the values, or only which value set is chosen."""


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What a shown answer was asked with: `content` is None for a pinned lane; `set_uid` is "" for unnamed values."""

    lane: Lane
    content: Content | None
    set_uid: str
    values: Values


def stale_answers(draft: Draft, sent: Iterable[SentRequest]) -> dict[str, Change]:
    """Return the slots whose answers do not belong to the draft, each with what differs.

    A baseline keeps its answers on purpose, and a lane that is not in the draft shows none.
    """
    sets = _sets_to_send(draft)
    used: frozenset[str] | None = None
    if draft.content.template == "plain":
        used = frozenset(content_variables(draft.content))
    found: dict[str, Change] = {}
    lanes = {lane.slot: lane for lane in draft.lanes if not lane.baseline}
    for one in sent:
        lane = lanes.get(one.lane.slot)
        if lane is not None and (change := _change(lane, draft, one, sets, used)) is not None:
            found[lane.slot] = change
    return found


def _sets_to_send(draft: Draft) -> tuple[ValueSet, ...]:
    """Return the sets whose answers belong to the draft: the displayed one if it will be sent, else all that will."""
    sets = draft.run_sets
    return next(((one,) for one in sets if one.uid == draft.active), sets)


def _change(
    lane: Lane, draft: Draft, sent: SentRequest, sets: Collection[ValueSet], used: Collection[str] | None
) -> Change | None:
    if replace(sent.lane, label=lane.label, hidden=lane.hidden, baseline="", samples=lane.samples) != lane:
        return "lane"
    if lane.pinned is None and sent.content != draft.content:
        return "text"
    were = dict(sent.values)
    # The text of a pinned lane is not at hand; the values that it was sent with include those that it uses.
    names = were.keys() if lane.pinned is not None else used

    def is_same(one: ValueSet) -> bool:
        are = dict(one.values)
        compared = names if names is not None else are.keys() | were.keys()
        return all(are.get(name) == were.get(name) for name in compared)

    if any(map(is_same, sets)):
        return None
    return "values" if any(one.uid == sent.set_uid for one in sets) else "set"
