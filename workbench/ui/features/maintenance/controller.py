"""The history looked after from the window: commands, what they say, and leaving for what needs the history closed.

Invariant: the window closes for a change of the history only as it closes otherwise, with the same questions; when one
is answered with staying, nothing is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.app.maintenance.desk import CareDesk, Ended
from workbench.ui.shell.events import (
    HistoryChangeRequested,
    HistoryCleaningRequested,
    SettingsClosed,
    SettingsCloseRequested,
    SettingsOpening,
    SettingsPart,
    SettingsRequested,
)

if TYPE_CHECKING:
    from workbench.ui.features.maintenance.panel import HistoryPanel
    from workbench.ui.shell.services import Services
    from workbench.ui.widgets.controls import Confirm
    from workbench.usecases.history_replacement import Change

NOTICE = "care"


class MaintenanceController:
    """Speaks for the desk of the open history."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._has_settings_open = False
        self.panel: HistoryPanel | None = None
        """The page of the history in open settings, once it was looked at."""
        self.desk = CareDesk(services.backend.store, services.backend.runner, services.dialogs.widget())
        self.desk.ended.connect(self._ended)
        self.desk.daily_failed.connect(self._daily_failed)
        self.desk.change_wanted.connect(self._leave_for)
        services.events.subscribe(SettingsClosed, lambda _: self._settings_closed())

    def stop(self) -> None:
        """Stop what goes on, and wait until nothing here reads or writes the history."""
        self.desk.close()

    def begin(self) -> None:
        """Begin the daily backups, and say what an earlier session left undone."""
        self.desk.begin()
        self._look_for_rest()

    def back_up(self) -> None:
        """Make a backup that stays."""
        notices = self._services.notices
        if self.desk.back_up():
            notices.quiet(NOTICE, "Making a backup…")
        else:
            notices.quiet(NOTICE, "The history is being looked after already. Try again in a moment.")

    def ask_which_backup(self) -> None:
        """Lead to the list of backups."""
        self._shown_panel().ask_which_backup()

    def check(self) -> None:
        """Look whether the history is sound, and show that in the settings."""
        self._shown_panel().check()

    def ask_smaller(self) -> None:
        """Ask in the settings whether to drop what can be dropped."""
        self._shown_panel().ask_smaller()

    def add_page(self, opening: SettingsOpening) -> None:
        """Add the page of the history to the settings that open."""
        self._has_settings_open = True
        opening.add(SettingsPart("history", "History", self._make_page, self._close_page))

    def _settings_closed(self) -> None:
        self._has_settings_open = False

    def _make_page(self, confirm: Confirm) -> HistoryPanel:
        from workbench.ui.features.maintenance.panel import HistoryPanel  # it brings what mends files along

        self.panel = HistoryPanel(self._services.theme, self.desk, confirm)
        return self.panel

    def _close_page(self) -> None:
        if self.panel is not None:
            self.panel.close_work()
            self.panel = None

    def _shown_panel(self) -> HistoryPanel:
        self._services.events.publish(SettingsRequested("history"))
        if self.panel is None:
            raise RuntimeError("the settings have no page of the history")
        return self.panel

    def _leave_for(self, change: Change) -> None:
        publish = self._services.events.publish
        publish(SettingsCloseRequested(lambda: publish(HistoryChangeRequested(change))))

    def _look_for_rest(self) -> None:
        """Say when a kill kept the file from being written anew after something went for good."""
        services = self._services

        def known(is_unclean: bool) -> None:
            if is_unclean:
                services.notices.quiet(
                    NOTICE,
                    "What was deleted for good may still be found in the file: it was not written anew yet.",
                    label="Write it anew",
                    act=lambda: services.events.publish(HistoryCleaningRequested()),
                )

        deleting, read_only = services.backend.store.deleting, self.desk.read_only
        services.tasks.run(lambda: not read_only and deleting.is_unclean, known)

    def _ended(self, ended: Ended) -> None:
        # Whoever looks at the page reads it there.
        if self._has_settings_open:
            return
        if ended.tone == "error":
            self._services.notices.problem(ended.sentence, ended.detail)
        else:
            self._services.notices.quiet(NOTICE, ended.sentence)

    def _daily_failed(self, sentence: str, detail: str) -> None:
        services = self._services
        services.notices.quiet(
            NOTICE,
            f"The daily backup was not made. {sentence}",
            label="Settings…",
            act=lambda: services.events.publish(SettingsRequested("history")),
            detail=detail,
        )
