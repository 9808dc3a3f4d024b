"""Small controls for streaming text and scarce space.

Invariant: text that changes while answers stream never triggers a layout; external text is never interpreted as markup,
and is elided, never cut off. The clear button of a field has an accessible name, which Qt omits, and appears and
disappears at once; Qt would fade it, whatever the motion setting.
"""

from __future__ import annotations

import html

from PySide6.QtCore import QAbstractAnimation, QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from workbench.core.visible_text import visible_note
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.theme import Theme, set_role

_KEY_GAP = 7
_KEY_PADDING = 4


def safe_tip(text: str) -> str:
    """Return a wrapping tooltip that shows `text` literally."""
    if not text:
        return ""
    return "<qt>" + html.escape(visible_note(text)).replace("\n", "<br>") + "</qt>"


def breakable(text: str, run: int = 16) -> str:
    """Return `text` with zero-width spaces in words longer than `run`, so that labels can wrap them."""
    words = text.split(" ")
    return " ".join("\u200b".join(w[i : i + run] for i in range(0, len(w), run)) if len(w) > run else w for w in words)


class SmallLine(QLabel):
    """One painted line of text: the first candidate that fits, else the last one elided.

    `tabular` is for numbers that change while they are read: digits keep their positions.
    """

    def __init__(
        self,
        theme: Theme,
        *,
        delta: float = 0.0,
        bold: bool = False,
        tabular: bool = False,
        color: str = "muted",
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._delta, self._bold, self._color, self._elide = theme, delta, bold, color, elide
        self._tabular = tabular
        self._candidates: tuple[str, ...] = ("",)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)
        self._restyle()

    def candidates(self) -> tuple[str, ...]:
        """Return the possible texts, fullest first."""
        return self._candidates

    def set_candidates(self, candidates: tuple[str, ...]) -> None:
        """Show the first of `candidates` that fits."""
        if candidates != self._candidates:
            self._candidates = candidates
            self.setAccessibleName(candidates[0])
            self.update()

    def set_color(self, color: str) -> None:
        """Paint in the theme's `color` token."""
        if color != self._color:
            self._color = color
            self.update()

    def shown(self) -> str:
        """Return the text painted at the current width."""
        metrics = self.fontMetrics()
        for text in self._candidates:
            if metrics.horizontalAdvance(text) <= self.width():
                return text
        return metrics.elidedText(self._candidates[-1], self._elide, self.width())

    def natural_width(self) -> int:
        """Return the width of the fullest text, in pixels."""
        return self.fontMetrics().horizontalAdvance(self._candidates[0]) + 1

    def sizeHint(self) -> QSize:
        return QSize(40, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._theme.color(self._color))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(self.rect(), flags, self.shown())

    def _restyle(self) -> None:
        self.setFont(self._theme.font(self._delta, bold=self._bold, tabular=self._tabular))
        self.updateGeometry()
        self.update()


