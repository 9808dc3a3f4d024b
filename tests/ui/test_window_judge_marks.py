"""What a judge said of the shown answers, in the lanes of the real window: apart from the winner that people mark."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from tests.store.making import LATER
from tests.ui.desk import Desk
from tests.ui.driver import WindowDriver
from tests.ui.rank_support import fill
from tests.usecases.judged_history import runs
from tests.usecases.judged_pairs import compared
from workbench.core.lanes import ECHO, Lane
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.store import Store
from workbench.store.judging.judge_pairs import Better
from workbench.ui.features.lanes.footer import LaneFooter

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]
MODELS = ("openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "acme/large")
EQUAL = {"models": {"strict": [{"text": json.dumps({"reason": "Alike.", "better": "equal"})}]}}
ANSWER = "Order {order}, says {model} by version {version}: {number}."
PEOPLE = "SELECT count(*) FROM verdicts WHERE kind <> 'judge'"


def opened(desk: Desk, count: int, judged: int, *, people: bool = True, blind: bool = False) -> WindowDriver:
    """Open `count` runs of three models; in the newest `judged` a judge prefers the first to the second, and finds the
    third as good."""

    def make(store: Store, prompt: str) -> None:
        outputs = runs(store, prompt, count, versions=1, models=MODELS, judged=people, answer=ANSWER)
        pairs: list[tuple[str, str, Better]] = []
        for place in range(count - judged, count):
            first, second, third = outputs[3 * place : 3 * place + 3]
            pairs += [(first, second, "first"), (third, first, "neither")]
        if pairs:
            compared(store, prompt, pairs)
        settings = SuiteSettings(judge=JudgeSettings(Lane("judge", ECHO, "strict")))
        store.tests.save_settings(prompt, settings, LATER).result(60)

    fill(desk.db, make)
    if blind:
        with closing(sqlite3.connect(desk.db)) as connection, connection:
            connection.execute("UPDATE runs SET blind = 1 WHERE kind = 'iteration'")
    return desk.open(EQUAL)


def show(desk: Desk, place: int = 0) -> None:
    """Show the iteration at `place`, from the newest."""
    desk.window.view_row(desk.timeline()[place].uid)
    desk.until(lambda: all(footer(desk, slot).winner.isEnabled() for slot in desk.window.slots()))


def footer(desk: Desk, slot: str) -> LaneFooter:
    column = desk.window.lanes.column(slot)
    assert column is not None
    return column.footer


def lines(desk: Desk) -> list[str]:
    """Return the line of the judge below each shown lane, "" for none."""
    shown = [footer(desk, slot).judged for slot in desk.window.slots()]
    return [one.candidates()[0] if one.isVisible() else "" for one in shown]


def test_a_judge_is_named_below_each_answer_that_it_compared_and_marks_no_winner(desk: Desk) -> None:
    window = opened(desk, 2, 1, people=False)
    show(desk)
    desk.until(lambda: all(lines(desk)))
    assert lines(desk) == [
        "Judge judge: won 1, tied 1 · unmeasured",
        "Judge judge: worse than gpt-5-mini · unmeasured",
        "Judge judge: tie with gpt-5-mini · unmeasured",
    ]
    first = footer(desk, window.slots()[0])
    assert first.winner.text() == "☆ Winner"
    assert window.verdict.kind == "none"
    tip = first.judged.toolTip()
    for words in ("by: The kinder one.", "Better than claude-haiku-4.5", "Tie with large", "Unmeasured: the judge"):
        assert words in tip
    show(desk, 1)
    desk.until(lambda: lines(desk) == ["", "", ""])


def test_a_winner_of_yours_stands_beside_what_the_judge_says(desk: Desk) -> None:
    window = opened(desk, 1, 1, people=False)
    show(desk)
    desk.until(lambda: all(lines(desk)))
    window.mark(2)
    desk.until_rows([(1,)], PEOPLE)
    desk.rest()
    assert footer(desk, window.slots()[1]).winner.text() == "★ Winner"
    assert lines(desk)[1] == "Judge judge: worse than gpt-5-mini · unmeasured"


def test_a_measured_judge_says_how_often_it_decides_like_you(desk: Desk) -> None:
    opened(desk, 30, 30)
    show(desk)
    desk.until(lambda: all(lines(desk)))
    assert lines(desk)[1] == "Judge judge: worse than gpt-5-mini"
    assert "The judge judge decided like you in " in footer(desk, desk.window.slots()[0]).judged.toolTip()


def test_no_judge_is_shown_while_names_are_hidden(desk: Desk) -> None:
    window = opened(desk, 1, 1, people=False, blind=True)
    show(desk)
    desk.rest()
    assert window.is_blind
    assert lines(desk) == ["", "", ""]
    window.blind_bar.reveal_clicked.emit()
    desk.until(lambda: all(lines(desk)))


def test_verdicts_of_a_judge_appear_in_the_lanes_when_it_ends(desk: Desk) -> None:
    window = opened(desk, 1, 0, people=False)
    show(desk)
    assert lines(desk) == ["", "", ""]
    window.views.show("rank")
    window.command("let_judge_compare")
    desk.until(lambda: window.dialogs.judge is not None and window.dialogs.judge.start.isEnabled())
    assert window.dialogs.judge is not None
    window.dialogs.judge.start.click()
    desk.until_rows([(3,)], "SELECT count(*) FROM verdicts WHERE kind = 'judge'")
    window.views.show("compose")
    desk.until(lambda: lines(desk) == ["Judge strict: tied 2 · unmeasured"] * 3)
