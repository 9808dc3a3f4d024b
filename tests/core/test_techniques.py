"""Techniques: insertion into a content, and search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.content import Content, Message, Role
from workbench.core.techniques import (
    PLACES,
    CaretPlace,
    Insertion,
    Place,
    Technique,
    file_name,
    insertion,
    ranked,
    where,
)

ROLE = Technique("role", "Role", "what", "helps", "hurts", "system start", "You are ${1:x}.$0")
contents = st.lists(
    st.builds(Message, st.sampled_from(["system", "user", "assistant"]), st.text("ab \n", max_size=8)), max_size=4
).map(lambda messages: Content(tuple(messages)))


def applied(content: Content, found: Insertion) -> list[tuple[Role, str]]:
    messages = [(m.role, m.text) for m in content.messages]
    if found.new:
        messages.insert(found.index, (found.role, found.text))
    else:
        role, text = messages[found.index]
        assert text[found.offset : found.offset + len(found.removed)] == found.removed
        messages[found.index] = (role, text[: found.offset] + found.text + text[found.offset + len(found.removed) :])
    return messages


def technique(place: Place, snippet: str = "NEW ${1:gap}") -> Technique:
    return Technique("t", "T", "", "", "", place, snippet)


@given(contents, st.sampled_from(PLACES))
def test_insertion_keeps_existing_text_and_locates_the_gap(content: Content, place: Place) -> None:
    found = insertion(content, technique(place))
    after = applied(content, found)
    text = after[found.index][1]
    assert text[found.gaps[0].start : found.gaps[0].end] == "gap"
    assert text[found.body.start : found.body.end] == "NEW gap"
    assert after[found.index][0] == ("system" if place.startswith("system") else "user")
    rest = text.replace(found.text, "", 1)
    before = [m.text for m in content.messages]
    assert rest == ("" if found.new else before[found.index])


def test_role_starts_the_system_message_or_creates_one_at_the_top() -> None:
    user = Content((Message("user", "Hi"),))
    assert applied(user, insertion(user, ROLE)) == [("system", "You are x."), ("user", "Hi")]
    assert where(insertion(user, ROLE), 1) == "A new System message at the top"
    both = Content((Message("system", "Be kind."), Message("user", "Hi")))
    assert applied(both, insertion(both, ROLE))[0] == ("system", "You are x.\n\nBe kind.")


def test_caret_sets_the_position_and_the_selection_fills_the_first_gap() -> None:
    content = Content((Message("user", "Read this text now."),))
    tags = technique("caret", "<d>${1:doc}</d>$0")
    assert applied(content, insertion(content, tags, CaretPlace(0, 5, 14))) == [("user", "Read <d>this text</d> now.")]
    assert applied(content, insertion(content, tags, CaretPlace(0, 5, 5))) == [
        ("user", "Read <d>doc</d>this text now.")
    ]
    assert applied(content, insertion(content, tags)) == [("user", "Read this text now.\n\n<d>doc</d>")]


@pytest.mark.parametrize(("before", "gap"), [("a", "\n\n"), ("a\n", "\n"), ("a\n\n", ""), ("", "")])
def test_blank_line_separates_old_from_new_text(before: str, gap: str) -> None:
    content = Content((Message("system", before),))
    assert applied(content, insertion(content, technique("system end", "n"))) == [("system", before + gap + "n")]


def test_search_ranks_name_matches_first() -> None:
    tone = Technique("tone", "Tone", "voice of a role", "", "", "system end", "x")
    assert [t.name for t in ranked((tone, ROLE), "rOLE")] == ["Role", "Tone"]
    assert ranked((tone, ROLE), "nothing") == ()


def test_file_names_are_ascii_and_unused() -> None:
    assert file_name("Über ../Größe!") == "uber-grosse"
    assert file_name("角色") == "technique"
    assert file_name("Role", frozenset({"role", "role-2"})) == "role-3"
