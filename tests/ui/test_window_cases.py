"""Cases in the real window: the list, values copied to and from the draft, nothing lost."""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from tests.ui.desk import ECHO, Desk
from workbench.core.cases import Case, Check
from workbench.core.value_kinds import files_of
from workbench.host.clock import utc_now
from workbench.store import StoreError
from workbench.ui.features.cases import controller
from workbench.ui.features.cases.dialog import CasesDialog

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]
CHECKS = (
    Check("contains", value='"on its way"'),
    Check("new-one", rest='{"later":[null,1]}'),
    Check("assert-set", checks=(Check("is-json"),), threshold=0.5),
)
LATE = Case(
    "case-late", "Late order", (("question", "Where is it?"), ("record", "late"), ("other", "x\u00a0y")), CHECKS
)
LOST = Case("case-lost", "", (("question", "Lost?"),))


def filled(desk: Desk) -> CasesDialog:
    """Open the two cases of the sample."""
    window = desk.open()
    window.store.packs.save_cases(window.prompt_uid, (LATE, LOST)).result()
    return shown(desk)


def shown(desk: Desk) -> CasesDialog:
    desk.window.actions["cases"].trigger()
    cases = desk.window.dialogs.case_actions
    assert cases.dialog is not None
    stored = len(desk.rows("SELECT 1 FROM cases"))
    desk.until(lambda: cases.dialog is not None and cases.dialog.cases.rowCount() == stored)
    return cases.dialog


def stored(desk: Desk) -> tuple[Case, ...]:
    return desk.window.store.packs.cases(desk.window.prompt_uid)


def test_checks_are_described_and_unknown_ones_shown_as_json(desk: Desk) -> None:
    dialog = filled(desk)
    assert [dialog.cases.index(row).data() for row in range(2)] == ["Late order", "Lost?"]
    assert dialog.detail.told() == [
        "contains “on its way”",
        '{"type":"new-one","later":[null,1]}',
        "combined score at least 0.5:",
        "is JSON",
    ]
    assert dialog.detail.checks.text() == "CHECKS · 3"
    dialog.select(1)
    assert dialog.detail.told() == ["No checks of its own."]
    dialog.close()
    assert stored(desk) == (LATE, LOST)


def test_names_are_not_edited_in_the_list(desk: Desk) -> None:
    dialog = filled(desk)
    dialog.list.setFocus()
    desk.press(Qt.Key.Key_F2)
    QTest.mouseDClick(
        dialog.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=dialog.list.visualRect(dialog.cases.index(0)).center(),
    )
    assert dialog.list.findChild(QLineEdit) is None
    dialog.close()
    assert stored(desk) == (LATE, LOST)


def test_case_is_chosen_for_compose_and_can_be_undone(desk: Desk) -> None:
    dialog = filled(desk)
    window = desk.window
    before = window.draft()
    dialog.use.click()
    (first, late) = window.value_sets.sets
    assert (late.uid, late.name, late.values, late.ticked) == ("case-late", "Late order", LATE.values, True)
    assert first.values == before.values
    assert window.values.all_values()["question"] == "Where is it?"
    assert desk.notice() == "“Late order” is in Compose now."
    dialog.undo.click()
    after = window.draft()
    assert (after.values, after.sets, after.active) == (before.values, before.sets, before.active)
    assert desk.notice() == ""
    dialog.use.click()
    dialog.close()
    desk.until(window.frame.isActiveWindow)
    desk.run()
    desk.until(lambda: {name for (name,) in desk.rows("SELECT name FROM run_values")} == {"Late order"})


def test_name_and_values_are_edited_and_saved(desk: Desk) -> None:
    dialog = filled(desk)
    dialog.detail.name.setFocus()
    dialog.detail.name.selectAll()
    desk.type("Very late")
    dialog.detail.values.focus("record")
    desk.ctrl(Qt.Key.Key_A)
    desk.type("lost")
    assert dialog.cases.index(0).data() == "Late order"
    desk.until(lambda: stored(desk)[0].name == "Very late")
    (case, other) = stored(desk)
    # Only the edited field changed: checks, order, and a no-break space are preserved.
    assert case == Case(
        "case-late", "Very late", (("question", "Where is it?"), ("record", "lost"), ("other", "x\u00a0y")), CHECKS
    )
    assert other == LOST
    assert dialog.cases.index(0).data() == "Very late"
    # The last letter is saved even if the dialog closes at once.
    desk.type("!")
    dialog.close()
    desk.until(lambda: dict(stored(desk)[0].values)["record"] == "lost!")


