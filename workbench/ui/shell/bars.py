"""Header, notice line and status bar.

Invariant: nothing here moves what people read: the bars have one height each, and a notice never covers anything.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.theme import Theme, set_role

_DETAIL_LIMIT = 20_000
_PILL_EDGE = 18
"""Padding and border of a pill, both sides, which a stylesheet takes from the room of the text."""


class Elided(QLabel):
    """One line that yields: it elides to the room it gets and has the whole text as tooltip when it did."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # A label with a border would indent its text by itself, on one side only.
        self.setIndent(0)
        self._full = text
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if role:
            set_role(self, role)
        self.set_full(text)

    def set_full(self, text: str) -> None:
        """Show `text`, elided as needed."""
        self._full = text
        self.updateGeometry()
        self._fit()

    def full(self) -> str:
        """Return the whole text."""
        return self._full

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        edge = _PILL_EDGE if str(self.property("role") or "").startswith("pill") else 4
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self._full) + 1 + edge, hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(20, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.contentsRect().width()
        shown = QFontMetrics(self.font()).elidedText(self._full, Qt.TextElideMode.ElideRight, max(room, 20))
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")
        self.setAccessibleName(self._full)


class Header(QFrame):
    """The product's name, what the session cost, and the menu."""

    settings_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self.setFixedHeight(44)
        name = QLabel("Prompt Workbench", self)
        set_role(name, "heading")
        self._session = Elided(role="pill", parent=self)
        self._session.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self._session.hide()
        settings = QPushButton(self)
        settings.setText("Settings")
        settings.setToolTip("Keys, endpoints, appearance (Ctrl+,)")
        set_role(settings, "quiet")
        settings.clicked.connect(self.settings_clicked)
        self._menu = QToolButton(self)
        self._menu.setText("Menu ▾")
        self._menu.setToolTip("Every command (F10)")
        self._menu.setAccessibleName("Menu")
        self._menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_role(self._menu, "quiet")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 10, 0)
        layout.setSpacing(8)
        layout.addWidget(name)
        layout.addStretch(1)
        layout.addWidget(self._session)
        layout.addWidget(settings)
        layout.addWidget(self._menu)

    def set_menu(self, menu: QMenu) -> None:
        """Give the menu of all commands."""
        self._menu.setMenu(menu)

    def set_session(self, text: str, detail: str) -> None:
        """Show the spend, iterations and median loop of this session; hidden while there is nothing to say."""
        self._session.set_full(text)
        self._session.setToolTip(detail)
        self._session.setVisible(bool(text))

    def session(self) -> str:
        """Return the whole line about the session."""
        return self._session.full()

    def open_menu(self) -> None:
        """Open the menu by keyboard."""
        self._menu.showMenu()


class NoticeBar(QFrame):
    """One quiet line with an optional action, dismissed for good by its cross."""

    action_clicked = Signal(str)
    dismissed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._key = ""
        self._action = ""
        self._text = Elided()
        self._button = QPushButton()
        set_role(self._button, "quiet")
        self._button.clicked.connect(lambda: self.action_clicked.emit(self._action))
        close = QToolButton()
        close.setText("×")
        close.setToolTip("Dismiss")
        close.setAccessibleName("Dismiss this notice")
        set_role(close, "quiet")
        close.clicked.connect(self._close)
        self._more = QPushButton("Details ▸")
        self._more.setCheckable(True)
        self._more.setToolTip("Show the technical detail")
        set_role(self._more, "quiet")
        self._more.toggled.connect(self._show_detail)
        self._detail = QPlainTextEdit()
        self._detail.setReadOnly(True)
        self._detail.setAccessibleName("Technical detail")
        self._detail.setFixedHeight(120)
        self._detail.document().setDocumentMargin(12)
        self._detail.hide()
        row = QHBoxLayout()
        row.setContentsMargins(14, 2, 8, 2)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        row.addWidget(self._button)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self._detail)
        self.hide()

    @property
    def key(self) -> str:
        """The key of the shown notice, "" when hidden."""
        return "" if self.isHidden() else self._key

    def text(self) -> str:
        """Return the whole text of the notice."""
        return self._text.full()

    def show_notice(
        self, key: str, text: str, *, action: str = "", label: str = "", error: bool = False, detail: str = ""
    ) -> None:
        """Show `text`; `action` is reported when its button, named `label`, is clicked."""
        self._key, self._action = key, action
        set_role(self, "banner-error" if error else "banner")
        self._text.set_full(text)
        self._more.setChecked(False)
        self._more.setVisible(bool(detail))
        self._detail.setPlainText(detail[:_DETAIL_LIMIT])
        self._button.setText(label)
        self._button.setVisible(bool(action))
        self.show()

    def clear(self, key: str) -> None:
        """Hide the notice if it is the one named `key`."""
        if self._key == key:
            self._key = ""
            self.hide()

    def _show_detail(self, shown: bool) -> None:
        self._more.setText("Details ▾" if shown else "Details ▸")
        self._detail.setVisible(shown)

    def _close(self) -> None:
        key, self._key = self._key, ""
        self.hide()
        self.dismissed.emit(key)


class _Dot(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(8, 8)
        self._color = QColor()

    def set_color(self, color: QColor) -> None:
        self._color = color
        self.update()

    def paintEvent(self, _: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawEllipse(0, 0, 7, 7)


class StatusBar(QFrame):
    """Engine, saving state and database, always in words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        set_role(self, "sunken")
        self.setMinimumHeight(26)
        self._dot = _Dot(self)
        self._tone = "muted"
        self._engine = Elided("Engine starts with the first run", role="small", parent=self)
        self._saved = QLabel(self)
        self._database = Elided(role="small", parent=self)
        self._database.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        set_role(self._saved, "small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 2, 14, 2)
        layout.setSpacing(10)
        layout.addWidget(self._dot)
        layout.addWidget(self._engine, 3)
        layout.addWidget(self._saved)
        layout.addWidget(self._database, 2)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_engine(self, text: str, tone: str) -> None:
        """Say how the engine is; `tone` is a colour token, the words say the same."""
        self._engine.set_full(text)
        self._tone = tone
        self._restyle()

    def engine(self) -> str:
        """Return what is said about the engine."""
        return self._engine.full()

    def set_saved(self, text: str) -> None:
        """Say when the draft was last written, or that it could not be."""
        self._saved.setText(text)

    def saved(self) -> str:
        """Return what is said about saving."""
        return self._saved.text()

    def database(self) -> str:
        """Return what is said about the database."""
        return self._database.full()

    def set_database(self, text: str) -> None:
        """Name the database and what it holds."""
        self._database.set_full(text)

    def _restyle(self) -> None:
        self._dot.set_color(self._theme.color(self._tone))
