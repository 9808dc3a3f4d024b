"""Judges in the real window: chosen, tried, asked in a test, labelled, measured and improved."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from tests.ui.desk import Desk
from tests.ui.judged_support import compared_test, is_good, judged_test, label_all
from workbench.core.cases import Case, Check
from workbench.core.lanes import ECHO, Lane
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.host.ids import new_uid
from workbench.ui.features.checks.dialog import ChecksDialog
from workbench.ui.features.history.view import HistoryView
from workbench.ui.features.judges.label_dialog import LabelDialog
from workbench.ui.features.testing.settings_dialog import SuiteSettingsDialog
from workbench.ui.features.testing.view import TestView

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]
KIND = Check("llm-rubric", value='"is kind to {{question}}"')
JUDGE = Lane("judge", ECHO, "strict")
COLUMNS = (Lane("A", ECHO, "acme-large"), Lane("B", ECHO, "acme-mini"))


def reply(passed: bool) -> list[dict[str, Any]]:
    said = json.dumps({"reason": "It greets.", "pass": passed, "score": float(passed)})
    return [{"text": said}, {"usage": {"input": 12, "output": 4}}, {"finish": "stop"}]


SCRIPT = {"default": [{"text": "Hello there."}, {"finish": "stop"}], "models": {"strict": reply(True)}}


def prepared(desk: Desk, judge: JudgeSettings, cases: int = 6) -> None:
    """Open the window with a prompt whose answers are judged."""
    window = desk.open(SCRIPT)
    made = [Case(new_uid(), f"case {number}", (("question", f"A{number}"), ("record", "-"))) for number in range(cases)]
    window.store.packs.save_cases(window.prompt_uid, made).result(60)
    settings = SuiteSettings((KIND,), columns=COLUMNS, judge=judge)
    window.store.tests.save_settings(window.prompt_uid, settings, "2026-11-24T00:00:00.000Z").result(60)


def opened_view(desk: Desk) -> TestView:
    desk.window.views.show("test")
    view = desk.window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.suites.overview is not None and view.suites.is_estimated)
    return view


def judged(desk: Desk) -> TestView:
    """Open the Test view of a stored test with a judge's verdicts."""
    window = desk.open()
    judged_test(window.store, prompt=window.prompt_uid)
    view = opened_view(desk)
    desk.until(lambda: view.suites.figures.report is not None and view.suites.model.rowCount() == 24)
    return view


