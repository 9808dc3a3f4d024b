"""Twenty steps through the loop by keyboard alone: no test step clicks, focuses or calls what a key should reach."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.desk import ECHO, Desk
from workbench.ui.widgets.reader.diff import DiffPage

pytestmark = pytest.mark.window
Key = Qt.Key
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class Hands:
    """Drives one window by keyboard; each step waits for its result."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def on(self, name: str) -> None:
        """Wait until a control with this accessible name has the focus."""
        self.desk.until(lambda: name in self.name())

    def name(self) -> str:
        """Return the accessible name of the focused widget."""
        widget = QApplication.focusWidget()
        return widget.accessibleName() if widget is not None else ""

    def leave(self, name: str, most: int = 20) -> None:
        """Press Ctrl+Tab, which also leaves text fields, until the control `name` has the focus."""
        for _ in range(most):
            if name in self.name():
                return
            self.desk.press(Key.Key_Tab, CTRL)
        raise AssertionError(f"{name} is not within {most} stops; the keyboard is at {self.name()}")

    def pane(self, part: QWidget) -> None:
        """Press F6 until the focus is in this part of the window."""
        for _ in range(9):
            focused = QApplication.focusWidget()
            if focused is part or (focused is not None and part.isAncestorOf(focused)):
                return
            self.desk.press(Key.Key_F6)
        raise AssertionError(f"F6 does not reach {part}")

    def palette(self, text: str) -> None:
        """Choose the first match in the palette."""
        desk = self.desk
        desk.ctrl(Key.Key_K)
        desk.until(lambda: desk.window.dialogs.palette is not None)
        dialog = desk.window.dialogs.palette
        assert dialog is not None
        desk.until(lambda: QApplication.focusWidget() is dialog.field and not dialog.is_reading)
        desk.type(text)
        desk.until(lambda: not dialog.is_reading and dialog.current() is not None)
        desk.press(Key.Key_Return)
        desk.until(lambda: desk.window.dialogs.palette is None)


