"""Follows changes that other processes make to the cases that a dialog shows.

Invariant: cases are shown only if nothing was edited since their reading began and everything edited is stored, so that
no list is older than what the user typed. Changes that come while cases are read are read afterwards, once.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.app.tasks import BackgroundTasks
from workbench.core.cases import Case

Cases = tuple[Case, ...]


class CaseFollower:
    """Reads the cases again off the UI thread, and calls `show` with them if they differ from the `known` ones."""

    def __init__(
        self,
        tasks: BackgroundTasks,
        read: Callable[[], Callable[[], Cases]],
        known: Callable[[], Cases | None],
        is_saved: Callable[[], bool],
        show: Callable[[Cases], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """`read` returns a function that blocks; `known` are the cases in the dialog, None while it is closed."""
        self._tasks, self._read, self._known, self._is_saved = tasks, read, known, is_saved
        self._show, self._failed = show, failed
        self._edits = 0
        self._is_reading = self._is_behind = False

    def edited(self) -> None:
        """Record an edit: cases that are being read are older."""
        self._edits += 1

    def saved(self) -> None:
        """Read what had to wait for the edits to be stored."""
        if self._is_behind:
            self.follow()

    def follow(self) -> None:
        """Read the cases again, now or as soon as everything edited is stored."""
        known = self._known()
        if known is None or self._is_reading or not self._is_saved():
            self._is_behind = known is not None
            return
        self._is_reading, self._is_behind = True, False
        read, edits = self._read(), self._edits

        def work() -> Cases | None:
            cases = read()
            return None if cases == known else cases

        def show(cases: Cases | None) -> None:
            self._is_reading = False
            if edits != self._edits:
                self._is_behind = True
            elif cases is not None and self._known() is not None:
                self._show(cases)
            self.saved()

        def failed(error: Exception) -> None:
            self._is_reading = False
            self._failed(error)

        self._tasks.run(work, show, failed)
