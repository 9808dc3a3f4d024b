"""The diff of two contents, part by part."""

from __future__ import annotations

from hypothesis import given

from tests.core import strategies as make
from workbench.core.content import Content, Message
from workbench.core.content_diff import PartDiff, compare, parts_of
from workbench.core.lanes import Lane, Params


def states(old: Content, new: Content) -> list[tuple[str, str]]:
    return [(part.title, part.state) for part in compare(parts_of(old), parts_of(new))]


def content(*messages: tuple[str, str], extra: str = "") -> Content:
    return Content(tuple(Message(role, text) for role, text in messages), extra=extra)  # type: ignore[arg-type]


def test_messages_are_paired_by_text_then_by_role() -> None:
    old = content(("system", "Be kind."), ("user", "Hi"))
    assert states(old, old) == [("Message 1 · system", "same"), ("Message 2 · user", "same")]
    new = content(("system", "Be brief."), ("user", "One"), ("assistant", "Two"), ("user", "Hi"))
    assert states(old, new) == [
        ("Message 1 · system", "changed"),
        ("Message 2 · user", "added"),
        ("Message 3 · assistant", "added"),
        ("Message 4 · user", "same"),
    ]
    assert states(new, old) == [
        ("Message 1 · system", "changed"),
        ("Message 2 · user", "removed"),
        ("Message 3 · assistant", "removed"),
        ("Message 2 · user", "same"),
    ]


def test_moved_message_is_marked_as_moved() -> None:
    old, new = content(("user", "a"), ("assistant", "b")), content(("assistant", "b"), ("user", "a"))
    assert sorted(state for _, state in states(old, new)) == ["moved", "same"]


def test_extra_keys_are_compared_as_parts() -> None:
    old = content(("user", "a"), extra='{"tools":[{"name":"look","description":"x"}]}')
    new = content(("user", "a"), extra='{"tools":[{"name":"find"},{"name":"look","description":"y"}]}')
    assert states(old, new) == [
        ("Message 1 · user", "same"),
        ("Tool 1 · find", "added"),
        ("Tool 2 · look", "changed"),
    ]


def test_lane_settings_are_compared_by_lane() -> None:
    one = Lane("s1", "echo", "echo", Params(temperature=0.2))
    other = Lane("s1", "echo", "echo", Params(temperature=0.7, max_tokens=9))
    found = compare(parts_of(Content(), (one,)), parts_of(Content(), (other,)))
    assert [(part.title, part.state) for part in found] == [("Lane 1 · echo", "changed")]
    assert found[0].diff.new == "model: echo\nendpoint: echo\ntemperature: 0.7\nmax_tokens: 9"


@given(make.contents, make.contents)
def test_every_part_of_both_contents_is_listed_exactly_once(old: Content, new: Content) -> None:
    found: tuple[PartDiff, ...] = compare(parts_of(old), parts_of(new))
    assert sorted(p.diff.old for p in found if p.state != "added") == sorted(p.text for p in parts_of(old))
    assert [p.diff.new for p in found if p.state != "removed"] == [p.text for p in parts_of(new)]
    assert all(p.state == "same" for p in found) == (parts_of(old) == parts_of(new))
