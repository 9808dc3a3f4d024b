"""The list of check results: states by sign and word, reasons, word diffs and places."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.lanes_support import screen, theme
from tests.ui.looks import change_mode
from workbench.core.cases import Check, json_text
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.testing.grid import OverruledCheck
from workbench.ui.widgets.check_results import CheckResultList, checks_summary, excerpt
from workbench.ui.widgets.theme import Theme

__all__ = ["screen", "theme"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
ANSWER = "Your order 123 is on its way.\nIt arrives on <b>Friday</b>."
CHECKS = (
    Check("contains", value='"on its way"'),
    Check("starts-with", value='"Our order"'),
    Check("llm-rubric", value='"is polite"'),
    Check("assert-set", checks=(Check("contains", value='"Friday"'), Check("is-json"))),
)
RESULTS = tuple(evaluate(check, CheckedAnswer(ANSWER)) for check in CHECKS)


@pytest.fixture
def shown(theme: Theme, screen: Callable[[QWidget], QWidget]) -> CheckResultList:
    made = CheckResultList(theme)
    made.resize(420, 600)
    screen(made)
    return made


def test_rows_have_state_words_reason_and_place(shown: CheckResultList) -> None:
    shown.show_results(CHECKS, RESULTS, text=ANSWER)
    told = shown.told()
    assert told[:4] == [
        "pass",
        "contains “on its way”",
        "The answer contains “on its way”.",
        "Place: Your order 123 is on its way. It arrives on <b>Friday</b>.",
    ]
    assert told[4:8] == [
        "fail",
        "begins with “Our order”",
        "The answer does not begin with “Our order”.",
        "Expected Our order, found Your orde",
    ]
    assert told[8] == "unscored"
    assert [row.depth for row in shown.rows()] == [0, 0, 0, 0, 1, 1]
    assert [row.number for row in shown.rows()] == [0, 1, 2, 3, None, None]


def test_state_is_told_by_sign_and_word(shown: CheckResultList) -> None:
    shown.show_results(CHECKS, RESULTS)
    badges = [one.text() for one in shown.findChildren(QLabel) if one.text()[:1] in "✓✗?"]
    assert badges == ["✓ pass", "✗ fail", "? unscored", "✗ fail", "✓ pass", "✗ fail"]


def test_text_of_the_answer_is_never_markup(shown: CheckResultList) -> None:
    shown.show_results(CHECKS, RESULTS, text=ANSWER)
    rich = [one.text() for one in shown.findChildren(QLabel) if one.textFormat() == Qt.TextFormat.RichText]
    assert rich
    assert not any("<b>" in one for one in rich)


def test_decision_of_a_person_counts_and_is_told(shown: CheckResultList) -> None:
    decided = OverruledCheck("hash", "pass", "It says so elsewhere", "2026-01-02T00:00:00Z")
    shown.show_results(CHECKS, RESULTS, (None, decided, OverruledCheck("hash", "none", "", "")))
    assert [row.state for row in shown.rows()[:3]] == ["pass", "pass", "unscored"]
    assert "You decided: pass. The check said: fail. Note: It says so elsewhere" in shown.told()


def test_place_can_be_shown_in_the_answer(shown: CheckResultList, qtbot: QtBot) -> None:
    shown.show_results(CHECKS, RESULTS, can_show_places=True)
    button = next(one for one in shown.findChildren(QPushButton) if one.text() == "Show")
    with qtbot.waitSignal(shown.place_wanted) as signal:
        button.click()
    assert ANSWER[slice(*signal.args)] == "on its way"


def test_new_results_replace_the_old_ones_in_another_theme_too(theme: Theme, shown: CheckResultList) -> None:
    shown.show_results(CHECKS, RESULTS)
    shown.show_results(CHECKS[:1], RESULTS[:1])
    assert shown.told() == ["pass", "contains “on its way”", "The answer contains “on its way”."]
    change_mode(theme, "dark")
    assert shown.told() == ["pass", "contains “on its way”", "The answer contains “on its way”."]


def test_thousand_results_are_shortened(shown: CheckResultList, qtbot: QtBot) -> None:
    shown.show_results(CHECKS[:1] * 1000, RESULTS[:1] * 1000)
    # They are made some at a time, so that the window stays responsive.
    assert len(shown.told()) < 60
    qtbot.waitUntil(lambda: shown.told()[-1] == "and 940 more")
    assert len(shown.rows()) == 1000


@pytest.mark.parametrize(
    ("states", "summary"),
    [
        ("pp", ("pass", "2/2 checks", "")),
        ("p", ("pass", "1/1 check", "")),
        ("puf", ("fail", "1/3 checks", "reason 2")),
        ("pu", ("unscored", "1/2 checks", "reason 1")),
    ],
)
def test_summary_names_the_first_failure(states: str, summary: tuple[str, str, str]) -> None:
    names = {"p": "pass", "f": "fail", "u": "unscored"}
    results = [CheckResult(names[one], None, f"reason {at}") for at, one in enumerate(states)]  # type: ignore[arg-type]
    assert checks_summary(results) == summary


def test_excerpt_is_one_line_around_the_place() -> None:
    text = "a" * 100 + "\nfound\n" + "b" * 100
    assert excerpt(text, (101, 106)) == (f"…{'a' * 59} ", "found", f" {'b' * 59}…")
    assert excerpt("found", (0, 5)) == ("", "found", "")
    before, found, after = excerpt("x" * 1000, (0, 1000))
    assert (before, len(found), after) == ("", 301, "")


def test_hostile_texts_are_shown_harmlessly(shown: CheckResultList) -> None:
    hostile = "\ud83d\u202e<img src=x>\x00\x1b[31m" + "x" * 5000
    check = Check("equals", value=json_text(hostile), metric=hostile)
    result = CheckResult("fail", 0.0, hostile, (0, 3000), hostile, hostile[::-1])
    placed = CheckResult("pass", 1.0, hostile, (0, 3000))
    shown.show_results((check, check), (result, placed), (OverruledCheck("h", "pass", hostile, ""), None), text=hostile)
    told = "".join(shown.told())
    assert "\\ud83d\\u202e<img src=x>␀␛[31m" in told
    assert not {"\ud83d", "\u202e", "\x00", "\x1b"} & set(told)
