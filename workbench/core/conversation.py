"""Continuing a conversation, and inserting a recorded one into a prompt.

Invariant: answers and recorded texts are not altered; only the list of messages changes, no other part of the content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.core.content import Content, Message
from workbench.core.templates import variables


def continued(content: Content, answer: str) -> Content:
    """Return the content with an answer and an empty user message appended."""
    return replace(content, messages=(*content.messages, Message("assistant", answer), Message("user", "")))


def with_dialogue(content: Content, messages: Sequence[Message], *, keep_system: bool, append: bool) -> Content:
    """Return the content with its messages replaced by a recorded dialogue, or with the dialogue appended (`append`).

    With `keep_system` the present system messages are kept and those of the dialogue are left out.
    """
    mine = [message for message in content.messages if message.role == "system"]
    taken = [m for m in messages if not (keep_system and m.role == "system")]
    before = list(content.messages) if append else mine if keep_system else []
    return replace(content, messages=tuple(before + taken))


def new_variables(before: Content, after: Content) -> tuple[str, ...]:
    """Return the variables that occur in the messages of `after` but not in those of `before`."""
    known = set(variables(message.text for message in before.messages))
    return tuple(name for name in variables(message.text for message in after.messages) if name not in known)
