"""Messages that have no widgets yet.

Invariant: they are the last ones of the content, in their order, and part of it like all others. Widgets for the first
`MOST` are made a few at a time, so that no content holds up the window; for more, the person asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer

from workbench.ui.editor.journal import (
    Block,
    BlockStep,
    ExtrasStep,
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
"""Messages that get widgets without being asked for; with more, each key that changes a height takes too long."""
MORE = 60


class Waiting(QObject):
    """`show` makes widgets for the messages that it is given, behind those that have some."""

    def __init__(self, show: Callable[[tuple[Block, ...]], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._shown = 0
        self._most = MOST
        self._blocks: tuple[Block, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._step)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The messages that wait."""
        return self._blocks

    @property
    def for_good(self) -> int:
        """How many messages wait until a person asks for them."""
        return max(0, len(self._blocks) - max(0, self._most - self._shown))

    def load(self, blocks: Iterable[Block], shown: int) -> None:
        """Hold `blocks`; `shown` messages before them have widgets."""
        self._blocks, self._shown, self._most = tuple(blocks), shown, max(MOST, shown)
        self._go_on()

    def more(self) -> None:
        """Make widgets for some that wait for good."""
        self._most = max(self._most, self._shown) + MORE
        self._go_on()

    def hurry(self, count: int | None = None) -> None:
        """Make at once what would be made soon, or, with `count`, until so many messages have widgets."""
        wanted = self._most if count is None else count
        self._most = max(self._most, wanted)
        self._take(wanted - self._shown)
        self._go_on()

    def hurry_to(self, key: int) -> None:
        """The same until the message with this journal key has one."""
        for index, block in enumerate(self._blocks):
            if block.key == key:
                self.hurry(self._shown + index + 1)
                return

    def make_way(self, step: Step) -> None:
        """See that the messages that a step is about have widgets."""
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
