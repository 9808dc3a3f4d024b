"""The stored form of the parts of a prompt other than messages."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.core.blocks import Attachment, Example, OutputFormat, Tool
from workbench.core.content import Content, ContentError, Message, from_json, readable, to_json


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"examples": {}}, "The examples are not a list"),
        ({"examples": [1]}, "Example 1 is not an object"),
        ({"examples": [{"user": "a"}]}, "Example 1 needs the text 'assistant'"),
        ({"examples": [{"user": "a", "assistant": "b", "off": 1}]}, "must be true or false, not 1"),
        ({"examples": [{"user": "a", "assistant": "b", "weight": 2}]}, "'weight', which this release does not know"),
        ({"examples_in": "tail"}, "messages or system, not 'tail'"),
        ({"output": {"kind": "xml"}}, "json or schema, not 'xml'"),
        ({"output": {"kind": "schema", "schema": {}}}, "needs the text 'schema'"),
        ({"tools": [{"name": "a", "rows": [{"answer": "x"}]}]}, "Row 1 of tool 1 needs the text 'arguments'"),
        ({"tools": [{"description": "a"}]}, "Tool 1 needs the text 'name'"),
        ({"tool_rounds": 0}, "1 to 20 rounds, not 0"),
        ({"tool_rounds": 21}, "1 to 20 rounds, not 21"),
        ({"tool_rounds": True}, "1 to 20 rounds, not True"),
        ({"messages": [{"role": "user", "text": "", "attachments": [{"hash": "a"}]}]}, "needs the text 'media_type'"),
        ({"messages": [{"role": "user", "text": "", "cache": 1}]}, "a cache mark must be true"),
    ],
)
def test_invalid_part_is_refused_with_its_location(part: dict[str, Any], words: str) -> None:
    data = {"format": 1, "messages": [{"role": "user", "text": "Hi"}], **part}
    with pytest.raises(ContentError, match=words):
        from_json(data)
    shown, sentence = readable(data)
    assert words in sentence
    assert shown.examples == ()


def test_unfinished_parts_are_kept_when_stored() -> None:
    content = Content(
        (Message("user", "Hi"),),
        examples=(Example(),),
        output=OutputFormat("schema", "{"),
        tools=(Tool("", parameters="[", rows=()),),
    )
    assert from_json(to_json(content)) == content


def test_content_without_message_text_or_files_is_empty() -> None:
    assert Content(examples=(Example("a", "b"),), tools=(Tool("a"),)).is_empty
    assert not Content((Message("user", "", (Attachment("a", "image/png", "a"),)),)).is_empty


def test_images_are_recognised_by_their_media_type() -> None:
    assert Attachment("a", "image/webp", "").is_image
    assert not Attachment("a", "text/plain", "a.png").is_image
