"""Continuing a conversation from an answer, and inserting a recorded one into a prompt.

Invariant: the next draft holds the lane's actual request, the version that it ran, and the answer byte for byte.
Recorded texts are not altered either: only the list of messages changes, no other part of the content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.runs import IterationDetail, VersionRow
from workbench.core.templates import variables
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_plan import sendable


def continued(content: Content, answer: str) -> Content:
    """Return the content with an answer and an empty user message appended."""
    return replace(content, messages=(*content.messages, Message("assistant", answer), Message("user", "")))


def with_conversation(content: Content, messages: Sequence[Message], *, keep_system: bool, append: bool) -> Content:
    """Return the content with its messages replaced by a recorded conversation, or followed by it (`append`).

    With `keep_system` the present system messages are kept and those of the conversation are left out.
    """
    mine = [message for message in content.messages if message.role == "system"]
    taken = [m for m in messages if not (keep_system and m.role == "system")]
    before = list(content.messages) if append else mine if keep_system else []
    return replace(content, messages=tuple(before + taken))


def new_variables(before: Content, after: Content) -> tuple[str, ...]:
    """Return the variables that occur in the messages of `after` but not in those of `before`."""
    known = set(variables(message.text for message in before.messages))
    return tuple(name for name in variables(message.text for message in after.messages) if name not in known)


def continued_draft(
    detail: IterationDetail, output_uid: str, version: Callable[[int], VersionRow], current: Draft
) -> Draft:
    """Return the draft that continues from an output of an iteration; the lanes are those of `current`.

    `version` returns a version of the prompt by its number. Raises RefusedError if the output has no answer, or this
    release cannot read the content that was run.
    """
    record = next((record for record in detail.outputs if record.uid == output_uid), None)
    if record is None or not record.result.text:
        raise RefusedError("This lane has no answer to continue from. Run it first.")
    ran = next(lane for lane in detail.lanes if lane.position == record.position)
    content = sendable(version(ran.version))
    values = detail.sets[record.value_set].values if record.value_set < len(detail.sets) else detail.values
    return replace(
        current,
        content=continued(content, record.result.text),
        values=tuple({**current.value_map, **dict(values)}.items()),
        based_on=ran.version,
    )
