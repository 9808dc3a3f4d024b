"""The notice bar in the header: messages that the window shows on its own initiative.

Invariant: a notice never shifts the layout. It takes the place of the product's name; the technical detail is an
overlay, shown only while the user has it open. A question is fully visible before it can be answered: if its room is
too small, it is shown in an overlay, too. A brief notice disappears by itself and uncovers the previous one; one that
comes while a question is shown is delayed until that is gone. A notice that leaves disappears by itself, too, and with
the view in which it arose. One whose button is the only way to do something does not disappear by itself.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QHideEvent,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from workbench.ui.widgets.theme import keep_room, set_role

_DETAIL_LIMIT = 20_000
_DETAIL_HEIGHT = 140
_WHOLE_WIDTH = 50
"""Characters per line of a question in an overlay."""
LINES = 2
BRIEF_MS = 10_000
"""Display time of a brief notice; it stays while it has the mouse or the keyboard focus, or its detail is open."""
LEAVES_MS = 20_000
"""Display time of other notices that leave."""
_HAS_OTHER_WAY = ("Undo", "Redo", "Show", "Open")
"""Buttons of what can be done without the notice, too: in a menu, by a key, or in another program."""


class _Notice(NamedTuple):
    key: str = ""
    text: str = ""
    action: str = ""
    label: str = ""
    error: bool = False
    detail: str = ""
    asks: bool = False
    leaves: bool = False
    brief: bool = False

    @property
    def is_timed(self) -> bool:
        """Whether it leaves by itself, not only with its view."""
        return self.leaves and (not self.action or self.label in _HAS_OTHER_WAY)


class NoticeText(QWidget):
    """Text on up to `LINES` lines; if the last one is elided, the tooltip is the whole text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def full(self) -> str:
        """Return the whole text."""
        return self._full

    @property
    def is_whole(self) -> bool:
        """Whether the whole text fits the present width."""
        return " ".join(self.lines()) == " ".join(self._full.split())

    def set_full(self, text: str) -> None:
        """Show `text`."""
        self._full = text
        self.setAccessibleName(text)
        self._tell()
        self.update()

    def lines(self) -> list[str]:
        """Return the lines displayed at the present width."""
        layout = QTextLayout(self._full, self.font())
        layout.setTextOption(QTextOption())
        found: list[str] = []
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(self.width(), 20))
            found.append(self._full[line.textStart() : line.textStart() + line.textLength()].rstrip())
            if len(found) == LINES:
                rest = self._full[line.textStart() :]
                found[-1] = QFontMetrics(self.font()).elidedText(rest, Qt.TextElideMode.ElideRight, self.width())
                break
        layout.endLayout()
        return found

    def minimumSizeHint(self) -> QSize:
        return QSize(60, QFontMetrics(self.font()).lineSpacing() * LINES)

    # Overrides of Qt methods.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, _: QPaintEvent) -> None:
        metrics = QFontMetrics(self.font())
        lines = self.lines()
        top = (self.height() - metrics.lineSpacing() * len(lines)) // 2
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            for index, line in enumerate(lines):
                painter.drawText(QPoint(0, top + index * metrics.lineSpacing() + metrics.ascent()), line)

    def _tell(self) -> None:
        self.setToolTip("" if self.is_whole else self._full)


