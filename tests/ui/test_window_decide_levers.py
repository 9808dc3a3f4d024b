"""What the buttons of the levers prepare in the real window: the draft, a dialog, or the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.app.decide.standin_decisions import StandInDecisions
from tests.ui.decide_support import ALT, entered, fill, over, shown
from tests.ui.desk import Desk
from tests.usecases.decide import scenarios as stored
from tests.usecases.decide.histories import POLITE, Col, History
from workbench.app.decide.source import PromptDecision
from workbench.core.content import Content, Message
from workbench.core.decide.decision import Action
from workbench.core.decide.rules import decide_rules
from workbench.core.lanes import LITELLM
from workbench.core.testing.grid import CaseSetName
from workbench.ui.features.improve.dialog import ImproveDialog
from workbench.ui.features.judges.label_dialog import LabelDialog
from workbench.ui.features.testing.facts_dialog import FactsDialog
from workbench.ui.features.testing.view import TestView

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
BEFORE = Content((Message("system", "Be brief."), Message("user", "{{order}}")))


@pytest.fixture
def source() -> Iterator[StandInDecisions]:
    made = StandInDecisions()
    with over(made):
        yield made


def take(desk: Desk, lever: str) -> Action:
    """Press the button of a lever over a short draft, and return what it prepares by the rules."""
    action = next(one.action for one in decide_rules().levers if one.id == lever)
    assert action is not None
    view = shown(desk)
    desk.window.session.put_back(replace(desk.window.draft(), content=BEFORE))
    view.action_wanted.emit(action)
    return action


@pytest.mark.parametrize("lever", ["instructions", "steps", "decomposition"])
def test_technique_is_inserted_into_the_draft(desk: Desk, source: StandInDecisions, lever: str) -> None:
    take(desk, lever)
    window = desk.window
    desk.until(lambda: window.draft().content != BEFORE)
    assert window.views.shown == "compose"
    text = "".join(message.text for message in window.draft().content.messages)
    assert "Be brief." in text
    assert len(text) > len("Be brief.{{order}}")


def test_examples_without_winners_are_an_empty_one_to_fill_in(desk: Desk, source: StandInDecisions) -> None:
    take(desk, "examples")
    window = desk.window
    desk.until(lambda: len(window.draft().content.examples) == 1)
    assert window.views.shown == "compose"
    assert "".join(window.shown_notice.lines()).startswith("No winner is marked that could be an example.")


def test_schema_is_added_to_the_draft(desk: Desk, source: StandInDecisions) -> None:
    take(desk, "schema")
    window = desk.window
    desk.until(lambda: window.draft().content.output is not None)
    assert window.views.shown == "compose"
    assert window.draft().content.messages == BEFORE.messages


@pytest.mark.parametrize("lever", ["optimiser", "shorter"])
def test_proposals_and_a_shorter_prompt_open_the_improvement(desk: Desk, source: StandInDecisions, lever: str) -> None:
    take(desk, lever)
    desk.until(lambda: desk.window.dialogs.find(ImproveDialog) is not None)
    assert desk.window.views.shown == "compose"
    dialog = desk.window.dialogs.find(ImproveDialog)
    assert dialog is not None
    dialog.reject()
    desk.until(lambda: desk.window.dialogs.find(ImproveDialog) is None)


def test_facts_are_pasted_into_cases_that_fail_everywhere(desk: Desk) -> None:
    fill(desk, stored.stubborn)
    view = shown(desk)
    view.head.steps[0].click()
    desk.until(lambda: desk.window.dialogs.find(FactsDialog) is not None)
    assert desk.window.views.shown == "test"
    dialog = desk.window.dialogs.find(FactsDialog)
    assert dialog is not None
    dialog.reject()
    desk.until(lambda: desk.window.dialogs.find(FactsDialog) is None)


def lacking(desk: Desk, sign: str) -> TestView:
    """Take the first step of a history in which most cases lack a result, and return the tests."""

    def make(history: History) -> None:
        history.version()
        history.cases(40)
        history.test(Col("+" * 4 + "-" * 3 + sign * 33))

    fill(desk, make)
    shown(desk).head.steps[0].click()
    desk.until(lambda: desk.window.views.shown == "test")
    view = desk.window.views.page("test")
    assert isinstance(view, TestView)
    return view


def test_unscored_cases_are_listed_in_the_tests_and_checked_again(desk: Desk) -> None:
    view = lacking(desk, "?")
    window = desk.window
    desk.until(lambda: view.suites.query.rows == "unscored" and view.suites.model.rowCount() == 33)
    desk.until(lambda: "The reason stands beside each answer." in "".join(window.shown_notice.lines()))
    window.shown_notice.press()
    desk.until_rows([(2,)], "SELECT count(*) FROM scorings")
    desk.until(lambda: not view.suites.is_running)


def test_cases_without_an_answer_are_listed_in_the_tests(desk: Desk) -> None:
    view = lacking(desk, "0")
    desk.until(lambda: view.suites.query.rows == "no_answer" and view.suites.model.rowCount() == 33)


def test_labels_for_the_judge_of_a_hold_out_are_those_where_the_person_tuned(desk: Desk) -> None:
    def make(history: History) -> None:
        history.version()
        history.cases(40, 40)
        history.goals(target=0.7)
        sets: tuple[tuple[CaseSetName, int], ...] = (("tuning", 0), ("holdout", 40))
        for set_name, first in sets:
            run = history.test(Col("p" * 39 + "n"), set_name=set_name, first=first, checks=(POLITE,))
            history.judge(run, "acme-judge")

    fill(desk, make)
    view = shown(desk)
    window = desk.window
    desk.press(Qt.Key.Key_2, ALT)
    tests = window.views.page("test")
    assert isinstance(tests, TestView)
    tests.suites.choose_set("holdout")
    desk.until(lambda: tests.suites.run is not None and tests.suites.run.set_name == "holdout")
    entered(desk)
    assert view.head.headline.text() == "Measure the judge first: label 50 answers drawn at random."
    view.head.steps[0].click()
    desk.until(lambda: window.dialogs.find(LabelDialog) is not None)
    assert tests.suites.set_name == "tuning"
    dialog = window.dialogs.find(LabelDialog)
    assert dialog is not None
    dialog.reject()
    desk.until(lambda: window.dialogs.find(LabelDialog) is None)


def test_the_decision_follows_the_lanes_of_the_draft(desk: Desk, source: StandInDecisions) -> None:
    """The lanes tell which models the prompt uses; they are stored before the decision is read."""
    shown(desk)
    window = desk.window
    stored: list[int] = []
    read = source.read

    def remembered(prompt: str) -> PromptDecision:
        draft = window.store.draft(prompt)
        stored.append(0 if draft is None else len(draft.lanes))
        return read(prompt)

    source.read = remembered  # type: ignore[method-assign]
    desk.press(Qt.Key.Key_1, ALT)
    lanes = window.draft().lanes
    window.session.put_back(replace(window.draft(), lanes=(*lanes, replace(lanes[0], slot="one-more"))))
    assert stored == []
    entered(desk)
    desk.until(lambda: stored == [len(lanes) + 1])
    # Without a change there is nothing to read.
    desk.press(Qt.Key.Key_1, ALT)
    entered(desk)
    assert len(stored) == 1
    # A change beside the open page is read at once.
    window.lane_list.set_model(lanes[0].slot, LITELLM, "gpt-4o")
    desk.until(lambda: len(stored) == 2)
