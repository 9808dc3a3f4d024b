"""Going on with a conversation, and putting a recorded one into a prompt.

Invariant: answers and recorded texts stay exactly as they are; only messages come and go, every other part of the
content stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.core.content import Content, Message
from workbench.core.templates import variables


def continued(content: Content, answer: str) -> Content:
    """Return the content with an answer and an empty message of the user behind it."""
    return replace(content, messages=(*content.messages, Message("assistant", answer), Message("user", "")))


def with_dialogue(content: Content, messages: Sequence[Message], *, keep_system: bool, append: bool) -> Content:
    """Return the content with a recorded dialogue in place of its messages, or (`append`) behind them.

    With `keep_system` the present system messages stay and those of the dialogue are left out.
    """
    mine = [message for message in content.messages if message.role == "system"]
    taken = [m for m in messages if not (keep_system and m.role == "system")]
    before = list(content.messages) if append else mine if keep_system else []
    return replace(content, messages=tuple(before + taken))


def new_variables(before: Content, after: Content) -> tuple[str, ...]:
    """Return the variables that texts of `after` bring along and that `before` does not have."""
    known = set(variables(message.text for message in before.messages))
    return tuple(name for name in variables(message.text for message in after.messages) if name not in known)
