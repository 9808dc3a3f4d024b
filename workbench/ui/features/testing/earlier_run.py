"""Opens one test run of a prompt, also an earlier one, and says that there is a newer one.

Invariant: an earlier run is never shown without saying so.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.app.testing.controller import SuiteController
from workbench.core.version_name import at_start, run_name
from workbench.ui.shell.services import Services

KEY = "earlier_test"
"""The key of the notice."""


class EarlierRunActions:
    """Shows runs that were chosen elsewhere."""

    def __init__(self, services: Services, suites: SuiteController, refresh: Callable[[], object]) -> None:
        """`refresh` reads the tests again if the view is visible."""
        self._services, self._suites, self._refresh = services, suites, refresh
        self._told = ""
        suites.changed.connect(self._tell)

    def show(self, prompt_uid: str, run_uid: str) -> None:
        """Open the view of a prompt, and show one of its runs; "" shows the newest."""
        self._suites.show_run(prompt_uid, run_uid)
        self._services.navigator.open_prompt(prompt_uid)
        self._services.navigator.show("test")
        self._refresh()

    def _tell(self) -> None:
        """Say once that an earlier run is shown."""
        suites, notices = self._suites, self._services.notices
        run, newer = suites.run, None if suites.overview is None else suites.overview.newer
        told, self._told = self._told, "" if run is None or newer is None else run.uid
        if run is None or newer is None:
            if told:
                notices.withdraw(KEY)
            return
        if told != run.uid:
            notices.quiet(
                KEY,
                f"{at_start(run_name('test', run.number))} is shown. "
                f"{at_start(run_name('test', newer.number))} is newer.",
                label="Show the newest",
                act=lambda: self.show(suites.prompt_uid, ""),
            )
