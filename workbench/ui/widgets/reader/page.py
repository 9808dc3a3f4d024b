"""The base classes of the pages that show an answer.

Invariant: a page never moves text being read: new text is followed only while the end is in view. A page filled by one
view has no behaviour of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.app.lanes.lane_state import LaneHead, LaneStatus

if TYPE_CHECKING:
    from workbench.ui.widgets.reader.answer import AnswerView
    from workbench.ui.widgets.reader.markdown import MarkdownView


class ReadingPage(QWidget):
    """Shows one answer. Subclasses override what they need."""

    following_changed = Signal(bool)
    """Whether new text is followed; False once the reader has scrolled up."""
    data_wanted = Signal()
    """The page needs more than the text; see the package's docstring."""
    gave_up = Signal()
    """The page cannot show this answer, which is shown as text from now on."""

    def set_text(self, text: str) -> None:
        """Show another answer, or a continuation of the current one."""
        raise NotImplementedError

    def append(self, piece: str) -> None:
        """Append a chunk of the answer."""
        raise NotImplementedError

    def set_streaming(self, streaming: bool) -> None:
        """Set whether more text is expected."""

    def set_status(self, head: LaneHead, status: LaneStatus) -> None:
        """Update what is known about the answer besides its text."""

    def refresh(self) -> None:
        """Request data that is needed; called after the answer was replaced or ended, or the page came to the front."""

    def set_data(self, data: object) -> None:
        """Accept the data requested by `data_wanted`."""

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        """Set a gold gradient between two heights of this widget (pixels, may lie outside), or None for none."""

    def set_placeholder(self, text: str) -> None:
        """Set the text shown while the answer is empty."""

    def set_name(self, name: str) -> None:
        """Set the accessible name of the content."""

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in reading order; the first one gets the focus of the page."""
        raise NotImplementedError

    @property
    def against(self) -> tuple[str, str]:
        """The comparison base, in short and in full; both "" if there is none."""
        return "", ""

    @property
    def is_following(self) -> bool:
        """Whether new text is followed."""
        return True

    def go_to_end(self) -> None:
        """Show the end and follow it."""

    def place(self) -> int:
        """Return the approximate offset of the first visible line, in characters of the answer."""
        return 0

    def set_place(self, offset: int) -> None:
        """Scroll so that the line at about `offset` is first."""

    def has_selection(self) -> bool:
        """Whether the reader has selected something, which a switch of pages would lose."""
        return False


def share_menu(view: AnswerView | MarkdownView) -> None:
    """Let the lane's context menu open over a text without a selection; with one, the text's own menu opens."""

    def choose(marked: bool) -> None:
        policy = Qt.ContextMenuPolicy
        view.setContextMenuPolicy(policy.DefaultContextMenu if marked else policy.NoContextMenu)

    view.copyAvailable.connect(choose)
    choose(False)


class AnswerViewPage(ReadingPage):
    """Delegates everything to `view`."""

    def __init__(self, view: AnswerView | MarkdownView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        share_menu(view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.view.following_changed.connect(self.following_changed)

    def set_text(self, text: str) -> None:
        self.view.set_text(text)

    def append(self, piece: str) -> None:
        self.view.append(piece)

    def set_streaming(self, streaming: bool) -> None:
        self.view.set_streaming(streaming)

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        self.view.set_wash(wash)

    def set_placeholder(self, text: str) -> None:
        self.view.setPlaceholderText(text)

    def tab_stops(self) -> list[QWidget]:
        return [self.view]

    def set_name(self, name: str) -> None:
        self.view.setAccessibleName(name)

    @property
    def is_following(self) -> bool:
        return self.view.is_following

    def go_to_end(self) -> None:
        self.view.go_to_end()

    def place(self) -> int:
        return self.view.place()

    def set_place(self, offset: int) -> None:
        self.view.set_place(offset)

    def has_selection(self) -> bool:
        return self.view.textCursor().hasSelection()
