"""The card with the conclusions of a test: the height that it keeps, and what it leaves out."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.features.testing.sentence_card import SentenceCard

SHORT = "Yes."
SENTENCE = "#14 is better than #12: it fixed 14 cases and broke 3."
NARROW, WIDE = 300, 6000


@pytest.fixture
def card(qtbot: QtBot) -> Iterator[SentenceCard]:
    """Yield a card of which the text is NARROW wide."""
    parent = QWidget()
    qtbot.addWidget(parent)
    made = SentenceCard(parent)
    made.say([SHORT])
    parent.show()
    made.resize(NARROW, 400)
    qtbot.waitUntil(lambda: made.text.width() < NARROW)
    yield made
    parent.close()


def lines(card: SentenceCard) -> int:
    """Return how many lines the card keeps free for its text."""
    return round(card.text.minimumHeight() / card.text.fontMetrics().lineSpacing())


@pytest.mark.parametrize("live", [False, True])
def test_card_keeps_room_for_a_usual_conclusion(card: SentenceCard, qtbot: QtBot, live: bool) -> None:
    card.say([SHORT], roomy=False)
    assert lines(card) == 0, "it is no longer than its text when no run can end with a conclusion"
    card.say([SHORT], live=live)
    usual = math.ceil(270 * card.text.fontMetrics().averageCharWidth() / card.text.width())
    assert usual > 4
    assert lines(card) == 4, "two to four lines"
    card.resize(WIDE, 400)
    qtbot.waitUntil(lambda: card.text.width() > NARROW)
    assert lines(card) == 2


def test_card_does_not_shrink_when_its_run_ends(card: SentenceCard) -> None:
    card.say([SHORT], live=True, run_uid="a")
    kept = card.text.minimumHeight()
    card.say([SENTENCE], run_uid="a")
    assert card.text.minimumHeight() == kept
    card.say([SENTENCE], run_uid="b")
    assert card.text.minimumHeight() == kept
    card.say([SENTENCE], run_uid="b", roomy=False)
    assert lines(card) == 0


def test_card_with_little_room_keeps_fewer_lines_and_shows_the_conclusion_alone(card: SentenceCard) -> None:
    card.say([SENTENCE], "On 48 cases.")
    whole = card.text.text()
    assert "fixed 14" in whole
    assert "48 cases" in whole
    card.set_brief(True)
    assert "is better" in card.text.text()
    assert "fixed 14" not in card.text.text()
    card.set_brief(False)
    assert card.text.text() == whole
    card.set_brief(True)
    card.say([SHORT], live=True)
    assert lines(card) == 2
    card.set_low(True)
    assert lines(card) == 1
    card.set_low(False)
    assert lines(card) == 2
