"""The ranking by a judge in the real window: apart from that by people, with their agreement, priced before a start."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import Qt

from tests.store.making import LATER
from tests.ui.desk import Desk
from tests.ui.driver import WindowDriver
from tests.ui.rank_support import fill, view
from tests.usecases.judged_history import runs
from tests.usecases.judged_pairs import against_people
from workbench.app.rank.table_model import ENTRANT, WON
from workbench.core.lanes import ECHO, LITELLM, Lane
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.store import Store
from workbench.ui.features.rank.judge_dialog import JudgeDialog
from workbench.ui.features.rank.judge_part import OFFER
from workbench.ui.features.rank.view import RankView
from workbench.usecases.judging.judge_ranking import NOTHING

pytestmark = pytest.mark.window
EQUAL = {"models": {"strict": [{"text": json.dumps({"reason": "Alike.", "better": "equal"})}]}}
ANSWER = "Order {order}, says {model} by version {version}: {number}."
PEOPLE = "SELECT count(*) FROM verdicts WHERE kind <> 'judge'"
JUDGES = "SELECT count(*) FROM verdicts WHERE kind = 'judge'"


def opened(desk: Desk, count: int, judge: Lane | None, *, script: Any = EQUAL, compared: bool = False) -> WindowDriver:
    """Open a history of judged runs, whose tests have a judge, perhaps with verdicts of another one."""

    def make(store: Store, prompt: str) -> None:
        runs(store, prompt, count, versions=2, answer=ANSWER)
        store.tests.save_settings(prompt, SuiteSettings(judge=JudgeSettings(judge)), LATER).result(60)
        if compared:
            against_people(store, prompt, lambda number: number % 4 > 0)

    fill(desk.db, make)
    return desk.open(script)


def by_judge(desk: Desk) -> RankView:
    rank = view(desk)
    rank.switch.buttons["judge"].click()
    return rank


def shown(rank: RankView) -> list[tuple[str, str]]:
    model = rank.table_model
    return [(model.index(row, ENTRANT).data(), model.index(row, WON).data()) for row in range(model.rowCount())]


def dialog(desk: Desk) -> JudgeDialog:
    desk.until(lambda: desk.window.dialogs.judge)
    found = desk.window.dialogs.judge
    assert found is not None
    return found


def test_rankings_by_people_and_by_a_judge_are_shown_apart_with_their_agreement(desk: Desk) -> None:
    opened(desk, 40, None, compared=True)
    rank = view(desk)
    people = shown(rank)
    assert rank.pill.text().startswith("40 verdicts · ")
    assert any("decided like you in 30 of 40 pairs" in text for text in rank.remarks())
    rank.switch.buttons["judge"].click()
    desk.until(lambda: rank.pill.text() == "40 verdicts of judge")
    desk.until(rank.table.isVisible)
    judged = shown(rank)
    assert {name for name, _ in judged} == {name for name, _ in people}
    assert judged != people
    agreement, by, *_ = rank.remarks()
    assert agreement.startswith(
        "The judge judge decided like you in 30 of 40 pairs that you compared, too (75 %, 95 % interval "
    )
    assert by == "Compared by judge, asked in both orders, by: The kinder one."
    rank.fold.click()
    assert "never put together" in rank.how.text()
    rank.switch.buttons["verdicts"].click()
    desk.until(lambda: rank.pill.text().startswith("40 verdicts · "))
    assert shown(rank) == people
    assert rank.by_judge.isHidden()


def test_the_judges_ranking_follows_the_grouping(desk: Desk) -> None:
    window = opened(desk, 40, None, compared=True)
    rank = by_judge(desk)
    desk.until(lambda: len(shown(rank)) == 4 and rank.table.isVisible())
    window.actions["group_model"].trigger()
    desk.until(lambda: {name for name, _ in shown(rank)} == {"gpt-5-mini", "claude-haiku-4.5"})
    assert rank.pill.text() == "40 verdicts of judge"


def test_a_judge_compares_pairs_after_its_price_is_shown(desk: Desk) -> None:
    window = opened(desk, 30, Lane("judge", ECHO, "strict"))
    people = desk.rows(PEOPLE)
    rank = by_judge(desk)
    desk.until(lambda: rank.by_judge.offer.text() == "Let strict compare 24 pairs, free…")
    desk.until(lambda: rank.instead.text() == NOTHING)
    assert rank.pill.isHidden()
    rank.by_judge.offer.click()
    asked = dialog(desk)
    desk.until(asked.start.isEnabled)
    asked.count.setValue(22)
    assert not asked.start.isEnabled()
    desk.until(asked.start.isEnabled)
    assert asked.start.text() == "Compare 22"
    assert "44 calls, free: each pair is asked in both orders." in asked.takes.text()
    assert desk.rows(JUDGES) == [(0,)]
    asked.start.click()
    desk.until_rows([(22,)], JUDGES)
    desk.until(lambda: rank.pill.text() == "22 verdicts of strict")
    desk.until(rank.table.isVisible)
    assert rank.by_judge.told.text() == "22 pairs compared."
    assert rank.by_judge.offer.isVisible()
    desk.until(lambda: rank.by_judge.offer.text() == "Let strict compare 20 pairs, free…")
    assert desk.rows(PEOPLE) == people
    assert any("of 22 pairs that you compared, too" in text for text in rank.remarks())
    assert window.dialogs.judge is None


def test_an_unmeasured_judge_is_called_so(desk: Desk) -> None:
    opened(desk, 12, None, compared=True)
    rank = by_judge(desk)
    desk.until(lambda: rank.pill.text() == "12 verdicts of judge · unmeasured")
    desk.until(lambda: any("Unmeasured: the judge judge decided like you in" in text for text in rank.remarks()))


def test_without_a_judge_the_dialog_asks_for_one(desk: Desk) -> None:
    window = opened(desk, 12, None)
    rank = view(desk)
    window.actions["let_judge_compare"].trigger()
    asked = dialog(desk)
    assert rank.switch.buttons["judge"].isChecked()
    desk.until(lambda: asked.takes.text() == "Choose a judge model.")
    assert not asked.start.isEnabled()
    asked.set_model(LITELLM, "openai/gpt-5-mini")
    desk.until(lambda: asked.takes.text().startswith("48 calls, about $0.0"))
    assert "The judge wrote some of these answers" in asked.takes.text()
    asked.cancel.click()
    desk.until(lambda: window.dialogs.judge is None)
    desk.rest()
    assert rank.by_judge.offer.text() == OFFER
    assert desk.rows(JUDGES) == [(0,)]


def test_a_run_of_the_judge_can_be_stopped(desk: Desk) -> None:
    script = {"models": {"strict": [{"until": str(desk.db.parent / "never")}, {"text": '{"better": "equal"}'}]}}
    opened(desk, 12, Lane("judge", ECHO, "strict"), script=script)
    rank = by_judge(desk)
    desk.until(lambda: rank.by_judge.offer.text().startswith("Let strict compare"))
    rank.by_judge.offer.click()
    asked = dialog(desk)
    desk.until(asked.start.isEnabled)
    asked.start.click()
    desk.until(rank.by_judge.stop.isVisible)
    assert rank.by_judge.told.text() == "0 of 24 pairs compared."
    assert rank.by_judge.offer.isHidden()
    desk.window.actions["let_judge_compare"].trigger()
    assert "A judge is comparing pairs." in desk.notice()
    rank.by_judge.stop.click()
    desk.until(rank.by_judge.offer.isVisible)
    assert rank.by_judge.told.text() == "0 pairs compared. 24 were stopped."
    assert desk.rows(JUDGES) == [(0,)]


def test_escape_closes_the_dialog_and_keyboard_reaches_the_offer(desk: Desk) -> None:
    window = opened(desk, 12, Lane("judge", ECHO, "strict"))
    rank = by_judge(desk)
    desk.until(lambda: rank.by_judge.offer.text().startswith("Let strict compare"))
    rank.enter()
    assert rank.by_judge.offer.hasFocus()
    desk.press(Qt.Key.Key_Space)
    asked = dialog(desk)
    desk.press(Qt.Key.Key_Escape, on=asked)
    desk.until(lambda: window.dialogs.judge is None)


def test_another_prompt_has_its_own_verdicts_of_judges(desk: Desk) -> None:
    window = opened(desk, 40, Lane("judge", ECHO, "strict"), compared=True)
    rank = by_judge(desk)
    desk.until(lambda: rank.pill.text() == "40 verdicts of judge")
    window.new_prompt()
    desk.rest()
    desk.press(Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    desk.until(lambda: rank.instead.text() == NOTHING and rank.instead.isVisible())
    assert rank.pill.isHidden()
    assert rank.table.isHidden()
    assert rank.by_judge.offer.text() == OFFER
