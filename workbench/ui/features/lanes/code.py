"""The dialog with code that reproduces the call of a lane.

Invariant: the copied text equals the shown text. The tab of a target that cannot reproduce the lane shows the reason.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRegularExpression, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.widgets import geometry
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import Theme, keep_room, set_role
from workbench.usecases.problems import problem_of

Snippets = Mapping[str, tuple[str, bool]]
_RULES = (
    (r"\b(import|from|as|def|return|for|in|if|not|or|and|lambda|None|True|False|cat|curl|workbench)\b", "accent"),
    (r"""("(?:[^"\\]|\\.)*"|'[^']*')""", "green"),
    (r"^\s*#.*$", "muted"),
)


class _Colours(QSyntaxHighlighter):
    """Highlights keywords, strings and comments of Python and shell code."""

    def __init__(self, field: QPlainTextEdit, theme: Theme) -> None:
        super().__init__(field.document())
        self._theme = theme
        self._rules = [(QRegularExpression(pattern), token) for pattern, token in _RULES]

    def highlightBlock(self, text: str) -> None:
        for pattern, token in self._rules:
            shown = QTextCharFormat()
            shown.setForeground(self._theme.color(token))
            found = pattern.globalMatch(text)
            while found.hasNext():
                match = found.next()
                self.setFormat(match.capturedStart(), match.capturedLength(), shown)


class CodeDialog(Dialog):
    """One tab per target. `wanted` requests new code, with or without filled-in values (`is_filled`)."""

    wanted = Signal()

    def __init__(self, theme: Theme, *, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Code for {title}")
        self._theme = theme
        self._snippets: Snippets = {}
        self.tabs = QTabBar(self)
        self.tabs.setAccessibleName("Library or command")
        self.tabs.setDrawBase(False)
        # An empty tab bar would be a control without a name or anything to choose.
        keep_room(self.tabs)
        self.tabs.hide()
        self.field = QPlainTextEdit(self)
        self.field.setReadOnly(True)
        self.field.setAccessibleName("Code")
        self.field.setFont(theme.mono())
        self.field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        set_role(self.field, "field")
        self._colours = _Colours(self.field, theme)
        theme.changed.connect(self._restyle)
        self._reason = QLabel(self)
        self._reason.setWordWrap(True)
        self.filled = QCheckBox("Fill in values", self)
        self.filled.setToolTip("If off, texts keep their variables where the target can fill them")
        self.filled.setChecked(True)
        note = QLabel("Keys are read from environment variables.", self)
        note.setWordWrap(True)
        set_role(note, "small")
        self.copy = QPushButton("Copy", self)
        self.close_button = QPushButton("Close", self)
        buttons = QHBoxLayout()
        buttons.addWidget(self.filled)
        buttons.addWidget(note, 1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(10)
        layout.addWidget(self.tabs)
        layout.addWidget(self._reason)
        layout.addWidget(self.field, 1)
        layout.addLayout(buttons)
        self.copy.setDefault(True)
        set_role(self.copy, "primary")
        self.close_button.setAutoDefault(False)
        self.tabs.currentChanged.connect(self._show)
        self.filled.toggled.connect(lambda _: self.wanted.emit())
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.accept)
        self._reason.hide()
        # Tabs are shown when the code arrives; if that is before the dialog is active, they would get the focus.
        self.field.setFocus()
        letters = QSize(self.fontMetrics().averageCharWidth() * 100, self.fontMetrics().lineSpacing() * 34)
        self.resize(letters.boundedTo(geometry.room(self)))

    def is_filled(self) -> bool:
        """Whether the code contains the values instead of the variables."""
        return self.filled.isChecked()

    def show_code(self, snippets: Snippets) -> None:
        """Show the targets; keeps the current tab, initially the first target that can reproduce the lane."""
        first = not self._snippets
        self._snippets = snippets
        if first:
            for name in snippets:
                self.tabs.addTab(name)
            self.tabs.show()
            able = [index for index, (_, fine) in enumerate(snippets.values()) if fine]
            self.tabs.setCurrentIndex(able[0] if able else 0)
        self._show()

    def show_error(self, error: Exception) -> None:
        """Show why no code could be generated."""
        self._explain(problem_of(error).sentence)

    def _show(self) -> None:
        text, fine = self._snippets.get(self.tabs.tabText(self.tabs.currentIndex()), ("", False))
        self._explain("" if fine else text)
        self.field.setPlainText(text if fine else "")

    def _restyle(self) -> None:
        self.field.setFont(self._theme.mono())
        self._colours.rehighlight()

    def _explain(self, reason: str) -> None:
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self.copy.setEnabled(not reason)
        self.copy.setText("Copy")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.field.toPlainText())
        self.copy.setText("Copied")
