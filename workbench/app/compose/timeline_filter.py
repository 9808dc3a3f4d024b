"""The filter of the timeline: the iterations of the open prompt that match a search.

Invariant: it is a search of the History restricted to one prompt, so the same words and filters work in both. A page of
the timeline continues a search at the place that its cursor has as `iteration`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.compose.timeline_model import TimelineModel
from workbench.app.tasks import Tasks
from workbench.core.search.completion import QueryCompletion
from workbench.core.search.parser import as_typed
from workbench.core.search.results import SearchCursor
from workbench.core.timeline import TimelineCursor, TimelinePage
from workbench.usecases.searcher import SearchPage

_LATE_MS = 400
"""Delay before a search is repeated while runs are being indexed."""


class TimelineSearch(Protocol):
    """The interface of `usecases.searcher.Searcher` that a filter needs."""

    def search(
        self,
        text: str,
        after: SearchCursor | None = None,
        limit: int = 50,
        *,
        prompt: str = "",
    ) -> SearchPage:
        """Return up to `limit` iterations of a prompt behind `after`; blocks."""

    def complete(self, text: str, caret: int) -> QueryCompletion:
        """Return completions at the caret; blocks."""


class TimelineFilter(QObject):
    """Filters a timeline by a typed text, until another prompt is shown."""

    said = Signal(str)
    """The part of the text that could not be parsed, "" for none."""

    def __init__(self, timeline: TimelineModel, searcher: TimelineSearch, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._timeline, self._searcher, self._tasks = timeline, searcher, tasks
        self._text = ""
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_LATE_MS)
        self._late.timeout.connect(self._search_again)

    def set_text(self, text: str) -> None:
        """Show the iterations that match a text; without one, all rows."""
        self._late.stop()
        self._text = query = as_typed(text).strip()
        if not query:
            if self._timeline.is_filtered:
                self._timeline.filter(None)
            self.said.emit("")
            return

        def fetch(prompt: str, after: TimelineCursor | None, limit: int) -> TimelinePage:
            cursor = None if after is None else SearchCursor(after.iteration)
            found = self._searcher.search(query, cursor, limit, prompt=prompt)
            self._tasks.on_ui(lambda: self._found(query, found))
            rest = found.page.next
            rows = tuple(row.row for row in found.page.rows)
            return TimelinePage(rows, None if rest is None else TimelineCursor(rest.place, 0))

        self._timeline.filter(fetch)

    def read_tags(self, then: Callable[[Sequence[str]], None]) -> None:
        """Pass the tags of runs to `then`, once they are read."""
        self._tasks.run(lambda: self._searcher.complete("tag:", 4), lambda found: then([c.text for c in found.choices]))

    def _found(self, query: str, found: SearchPage) -> None:
        if query == self._text:
            self.said.emit(" ".join(complaint.sentence for complaint in found.complaints[:1]))
            if found.is_late:
                self._late.start()

    def _search_again(self) -> None:
        if self._timeline.is_filtered:
            self._timeline.refresh()
