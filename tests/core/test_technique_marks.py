"""Marks of inserted techniques, and how they are inherited from version to version."""

from __future__ import annotations

import pytest

from workbench.core.content import Content, Message
from workbench.core.technique_marks import TechniqueMark, key_of, mark_of, passed_on
from workbench.core.techniques import Place, Technique, insertion
from workbench.formats.imports.technique_yml import read_technique
from workbench.host.dirs import resource


def technique(snippet: str, place: Place = "system end", *, own: bool = False) -> Technique:
    return Technique("03-steps", "Steps", "", "", "", place, snippet, own=own)


def said(*texts: str) -> Content:
    return Content(tuple(Message("system", text) for text in texts))


ROLE = technique("You are ${1:a clerk}. You help ${2:people}.$0")


def test_mark_contains_the_text_outside_the_gaps() -> None:
    assert mark_of(ROLE, said("")) == TechniqueMark("steps", "Steps", "You are\nYou help")
    assert mark_of(technique("<a>\n${1:x}\n</a>"), said("")) == TechniqueMark("steps", "Steps", "<a>\n</a>")
    assert mark_of(technique("${1:all of it}"), said("")) is None


def test_mark_leaves_out_text_already_in_the_prompt() -> None:
    assert mark_of(ROLE, said("You are kind.")) == TechniqueMark("steps", "Steps", "You help")
    both = said("You are kind. You help.")
    assert mark_of(ROLE, both) == TechniqueMark("steps", "Steps", "You are\nYou help")


def test_keys_ignore_the_order_number_and_separate_own_techniques() -> None:
    assert key_of(ROLE) == "steps"
    assert key_of(technique("a b", own=True)) == "own:03-steps"


@pytest.mark.parametrize("place", ["examples", "output"])
def test_examples_and_output_techniques_leave_no_mark(place: Place) -> None:
    assert mark_of(technique("{}", place), said("")) is None


def test_every_built_in_technique_leaves_a_mark_that_lasts_after_insertion() -> None:
    marked = 0
    for path in sorted(resource("techniques").glob("*.yml")):
        one = read_technique(path.read_bytes(), path.stem, own=False)
        before = Content((Message("system", "Be kind."), Message("user", "Where is it?")))
        if (mark := mark_of(one, before)) is None:
            assert one.place in ("examples", "output")
            continue
        found = insertion(before, one)
        text = before.messages[found.index].text
        after = said(text[: found.offset] + found.text + text[found.offset + len(found.removed) :])
        assert [*passed_on([mark], [], [], after)] == [mark]
        assert passed_on([mark], [], [mark], before) == []
        marked += 1
    assert marked == 16


def test_mark_is_inherited_while_part_of_its_text_remains() -> None:
    mark = TechniqueMark("role", "Role", "You are\nYou help")
    assert passed_on([], [mark], [mark], said("", "You help cooks.")) == [mark]
    assert passed_on([], [mark], [mark], said("Help cooks.")) == []
    # From an earlier version, not the parent: the old text came back.
    assert passed_on([], [], [mark], said("You are a cook.")) == [mark]


def test_manual_mark_is_inherited_until_the_technique_is_inserted_again() -> None:
    text = said("You are a cook.")
    inserted = TechniqueMark("role", "Role", "You are")
    no, yes = TechniqueMark("role", "Role", used=False), TechniqueMark("tone", "Tone")
    assert passed_on([], [no, yes], [inserted], text) == [no, yes]
    assert passed_on([inserted], [no], [], text) == [inserted]
    # A statement about another version than the parent.
    assert passed_on([], [], [yes], text) == []
