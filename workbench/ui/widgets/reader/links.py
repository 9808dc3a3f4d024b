"""Opens a link of an answer after a confirmation that shows its target.

Invariant: only web and mail addresses are opened, and only by a button below the full address.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from workbench.ui.widgets.small_controls import breakable

_SCHEMES = ("http", "https", "mailto")


def ask(parent: QWidget, address: str) -> QMessageBox:
    """Show the target of a link, and offer to open or copy it. The box deletes itself when it closes."""
    url = QUrl(address)
    can_open = url.isValid() and url.scheme().lower() in _SCHEMES
    box = QMessageBox(parent)
    box.setWindowTitle("Open this link?")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"The answer links to {url.host() or url.path()}." if can_open else "This link cannot be opened here.")
    box.setInformativeText(breakable(address, 60))
    opens = box.addButton("Open in browser", QMessageBox.ButtonRole.AcceptRole) if can_open else None
    copies = box.addButton("Copy address", QMessageBox.ButtonRole.ActionRole)
    stays = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stays)
    box.setEscapeButton(stays)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def act(button: object) -> None:
        if opens is not None and button is opens:
            QDesktopServices.openUrl(url)
        elif button is copies:
            QGuiApplication.clipboard().setText(address)

    box.buttonClicked.connect(act)
    box.open()
    return box
