"""What the buttons of Decide prepare in the real window over stored histories: cases to add, tuned models, guards."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.ui.decide_support import ALT, fill, shown
from tests.ui.desk import Desk
from tests.usecases.decide import scenarios as stored
from tests.usecases.decide.histories import MODEL, PROMPT, Col, History, rated
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.decide.decision import Action
from workbench.core.drafts import Draft
from workbench.core.lanes import LITELLM, Lane
from workbench.core.testing.settings import SuiteSettings
from workbench.ui.features.cases.dialog import CasesDialog

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
TUNED = "ft:acme-small:me::1"


def tuned_history(history: History, *tested: str, tuned: str = TUNED) -> None:
    """Store a prompt whose model is in Compose, with tests of other models beside it and two guard sets."""
    history.version()
    history.cases(80, holdout=60)
    store = history.store
    for name in ("general", "refusal"):
        draft = Draft(Content((Message("user", "{{order}}"),)))
        store.save_draft(history.guard(name, 3), draft, history.now()).result(60)
    columns = tuple(Lane(f"t-{model}", LITELLM, model) for model in tested)
    settings = store.tests.settings(PROMPT)
    store.tests.save_settings(PROMPT, replace(settings, columns=columns), history.now()).result(60)
    lanes = (Lane("own", LITELLM, MODEL), *((Lane("tuned", LITELLM, tuned),) if tuned else ()))
    draft = Draft(Content((Message("user", "{{order}}"),)), lanes=lanes)
    store.save_draft(PROMPT, draft, history.now()).result(60)
    history.test(Col(rated(50, 60)), set_name="holdout", first=80)


def columns(desk: Desk) -> list[str]:
    """Return the models of the columns as stored, the baseline first."""
    found: SuiteSettings = desk.window.store.tests.settings(PROMPT)
    return [lane.model for lane in sorted(found.columns, key=lambda lane: lane.slot != found.baseline)]


def test_cases_for_the_hold_out_are_counted_as_they_join_it(desk: Desk) -> None:
    fill(desk, stored.straddling)
    view = shown(desk)
    window = desk.window
    [step] = [button for button in view.head.steps if "hold-out cases" in button.text().replace("\u00a0", " ")]
    step.click()
    desk.until(lambda: window.dialogs.find(CasesDialog) is not None)
    dialog = window.dialogs.find(CasesDialog)
    assert isinstance(dialog, CasesDialog)
    desk.until(dialog.wanted.isVisible)
    start = "25 more cases for the hold-out: 0 of 25 added. Add about 75: a third of new cases joins the hold-out."
    assert dialog.wanted.text() == start
    made = [Case(f"new-{at}", f"New {at}", (("order", f"new {at}"),)) for at in range(30)]
    window.store.packs.append_cases(PROMPT, made).result(60)
    joined = sum(case.held_out for case in window.store.packs.cases(PROMPT) if case.uid.startswith("new-"))
    assert 0 < joined < 25
    window.dialogs.announce_cases()
    said = f"25 more cases for the hold-out: {joined} of 25 added. Add about {3 * (25 - joined)} more:"
    desk.until(lambda: dialog.wanted.text().startswith(said))
    dialog.close()
    desk.press(Qt.Key.Key_1, ALT)
    window.actions["cases"].trigger()
    desk.until(lambda: window.dialogs.find(CasesDialog) is not None)
    again = window.dialogs.find(CasesDialog)
    assert isinstance(again, CasesDialog)
    desk.until(lambda: again.cases.rowCount() == 150)
    assert not again.wanted.isVisible()
    again.close()


@pytest.mark.parametrize("tested", [(), (MODEL,), ("acme-small", TUNED), (MODEL, TUNED)])
def test_hold_out_of_a_tuned_model_has_both_columns(desk: Desk, tested: tuple[str, ...]) -> None:
    fill(desk, lambda history: tuned_history(history, *tested))
    view = shown(desk)
    view.action_wanted.emit(Action("tuned_lane", "Run the hold-out", "", "holdout", 50))
    suites = desk.window.testing.suites
    desk.until(lambda: suites.overview is not None and suites.set_name == "holdout")
    desk.until(lambda: {MODEL, TUNED} <= set(columns(desk)))
    assert columns(desk)[0] == MODEL
    assert desk.window.dialogs.picker is None
    assert desk.window.views.shown == "test"
    assert set(tested) <= set(columns(desk))


def test_unknown_tuned_model_is_chosen_for_the_hold_out(desk: Desk) -> None:
    fill(desk, lambda history: tuned_history(history, tuned=""))
    view = shown(desk)
    view.action_wanted.emit(Action("tuned_lane", "Add the adapter", "", "holdout", 50))
    desk.until(lambda: desk.window.dialogs.picker is not None)
    assert desk.window.testing.suites.set_name == "holdout"
    desk.until(lambda: columns(desk) == [MODEL])
    desk.window.dialogs.picker.reject()


def test_guard_sets_are_prepared_one_after_another(desk: Desk) -> None:
    fill(desk, lambda history: tuned_history(history, MODEL, TUNED))
    view = shown(desk)
    view.action_wanted.emit(Action("guards", "Run the guard sets"))
    window = desk.window
    desk.until(lambda: "Guard set 1 of 2" in " ".join(window.shown_notice.lines()))
    page = window.testing.view.guard
    desk.until(lambda: "General" in page.heading.text())
    desk.until(lambda: page.run.isVisible() and page.run.text() == "Run 6 calls")
    window.shown_notice.press()
    desk.until(lambda: "Refusal" in page.heading.text())
    assert "Guard set 2 of 2: run it on these models." in " ".join(window.shown_notice.lines())
