"""Scenes of Decide: acceptance scenarios as histories, the same with everything opened, the form and the rules, and
models that retire."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QDialog

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import command, opened, shots, show, small
from tests.usecases.decide import scenarios
from tests.usecases.decide.histories import MODEL, Col, History, rated, table
from workbench.core.content import Content, Message
from workbench.core.decide.decision_words import next_steps
from workbench.core.drafts import Draft
from workbench.core.lanes import LITELLM, Lane
from workbench.core.money import Rates
from workbench.core.runs import Verdict
from workbench.host.ids import new_uid
from workbench.ui.features.decide.goals_dialog import GoalsDialog
from workbench.ui.features.decide.rules_dialog import RulesDialog
from workbench.ui.features.decide.view import DecideView
from workbench.ui.features.models.retiring_dialog import RetiringDialog
from workbench.ui.features.training.handover_dialog import HandOverDialog

SCENARIOS = {
    "almost-empty": ("Release-note writer", scenarios.almost_empty),
    "good-enough": ("SQL explainer", scenarios.good_enough),
    "straddling": ("Complaint sorter", scenarios.straddling),
    "broken-format": ("Ticket triage → JSON", scenarios.broken_format),
    "better-model": ("Claims reader, comparing two models", scenarios.better_model),
    "data-rich": ("Order status bot", scenarios.data_rich),
    "too-dear": ("Invoice questions", scenarios.too_dear),
    "tuned-forgets": ("Returns desk", scenarios.tuned_forgets),
    "judge-unmeasured": ("Polite replies", scenarios.judge_and_one_rule),
    "judge-measured": ("Polite replies, labelled", scenarios.judged_versions),
    "mostly-unscored": ("Contract questions", scenarios.mostly_unscored),
}

TUNED = {
    "tuned-no-gain": ("Returns desk, tuned", scenarios.tuned_without_gain),
    "tuned-forgets": ("Returns desk, tuned for long", scenarios.tuned_forgets),
}


def decide(demo: Demo) -> None:
    """Pictures of scenarios in both themes and sizes, and of what opens in the page."""
    window = demo.window
    window.workbench.pricing.set_price(LITELLM, MODEL, Rates(2e-6, 1e-5, 2e-7, "mine"))
    for name, (title, make) in SCENARIOS.items():
        view = _entered(demo, title, make)
        demo.check(f"{name}: {view.head.headline.text()}", view.head.headline.text())
        shots(demo, f"decide-{name}", narrow=True)
        window.theme.set_mode("light")
        small(demo, f"decide-{name}-narrow-light")
        if name == "data-rich":
            _opened(demo, view)
        if name == "straddling":
            _cases(demo, view)
        if name.startswith("judge"):
            view.rows[3].head.setChecked(True)
            shots(demo, f"decide-{name}-row-open")
    _retiring(demo)


def _cases(demo: Demo, view: DecideView) -> None:
    """Show the cases that a step asks for, and return to the page."""
    view.head.steps[0].click()
    demo.until("the cases are open", lambda: demo.window.dialogs.cases is not None)
    dialog = demo.window.dialogs.cases
    assert dialog is not None
    demo.until("what is wanted is shown", dialog.wanted.isVisible)
    shots(demo, "decide-cases-wanted", narrow=True)
    dialog.close()
    demo.window.views.show("decide")


def _entered(demo: Demo, title: str, make: Callable[[History], object]) -> DecideView:
    """Store a history as a new prompt, open it, and wait for its decision."""
    window, uid = demo.window, new_uid()
    window.views.show("compose")
    make(History(window.store, uid, title))
    window.refresh()
    window.choose_prompt(uid)
    demo.until("the prompt is open", lambda: window.prompt_uid == uid)
    command(demo, "view_decide")
    view, reader = window.views.page("decide"), window.decide.reader
    assert isinstance(view, DecideView)
    demo.until("it is decided", lambda: reader.shown is not None and reader.shown.prompt_uid == uid)
    demo.until("the decision is shown", lambda: view.currentWidget() is view.area)
    return view


def _opened(demo: Demo, view: DecideView) -> None:
    """Take pictures of rows and lists that are open, of large text, and of the dialogs."""
    window = demo.window
    for at in (0, 6, 9):
        view.rows[at].head.setChecked(True)
    shots(demo, "decide-rows-open")
    view.escape()
    for fold in (view.step_fold, view.lever_fold, view.change_fold):
        fold.setChecked(True)
    demo.pause(100)
    bar = view.area.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    shots(demo, "decide-lists-open")
    bar.setValue(bar.maximum())
    shots(demo, "decide-lists-open-end", narrow=True)
    for fold in (view.step_fold, view.lever_fold, view.change_fold):
        fold.setChecked(False)
    bar.setValue(0)
    window.theme.set_scale(2.0)
    small(demo, "decide-200%-narrow")
    window.theme.set_scale(1.0)
    demo.pause(300)
    demo.picture("decide-100%-again")
    command(demo, "decide_figures")
    _dialog(demo, GoalsDialog, "figures")
    command(demo, "decide_rules")
    _dialog(demo, RulesDialog, "rules")


def _dialog(demo: Demo, kind: type[QDialog], name: str) -> None:
    """Take pictures of an open dialog, then close it."""
    one = opened(demo, kind)
    demo.pause(300)
    shots(demo, f"decide-{name}", narrow=True)
    one.reject()
    demo.window.frame.activateWindow()
    demo.pause(60)


def _retiring(demo: Demo) -> None:
    """Take pictures of a decision about a model that retires, and of all that do."""
    window, workbench = demo.window, demo.window.workbench
    today = workbench.today()
    dated = sorted((one.retires, one.id) for one in workbench.catalogue.get().models if one.retires and one.successor)
    # One that is about to retire, or without any the one that retired last.
    old = next((id_ for day, id_ in dated if day > today), dated[-1][1])

    def make(history: History) -> None:
        history.version()
        history.cases(240, holdout=120)
        history.goals(target=0.85)
        history.test(Col(rated(114, 120), model=old), set_name="holdout", first=240)
        history.iteration((1, old), (1, "acme-b"), verdict=Verdict("winner", (0,)))

    view = _entered(demo, "Delivery times, with a model that retires", make)
    demo.until("it is said", view.head.retiring.isVisible)
    shots(demo, "decide-retiring", narrow=True)
    window.views.show("compose")
    show(demo, Content((Message("user", "Where is {{order}}?"),)), (Lane("r1", LITELLM, old),), order="7")
    window.draft_saver.flush()
    demo.until("the draft is stored", lambda: demo.rows(f"SELECT 1 FROM drafts WHERE body LIKE '%{old}%'"))
    command(demo, "retiring_models")
    listed = opened(demo, RetiringDialog)
    demo.until("they are listed", listed.list.count)
    _dialog(demo, RetiringDialog, "retiring-models")


def decide_tuned(demo: Demo) -> None:
    """Pictures of decisions about tuned models, and of the tests that their steps prepare."""
    for name, (title, make) in TUNED.items():
        view = _entered(demo, title, make)
        demo.check(f"{name}: {view.head.headline.text()}", view.head.headline.text())
        view.rows[10].head.setChecked(True)
        shots(demo, f"decide-{name}", narrow=True)
        view.escape()
    view = _entered(demo, "Returns desk, without guard sets", _unguarded)
    _prepared(demo, view, "guards")
    view = _entered(demo, "Returns desk, tuned again", _again)
    _prepared(demo, view, "tuned_lane")


def _unguarded(history: History) -> None:
    """A tuned model is better at the task; its guard set was not run."""
    mine, other = table(90, 15, 4, 11)
    history.version()
    history.cases(240, holdout=120)
    lanes = (Lane("own", LITELLM, MODEL), Lane("tuned", LITELLM, "ft:acme-large:me::1"))
    content = Content((Message("user", "{{order}}"),))
    for uid in (history.prompt, history.guard("refusal", 60)):
        history.store.save_draft(uid, Draft(content, lanes=lanes), history.now()).result(60)
    history.test(Col(mine), Col(other, model="ft:acme-large:me::1"), set_name="holdout", first=240)


def _again(history: History) -> None:
    """A tuned model forgets, and its models are in Compose."""
    scenarios.tuned_forgets(history)
    lanes = (Lane("own", LITELLM, MODEL), Lane("tuned", LITELLM, "ft:acme-large:me::1"))
    draft = Draft(Content((Message("user", "{{order}}"),)), lanes=lanes)
    history.store.save_draft(history.prompt, draft, history.now()).result(60)


def _prepared(demo: Demo, view: DecideView, kind: str) -> None:
    """Take pictures of a decision and of the tests that its step prepares."""
    found = demo.window.decide.reader.shown
    assert found is not None
    at = next(at for at, one in enumerate(next_steps(found.decision)) if one.action and one.action.kind == kind)
    shots(demo, f"decide-before-{kind}")
    view.head.steps[at].click()
    demo.until("the tests are shown", lambda: demo.window.views.shown == "test")
    demo.pause(600)
    shots(demo, f"decide-test-{kind}", narrow=True)
    popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
    if popup is not None:
        popup.close()


def hand_over(demo: Demo) -> None:
    """Pictures of the hand-over to training."""
    _entered(demo, "Order status bot", scenarios.data_rich)
    command(demo, "handover")
    made = opened(demo, HandOverDialog)
    demo.until("the files are counted", lambda: made.checks.text())
    _dialog(demo, HandOverDialog, "hand-over")
