"""Shows a text of the product, to read and copy."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from workbench.ui.widgets.controls import StatusLabel, button
from workbench.ui.widgets.dialog import Dialog


class _Page(QTextBrowser):
    """Loads nothing but the text it is given."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        return None


class HelpDialog(Dialog):
    """A page of Markdown or plain text, which `Copy` copies."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(720, 560)
        self.page = _Page()
        self.page.setOpenLinks(False)
        self.page.setAccessibleName(title)
        self.page.document().setDocumentMargin(12)
        self.said = StatusLabel()
        self.copy = button("Copy", self._copy)
        self.close_ = button("Close", self.reject, "primary")
        self.close_.setDefault(True)
        self.foot = QHBoxLayout()
        self.foot.addWidget(self.said, 1)
        self.foot.addStretch(1)
        self.foot.addWidget(self.copy)
        self.foot.addWidget(self.close_)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.addWidget(self.page)
        layout.addLayout(self.foot)
        self._text = ""
        self.copy.setEnabled(False)

    def show_markdown(self, text: str) -> None:
        """Show Markdown."""
        self._text = text
        self.page.setMarkdown(text)
        self.copy.setEnabled(True)

    def show_plain(self, text: str) -> None:
        """Show text as it is."""
        self._text = text
        self.page.setPlainText(text)
        self.copy.setEnabled(True)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.said.say("Copied.", "good")
