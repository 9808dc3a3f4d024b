"""Technique marks: from the draft to its version, inherited by later ones, and corrected by the user."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, lane, run, text
from workbench.core.blocks import Example, OutputFormat, Tool
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.technique_marks import TechniqueMark
from workbench.store import Store, StoreError
from workbench.store.runs.technique_marks import VersionMarks

ROLE = TechniqueMark("role", "Role", "You are\nYou help")
STEPS = TechniqueMark("steps", "Steps", "Steps:")


def begun(
    store: Store,
    name: str,
    content: Content,
    based_on: int | None = None,
    marks: tuple[TechniqueMark, ...] = (),
    *lanes: Lane,
) -> int | None:
    start = run(name, content, based_on=based_on, lanes=lanes or (lane(),))
    return store.begin_run(dataclasses.replace(start, techniques=marks)).result(60).version_number


def used(store: Store, prompt: str = "p") -> dict[int, list[str]]:
    return {one.number: list(one.used.values()) for one in store.techniques.of(prompt, range(1, 20))}


def test_version_takes_the_marks_of_its_draft_and_later_versions_inherit(store: Store) -> None:
    assert begun(store, "a", text("Hi")) == 1
    assert begun(store, "b", text("Hi", "You are a clerk."), 1, (ROLE,)) == 2
    assert begun(store, "c", text("Hi", "You are a cook. Steps:"), 2, (STEPS,)) == 3
    assert begun(store, "d", text("Hi", "Cook. Steps: none."), 3) == 4
    # Based on the first one again, with a text of an earlier version.
    assert begun(store, "e", text("Hi", "You help cooks."), 1) == 5
    assert used(store) == {1: [], 2: ["Role"], 3: ["Role", "Steps"], 4: ["Steps"], 5: ["Role"]}


def test_mark_without_its_text_in_the_version_is_dropped(store: Store) -> None:
    assert begun(store, "a", text("Hi", "Be kind."), None, (ROLE,)) == 1
    assert used(store) == {1: []}


def test_running_an_old_text_again_keeps_the_marks_of_its_version(store: Store) -> None:
    begun(store, "a", text("Hi", "You are a clerk."))
    assert begun(store, "b", text("Hi", "You are a clerk."), 1, (ROLE,)) == 1
    assert used(store) == {1: []}


def test_corrections_by_the_user_win_and_are_inherited(store: Store) -> None:
    begun(store, "a", text("Hi", "You are a clerk."), None, (ROLE,))
    store.techniques.say("p", 1, "role", "Role", used=False).result(60)
    store.techniques.say("p", 1, "tone", "Tone", used=True).result(60)
    begun(store, "b", text("Hi", "You are a cook."), 1)
    assert used(store) == {1: ["Tone"], 2: ["Tone"]}
    store.techniques.say("p", 2, "role", "Role", used=True).result(60)
    assert used(store) == {1: ["Tone"], 2: ["Role", "Tone"]}
    assert store.techniques.of("p", [2]) == [
        VersionMarks(2, (TechniqueMark("role", "Role"), TechniqueMark("tone", "Tone")), name="#2")
    ]


def test_correcting_an_unknown_version_raises_an_error(store: Store) -> None:
    with pytest.raises(StoreError, match="version is not in the history"):
        store.techniques.say("p", 7, "role", "Role", used=True).result(60)


def test_techniques_are_derived_from_examples_output_format_and_tools(store: Store, path: Path) -> None:
    parts = [
        dataclasses.replace(text("1"), examples=(Example("a", "b"), Example("c", "d", enabled=False))),
        dataclasses.replace(text("2"), examples=(Example("a", "b", enabled=False),)),
        dataclasses.replace(text("3"), output=OutputFormat("json"), tools=(Tool("look_up"),)),
        dataclasses.replace(text("4"), tools=(Tool("look_up", enabled=False),)),
    ]
    for number, content in enumerate(parts):
        begun(store, f"r{number}", content)
    assert [one.told for one in store.techniques.of("p", (1, 2, 3, 4))] == [("examples",), (), ("output", "tools"), ()]
    assert used(store)[3] == ["Output format", "Tools"]


def test_duplicated_prompt_keeps_the_marks(store: Store) -> None:
    begun(store, "a", text("Hi", "You are a clerk."), None, (ROLE,))
    store.save_draft("p", Draft(text("more"), based_on=1), LATER).result(60)
    store.duplicate_prompt("p", "q", "Copy", NOW).result(60)
    assert used(store, "q") == {1: ["Role"]}


def test_run_with_only_pinned_lanes_creates_no_version_and_no_marks(store: Store) -> None:
    begun(store, "a", text("Hi"))
    assert begun(store, "b", text("Hi", "You are a clerk."), 1, (ROLE,), lane(pinned=1)) is None
    assert used(store) == {1: []}
