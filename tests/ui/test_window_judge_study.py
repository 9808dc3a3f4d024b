"""What labels show of a judge of known faults, read in the real window by someone who has never heard of catch rates.

Thirty cases, 25 labels by keys. The engine is the real one, over real HTTP.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.fakes import judged_bot
from tests.fakes.judged_bot import CASES, HARSH, JUDGE, MODELS, RUBRIC, TERSE, is_good, passes
from tests.fakes.order_bot import BOT
from tests.fakes.provider import FakeProvider
from tests.ui.desk import Desk
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint, Lane
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.host.clock import utc_now
from workbench.ui.features.judges.label_dialog import LabelDialog
from workbench.ui.features.testing.view import TestView

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
UID, LABELS = "e-acme", 25
_RATE = r" \(\d+ %, (95 % interval )?\d+ to \d+\)"


@pytest.fixture
def server() -> Iterator[FakeProvider]:
    with FakeProvider() as fake:
        fake.answer = judged_bot.answer
        yield fake


def judged(desk: Desk, server: FakeProvider, judge: str, models: Sequence[str]) -> TestView:
    """Run 30 cases on models, judged by a model, from the keyboard."""
    window = desk.open(None)
    window.store.save_endpoint(Endpoint(UID, "openai", "Acme", server.base_url), utc_now()).result(20)
    window.session.endpoints_changed()
    window.store.packs.save_cases(window.prompt_uid, judged_bot.cases()).result(20)
    lanes = tuple(Lane(f"j{number}", UID, model) for number, model in enumerate(models))
    settings = SuiteSettings((RUBRIC,), columns=lanes, judge=JudgeSettings(Lane("judge", UID, judge)))
    window.store.tests.save_settings(window.prompt_uid, settings, utc_now()).result(20)
    window.session.put_back(Draft(BOT, (("question", "Where is order 77AB12CD90?"),), lanes, None))
    desk.press(Qt.Key.Key_2, ALT)
    view = window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.suites.estimate.judgements == CASES * len(models) and view.suites.is_estimated)
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: view.suites.figures.report is not None and not view.suites.is_running)
    return view


def labelled(desk: Desk) -> list[str]:
    """Label 25 answers by keys as someone does who knows which are good, and return those that were labelled."""
    desk.press(Qt.Key.Key_G, CTRL, SHIFT)
    desk.until(lambda: isinstance(QApplication.activeModalWidget(), LabelDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, LabelDialog)
    texts = list[str]()
    for number in range(LABELS):
        desk.until(lambda: dialog.criterion.text() and not dialog._is_waiting)
        texts.append(dialog.answer.toPlainText())
        desk.press(Qt.Key.Key_1 if is_good(texts[-1]) else Qt.Key.Key_2)
        desk.until(lambda number=number: desk.rows("SELECT count(*) FROM judge_labels") == [(number + 1,)])
    desk.until(lambda: not dialog._is_waiting)
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: QApplication.activeModalWidget() is None)
    return texts


def counts(texts: Sequence[str], judge: str) -> tuple[int, int, int, int]:
    """Return how many bad answers the judge passed, of how many, and how many good ones it failed, of how many."""
    found = Counter((is_good(text), passes(text, judge)) for text in texts)
    return (
        found[False, True],
        found[False, True] + found[False, False],
        found[True, False],
        found[True, False] + found[True, True],
    )


def shown(view: TestView) -> str:
    """Return what the page says of the judge, with plain spaces."""
    return f"{view.judge.text.text()}\n{view.judge.figures.text()}".replace("\u00a0", " ")


def test_a_judge_that_errs_both_ways_is_found_out_by_25_labels(desk: Desk, server: FakeProvider) -> None:
    view = judged(desk, server, HARSH, [TERSE])
    desk.until(view.judge.isVisible)
    assert shown(view) == "The judge is unmeasured: label 20 random answers to see how far to trust it.\n"
    assert [view.judge.label.isVisible(), view.judge.choose.text()] == [False, "Label answers…"]
    desk.until(lambda: view.suites.heads()[0].judged == "judge unmeasured")
    missed, bad, alarms, good = counts(labelled(desk), HARSH)
    first = (
        f"The judge errs both ways: it passed {missed} of {bad} answers that you failed and failed {alarms} of {good}"
    )
    desk.until(lambda: shown(view).startswith(f"{first} that you passed.\n"))
    figures = shown(view).partition("\n")[2]
    assert re.fullmatch(
        f"The judge catches {bad - missed} of {bad} answers that you failed{_RATE} and fails {alarms} of {good} that "
        f"you passed{_RATE}\\. The judge agrees with you about {bad - missed + good - alarms} of 25 answers{_RATE}\\.",
        figures,
    )
    assert figures.count("95 % interval") == 1
    assert [view.judge.label.isVisible(), view.judge.choose.text()] == [False, "Improve this judge…"]
    # Six of ten answers are right, and the judge passes as many others.
    desk.until(lambda: (view.suites.heads()[0].judged or "").startswith("judged 60 %, corrected "))


def test_a_lenient_judge_is_found_out_before_its_rates_are_corrected(desk: Desk, server: FakeProvider) -> None:
    view = judged(desk, server, JUDGE, MODELS)
    missed, bad, alarms, good = counts(labelled(desk), JUDGE)
    assert alarms == 0
    first = (
        f"The judge is too lenient: it passed {missed} of {bad} answers that you failed. Its pass rates are probably "
    )
    desk.until(lambda: shown(view).startswith(f"{first}too high.\n"))
    assert f"The judge catches {bad - missed} of {bad} answers that you failed" in shown(view)
    assert f" and fails 0 of {good} that you passed (0 %, " in shown(view)
    assert [view.judge.label.text(), view.judge.choose.text()] == ["Label answers…", "Improve this judge…"]
    assert view.judge.label.isVisible()
    desk.until(lambda: [one.judged for one in view.suites.heads()] == [
        "judged 93 %, not corrected", "judged 83 %, not corrected"
    ])  # fmt: skip
    view.judge.label.click()
    desk.until(lambda: isinstance(QApplication.activeModalWidget(), LabelDialog))
    desk.press(Qt.Key.Key_Escape)
    view.judge.choose.click()
    desk.until(lambda: "you and the judge disagree" in desk.notice())
