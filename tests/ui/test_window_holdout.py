"""The hold-out and guard sets in the real window, with stored tests and the scripted engine."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from tests.store.making import LATER, NOW, done
from tests.store.testing.suites import CONTAINS, key, scored
from tests.ui.desk import Desk
from tests.ui.editor_support import content
from tests.usecases.testing.suites import age
from workbench.app.testing.guards import GuardController
from workbench.core.cases import Case
from workbench.core.decide.decision import Action
from workbench.core.lanes import ECHO, ECHO_MODEL, Lane
from workbench.core.testing.cells import cell_identity
from workbench.core.testing.settings import SuiteSettings
from workbench.store.testing.records import CellEnd, CellStart, SuiteColumnStart, SuiteStart
from workbench.ui.features.testing.view import TestView

pytestmark = [
    pytest.mark.window,
    pytest.mark.usefixtures("short_pauses"),
    pytest.mark.qt_log_ignore("does not support", extend=True),
]
COLUMN = Lane("c1", ECHO, ECHO_MODEL)
CASES = tuple(
    Case(
        f"case-{n}", f"Case {n}", (("question", f"q{n}"), ("record", "r")), (CONTAINS,), cluster="pair" if n < 2 else ""
    )
    for n in range(33)
)


def opened(desk: Desk, cases: tuple[Case, ...] = CASES, *, held: tuple[str, ...] = (), ran: int = 99) -> TestView:
    """Open Test on a prompt with cases, of which the first `ran` held-out ones were tested, and a column."""
    desk.open()
    store, prompt = desk.window.store, desk.window.prompt_uid
    store.packs.save_cases(prompt, cases).result(60)
    store.tests.save_settings(prompt, SuiteSettings((CONTAINS,), columns=(COLUMN,)), NOW).result(60)
    if held:
        store.tests.set_aside(prompt, held, "salt", NOW).result(60)
        hold_out_ran(desk, tuple(case for case in cases if case.uid in held)[:ran])
    desk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    view = desk.window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.suites.overview is not None and not view.guard_chips.add_guard.isHidden())
    desk.rest()
    return view


def hold_out_ran(desk: Desk, cases: tuple[Case, ...]) -> None:
    """Store a test of the hold-out."""
    store, prompt = desk.window.store, desk.window.prompt_uid
    content = store.draft(prompt).content  # type: ignore[union-attr] # there is one
    start = SuiteStart(
        uid="h1",
        prompt_uid=prompt,
        owner_uid="owner",
        started_at=NOW,
        columns=(SuiteColumnStart("h1.0", COLUMN),),
        cases=cases,
        questions=("q",),
        content=content,
        version_uid="h1.version",
        set_name="holdout",
    )
    store.tests.begin(start).result(60)
    keys = [key(number) for number in range(len(cases))]
    uids = [f"h1.{number}" for number in range(len(cases))]
    starts = [CellStart(one, uid, cell_identity("q", uid, 0, 1)) for one, uid in zip(keys, uids, strict=True)]
    store.tests.start_outputs("h1", starts, "owner", NOW).result(60)
    store.tests.finish_outputs([CellEnd(uid, done(f"secret {uid}"), LATER) for uid in uids]).result(60)
    store.tests.begin_scoring("h1", "s1", (CONTAINS,), NOW).result(60)
    store.tests.save_scores("s1", [scored(one, uid, "fail") for one, uid in zip(keys, uids, strict=True)]).result(60)


def held(desk: Desk) -> int:
    return sum(case.held_out for case in desk.window.store.packs.cases(desk.window.prompt_uid))


def answer(view: TestView, title: str) -> str:
    """Press a button of the question, and return the question."""
    assert view.confirm.isVisible()
    said = view.confirm._question.text()
    next(one for one in view.confirm.findChildren(QPushButton) if one.text().startswith(title)).click()
    return said


def set_texts(view: TestView) -> list[str]:
    shown = [one for one in view.head.set_row.findChildren(QPushButton) if not one.isHidden()]
    return [one.text() for one in sorted(shown, key=lambda one: (one.y(), one.x()))]


def test_a_third_is_set_aside_by_a_chip_and_undone(desk: Desk) -> None:
    view = opened(desk)
    assert set_texts(view) == ["Tuning 33", "Set a hold-out aside…", "Add guard set ▾"]
    view.guard_chips.aside.click()
    desk.until(view.confirm.isVisible)
    said = answer(view, "Set 1")
    # A third, or one more if a cluster of two is the last that is drawn.
    number = 11 if said.startswith("Set 11 of 33 cases aside?") else 12
    assert said.startswith(f"Set {number} of 33 cases aside?")
    assert "never ran in Compose" in said
    desk.until(lambda: f"Hold-out {number} (totals only)" in set_texts(view))
    assert view.guard_chips.aside.isHidden()
    assert held(desk) == number
    assert f"{number} of 33 cases are held out" in desk.notice()
    desk.window.shown_notice.press()
    desk.until(lambda: not view.guard_chips.aside.isHidden())
    assert held(desk) == 0
    assert not desk.window.store.tests.has_holdout(desk.window.prompt_uid)


def test_too_few_cases_are_said(desk: Desk) -> None:
    view = opened(desk, CASES[:29])
    assert view.guard_chips.aside.isHidden()
    desk.window.command("set_holdout")
    desk.until(lambda: "at least 30 cases" in desk.notice())
    assert not view.confirm.isVisible()


def test_a_case_is_opened_anyway_and_used_up_with_its_cluster(desk: Desk) -> None:
    view = opened(desk, held=("case-0", "case-1", "case-2", "case-3"))
    view.head._sets["holdout"].click()
    desk.until(lambda: view.note.isVisible() and view.suites.figures.report is not None)
    desk.rest()
    assert view.suites.model.rowCount() == 0
    assert "4 hold-out cases" in view.card.words()
    view.note.open.click()
    controller = desk.window.testing
    desk.until(lambda: controller.sets is not None and controller.sets.holdouts.dialog is not None)
    assert controller.sets is not None
    dialog = controller.sets.holdouts.dialog
    assert dialog is not None
    assert [dialog.list.item(row).text() for row in range(dialog.list.count())] == [f"Case {n}" for n in range(4)]
    assert not dialog.open_.isEnabled()
    dialog.list.setCurrentRow(1)
    dialog.open_.click()
    desk.until(lambda: view.suites.model.rowCount() == 2)
    assert held(desk) == 2
    assert "2 cases are used up" in desk.notice()
    desk.until(lambda: set_texts(view)[:2] == ["Tuning 31", "Hold-out 2 (totals only)"])


def end(desk: Desk, view: TestView) -> None:
    view.head._sets["holdout"].click()
    desk.until(view.note.isVisible)
    view.note.end.click()
    said = answer(view, "End the hold-out")
    assert "no longer measure new cases" in said
    assert "Cases with answers cannot be held out again." in said
    desk.until(lambda: held(desk) == 0 and view.suites.set_name == "tuning")
    desk.until(lambda: "honest only for versions from before" in desk.notice())


def test_ending_a_hold_out_with_answers_cannot_be_undone(desk: Desk) -> None:
    view = opened(desk, held=("case-2", "case-3"))
    end(desk, view)
    assert not desk.window.notices.offers_undo


def test_ending_is_undone_for_the_cases_without_answers(desk: Desk) -> None:
    view = opened(desk, held=("case-2", "case-3", "case-4"), ran=2)
    end(desk, view)
    assert "Undo holds out the 1 without answers." in desk.notice()
    desk.window.shown_notice.press()
    desk.until(lambda: held(desk) == 1)


def add_refusals(desk: Desk, view: TestView) -> GuardController:
    """Add the guard set of refusals by its menu."""
    controller = desk.window.testing
    view.guard_chips.add_guard.click()
    desk.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    titles = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert titles[:2] == ["Guard: general tasks", "Guard: refusals"]
    menu.actions()[1].trigger()
    menu.close()
    desk.until(lambda: "Guard: refusals" in set_texts(view) and view.guard.isVisible())
    assert controller.sets is not None
    guards = controller.sets.guards.guards
    desk.until(lambda: guards.shown is not None and guards.shown.estimate.new > 0)
    return guards


def test_a_guard_set_is_added_run_opened_and_removed(desk: Desk) -> None:
    view = opened(desk, CASES[:3])
    guards = add_refusals(desk, view)
    assert view.guard.run.text().startswith("Run ")
    assert not view.head.run.isVisible()
    view.guard.run.click()
    desk.until(lambda: guards.shown is not None and guards.shown.report is not None)
    assert "echo" in view.guard.words()
    assert "every answer is here" in view.guard.words()
    assert view.guard.run.isHidden()
    uid = guards.entries[0].uid
    assert desk.window.store.tests.settings(desk.window.prompt_uid).guards == (uid,)
    assert [run.set_name for run in desk.window.store.tests.runs(uid)] == ["tuning"]
    view.head._sets["tuning"].click()
    desk.until(lambda: not view.guard.isVisible())
    view.guard_chips.guards[uid].click()
    desk.until(view.guard.isVisible)
    view.guard.remove.click()
    desk.until(lambda: not guards.entries)
    assert "removed" in desk.notice()
    assert len(desk.window.store.tests.runs(uid)) == 1


def test_old_answers_of_a_guard_set_are_asked_again(desk: Desk) -> None:
    view = opened(desk, CASES[:3])
    guards = add_refusals(desk, view)
    view.guard.run.click()
    desk.until(lambda: guards.shown is not None and guards.shown.report is not None)
    age(desk.db, 45)
    view.head._sets["tuning"].click()
    desk.until(lambda: not view.guard.isVisible())
    view.guard_chips.guards[guards.entries[0].uid].click()
    desk.until(lambda: view.guard.run.isVisible() and view.guard.run.text().startswith("Ask "))
    assert "every answer is here, the oldest from 45 days ago" in view.guard.words()
    view.guard.run.click()
    runs = desk.window.store.tests.runs
    desk.until(lambda: len(runs(guards.entries[0].uid)) == 2)
    desk.until(lambda: view.guard.run.isHidden())
    assert not view.confirm.isVisible()
    assert [run.round for run in runs(guards.entries[0].uid)] == [1, 1]


def test_nothing_of_a_hold_out_reaches_what_changes_the_prompt(desk: Desk) -> None:
    """Improve, proposed cases and examples, if a file holds cases out whose values ran in Compose before."""
    window = desk.open({"default": [{"echo": True}, {"finish": "stop"}]})
    store, prompt = window.store, window.prompt_uid
    window.editor.set_content(content(("user", "{{question}}")))
    for number, question in enumerate(("Hidden?", "Open?"), start=1):
        window.values.set_values({"question": question})
        desk.run()
        desk.until(lambda: not window.is_running())
        window.mark(1)
        desk.until_rows([(number,)], "SELECT count(*) FROM verdicts")
    cases = [
        Case(f"case-{at}", name, (("question", name),), held_out=at == 0)
        for at, name in enumerate(("Hidden?", "Open?"))
    ]
    store.packs.save_cases(prompt, cases).result(60)
    window.actions["improve"].trigger()
    improve = window.dialogs.improve
    assert improve is not None
    desk.until(lambda: improve.question.answers.count() > 0)
    shown = {improve.question.answers.item(row).toolTip() for row in range(improve.question.answers.count())}
    assert any("Open?" in one for one in shown)
    assert not any("Hidden?" in one for one in shown)
    improve.close()
    window.actions["propose_cases"].trigger()
    proposals = window.dialogs.case_proposals
    assert proposals is not None
    desk.until(lambda: proposals.request.answers.count() > 0)
    told = [
        items.item(row).text()
        for items in (proposals.request.answers, proposals.request.cases)
        for row in range(items.count())
    ]
    assert any("Open?" in one for one in told)
    assert not any("Hidden?" in one for one in told)
    proposals.close()
    window.decide.steps.take(Action("examples", "Add examples"))
    desk.until(lambda: window.draft().content.examples != ())
    assert [one.user for one in window.draft().content.examples] == ["Open?"]
