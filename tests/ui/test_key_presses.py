"""A key press refreshes only what it changed; `tests.bench.key_press_files` lists where it goes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from tests.ui.history_support import entered, searched
from workbench.ui.shell.actions import CommandActions

pytestmark = pytest.mark.window


def test_further_letters_of_a_search_do_not_update_the_commands(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    view = entered(desk)
    searched(desk, view, "a")
    desk.rest()
    assert desk.window.actions["save_search"].isEnabled()
    states: list[object] = []
    monkeypatch.setattr(CommandActions, "update", lambda _, state: states.append(state))
    desk.type("b")
    assert states == []
    monkeypatch.undo()
    view.bar.field.clear()
    assert not desk.window.actions["save_search"].isEnabled()


def test_run_does_not_save_an_unchanged_draft_again(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.type("x")
    desk.run()
    desk.rest()
    saved: list[bool] = []
    window.draft_saver.saved.connect(lambda: saved.append(True))
    draft = desk.stored_draft()
    desk.run()
    desk.rest()
    assert saved == []
    assert desk.stored_draft() == draft == window.draft()
    desk.type("y")
    desk.run()
    desk.until(lambda: saved and desk.stored_draft() == window.draft())


def test_verdict_updates_its_lane_without_reloading_the_page(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.run()
    desk.rest()
    paged: list[bool] = []
    window.run_controller.paged.connect(lambda: paged.append(True))
    assert not window.actions["undo"].isEnabled()
    desk.ctrl(Qt.Key.Key_1)
    assert paged == []
    assert window.lane_heads[0].slot in window.slots()
    column = window.lanes.column(window.slots()[0])
    assert column is not None
    assert column.status.standing == "winner"
    assert column.footer.winner.text() == "★ Winner"
    assert window.actions["undo"].isEnabled()
    desk.ctrl(Qt.Key.Key_Z)
    assert column.footer.winner.text() == "☆ Winner"
    assert (window.actions["undo"].isEnabled(), window.actions["redo"].isEnabled()) == (False, True)
