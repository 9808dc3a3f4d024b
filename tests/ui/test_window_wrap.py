"""Line wrapping in the editor can be turned off, everywhere and permanently."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit

from tests.ui.desk import Desk
from workbench.core.content import Content, Message
from workbench.host import settings
from workbench.host.dirs import places
from workbench.ui.shell.frame import WindowFrame

Mode = QPlainTextEdit.LineWrapMode
ALT = Qt.KeyboardModifier.AltModifier
LONG = "A line that is much wider than the editor. " * 12


def modes(desk: Desk) -> set[Mode]:
    view = desk.window.compose_view
    editors = [view.editor, *([view.past_editor] if view.past_editor else [])]
    return {block.field.lineWrapMode() for editor in editors for block in editor.blocks}


def test_wrap_key_toggles_wrapping_in_every_message(desk: Desk) -> None:
    window = desk.open()
    window.compose_view.set_draft(Content((Message("user", LONG), Message("assistant", LONG))), ())
    field = window.editor.blocks[0].field
    window.editor.focus_first()
    tall = field.height()
    desk.press(Qt.Key.Key_Z, ALT)
    assert modes(desk) == {Mode.NoWrap}
    assert field.height() < tall
    assert field.viewport().height() >= field.fontMetrics().lineSpacing()
    desk.press(Qt.Key.Key_End)
    assert field.horizontalScrollBar().value() > 0
    assert 0 <= field.cursorRect().right() <= field.viewport().width() + 1
    window.editor.add_next()
    assert modes(desk) == {Mode.NoWrap}
    desk.press(Qt.Key.Key_Z, ALT)
    assert modes(desk) == {Mode.WidgetWidth}
    assert field.height() == tall
    assert window.editor.content().messages[0].text == LONG


def test_wrapping_choice_applies_to_past_iterations_and_the_next_start(desk: Desk) -> None:
    window = desk.open()
    desk.run()
    desk.press(Qt.Key.Key_Z, ALT)
    window.view_row(desk.timeline()[0].run_uid)
    desk.until(lambda: window.viewing is not None)
    assert window.past_editor is not None
    assert modes(desk) == {Mode.NoWrap}
    desk.close()
    loaded = settings.load(places(os.environ).config).settings
    assert not loaded.wrap
    frame = WindowFrame(desk.theme, loaded)
    assert frame.view.editor.blocks[0].field.lineWrapMode() == Mode.NoWrap
    frame.deleteLater()
