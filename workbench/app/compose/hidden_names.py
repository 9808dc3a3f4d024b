"""Blind versions of lane headers and statuses.

Invariant: the headers and statuses returned here contain no name, price, time or number that differs between lanes, so
no widget can reveal one. The order differs for each run and set, and is the same after a restart. Free text, such as
error messages, is searched for the names.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from urllib.parse import urlsplit

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.core.empty_answers import EmptyAnswer
from workbench.core.lanes import Endpoint, Lane
from workbench.core.providers import provider_name
from workbench.core.runs import Failure

_FAILED = Failure("blind", "This call failed. To see why, mark another answer or reveal the names.")
HIDDEN = _FAILED.code
"""Failure code whose cause is not shown while blind."""


def order(run_uid: str, value_set: int, slots: Sequence[str]) -> tuple[str, ...]:
    """Return the slots in the order in which a blind run shows them."""
    shuffled = sorted(slots)
    random.Random(f"{run_uid} {value_set}").shuffle(shuffled)
    return tuple(shuffled)


def blind_heads(slots: Sequence[str]) -> list[LaneHead]:
    """Return headers that contain only the lane number."""
    return [
        LaneHead(slot=slot, number=number, title=f"Answer {number}", model="", read_only=True)
        for number, slot in enumerate(slots, start=1)
    ]


def masked(status: LaneStatus, *, veiled: bool) -> LaneStatus:
    """Return a status without anything that distinguishes lanes; `veiled` while any answer is still streaming."""
    if veiled:
        return LaneStatus(state="waiting", attempt=1, attempts=1, blind=True)
    return LaneStatus(
        state=status.state,
        failure=_FAILED if status.failure is not None else None,
        finish_reason=status.finish_reason if status.finish_reason == "length" else "",
        # The reason for an empty answer may reveal the provider.
        empty=EmptyAnswer("", "") if status.empty is not None else None,
        attempt=status.attempt,
        attempts=status.attempts,
        standing=status.standing,
        blind=True,
        sample=status.sample,
        samples=status.samples,
        calls=status.calls,
        format_check=status.format_check,
        format_ok=status.format_ok,
    )


def names_of(lanes: Iterable[Lane], endpoints: Mapping[str, Endpoint]) -> frozenset[str]:
    """Return all names of these lanes and their endpoints, in lower case."""
    found: set[str] = set()
    for lane in lanes:
        found |= {lane.label, lane.title, lane.model, *lane.model.split("/"), provider_name(lane.model.split("/")[0])}
        if (endpoint := endpoints.get(lane.endpoint)) is not None:
            files = (PurePath(endpoint.path).stem, PurePath(endpoint.adapter).stem)
            found |= {endpoint.name, urlsplit(endpoint.base_url).hostname or "", *files}
    return frozenset(name.lower() for name in found if len(name) > 1)


def gives_away(text: str, names: Iterable[str]) -> bool:
    """Whether a text contains one of these names."""
    small = text.lower()
    return any(name in small for name in names)
