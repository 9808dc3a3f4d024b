"""Checks in the real window: edited, tried on the shown answers, stored, and shown below the answers."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.patience import PATIENCE_S
from tests.ui.desk import HELLO, Desk
from tests.usecases.test_check_trial import InThisProcess
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.blocks import Tool
from workbench.core.cases import SET, Case, Check
from workbench.core.drafts import ValueSet
from workbench.core.runs import ENDED
from workbench.core.value_kinds import Kinds
from workbench.engine.checker.client import CheckerClient
from workbench.host.processes import scrubbed_env
from workbench.ui.features.checks.dialog import ChecksDialog
from workbench.ui.features.checks.type_dialog import CheckTypeDialog
from workbench.ui.features.lanes.checks_dialog import LaneChecksDialog
from workbench.ui.features.lanes.footer import LaneFooter
from workbench.usecases.check_trial import CheckTrial

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]
HELLO_CHECK = Check("contains", value='"Hello"')
BYE_CHECK = Check("contains", value='"Bye"')


def opened(desk: Desk) -> None:
    desk.open()
    desk.window.dialogs.check_actions.make_trial = lambda: CheckTrial({}, InThisProcess)


def shown(desk: Desk) -> ChecksDialog:
    """Open the checks for all cases."""
    desk.window.actions["checks"].trigger()
    actions = desk.window.dialogs.check_actions
    desk.until(lambda: actions.dialog is not None and actions.dialog.isActiveWindow())
    assert actions.dialog is not None
    return actions.dialog


def saved(desk: Desk, *checks: Check) -> None:
    """Store checks for all cases by the dialog."""
    dialog = shown(desk)
    for check in checks:
        dialog.add_check(check)
    dialog.close()
    stored = desk.window.dialogs.check_actions._checks
    desk.until(lambda: stored.of(desk.window.prompt_uid) == checks)
    desk.until(desk.window.frame.isActiveWindow)


def footer(desk: Desk, lane: int = 0) -> LaneFooter:
    column = desk.window.lanes.column(desk.window.slots()[lane])
    assert column is not None
    return column.footer


def test_lanes_show_their_checks_after_the_answer(desk: Desk) -> None:
    opened(desk)
    saved(desk, HELLO_CHECK)
    seen: list[bool] = []

    def look(slot: str, status: LaneStatus) -> None:
        column = desk.window.lanes.column(slot)
        if column is not None and status.state not in ENDED:
            seen.append(column.footer.checks.isVisible())

    desk.window.lane_presenter.status_changed.connect(look)
    desk.run()
    for lane in range(2):
        desk.until(lambda lane=lane: footer(desk, lane).checks.text() == "✓ 1/1 check")
        assert footer(desk, lane).checks.isVisible()
        assert not footer(desk, lane).reason.isVisible()
    desk.run()
    desk.until(lambda: footer(desk).checks.isVisible())
    assert seen
    assert not any(seen)
    saved_now = desk.window.dialogs.check_actions
    dialog = shown(desk)
    dialog.add_check(BYE_CHECK)
    dialog.close()
    desk.until(lambda: footer(desk).checks.text().startswith("✗ 1/2"))
    assert footer(desk).reason.candidates() == ("The answer does not contain “Bye”.",)
    assert footer(desk).reason.isVisible()
    assert saved_now.dialog is None


def test_results_of_a_lane_are_opened_from_its_footer(desk: Desk) -> None:
    opened(desk)
    saved(desk, HELLO_CHECK, BYE_CHECK)
    desk.run()
    desk.until(lambda: footer(desk).checks.isVisible())
    footer(desk).checks.click()

    def dialogs() -> list[LaneChecksDialog]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, LaneChecksDialog) and one.isVisible()]

    desk.until(lambda: dialogs()[0].isActiveWindow())
    (dialog,) = dialogs()
    assert dialog.summary.text() == "1/2 checks pass"
    assert dialog.results.told()[:4] == [
        "pass",
        "contains “Hello”",
        "The answer contains “Hello”.",
        "Place: Hello there.",
    ]
    dialog.edit.click()
    actions = desk.window.dialogs.check_actions
    desk.until(lambda: actions.dialog is not None and actions.dialog.isActiveWindow())


def test_checks_of_a_kept_case_are_added_to_those_for_all_cases(desk: Desk) -> None:
    opened(desk)
    saved(desk, HELLO_CHECK)
    window = desk.window
    window.store.packs.save_cases(window.prompt_uid, (Case("case-1", "One", (), (BYE_CHECK,)),)).result()
    window.value_sets.use(ValueSet("case-1", "One", window.draft().values, ticked=True))
    desk.run()
    desk.until(lambda: footer(desk).checks.text().startswith("✗ 1/2"))


def test_checks_of_a_case_get_its_json_values_as_objects(desk: Desk) -> None:
    opened(desk)
    window = desk.window
    values = (("question", "Where?"), ("record", '{"word": "Hello"}'))
    kinds: Kinds = (("record", "json"),)
    case = Case("case-1", "One", values, (Check("contains", value='"{{ record.word }}"'), BYE_CHECK), kinds=kinds)
    window.store.packs.save_cases(window.prompt_uid, (case,)).result()
    window.value_sets.use(ValueSet("case-1", "One", values, ticked=True, kinds=kinds))
    desk.run()
    desk.until(lambda: footer(desk).checks.text().startswith("✗ 1/2"))
    assert footer(desk).reason.candidates() == ("The answer does not contain “Bye”.",)


def test_checks_are_evaluated_again_when_only_the_kind_of_a_value_changes(desk: Desk) -> None:
    opened(desk)
    window = desk.window
    values = (("question", "Where?"), ("record", '{"word": "Hello"}'))
    check = Check("javascript", value=json.dumps("typeof context.vars.record === 'string'"))
    case = Case("case-1", "One", values, (check,), kinds=(("record", "json"),))
    window.store.packs.save_cases(window.prompt_uid, (case,)).result()
    window.value_sets.use(ValueSet("case-1", "One", values, ticked=True, kinds=case.kinds))
    desk.run()
    desk.until(lambda: footer(desk).checks.text().startswith("✗ 0/1"))
    for kinds, told in (((), "✓ 1/1"), (case.kinds, "✗ 0/1")):
        window.store.packs.save_cases(window.prompt_uid, (replace(case, kinds=kinds),)).result()
        window.dialogs.announce_cases()
        desk.until(lambda told=told: footer(desk).checks.text().startswith(told))
        assert window.draft().sets_by_uid["case-1"].kinds == kinds


def test_checks_of_a_case_are_edited_from_the_list_of_cases(desk: Desk) -> None:
    opened(desk)
    window = desk.window
    two = Case("two", "Two", (), (BYE_CHECK,))
    window.store.packs.save_cases(window.prompt_uid, (Case("one", "One"), two)).result()
    window.actions["cases"].trigger()
    cases = window.dialogs.case_actions
    desk.until(lambda: cases.dialog is not None and cases.dialog.cases.rowCount() == 2)
    assert cases.dialog is not None
    cases.dialog.detail.edit_checks.click()
    actions = window.dialogs.check_actions
    desk.until(lambda: actions.dialog is not None and actions.dialog.isActiveWindow())
    assert actions.dialog is not None
    assert actions.dialog.windowTitle() == "Checks of the case “One”"
    actions.dialog.add_check(HELLO_CHECK)
    desk.until(lambda: cases.dialog is not None and cases.dialog.detail.told() == ["contains “Hello”"])
    # The last edit is saved even if another case is shown, and if both dialogs close at once.
    cases.dialog.detail.name.setFocus()
    cases.dialog.detail.name.setText("One!")
    cases.dialog.detail.name.textEdited.emit("One!")
    cases.dialog.select(1)
    actions.dialog.add_check(BYE_CHECK)
    cases.dialog.close()
    desk.until(lambda: actions.dialog is None)
    stored = window.store.packs.cases
    desk.until(lambda: stored(window.prompt_uid)[0].checks == (HELLO_CHECK, BYE_CHECK))
    assert stored(window.prompt_uid)[0].name == "One!"
    assert stored(window.prompt_uid)[1] == two


def test_check_is_added_edited_and_tried_by_keyboard(desk: Desk) -> None:
    opened(desk)
    desk.run()
    dialog = shown(desk)
    assert "Neither answer is a refusal." in _until_suggested(desk, dialog)
    dialog.add.click()

    def pickers() -> list[CheckTypeDialog]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, CheckTypeDialog) and one.isVisible()]

    desk.until(lambda: pickers()[0].search.hasFocus())
    (picker,) = pickers()
    desk.type("starts")
    assert picker.name == "starts-with"
    assert picker.explanation.text() == "The answer begins with this text, in the same case."
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: dialog.form.value.hasFocus())
    assert dialog.form.problem.text() == "Enter a text."
    desk.type("Hello")
    desk.until(lambda: dialog.trial.title.text() == "Passes 2 of 2 shown answers")
    assert dialog.tree.words() == ["begins with “Hello” 2/2"]
    dialog.form.negated.click()
    desk.until(lambda: dialog.trial.title.text() == "Passes 0 of 2 shown answers")
    assert dialog.tree.words() == ["does not begin with “Hello” 0/2"]
    dialog.close()
    stored = desk.window.dialogs.check_actions._checks
    desk.until(lambda: stored.of(desk.window.prompt_uid) == (Check("starts-with", True, '"Hello"'),))


def _until_suggested(desk: Desk, dialog: ChecksDialog) -> list[str]:
    desk.until(dialog.suggested.sentences)
    return dialog.suggested.sentences()


def test_call_of_a_pinned_lane_is_checked_against_the_tools_of_its_version(desk: Desk) -> None:
    called = [["tool_call", '{"n": 1}', "lookup", "c1", ""], ["tool_result", "sent", "lookup", "c1", ""]]
    window = desk.open({"default": [{"steps": called}, {"text": "It was sent."}, {"finish": "stop"}]})
    window.dialogs.check_actions.make_trial = lambda: CheckTrial({}, InThisProcess)
    saved(desk, Check("is-valid-openai-tools-call"))

    def offer(*tools: Tool) -> None:
        draft = window.draft()
        window.session.put_back(replace(draft, content=replace(draft.content, tools=tools)), draft)

    window.lane_list.replace_all([replace(lane, pinned=None) for lane in window.draft_lanes])
    offer(Tool("lookup"), Tool("unused", enabled=False))
    desk.run()
    for lane in range(2):
        desk.until(lambda lane=lane: footer(desk, lane).checks.text() == "✓ 1/1 check")
    (version,) = desk.rows("SELECT MAX(number) FROM versions")[0]
    window.lane_list.set_pinned(window.slots()[0], version)
    offer(Tool("other"))
    desk.run()
    desk.until(lambda: footer(desk, 1).checks.text() == "✗ 0/1 check")
    assert footer(desk, 0).checks.text() == "✓ 1/1 check"
    # The dialog tries checks on the same tools.
    dialog = shown(desk)
    desk.until(lambda: dialog.tree.words() == ["is a valid tool call 1/2"])
    dialog.close()
    desk.close()
    opened(desk)
    desk.until(lambda: footer(desk, 1).checks.text() == "✗ 0/1 check")
    assert footer(desk, 0).checks.text() == "✓ 1/1 check"


def test_checks_are_ordered_and_grouped_by_keys(desk: Desk) -> None:
    opened(desk)
    dialog = shown(desk)
    for check in (HELLO_CHECK, Check(SET), BYE_CHECK):
        dialog.tree.setCurrentItem(None)
        dialog.add_check(check)
    dialog.tree.setFocus()
    alt = Qt.KeyboardModifier.AltModifier
    # The set comes first, then takes both checks.
    dialog.tree.setCurrentItem(dialog.tree.topLevelItem(1))
    desk.press(Qt.Key.Key_Up, alt)
    dialog.tree.setCurrentItem(dialog.tree.topLevelItem(1))
    desk.press(Qt.Key.Key_Right, alt)
    dialog.tree.setCurrentItem(dialog.tree.topLevelItem(1))
    desk.press(Qt.Key.Key_Right, alt)
    desk.press(Qt.Key.Key_Up, alt)
    assert dialog.checks == (Check(SET, checks=(BYE_CHECK, HELLO_CHECK)),)
    assert dialog.tree.path() == (0, 0)
    desk.press(Qt.Key.Key_Left, alt)
    assert dialog.checks == (Check(SET, checks=(HELLO_CHECK,)), BYE_CHECK)
    desk.press(Qt.Key.Key_Delete)
    assert dialog.checks == (Check(SET, checks=(HELLO_CHECK,)),)
    dialog.undo.click()
    assert dialog.checks == (Check(SET, checks=(HELLO_CHECK,)), BYE_CHECK)
    dialog.tree.drop_wanted.emit((1,), (0, 0))
    assert dialog.checks == (Check(SET, checks=(BYE_CHECK, HELLO_CHECK)),)


def test_checks_are_copied_and_pasted(desk: Desk) -> None:
    opened(desk)
    dialog = shown(desk)
    dialog.add_check(HELLO_CHECK)
    dialog.tree.setFocus()
    desk.ctrl(Qt.Key.Key_C)
    assert json.loads(QApplication.clipboard().text()) == [{"type": "contains", "value": "Hello"}]
    QApplication.clipboard().setText("- type: is-json\n- type: not-is-refusal\n")
    desk.ctrl(Qt.Key.Key_V)
    desk.until(lambda: dialog.told.text() == "Pasted 2 checks.")
    assert [check.type for check in dialog.checks] == ["contains", "is-json", "is-refusal"]
    QApplication.clipboard().setText("nothing like it")
    desk.ctrl(Qt.Key.Key_V)
    desk.until(lambda: dialog.told.text().startswith("There are no checks in this text."))
    assert len(dialog.checks) == 3


def test_wrong_pattern_is_told_beside_its_field_without_answers(desk: Desk) -> None:
    opened(desk)
    dialog = shown(desk)
    dialog.add_check(Check("regex"))
    QTest.keyClicks(dialog.form.value, "(")
    desk.until(lambda: "The regular expression is invalid" in dialog.form.problem.text())
    assert dialog.form.value.property("role") == "field-wrong"
    assert dialog.tree.words() == ["matches the pattern “(” !"]
    QTest.keyClicks(dialog.form.value, ")")
    desk.until(lambda: dialog.form.problem.text() == "")


def test_checks_and_results_are_there_after_a_restart(desk: Desk) -> None:
    opened(desk)
    saved(desk, HELLO_CHECK)
    desk.run()
    desk.close()
    opened(desk)
    desk.until(lambda: footer(desk).checks.text() == "✓ 1/1 check")
    assert shown(desk).checks == (HELLO_CHECK,)


def test_answers_without_names_show_no_checks_until_they_are_judged(desk: Desk) -> None:
    opened(desk)
    saved(desk, HELLO_CHECK)
    desk.window.actions["blind"].trigger()
    desk.run()
    desk.rest()
    assert desk.window.is_blind
    assert not footer(desk).checks.isVisible()
    desk.window.mark(1)
    desk.until(lambda: not desk.window.is_blind)
    desk.until(lambda: footer(desk).checks.isVisible())


def test_stored_check_of_another_release_is_kept_with_what_the_form_does_not_show(desk: Desk) -> None:
    opened(desk)
    strange = Check("new-one", value='{"a":[1]}', rest='{"later":[null,1]}')
    graded = Check("contains", value='"Hello"', threshold=0.1234567890123, transform="output.trim()")
    saved(desk, strange, graded)
    dialog = shown(desk)
    assert "There is no type of check called “new-one”." in dialog.form.problem.text()
    assert dialog.form.value.isReadOnly()
    dialog.tree.setCurrentItem(dialog.tree.topLevelItem(1))
    assert "answer transformed by code that is not run here: output.trim()" in dialog.form.kept.text()
    dialog.form.negated.click()
    assert dialog.checks == (strange, replace(graded, negated=True))


def test_real_process_evaluates_javascript(desk: Desk) -> None:
    desk.open(HELLO)
    # A loaded machine may take longer than a second for any check.
    desk.window.dialogs.check_actions.make_trial = lambda: CheckTrial(
        scrubbed_env(os.environ), lambda env: CheckerClient(env, limit_s=PATIENCE_S)
    )
    saved(
        desk,
        Check("javascript", value='"output.length < 200"'),
        Check("javascript", value='"(() => { while (true); })()"'),
    )
    desk.run()
    desk.until(lambda: footer(desk).checks.text() == "? 1/2 checks")
    assert "too long" in footer(desk).reason.candidates()[0]
