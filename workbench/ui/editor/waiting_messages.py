"""Messages without widgets.

Invariant: they are the last ones of the content, in order, and part of it like all others. Widgets for the first `MOST`
messages are created a few at a time, so that no content blocks the UI thread; the rest get theirs on request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer

from workbench.ui.editor.journal import (
    BlockStep,
    ExtrasStep,
    JournalBlock,
    MoveStep,
    PartsStep,
    ReplaceStep,
    RoleStep,
    Step,
    TextStep,
)

AT_ONCE = 20
"""Messages that get their widgets immediately."""
STEP = 5
MOST = 120
"""Messages that get widgets without a request; with more, each key press that changes a height takes too long."""
MORE = 60


class WaitingMessages(QObject):
    """Holds the messages; `show` creates widgets for the given ones, after the existing ones."""

    def __init__(self, show: Callable[[tuple[JournalBlock, ...]], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._shown = 0
        self._most = MOST
        self._blocks: tuple[JournalBlock, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._step)

    @property
    def blocks(self) -> tuple[JournalBlock, ...]:
        """The messages without widgets."""
        return self._blocks

    @property
    def for_good(self) -> int:
        """Number of messages that get widgets only on request."""
        return max(0, len(self._blocks) - max(0, self._most - self._shown))

    def load(self, blocks: Iterable[JournalBlock], shown: int) -> None:
        """Hold `blocks`; `shown` messages before them have widgets."""
        self._blocks, self._shown, self._most = tuple(blocks), shown, max(MOST, shown)
        self._go_on()

    def more(self) -> None:
        """Create widgets for some messages beyond the limit."""
        self._most = max(self._most, self._shown) + MORE
        self._go_on()

    def hurry(self, count: int | None = None) -> None:
        """Create immediately the widgets that are due, or, with `count`, those of the first `count` messages."""
        wanted = self._most if count is None else count
        self._most = max(self._most, wanted)
        self._take(wanted - self._shown)
        self._go_on()

    def hurry_to(self, key: int) -> None:
        """Create widgets up to the message with this journal key."""
        for index, block in enumerate(self._blocks):
            if block.key == key:
                self.hurry(self._shown + index + 1)
                return

    def make_way(self, step: Step) -> None:
        """Create the widgets of the messages that a step affects."""
        match step:
            case TextStep() | RoleStep() | ExtrasStep():
                self.hurry_to(step.key)
            case BlockStep():
                self.hurry(step.place + (not step.added))
            case MoveStep():
                self.hurry(max(step.source, step.target) + 1)
            case PartsStep() | ReplaceStep():
                pass

    def _go_on(self) -> None:
        if self._blocks and self._shown < self._most:
            self._timer.start()
        else:
            self._timer.stop()

    def _step(self) -> None:
        self._take(min(STEP, self._most - self._shown))
        self._go_on()

    def _take(self, count: int) -> None:
        taken, self._blocks = self._blocks[: max(0, count)], self._blocks[max(0, count) :]
        self._shown += len(taken)
        if taken:
            self._show(taken)
