"""Motion can be turned off where theme and size are chosen, and stays off."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QCheckBox

from tests.ui.desk import Desk
from workbench.host import settings


def test_it_holds_at_once_and_is_kept(desk: Desk) -> None:
    window = desk.open()
    window.dialogs.settings("appearance")
    dialog = window.dialogs.open_settings
    assert dialog is not None
    still = next(box for box in dialog.findChildren(QCheckBox) if box.text() == "Reduce motion")
    still.click()
    assert QApplication.styleHints().cursorFlashTime() == 0
    directory = window.workbench.places.config
    desk.until(lambda: settings.load(directory).settings.motion == "reduced")
    dialog.reject()
    desk.close()
    assert settings.load(directory).settings.motion == "reduced"
