"""Importing conversations from JSON of OpenAI and Anthropic."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.content import Message
from workbench.core.text import unify_newlines
from workbench.formats.imports.conversation import ConversationError, looks_like_json_conversation, read_conversation

text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
messages = st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), text), min_size=1, max_size=5)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "type", "text", "messages", "input", "x"]), inner, max_size=4
        )
    ),
)


@given(messages, st.booleans())
def test_openai_messages_are_imported_unchanged(pairs: list[tuple[str, str]], whole: bool) -> None:
    data = [{"role": role, "content": body} for role, body in pairs]
    found = read_conversation(json.dumps({"model": "m", "messages": data} if whole else data))
    assert [(m.role, m.text) for m in found.messages] == [(r, unify_newlines(t)) for r, t in pairs]
    assert found.kind == "OpenAI JSON"
    assert found.notes == (("Left out: model.",) if whole else ())


def _told(text: str) -> str:
    """Return the number of messages, or the error about a text without any."""
    try:
        return f"{len(read_conversation(text).messages)}."
    except ConversationError as error:
        return error.sentence


@given(anything)
def test_any_json_is_read_or_rejected_with_an_error(data: object) -> None:
    assert _told(json.dumps(data)).endswith(".")


@given(st.text(max_size=80))
def test_any_text_is_read_or_rejected_with_an_error(text: str) -> None:
    assert _told(text).endswith(".")


def test_anthropic_request_with_tools_and_thinking_is_imported() -> None:
    body = {
        "system": [{"type": "text", "text": "Be brief."}],
        "max_tokens": 5,
        "messages": [
            {"role": "user", "content": "Where?"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm"},
                    {"type": "text", "text": "One moment."},
                    {"type": "tool_use", "id": "1", "name": "look", "input": {"order": "7"}},
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "sent"}]},
            {"role": "user", "content": [{"type": "image", "source": {}}, {"type": "text", "text": "this"}]},
        ],
    }
    found = read_conversation(json.dumps(body))
    assert found.kind == "Anthropic JSON"
    assert found.messages == (
        Message("system", "Be brief."),
        Message("user", "Where?"),
        Message("assistant", 'One moment.\n[Calls look with {"order": "7"}]'),
        Message("user", "[Result of the tool]\nsent"),
        Message("user", "this"),
    )
    notes = " ".join(found.notes)
    assert "max_tokens" in notes
    assert "Reasoning was left out" in notes
    assert "type image was left out" in notes
    assert "tool call became assistant text" in notes


def test_openai_tool_calls_in_json_lines_are_imported() -> None:
    line = {
        "messages": [
            {"role": "developer", "content": "S"},
            {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "content": "42"},
        ]
    }
    found = read_conversation(json.dumps(line) + "\n" + json.dumps(line) + "\n")
    assert found.messages == (
        Message("system", "S"),
        Message("assistant", "[Calls f with {}]"),
        Message("user", "[Result of the tool]\n42"),
    )
    assert found.kind.startswith("JSON line")
    assert any("1 more" in note for note in found.notes)


@pytest.mark.parametrize(
    "text",
    [
        "user: Hi\nthere\n\nassistant: Hello.\nuser: Bye",
        "**User:** Hi\nthere\n\n**Assistant:** Hello.\n\n**User:** Bye",
        "**User**: Hi\nthere\n\n**AI**: Hello.\n\n**User**: Bye",
        "## User\n\nHi\nthere\n\n## Assistant\n\nHello.\n\n## User\nBye\n",
        "Human: Hi\r\nthere\r\n\r\nClaude: Hello.\r\nHuman: Bye",
        "You said:\nHi\nthere\nChatGPT said:\nHello.\nYou said:\nBye",
    ],
)
def test_turns_are_split_at_role_names(text: str) -> None:
    found = read_conversation(text)
    assert [(m.role, m.text) for m in found.messages] == [
        ("user", "Hi\nthere"),
        ("assistant", "Hello."),
        ("user", "Bye"),
    ]


def test_role_names_in_code_are_ignored_and_a_preamble_is_reported() -> None:
    found = read_conversation("A log\nuser: Hi\n```\nassistant: no\n```\nassistant: yes")
    assert [m.text for m in found.messages] == ["Hi\n```\nassistant: no\n```", "yes"]
    assert found.notes == ("The text before the first turn was left out.",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no text"),
        ("Just prose.", "No dialogue"),
        ("user: alone", "No dialogue"),
        ('{"a": 1', "line 1, column"),
        ('{"a": 1}', "no list of `messages`"),
        ('[{"role": "pope", "content": "x"}]', "role 'pope'"),
        ('[{"role": "user", "content": 5}]', "neither text nor"),
        ("[1]", "Message 1 is not an object"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * 900 + "]" * 900, "Message 1"),
    ],
)
def test_text_without_a_conversation_is_rejected_with_a_reason(text: str, says: str) -> None:
    with pytest.raises(ConversationError) as caught:
        read_conversation(text)
    assert says in caught.value.sentence


def test_json_dialogues_are_recognised_by_their_beginning() -> None:
    assert looks_like_json_conversation(' [{"role": "user"')
    assert not looks_like_json_conversation('{"a": 1}')
    assert not looks_like_json_conversation("user: x")


def test_many_code_fences_are_read_quickly() -> None:
    text = "User: a\n```\nUser: quoted\n```\nAssistant: b\n" * 30_000
    with pytest.raises(ConversationError, match="60,000 messages"):
        read_conversation(text)
    assert len(read_conversation(text[: text.index("Assistant: b") + 12]).messages) == 2
