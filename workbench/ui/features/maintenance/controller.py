"""The history looked after from the window: commands, what they say, and leaving for what needs the history closed.

Invariant: the window closes for a change of the history only as it closes otherwise, with the same questions; when one
is answered with staying, nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.app.maintenance.desk import CareDesk, Ended
from workbench.ui.shell.events import SettingsCloseRequested, SettingsOpening, SettingsPart, SettingsRequested

if TYPE_CHECKING:
    from workbench.ui.features.maintenance.panel import HistoryPanel
    from workbench.ui.widgets.controls import Confirm
    from workbench.ui.window import MainWindow

NOTICE = "care"


class Caring(QObject):
    """Speaks for the window's CareDesk."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._has_settings_open = False
        self._panel: HistoryPanel | None = None
        """The page of the history in open settings, once it was looked at."""
        self.desk = CareDesk(window.workbench, self)
        self.desk.ended.connect(self._ended)
        self.desk.daily_failed.connect(self._daily_failed)
        self.desk.change_wanted.connect(self.leave_for)
        window.frame.completed.connect(self.desk.begin)
        window.frame.completed.connect(self._look_for_rest)
        window.frame.closing.connect(self.desk.close)

    def table(self) -> dict[str, Callable[[], object]]:
        """Return a handler for every command about the history as a file."""
        return {
            "history_backup": self._back_up,
            "history_restore": lambda: self._page().ask_which_backup(),
            "history_check": lambda: self._page().check(),
            "history_smaller": lambda: self._page().ask_smaller(),
        }

    def add_page(self, opening: SettingsOpening) -> None:
        """Add the page of the history to the settings that open."""
        self._has_settings_open = True
        opening.add(SettingsPart("history", "History", self._make_page, self._close_page))

    def settings_closed(self) -> None:
        """Say from now on in the window how work ended."""
        self._has_settings_open = False

    def _make_page(self, confirm: Confirm) -> HistoryPanel:
        from workbench.ui.features.maintenance.panel import HistoryPanel  # it brings what mends files along

        self._panel = HistoryPanel(self._window.theme, self.desk, confirm)
        return self._panel

    def _close_page(self) -> None:
        if self._panel is not None:
            self._panel.close_work()
            self._panel = None

    def leave_for(self, change: object) -> None:
        """Close the window so that a Change can be carried out, unless something would be lost by that."""
        frame = self._window.frame

        def leave() -> None:
            frame.leaves_for = change
            if not frame.close():
                frame.leaves_for = None

        self._window.services.events.publish(SettingsCloseRequested(leave))

    def _back_up(self) -> None:
        if self.desk.back_up():
            self._window.notices.quiet(NOTICE, "Making a backup…")
        else:
            self._window.notices.quiet(NOTICE, "The history is being looked after already. Try again in a moment.")

    def _look_for_rest(self) -> None:
        """Say when a kill kept the file from being written anew after something went for good."""
        window = self._window

        def known(is_unclean: bool) -> None:
            if is_unclean:
                window.notices.quiet(
                    NOTICE,
                    "What was deleted for good may still be found in the file: it was not written anew yet.",
                    action="clean",
                    label="Write it anew",
                )

        deleting, read_only = window.workbench.store.deleting, self.desk.read_only
        window.tasks.run(lambda: not read_only and deleting.is_unclean, known)

    def _page(self) -> HistoryPanel:
        self._window.services.events.publish(SettingsRequested("history"))
        if self._panel is None:
            raise RuntimeError("the settings have no page of the history")
        return self._panel

    def _ended(self, ended: Ended) -> None:
        # Whoever looks at the page reads it there.
        if self._has_settings_open:
            return
        if ended.tone == "error":
            self._window.notices.problem(ended.sentence, ended.detail)
        else:
            self._window.notices.quiet(NOTICE, ended.sentence)

    def _daily_failed(self, sentence: str, detail: str) -> None:
        self._window.notices.quiet(
            NOTICE, f"The daily backup was not made. {sentence}", action="history", label="Settings…", detail=detail
        )
