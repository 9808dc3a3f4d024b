"""What the bar of notices shows, where its widget keeps it to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.ui.shell.notice_bar import NoticeBar


class NoticeDriver:
    """Reads the shown notice as it is painted, and lets a brief one end."""

    def __init__(self, bar: NoticeBar) -> None:
        self._bar = bar

    def lines(self) -> list[str]:
        """Return the sentence as it is broken into lines."""
        return self._bar._text.lines()

    def tip(self) -> str:
        """Return the tool tip, which has the whole sentence where it is cut."""
        return self._bar._text.toolTip()

    def end_brief(self) -> None:
        """Let the time of a brief notice be over."""
        self._bar._brief.timeout.emit()

    def open_detail(self) -> None:
        """Press "Details"."""
        self._bar._more.click()
