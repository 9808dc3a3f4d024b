"""The undo journal over all messages of an editor.

Invariant: applying `inverse(step)` to the state after `step` gives the state before it. The size stays within a budget:
the oldest steps are dropped first, and the newest is always kept. Each step has a stamp in the global undo order
(`app.compose.undo_order`); steps with another undoable action between them are not merged.
"""

from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.core.content import Content, Message, Role
from workbench.host.clock import last_stamp, stamp
from workbench.ui.editor.exact_text import units

if TYPE_CHECKING:
    from workbench.core.blocks import Attachment

Kind = Literal["typing", "deleting", "other"]
PAUSE_MS = 1500
RUN_LENGTH = 40
"""Characters after which a run of typing ends at the next word."""


class MessageExtras(NamedTuple):
    """The attachments and the cache mark of a message."""

    attachments: "tuple[Attachment, ...]" = ()
    cache: bool = False


class JournalBlock(NamedTuple):
    """A message in the editor: `key` identifies it as long as any step can restore it."""

    key: int
    role: Role
    text: str
    extras: MessageExtras = MessageExtras()

    def message(self) -> Message:
        """Return the message."""
        return Message(self.role, self.text, self.extras.attachments, self.extras.cache)


class TextStep(NamedTuple):
    """`removed` was replaced by `inserted` in one message; document text, position in UTF-16 units."""

    key: int
    position: int
    removed: str
    inserted: str
    kind: Kind = "other"


class BlockStep(NamedTuple):
    """A message was added (`added`) or removed at `place`, counted from 0."""

    place: int
    block: JournalBlock
    added: bool


class MoveStep(NamedTuple):
    """A message was moved; `target` is the index after its removal."""

    key: int
    source: int
    target: int


class RoleStep(NamedTuple):
    """The role of a message changed."""

    key: int
    old: Role
    new: Role


class ExtrasStep(NamedTuple):
    """The extras of a message changed."""

    key: int
    old: MessageExtras
    new: MessageExtras


class PartsStep(NamedTuple):
    """Something other than the messages changed. Steps with the same `mark` in quick succession are merged."""

    old: Content
    new: Content
    mark: str = ""


class WholeContent(NamedTuple):
    """The whole content of the editor."""

    blocks: tuple[JournalBlock, ...]
    parts: Content = Content()
    """Everything but the messages: a content without messages."""


class ReplaceStep(NamedTuple):
    """The whole content was replaced."""

    old: WholeContent
    new: WholeContent


Step = TextStep | BlockStep | MoveStep | RoleStep | ExtrasStep | PartsStep | ReplaceStep


def inverse(step: Step) -> Step:
    """Return the step that reverts `step`."""
    match step:
        case TextStep():
            return step._replace(removed=step.inserted, inserted=step.removed)
        case BlockStep():
            return step._replace(added=not step.added)
        case MoveStep():
            return step._replace(source=step.target, target=step.source)
        case RoleStep():
            return step._replace(old=step.new, new=step.old)
        case ExtrasStep():
            return step._replace(old=step.new, new=step.old)
        case PartsStep():
            return step._replace(old=step.new, new=step.old)
        case ReplaceStep():
            return ReplaceStep(step.new, step.old)