def test_twenty_steps_need_no_mouse(desk: Desk) -> None:
    window = desk.open(ECHO)
    hands = Hands(desk)
    sample = window.prompt_uid

    # 1. A new prompt, and its name.
    desk.ctrl(Key.Key_N)
    desk.until(lambda: window.prompt_uid != sample and window.is_ready)
    desk.until(lambda: QApplication.focusWidget().inherits("QLineEdit"))
    desk.type("Porter")
    desk.press(Key.Key_Return)
    desk.until(lambda: ("Porter",) in desk.rows("SELECT name FROM prompts"))

    # 2. and 3. User and system text, with a variable.
    hands.on("User message")
    desk.type("Where is {{room}}?")
    hands.palette("> add a system")
    hands.on("System message")
    desk.type("You are a porter.")

    # 4. An example.
    hands.palette("> add an example")
    hands.on("User of example 1")
    desk.type("Where is the bar?")
    desk.press(Key.Key_Tab, CTRL)
    desk.type("On the roof.")

    # 5. A tool with a simulated answer.
    hands.palette("> add a tool")
    hands.on("Name of tool 1")
    desk.type("find_room")
    hands.leave("Simulated answer")
    desk.type("Third floor")

    # 6. The variable's value.
    hands.pane(window.values)
    desk.type("the sauna")

    # 7. A technique, its gaps filled in with Tab.
    hands.pane(window.editor)
    desk.ctrl(Key.Key_T)
    desk.until(lambda: (d := window.dialogs.techniques) is not None and d.isActiveWindow() and d.current)
    desk.type("tone")
    desk.press(Key.Key_Return)
    desk.until(window.frame.isActiveWindow)
    desk.press(Key.Key_Escape)

    # 8. Run. All typed text is in the version, and the answer is in the row.
    desk.run()
    (stored,) = desk.rows(
        "SELECT c.body FROM versions v JOIN contents c ON c.id = v.content_id JOIN prompts p ON p.id = v.prompt_id "
        "WHERE p.name = 'Porter'"
    )
    content = json.loads(stored[0])
    assert content["messages"][0]["text"].startswith("You are a porter.")
    assert len(content["messages"][0]["text"]) > len("You are a porter."), "the technique is there"
    assert content["messages"][1]["text"] == "Where is {{room}}?"
    assert content["examples"][0]["user"] == "Where is the bar?"
    assert content["tools"][0]["name"] == "find_room"
    desk.until(lambda: all(state == "finished" for (state,) in desk.rows("SELECT state FROM outputs")))
    desk.until(lambda: "Where is the sauna?" in desk.rows("SELECT text FROM outputs ORDER BY id")[0][0])

    # 9. Read the answer in every reading mode, ending with its request and response.
    hands.pane(window.lanes)
    desk.until(lambda: window.lanes.focused_slot())
    slot = window.lanes.focused_slot()
    for _ in range(9):
        if dict(window.frame.settings.reading).get(slot) == "raw":
            break
        desk.press(Key.Key_M, CTRL, SHIFT)
    assert dict(window.frame.settings.reading)[slot] == "raw"

    # 10. The first lane wins.
    desk.press(Key.Key_1)
    desk.until(lambda: desk.rows("SELECT kind FROM verdicts") == [("winner",)])

    # 11. and 12. Change words, and run again.
    desk.ctrl(Key.Key_E)
    hands.leave("User message")
    desk.press(Key.Key_End)
    desk.type(" Be quick.")
    desk.run()
    desk.until(lambda: desk.rows("SELECT number, added FROM runs ORDER BY id")[1] == (2, 2))

    # 13. The diff of the answers.
    desk.ctrl(Key.Key_D)
    column = window.lanes.column(slot)
    assert column is not None
    desk.until(lambda: isinstance(page := column.reading.page, DiffPage) and "1 change" in page.count.text())
    desk.ctrl(Key.Key_D)
    desk.until(lambda: not isinstance(column.reading.page, DiffPage))

    # 14. A note.
    desk.press(Key.Key_N, CTRL, SHIFT)
    hands.on("Note")
    desk.type("quicker")
    desk.press(Key.Key_Return)
    desk.until(lambda: desk.rows("SELECT note FROM runs ORDER BY id") == [("",), ("quicker",)])
    desk.until(window.frame.isActiveWindow)

    # 15. Older, newer, older.
    for key, number in ((Key.Key_Left, 1), (Key.Key_Right, 2), (Key.Key_Left, 1)):
        desk.press(key, ALT)
        desk.until(lambda number=number: window.shown_number() == number)
    desk.until(lambda: window.viewing is not None)

    # 16. Restore the first one.
    desk.press(Key.Key_O, CTRL, SHIFT)
    desk.until(lambda: window.viewing is None)
    desk.until(lambda: (d := desk.stored_draft()) is not None and "quick" not in d.content.messages[1].text)

    # 17. Code for the lane, copied.
    hands.pane(window.lanes)
    hands.palette("> get code")
    desk.until(
        lambda: (d := window.dialogs.code) is not None and d.isActiveWindow() and "sauna" in d.field.toPlainText()
    )
    desk.press(Key.Key_Return)
    desk.until(lambda: "sauna" in QApplication.clipboard().text())
    desk.press(Key.Key_Escape)
    desk.until(lambda: window.dialogs.code is None and window.frame.isActiveWindow())

    # 18. Another prompt by its name.
    hands.palette("order status")
    desk.until(lambda: window.prompt_uid == sample and window.is_ready)

    # 19. Dark, in the settings.
    desk.ctrl(Key.Key_Comma)
    hands.on("Pages of the settings")
    desk.type("App")
    desk.press(Key.Key_Tab)
    for _ in range(3):
        if window.theme.mode == "dark":
            break
        desk.press(Key.Key_Down)
    desk.until(lambda: window.theme.mode == "dark")
    desk.press(Key.Key_Escape)
    desk.until(lambda: window.dialogs.settings is None and window.frame.isActiveWindow())

    # 20. Quit; what was done is there.
    desk.ctrl(Key.Key_Q)
    desk.until(lambda: not window.frame.isVisible())
    desk.until_rows([(2,)], "SELECT count(*) FROM runs WHERE kind = 'iteration'")
    desk.until_rows([(0,)], "SELECT count(*) FROM in_flight")
