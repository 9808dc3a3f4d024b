"""Megabytes of text: background work on them does not block the window."""

from __future__ import annotations

import gc
import sys
import time
from typing import Any

import pytest
from PySide6.QtCore import Qt

from tests.patience import PATIENCE_S
from tests.ui.desk import ECHO, Desk
from workbench.app.thread_switching import PIECES, SWITCH_S
from workbench.core.changes import Change, count_change
from workbench.core.content import Content, Message
from workbench.store.runs import output_endings, run_starts


def test_while_a_run_is_recorded_the_window_gets_the_lock_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, object]] = []

    def count(old: Content | None, new: Content) -> Change:
        # The window shortens it just after it has requested the run, and the writer thread can be faster.
        patience = time.monotonic() + PATIENCE_S
        while sys.getswitchinterval() > 2 * SWITCH_S and time.monotonic() < patience:
            pass
        seen.append((gc.get_threshold(), sys.getswitchinterval()))
        return count_change(old, new)

    monkeypatch.setattr(run_starts, "count_change", count)
    # Before the window starts, because other background work changes them too.
    before, thresholds = sys.getswitchinterval(), gc.get_threshold()
    window = desk.open(ECHO)
    for letter in "ab":
        window.editor.focus_first()
        desk.type(letter)
        desk.run()
        desk.until(lambda: gc.get_threshold() == thresholds)
        assert sys.getswitchinterval() == pytest.approx(before)
    assert seen == [(PIECES, pytest.approx(SWITCH_S))] * 2


def test_a_run_that_is_refused_ends_that_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def count(old: Content | None, new: Content) -> Change:
        raise OSError(f"{len(new.messages)} messages are too many")

    monkeypatch.setattr(run_starts, "count_change", count)
    before, thresholds = sys.getswitchinterval(), gc.get_threshold()
    window = desk.open(ECHO)
    window.editor.focus_first()
    desk.type("a")
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(window.notice.isVisible)
    desk.until(lambda: gc.get_threshold() == thresholds)
    assert sys.getswitchinterval() == pytest.approx(before)


def test_of_a_very_long_prompt_the_end_is_written_like_that_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    finish = output_endings.finish_output

    def finish_noted(*arguments: Any) -> Any:
        seen.append(sys.getswitchinterval())
        return finish(*arguments)

    monkeypatch.setattr(output_endings, "finish_output", finish_noted)
    before = sys.getswitchinterval()
    window = desk.open()
    window.editor.set_content(Content((Message("user", "Words of a long text.\n" * 10_000),)))
    window.editor.focus_first()
    desk.type("a")
    desk.run()
    assert seen == [pytest.approx(SWITCH_S)] * len(seen)
    assert seen
    desk.until(lambda: sys.getswitchinterval() == pytest.approx(before))
