"""From a draft to what is recorded and sent.

Invariant: a plan is whole or refused; whatever a lane needs is known before anything is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import VersionRow
from workbench.core.templates import missing, render_plain
from workbench.usecases.problems import Lack, Problem, RefusedError

Messages = tuple[Message, ...]
Render = Callable[[Content, Mapping[str, str]], Future[Messages]]
RENDER_WITHIN_S = 45.0
"""An engine that is just starting may take 30 s; rendering itself is cut off after 2 s by the engine."""

_MOST_NAMES = 5
"""Names that a sentence lists before it only counts."""
_NOTHING = "There is nothing to send yet. Write a message, then run."


def check(draft: Draft) -> Problem | None:
    """Return what keeps a draft from running, as far as it can be seen without the database; None when nothing does."""
    if not draft.lanes:
        return Problem("There is no lane to run. Add a lane with a model, then run.")
    for number, lane in enumerate(draft.lanes, start=1):
        if problem := _check_extra(lane, number):
            return problem
    if any(lane.pinned is None for lane in draft.lanes):
        return _check_content(draft.content, draft.value_map)
    return None


def _check_extra(lane: Lane, number: int) -> Problem | None:
    if not lane.params.extra:
        return None
    try:
        fine = isinstance(json.loads(lane.params.extra), dict)
        detail = "not an object"
    except ValueError as error:
        fine, detail = False, str(error)
    if fine:
        return None
    return Problem(
        f'The extra parameters of lane {number} ({lane.title}) are not a JSON object. Write them like {{"top_k": 40}}.',
        detail,
    )


def _check_content(content: Content, values: Mapping[str, str], where: str = "") -> Problem | None:
    if content.is_empty:
        return Problem(_NOTHING, lack=Lack())
    # What a Jinja template needs is only known by rendering it: a name may be a loop variable, or have a default.
    if content.template == "plain" and (names := missing(content, values)):
        return Problem(_missing_sentence(names, where), lack=Lack(names))
    return None


def _missing_sentence(names: Sequence[str], where: str) -> str:
    listed = [f"{{{{{name}}}}}" for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        listed.append(f"{len(names) - _MOST_NAMES:,} more")
    if len(listed) == 1:
        return f"The variable {listed[0]} has no value{where}. Give it one below the messages; an empty one counts."
    together = f"{', '.join(listed[:-1])} and {listed[-1]}"
    return f"The variables {together} have no values{where}. Give them one each below the messages; empty ones count."


@dataclass(frozen=True, slots=True)
class PlannedLane:
    """A lane with the messages that it sends."""

    lane: Lane
    messages: Messages


def plan_lanes(draft: Draft, pinned: Callable[[int], Content], render: Render) -> tuple[PlannedLane, ...]:
    """Return every lane with its messages.

    `pinned` returns the content of a version. Raises RefusedError when a lane has nothing to send or lacks a value,
    what `pinned` raises, and EngineError when a Jinja template is wrong.
    """
    contents: dict[int | None, Content] = {}
    for lane in draft.lanes:
        if lane.pinned not in contents:
            contents[lane.pinned] = draft.content if lane.pinned is None else pinned(lane.pinned)
    values = draft.value_map
    messages = {
        number: render_messages(content, values, render, "" if number is None else f", and version {number} uses it")
        for number, content in contents.items()
    }
    return tuple(PlannedLane(lane, messages[lane.pinned]) for lane in draft.lanes)


def sendable(version: VersionRow) -> Content:
    """Return the content of a version. Raises RefusedError when what would be sent is not what it says."""
    if version.newer:
        raise RefusedError(f"Version {version.number} was not sent. {version.newer}")
    return version.content


def render_messages(content: Content, values: Mapping[str, str], render: Render, where: str = "") -> Messages:
    """Return the messages as they are sent. Raises RefusedError or EngineError."""
    if problem := _check_content(content, values, where):
        raise RefusedError(problem.sentence, problem.detail, problem.lack)
    if content.template == "plain":
        messages = render_plain(content, values)
    else:
        messages = _await(render(content, values))
    if not messages:
        raise RefusedError("Every message is empty with these values, so there is nothing to send. Fill one in.")
    return messages


def _await(rendered: Future[Messages]) -> Messages:
    try:
        return rendered.result(RENDER_WITHIN_S)
    except TimeoutError as error:
        raise RefusedError(
            "The template was not rendered, because the engine does not answer. Try again in a moment.",
            f"no answer within {RENDER_WITHIN_S:.0f} s",
        ) from error
