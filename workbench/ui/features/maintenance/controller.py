"""Connects maintenance with the window: commands, notices, and changes that need the history closed.

Invariant: for such a change the window closes in the usual way, with the usual questions; if one of them is cancelled,
nothing is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.app.maintenance.tasks import MaintenanceResult, MaintenanceTasks
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
    from workbench.ui.widgets.controls import ConfirmBar
    from workbench.usecases.history_replacement import Change

NOTICE = "care"


class MaintenanceController:
    """Controls the maintenance desk of the open history."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._has_settings_open = False
        self.panel: HistoryPanel | None = None
        """The History page of the open settings, once created."""
        self.desk = MaintenanceTasks(services.backend.store, services.backend.runner, services.dialogs.widget())
        self.desk.ended.connect(self._ended)
        self.desk.daily_failed.connect(self._daily_failed)
        self.desk.change_wanted.connect(self._leave_for)
        services.events.subscribe(SettingsClosed, lambda _: self._settings_closed())

    def stop(self) -> None:
        """Stop running jobs, and wait until none of them uses the history any more."""
        self.desk.close()

    def begin(self) -> None:
        """Start the daily backups, and report work that an earlier session left unfinished."""
        self.desk.begin()
        self._look_for_rest()

    def back_up(self) -> None:
        """Make a backup that is kept until deleted by hand."""
        notices = self._services.notices
        if self.desk.back_up():
            notices.quiet(NOTICE, "Making a backup…", lasting=True)
        else:
            notices.quiet(NOTICE, "Another maintenance task is running. Try again in a moment.")

    def ask_which_backup(self) -> None:
        """Show the list of backups."""
        self._shown_panel().ask_which_backup()

    def check(self) -> None:
        """Check the integrity of the history, and show the result in the settings."""
        self._shown_panel().check()

    def ask_smaller(self) -> None:
        """Ask in the settings whether to drop raw responses and free space."""
        self._shown_panel().ask_smaller()

    def add_page(self, opening: SettingsOpening) -> None:
        """Add the History page to the settings."""
        self._has_settings_open = True
        opening.add(SettingsPart("history", "History", self._make_page, self._close_page))

    def _settings_closed(self) -> None:
        self._has_settings_open = False

    def _make_page(self, confirm: ConfirmBar) -> HistoryPanel:
        from workbench.ui.features.maintenance.panel import HistoryPanel  # it imports the code for repairs

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
        """Show a notice if the process was killed between a permanent deletion and rewriting the file."""
        services = self._services

        def known(is_unclean: bool) -> None:
            if is_unclean:
                services.notices.quiet(
                    NOTICE,
                    "Deleted data may still be in the file, because the file was not rewritten yet.",
                    label="Rewrite file",
                    act=lambda: services.events.publish(HistoryCleaningRequested()),
                    lasting=True,
                )

        deleting, read_only = services.backend.store.deleting, self.desk.read_only
        services.tasks.run(lambda: not read_only and deleting.is_unclean, known)

    def _ended(self, ended: MaintenanceResult) -> None:
        # The open page shows the result itself.
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
            lasting=True,
        )
