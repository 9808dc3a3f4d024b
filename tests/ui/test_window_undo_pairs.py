"""Verdicts about pairs in a judging session of the real window are undone and redone in order."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from tests.ui.rank_support import PAIRS, judging, opened, ready, view
from tests.ui.verdict_support import failing_store, press_notice, redo, said, undo
from tests.usecases.judged_history import runs
from workbench.app.rank.judging_session import AHEAD
from workbench.core.ranking.davidson import fit
from workbench.core.ranking.judgements import compare
from workbench.usecases.entrants import judgement_of
from workbench.usecases.judging_session import KEPT, JudgingSession, ShownPair

pytestmark = pytest.mark.window
Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def test_pair_verdicts_are_shown_undone_and_redone(desk: Desk) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 12, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    first = sittings.shown
    for key, words in ((Key.Key_1, "Left marked better"), (Key.Key_0, "Marked as a tie"), (Key.Key_Minus, "Both ma")):
        desk.press(key)
        ready(desk)
        assert desk.notice().startswith(words)
    for key in (Key.Key_Z, Key.Key_Z):
        desk.press(key, CTRL)
        assert desk.notice().startswith("Undone: ")
    press_notice(window)
    assert desk.notice() == "Marked as a tie"
    press_notice(window)
    desk.press(Key.Key_Z, CTRL)
    assert sittings.shown is first
    redo(desk)
    ready(desk)
    assert desk.notice() == "Left marked better"
    kinds = ["winner", "tie", "all_bad", "none", "none", "tie", "none", "none", "winner"]
    desk.until(lambda: [kind for (kind,) in desk.rows(PAIRS)] == kinds)
    desk.press(Key.Key_2)
    ready(desk)
    redo(desk)
    assert sittings.judged == 2, "a new verdict clears redo"
    desk.press(Key.Key_Escape)
    assert said(desk) == ""


def test_failed_undo_keeps_the_pair_judged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 12, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    desk.press(Key.Key_1)
    ready(desk)
    shown = sittings.shown
    monkeypatch.setattr(window.store.judgements, "take_back", failing_store)
    undo(desk)
    desk.until(lambda: desk.notice() == "The disk is full.")
    assert (sittings.shown, sittings.judged, sittings.can_redo) == (shown, 1, False)


@pytest.mark.deep(only=True)
def test_failed_undos_of_pairs_keep_their_verdicts_and_the_shown_pair(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 30, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    for _ in range(KEPT + 2):
        desk.press(Key.Key_1)
        ready(desk)
    shown = sittings.shown
    monkeypatch.setattr(window.store.judgements, "take_back", failing_store)
    desk.press(Key.Key_Z)
    desk.until(lambda: desk.notice() == "The disk is full.")
    assert (sittings.shown, sittings.state, sittings.judged) == (shown, "showing", KEPT + 2)
    assert not sittings.can_redo
    window.notice.clear("problem")
    # Several at once; the older ones are no longer in memory, so their texts are read first.
    for _ in range(KEPT + 1):
        sittings.undo()
    assert sittings.state == "returning"
    desk.until(lambda: sittings.judged == KEPT + 2 and sittings.state == "showing")
    assert sittings.shown is shown
    monkeypatch.undo()
    desk.press(Key.Key_2)
    desk.press(Key.Key_Z)
    assert sittings.shown is shown
    desk.press(Key.Key_Z)
    kinds = ["winner"] * (KEPT + 3) + ["none"] * 2
    desk.until(lambda: [kind for (kind,) in desk.rows(PAIRS)] == kinds)


@pytest.mark.deep(only=True)
def test_verdict_is_ignored_and_redo_kept_while_a_pair_is_reloaded(desk: Desk) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 30, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    for _ in range(KEPT + 1):
        desk.press(Key.Key_1)
        ready(desk)
    for _ in range(KEPT + 1):
        sittings.undo()
    assert sittings.state == "returning"
    assert not sittings.judge("tie")
    ready(desk)
    assert sittings.can_redo
    redo(desk)
    assert (sittings.judged, desk.notice()) == (1, "Left marked better")


@pytest.mark.parametrize("key", [pytest.param(Key.Key_S, marks=pytest.mark.deep(only=True)), Key.Key_Minus])
def test_pairs_after_one_without_a_preference_stay_connected(desk: Desk, key: Qt.Key) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 12, versions=5, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session

    def groups() -> int:
        one = sittings._sitting
        assert one is not None
        stored = window.store.judgements.verdicts(window.prompt_uid)
        return len(fit(compare(judgement_of(verdict, one._maker) for verdict in stored)).groups)

    desk.until(lambda: len(sittings._ahead) == AHEAD)
    desk.press(key)
    ready(desk)
    desk.press(Key.Key_1)
    for number in range(2, 6):
        ready(desk)
        desk.press(Key.Key_1)
        desk.until(lambda number=number: [kind for (kind,) in desk.rows(PAIRS)].count("winner") == number)
        assert groups() == 1, number


def test_skip_is_undone_and_redone_in_order(desk: Desk) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 30, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    pairs = []
    for key in (Key.Key_1, Key.Key_S, Key.Key_Minus):
        pairs.append(sittings.shown)
        desk.press(key)
        ready(desk)
    undo(desk)
    assert (sittings.shown, desk.notice()) == (pairs[2], "Undone: Both marked bad")
    undo(desk)
    assert sittings.shown is pairs[1]
    assert said(desk) == "", "its Redo would repeat the skip, not the verdict in the notice"
    undo(desk)
    assert (sittings.shown, sittings.judged) == (pairs[0], 0)
    for after, judged in ((pairs[1], 1), (pairs[2], 1)):
        redo(desk)
        ready(desk)
        assert (sittings.shown, sittings.judged) == (after, judged)
    redo(desk)
    assert (sittings.judged, said(desk)) == (2, "Both marked bad")
    assert not sittings.can_redo


def test_pair_being_prepared_during_a_skip_is_discarded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 30, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    desk.until(lambda: len(sittings._ahead) == AHEAD)
    prepare, go_on, prepared = JudgingSession.prepare, threading.Event(), list[ShownPair | None]()

    def slow(one: JudgingSession) -> ShownPair | None:
        found = prepare(one)
        prepared.append(found)
        assert go_on.wait(60)
        return found

    monkeypatch.setattr(JudgingSession, "prepare", slow)
    desk.press(Key.Key_1)
    desk.until(lambda: prepared)
    desk.press(Key.Key_S)
    go_on.set()
    desk.until(lambda: len(sittings._ahead) == AHEAD)
    assert not any(one is prepared[0] for one in (sittings.shown, *sittings._ahead))


def test_pairs_prefetched_while_a_skip_was_undone_are_discarded_by_its_redo(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(desk, lambda store, prompt: runs(store, prompt, 30, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    desk.until(lambda: len(sittings._ahead) == AHEAD)
    prepare, go_on = JudgingSession.prepare, threading.Event()

    def held(one: JudgingSession) -> ShownPair | None:
        assert go_on.wait(60)
        return prepare(one)

    monkeypatch.setattr(JudgingSession, "prepare", held)
    desk.press(Key.Key_S)
    assert sittings.state == "waiting"
    undo(desk)
    go_on.set()
    desk.until(lambda: len(sittings._ahead) == AHEAD)
    prefetched = list(sittings._ahead)
    redo(desk)
    desk.until(lambda: sittings.state == "showing" and len(sittings._ahead) == AHEAD)
    assert not any(one is early for early in prefetched for one in (sittings.shown, *sittings._ahead))
