"""The message editor.

Invariant: every change by the user is one step of the journal and one `edited`; `undo` restores content, roles and
order exactly, across messages.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.core.content import Content, Role
from workbench.core.templates import content_variables
from workbench.ui.editor import journal as steps
from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.block_cache import BlockCache, block_of
from workbench.ui.editor.column import MessageColumn, MissingValueMarks
from workbench.ui.editor.exact_text import units
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.insertions import Insertions
from workbench.ui.editor.journal import (
    BlockStep,
    EditJournal,
    ExtrasStep,
    JournalBlock,
    MessageExtras,
    MoveStep,
    PartsStep,
    ReplaceStep,
    RoleStep,
    Step,
    TextStep,
    WholeContent,
)
from workbench.ui.editor.parts import ContentParts
from workbench.ui.editor.text_mirror import TextChange
from workbench.ui.widgets.theme import Theme

_NEXT_ROLE: dict[Role, Role] = {"system": "user", "user": "assistant", "assistant": "user"}


class ContentEditor(QWidget):
    """Edits a `Content`: a block per message, with one undo journal."""

    edited = Signal()
    """Emitted after every change by the user, undo and redo included; not after `set_content`."""
    parts_changed = Signal()
    """`parts` changed, by `set_content`, undo and redo too."""
    undo_state_changed = Signal()
    block_made = Signal(object)  # a MessageBlock that holds its text
    techniques_wanted = Signal()
    improve_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, clock: Callable[[], int] | None = None) -> None:
        """`clock` returns ms of any monotonic clock; a pause in typing begins a new step."""
        super().__init__(parent)
        self._theme = theme
        self._clock = clock or (lambda: time.monotonic_ns() // 1_000_000)
        self.journal = EditJournal()
        self._undo_state = (False, False)
        self._parts = Content()
        self._untold = False
        self._read_only = False
        self._content: Content | None = None
        self._last: MessageBlock | None = None
        self._column = column = MessageColumn(self._theme, self)
        self.set_counts, self.counts, self.together = column.set_counts, column.counts, column.together
        self._column.add_wanted.connect(self.add_next)
        self.parts_shown = ContentParts(self, self._column, theme)
        self.parts_changed.connect(self.parts_shown.follow)
        self._shelf = BlockCache(self._column, self._make, self)
        self._waiting = self._shelf.waiting
        self._wanting = MissingValueMarks(self._column)
        self.want_text = self._wanting.want
        self.inserting = Insertions(
            self._column, self._waiting, self._shelf.keys, self._do, lambda: self.focused_block, self
        )
        self._column.techniques_wanted.connect(self.techniques_wanted)
        self._column.system_wanted.connect(lambda: self.add_message("system"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._column)
        theme.changed.connect(self._column.restyle)
        self._load(self._shelf.whole_of(Content()))

    # Content

    def set_content(self, content: Content, *, undoable: bool = False) -> None:
        """Show `content`. If undoable, this is one step of the journal; otherwise the journal is cleared."""
        whole = self._shelf.whole_of(content)
        if undoable:
            if content != self.content():
                step = ReplaceStep(WholeContent(self._shelf.blocks(), self._parts), whole)
                self._load(whole)
                self.journal.record(step, self._clock())
        else:
            self.journal.clear()
            self._load(whole)
        self._tell_undo_state()

    def content(self) -> Content:
        """Return the edited content; cached until it changes."""
        if self._content is None:
            self._content = replace(self._parts, messages=self._shelf.messages())
        return self._content

    def variables(self) -> tuple[str, ...]:
        """Return the variables of messages and examples in order of first appearance; O(n) after a change."""
        return content_variables(self.content())

    @property
    def parts(self) -> Content:
        """Everything but the messages: a content without messages."""
        return self._parts

    def set_parts(self, parts: Content, mark: str = "") -> None:
        """Change everything but the messages, as a step of the journal.

        Changes in quick succession with the same `mark`, such as typing into one field, are merged into one step.
        `parts` has no messages.
        """
        if parts != self._parts and not self._read_only:
            self._do(PartsStep(self._parts, parts, mark))

    def set_extras(self, key: int, extras: MessageExtras) -> None:
        """Change the extras of a message, as a step of the journal."""
        block = self._column.by_key(key)
        if extras != block.extras and not self._read_only:
            self._do(ExtrasStep(key, block.extras, extras))

    def set_read_only(self, read_only: bool) -> None:
        """Set whether the editor is read-only; text can always be selected and copied."""
        self._read_only = read_only
        for block in self._column.blocks:
            block.set_editable(not read_only)
        self._column.set_editable(not read_only)
        self.parts_shown.set_editable(not read_only)
        self._tell_undo_state()

    # Undo

    @property
    def can_undo(self) -> bool:
        """Whether undo is enabled."""
        return self.journal.can_undo and not self._read_only

    @property
    def can_redo(self) -> bool:
        """Whether redo is enabled."""
        return self.journal.can_redo and not self._read_only

    def undo(self) -> None:
        """Undo the last step and reveal its place."""
        if self.can_undo and (step := self.journal.undo()) is not None:
            self._replay(steps.inverse(step))

    def redo(self) -> None:
        """Redo the step that was undone last."""
        if self.can_redo and (step := self.journal.redo()) is not None:
            self._replay(step)

    def share_undo(self, field: ExactField) -> None:
        """Let a field undo and redo through the journal."""
        field.history = lambda: (self.can_undo, self.can_redo)
        field.undo_wanted.connect(self.undo)
        field.redo_wanted.connect(self.redo)

    # Messages

    def add_message(self, role: Role) -> None:
        """Add an empty message and focus it.

        It is appended to the shown messages; a first system message is inserted at the top.
        """
        if self._read_only:
            return
        self._waiting.hurry()
        shown, block = self._column.blocks, JournalBlock(next(self._shelf.keys), role, "")
        first_system = role == "system" and all(one.role != "system" for one in shown)
        self._do(BlockStep(0 if first_system else len(shown), block, added=True))

    @property
    def focused_block(self) -> int | None:
        """The index of the message that has or last had the focus, None when none had it yet."""
        blocks = self._column.blocks
        return blocks.index(self._last) if self._last in blocks else None

    def focus_first(self) -> None:
        """Focus the first message."""
        if self._column.blocks:
            self._column.blocks[0].field.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def blocks(self) -> tuple[MessageBlock, ...]:
        """The messages that have widgets, from top to bottom."""
        return self._column.blocks

    @property
    def can_edit(self) -> bool:
        """Whether anything can be changed."""
        return not self._read_only

    def show_part(self, index: int, position: int, length: int) -> None:
        """Select a part of a message, in UTF-16 units of its text, and scroll to it; the focus does not move."""
        self._waiting.hurry(index + 1)
        block = self._column.blocks[index]
        block.field.select(position, length)
        block.field.ensureCursorVisible()
        self._column.reveal(block)

    def first_viewport(self) -> QWidget:
        """Return the viewport of the first message, the editor itself if there is none."""
        return self._column.blocks[0].field.viewport() if self._column.blocks else self

    def add_next(self) -> None:
        """Add a message of the role that usually follows the last one."""
        blocks = self._column.blocks
        self.add_message(_NEXT_ROLE[blocks[-1].role] if blocks else "user")

    def _action_wanted(self, block: MessageBlock, action: str) -> None:
        index = self._column.blocks.index(block)
        if action == "remove":
            self._do(BlockStep(index, block_of(block), added=False))
        elif action == "duplicate":
            copy = JournalBlock(next(self._shelf.keys), block.role, block.field.exact(), block.extras)
            self._do(BlockStep(index + 1, copy, added=True))
        elif action == "improve":
            self.improve_wanted.emit()
        elif action == "cache":
            self.set_extras(block.key, block.extras._replace(cache=not block.extras.cache))
        else:
            self._do(MoveStep(block.key, index, index - 1 if action == "up" else index + 1))

    def _role_wanted(self, block: MessageBlock, role: Role) -> None:
        if role != block.role:
            self._do(RoleStep(block.key, block.role, role))

    # Steps

    def _do(self, step: Step) -> None:
        self.journal.record(step, self._clock())
        self._replay(step)

    def _replay(self, step: Step) -> None:
        """Apply a step that is already in the journal."""
        block: MessageBlock | None
        self.inserting.gaps.close()
        self._waiting.make_way(step)
        match step:
            case TextStep():
                block = self._column.by_key(step.key)
                block.field.replace(step.position, units(step.removed), step.inserted)
            case BlockStep(added=True):
                block = self._make(step.block)
                self._column.insert(step.place, block)
            case BlockStep():
                block = self._column.remove(step.place)
            case MoveStep():
                block = self._column.relocate(step.source, step.target)
            case RoleStep():
                block = self._column.by_key(step.key)
                block.set_role(step.new)
            case ExtrasStep():
                block = self._column.by_key(step.key)
                block.extras = step.new
            case PartsStep():
                block, self._parts = None, step.new
                self.parts_changed.emit()
            case ReplaceStep():
                self._load(step.new)
                block = next(iter(self._column.blocks), None)
        self._content = None
        self._column.arrange()
        if block is not None:
            block.field.setFocus(Qt.FocusReason.OtherFocusReason)
            (self._column.reveal if isinstance(step, TextStep) else self._column.reveal_all)(block)
        self._tell_undo_state()
        self.edited.emit()

    def _edit(self, block: MessageBlock, edit: TextChange, kind: steps.Kind) -> None:
        self.journal.record(TextStep(block.key, edit.position, edit.removed, edit.inserted, kind), self._clock())
        self._content = None
        self._untold = True

    def _text_changed(self, block: MessageBlock) -> None:
        """Emit `edited` once the layout has followed, so that a slot may change the editor."""
        if self._shelf.is_loading:
            block.forget()
            return
        self._wanting.written()
        self._column.follow(block)
        if self._untold:
            self._untold = False
            self._tell_undo_state()
            self.edited.emit()

    def _caret_moved(self, block: MessageBlock) -> None:
        self.journal.caret(block.key, block.field.caret())
        if block.field.hasFocus():
            self._column.reveal(block)

    def _focus_changed(self, block: MessageBlock) -> None:
        if block.field.hasFocus() and self._last is not block:
            self.journal.seal()
            self._last = block

    # State

    def _load(self, whole: WholeContent) -> None:
        """Show `whole`, reusing the widgets."""
        self.inserting.gaps.close()
        parts_differ, self._parts = whole.parts != self._parts, whole.parts
        self._content = None
        self._shelf.load(whole.blocks)
        if parts_differ:
            self.parts_changed.emit()

    def _make(self, wanted: JournalBlock) -> MessageBlock:
        block = MessageBlock(self._theme, wanted.key, wanted.role, self._column.page)
        block.extras = wanted.extras
        block.field.set_exact(wanted.text)
        block.set_editable(not self._read_only)
        block.role_wanted.connect(self._role_wanted)
        block.action_wanted.connect(self._action_wanted)
        block.extras_wanted.connect(self.set_extras)
        field = block.field
        field.cross = lambda direction, x: self._column.cross(block, direction, x)
        self.share_undo(field)
        field.edited.connect(lambda edit, kind: self._edit(block, edit, kind))
        field.textChanged.connect(lambda: self._text_changed(block))
        field.cursorPositionChanged.connect(lambda: self._caret_moved(block))
        field.focus_changed.connect(lambda: self._focus_changed(block))
        block.note_changed.connect(self._column.arrange)
        self.block_made.emit(block)
        return block

    def _tell_undo_state(self) -> None:
        state = (self.can_undo, self.can_redo)
        if state != self._undo_state:
            self._undo_state = state
            self.undo_state_changed.emit()
