"""The widget of one message: its role, its actions and its text.

Invariant: a block changes only the text of its field; it requests every other change by a signal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QActionGroup, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QToolButton, QWidget

from workbench.core.content import ROLE_NAMES, ROLES, Role
from workbench.ui.editor.block_note import BlockNote
from workbench.ui.editor.drop_handling import DropSurround
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.journal import MessageExtras
from workbench.ui.editor.page import fill
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.theme import Theme, set_role

if TYPE_CHECKING:
    from workbench.core.blocks import Attachment
    from workbench.ui.editor.chips import AttachmentChip, AttachmentChips

LEFT = 14
_TOP = 6
_BOTTOM = 8
_FOCUS_BAR = 2
_FILES_GAP = 4

_HINTS: dict[Role, str] = {
    "system": "The model's role, its task, and how it should answer",
    "user": "Your question or task. Write {{name}} for parts that change; enter their values below.",
    "assistant": "A model's answer: an example to follow, or the start of its answer",
}


class MessageBlock(DropSurround):
    """A message in the editor; `key` identifies it in the journal. Restyling is deferred while `is_undressed`."""

    role_wanted = Signal(object, str)
    action_wanted = Signal(object, str)
    note_changed = Signal()
    """The block needs another height although its text is unchanged."""
    controls_changed = Signal()
    """The focusable widgets changed."""
    extras_wanted = Signal(int, object)
    """The key, and the new Extras of the message."""
    attach_wanted = Signal(object)
    """The block, to choose files for it."""
    chip_made = Signal(object)
    """A Chip of a file that has not been read yet."""

    def __init__(self, theme: Theme, key: int, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.key = key
        self._extras = MessageExtras()
        self._chips: AttachmentChips | None = None
        self._role: Role = role
        self._place = (0, 1)
        self._natural: int | None = None
        self._fitted: tuple[int, int] | None = None
        self._header = self._limit = 0
        self._scrolls, self._editable, self.is_undressed = False, True, False
        self._role_button = QPushButton(self)
        self._role_button.setAutoDefault(False)
        set_role(self._role_button, "quiet-strong")
        self._role_button.clicked.connect(self._open_roles)
        self._more = QToolButton(self)
        self._more.setText("⋯")
        self._more.setToolTip("Move, change role, duplicate or remove this message")
        set_role(self._more, "quiet")
        self._more.clicked.connect(self._open_actions)
        for button in (self._role_button, self._more):
            opens_menu(button)
        self.field = ExactField(theme, self, journaled=True)
        self._note = BlockNote(self.field, self)
        self._note.changed.connect(self.note_changed)
        self.want, self.hint, self.refuse = self._note.want, self._note.hint, self._note.refuse
        self.remark, self.warn = self._note.remark, self._note.warn
        self._count: QLabel | None = None
        self._tokens = ""
        self.field.focus_changed.connect(self.update)
        self._name()

    @property
    def extras(self) -> MessageExtras:
        """What the message has besides its text."""
        return self._extras

    @extras.setter
    def extras(self, extras: MessageExtras) -> None:
        before, self._extras = self._extras, extras
        if before.attachments != extras.attachments:
            self._show_files()

    @property
    def chips(self) -> tuple[AttachmentChip, ...]:
        """The chips of the attached files."""
        return () if self._chips is None else self._chips.chips

    @property
    def role(self) -> Role:
        """The role of the message."""
        return self._role

    def set_role(self, role: Role) -> None:
        """Change the role."""
        self._role = role
        self._name()

    def set_place(self, index: int, count: int) -> None:
        """Set the position of the block among its siblings; index counts from 0."""
        if self._place != (index, count):
            self._place = (index, count)
            self._name()

    def set_editable(self, editable: bool) -> None:
        """Show or hide everything that changes the message."""
        if editable is self._editable:
            return
        self._editable = editable
        self.field.set_editable(editable)
        self._more.setVisible(editable)
        if self._chips is not None:
            self._chips.set_removable(editable)
        self._role_button.setFocusPolicy(Qt.FocusPolicy.TabFocus if editable else Qt.FocusPolicy.NoFocus)
        self._role_button.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not editable)
        self._name()

    def set_count(self, text: str) -> None:
        """Show how many tokens the message has, "" for unknown; hidden where there is no room."""
        if text != self._tokens:
            self._tokens = text
            self._place_count()

    def count(self) -> str:
        """Return the text of the token count."""
        return self._tokens

    def _place_count(self) -> None:
        cached = "cached up to here" if self.extras.cache else ""
        text = " · ".join(filter(None, (cached, self._tokens)))
        if self._count is None:
            if not text:
                return
            self._count = QLabel(self)
            set_role(self._count, "small")
        self._count.setText(text)
        width, more = self._count.sizeHint().width(), self._more.geometry()
        right = more.left() - 4 if self._editable else more.right() - 6
        left = right - width
        self._count.setGeometry(QRect(left, more.y(), width, more.height()))
        self._count.setVisible(bool(text) and left > self._role_button.geometry().right() + 8)

    def controls(self) -> tuple[QWidget, ...]:
        """Return the focusable widgets in tab order."""
        files = () if self._chips is None else self._chips.controls()
        return (self._role_button, self._more, self.field, *files)

    def restyle(self) -> None:
        """Apply the theme's fonts and colours, unless that is deferred."""
        if not self.is_undressed:
            self.field.restyle()
            self._natural = self._fitted = None
            self.update()

    def set_width(self, width: int, right: int) -> None:
        """Set the width, with `right` px reserved at the edge; `arrange` sets the heights."""
        if self._fitted == (width, right):
            return
        self._fitted = width, right
        self._header = max(self._role_button.sizeHint().height(), self._more.sizeHint().height())
        field = self.field.geometry()
        x = LEFT - round(self.field.document().documentMargin())
        if field.width() != width - right - x or self.width() != width:
            self._natural = None
        self.resize(width, self.height())
        self.field.fit(QRect(x, field.y(), width - right - x, max(field.height(), 1)), scrolls=self._scrolls)

    def natural_height(self, limit: int) -> int:
        """Return the height of the text field that shows all of it, or `limit` + 1 px if that is more."""
        if self._natural is None or self._limit < min(self._natural, limit):
            self._limit = limit
            self._natural = self.field.natural_height(limit)
        return min(self._natural, limit + 1)

    def grew(self) -> bool:
        """Whether the natural height of the text has changed since it was last measured."""
        before = self._natural
        self.forget()
        return before is None or before != self.natural_height(self._limit)

    def forget(self) -> None:
        """Drop the cached natural height."""
        self._natural = None

    def frame_height(self) -> int:
        """Return the height of everything but the text field."""
        note = self._note.height_for(self._note_width())
        return _TOP + self._header + self._files_height() + note + (4 if note else 0) + _BOTTOM

    def arrange(self, y: int, text_height: int, *, scrolls: bool) -> int:
        """Place the block at `y` with a text field of `text_height` px; return its bottom."""
        if self.is_undressed:  # It is out of sight, and keeps its height until it is restyled.
            self.move(0, y)
            return y + self.height()
        self._scrolls = scrolls
        header, pad = self._header, 7
        more = self._more.sizeHint().width()
        edge = self.field.geometry().right() + 1
        self._more.setGeometry(QRect(edge - more, _TOP, more, header))
        self._name_role(edge - more - (LEFT - pad))
        self._role_button.setGeometry(QRect(LEFT - pad, _TOP, self._role_button.sizeHint().width(), header))
        self._place_count()
        field = self.field.geometry()
        self.field.fit(QRect(field.x(), _TOP + header, field.width(), text_height), scrolls=scrolls)
        bottom = _TOP + header + text_height
        if self._chips is not None:
            files = self._files_height()
            self._chips.place(QRect(LEFT, bottom + _FILES_GAP, self._note_width(), files - _FILES_GAP))
            bottom += files
        if note := self._note.height_for(self._note_width()):
            self._note.place(QRect(LEFT, bottom + 4, self._note_width(), note))
        total = text_height + self.frame_height()
        self.setGeometry(QRect(0, y, self.width(), total))
        return y + total

    def paintEvent(self, _: QPaintEvent) -> None:
        with QPainter(self) as painter:
            fill(painter, 0, self.height() - 1, self.width(), 1, self._theme.color("line"))
            if self.field.hasFocus():
                fill(painter, 0, 0, _FOCUS_BAR, self.height() - 1, self._theme.color("accent"))

    def _note_width(self) -> int:
        return max(self.field.width() - LEFT, 40)

    def _files_height(self) -> int:
        return 0 if self._chips is None else self._chips.height_for(self._note_width()) + _FILES_GAP

    def _show_files(self) -> None:
        self.refuse("")
        self.controls_changed.emit()
        if not self._extras.attachments:
            if self._chips is not None:
                self._chips.hide()
                self._chips.deleteLater()
                self._chips = None
            return
        if self._chips is None:
            # Imported lazily: most messages have no files, and every import delays the first paint.
            from workbench.ui.editor.chips import AttachmentChips

            self._chips = AttachmentChips(self)
            self._chips.set_removable(self._editable)
            self._chips.remove_wanted.connect(self._remove_file)
            self._chips.made.connect(self.chip_made)
            self._chips.changed.connect(self.note_changed)
            self._chips.show()
        self._chips.show_files(self._extras.attachments)

    def _remove_file(self, file: Attachment) -> None:
        left = tuple(one for one in self._extras.attachments if one != file)
        self.extras_wanted.emit(self.key, self._extras._replace(attachments=left))

    def _name(self) -> None:
        name = ROLE_NAMES[self._role]
        index, count = self._place
        self._name_role()
        self._role_button.setToolTip("Change the role of this message" if self._editable else "")
        self._role_button.setAccessibleName(f"Role of message {index + 1}: {name}")
        self._more.setAccessibleName(f"Actions for message {index + 1}")
        self.field.setAccessibleName(f"{name} message, {index + 1} of {count}")
        self.field.setPlaceholderText(_HINTS[self._role] if self._editable else "Empty")

    def _name_role(self, room: int | None = None) -> None:
        """Show the role, elided if the button would exceed `room` px."""
        name, mark = ROLE_NAMES[self._role], " ▾" if self._editable else ""
        button = self._role_button
        button.setText(name + mark)
        if room is not None and (too_much := button.sizeHint().width() - room) > 0:
            metrics = button.fontMetrics()
            width = metrics.horizontalAdvance(name) - too_much
            button.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, width) + mark)

    def _open_roles(self) -> None:
        if not self._editable:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill_roles(menu)
        menu.popup(self._role_button.mapToGlobal(self._role_button.rect().bottomLeft()))

    def _open_actions(self) -> None:
        from workbench.ui.editor.block_menu import fill_actions

        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_actions(menu, self, *self._place, self._fill_roles)
        corner = self._more.mapToGlobal(self._more.rect().bottomRight())
        corner.setX(corner.x() - menu.sizeHint().width())
        menu.popup(corner)

    def _fill_roles(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        for role in ROLES:
            action = menu.addAction(ROLE_NAMES[role])
            action.setCheckable(True)
            action.setChecked(role == self._role)
            group.addAction(action)
            action.triggered.connect(lambda _=False, role=role: self.role_wanted.emit(self, role))
