"""What every way of reading an answer has in common.

Invariant: a page moves nothing that is being read: new text is followed only while the end is in view.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.app.lane_state import LaneHead, LaneStatus


class Page(QWidget):
    """Shows one answer. Subclasses override what they have a use for."""

    following_changed = Signal(bool)
    """Whether new text is followed; False once the reader has scrolled up."""
    data_wanted = Signal()
    """The page needs more than the text; see the package's docstring."""
    gave_up = Signal()
    """The page cannot show this answer; it is shown as text from now on."""

    def set_text(self, text: str) -> None:
        """Show another answer, or one that continues the present one."""
        raise NotImplementedError

    def append(self, piece: str) -> None:
        """Take the next piece of the answer."""
        raise NotImplementedError

    def set_streaming(self, streaming: bool) -> None:
        """Say whether more is to come."""

    def set_status(self, head: LaneHead, status: LaneStatus) -> None:
        """Take in what is known about the answer beside its text."""

    def refresh(self) -> None:
        """Another answer stands here, it has ended, or the page came to the front: ask for data that is needed."""

    def set_data(self, data: object) -> None:
        """Take what `data_wanted` asked for."""

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        """Fade gold between two heights of this widget (pixels, may lie outside), or not at all."""

    def set_placeholder(self, text: str) -> None:
        """Say this in place of an empty answer."""

    def set_name(self, name: str) -> None:
        """Set the accessible name of what is read."""

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in reading order; the first one gets the focus of the page."""
        raise NotImplementedError

    @property
    def against(self) -> tuple[str, str]:
        """What the answer is compared with, in few words and in full; both "" where nothing is compared."""
        return "", ""

    @property
    def is_following(self) -> bool:
        """Whether new text is followed."""
        return True

    def go_to_end(self) -> None:
        """Show the end and follow it."""

    def place(self) -> int:
        """Return about where in the answer (offset in characters) the first visible line begins."""
        return 0

    def set_place(self, offset: int) -> None:
        """Show the line at about `offset` first."""

    def has_selection(self) -> bool:
        """Whether the reader has marked something, which a change of pages would lose."""
        return False