class KeyButton(QPushButton):
    """A button with a keycap after its text, which names the equivalent key.

    In brief form it shows only the leading sign of its text, and the keycap.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keycap = ""
        self._gold = self._brief = False
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_face(self, text: str, keycap: str, *, gold: bool = False) -> None:
        """Show `text`, the keycap ("" for none), and gold for a winner."""
        if (text, keycap, gold) == (self.text(), self._keycap, self._gold):
            return
        self.setText(text)
        self._keycap, self._gold = keycap, gold
        self.updateGeometry()
        self.update()

    def keycap(self) -> str:
        """Return the keycap's text."""
        return self._keycap

    def set_brief(self, brief: bool) -> None:
        """Switch between the leading sign and the full text."""
        if brief != self._brief:
            self._brief = brief
            self.updateGeometry()
            self.update()

    def shown(self) -> str:
        """Return the painted text."""
        return self._words(brief=self._brief)

    def width_at(self, *, brief: bool) -> int:
        """Return the preferred width in pixels, in full or in brief."""
        key = self._key_size().width() + _KEY_GAP if self._keycap else 0
        return self._bold.horizontalAdvance(self._words(brief=brief)) + 1 + key + 26

    def _words(self, *, brief: bool) -> str:
        return self.text().partition(" ")[0] if brief else self.text()

    def _restyle(self) -> None:
        # Widths are asked for again and again, and making a font takes longer than measuring with it.
        self._key_font = self._theme.mono(-1.5)
        self._key_metrics, self._bold = QFontMetrics(self._key_font), QFontMetrics(self._theme.font(bold=True))
        self.updateGeometry()

    def _key_size(self) -> QSize:
        metrics = self._key_metrics
        return QSize(metrics.horizontalAdvance(self._keycap) + 2 * _KEY_PADDING + 1, metrics.height() + 1)

    def sizeHint(self) -> QSize:
        height = max(self.fontMetrics().height(), self._key_size().height())
        return QSize(self.width_at(brief=self._brief), height + 12)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        color = self._theme.color("gold" if self._gold else "text" if self.isEnabled() else "muted")
        painter.setFont(self._theme.font(bold=self._gold))
        painter.setPen(color)
        # The width is that of bold text, so that a winner does not move its neighbours.
        words = painter.fontMetrics().horizontalAdvance(self.shown())
        key = self._key_size().width() + _KEY_GAP if self._keycap else 0
        x = max(13, (self.width() - words - key) // 2)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(x, 0, self.width() - x, self.height()), flags, self.shown())
        if self._keycap:
            self._paint_key(painter, x + words + _KEY_GAP)

    def _paint_key(self, painter: QPainter, x: int) -> None:
        size = self._key_size()
        box = QRect(x, (self.height() - size.height()) // 2, size.width(), size.height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setPen(QColor(self._theme.color("muted")))
        painter.setFont(self._key_font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._keycap)


class FoldButton(QPushButton):
    """A quiet toggle that expands a section; an arrow shows its state."""

    def __init__(self, theme: Theme, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = text
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_words(text)
        self.toggled.connect(self.update)
        theme.changed.connect(self._restyle)
        self._restyle()
        set_role(self, "quiet")  # after setFont: a widget that was restyled loses a font set before it is shown

    def set_words(self, words: str) -> None:
        """Show `words` before the arrow."""
        self._words = words
        self.setAccessibleName(words)
        self.update()

    def words(self) -> str:
        """Return the text before the arrow."""
        return self._words

    def sizeHint(self) -> QSize:
        return QSize(60, self.fontMetrics().height() + 8)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        option.state &= ~QStyle.StateFlag.State_On
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        active = self.underMouse() or self.hasFocus()
        painter.setPen(self._theme.color("text" if active else "muted"))
        text = f"{self._words} {'▾' if self.isChecked() else '▸'}"
        rect = self.rect().adjusted(6, 0, -6, 0)
        text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _restyle(self) -> None:
        self.setFont(self._theme.font(-1))
        self.updateGeometry()


class NameField(QLineEdit):
    """Edits a lane's name in place; Enter or losing the focus accepts it, Esc cancels."""

    done = Signal(str)
    cancelled = Signal()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()  # Esc cancels the edit, not the run
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.done.emit(self.text().strip())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.done.emit(self.text().strip())


def quiet_button(text: str, name: str, parent: QWidget | None = None) -> QPushButton:
    """Return a borderless button; `name` is its accessible name and tooltip."""
    button = QPushButton(text, parent)
    set_role(button, "quiet")
    button.setAccessibleName(name)
    button.setToolTip(safe_tip(name))
    button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return button


def menu_button(name: str, parent: QWidget | None = None) -> QToolButton:
    """Return the "⋯" button that opens a menu."""
    button = QToolButton(parent)
    set_role(button, "quiet")
    button.setText("⋯")
    button.setAccessibleName(name)
    button.setToolTip(safe_tip(name))
    opens_menu(button)
    return button


def pill(text: str, role: str = "pill", parent: QWidget | None = None) -> QLabel:
    """Return a small rounded label that shows `text` literally."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    set_role(label, role)
    label.setText(text)
    label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return label


def clearable(field: QLineEdit) -> QLineEdit:
    """Add a clear button to `field`, and return it."""
    field.setClearButtonEnabled(True)
    for button in field.findChildren(QToolButton):
        button.setAccessibleName("Clear")
    field.textChanged.connect(lambda _: _end_fading(field))
    return field


def _end_fading(field: QLineEdit) -> None:
    for fading in field.findChildren(QAbstractAnimation):
        fading.setCurrentTime(fading.duration())
