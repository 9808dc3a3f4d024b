"""One variable and its value, with marks for what the value is besides text.

Invariant: a kind belongs to a name, and stays with it while the rows are made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QToolTip, QWidget

from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.theme import QUIET_PADDING, Theme, set_role

if TYPE_CHECKING:
    from workbench.core.blocks import Attachment
    from workbench.core.value_kinds import Kinds, ValueKind
    from workbench.ui.editor.chips import AttachmentChip

NO_VALUE = "no value"
WANTED = "needs a value to run"
EMPTY_VALUE = "empty"
LEFT = 14
RIGHT = 14
CHIP = 5
GAP = 10
_MOST_LINES = 5
_LONGEST_SUGGESTION = 18
_SHORTEST_FIELD = 16
"""Minimum width of a field beside a suggestion, in characters; if there is less room, the suggestion goes below it."""


def name_width(theme: Theme, names: Iterable[str], limit: int) -> int:
    """Return the width of the widest name with its chip, at most `limit` px."""
    # QFontMetrics would round down, and a name that lacks a fraction of a pixel is elided.
    metrics = QFontMetricsF(theme.mono())
    return min(limit, ceil(max((metrics.horizontalAdvance(name) for name in names), default=0)) + 2 * CHIP)


class ValueRow(QWidget):
    """The name on a chip, elided to its width, and the field; a missing value is stated in the field.

    If the name is probably misspelt, a button offers the one that was meant.
    """

    mend_wanted = Signal(str, str)
    """The name, and the one that was meant."""
    kind_changed = Signal()
    """The user said whether the value is JSON."""
    file_wanted = Signal()
    """The user wants to choose a file for the value."""
    file_removed = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.name = name
        self._names = 0
        self._scrolls = False
        self._missing = self._is_wanted = False
        self._meant = ""
        self.mend: QPushButton | None = None
        self.json: QPushButton | None = None
        """Checked while the value is JSON; None where kinds are not shown."""
        self.attach: QPushButton | None = None
        self.chip: AttachmentChip | None = None
        """The file that the value is."""
        self.problem: QLabel | None = None
        """What is wrong with a value that should be JSON; None until something was."""
        self.field = ExactField(theme, self, mono=False)
        self.field.setTabChangesFocus(True)
        set_role(self.field, "field")
        self.set_missing(True)

    def set_value(self, value: str | None) -> None:
        """Show a value, None for no value."""
        self.field.set_exact(value or "")
        self.set_missing(value is None)

    def set_missing(self, missing: bool, *, wanted: bool = False) -> None:
        """State that there is no value, with `wanted` that a run needs one, or that the value is empty."""
        if (missing, wanted) != (self._missing, self._is_wanted):
            self._missing, self._is_wanted = missing, wanted
            state = WANTED if wanted else NO_VALUE if missing else EMPTY_VALUE
            set_role(self.field, "field-wrong" if wanted else "field")
            self.field.setPlaceholderText(state)
            self.field.setAccessibleName(f"Value of {self.name}" + (f", {state}" if missing else ""))
        self._check_json()

    @property
    def is_wanted(self) -> bool:
        """Whether the row states that a run needs a value."""
        return self._is_wanted

    def suggest(self, meant: str) -> bool:
        """Offer the name that was probably meant, "" for none; return whether it changed."""
        if meant == self._meant:
            return False
        self._meant = meant
        if self.mend is None:
            self.mend = QPushButton(self)
            self.mend.setAutoDefault(False)
            set_role(self.mend, "quiet")
            self.mend.clicked.connect(lambda: self.mend_wanted.emit(self.name, self._meant))
        metrics = self.mend.fontMetrics()
        most = metrics.averageCharWidth() * _LONGEST_SUGGESTION
        self.mend.setText(metrics.elidedText(meant, Qt.TextElideMode.ElideMiddle, most) + "?")
        change = f"Change {self.name} to {meant} everywhere in the prompt"
        self.mend.setAccessibleName(change)
        self.mend.setToolTip(f"Did you mean {{{{{meant}}}}}? {change}; undo reverts it.")
        self.mend.setVisible(bool(meant))
        return True

    def show_kind(self, kind: ValueKind | None, *, editable: bool) -> None:
        """Show what the value is, which the user can change if it is `editable`; None is text."""
        from workbench.core.value_kinds import file_of

        self._show_file(file_of(self.field.exact()) if kind == "file" else None, editable=editable)
        is_shown = self.chip is None and (editable or kind == "json")
        if self.json is None and is_shown:
            self.json = self._kind_button("JSON", f"{self.name} is JSON")
            self.json.setCheckable(True)
            self.json.clicked.connect(self._change_kind)
        if self.attach is None and is_shown and editable:
            self.attach = self._kind_button("File…", f"Choose a file for {self.name}")
            self.attach.setToolTip("Use a file as this value: messages of the user that name it are sent with it")
            self.attach.clicked.connect(self.file_wanted)
        if self.json is not None:
            self.json.setVisible(is_shown)
            self.json.setEnabled(editable)
            self.json.setChecked(kind == "json")
            self._check_json()
        if self.attach is not None:
            self.attach.setVisible(is_shown and editable)

    @property
    def shows_kind(self) -> bool:
        """Whether the row says that its value is JSON or a file."""
        return self.json is not None or self.chip is not None

    def _kind_button(self, text: str, name: str) -> QPushButton:
        made = QPushButton(text, self)
        made.setAutoDefault(False)
        made.setAccessibleName(name)
        set_role(made, "chip")
        return made

    def _show_file(self, file: Attachment | None, *, editable: bool) -> None:
        if self.chip is not None and file != self.chip.attachment:
            self.chip.hide()
            self.chip.deleteLater()
            self.chip = None
        if file is not None and self.chip is None:
            from workbench.ui.editor.chips import AttachmentChip

            self.chip = AttachmentChip(file, self)
            self.chip.remove.setToolTip("Remove this file (Delete)")
            self.chip.gone.connect(self.file_removed)
            self.chip.show()
        if self.chip is not None:
            self.chip.set_removable(editable)
        self.field.setVisible(self.chip is None)
        if self.problem is not None and self.chip is not None:
            self.problem.hide()

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        parts = (self.chip and self.chip.remove, self.field, self.json, self.attach, self.mend)
        return [one for one in parts if one is not None and not one.isHidden()]

    def _check_json(self) -> None:
        """Say what is wrong with the value if it should be JSON."""
        if self.json is None:
            return
        from workbench.core.value_kinds import json_problem

        problem = json_problem(self.field.exact()) if self.json.isChecked() and not self._missing else ""
        if not self._is_wanted:
            set_role(self.field, "field-wrong" if problem else "field")
        said = f"Not JSON: {problem}. Until it is corrected, the value is used as text." if problem else ""
        tip = said or "The value is JSON: Jinja templates get an object, plain ones compact JSON"
        self.json.setToolTip(tip if self.json.isChecked() else "Use this value as JSON instead of text")
        self.json.setAccessibleDescription(said)
        if said and self.problem is None:
            self.problem = QLabel(self, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
            set_role(self.problem, "small-error")
        if self.problem is not None:
            self.problem.setText(said)
            self.problem.setVisible(bool(said))

    def _change_kind(self) -> None:
        self._check_json()
        self.kind_changed.emit()

    def restyle(self) -> None:
        """Apply the theme's fonts and colours."""
        self.field.restyle()
        self.update()

    def line_height(self) -> int:
        """Return the height of a row with one line."""
        return self.field.lines_height(1)

    def arrange(self, y: int, width: int, names: int, bar: int) -> int:
        """Place the row at `y`, `width` px wide, with `names` px for the name; return its bottom."""
        self._names = names
        x = LEFT + names + GAP
        edge = width - max(RIGHT, bar)
        mend = self.mend if self._meant else None
        for button in (self.attach, self.json):
            if button is not None and not button.isHidden():
                size = button.sizeHint()
                top = max(0, (self.line_height() - size.height()) // 2)
                button.setGeometry(QRect(QPoint(edge - size.width(), top), size))
                edge -= size.width() + 4
        if self.chip is not None:
            size = self.chip.size_within(max(edge - x, 40))
            self.chip.place(QRect(QPoint(x, 0), size))
            self.setGeometry(QRect(0, y, width, size.height()))
            self.update()
            return y + size.height()
        is_below = False
        if mend is not None:
            size = mend.sizeHint()
            # Its text is right-aligned with the fields of other values.
            left = edge - size.width() + QUIET_PADDING
            is_below = left - 2 - x < self.fontMetrics().averageCharWidth() * _SHORTEST_FIELD
            if not is_below:
                mend.setGeometry(QRect(QPoint(left, max(0, (self.line_height() - size.height()) // 2)), size))
                edge = left - 2
        room = QRect(x, 0, max(edge - x, 40), max(self.field.height(), self.line_height()))
        self.field.fit(room, scrolls=self._scrolls)
        most = self.field.lines_height(_MOST_LINES)
        natural = self.field.natural_height(most)
        self._scrolls = natural > most
        room.setHeight(min(natural, most))
        self.field.fit(room, scrolls=self._scrolls)
        height = room.height()
        if mend is not None and is_below:
            size = mend.sizeHint().boundedTo(QSize(width, mend.sizeHint().height()))
            mend.setGeometry(QRect(QPoint(max(0, min(x, edge - size.width() + QUIET_PADDING)), height), size))
            height += size.height()
        if self.problem is not None and not self.problem.isHidden():
            said = QRect(x, height, room.width(), self.problem.heightForWidth(room.width()))
            self.problem.setGeometry(said)
            height += said.height()
        self.setGeometry(QRect(0, y, width, height))
        self.update()
        return y + height

    # Qt event handlers

    def paintEvent(self, _: QPaintEvent) -> None:
        metrics = QFontMetrics(self._theme.mono())
        shown = metrics.elidedText(self.name, Qt.TextElideMode.ElideMiddle, self._names - 2 * CHIP)
        height = metrics.height()
        top = self.field.first_baseline() - metrics.ascent()
        chip = QRectF(LEFT, top - 1, metrics.horizontalAdvance(shown) + 2 * CHIP, height + 2)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("violet_soft"))
            painter.drawRoundedRect(chip, 3, 3)
            painter.setFont(self._theme.mono())
            painter.setPen(self._theme.color("violet"))
            painter.drawText(QPointF(LEFT + CHIP, self.field.first_baseline()), shown)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            in_parts = "\nA long line of the value is shown in parts; it has no line breaks there."
            QToolTip.showText(event.globalPos(), self.name + (in_parts if self.field.is_broken else ""), self)
            return True
        return super().event(event)


class MarkedPanel(Protocol):
    """The panel whose values are marked."""

    @property
    def edited(self) -> SignalInstance:
        """Emitted after every change by the user."""

    @property
    def rows(self) -> Sequence[ValueRow]:
        """The rows of the values."""

    def all_values(self) -> dict[str, str]:
        """Return all values by name."""

    def change_values(self, values: Mapping[str, str]) -> None:
        """Replace the values."""

    def arrange(self) -> None:
        """Place the rows after their parts have changed."""


class ValueMarks(QObject):
    """The kinds of the values in one panel, which a change of the user is an edit of."""

    file_wanted = Signal(str)
    """The name of a value for which the user wants to choose a file."""

    def __init__(self, panel: MarkedPanel) -> None:
        super().__init__()
        self._panel = panel
        self._kinds: dict[str, ValueKind] = {}
        self._is_editable = self._read_only = False

    def show(self, kinds: Kinds, *, editable: bool = True) -> None:
        """Show the kinds, which the user can change if they are `editable`."""
        if (dict(kinds), editable) != (self._kinds, self._is_editable):
            self._kinds, self._is_editable = dict(kinds), editable
            self._show_all()
            self._panel.arrange()

    def set_read_only(self, read_only: bool) -> None:
        """Set whether the values are read-only."""
        self._read_only = read_only
        self._show_all()

    def kinds(self, names: Iterable[str]) -> Kinds:
        """Return the kinds of the values with these names, in this order."""
        return tuple((name, self._kinds[name]) for name in names if name in self._kinds)

    def set_file(self, name: str, file: Attachment) -> None:
        """Use a file as a value, as an edit of the user."""
        from workbench.core.value_kinds import file_text

        self._change(name, "file", file_text(file))

    def serve(self, row: ValueRow) -> None:
        """Mark a new row."""
        row.kind_changed.connect(lambda: self._json_changed(row))
        row.file_wanted.connect(lambda: self.file_wanted.emit(row.name))
        row.file_removed.connect(lambda: self._change(row.name, None, ""))
        self.mark(row)

    def mark(self, row: ValueRow) -> None:
        """Show what the value of a row is."""
        kind = self._kinds.get(row.name)
        if self._is_editable or kind is not None or row.shows_kind:
            row.show_kind(kind, editable=self._is_editable and not self._read_only)

    def _show_all(self) -> None:
        for row in self._panel.rows:
            self.mark(row)

    def _change(self, name: str, kind: ValueKind | None, value: str) -> None:
        self._kinds.pop(name, None)
        if kind is not None:
            self._kinds[name] = kind
        self._panel.change_values({**self._panel.all_values(), name: value})
        self._panel.arrange()
        self._panel.edited.emit()

    def _json_changed(self, row: ValueRow) -> None:
        self._kinds.pop(row.name, None)
        if row.json is not None and row.json.isChecked():
            self._kinds[row.name] = "json"
        self._panel.arrange()
        self._panel.edited.emit()