class NoticeBar(QFrame):
    """A message with an optional action and a close button."""

    action_clicked = Signal(str)
    dismissed = Signal(str)
    detail_toggled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._notice = _Notice()
        self._covered: _Notice | None = None
        self._next_brief: _Notice | None = None
        self._leaving = QTimer(self, singleShot=True)
        self._leaving.timeout.connect(self._end_shown)
        self._is_new = False
        """Whether the event that showed the notice is still being handled."""
        self._settling = QTimer(self, singleShot=True, interval=0)
        self._settling.timeout.connect(self._settle)
        self._text = NoticeText(self)
        self._button = QPushButton(self)
        self._button.setAutoDefault(True)
        set_role(self._button, "quiet-strong")
        self._button.clicked.connect(lambda: self.action_clicked.emit(self._notice.action))
        close = QToolButton(self)
        close.setText("×")
        close.setToolTip("Dismiss")
        close.setAccessibleName("Dismiss this notice")
        set_role(close, "quiet")
        close.clicked.connect(self._close)
        self._more = QPushButton("Details ▸", self)
        self._more.setCheckable(True)
        self._more.setToolTip("Show the technical detail")
        set_role(self._more, "quiet")
        self._more.toggled.connect(self._show_detail)
        self.detail = QPlainTextEdit(self)
        self.detail.setReadOnly(True)
        self.detail.setAccessibleName("Technical detail")
        self.detail.document().setDocumentMargin(12)
        set_role(self.detail, "field")
        self.detail.hide()
        self.whole = QLabel(self)
        """Overlay for a question that does not fit the bar."""
        self.whole.setTextFormat(Qt.TextFormat.PlainText)
        self.whole.setWordWrap(True)
        self.whole.setMargin(10)
        self.whole.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.whole.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self.whole, "floating")
        # It is measured right after a change of size, and other hidden widgets are restyled later.
        keep_room(self.whole)
        self.whole.hide()
        for button in (self._button, close, self._more):
            # A click leaves the focus in the text: otherwise a space would press the button that appears there next.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 1, 2, 1)
        row.setSpacing(2)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        row.addWidget(self._button)
        row.addWidget(close)
        self.hide()

    @property
    def key(self) -> str:
        """The key of the shown notice, "" if hidden."""
        return "" if self.isHidden() else self._notice.key

    @property
    def is_new(self) -> bool:
        """Whether the event that showed the notice is still being handled."""
        return self._is_new

    @property
    def standing_key(self) -> str:
        """The key of the permanent notice, which a brief one may cover."""
        return self._covered.key if self._covered is not None else "" if self._notice.brief else self.key

    @property
    def standing_text(self) -> str:
        """The whole text of the permanent notice."""
        return (self._covered or self._notice).text

    @property
    def label(self) -> str:
        """The label of the notice's button, "" without one."""
        return self._notice.label if self._notice.action else ""

    def text(self) -> str:
        """Return the whole text of the notice."""
        return self._text.full()

    def show_notice(
        self,
        key: str,
        text: str,
        *,
        action: str = "",
        label: str = "",
        error: bool = False,
        detail: str = "",
        asks: bool = False,
        leaves: bool = False,
    ) -> None:
        """Show `text`, as a question with `asks`, for some time with `leaves`; `action` is emitted when its button
        `label` is clicked."""
        self._covered = None
        self._show(_Notice(key, text, action, label, error, detail, asks, leaves))
        self._show_next_brief()

    def show_brief(self, key: str, text: str, *, action: str, label: str) -> None:
        """Show a notice briefly in front of the current one; if that is a question, after it."""
        self._next_brief = _Notice(key, text, action, label, leaves=True, brief=True)
        self._show_next_brief()

    def _show_next_brief(self) -> None:
        if self._next_brief is None or (self.key and self._notice.asks):
            return
        if self.key and not self._notice.brief:
            self._covered = self._notice
        notice, self._next_brief = self._next_brief, None
        self._show(notice)

    def clear(self, key: str) -> None:
        """Hide the notice named `key`, if it is shown."""
        if self._next_brief is not None and self._next_brief.key == key:
            self._next_brief = None
        if self._covered is not None and self._covered.key == key:
            self._covered = None
        if self._notice.key == key:
            self._go()

    def leave_view(self) -> None:
        """Remove what leaves, because another view is shown; a notice of the change itself stays."""
        if self._is_new:
            return
        self._next_brief = None
        if self._covered is not None and self._covered.leaves:
            self._covered = None
        if self._notice.leaves:
            self._go()

    def leave_prompt(self) -> None:
        """Remove a refusal or a lasting offer, which are about the prompt that was open."""
        if self._notice.leaves and (self._notice.error or not self._notice.is_timed):
            self._go()

    def _settle(self) -> None:
        self._is_new = False

    def _show(self, notice: _Notice) -> None:
        self._notice = notice
        self._is_new = True
        self._settling.start()
        self._leaving.stop()
        if notice.is_timed:
            self._leaving.start(BRIEF_MS if notice.brief else LEAVES_MS)
        set_role(self, "notice-error" if notice.error else "notice")
        self._text.set_full(notice.text)
        self._more.setChecked(False)
        self._more.setVisible(bool(notice.detail))
        self.detail.setPlainText(notice.detail[:_DETAIL_LIMIT])
        self._button.setText(notice.label)
        self._button.setVisible(bool(notice.action))
        self.updateGeometry()
        self.show()
        self._place_whole()

    def _go(self) -> None:
        """Hide the notice and show the one that it covered."""
        covered, self._covered = self._covered, None
        if covered is not None:
            self._show(covered)
        else:
            self._leaving.stop()
            self._notice = _Notice()
            self.hide()
        self._show_next_brief()

    def _end_shown(self) -> None:
        """Hide the notice, whose time is over, unless somebody may be reading it or about to press its button."""
        is_used = self.is_detail_open or any(button.hasFocus() for button in self.findChildren(QAbstractButton))
        if self.underMouse() or is_used:
            self._leaving.start()
        else:
            self._go()

    def focus_action(self) -> None:
        """Focus the button of the notice, so that Enter presses it."""
        self._button.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_detail_open(self) -> bool:
        """Whether the detail overlay is open."""
        return self._more.isChecked()

    def close_detail(self) -> bool:
        """Close the detail; return False if it is not open."""
        was_open = self.is_detail_open
        self._more.setChecked(False)
        return was_open

    # Overrides of Qt methods.

    def sizeHint(self) -> QSize:
        """Return the size for the whole text; lines break somewhat before they are full."""
        words = QFontMetrics(self.font()).horizontalAdvance(self._text.full())
        wanted = min(words, round(words / LINES * 1.15)) + 20
        buttons = [b.sizeHint().width() + 2 for b in self.findChildren(QAbstractButton) if not b.isHidden()]
        return QSize(wanted + sum(buttons), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_detail()
        self._place_whole()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_whole()  # the font size may have changed
        return done

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._place_whole()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.whole.hide()
        if not self.window().isHidden():
            self._more.setChecked(False)

    def _show_detail(self, shown: bool) -> None:
        self._more.setText("Details ▾" if shown else "Details ▸")
        if shown and self.detail.parentWidget() is not self.window():
            self.detail.setParent(self.window())
            self.destroyed.connect(self.detail.deleteLater)
        self._place_detail()
        self.detail.setVisible(shown)
        self.detail.raise_()
        self.detail_toggled.emit()

    def _place_detail(self) -> None:
        window = self.window()
        if self.detail.parentWidget() is window:
            corner = self.mapTo(window, QPoint(0, self.height()))
            self.detail.setGeometry(QRect(corner, QSize(self.width(), _DETAIL_HEIGHT)))

    def _place_whole(self) -> None:
        """Show a question in the overlay while the notice elides it."""
        window, label = self.window(), self.whole
        wanted = self._notice.asks and not self.isHidden() and not self._text.is_whole
        if wanted:
            if label.parentWidget() is not window:
                label.setParent(window)
                self.destroyed.connect(label.deleteLater)
            label.setText(self._text.full())
            corner = self.mapTo(window, QPoint(0, self.height()))
            width = min(max(self.width(), self.fontMetrics().averageCharWidth() * _WHOLE_WIDTH), window.width())
            x = max(0, min(corner.x(), window.width() - width))
            label.setGeometry(x, corner.y(), width, label.heightForWidth(width))
            label.raise_()
        label.setVisible(wanted)

    def _close(self) -> None:
        key = self._notice.key
        self._go()
        self.dismissed.emit(key)
