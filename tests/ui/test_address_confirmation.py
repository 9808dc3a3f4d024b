"""A lane whose key needs the user's confirmation for a changed address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from tests.ui.desk import Desk
from workbench.store.sqlite import sqlite3
from workbench.ui.features.address.dialog import AddressDialog
from workbench.ui.features.lanes.state_strip import FailureBox
from workbench.usecases.credentials import ENDPOINT_ENTRY, AddressQuestion
from workbench.usecases.endpoint_form import EndpointForm

MINE, THEIRS = "https://llm.mine.example", "https://llm.theirs.example:8443/v1"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def moved(desk: Desk) -> Desk:
    """A window with a lane at an endpoint whose address was changed in the history by another program."""
    window = desk.open()
    form = EndpointForm("Gateway", f"{MINE}/v1", needs_key=True, key="sk-planted-0123456789")
    saved = window.workbench.endpoints.save(form, session_only=True)
    saved.done.result(20)
    window.session.endpoints_changed()
    window.choose_model(window.draft_lanes[0].slot, saved.endpoint.uid, "acme-large")
    connection = sqlite3.connect(desk.db, timeout=10)
    with connection:
        connection.execute("UPDATE endpoints SET base_url = ?", (THEIRS,))
    connection.close()
    window.editor.focus_first()
    QTest.keyClicks(QApplication.focusWidget(), "Hello")
    window.session.run()
    desk.until(lambda: _failed(desk))
    return desk


def _failed(desk: Desk) -> bool:
    return any(box.isVisible() for box in desk.window.frame.findChildren(FailureBox))


def _box(desk: Desk) -> FailureBox:
    return next(box for box in desk.window.frame.findChildren(FailureBox) if box.isVisible())


def _ask(desk: Desk) -> AddressDialog:
    QTest.mouseClick(_box(desk).step, LEFT)
    addresses = desk.window.dialogs.address_confirmation
    desk.until(lambda: addresses.open is not None and addresses.open.isVisible())
    assert addresses.open is not None
    return addresses.open


def test_dialog_shows_both_addresses_and_enter_cancels(moved: Desk) -> None:
    assert _box(moved).step.text() == "Confirm the address…"
    dialog = _ask(moved)
    assert dialog.entered_for.text() == MINE
    assert dialog.address.text() == THEIRS
    moved.until(lambda: dialog.cancel.hasFocus())
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    moved.until(lambda: moved.window.dialogs.address is None)
    assert _failed(moved)


@pytest.mark.parametrize(
    "leave", [lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape), lambda dialog: dialog.close()]
)
def test_closing_the_dialog_sends_nothing(moved: Desk, leave: Callable[[AddressDialog], object]) -> None:
    leave(_ask(moved))
    moved.until(lambda: moved.window.dialogs.address is None)
    assert _failed(moved)


def test_long_address_is_shown_completely(desk: Desk) -> None:
    """A name that begins like the own server's may go on beyond the edge of the window."""
    window = desk.open(size=(1024, 700))
    address = f"{MINE}.{'a' * 60}.{'b' * 60}.{'c' * 60}.theirs.example/v1"
    name = "“A gateway with a name that is longer than anybody would want it to be in a list of endpoints or elsewhere”"
    question = AddressQuestion(name, "key", (MINE,), address, address[:-3], (), ENDPOINT_ENTRY)
    dialog = AddressDialog(desk.theme, question, window.frame)
    dialog.show()
    desk.until(dialog.isVisible)
    assert dialog.width() < 600
    for label in dialog.findChildren(QLabel):
        room = label.contentsRect()
        words = label.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, label.text())
        assert room.contains(words), (label.text(), room, words)
        # At most one line of empty space above or below.
        assert room.height() - words.height() < 2 * label.fontMetrics().lineSpacing(), label.text()
    dialog.reject()


def test_confirming_the_address_retries_the_lane(moved: Desk) -> None:
    dialog = _ask(moved)
    QTest.mouseClick(dialog.allow, LEFT)
    moved.until(lambda: moved.text(0) == "Hello there.")
