"""Every text of a content has one position, and can be replaced there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.blocks import Example, OutputFormat, Tool, ToolRow
from workbench.core.content import Content, Message
from workbench.core.content_texts import TextPlace, place_of, texts_of, with_texts

texts = st.text(max_size=5)
contents = st.builds(
    Content,
    messages=st.lists(st.builds(Message, st.sampled_from(["system", "user", "assistant"]), texts), max_size=4).map(
        tuple
    ),
    examples=st.lists(st.builds(Example, texts, texts, st.booleans()), max_size=3).map(tuple),
    tools=st.lists(
        st.builds(Tool, texts, texts, texts, texts, st.lists(st.builds(ToolRow, texts, texts), max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
    output=st.none() | st.builds(OutputFormat, st.sampled_from(["json", "schema"]), texts, texts),
)
FULL = Content(
    (Message("system", "s"), Message("user", "u"), Message("system", "late")),
    examples=(Example("eu", "ea"),),
    tools=(Tool("t", "d", "p", "else", (ToolRow("args", "row"),)),),
    output=OutputFormat("schema", "{}", "o"),
)


def test_texts_are_listed_in_reading_order() -> None:
    assert texts_of(FULL) == ("s", "eu", "ea", "u", "late", "t", "d", "p", "args", "row", "else", "o", "{}")
    assert place_of(FULL, 0) == TextPlace(0, is_message=True)
    assert place_of(FULL, 2) == TextPlace(1, is_message=False)
    assert place_of(FULL, 3) == TextPlace(1, is_message=True)
    assert place_of(FULL, 5) == TextPlace(2, is_message=False)


def test_inactive_schema_is_not_listed() -> None:
    assert texts_of(Content(output=OutputFormat("json", "{}", "o"))) == ()


@given(contents)
def test_texts_are_written_back_to_their_positions(content: Content) -> None:
    found = texts_of(content)
    assert with_texts(content, found) == content
    changed = with_texts(content, [f"{text}!" for text in found])
    assert texts_of(changed) == tuple(f"{text}!" for text in found)
    places = [place_of(content, number) for number in range(len(found))]
    assert len(set(places)) == len(places)
    for place, text in zip(places, found, strict=True):
        if place.is_message:
            assert content.messages[place.number].text == text


def test_too_few_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        with_texts(FULL, ["one"])
