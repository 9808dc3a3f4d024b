"""Value sets in the real window: one run for several sets, and lanes that page through the answers together."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.ui.desk import ECHO, Desk
from tests.ui.driver import WindowDriver
from workbench.core.content import Content, Message
from workbench.ui.draft_page.set_note import SetNote
from workbench.ui.features.compose.large_value import LargeValue
from workbench.ui.features.compose.paste_rows import PasteRowsDialog

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]
ALT = Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton
ROWS = "name\tquestion\nlate\tWhere is order 1?\nrefund\tMoney back?\nthanks\tThank you!\n"


def _paste(desk: Desk, text: str = ROWS) -> None:
    """Paste rows as cases through the dialog."""
    QApplication.clipboard().setText(text)
    desk.window.actions["paste_sets"].trigger()
    dialog = desk.window.frame.findChild(PasteRowsDialog)
    assert dialog is not None
    desk.until(dialog.isActiveWindow)
    assert dialog.isModal(), "no other prompt can be opened meanwhile"
    QTest.mouseClick(dialog.take, LEFT)
    desk.until(lambda: desk.window.frame.findChild(PasteRowsDialog) is None)
    desk.until(desk.window.frame.isActiveWindow)


def _names(desk: Desk) -> list[str]:
    return [one.name for one in desk.window.value_sets.sets]


def test_run_key_runs_every_ticked_set_in_every_lane(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    assert _names(desk) == ["Case 1", "late", "refund", "thanks"]
    assert "3 cases with values for question" in desk.notice()
    assert window.run_bar.buttons[0].accessibleName() == "Run 2 lanes × 3 cases"
    desk.run()
    stored = desk.rows("SELECT lane, value_set, sample FROM outputs ORDER BY lane, value_set")
    assert stored == [(lane, one, 0) for lane in range(2) for one in range(3)]
    sets = desk.rows("SELECT name, body FROM run_values JOIN value_bodies ON value_bodies.id = values_id")
    assert [(name, json.loads(body)["question"]) for name, body in sets] == [
        ("late", "Where is order 1?"),
        ("refund", "Money back?"),
        ("thanks", "Thank you!"),
    ]
    assert window.pager.name.full() == "Case 1 of 3 · late"
    assert "Where is order 1?" in desk.text(0)
    assert "Where is order 1?" in desk.text(1)


def test_lanes_page_together_and_verdicts_are_per_set(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    desk.run()
    desk.press(Qt.Key.Key_PageDown, ALT)
    assert "Money back?" in desk.text(0)
    assert "Money back?" in desk.text(1)
    assert dict(window.values.values())["question"] == "Money back?", "the panel shows whose answers these are"
    desk.ctrl(Qt.Key.Key_2)
    desk.press(Qt.Key.Key_PageDown, ALT)
    assert window.verdict.kind == "none"
    desk.ctrl(Qt.Key.Key_1)
    desk.until(lambda: len(desk.rows("SELECT 1 FROM verdicts")) == 2)
    judged = desk.rows(
        "SELECT verdicts.value_set, kind, lane, sample FROM verdicts JOIN verdict_outputs ON verdict_id = verdicts.id"
        " JOIN outputs ON outputs.id = output_id WHERE place = 1 ORDER BY verdicts.id"
    )
    assert judged == [(1, "winner", 1, 0), (2, "winner", 0, 0)]
    assert window.pager.progress.full() == "2 of 3 cases judged"
    desk.press(Qt.Key.Key_PageUp, ALT)
    assert window.verdict.positions == (1,)


def test_past_iteration_pages_through_sets_and_restores_them(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    desk.run()
    window.value_sets.remove(window.value_sets.sets[3].uid)
    run = window.shown_run()
    window.view_row(run)
    desk.until(lambda: window.viewing is not None)
    desk.press(Qt.Key.Key_PageDown, ALT)
    desk.press(Qt.Key.Key_PageDown, ALT)
    assert "Thank you!" in desk.text(0)
    assert dict(window.compose_view.past_values_panel.values())["question"] == "Thank you!"
    assert not window.set_bar.isVisible()
    window.actions["restore"].trigger()
    assert [(one.name, one.ticked) for one in window.value_sets.sets] == [
        ("Case 1", False),
        ("late", True),
        ("refund", True),
        ("thanks", True),
    ]
    assert dict(window.values.values())["question"] == "Where is order 1?"


def test_added_case_copies_the_shown_one_with_the_value_selected_that_varies(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    before = dict(window.values.values())
    QTest.mouseClick(window.set_bar.add, LEFT)
    desk.type("Another?")
    uid = window.value_sets.active
    names = window.values.variables()
    assert names.index("question") > 0, "the record comes first in the text, but is the same in all cases"
    query = "SELECT name, body FROM cases JOIN value_bodies ON value_bodies.id = values_id WHERE cases.uid = ?"
    wanted = [("Case 5", {**before, "question": "Another?"})]
    desk.until(lambda: [(name, json.loads(body)) for name, body in desk.rows(query, uid)] == wanted)


def test_refused_run_focuses_the_missing_value_in_its_set(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    window.actions["add_set"].trigger()
    window.values.set_values({})
    lacking = window.value_sets.active
    window.set_actions.choose(window.value_sets.sets[1].uid)
    desk.ctrl(Qt.Key.Key_Return)
    assert window.value_sets.active == lacking
    assert desk.notice().startswith("“Case 5” has no value for ")
    focus = QApplication.focusWidget()
    assert focus is not None
    assert "needs a value" in focus.accessibleName()
    desk.type("none")
    window.values.focus("question")
    desk.type("Late again?")
    desk.run()
    desk.until(lambda: len(desk.rows("SELECT 1 FROM run_values")) == 4)


def test_run_of_one_set_is_labelled_without_moving_the_lanes(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    desk.run()
    desk.until(window.pager.isVisible)
    high = window.pager.height()
    for chip in window.set_bar.chips()[2:]:
        QTest.mouseClick(chip.tick, LEFT)
    desk.run()
    assert window.pager.name.full() == "Values · late"
    desk.until(lambda: not window.pager.newer.isVisible())
    assert window.pager.sizeHint().height() == window.pager.height() == high


def test_shown_set_is_in_view_after_a_restart(desk: Desk) -> None:
    window = desk.open(ECHO, size=(1024, 700))
    desk.window.actions["add_set"].trigger()
    uid = window.value_sets.sets[-1].uid
    window.value_sets.rename(uid, "Case 1 copy")
    desk.until(lambda: _names(desk) == ["Case 1", "Case 1 copy"])
    desk.close()
    window = desk.open(ECHO, size=(1024, 700))
    desk.until(lambda: [chip.uid for chip in window.set_bar.chips()][1:] == [uid])
    name = window.set_bar.chips()[1].name
    desk.until(lambda: name.visibleRegion().boundingRect().width() == name.width())


def test_sets_and_answers_of_the_shown_set_survive_a_restart(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    QTest.mouseClick(window.set_bar.chips()[2].tick, LEFT)
    desk.run()
    desk.press(Qt.Key.Key_PageDown, ALT)
    desk.close()
    window = desk.open(ECHO)
    assert _names(desk) == ["Case 1", "late", "refund", "thanks"]
    assert [chip.tick.isChecked() for chip in window.set_bar.chips()] == [False, True, False, True]
    assert dict(window.values.values())["question"] == "Thank you!", "the panel shows the set of the shown answers"
    desk.until(lambda: "Thank you!" in desk.text(1))
    assert window.pager.name.full() == "Case 2 of 2 · thanks"


def test_sets_can_be_renamed_moved_deleted_and_restored(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    window.actions["rename_set"].trigger()
    desk.until(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    desk.type("too late")
    desk.press(Qt.Key.Key_Return)
    window.actions["remove_set"].trigger()
    assert _names(desk) == ["Case 1", "refund", "thanks"]
    assert "too late" in desk.notice()
    window.notice.action_clicked.emit("offer")
    assert _names(desk) == ["Case 1", "too late", "refund", "thanks"]
    menu = window.set_actions.menu(window.value_sets.active)
    texts = {action.text().replace("&", ""): action for action in menu.actions()}
    assert texts["Move left"].isEnabled()
    texts["Move left"].trigger()
    menu.deleteLater()
    assert _names(desk) == ["too late", "Case 1", "refund", "thanks"]
    desk.until(lambda: (draft := desk.stored_draft()) is not None and [s.name for s in draft.sets] == _names(desk))


def test_value_edited_in_the_large_pane_is_run_unchanged(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.values.focus("question")
    window.actions["large_value"].trigger()
    pane = window.frame.findChild(LargeValue)
    assert pane is not None
    desk.until(pane.isActiveWindow)
    desk.until(pane.field.hasFocus)
    pane.field.selectAll()
    pane.field.insertPlainText("a 🙂 line")
    QTest.keyClick(pane.field, Qt.Key.Key_Return)
    QTest.keyClicks(pane.field, "and another")
    assert dict(window.values.values())["question"] == "a 🙂 line\nand another"
    QTest.keyClick(pane.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: desk.rows("SELECT 1 FROM runs"))
    QTest.keyClick(pane.field, Qt.Key.Key_Escape)
    desk.until(lambda: window.frame.findChild(LargeValue) is None)
    desk.settle()
    assert "and another" in desk.text(1)


def test_notice_about_sets_disappears_with_the_next_run(desk: Desk) -> None:
    desk.open(ECHO)
    _paste(desk)
    assert "3 cases with values" in desk.notice()
    desk.run()
    assert "cases with values" not in desk.notice()


def test_chip_of_a_numbered_case_shows_its_value_as_it_is_typed(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.command("add_set")
    desk.until(lambda: len(window.set_bar.chips()) == 2)
    desk.type("Where is order 7?")
    chip = window.set_bar.chips()[1]
    desk.until(lambda: chip.name.text() == "2 · Where is order 7?")
    assert chip.name.accessibleName() == "Case 2: Where is order 7?, shown"


def test_shown_set_stays_in_view_when_the_window_shrinks(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    sets = window.value_sets
    sets.show(sets.sets[-1].uid)
    window.frame.resize(1024, 700)
    chip = window.set_bar.chip(sets.active)
    assert chip is not None
    desk.until(lambda: chip.name.visibleRegion().boundingRect() == chip.name.rect())


def test_shown_set_stays_in_view_when_its_row_grows(desk: Desk) -> None:
    window = desk.open(ECHO, size=(1024, 700))
    _paste(desk)
    sets = window.value_sets
    sets.show(sets.sets[-1].uid)
    chip = window.set_bar.chip(sets.active)
    assert chip is not None
    desk.until(lambda: chip.name.visibleRegion().boundingRect() == chip.name.rect())
    first = window.set_bar.chips()[0]
    first.name.setText("A longer name than before")
    desk.until(lambda: first.name.width() >= first.name.sizeHint().width())
    desk.until(lambda: chip.name.visibleRegion().boundingRect() == chip.name.rect())


def test_a_name_without_room_ends_with_dots(desk: Desk) -> None:
    window = desk.open(ECHO, size=(1024, 700))
    _paste(desk, f"name\tquestion\nlate\tWhere is order 1?\n{'W' * 60}\tMoney back?\n")
    sets = window.value_sets
    sets.show(sets.sets[-1].uid)
    chip = window.set_bar.chip(sets.active)
    assert chip is not None
    desk.until(lambda: chip.name.visibleRegion().boundingRect() == chip.name.rect())
    strip = chip.parentWidget().parentWidget()
    assert strip is not None
    assert chip.width() <= strip.width(), "the whole chip is seen"
    assert chip.name.text().endswith("W…")
    assert chip.name.width() >= chip.name.sizeHint().width(), "nothing is cut without dots"
    assert chip.name.toolTip() == "W" * 60


def said_of_sets(window: WindowDriver) -> str:
    """Return what is said below the row of sets."""
    return "".join(note.text() for note in window.compose_view.findChildren(SetNote) if note.isVisible())


def test_sets_that_would_send_the_same_text_are_reported_before_a_run(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.lane_list.replace_all([replace(lane, pinned=None) for lane in window.draft_lanes])
    _paste(desk)
    window.checking.check()
    assert said_of_sets(window) == ""
    window.editor.focus_first()
    window.editor.set_content(Content((Message("user", "Hello"),)), undoable=True)
    window.editor.edited.emit()
    desk.until(lambda: said_of_sets(window))
    assert said_of_sets(window).startswith(
        "The prompt has no variables, so the 3 ticked cases send the same text 3 times."
    )
    QTest.mouseClick(window.set_bar.chips()[1].tick, LEFT)
    desk.until(lambda: "2 ticked cases" in said_of_sets(window))
    QTest.mouseClick(window.set_bar.chips()[2].tick, LEFT)
    desk.until(lambda: said_of_sets(window) == "")
    QTest.mouseClick(window.set_bar.chips()[2].tick, LEFT)
    desk.until(lambda: said_of_sets(window))
    desk.run()
    # It does not prevent a run.
    desk.until(lambda: len(desk.rows("SELECT 1 FROM run_values")) == 2)
    window.view_row(window.shown_run())
    desk.until(lambda: window.viewing is not None)
    assert said_of_sets(window) == "", "a past iteration has no sets to tick"
    window.back()
    window.lane_list.replace_all([replace(lane, pinned=1) for lane in window.draft_lanes])
    desk.until(lambda: said_of_sets(window) == "")


def test_ticked_sets_without_a_value_are_reported_before_a_run(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.lane_list.replace_all([replace(lane, pinned=None) for lane in window.draft_lanes])
    window.editor.set_content(Content((Message("user", "{{record}} {{question}} {{tone}}"),)), undoable=True)
    window.editor.edited.emit()
    sets = window.value_sets
    for values in ((("record", "r"), ("question", "q"), ("tone", "t")), (("record", "r"),), (("question", "q"),)):
        sets.add_rows([("", values)])
    names = [one.name for one in sets.sets]
    sets.show(sets.sets[1].uid)
    desk.until(lambda: said_of_sets(window))
    assert said_of_sets(window) == (
        f"“{names[2]}” is ticked but has no values for {{{{question}}}} and {{{{tone}}}}. 1 other lacks values, too."
    )
    sets.tick(sets.sets[2].uid, ticked=False)
    wanted = f"“{names[3]}” is ticked but has no values for {{{{record}}}} and {{{{tone}}}}."
    desk.until(lambda: said_of_sets(window) == wanted)
    sets.show(sets.sets[3].uid)
    desk.until(lambda: said_of_sets(window) == "")


def test_refusal_names_the_incomplete_set_until_completed_or_unticked(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.lane_list.replace_all([replace(lane, pinned=None) for lane in window.draft_lanes])
    window.editor.set_content(Content((Message("user", "{{record}} {{question}}"),)), undoable=True)
    window.editor.edited.emit()
    sets = window.value_sets
    for values in ((("record", "r"), ("question", "q")), (("record", "r"),), ()):
        sets.add_rows([("", values)])
    second, third = [one for one in sets.sets if len(one.values) < 2][-2:]
    desk.ctrl(Qt.Key.Key_Return)
    said = f"“{second.name}” has no value for {{{{question}}}}. Fill it in, or untick “{second.name}”."
    desk.until(lambda: desk.notice() == said)
    assert sets.active == second.uid
    sets.tick(second.uid, ticked=False)
    desk.until(lambda: desk.notice() != said)
    desk.ctrl(Qt.Key.Key_Return)
    both = "{{record}} and {{question}}"
    said = f"“{third.name}” has no value for {both}. Fill them in, or untick “{third.name}”."
    desk.until(lambda: desk.notice() == said)
    desk.type("a value")
    QApplication.processEvents()
    desk.until(lambda: window.editor is not None)
    assert desk.notice() == said, "one value is still missing"
    sets.tick(third.uid, ticked=False)
    desk.until(lambda: desk.notice() != said)


def test_ticked_sets_with_the_same_values_are_counted(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.lane_list.replace_all([replace(lane, pinned=None) for lane in window.draft_lanes])
    _paste(desk)
    window.actions["duplicate_set"].trigger()
    desk.until(lambda: said_of_sets(window))
    assert said_of_sets(window).startswith("4 cases are ticked, but 1 of them sends the same text as another")
    window.values.focus("question")
    desk.type("and more")
    desk.until(lambda: said_of_sets(window) == "")


def test_strip_has_the_background_of_its_bar_in_each_theme(desk: Desk) -> None:
    window = desk.open(ECHO)
    _paste(desk)
    for command in ("theme_dark", "theme_light", "theme_dark"):
        window.actions[command].trigger()
        desk.rest()
        bar = window.set_bar
        image = bar.grab().toImage()
        beside = bar.add.geometry().left() - 10
        assert image.pixelColor(beside, bar.height() - 2).name() == window.theme.tokens.sunken