def test_expectation_tags_group_and_notes_are_edited(desk: Desk) -> None:
    window = desk.open()
    odd = replace(LATE, expectation="a\u2028b", tags=("late, eu", "x"), cluster="order 7", notes="one\ntwo")
    window.store.packs.save_cases(window.prompt_uid, (odd,)).result()
    dialog = shown(desk)
    fields = dialog.detail.fields
    assert (fields.tags.text(), fields.group.text()) == ("late, eu, x", "order 7")
    fields.group.setFocus()
    desk.type(" b")
    desk.until(lambda: stored(desk)[0].cluster == "order 7 b")
    # Only the edited field changed, also where a field cannot show a text exactly.
    assert stored(desk)[0] == replace(odd, cluster="order 7 b")
    fields.tags.setFocus()
    fields.tags.selectAll()
    desk.type("a,  b c ,, a")
    fields.expectation.setFocus()
    desk.ctrl(Qt.Key.Key_A)
    desk.type("Late.")
    dialog.close()
    desk.until(lambda: stored(desk)[0].expectation == "Late.")
    assert (stored(desk)[0].tags, stored(desk)[0].notes) == (("a", "b c"), "one\ntwo")


def test_deleted_case_is_restored_to_its_position(desk: Desk) -> None:
    dialog = filled(desk)
    dialog.delete.click()
    desk.until(lambda: dialog.cases.rowCount() == 1)
    assert stored(desk) == (LOST,)
    assert dialog.told.text() == "The case “Late order” is deleted."
    assert dialog.undo.isVisible()
    dialog.undo.click()
    desk.until(lambda: dialog.cases.rowCount() == 2)
    assert stored(desk) == (LATE, LOST)
    current = dialog.current
    assert current is not None
    assert current.uid == "case-late"
    dialog.close()


def test_case_made_in_compose_is_stored_as_it_is_typed(desk: Desk) -> None:
    window = desk.open()
    window.set_actions.add()
    window.value_sets.rename(window.value_sets.active, "refund")
    window.values.focus("question")
    desk.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)  # the value of the case that was copied
    desk.type("Money back?")
    uid = window.value_sets.active
    record = dict(window.draft().values)["record"]
    wanted = Case(uid, "refund", (("question", "Money back?"), ("record", record)))
    desk.until(lambda: len(stored(desk)) == 2 and stored(desk)[1] == wanted)
    assert stored(desk)[0].name == "Case 1", "the values that had no name"
    window.actions["keep_case"].trigger()
    desk.until(lambda: desk.notice() == "“refund” is a case of this prompt already.")
    window.store.packs.change_case(window.prompt_uid, replace(wanted, checks=CHECKS)).result()
    desk.type(" Please.")
    desk.until(lambda: dict(stored(desk)[1].values) == {"question": "Money back? Please.", "record": record})
    assert stored(desk)[1].checks == CHECKS


def test_values_without_a_name_can_be_saved_as_a_case(desk: Desk) -> None:
    window = desk.open()
    values = window.draft().values
    window.actions["keep_case"].trigger()
    desk.until(lambda: desk.notice() == "“Case 1” is now a case of this prompt.")
    assert [(case.name, case.values) for case in stored(desk)] == [("Case 1", values)]
    assert window.value_sets.sets == ()
    window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: stored(desk) == ())


def test_edit_in_the_list_is_shown_in_compose_and_back(desk: Desk) -> None:
    dialog = filled(desk)
    window = desk.window
    dialog.use.click()
    desk.until(lambda: len(stored(desk)) == 3)
    dialog.detail.name.setFocus()
    dialog.detail.name.selectAll()
    desk.type("Very late")
    dialog.detail.values.focus("question")
    desk.ctrl(Qt.Key.Key_A)
    desk.type("Where?")
    desk.until(lambda: [one.name for one in window.value_sets.sets] == ["Case 1", "Very late"])
    desk.until(lambda: window.values.all_values()["question"] == "Where?")
    chip = window.set_bar.chip("case-late")
    assert chip is not None
    assert chip.name.text() == "Very late"
    window.frame.activateWindow()
    desk.until(window.frame.isActiveWindow)
    window.values.focus("question")
    desk.ctrl(Qt.Key.Key_A)
    desk.type("Where now?")
    desk.until(lambda: dialog.detail.values.all_values()["question"] == "Where now?")
    assert stored(desk)[0].checks == CHECKS
    dialog.close()


