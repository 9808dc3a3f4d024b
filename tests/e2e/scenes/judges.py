"""Scenes of judges: an order bot of known quality, judged by a model that passes long answers, and found out by labels.

A person labels 25 random answers by keys, reads what is wrong with the judge, labels the rest of the sample, and opens
the judge's prompt to improve it. In Rank the same judge prefers longer answers.
"""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.e2e.driving import NARROW, WIDE, Demo
from tests.e2e.scenes.staging import command, opened, provider, shots, show
from tests.fakes import judged_bot
from tests.fakes.order_bot import BOT
from tests.usecases.judged_history import runs
from workbench.core.lanes import Lane
from workbench.core.money import Rates
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.host.clock import utc_now
from workbench.ui.features.judges.label_dialog import LabelDialog
from workbench.ui.features.rank.judge_dialog import JudgeDialog
from workbench.ui.features.rank.view import RankView
from workbench.ui.features.testing.view import TestView

LABELS, SAMPLE = 25, 40
ANSWER = "Order {order} is on its way, says {model} by version {version}: answer {number}."
_STORED = "SELECT count(*) FROM judge_labels"


def judges(demo: Demo) -> None:
    """A judged test, its labels, what they say of the judge, its prompt, and its ranking beside that of people."""
    window = demo.window
    window.prompts.create("Order bot, judged by a model")
    demo.until("the new prompt is open", lambda: window.is_ready and not window.timeline.rowCount())
    owner = window.prompt_uid
    with provider(demo, "Acme") as (fake, endpoint):
        fake.answer = judged_bot.answer
        for model in (*judged_bot.MODELS, judged_bot.JUDGE):
            window.workbench.pricing.set_price(endpoint, model, Rates(0.3e-6, 1.2e-6, None, "mine"))
        show(demo, BOT, judged_bot.columns(endpoint), question="Where is order 77AB12CD90?")
        window.store.packs.save_cases(owner, judged_bot.cases()).result(60)
        columns = judged_bot.columns(endpoint)
        given = SuiteSettings((judged_bot.RUBRIC,), columns=columns)
        window.store.tests.save_settings(owner, given, utc_now()).result(60)
        view = _tested(demo)
        shots(demo, "judge-none", ("light",), narrow=True)
        judge = JudgeSettings(Lane("judge", endpoint, judged_bot.JUDGE))
        given = SuiteSettings((judged_bot.RUBRIC,), columns=columns, judge=judge)
        window.store.tests.save_settings(owner, given, utc_now()).result(60)
        view.suites.refresh()
        demo.until("the judge is estimated", lambda: view.suites.estimate.judgements > 0)
        command(demo, "run_cases")
        demo.until("it has ended", lambda: view.suites.figures.report is not None and not view.suites.is_running)
        demo.until("the judge is unmeasured", lambda: view.suites.heads()[0].judged == "judge unmeasured")
        shots(demo, "judge-unmeasured", narrow=True)
        _shown_cell(demo, view)
        shots(demo, "judge-cell-unmeasured", narrow=True)
        view.close_pane()
        _elsewhere(demo, view, "unmeasured")
        _labelled(demo, view)
        demo.until("the rates are corrected", lambda: "corrected" in (view.suites.heads()[0].judged or ""))
        shots(demo, "judge-measured", narrow=True)
        _elsewhere(demo, view, "measured")
        _shown_cell(demo, view, differs=True)
        shots(demo, "judge-cell-differs", narrow=True)
        view.close_pane()
        command(demo, "improve_judge")
        demo.until("the judge's prompt is open", lambda: window.prompt_uid != owner and window.is_ready)
        demo.until("its text is there", lambda: "requirement" in str(window.editor.content()))
        shots(demo, "judge-improve", narrow=True)
        command(demo, "view_test")
        demo.until("its cases are there", lambda: view.suites.prompt_uid == window.prompt_uid)
        demo.until("they are read", lambda: view.suites.tested.cases > 0 and view.suites.is_estimated)
        shots(demo, "judge-improve-test", ("light",), narrow=True)
        command(demo, "run_cases")
        demo.until("it has ended", lambda: view.suites.figures.report is not None and not view.suites.is_running)
        shots(demo, "judge-improve-run")
        _ranked(demo, judge)


def _tested(demo: Demo) -> TestView:
    # The view reads what was stored beside it when it is opened.
    command(demo, "view_compose")
    command(demo, "view_test")
    view = demo.window.views.page("test")
    assert isinstance(view, TestView)
    demo.until("the cases are read", lambda: view.suites.tested.cases == judged_bot.CASES and view.suites.is_estimated)
    return view


