"""Parsing a model's answer into a proposal, and applying it to the prompt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.blocks import Attachment, Example
from workbench.core.content import ROLES, Content, Message
from workbench.core.improvement import (
    NO_MESSAGES,
    NOTHING,
    ProposalError,
    RecentAnswer,
    propose,
    question,
    read_answer,
    tag_for,
)

PIECES = [*"ab {}<>/\n\t\"'=`é漢", "<message", "</message>", "{{x}}", 'role="user"']
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
MESSAGES = st.lists(st.builds(Message, st.sampled_from(ROLES), TEXTS), min_size=1, max_size=5).map(tuple)
BASE = Content(
    (
        Message("system", "You answer about {{topic}}.\n"),
        Message("user", "{{question}}", (Attachment("a" * 64, "x/y", "n"),)),
    ),
    examples=(Example("a", "b"),),
)


@given(MESSAGES, TEXTS)
def test_repeated_prompt_gives_a_proposal_without_changes(messages: tuple[Message, ...], feedback: str) -> None:
    content = Content(messages)
    asked, tag = question(content, feedback, ())
    proposal = propose(content, read_answer(f"Nothing to do. {asked}", tag))
    assert proposal.count == 0
    assert proposal.apply(range(9)) == content


@given(MESSAGES, MESSAGES, st.data())
def test_applying_all_changes_gives_the_proposal_and_none_the_prompt(
    before: tuple[Message, ...], after: tuple[Message, ...], data: st.DataObject
) -> None:
    content = Content(before)
    tag = tag_for(m.text for m in (*before, *after))
    text = "\n".join(f"<{tag} role='{m.role}'>\n{m.text}\n</{tag}>" for m in after)
    proposal = propose(content, read_answer(text, tag))
    assert proposal.apply(()) == content
    whole = [m.text.strip() for m in proposal.apply(range(proposal.count)).messages]
    assert all(m.text.strip() in whole for m in after if m.text.strip())
    chosen = data.draw(st.sets(st.integers(0, max(0, proposal.count - 1))))
    assert len(proposal.apply(chosen).messages) >= len(before)


@given(st.text(max_size=200))
def test_any_model_answer_is_read_or_refused_with_a_sentence(text: str) -> None:
    told = ""
    try:
        messages = read_answer(text).messages
    except ProposalError as error:
        messages, told = (), str(error)
    assert messages or told.endswith(".")


def test_text_around_the_messages_becomes_the_remark() -> None:
    answer = read_answer(
        '<think>hm <message role="user">no</message></think>\nI made it stricter.\n```xml\n<prompt>\n'
        '<message role="System">\nYou answer briefly about {{topic}}.\n</message>\n</prompt>\n```\n'
    )
    assert answer.remark == "I made it stricter."
    assert answer.messages == (Message("system", "You answer briefly about {{topic}}."),)
    proposal = propose(BASE, answer)
    assert proposal.count == 1
    after = proposal.apply({0})
    assert after.messages == (Message("system", "You answer briefly about {{topic}}.\n"), BASE.messages[1])
    assert after.examples == BASE.examples


def test_text_between_and_after_the_messages_becomes_the_remark_too() -> None:
    answer = read_answer(
        'Before.\n<message role="system">Be brief.</message>\nBetween.\n<message role="user">Hi</message>\nAfter.'
    )
    assert answer.remark == "Before.\n\nBetween.\n\nAfter."
    assert answer.messages == (Message("system", "Be brief."), Message("user", "Hi"))


def test_lost_and_new_variables_follow_the_accepted_changes() -> None:
    proposal = propose(BASE, read_answer('<message role="system">You answer about {{subject}} all day.</message>'))
    assert proposal.variables(range(proposal.count)) == (("topic",), ("subject",))
    assert proposal.variables(()) == ((), ())


def test_new_messages_are_inserted_where_the_model_put_them() -> None:
    text = "".join(
        f"<message role={role}>{text}</message>"
        for role, text in (("assistant", "Hello."), ("system", "S"), ("assistant", "A"), ("user", "U"), ("user", "V"))
    )
    after = propose(Content((Message("user", "U"),)), read_answer(text)).apply(range(9))
    assert [m.text for m in after.messages] == ["Hello.", "S", "A", "U", "V"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" \n", NOTHING),
        ("Sure! Here is your order.", NO_MESSAGES),
        ('<message role="narrator">x</message>', "This answer has a message with the role “narrator”"),
        ("<message>x</message>", "This answer has a message without a role"),
    ],
)
def test_invalid_answer_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ProposalError) as told:
        read_answer(text)
    assert str(told.value).startswith(sentence)


def test_answer_cut_off_in_a_message_is_marked_incomplete() -> None:
    answer = read_answer('<message role="system">One.<message role="user">Two, and')
    assert not answer.is_whole
    assert [m.text for m in answer.messages] == ["One.", "Two, and"]


def test_question_includes_values_only_with_their_answers() -> None:
    asked, tag = question(BASE, "Be <message> brief", ())
    assert tag == "message-2"
    assert '<message-2 role="user">\n{{question}}\n</message-2>' in asked
    assert '"examples"' in asked
    answer = RecentAnswer("u", 3, "gpt", "bad", "Nope.", (("question", "Where?"),))
    assert "Where?" not in asked
    assert '<answer verdict="all bad">\n<value name="question">\nWhere?\n</value>' in question(BASE, "", (answer,))[0]
