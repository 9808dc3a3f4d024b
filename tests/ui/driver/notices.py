"""The shown notice, including parts that its widget keeps private."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.ui.shell.notice_bar import NoticeBar


class NoticeDriver:
    """Reads the painted notice, and ends a brief one."""

    def __init__(self, bar: NoticeBar) -> None:
        self._bar = bar

    def lines(self) -> list[str]:
        """Return the sentence in its painted lines."""
        return self._bar._text.lines()

    def tip(self) -> str:
        """Return the tool tip, which has the whole sentence when it is elided."""
        return self._bar._text.toolTip()

    def end_brief(self) -> None:
        """Let a brief notice time out, if it leaves."""
        if self._bar._notice.brief:
            self.end_leaving()

    def end_leaving(self) -> None:
        """Let a notice time out, if it leaves by itself."""
        if self._bar._leaving.isActive():
            self._bar._leaving.timeout.emit()

    def open_detail(self) -> None:
        """Press "Details"."""
        self._bar._more.click()

    def press(self) -> None:
        """Press the button of the notice."""
        self._bar._button.click()
