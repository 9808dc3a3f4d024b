"""Answers that no longer belong to the draft, in the real window: marked after a change, also after reopening."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import ECHO, Desk
from tests.ui.driver.lanes import shown_pills
from tests.ui.editor_support import content
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.core.lanes import Lane, Params
from workbench.ui.shell.bars import ElidedText

pytestmark = pytest.mark.window
CTRL = Qt.KeyboardModifier.ControlModifier
A = ValueSet("set-a", "A", (("word", "yes"),), ticked=True)
B = ValueSet("set-b", "B", (("word", "no"),), ticked=True)


def write(desk: Desk, text: str, sets: tuple[ValueSet, ...] = (), **values: str) -> None:
    lanes = tuple(Lane(f"s{i}", ECHO_ENDPOINT, f"model-{i}") for i in range(2))
    active, given = (sets[0].uid, sets[0].values) if sets else ("", tuple(values.items()))
    desk.window.session.put_back(Draft(content(("user", text)), given, lanes, None, sets, active))
    desk.window.editor.focus_first()


def run_bar(desk: Desk) -> str:
    return "".join(label.full() for label in desk.window.run_bar.findChildren(ElidedText))


def marks(desk: Desk) -> list[str]:
    """Return the iteration that each lane's stale answer is from, "" for one that belongs to the draft."""
    found = []
    for head in desk.window.lane_heads:
        column = desk.window.lanes.column(head.slot)
        assert column is not None
        pills = [pill for pill in shown_pills(column.header.row) if pill.startswith("from #")]
        assert pills == ([f"from {head.stale.origin}"] if head.stale else [])
        found.append(head.stale.origin if head.stale else "")
    return found


def until_marks(desk: Desk, *expected: str) -> None:
    desk.until(lambda: [head.stale.origin if head.stale else "" for head in desk.window.lane_heads] == [*expected])
    assert marks(desk) == [*expected]


def test_edit_marks_the_answers_and_undo_removes_the_marks(desk: Desk) -> None:
    desk.open(ECHO)
    write(desk, "First text.")
    desk.run()
    until_marks(desk, "", "")
    assert "edited since" not in run_bar(desk)
    desk.type("More. ")
    until_marks(desk, "#1", "#1")
    assert run_bar(desk) == "edited since #1"
    column = desk.window.lanes.column("s0")
    assert column is not None
    assert "The text was changed after #1." in column.header.row.name.toolTip()
    desk.ctrl(Qt.Key.Key_Z)
    until_marks(desk, "", "")
    assert "based on #1" in run_bar(desk)
    desk.type("Other. ")
    until_marks(desk, "#1", "#1")
    desk.run()
    until_marks(desk, "", "")
    assert "edited since" not in run_bar(desk)


def test_marks_are_there_after_reopening_the_prompt_and_the_program(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "First text.")
    desk.run()
    first = window.prompt_uid
    desk.type("More. ")
    until_marks(desk, "#1", "#1")
    window.new_prompt()
    desk.until(lambda: window.prompt_uid != first)
    desk.until(lambda: all(head.stale is None for head in window.lane_heads) and "edited" not in run_bar(desk))
    window.choose_prompt(first)
    desk.until(lambda: window.prompt_uid == first and window.is_ready)
    until_marks(desk, "#1", "#1")
    desk.close()
    desk.open(ECHO)
    until_marks(desk, "#1", "#1")
    assert run_bar(desk) == "edited since #1"


def test_unchanged_prompt_has_no_marks_after_reopening(desk: Desk) -> None:
    desk.open(ECHO)
    write(desk, "Say {{word}}.", (A, B))
    desk.run()
    desk.close()
    window = desk.open(ECHO)
    desk.until(lambda: window.shown_number() == 1)
    desk.rest()
    assert marks(desk) == ["", ""]


def test_changed_lane_is_marked_alone_and_a_rename_is_no_change(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "First text.")
    desk.run()
    window.lane_list.set_label("s0", "Mine")
    window.lane_list.set_params("s1", Params(temperature=0.3))
    until_marks(desk, "", "#1")
    window.lane_list.set_params("s1", Params())
    until_marks(desk, "", "")


def test_changed_value_is_marked_and_an_unused_one_is_not(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "Say {{word}}.", word="yes")
    desk.run()
    window.values.focus("word")
    desk.type("!")
    until_marks(desk, "#1", "#1")
    desk.press(Qt.Key.Key_Backspace)
    until_marks(desk, "", "")


def test_another_set_is_marked_until_it_is_run_but_is_no_edit(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "Say {{word}}.", (A,))
    desk.run()
    write(desk, "Say {{word}}.", (A, B))
    window.session.sets.show("set-b")
    until_marks(desk, "#1", "#1")
    assert "edited since" not in run_bar(desk)
    window.session.sets.show("set-a")
    until_marks(desk, "", "")


def test_lane_beside_a_run_is_stale_when_its_text_is(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "First text.")
    desk.run()
    desk.type("More. ")
    until_marks(desk, "#1", "#1")
    window.run_lane("s0")
    desk.until(lambda: len(desk.timeline()) == 2)
    desk.until(lambda: [head.stale is not None for head in window.lane_heads] == [False, True])
    column = window.lanes.column("s1")
    assert column is not None
    desk.until(lambda: column.status.kept == "#1")
    assert "from #1" not in shown_pills(column.header.row), "the line below the numbers says it already"
    assert "edited since" not in run_bar(desk)


def test_blind_lanes_are_never_marked(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "First text.")
    window.actions["blind"].trigger()
    desk.run()
    desk.type("More. ")
    desk.rest()
    assert all(head.stale is None for head in window.lane_heads)


def test_older_iteration_opens_at_the_set_that_was_shown(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "Say {{word}}.", (A, B))
    desk.run()
    write(desk, "Now say {{word}}.", (A, B))
    desk.run()
    window.session.stage.page(1)
    assert desk.text(0) == "Now say no."
    window.step(1)
    desk.until(lambda: window.shown_number() == 1)
    assert desk.text(0) == "Say no."
    assert marks(desk) == ["", ""], "an iteration is what it was"
    window.back()
    assert desk.text(0) == "Now say no."
