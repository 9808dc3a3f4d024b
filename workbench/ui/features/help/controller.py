"""Opens the dialogs of the Help menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl, qVersion
from PySide6.QtGui import QDesktopServices
from shiboken6 import isValid

from workbench import __version__
from workbench.ui.features.help.dialog import HelpDialog
from workbench.ui.shell.services import Services
from workbench.ui.widgets.controls import button
from workbench.ui.widgets.paths import show_folder
from workbench.usecases import product_texts
from workbench.usecases.problems import problem_of

_HOW = (
    "Copy this report, add what you did and what you expected, and send it to the maintainer of your installation. "
    "The log names parts of the program and kinds of errors; it holds no prompt, answer or key."
)


class HelpController:
    """Shows one dialog at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.dialog: HelpDialog | None = None

    def stop(self) -> None:
        """Nothing runs in the background but short reads."""

    def show_guide(self) -> None:
        """Show the guide, with a button that opens its site, which has pictures and a search."""
        dialog = self._show("Guide", product_texts.guide)

        def open_site() -> None:
            site = product_texts.guide_site()
            if site is None:
                dialog.said.say("The site was not built. Run “make docs” in the source.", "error")
            elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(site))):
                dialog.said.say(f"No browser answered. The guide is {site}", "error")

        dialog.foot.insertWidget(2, button("Open in browser", open_site))

    def show_news(self) -> None:
        """Show the changelog."""
        self._show("What’s new", product_texts.news)

    def show_licences(self) -> None:
        """Show the licences of the product and of the packages it uses."""
        self._show("Licences", product_texts.licences)

    def show_about(self) -> None:
        """Show version, system and the place of the history."""
        database = self._services.backend.store.path
        self._show("About Prompt Workbench", lambda: product_texts.about(__version__, database, qVersion()))

    def report_problem(self) -> None:
        """Show a report with the error log, to copy."""
        state = self._services.backend.places.state
        dialog = self._show(
            "Report a problem",
            lambda: f"{_HOW}\n\n{product_texts.problem_report(__version__, qVersion(), state)}",
            plain=True,
        )

        def open_folder() -> None:
            dialog.said.say(show_folder(state), "error")

        dialog.foot.insertWidget(2, button("Show log folder", open_folder))

    def _show(self, title: str, read: Callable[[], str], *, plain: bool = False) -> HelpDialog:
        if self.dialog is not None and isValid(self.dialog):
            self.dialog.close()
        dialog = self.dialog = HelpDialog(title, self._services.dialogs.widget())
        show = dialog.show_plain if plain else dialog.show_markdown

        def failed(error: Exception) -> None:
            if isValid(dialog):
                dialog.said.say(problem_of(error).sentence, "error")

        self._services.tasks.run(read, lambda text: show(text) if isValid(dialog) else None, failed)
        dialog.show()
        return dialog