def test_deleted_case_leaves_compose_and_comes_back(desk: Desk) -> None:
    dialog = filled(desk)
    window = desk.window
    dialog.use.click()
    window.value_sets.move("case-late", -1)
    window.value_sets.tick("case-late", ticked=False)
    desk.until(lambda: len(stored(desk)) == 3)
    dialog.delete.click()
    desk.until(lambda: [one.name for one in window.value_sets.sets] == ["Case 1"])
    desk.until(lambda: (draft := desk.stored_draft()) is not None and len(draft.sets) == 1)
    assert len(stored(desk)) == 2, "saving the draft does not restore it"
    dialog.undo.click()
    desk.until(lambda: [one.name for one in window.value_sets.sets] == ["Late order", "Case 1"])
    assert window.value_sets.active == "case-late"
    assert window.values.all_values()["question"] == "Where is it?"
    assert [one.ticked for one in window.value_sets.sets] == [False, False]
    dialog.close()


def test_case_of_the_hold_out_cannot_be_chosen_for_compose(desk: Desk) -> None:
    dialog = filled(desk)
    window = desk.window
    dialog.use.click()
    desk.until(lambda: len(stored(desk)) == 3)
    window.store.tests.set_aside(window.prompt_uid, [LATE.uid], "salt", utc_now()).result()
    dialog.close()
    window.session.cases.follow()
    desk.until(lambda: [one.name for one in window.value_sets.sets] == ["Case 1"])
    dialog = shown(desk)
    dialog.select(0)
    assert not dialog.use.isEnabled()
    dialog.close()


def test_empty_list_explains_cases_and_offers_to_add_one(desk: Desk) -> None:
    desk.open()
    dialog = shown(desk)
    assert dialog.nothing.isVisible()
    assert not dialog.use.isEnabled()
    assert not dialog.delete.isEnabled()
    # The sample's draft has values without a set, which become the first case.
    values = desk.window.draft().values
    dialog.keep.click()
    desk.until(lambda: dialog.cases.rowCount() == 1)
    assert [(case.name, case.values) for case in stored(desk)] == [("Case 1", values)]
    assert not dialog.nothing.isVisible()
    dialog.undo.click()
    desk.until(lambda: dialog.cases.rowCount() == 0)
    assert stored(desk) == ()
    dialog.close()


def test_switching_prompts_closes_the_list_and_saves_edits(desk: Desk) -> None:
    dialog = filled(desk)
    window, first = desk.window, desk.window.prompt_uid
    dialog.detail.name.setFocus()
    desk.type("!")
    other = next(
        row.uid for row in map(window.prompts.model.row, range(window.prompts.model.rowCount())) if row.uid != first
    )
    window.choose_prompt(other)
    desk.until(lambda: window.prompt_uid == other)
    desk.until(lambda: window.dialogs.cases is None)
    desk.until(lambda: window.store.packs.cases(first)[0].name == "Late order!")
    assert window.store.packs.cases(other) == ()


def test_menu_above_the_values_opens_the_cases(desk: Desk) -> None:
    window = desk.open()
    menu = window.set_actions.menu("")
    entries = {action.text(): action for action in menu.actions()}
    entries["&Choose cases…"].trigger()
    assert window.dialogs.cases is not None
    window.dialogs.cases.close()
    menu.deleteLater()


def test_renaming_a_case_keeps_its_checks_unchanged(desk: Desk) -> None:
    dialog = filled(desk)
    before = desk.rows("SELECT checks FROM cases WHERE uid = 'case-late'")
    dialog.detail.name.setFocus()
    desk.type("?")
    desk.until(lambda: stored(desk)[0].name == "Late order?")
    desk.until_rows(before, "SELECT checks FROM cases WHERE uid = 'case-late'")
    assert json.loads(before[0][0])[1] == {"type": "new-one", "later": [None, 1]}
    dialog.close()


def test_ten_thousand_cases_are_listed(desk: Desk) -> None:
    window = desk.open()
    many = [Case(f"c{n}", "", (("question", f"Where is {n}?"),)) for n in range(10_000)]
    window.store.packs.save_cases(window.prompt_uid, many).result()
    dialog = shown(desk)
    assert dialog.cases.index(9_999).data() == "Where is 9999?"
    dialog.select(9_999)
    current = dialog.current
    assert current is not None
    assert current.uid == "c9999"
    dialog.close()


def test_last_edit_is_saved_when_the_window_closes(desk: Desk) -> None:
    dialog = filled(desk)
    dialog.detail.name.setFocus()
    desk.type("!")
    desk.close()
    desk.until_rows([("Late order!",)], "SELECT name FROM cases WHERE uid = 'case-late'")


def test_failed_save_is_reported_and_retried(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller, "RETRY_MS", 50)
    dialog = filled(desk)
    packs = desk.window.store.packs
    change, asked = packs.change_case, []

    def refused(prompt: str, case: Case) -> Future[None]:
        asked.append(case)
        if len(asked) > 2:
            return change(prompt, case)
        future: Future[None] = Future()
        future.set_exception(StoreError("The disk is full. Make room.", "", "full"))
        return future

    monkeypatch.setattr(packs, "change_case", refused)
    dialog.detail.name.setFocus()
    desk.type("!")
    desk.until(lambda: dialog.told.text() == "The disk is full. Make room.")
    dialog.close()
    desk.until(lambda: stored(desk)[0].name == "Late order!")
    assert len(asked) == 3


