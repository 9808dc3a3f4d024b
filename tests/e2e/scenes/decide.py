"""Scenes of Decide: acceptance scenarios as histories, the same with everything opened, the form and the rules, and
models that retire."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import command, opened, shots, show, small
from tests.usecases.decide import scenarios
from tests.usecases.decide.histories import MODEL, Col, History, rated
from workbench.core.content import Content, Message
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


def hand_over(demo: Demo) -> None:
    """Pictures of the hand-over to training."""
    _entered(demo, "Order status bot", scenarios.data_rich)
    command(demo, "handover")
    made = opened(demo, HandOverDialog)
    demo.until("the files are counted", lambda: made.checks.text())
    _dialog(demo, HandOverDialog, "hand-over")
