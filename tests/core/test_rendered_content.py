"""The content that a lane sends, with its values filled in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from tests.core import strategies as make
from workbench.core.blocks import Attachment, Example, OutputFormat, Tool
from workbench.core.content import Content, Message
from workbench.core.rendered_content import assemble, fill_plain
from workbench.core.templates import template_texts

SYSTEM, USER = Message("system", "Be {{how}}."), Message("user", "{{q}}")
PAIRS = (Example("{{q}}?", "yes"), Example("off", "off", enabled=False), Example("c", ""))
VALUES = {"how": "kind", "q": "Why {{how}}"}
FILE = Attachment("ab", "image/png", "a.png")


def asked(content: Content) -> list[tuple[str, str]]:
    return [(m.role, m.text) for m in fill_plain(content, VALUES).messages]


def test_values_are_filled_in_a_single_pass() -> None:
    assert asked(Content((SYSTEM, USER))) == [("system", "Be kind."), ("user", "Why {{how}}")]


def test_examples_are_placed_before_the_first_turn() -> None:
    content = Content((SYSTEM, USER, Message("assistant", "a")), examples=PAIRS)
    assert asked(content) == [
        ("system", "Be kind."),
        ("user", "Why {{how}}?"),
        ("assistant", "yes"),
        ("user", "c"),
        ("user", "Why {{how}}"),
        ("assistant", "a"),
    ]
    assert asked(Content((SYSTEM,), examples=(Example("a", "b"),)))[1:] == [("user", "a"), ("assistant", "b")]


def test_examples_fold_into_the_first_system_message() -> None:
    folded = "<examples>\n<example>\n<user>\na\n</user>\n<assistant>\nb\n</assistant>\n</example>\n</examples>"
    content = Content((USER, SYSTEM), examples=(Example("a", "b"),), examples_in="system")
    assert asked(content) == [("user", "Why {{how}}"), ("system", f"Be kind.\n\n{folded}")]
    assert asked(replace(content, messages=(USER,))) == [("system", folded), ("user", "Why {{how}}")]
    assert asked(replace(content, messages=(Message("system", ""), USER)))[0] == ("system", folded)


def test_empty_messages_and_disabled_tools_are_not_sent() -> None:
    content = Content(
        (Message("system", ""), Message("user", "", (FILE,)), USER),
        tools=(Tool("a", enabled=False), Tool("b")),
        output=OutputFormat("json"),
        tool_rounds=2,
    )
    rendered = fill_plain(content, VALUES)
    assert rendered.messages == (Message("user", "", (FILE,)), Message("user", "Why {{how}}"))
    assert rendered.tools == (Tool("b"),)
    assert (rendered.output, rendered.tool_rounds) == (OutputFormat("json"), 2)


def test_cache_marks_and_files_stay_with_their_message() -> None:
    system = Message("system", "Be.", (FILE,), cache=True)
    content = Content((system, USER), examples=(Example("a", "b"),), examples_in="system")
    first = fill_plain(content, VALUES).messages[0]
    assert (first.attachments, first.cache) == ((FILE,), True)


def test_wrong_number_of_texts_raises_a_value_error() -> None:
    with pytest.raises(ValueError, match="one text for each place"):
        assemble(Content((USER,)), [])


@given(make.contents)
def test_every_enabled_example_and_message_with_text_is_sent(content: Content) -> None:
    texts = [text for _, text in template_texts(content)]
    rendered = assemble(content, texts)
    whole = "\n".join(m.text for m in rendered.messages)
    for message in content.messages:
        assert message.text in whole
    for example in content.examples:
        if example.enabled:
            assert example.user in whole
            assert example.assistant in whole
    assert all(m.text or m.attachments for m in rendered.messages)
