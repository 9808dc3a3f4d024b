"""The undo journal, without a window."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.core.blocks import Example
from workbench.core.content import Content
from workbench.ui.editor.exact_text import units
from workbench.ui.editor.journal import (
    PAUSE_MS,
    RUN_LENGTH,
    BlockStep,
    EditJournal,
    ExtrasStep,
    JournalBlock,
    MessageExtras,
    MoveStep,
    PartsStep,
    ReplaceStep,
    RoleStep,
    Step,
    TextStep,
    WholeContent,
    inverse,
)


def typed(text: str, *, key: int = 1, start: int = 0, journal: EditJournal | None = None, now: int = 0) -> EditJournal:
    journal = journal or EditJournal()
    for index, letter in enumerate(text):
        journal.record(TextStep(key, start + index, "", letter, "typing"), now)
    return journal


def undone(journal: EditJournal) -> list[Step]:
    steps = []
    while (step := journal.undo()) is not None:
        steps.append(step)
    return steps


def test_typing_run_is_one_step() -> None:
    assert undone(typed("hello")) == [TextStep(1, 0, "", "hello", "typing")]


def test_pause_splits_a_typing_run() -> None:
    journal = typed("ab", now=0)
    typed("cd", start=2, journal=journal, now=PAUSE_MS)
    typed("ef", start=4, journal=journal, now=2 * PAUSE_MS + 1)
    assert [step.inserted for step in undone(journal)] == ["ef", "abcd"]  # type: ignore[union-attr]


def test_moving_the_caret_away_and_back_splits_a_typing_run() -> None:
    journal = typed("ab")
    journal.caret(1, 0)
    journal.caret(1, 2)
    typed("cd", start=2, journal=journal)
    assert len(undone(journal)) == 2


def test_caret_that_follows_typing_does_not_split_the_run() -> None:
    journal = EditJournal()
    for index, letter in enumerate("abc"):
        journal.record(TextStep(1, index, "", letter, "typing"), 0)
        journal.caret(1, index + 1)
    assert len(undone(journal)) == 1


def test_another_message_or_edit_kind_splits_a_run() -> None:
    journal = typed("ab")
    typed("cd", key=2, journal=journal)
    journal.record(TextStep(2, 2, "", "pasted"), 0)
    typed("e", key=2, start=8, journal=journal)
    assert len(undone(journal)) == 4


def test_long_runs_are_split_at_word_ends() -> None:
    text = "word " * 20
    steps = undone(typed(text))
    assert len(steps) > 1
    assert all(step.inserted.endswith(" ") for step in steps)  # type: ignore[union-attr]
    assert max(len(step.inserted) for step in steps) <= RUN_LENGTH + 5  # type: ignore[union-attr]


def test_typing_over_a_selection_starts_a_run() -> None:
    journal = EditJournal()
    journal.record(TextStep(1, 4, "old", "n", "typing"), 0)
    journal.record(TextStep(1, 5, "", "ew", "typing"), 0)
    assert undone(journal) == [TextStep(1, 4, "old", "new", "typing")]


def test_runs_of_backspace_and_of_delete_are_one_step_each() -> None:
    journal = EditJournal()
    for position, letter in ((4, "e"), (3, "d"), (2, "😀")):
        journal.record(TextStep(1, position if letter != "😀" else 1, letter, "", "deleting"), 0)
    assert undone(journal) == [TextStep(1, 1, "😀de", "", "deleting")]
    for letter in "xyz":
        journal.record(TextStep(1, 7, letter, "", "deleting"), 0)
    assert undone(journal) == [TextStep(1, 7, "xyz", "", "deleting")]


def test_new_step_clears_the_redo_stack() -> None:
    journal = typed("ab")
    journal.undo()
    assert journal.can_redo
    typed("c", journal=journal)
    assert not journal.can_redo
    assert journal.size == 2


def test_undo_and_redo_return_the_recorded_step() -> None:
    journal = EditJournal()
    step = RoleStep(1, "user", "system")
    journal.record(step, 0)
    assert journal.undo() == step
    assert journal.undo() is None
    assert journal.redo() == step
    assert journal.redo() is None


def test_typing_does_not_merge_into_a_redone_step() -> None:
    journal = typed("ab")
    journal.undo()
    journal.redo()
    typed("c", start=2, journal=journal)
    assert len(undone(journal)) == 2


def test_journal_size_is_bounded_but_the_newest_step_is_kept() -> None:
    journal = EditJournal(budget=100)
    for index in range(50):
        journal.record(TextStep(1, index, "", "x" * 9), 0)
    assert journal.size <= 100
    assert len(undone(journal)) == 10
    journal.record(TextStep(1, 0, "", "y" * 1000), 0)
    assert len(undone(journal)) == 1


def test_every_step_kind_adds_to_the_size_and_can_be_inverted() -> None:
    journal = EditJournal()
    whole = WholeContent((JournalBlock(1, "user", "abc"),))
    for step in (
        BlockStep(0, JournalBlock(1, "user", "abc"), True),
        MoveStep(1, 0, 1),
        RoleStep(1, "user", "system"),
        ExtrasStep(1, MessageExtras(), MessageExtras(cache=True)),
        PartsStep(Content(), Content(examples=(Example("ab", "c"),))),
        ReplaceStep(whole, whole),
    ):
        journal.record(step, 0)
        assert inverse(inverse(step)) == step
    assert journal.size == 4 + 1 + 1 + 1 + 4 + 7
    journal.clear()
    assert (journal.size, journal.can_undo) == (0, False)


edits = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.floats(0, 1),
        st.text("ab \n😀", max_size=4),
        st.sampled_from(["typing", "deleting", "other"]),
    ),
    max_size=30,
)


@given(edits, st.lists(st.booleans(), max_size=30))
def test_merged_steps_undo_and_redo_to_the_same_text(plan: list, directions: list[bool]) -> None:
    journal, text, states = EditJournal(), "start", {}

    def apply(text: str, step: Step) -> str:
        assert isinstance(step, TextStep)
        data = text.encode("utf-16-le")
        end = 2 * (step.position + units(step.removed))
        assert data[2 * step.position : end].decode("utf-16-le") == step.removed
        return (data[: 2 * step.position] + step.inserted.encode("utf-16-le") + data[end:]).decode("utf-16-le")

    for start, length, inserted, kind in plan:
        first = int(start * len(text))
        last = first + int(length * (len(text) - first))
        step = TextStep(1, units(text[:first]), text[first:last], inserted if kind != "deleting" else "", kind)
        text = apply(text, step)
        journal.record(step, 0)
    states["last"] = text
    while (step := journal.undo()) is not None:
        text = apply(text, inverse(step))
    assert text == "start"
    for forward in directions:
        step = journal.redo() if forward else journal.undo()
        if step is not None:
            text = apply(text, step if forward else inverse(step))
    while (step := journal.redo()) is not None:
        text = apply(text, step)
    assert text == states["last"]


def test_quick_part_changes_with_the_same_mark_merge_into_one_step() -> None:
    journal = EditJournal()
    states = [Content(examples=(Example("x" * n),)) for n in range(4)]
    for n, now in ((0, 0), (1, 100), (2, 200 + PAUSE_MS)):
        journal.record(PartsStep(states[n], states[n + 1], "example 1"), now)
    assert undone(journal) == [
        PartsStep(states[2], states[3], "example 1"),
        PartsStep(states[0], states[2], "example 1"),
    ]
    for mark in ("a", "b", ""):
        journal.record(PartsStep(states[0], states[1], mark), 0)
    journal.record(PartsStep(states[1], states[2], ""), 0)
    assert len(undone(journal)) == 4
