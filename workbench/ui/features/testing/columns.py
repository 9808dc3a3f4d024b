"""Adds, removes and sorts columns by menus.

Invariant: a column that is removed keeps its answers; only what the next run asks changes, and that can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.version_columns import asks_the_same, version_lanes
from workbench.app.testing.words import column_title
from workbench.core.lanes import Lane
from workbench.core.testing.settings import MOST_COLUMNS, SuiteSettings
from workbench.core.timeline import name as row_name
from workbench.core.timeline import version_of
from workbench.host.ids import new_uid
from workbench.ui.features.testing.chips import literal

if TYPE_CHECKING:
    from workbench.core.testing.grid import SuiteColumn
    from workbench.ui.features.testing.comparison_actions import ComparisonActions
    from workbench.ui.shell.services import Services

_MOST_VERSIONS = 8
"""Versions offered as columns in a menu."""


class ColumnActions:
    """What can be done with the columns of the tests."""

    def __init__(self, services: Services, suites: SuiteController, compare: ComparisonActions) -> None:
        self._services, self._suites, self.compare = services, suites, compare

    def open_head_menu(self, column: int, at: QPoint) -> None:
        """Open the menu of a column's head."""
        suites, columns = self._suites, self._suites.columns()
        if column >= len(columns):
            return
        menu = self._menu()
        menu.addAction("Only cases that fail here", lambda: suites.choose_rows("failed", column))
        menu.addSeparator()
        menu.addAction("Lowest score first", lambda: suites.sort("score", descending=False, column=column))
        menu.addAction("Slowest first", lambda: suites.sort("latency", descending=True, column=column))
        menu.addAction("Most expensive first", lambda: suites.sort("cost", descending=True, column=column))
        menu.addSeparator()
        self._add_changes(menu, columns[column])
        menu.popup(at)

    def open_menu(self, at: QPoint) -> None:
        """Offer versions and models as columns, and what can be done with those that are there."""
        overview = self._suites.overview
        if overview is None:
            return
        menu = self._menu()
        if len(overview.settings.columns) >= MOST_COLUMNS:
            menu.addAction(f"At most {MOST_COLUMNS} columns").setEnabled(False)
        else:
            lanes = self._services.session.draft().run_lanes
            menu.addAction(f"The lanes of Compose ({len(lanes)})", self.take_lanes).setEnabled(bool(lanes))
            versions: list[tuple[int | None, str]] = [(None, "The current text"), *self._versions()]
            columns = overview.settings.columns
            menu.addSeparator()
            for version, title in versions:
                if added := version_lanes(columns, version):
                    words = f"{literal(title)} with the models of the columns ({len(added)})"
                    action = menu.addAction(words, partial(self.add, added))
                    action.setEnabled(len(columns) + len(added) <= MOST_COLUMNS)
            menu.addSeparator()
            for version, title in versions:
                menu.addAction(f"{literal(title)} with a model…", partial(self.choose_model, version))
        if overview.settings.columns:
            menu.addSeparator()
            for column in overview.columns:
                self._add_changes(menu.addMenu(literal(column_title(column))), column)
        for action in menu.actions():
            action.setEnabled(action.isEnabled() and not self._services.backend.store.read_only)
        menu.popup(at)

    def take_lanes(self) -> Future[None] | None:
        """Add the lanes of the draft as columns; None if the tests are not read yet."""
        return self.add(self._services.session.draft().run_lanes)

    def _menu(self) -> QMenu:
        menu = QMenu(self._services.dialogs.widget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _add_changes(self, menu: QMenu, column: SuiteColumn) -> None:
        overview, slot = self._suites.overview, column.lane.slot
        slots = [] if overview is None else [one.slot for one in overview.settings.columns]
        self.compare.add_entries(menu, column)
        menu.addSeparator()
        removal = menu.addAction("Remove the column", lambda: self._remove(slot))
        removal.setEnabled(slot in slots and not self._services.backend.store.read_only)

    def _versions(self) -> list[tuple[int, str]]:
        """Return the newest versions of the prompt with their names."""
        found: dict[int, str] = {}
        for row in self._services.selection.timeline().rows:
            found.setdefault(version_of(row), row_name(row))
            if len(found) >= _MOST_VERSIONS:
                break
        return list(found.items())

    def choose_model(self, version: int | None) -> None:
        """Choose a model for a new column with a version, None for the current text."""
        overview, draft = self._suites.overview, self._services.session.draft()
        known = (*(overview.settings.columns if overview is not None else ()), *draft.lanes)
        start = known[0] if known else Lane("", "", "")
        lane = replace(start, slot=new_uid(), pinned=version, label="", samples=1, hidden=False, baseline="")

        def use(endpoint: str, model: str) -> None:
            self.add((replace(lane, endpoint=endpoint, model=model),))

        self._services.navigator.choose_model(lane, use, self._services.dialogs.widget())

    def add(self, lanes: Sequence[Lane]) -> Future[None] | None:
        """Add lanes as columns; None if the tests are not read yet."""
        wanted = tuple(replace(lane, samples=1) for lane in lanes)

        def add(settings: SuiteSettings) -> SuiteSettings:
            there = {one.slot for one in settings.columns}
            fresh = tuple(replace(one, slot=new_uid()) if one.slot in there else one for one in wanted)
            return replace(settings, columns=(*settings.columns, *fresh)[:MOST_COLUMNS])

        return self._suites.change_settings(add)

    def put_version_before(self, version: int) -> Future[None] | None:
        """Put a version with the models of the columns before them, as the baseline if that is the current text.

        Return None if the tests are not read yet, or there are too many columns.
        """
        overview = self._suites.overview
        if overview is None:
            return None
        columns = overview.settings.columns
        copies = tuple(replace(lane, slot=new_uid(), samples=1) for lane in version_lanes(columns, version))
        if len(columns) + len(copies) > MOST_COLUMNS:
            return None

        def put(settings: SuiteSettings) -> SuiteSettings:
            before = next((one for one in settings.columns if one.slot == settings.baseline), settings.columns[0])
            wanted = before if before.pinned is not None else replace(before, pinned=version)
            baseline = next((one.slot for one in copies if asks_the_same(one, wanted)), before.slot)
            return replace(settings, columns=(*copies, *settings.columns), baseline=baseline)

        return self._suites.change_settings(put)

    def _remove(self, slot: str) -> None:
        overview = self._suites.overview
        if overview is None:
            return
        before = overview.settings
        rest = tuple(one for one in before.columns if one.slot != slot)
        self._suites.change_settings(lambda settings: replace(settings, columns=rest))
        self._services.notices.offer(
            "Column removed; its answers are kept.",
            "Undo",
            lambda: self._suites.change_settings(lambda _: before),
        )