def _elsewhere(demo: Demo, view: TestView, state: str) -> None:
    """Show the numbers of the judge in the chart of versions, in Rank and in the History."""
    view.filters.chart.click()
    demo.until("the chart is there", view.chart.isVisible)
    demo.pause(300)
    shots(demo, f"judge-chart-{state}", narrow=True)
    view.filters.answers.click()
    command(demo, "view_rank")
    page = demo.window.views.page("rank")
    assert isinstance(page, RankView)
    page.switch.buttons["checks"].click()
    demo.until("columns are ranked by checks", lambda: page.by_checks.isVisible() and page.by_checks.table.isVisible())
    shots(demo, f"judge-rank-checks-{state}", narrow=True)
    page.switch.buttons["verdicts"].click()
    command(demo, "view_history")
    demo.pause(600)
    shots(demo, f"judge-history-{state}", narrow=True)
    command(demo, "view_test")
    demo.pause(300)


def _shown_cell(demo: Demo, view: TestView, *, differs: bool = False) -> None:
    """Show the first cell in full; with `differs` the first about which a label and the judge disagree."""
    if differs:
        demo.until("labels disagree", lambda: view.suites.figures.counts.rows.get("label_differs", 0) > 0)
        view.filters.rows_chosen.emit("label_differs")
        demo.until("they are listed", lambda: 0 < view.suites.model.rowCount() < judged_bot.CASES)
    # Hidden pages get a new theme when the window is idle.
    demo.pause(600)
    view.grid.select(0, 1)
    view.open_pane()
    demo.until("the cell is shown", lambda: view.pane.shown is not None and bool(view.pane.checks.judge_lines()))


def _labelled(demo: Demo, view: TestView) -> None:
    """Label 25 answers by keys, read what they say, and label the rest of the sample."""
    command(demo, "label_answers")
    dialog = opened(demo, LabelDialog)
    demo.until("an answer is shown", lambda: dialog.criterion.text() and not dialog._is_waiting)
    shots(demo, "judge-labelling", narrow=True)
    demo.press(Qt.Key.Key_S)
    demo.until("another is shown", lambda: not dialog._is_waiting)
    for number in range(LABELS):
        _label(demo, dialog, number)
    shots(demo, "judge-labelling-25", narrow=True)
    dialog.reject()
    demo.until("it is closed", lambda: demo.window.dialogs.find(LabelDialog) is None)
    demo.window.frame.activateWindow()
    demo.until("the judge is measured", lambda: "not corrected" in (view.suites.heads()[0].judged or ""))
    shots(demo, "judge-25-labels", narrow=True)
    command(demo, "label_answers")
    dialog = opened(demo, LabelDialog)
    demo.until("an answer is shown", lambda: dialog.criterion.text() and not dialog._is_waiting)
    for number in range(LABELS, SAMPLE):
        _label(demo, dialog, number)
    demo.until("the sample is complete", lambda: dialog.told.text() or dialog.pages.currentIndex() == 1)
    shots(demo, "judge-labelling-sampled", narrow=True)
    while dialog.pages.currentIndex() == 0:
        _label(demo, dialog, demo.rows(_STORED)[0][0])  # type: ignore[arg-type] # a number
    shots(demo, "judge-labelling-end", narrow=True)
    dialog.reject()
    demo.window.frame.activateWindow()
    demo.pause(60)


def _label(demo: Demo, dialog: LabelDialog, before: int) -> None:
    good = judged_bot.is_good(dialog.answer.toPlainText())
    demo.press(Qt.Key.Key_1 if good else Qt.Key.Key_2)
    demo.until(f"label {before + 1} is stored", lambda: demo.rows(_STORED)[0][0] > before)  # type: ignore[operator]
    demo.until("the next answer is shown", lambda: not dialog._is_waiting)


def _ranked(demo: Demo, judge: JudgeSettings) -> None:
    """Rank answers by the judge, beside the ranking by people."""
    window = demo.window
    window.prompts.create("Order bot, ranked by a judge")
    demo.until("the new prompt is open", lambda: window.is_ready and not window.timeline.rowCount())
    prompt = window.prompt_uid
    runs(window.store, prompt, 48, versions=2, models=judged_bot.MODELS, answer=ANSWER)
    window.store.tests.save_settings(prompt, SuiteSettings(judge=judge), utc_now()).result(60)
    window.refresh()
    window.views.show("rank")
    view = window.views.page("rank")
    assert isinstance(view, RankView)
    window.rank.refresh()
    demo.until("the table is there", view.table.isVisible)
    view.switch.buttons["judge"].click()
    demo.until("the judge is offered", lambda: "compare" in view.by_judge.offer.text())
    shots(demo, "judge-rank-none", narrow=True)
    view.by_judge.offer.click()
    dialog = opened(demo, JudgeDialog)
    demo.until("the price is there", dialog.start.isEnabled)
    shots(demo, "judge-rank-dialog", narrow=True)
    dialog.start.click()
    demo.until("pairs are compared", lambda: view.pill.text().startswith("24 verdicts of"))
    demo.until("the ranking is there", view.table.isVisible)
    demo.window.frame.activateWindow()
    shots(demo, "judge-rank", narrow=True)
    view.switch.buttons["verdicts"].click()
    demo.until("people's ranking is back", lambda: "of" not in view.pill.text() or view.by_judge.isHidden())
    shots(demo, "judge-rank-people", narrow=True)
    for size in (NARROW, WIDE):
        demo.resize(size)
    command(demo, "view_compose")
