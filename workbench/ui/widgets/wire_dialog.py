"""The dialog that shows the stored request and response.

Invariant: only stored data is shown; what was changed on the way to the provider comes first, in words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from workbench.core.empty_answers import EMPTY
from workbench.core.further_choices import FurtherChoice, further_choices
from workbench.core.runs import Mark
from workbench.core.text import plural
from workbench.ui.editor.exact_text import encodable
from workbench.ui.widgets import geometry
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.small_controls import breakable
from workbench.ui.widgets.theme import Theme, set_role
from workbench.ui.widgets.wording import mark_sentence

CHOICES = "Other choices"
"""The page with the choices that are not shown in the lane."""


def pretty(data: Any) -> str:
    """Return data as indented JSON; a string unchanged."""
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, indent=2, default=str)


def raw_text(request: Any, marks: tuple[Mark, ...], response: Any) -> str:
    """Return request, marks and response as one text, each under its heading."""
    parts = ["Request", "Nothing was sent." if request is None else pretty(request)]
    if marks:
        parts += ["Changed before sending", "\n".join(mark_sentence(mark) for mark in marks)]
    parts += ["Response", "No raw response is kept." if response is None else pretty(response)]
    return "\n\n".join(parts)


def choices_text(further: Sequence[FurtherChoice]) -> str:
    """Return choices as one text, each under its number, with its finish reason and reasoning."""
    parts = []
    for choice in further:
        facts = [choice.finish_reason, "cut" if choice.is_cut else "", _calls(choice.calls)]
        parts.append(" · ".join([f"Choice {choice.index}", *filter(None, facts)]))
        parts += [f"Reasoning:\n{choice.reasoning}"] if choice.reasoning else []
        parts.append(choice.text or f"{EMPTY}.")
    return "\n\n".join(parts)


def _calls(count: int) -> str:
    return f"{count} {plural(count, 'tool call')}" if count else ""


class WireDialog(Dialog):
    """Shows a request, its marks, and the stored response with its further choices.

    None stands for "nothing was sent / kept". `page` names the initial page, "" for the request.
    """

    def __init__(
        self,
        theme: Theme,
        request: Any,
        *,
        marks: tuple[Mark, ...] = (),
        response: Any = None,
        title: str = "",
        page: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(f"Request and response: {title}" if title else "Request and response")
        self.marks = QLabel(self)
        self.marks.setTextFormat(Qt.TextFormat.PlainText)
        self.marks.setWordWrap(True)
        self.marks.setText(breakable("\n".join(mark_sentence(mark) for mark in marks)))
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName("Request or response")
        self._add_page("Request", "Nothing was sent." if request is None else pretty(request))
        if response is not None:
            self._add_page("Response", pretty(response))
        if further := further_choices(response):
            self._add_page(CHOICES, choices_text(further), is_code=False)
        names = [self.tabs.tabText(at) for at in range(self.tabs.count())]
        self.tabs.setCurrentIndex(names.index(page) if page in names else 0)
        self.copy = QPushButton("Copy", self)
        self.close_button = QPushButton("Close", self)
        note = QLabel("Keys and secret headers are never saved.", self)
        set_role(note, "small")
        buttons = QHBoxLayout()
        buttons.addWidget(note)
        buttons.addStretch(1)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(10)
        layout.addWidget(self._banner(bool(marks)))
        layout.addWidget(self.tabs, 1)
        layout.addLayout(buttons)
        self.close_button.setDefault(True)
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.accept)
        letters = QSize(self.fontMetrics().averageCharWidth() * 100, self.fontMetrics().lineSpacing() * 36)
        self.resize(letters.boundedTo(geometry.room(self)))

    def shown_text(self) -> str:
        """Return the exact text of the page in front."""
        page = self.tabs.currentWidget()
        return page.exact_text if isinstance(page, AnswerView) else ""

    def _add_page(self, name: str, text: str, *, is_code: bool = True) -> None:
        page = AnswerView(self._theme, mono=is_code, delta=-0.5 if is_code else 0, parent=self)
        page.setAccessibleName(name)
        page.set_text(text)
        self.tabs.addTab(page, name)

    def _banner(self, visible: bool) -> QWidget:
        banner = QFrame(self)
        set_role(banner, "banner-warn")
        layout = QVBoxLayout(banner)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(self.marks)
        banner.setVisible(visible)
        return banner

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(encodable(self.shown_text()))
        self.copy.setText("Copied")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.copy.setText("Copy")
