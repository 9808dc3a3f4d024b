"""The button that shows the reading mode, and its menu.

Invariant: the button is visible only while there is a choice; modes that do not apply are disabled in the menu.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QActionGroup, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.reader import modes
from workbench.ui.widgets.reader.mode_choices import ModeChoices
from workbench.ui.widgets.reader.modes import MODES, ReadingSubject
from workbench.ui.widgets.small_controls import safe_tip
from workbench.ui.widgets.theme import Theme

_PADDING = 6
_TOO_LONG = (
    f"An answer over {modes.RENDER_LIMIT:,} characters is too large for a tree or Markdown. Copy it to read it "
    "elsewhere; Diff works here."
)


class ModeSwitch(QPushButton):
    """Shows the mode in front; a click opens the menu."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        opens_menu(self)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_mode(self, mode: str, subject: ReadingSubject, *, too_long: bool = False) -> None:
        """Name the mode in front; hidden while there is no choice."""
        row = modes.mode(mode)
        assert row is not None
        text = f"{row.title}, too long to render ▾" if too_long else f"{row.title} ▾"
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(f"View: {row.title}")
            self.setToolTip(safe_tip(_TOO_LONG if too_long else "View of this answer"))
            self.setAccessibleDescription(_TOO_LONG if too_long else "")
        self.setVisible(is_choice(subject) or too_long)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2 * _PADDING, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        # A styled button would be taller than the line of numbers that contains it.
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.underMouse() or self.hasFocus()
        if lit:
            painter.setPen(self._theme.color("accent") if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("hover"))
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(self._theme.color("text" if lit else "muted"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())

    def _restyle(self) -> None:
        self.setFont(self._theme.font(-1))
        self.updateGeometry()


def is_choice(subject: ReadingSubject) -> bool:
    """Whether another mode than text applies."""
    return subject.size > 0 and sum(row.applies(subject) for row in MODES) > 1


def open_menu(button: QWidget, choices: ModeChoices, mode: str, subject: ReadingSubject) -> QMenu:
    """Open the menu of modes below `button`; it deletes itself when it closes."""
    menu = QMenu(button)
    menu.setAccessibleName("View of this answer")
    menu.aboutToHide.connect(menu.deleteLater)
    fill(menu, choices, mode, subject)
    menu.popup(button.mapToGlobal(QPoint(button.width() - menu.sizeHint().width(), button.height())))
    return menu


def fill(menu: QMenu, choices: ModeChoices, mode: str, subject: ReadingSubject) -> None:
    """Add the modes to a menu."""
    slot = subject.head.slot
    chosen = choices.of(slot)
    group = QActionGroup(menu)
    suggested = modes.mode(modes.automatic(subject))
    assert suggested is not None
    rows = [("", f"&Automatic ({suggested.title})", True)]
    rows += [(row.id, f"&{row.title}", row.applies(subject)) for row in MODES]
    for identity, title, applies in rows:
        entry = menu.addAction(title)
        entry.setCheckable(True)
        entry.setActionGroup(group)
        entry.setEnabled(applies)
        entry.setChecked(identity == chosen)
        entry.triggered.connect(lambda _checked=False, identity=identity: choices.choose(slot, identity))
    if subject.size > modes.RENDER_LIMIT and (subject.json or subject.markdown):
        kinds = "a tree" if subject.json else "Markdown"
        told = menu.addAction(
            f"Over {modes.RENDER_LIMIT:,} characters: too large for {kinds}. Copy it to read it elsewhere."
        )
        told.setEnabled(False)
    menu.addSeparator()
    here = modes.mode(chosen)
    everywhere = menu.addAction(f"Show a&ll lanes as {here.title}" if here else "Show a&ll lanes automatically")
    everywhere.setEnabled(choices.own(slot) is not None)
    everywhere.triggered.connect(lambda: choices.choose_for_all(chosen))
