"""Continuing a draft from an answer or from a recorded conversation."""

from __future__ import annotations

from workbench.core.content import Content, Message
from workbench.usecases.conversation import continued, new_variables, with_conversation

MINE = Content((Message("system", "S {{a}}"), Message("user", "Q")), "jinja")
THEIRS = (Message("system", "T"), Message("user", "{{b}}"), Message("assistant", "A"))


def test_continuing_appends_the_answer_and_an_empty_message() -> None:
    after = continued(MINE, "Answer\n")
    assert after.messages == (*MINE.messages, Message("assistant", "Answer\n"), Message("user", ""))
    assert after.template == "jinja"


def test_conversation_replaces_or_follows_messages_and_may_keep_system_prompt() -> None:
    roles = {
        (keep, append): [m.text for m in with_conversation(MINE, THEIRS, keep_system=keep, append=append).messages]
        for keep in (True, False)
        for append in (True, False)
    }
    assert roles[True, False] == ["S {{a}}", "{{b}}", "A"]
    assert roles[False, False] == ["T", "{{b}}", "A"]
    assert roles[True, True] == ["S {{a}}", "Q", "{{b}}", "A"]
    assert roles[False, True] == ["S {{a}}", "Q", "T", "{{b}}", "A"]
    assert new_variables(MINE, with_conversation(MINE, THEIRS, keep_system=True, append=False)) == ("b",)