def label_dialog(desk: Desk) -> LabelDialog:
    desk.window.command("label_answers")
    desk.until(lambda: isinstance(QApplication.activeModalWidget(), LabelDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, LabelDialog)
    desk.until(lambda: dialog.criterion.text() != "")
    return dialog


def test_without_a_judge_the_page_offers_to_choose_one(desk: Desk) -> None:
    prepared(desk, JudgeSettings())
    view = opened_view(desk)
    desk.until(view.judge.isVisible)
    assert view.judge.text.text().startswith("No judge model is chosen for this prompt.")
    view.judge.choose.click()
    picker = desk.window.dialogs.picker
    desk.until(lambda: desk.window.dialogs.picker is not None and desk.window.dialogs.picker.isVisible())
    picker = desk.window.dialogs.picker
    assert picker is not None
    picker.reject()
    # The model itself: the list is tested elsewhere.
    desk.window.workbench.store.tests.save_settings(
        desk.window.prompt_uid, SuiteSettings((KIND,), columns=COLUMNS, judge=JudgeSettings(COLUMNS[0])), "2027"
    ).result(60)
    view.suites.refresh()
    desk.until(lambda: "is tested, too" in view.judge.text.text())
    assert view.judge.choose.text() == "Change the judge…"


def test_estimate_has_the_calls_of_judges(desk: Desk) -> None:
    prepared(desk, JudgeSettings(JUDGE))
    view = opened_view(desk)
    desk.until(lambda: view.suites.estimate.judgements == 12)
    assert "12 new and up to 12 judgements" in view.head.progress.full()
    assert view.judge.isHidden()
    assert "Judge strict" in view.head.settings.accessibleName()


def test_judged_test_shows_reasons_models_and_the_judges_answer(desk: Desk) -> None:
    prepared(desk, JudgeSettings(JUDGE))
    view = opened_view(desk)
    desk.window.command("run_cases")
    desk.until(lambda: view.suites.figures.report is not None and not view.suites.is_running)
    desk.until(lambda: view.suites.heads()[0].judged == "judge unmeasured")
    view.grid.select(2, 1)
    view.open_pane()
    desk.until(lambda: view.pane.shown is not None and view.pane.shown.detail.key == (2, 1, 0))
    line = view.pane.checks.judge_lines()[0]
    assert [text.text() for text in line.texts] == ["Judged by strict · unmeasured"]
    assert list(line.buttons) == ["answer", "label"]
    assert "It greets." in view.pane.checks.words()
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    # The cell may have been read again.
    view.pane.checks.judge_lines()[0].buttons["answer"].click()
    desk.until(lambda: isinstance(desk.window.views.here(), HistoryView))
    history = desk.window.views.here()
    assert isinstance(history, HistoryView)
    desk.until(lambda: history.model.rowCount() == 1 and not history.model.is_searching)
    assert history.bar.field.text() == 'kind:judge case:"case 2, column 2"'
    row = history.model.row(0)
    assert row is not None
    assert row.kind == "judge"


def test_a_comparison_offers_no_labels_and_says_why(desk: Desk) -> None:
    window = desk.open()
    compared_test(window.store, prompt=window.prompt_uid)
    view = opened_view(desk)
    desk.until(lambda: view.suites.figures.report is not None and view.suites.model.rowCount() == 24)
    assert [one.judged or "" for one in view.suites.heads()[:2]] == ["", "judge unmeasured"]
    view.grid.select(0, 1)
    view.open_pane()
    desk.until(lambda: bool(view.pane.checks.judge_lines()))
    (line,) = view.pane.checks.judge_lines()
    assert [text.text() for text in line.texts] == ["Judged by judge · unmeasured: comparisons cannot be labelled"]
    assert list(line.buttons) == ["answer"]
    window.command("label_answers")
    desk.until(lambda: desk.notice().startswith("The judge of this test compares answers"))
    assert QApplication.activeModalWidget() is None


def test_settings_hold_the_judge_and_warn_of_a_tested_one(desk: Desk) -> None:
    prepared(desk, JudgeSettings(JUDGE))
    view = opened_view(desk)
    view.head.settings.click()
    desk.until(lambda: isinstance(QApplication.activeModalWidget(), SuiteSettingsDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, SuiteSettingsDialog)
    fields = dialog.judge
    assert (fields.model.model.text(), fields.embedding.model.text()) == ("strict", "Choose a model…")
    assert not fields.warning.isVisible()
    fields.model._take(ECHO, "acme-mini")
    assert fields.warning.text() == "The judge acme-mini is tested, too: models favour their own answers."
    dialog.fields["repeats"].setText("0")
    dialog.save.click()
    assert dialog.told.text() == "The times a judge is asked are a whole number from 1 to 20."
    dialog.fields["repeats"].setText("3")
    fields.embedding._take(ECHO, "vectors")
    dialog.save.click()

    def stored() -> JudgeSettings:
        return desk.window.store.tests.settings(desk.window.prompt_uid).judge

    desk.until(lambda: stored().repeats == 3)
    assert stored().to_json()["embedding"]["model"] == "vectors"
    desk.until(lambda: "Judge acme-mini, asked 3 times" in view.head.settings.accessibleName())


def test_labels_are_given_by_keys_and_measure_the_judge(desk: Desk) -> None:
    view = judged(desk)
    assert [one.judged for one in view.suites.heads()[:2]] == ["judge unmeasured"] * 2
    desk.until(view.judge.isVisible)
    assert view.judge.text.text() == "The judge is unmeasured: label 20 random answers to see how far to trust it."
    view.judge.choose.click()
    dialog = label_dialog(desk)
    assert dialog.progress.text() == "0 of 40 random labels"
    # Nothing behind the dialog tells what the judge said.
    desk.until(lambda: view.empty.isVisible() and view.empty.heading.text() == "The results are hidden")
    assert not view.pane.isVisible()
    for number in range(1, 41):
        before = number - 1
        desk.until(lambda: not dialog._is_waiting)
        assert dialog.stage.text().startswith("The judge is measured") == (number > 20)
        desk.press(Qt.Key.Key_1 if "Hello!" in dialog.answer.toPlainText() else Qt.Key.Key_2)
        desk.until(lambda before=before: len(desk.rows("SELECT uid FROM judge_labels")) > before)
    desk.until(lambda: not dialog._is_waiting and dialog.to_result.isVisible())
    assert (dialog.told.text(), dialog.found_head.text(), dialog.improve.isVisible()) == ("", "", False)
    dialog.to_result.click()
    desk.until(lambda: dialog.found_head.text().startswith("The judge is too lenient"))
    assert dialog.improve.isVisible()
    desk.press(Qt.Key.Key_Escape)
    desk.until(view.grid.isVisible)
    desk.until(lambda: "corrected" in (view.suites.heads()[0].judged or ""))
    desk.until(lambda: view.judge.text.text().startswith("The judge is too lenient: it passed "))
    assert (view.judge.isVisible(), view.judge.choose.text()) == (True, "Improve this judge…")
    # The report may be one of the labels before.
    desk.until(lambda: " Corrected for the judge's errors, acme-mini passes " in view.card.words())
    assert "the baseline acme-large: " in view.card.words()
    assert "; by the judge alone " in view.card.words()
    assert " By all checks, uncorrected, " in view.card.words()
    assert view.suites.heads()[1].verdict.partition(" · ")[0].endswith(", uncorrected")
    desk.until(lambda: view.suites.figures.counts.rows.get("label_differs", 0) > 0)
    view.filters.rows_chosen.emit("label_differs")
    desk.until(lambda: 0 < view.suites.model.rowCount() < 24)
    assert view.pane.checks.judge_lines()[0].texts[0].text().startswith("Judged by judge · catches ")
    labels = list[tuple[str, ...]]()
    for column in (0, 1):
        view.grid.select(0, column)
        desk.until(lambda column=column: (found := view.pane.shown) is not None and found.detail.key.column == column)
        labels.append(tuple(one.text() for one in view.pane.checks.judge_lines()[0].labelled))
    assert ("Your label: fail",) in labels


def test_undo_takes_a_label_back_and_s_skips(desk: Desk) -> None:
    judged(desk)
    dialog = label_dialog(desk)
    first = dialog.answer.toPlainText()
    desk.press(Qt.Key.Key_2)
    desk.until(lambda: dialog.answer.toPlainText() != first and not dialog._is_waiting)
    second = dialog.answer.toPlainText()
    desk.ctrl(Qt.Key.Key_Z)
    desk.until(lambda: dialog.answer.toPlainText() == first and not dialog._is_waiting)
    desk.until_rows([("fail",), ("none",)], "SELECT label FROM judge_labels ORDER BY id")
    assert not dialog.undo.isEnabled()
    desk.press(Qt.Key.Key_S)
    desk.until(lambda: dialog.answer.toPlainText() == second)
    desk.press(Qt.Key.Key_Backspace)
    assert dialog.answer.toPlainText() == second


def test_improving_opens_the_judge_prompt_with_the_disagreements(desk: Desk) -> None:
    view = judged(desk)
    owner, window = desk.window.prompt_uid, desk.window
    outputs = [row[0] for row in desk.rows("SELECT uid FROM outputs WHERE uid LIKE 't1.%.%.0.1'")]
    label_all(window.store, outputs)
    window.command("improve_judge")
    desk.until(lambda: window.prompt_uid == f"{owner}.judge")
    assert window.views.shown == "compose"
    desk.until(lambda: window.editor.content().messages[0].text == "Is {{output}} {{rubric}}?")
    assert "you and the judge disagree" in desk.notice()
    cases = window.store.packs.cases(window.prompt_uid)
    assert {check.type for case in cases for check in case.checks} == {"contains-json"}
    window.views.show("test")
    desk.until(lambda: view.suites.prompt_uid == window.prompt_uid and view.suites.tested.cases == len(cases))
    assert [column.lane.model for column in view.suites.columns()] == ["judge"]
    next(one for one in window.notice.findChildren(QPushButton) if one.text() == "Back").click()
    desk.until(lambda: window.prompt_uid == owner)
    desk.until(lambda: "you and the judge disagree" not in desk.notice() and window.views.shown == "test")


def test_judged_check_is_tried_by_one_call_after_a_click(desk: Desk) -> None:
    prepared(desk, JudgeSettings(JUDGE))
    window = desk.window
    desk.run()
    window.actions["checks"].trigger()
    actions = window.dialogs.check_actions
    desk.until(lambda: actions.dialog is not None and actions.dialog.isActiveWindow())
    dialog = actions.dialog
    assert isinstance(dialog, ChecksDialog)
    panel = dialog.judge
    desk.until(lambda: panel.price.text() == "One call of strict, free.")
    assert panel.about.text().startswith("A judge evaluates this check")
    assert len(panel.asks) == len(window.slots())
    calls = "SELECT count(*) FROM outputs JOIN lanes ON lanes.run_id = outputs.run_id WHERE lanes.model = 'strict'"
    desk.until_rows([(0,)], calls)
    panel.asks[0].click()
    desk.until(lambda: len(panel.results.rows()) == 1)
    (row,) = panel.results.rows()
    assert (row.state, row.result.reason) == ("pass", "It greets.")
    desk.until_rows([(1,)], calls)
    assert panel.asks[0].isEnabled()


def test_without_a_judge_the_form_offers_to_choose_one(desk: Desk) -> None:
    prepared(desk, JudgeSettings())
    window = desk.window
    window.actions["checks"].trigger()
    actions = window.dialogs.check_actions
    desk.until(lambda: actions.dialog is not None and actions.dialog.isActiveWindow())
    assert actions.dialog is not None
    panel = actions.dialog.judge
    desk.until(panel.choose.isVisible)
    assert panel.price.text().startswith("No judge model is chosen")
    assert not any(made.isVisible() for made in panel.asks)
    assert QApplication.activePopupWidget() is None or isinstance(QApplication.activePopupWidget(), QMenu)


def test_a_judge_that_is_chosen_later_judges_the_stored_answers(desk: Desk) -> None:
    prepared(desk, JudgeSettings())
    view, window = opened_view(desk), desk.window
    window.command("run_cases")
    desk.until(lambda: view.suites.figures.report is not None and not view.suites.is_running)
    desk.until(lambda: view.suites.figures.counts.rows.get("unscored") == 6)
    answers = len(desk.rows("SELECT uid FROM outputs"))
    view.grid.select(0, 0)
    view.open_pane()
    desk.until(lambda: bool(view.pane.checks.judge_lines()))
    assert list(view.pane.checks.judge_lines()[0].buttons) == ["choose_judge"]
    window.judges._save(window.prompt_uid, ECHO, "strict")
    desk.until(lambda: bool(view.head.others) and view.head.others[0].isVisible())
    assert desk.notice().startswith("strict judges the answers of this prompt's tests.")
    desk.until(lambda: view.head.others[0].text() == "Check again")
    view.head.others[0].click()
    desk.until(lambda: view.suites.figures.counts.rows.get("unscored") == 0)
    desk.until(lambda: view.suites.figures.counts.rows.get("failed") == 0)
    assert len(desk.rows("SELECT uid FROM outputs")) == answers + 6, "equal answers are judged once"
    desk.until(lambda: view.judge.choose.text() == "Label answers…")


def decided(case_: int, column: int) -> float:
    """Return a probability that tells good answers from bad ones at 0.7, while the check passes from 0.5 on."""
    return 0.8 if is_good(case_, column) else 0.6


def test_a_threshold_that_labels_suggest_is_offered_below_the_check_and_used(desk: Desk) -> None:
    window = desk.open()
    outputs = judged_test(window.store, prompt=window.prompt_uid, probability=decided)
    label_all(window.store, outputs)
    view = opened_view(desk)
    desk.until(lambda: view.suites.figures.report is not None and view.suites.model.rowCount() == 24)
    view.grid.select(0, 0)
    view.open_pane()
    desk.until(lambda: bool(view.pane.checks.judge_lines()))
    (line,) = view.pane.checks.judge_lines()
    assert line.texts[0].text().endswith("your labels suggest threshold 0.7")
    assert line.buttons["threshold"].text() == "Use threshold 0.7"
    line.buttons["threshold"].click()
    desk.until(lambda: desk.notice().startswith("The check passes from a probability of 0.7 on."))
    assert [one.threshold for one in window.store.tests.settings(window.prompt_uid).checks] == [None, 0.7]
    next(b for b in window.notice.findChildren(QPushButton) if b.text() == "Undo").click()
    desk.until(lambda: [one.threshold for one in window.store.tests.settings(window.prompt_uid).checks] == [None, None])


def test_the_lists_of_models_are_those_that_can_do_what_is_asked(desk: Desk) -> None:
    prepared(desk, JudgeSettings())
    opened_view(desk)
    desk.window.actions["test_settings"].trigger()
    desk.until(lambda: isinstance(QApplication.activeModalWidget(), SuiteSettingsDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, SuiteSettingsDialog)

    def listed(query: str) -> tuple[str, list[str]]:
        desk.until(lambda: desk.window.dialogs.picker is not None and desk.window.dialogs.picker.isVisible())
        picker = desk.window.dialogs.picker
        assert picker is not None
        rows = picker._model
        desk.until(lambda: rows.offer.catalogue)
        picker.search(query)
        found = [row.title for place in range(rows.rowCount()) if (row := rows.row(place)).kind == "model"]
        title = picker.windowTitle()
        picker.reject()
        desk.until(lambda: desk.window.dialogs.picker is None)
        return title, found

    dialog.judge.embedding.open()
    title, found = listed("text-embedding-3")
    assert title == "Choose an embedding model"
    assert "text-embedding-3-small" in found
    dialog.judge.model.open()
    title, found = listed("text-embedding-3-small")
    assert title == "Choose a model"
    assert "text-embedding-3-small" not in found
    dialog.judge.decides.setChecked(True)
    dialog.judge.model.open()
    title, found = listed("jev-latest")
    assert title == "Choose a decision model"
    assert "typesafe/jev-latest" in found
    dialog.reject()


def test_an_embedding_model_is_chosen_from_the_list_of_those(desk: Desk) -> None:
    prepared(desk, JudgeSettings())
    desk.window.actions["choose_embedding"].trigger()
    desk.until(lambda: desk.window.dialogs.picker is not None and desk.window.dialogs.picker.isVisible())
    picker = desk.window.dialogs.picker
    assert picker is not None
    desk.until(lambda: picker._model.offer.catalogue)
    picker.search("text-embedding-3-small")
    picker._enter()
    desk.until(lambda: desk.notice().startswith("text-embedding-3-small compares meanings in this prompt's tests."))
    judge = desk.window.store.tests.settings(desk.window.prompt_uid).judge
    assert (judge.lane, judge.embedding and judge.embedding.model) == (None, "text-embedding-3-small")
