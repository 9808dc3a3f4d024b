"""History in the window: where the view stands, and what its commands do.

Invariant: the view is made, and its widgets imported, in steps that begin when the window is at rest or somebody goes
there; what its commands mean is asked for by nobody before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.ui import geometry

if TYPE_CHECKING:
    from PySide6.QtWidgets import QSplitter

    from workbench.core.searching.results import HistoryRow
    from workbench.ui.erasing import Erasing
    from workbench.ui.features.history.view import HistoryView
    from workbench.ui.history.curating import Curating
    from workbench.ui.history.saving import Saving
    from workbench.ui.shell.views import Making
    from workbench.ui.window import MainWindow


class HistoryPlace:
    """`view`, `curating` and `saving` are None before they are made."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.view: HistoryView | None = None
        self.curating: Curating | None = None
        self.saving: Saving | None = None
        self._erasing: Erasing | None = None

    def table(self, elsewhere: dict[str, Callable[[], object]]) -> dict[str, Callable[[], object]]:
        """Return a handler for every command of this view; those that Compose has, too, are done `elsewhere` there."""
        curating: dict[str, Callable[[Curating], object]] = {
            "open_run": lambda act: act.open(),
            "star_run": lambda act: act.star(),
            "tag_run": lambda act: act.tag(),
            "archive_run": lambda act: act.archive(),
            "delete_run": lambda act: act.delete(),
            "purge_run": lambda act: act.purge(),
            "copy_rows": lambda act: act.copy(),
            "copy_run_prompt": lambda act: act.copy_as("prompt"),
            "copy_run_answers": lambda act: act.copy_as("answers"),
            "copy_run_markdown": lambda act: act.copy_as("markdown"),
            "copy_run_json": lambda act: act.copy_as("json"),
            "copy_run_requests": lambda act: act.copy_as("requests"),
            "note": lambda act: act.note(),
            "restore": lambda act: act.take_over(branch=False),
            "branch": lambda act: act.take_over(branch=True),
        }

        def doing(name: str) -> Callable[[], object]:
            def do() -> None:
                if self._window.views.shown != "history" and name in elsewhere:
                    elsewhere[name]()
                elif self.curating is not None:
                    curating[name](self.curating)

            return do

        return {
            **{name: doing(name) for name in curating},
            "save_search": lambda: self._there().save(),
            "saved_searches": lambda: self._there().show_all(),
            "deleted": lambda: self.erasing.show_deleted(),
            "delete_prompt": lambda: self.erasing.delete_prompt(self._window.compose.prompt_uid),
        }

    def search(self, query: str) -> None:
        """Go to the view and search there."""
        self._window.views.show("history")
        if self.view is not None:
            self.view.search(query)

    def _there(self) -> Saving:
        """Go to the view; return what saves its searches."""
        self._window.views.show("history")
        assert self.saving is not None
        return self.saving

    @property
    def erasing(self) -> Erasing:
        """What deletes runs and prompts; made when it is first asked for."""
        if self._erasing is None:
            from workbench.ui.erasing import Erasing

            self._erasing = Erasing(self._window)
        return self._erasing

    def make(self) -> Making:
        """Make the view in steps; its first page is on the way then."""
        from workbench.ui.history.opening import history_view

        yield
        self.view, self.curating, self.saving = yield from history_view(self._window)
        self.view.selection_changed.connect(self._window.update_state)
        divider, frame = self.view.divider, self._window.frame
        divider.is_by_hand = geometry.restore_divider(frame.settings, geometry.HISTORY, divider)
        return self.view

    def enter(self) -> None:
        """Give the keyboard to the search."""
        if self.view is not None:
            self.view.bar.field.setFocus()

    def dividers(self) -> dict[str, QSplitter]:
        """Return what a hand divided, to be kept for the next start."""
        moved = self.view is not None and self.view.divider.is_by_hand
        return {geometry.HISTORY: self.view.divider} if self.view is not None and moved else {}

    def selected(self) -> list[HistoryRow]:
        """Return the runs that are selected."""
        return [] if self.view is None else self.view.selected()

    @property
    def searched(self) -> bool:
        """Whether something is searched for."""
        return self.view is not None and bool(self.view.bar.field.text().strip())

    def look_again(self) -> None:
        """Search anew: runs came or went."""
        if self.view is not None:
            self.view.model.search_again(all_rows=True)
