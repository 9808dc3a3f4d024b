"""The files of a message, below its text.

Invariant: a file is shown by name before it has been read; no chip is wider than the available width. Removal is
requested by a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QWidget

from workbench.core.blocks import Attachment
from workbench.ui.widgets.theme import set_role

_GAP = 6
_PAD = 6


class AttachmentChip(QFrame):
    """One file: a thumbnail of an image, name and size, and a remove button."""

    gone = Signal()
    changed = Signal()
    """The chip needs another size."""

    def __init__(self, attachment: Attachment, parent: QWidget) -> None:
        super().__init__(parent)
        self.attachment = attachment
        self._about = ""
        self._removable = True
        set_role(self, "chip")
        self._picture = QLabel(self)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.hide()
        self._name = QLabel(self)
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._detail = QLabel(self)
        self._detail.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._detail, "small")
        self.remove = QToolButton(self)
        self.remove.setText("✕")
        self.remove.setToolTip("Remove this file from the message (Delete)")
        self.remove.setAccessibleName(f"Remove {attachment.name}")
        self.remove.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.remove.clicked.connect(self.gone)
        set_role(self.remove, "quiet")
        self.tell("image" if attachment.is_image else "text")

    def tell(self, about: str, more: str = "") -> None:
        """Show a detail about the file, such as its size; `more` replaces it in the tooltip and accessible name."""
        self._about = about
        self._detail.setText(about)
        about = more or about
        name = self.attachment.name
        # The name is untrusted, so it is escaped.
        self.setToolTip(f"<span>{escape(name)}<br>{escape(self.attachment.media_type)} · {escape(about)}</span>")
        self.setAccessibleName(f"Attached file {name}, {about}")
        self.changed.emit()

    def about(self) -> str:
        """Return the detail shown."""
        return self._about

    def set_picture(self, picture: QPixmap) -> None:
        """Show a thumbnail."""
        self._picture.setPixmap(picture)
        self._picture.setVisible(not picture.isNull())
        self.changed.emit()

    @property
    def picture_side(self) -> int:
        """The longer side of a thumbnail in px."""
        return self._lines()

    @property
    def has_picture(self) -> bool:
        """Whether there is a thumbnail."""
        return not self._picture.isHidden()

    def set_removable(self, removable: bool) -> None:
        """Show or hide the remove button."""
        self._removable = removable
        self.remove.setVisible(removable)

    def size_within(self, width: int) -> QSize:
        """Return the size that shows everything, at most `width` px wide."""
        for part in (self._name, self._detail, self.remove):
            part.ensurePolished()  # otherwise the measured font is not the painted one
        # Eliding measures in fractions of a pixel.
        name = self._name.fontMetrics().horizontalAdvance(self.attachment.name) + 1
        words = max(name, self._detail.sizeHint().width())
        return QSize(min(self._around() + words, width), self._lines() + 2 * _PAD)

    def place(self, place: QRect) -> None:
        """Set the geometry; a name that does not fit is elided in the middle."""
        self.setGeometry(place)
        inner = place.height() - 2 * _PAD
        x = _PAD
        if self.has_picture:
            self._picture.setGeometry(QRect(x, _PAD, inner, inner))
            x += inner + _GAP
        button = self.remove.sizeHint() if self._removable else QSize(0, 0)
        room = max(place.width() - x - _PAD - button.width(), 10)
        metrics = self._name.fontMetrics()
        self._name.setText(metrics.elidedText(self.attachment.name, Qt.TextElideMode.ElideMiddle, room))
        first = self._name.sizeHint().height()
        self._name.setGeometry(QRect(x, _PAD, room, first))
        self._detail.setGeometry(QRect(x, _PAD + first, room, inner - first))
        self.remove.setGeometry(
            QRect(QPoint(place.width() - button.width() - 2, (place.height() - button.height()) // 2), button)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._removable and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.gone.emit()
        else:
            super().keyPressEvent(event)

    def _lines(self) -> int:
        return self._name.sizeHint().height() + self._detail.sizeHint().height()

    def _around(self) -> int:
        picture = self._lines() + _GAP if self.has_picture else 0
        return 2 * _PAD + picture + (self.remove.sizeHint().width() if self._removable else 2)


class AttachmentChips(QWidget):
    """The chips of one message, in as many lines as they need."""

    remove_wanted = Signal(object)
    """The Attachment."""
    changed = Signal()
    """The chips need another height."""
    made = Signal(object)
    """A new Chip, which shows only the name of its file."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._chips: list[AttachmentChip] = []
        self._removable = True

    @property
    def chips(self) -> tuple[AttachmentChip, ...]:
        """The chips from left to right."""
        return tuple(self._chips)

    def show_files(self, attachments: Sequence[Attachment]) -> None:
        """Show these files; chips of files that remain are kept."""
        left = {chip.attachment: chip for chip in self._chips}
        fresh: list[AttachmentChip] = []
        self._chips = []
        for attachment in attachments:
            chip = left.pop(attachment, None)
            if chip is None:
                chip = AttachmentChip(attachment, self)
                chip.set_removable(self._removable)
                chip.gone.connect(lambda attachment=attachment: self.remove_wanted.emit(attachment))
                chip.changed.connect(self.changed)
                chip.show()
                fresh.append(chip)
            self._chips.append(chip)
        for chip in left.values():
            chip.hide()
            chip.setParent(None)
            chip.deleteLater()
        for chip in fresh:
            self.made.emit(chip)

    def set_removable(self, removable: bool) -> None:
        """Show or hide the remove buttons."""
        self._removable = removable
        for chip in self._chips:
            chip.set_removable(removable)

    def controls(self) -> list[QWidget]:
        """Return the focusable widgets in tab order."""
        return [chip.remove for chip in self._chips]

    def height_for(self, width: int) -> int:
        """Return the height of all lines."""
        return self._arranged(width, move=False)

    def place(self, place: QRect) -> None:
        """Set the geometry."""
        self.setGeometry(place)
        self._arranged(place.width(), move=True)

    def _arranged(self, width: int, *, move: bool) -> int:
        x, y, line = 0, 0, 0
        for chip in self._chips:
            size = chip.size_within(width)
            if line and x + size.width() > width:
                x, y, line = 0, y + line + _GAP, 0
            if move:
                chip.place(QRect(QPoint(x, y), size))
            x += size.width() + _GAP
            line = max(line, size.height())
        return y + line
