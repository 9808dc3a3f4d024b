"""The judging queue of Rank in the real window: keys, undo, and the stored verdicts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QTextDocument
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from tests import depth
from tests.ui.blind_support import shown_texts
from tests.ui.desk import Desk
from tests.ui.rank_support import ALT, CTRL, PAIRS, judging, opened_over, ready, view
from tests.usecases.judged_history import MODELS, kept_texts

pytestmark = pytest.mark.window
Key = Qt.Key


def test_verdicts_given_by_keys_in_a_judging_session_are_stored(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    view(desk)
    judging(desk)
    sittings = window.judging_session
    assert not window.sidebar.isVisible()
    shown = []
    for key in (Key.Key_1, Key.Key_2, Key.Key_0, Key.Key_Minus):
        ready(desk)
        assert sittings.shown is not None
        shown.append((sittings.shown.pair.left, sittings.shown.pair.right))
        desk.press(key)
    desk.until(lambda: len(desk.rows(PAIRS)) == 4)
    stored = desk.rows(
        "SELECT kind, blind, (SELECT group_concat(uid || ' ' || coalesce(place, '-'), ' ') FROM (SELECT uid, place FROM"
        " verdict_outputs JOIN outputs ON outputs.id = output_id WHERE verdict_id = verdicts.id ORDER BY shown))"
        " FROM verdicts ORDER BY verdicts.id"
    )
    expected = [("winner", 1, 2), ("winner", 2, 1), ("tie", 1, 1), ("all_bad", "-", "-")]
    assert stored == [
        (kind, 1, f"{left} {one} {right} {other}")
        for (kind, one, other), (left, right) in zip(expected, shown, strict=True)
    ]
    assert window.rank_view is not None
    assert window.rank_view.judging.progress.full() == "4 judged in this session"
    desk.press(Key.Key_Escape)
    assert not window.is_judging
    assert window.sidebar.isVisible()
    desk.until(lambda: window.rank_view is not None and window.rank_view.pill.text() == "4 verdicts · 4 blind")


@pytest.mark.parametrize("key", [(Key.Key_Z,), (Key.Key_Z, CTRL)], ids=["z", "ctrl-z"])
def test_undo_withdraws_the_verdict_and_shows_the_pair_again(desk: Desk, key: tuple[Qt.Key, ...]) -> None:
    window = opened_over(desk, 12, judged=False)
    view(desk)
    judging(desk)
    sittings = window.judging_session
    first = sittings.shown
    desk.press(Key.Key_1)
    ready(desk)
    second = sittings.shown
    desk.press(*key)
    assert sittings.shown is first
    desk.until(lambda: [kind for (kind,) in desk.rows(PAIRS)] == ["winner", "none"])
    desk.press(Key.Key_2)
    assert sittings.shown is second
    desk.until(lambda: [kind for (kind,) in desk.rows(PAIRS)] == ["winner", "none", "winner"])
    assert window.store.judgements.verdicts(window.prompt_uid)[0].outputs[1].place == 1


def test_judging_restarts_by_key_after_esc(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    page = view(desk).judging
    judging(desk)
    desk.press(Key.Key_1)
    ready(desk)
    desk.press(Key.Key_Escape)
    assert not window.is_judging
    desk.press(Key.Key_J)
    assert window.is_judging
    ready(desk)
    page.skip.setFocus(Qt.FocusReason.TabFocusReason)
    desk.until(lambda: len(desk.rows(PAIRS)) == 1)
    # The focus only returns, as when a menu closes: keys that record nothing work, verdict keys do not.
    for event in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):
        QApplication.sendEvent(page.skip, QFocusEvent(event, Qt.FocusReason.PopupFocusReason))
    desk.press(Key.Key_P)
    assert page.prompt_toggle.text().startswith("▾ Prompt")
    desk.press(Key.Key_2)
    desk.window.store.set_meta("written", "").result(60)
    desk.until(lambda: len(desk.rows(PAIRS)) == 1)


def test_judging_page_shows_no_model_or_version(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False, answer="An answer. {number}")
    view(desk)
    judging(desk)
    secrets = [name.split("/")[1] for name in MODELS] + ["#1", "#2", "#3", "$0."]
    texts = [text for widget, text in shown_texts(window.frame) if isinstance(widget, QWidget) and widget.isVisible()]
    assert [text for text in texts if any(secret in text for secret in secrets)] == []


def test_pair_is_skipped_by_key_and_restored_by_undo(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    rank = view(desk)
    judging(desk)
    sittings = window.judging_session
    first = sittings.shown
    assert not rank.judging.undo.isEnabled()
    desk.press(Key.Key_S)
    ready(desk)
    assert sittings.shown is not first
    assert rank.judging.progress.full() == "0 judged in this session"
    desk.press(Key.Key_Z)
    assert sittings.shown is first
    desk.press(Key.Key_1)
    ready(desk)
    second = sittings.shown
    rank.judging.skip.click()
    ready(desk)
    assert sittings.shown is not second
    desk.until(lambda: desk.rows(PAIRS) == [("winner",)])


def test_prompt_stays_unfolded_from_pair_to_pair(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    page = view(desk).judging
    judging(desk)
    assert not page.prompt.isVisible()
    desk.press(Key.Key_P)
    desk.until(lambda: page.prompt.toPlainText())
    assert page.prompt.isVisible()
    assert page.prompt_toggle.text().startswith("▾ Prompt")
    told = page.prompt.toPlainText()
    for _ in range(3):
        desk.press(Key.Key_1)
        ready(desk)
        assert page.prompt.toPlainText() == told
    desk.press(Key.Key_P)
    assert not page.prompt.isVisible()
    assert window.is_judging


def test_prompt_and_values_of_a_pair_cannot_be_edited(desk: Desk) -> None:
    opened_over(desk, 12, judged=False)
    page = view(desk).judging
    judging(desk)
    desk.press(Key.Key_P)
    desk.until(lambda: page.prompt.toPlainText())
    for field in (page.prompt, page.values):
        field.setFocus()
        assert QApplication.focusWidget() is field
        told = field.toPlainText()
        desk.type("x")
        desk.press(Key.Key_Backspace)
        desk.press(Key.Key_Return)
        desk.ctrl(Key.Key_A)
        desk.press(Key.Key_Delete)
        assert field.toPlainText() == told


def test_names_of_the_last_pair_are_revealed_on_demand_after_the_verdict(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    page = view(desk).judging
    judging(desk)
    sittings = window.judging_session
    assert sittings.shown is not None
    assert sittings._sitting is not None
    left, right = sittings._sitting.who(sittings.shown.pair)
    desk.press(Key.Key_2)
    ready(desk)
    assert not page.last.isVisible()
    desk.press(Key.Key_R)
    assert page.last.isVisible()
    assert page.last.full() == f"Last pair: left {left}, right {right}; you chose {right}."
    desk.press(Key.Key_0)
    ready(desk)
    assert "you marked a tie" in page.last.full()
    desk.press(Key.Key_Z)
    assert page.last.full() == "Nothing judged yet.", "a pair to be judged again is blind"


def test_judging_session_connects_the_entrants_of_the_current_grouping(desk: Desk) -> None:
    window = opened_over(desk, 20, versions=5, judged=False)
    rank = view(desk)
    window.actions["group_version"].trigger()
    desk.until(lambda: rank.group.text().startswith("Group by version"))
    judging(desk)
    for _ in range(8):
        ready(desk)
        desk.press(Key.Key_1)
    desk.until(lambda: len(desk.rows(PAIRS)) == 8)
    desk.press(Key.Key_Escape)
    desk.until(lambda: len(rank.table_model.rows) == 5)
    assert not any("No verdict connects" in text for text in rank.remarks())


def test_every_pair_is_shown_from_the_start(desk: Desk) -> None:
    long = "# Order {order}, {number}\n\n" + "It is **on its way**, as version {version} says.\n\n" * 60
    window = opened_over(desk, 12, judged=False, answer=long)
    view(desk)
    judging(desk)
    page = window.rank_view
    assert page is not None
    for side in (page.judging.left, page.judging.right):
        assert side.reading.mode == "markdown"
    (shown,) = page.judging.left.reading.tab_stops()
    assert isinstance(shown, QAbstractScrollArea)
    bar = shown.verticalScrollBar()
    desk.until(lambda: bar.maximum() > 0)
    assert bar.value() == 0
    desk.press(Key.Key_PageDown)
    assert bar.value() > 0
    desk.press(Key.Key_1)
    ready(desk)
    assert bar.value() == 0


def test_leaving_the_view_ends_the_judging_session_and_keeps_verdicts(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    view(desk)
    judging(desk)
    desk.press(Key.Key_1)
    desk.press(Key.Key_1, ALT)
    assert window.views.shown == "compose"
    assert not window.is_judging
    assert window.sidebar.isVisible()
    desk.until(lambda: len(desk.rows(PAIRS)) == 1)


def test_judging_without_pairs_shows_a_message(desk: Desk) -> None:
    window = desk.open()
    window.actions["judge"].trigger()
    assert window.views.shown == "rank"
    page = window.rank_view
    assert page is not None
    desk.until(lambda: "No pairs to compare" in page.judging.message.text())
    assert not page.judging.verdicts[0].isEnabled()
    assert page.judging.end.hasFocus() or QApplication.focusWidget() is not None
    desk.press(Key.Key_Escape)
    assert page.currentWidget() is page.ranking


MARKDOWN = "# Order {order}\n\nIt is **on its way**:\n\n- says {version}\n- in answer {number}\n\n| a |\n|---|\n| 1 |\n"


@pytest.mark.deep
def test_memory_of_a_judging_session_does_not_grow_with_its_length(desk: Desk) -> None:
    window = opened_over(desk, 60, judged=False, answer=MARKDOWN)
    view(desk)
    judging(desk)
    sittings, page = window.judging_session, window.rank_view
    assert page is not None

    def judge(count: int) -> tuple[int, int]:
        """Judge `count` pairs and return the numbers of documents and widgets of the page."""
        for number in range(count):
            ready(desk)
            desk.press((Key.Key_1, Key.Key_2, Key.Key_0)[number % 3])
        ready(desk)
        desk.until(lambda: len(desk.rows(PAIRS)) == sittings.judged)
        documents = page.judging.findChildren(QTextDocument)
        blocks = sum(document.blockCount() > 50 for document in documents)
        assert not any(document.isUndoAvailable() for document in documents)
        assert not blocks
        return len(documents), len(page.judging.findChildren(QWidget))

    early, late = judge(22), judge(depth.pick(22, 90))
    assert late == early
    # Undo, prefetched, shown, and being read; a thread releases the last ones later.
    outputs = {uid for (uid,) in desk.rows("SELECT uid FROM outputs")}
    assert len(outputs) == 120
    desk.until(lambda: 0 < kept_texts(outputs) <= 20 + 4 + 2)


def test_undo_can_revert_a_complete_judging_session(desk: Desk) -> None:
    window = opened_over(desk, 30, judged=False)
    view(desk)
    judging(desk)
    sittings = window.judging_session
    pairs = []
    for _ in range(25):
        ready(desk)
        assert sittings.shown is not None
        pairs.append(sittings.shown.pair)
        desk.press(Key.Key_1)
    ready(desk)
    for pair in reversed(pairs):
        desk.press(Key.Key_Z)
        desk.until(lambda: sittings.state == "showing")
        assert sittings.shown is not None
        assert sittings.shown.pair is pair
        assert sittings.shown.left
    assert sittings.judged == 0
    desk.until(lambda: len(desk.rows(PAIRS)) == 50)
    assert desk.window.store.judgements.verdicts(window.prompt_uid) == []