def test_json_values_are_marked_and_said_to_be_wrong_while_they_are(desk: Desk) -> None:
    window = desk.open()
    text = '{ "id": 7 }'
    case = Case("j", "Order", (("question", "Where?"), ("record", text)), kinds=(("record", "json"),))
    window.store.packs.save_cases(window.prompt_uid, (case, LOST)).result()
    dialog = shown(desk)
    rows = {row.name: row for row in dialog.detail.values.rows}
    marks = {name: row.json for name, row in rows.items()}
    question, record = marks["question"], marks["record"]
    assert question is not None
    assert record is not None
    assert (question.isChecked(), record.isChecked()) == (False, True)
    assert dialog.detail.values.all_values()["record"] == text
    rows["record"].field.setFocus()
    desk.press(Qt.Key.Key_End)
    desk.type("x")
    assert rows["record"].field.property("role") == "field-wrong"
    sentence = "Not JSON: extra data at line 1, column 12. Until it is corrected, the value is used as text."
    assert record.toolTip() == sentence
    said = rows["record"].problem
    assert said is not None
    assert (said.isVisible(), said.text()) == (True, sentence)
    # It has a place of its own below the field.
    assert said.geometry().top() >= rows["record"].field.geometry().bottom()
    assert rows["record"].rect().contains(said.geometry())
    assert rows["record"].geometry().bottom() < rows["question"].geometry().top()
    desk.press(Qt.Key.Key_Backspace)
    assert rows["record"].field.property("role") == "field"
    assert not said.isVisible()
    question.click()
    assert rows["question"].field.property("role") == "field-wrong"
    beside = rows["question"].problem
    assert beside is not None
    assert beside.isVisible()
    assert rows["question"].rect().contains(beside.geometry())
    record.click()
    desk.until(lambda: stored(desk)[0].kinds == (("question", "json"),))
    assert stored(desk)[0] == replace(case, kinds=(("question", "json"),))
    dialog.select(1)
    dialog.select(0)
    assert dialog.detail.case() == stored(desk)[0]
    dialog.use.click()
    desk.until(lambda: window.draft().sets_by_uid["j"].kinds == (("question", "json"),))
    dialog.close()
    desk.rest()
    desk.close()
    window = desk.open()
    desk.until(lambda: "j" in window.draft().sets_by_uid)
    assert window.draft().sets_by_uid["j"].kinds == (("question", "json"),)


def test_file_is_chosen_for_a_value_shown_as_a_chip_and_sent(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.store.packs.save_cases(window.prompt_uid, (LATE, LOST)).result()
    dialog = shown(desk)
    note = desk.directory / "note.txt"
    note.write_text("Délayed.", "utf-8")
    record = next(row for row in dialog.detail.values.rows if row.name == "record")
    assert record.attach is not None
    record.attach.click()
    cases = window.dialogs.case_actions
    files = cases.files
    assert files is not None
    files.fileSelected.emit(str(note))
    files.reject()
    desk.until(lambda: stored(desk)[0].kinds == (("record", "file"),))
    case = stored(desk)[0]
    file = files_of(dict(case.values), case.kinds)["record"]
    assert (file.name, file.media_type) == ("note.txt", "text/plain")
    assert window.store.blob(file.hash) == note.read_bytes()
    assert record.chip is not None
    assert record.chip.isVisible()
    assert not record.field.isVisible()
    assert not record.json or not record.json.isVisible()
    dialog.use.click()
    dialog.close()
    # Only a real window system activates the window again when a dialog of files closes.
    window.frame.activateWindow()
    desk.until(window.frame.isActiveWindow)
    rows = {row.name: row for row in window.values.rows}
    chip = rows["record"].chip
    assert chip is not None
    assert chip.isVisible()
    assert not chip.remove.isVisible()
    desk.run()
    assert "Record: note.txt" in desk.text(1)
    # Removing the file leaves an empty text.
    dialog = shown(desk)
    dialog.select(next(row for row, one in enumerate(dialog.cases.cases) if one.uid == LATE.uid))
    record = next(row for row in dialog.detail.values.rows if row.name == "record")
    assert record.chip is not None
    record.chip.remove.click()
    desk.until(lambda: next(one for one in stored(desk) if one.uid == LATE.uid).kinds == ())
    assert dict(next(one for one in stored(desk) if one.uid == LATE.uid).values)["record"] == ""
    assert record.field.isVisible()
    dialog.close()