class EditJournal:
    """The done and undone steps. Times are ms of any monotonic clock."""

    def __init__(self, budget: int = 16_000_000) -> None:
        """`budget` is the size limit of all steps together, in characters."""
        self._budget = budget
        self._done: deque[Step] = deque()
        self._undone: list[Step] = []
        self._done_at: deque[int] = deque()
        self._undone_at: list[int] = []
        self.recorded_at = 0
        self._size = 0
        self._open_at: int | None = None

    @property
    def can_undo(self) -> bool:
        """Whether `undo` has a step."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether `redo` has a step."""
        return bool(self._undone)

    @property
    def done_at(self) -> int:
        """The stamp of the step that `undo` returns, 0 for none."""
        return self._done_at[-1] if self._done_at else 0

    @property
    def undone_at(self) -> int:
        """The stamp of the undo of the step that `redo` returns, 0 for none."""
        return self._undone_at[-1] if self._undone_at else 0

    @property
    def size(self) -> int:
        """Size of all steps, in characters."""
        return self._size

    def clear(self) -> None:
        """Drop all steps."""
        self._done.clear()
        self._undone.clear()
        self._done_at.clear()
        self._undone_at.clear()
        self._size = 0
        self._open_at = None

    def record(self, step: Step, now: int) -> None:
        """Add a step that was just done, merged with the last one if both belong to one run of typing or deleting."""
        self.drop_redo()
        if last_stamp() != self.done_at:
            self.seal()
        joined = self._join(step, now)
        if joined is not None:
            self._size -= _cost(self._done.pop())
            self._done_at.pop()
            step = joined
        self.recorded_at = stamp()
        self._done.append(step)
        self._done_at.append(self.recorded_at)
        self._size += _cost(step)
        while self._size > self._budget and len(self._done) > 1:
            self._size -= _cost(self._done.popleft())
            self._done_at.popleft()
        self._open_at = now if _goes_on(step) else None

    def seal(self) -> None:
        """End the run: the next step is not merged."""
        self._open_at = None

    def drop_redo(self) -> None:
        """Drop the undone steps, after something new was done here or elsewhere."""
        for gone in self._undone:
            self._size -= _cost(gone)
        self._undone.clear()
        self._undone_at.clear()

    def caret(self, key: int, position: int) -> None:
        """End the run if the caret is not where the last step left it."""
        last = self._done[-1] if self._done else None
        if self._open_at is None or not isinstance(last, TextStep):
            return
        if (last.key, resting_place(last)) != (key, position):
            self.seal()

    def undo(self) -> Step | None:
        """Return the step to revert (by applying its inverse), or None."""
        self.seal()
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        self._done_at.pop()
        self._undone_at.append(stamp())
        return step

    def redo(self) -> Step | None:
        """Return the step to repeat, or None."""
        self.seal()
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        self._undone_at.pop()
        self._done_at.append(stamp())
        return step

    def _join(self, step: Step, now: int) -> TextStep | PartsStep | None:
        last = self._done[-1] if self._done else None
        if self._open_at is None or now - self._open_at > PAUSE_MS:
            return None
        if isinstance(last, PartsStep) and isinstance(step, PartsStep):
            return last._replace(new=step.new) if last.mark == step.mark else None
        if (
            not isinstance(last, TextStep)
            or not isinstance(step, TextStep)
            or (step.key, step.kind) != (last.key, last.kind)
        ):
            return None
        if step.kind == "typing" and step.position == resting_place(last) and not step.removed:
            starts_word = last.inserted[-1:].isspace() and not step.inserted[:1].isspace()
            if starts_word and len(last.inserted) >= RUN_LENGTH:
                return None
            return last._replace(inserted=last.inserted + step.inserted)
        if step.kind == "deleting" and step.position + units(step.removed) == last.position:
            return last._replace(position=step.position, removed=step.removed + last.removed)
        if step.kind == "deleting" and step.position == last.position:
            return last._replace(removed=last.removed + step.removed)
        return None


def resting_place(step: TextStep) -> int:
    """Return the caret position after `step`."""
    return step.position + units(step.inserted)


def _goes_on(step: Step) -> bool:
    """Whether the next step may be merged with this one."""
    match step:
        case TextStep():
            return step.kind != "other"
        case PartsStep():
            return bool(step.mark)
        case _:
            return False


def _cost(step: Step) -> int:
    match step:
        case TextStep():
            return 1 + len(step.removed) + len(step.inserted)
        case BlockStep():
            return 1 + len(step.block.text)
        case ReplaceStep():
            return 1 + sum(
                sum(len(block.text) for block in whole.blocks) + _weight(whole.parts) for whole in (step.old, step.new)
            )
        case PartsStep():
            return 1 + _weight(step.old) + _weight(step.new)
        case _:
            return 1


def _weight(parts: Content) -> int:
    """Return the approximate number of characters in the parts."""
    examples = sum(len(example.user) + len(example.assistant) for example in parts.examples)
    tools = sum(
        len(tool.description) + len(tool.parameters) + len(tool.answer) + sum(len(row.answer) for row in tool.rows)
        for tool in parts.tools
    )
    return examples + tools + (len(parts.output.schema) if parts.output else 0)
