"""The search of the palette: entries from pluggable sources, ranked across all of them.

Invariant: nothing here blocks. Sources that read are read by tasks, and a list that arrives late is merged in. Recently
chosen entries come first only among equally good matches. Similar entries are kept apart from matches.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from workbench.app.fuzzy import FuzzyIndex, MatchCloseness
from workbench.app.tasks import BackgroundTasks
from workbench.core.visible_text import VisibleFields

RECENT = 12
"""Number of recently chosen entries that precede other equally good matches."""
MOST = 200
"""Maximum number of results; another letter narrows them."""
MOST_SIMILAR = 12
"""Maximum number of similar entries."""
_UNAVAILABLE = 10


@dataclass(frozen=True, slots=True)
class PaletteEntry(VisibleFields):
    """A search result. `kind` is a displayed word; `id` is unique within the kind.

    `key` is its shortcut, `unavailable` the reason why it is disabled ("" if enabled). `act` is called on the UI thread
    when the entry is chosen, `act_otherwise`, if set, when Shift is held.
    """

    kind: str
    id: str
    title: str
    act: Callable[[], object]
    detail: str = ""
    key: str = ""
    unavailable: str = ""
    act_otherwise: Callable[[], object] | None = None
    hint: str = ""
    """What Enter and Shift+Enter do, if it is not obvious."""
    warning: str = ""
    """Warning before the detail: "retired 2025-09-01", "not reachable"."""
    SHOWN = ("title", "detail", "warning")

    @property
    def mark(self) -> str:
        """The key of the entry in the list of recent ones."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True, eq=False)
class PaletteSource:
    """Source of the entries of one kind.

    `prefix` is the character that limits the search to this kind, `name` its plural. `read` is called each time the
    palette opens: on the UI thread, or by a task if `slow`. Of equally good matches those of a low `rank` (0 to 9) come
    first.
    """

    name: str
    prefix: str
    read: Callable[[], Sequence[PaletteEntry]]
    slow: bool = False
    rank: int = 0
    initials: bool = True
    """Whether the initials of an entry's words match it; this is noise for names with many short parts."""


@dataclass(frozen=True, slots=True)
class _List:
    """The entries of one source with their index."""

    entries: Sequence[PaletteEntry]
    index: FuzzyIndex

    @staticmethod
    def of(source: PaletteSource) -> _List:
        entries = source.read()
        texts = ((entry.title, entry.detail, entry.kind) for entry in entries)
        return _List(entries, FuzzyIndex(texts, initials=source.initials))


class Palette(QObject):
    """The state of the palette from opening to closing. `changed` is emitted when the results change."""

    changed = Signal()

    def __init__(
        self,
        sources: Sequence[PaletteSource],
        tasks: BackgroundTasks,
        recent: Sequence[str] = (),
        parent: QObject | None = None,
    ) -> None:
        """`recent` are the marks of recently chosen entries, newest first."""
        super().__init__(parent)
        self.sources = tuple(sources)
        self._recent = {mark: place for place, mark in enumerate(recent[:RECENT])}
        self._lists: dict[PaletteSource, _List] = {}
        self._weights: dict[PaletteSource, list[int]] = {}
        self._places: dict[PaletteSource, dict[int, int]] = {}
        self._waiting = {source for source in sources if source.slow}
        self._query = ""
        self._closed = False
        self.found: list[PaletteEntry] = []
        """The matches, best first."""
        self.similar: list[PaletteEntry] = []
        """Entries that contain the typed letters in order, if nothing matches."""
        self.is_sure = True
        """Whether Enter may take the first match without an explicit choice."""
        self.trouble = ""
        for source in self.sources:
            if source.slow:
                # Folding thousands of names takes longer than a frame.
                tasks.run(partial(_List.of, source), self._arrival(source), self._failure(source))
            else:
                self._take(source, _List.of(source))
        self._find()

    @property
    def is_reading(self) -> bool:
        """Whether any list is still being read."""
        return bool(self._waiting)

    @property
    def words(self) -> str:
        """The query without the prefix of a kind."""
        return self._query[1:].strip() if self.source() is not None else self._query

    def source(self) -> PaletteSource | None:
        """Return the source that the query is limited to, None for all."""
        return next((s for s in self.sources if s.prefix and self._query.startswith(s.prefix)), None)

    def set_recent(self, recent: Sequence[str]) -> None:
        """Set the recently chosen entries, newest first."""
        self._recent = {mark: place for place, mark in enumerate(recent[:RECENT])}
        for source, known in self._lists.items():
            self._take(source, known)
        self._find()
        self.changed.emit()

    def search(self, query: str) -> None:
        """Search for a query."""
        self._query = query.strip()
        self._find()
        self.changed.emit()

    def close(self) -> None:
        """Drop lists that are still being read."""
        self._closed = True

    def _arrival(self, source: PaletteSource) -> Callable[[_List], None]:
        def take(entries: _List) -> None:
            if not self._closed:
                self._waiting.discard(source)
                self._take(source, entries)
                self._find()
                self.changed.emit()

        return take

    def _failure(self, source: PaletteSource) -> Callable[[Exception], None]:
        def tell(error: Exception) -> None:
            if not self._closed:
                self._waiting.discard(source)
                sentence = getattr(error, "sentence", "") or "Close the palette and try again."
                self.trouble = f"The {source.name} cannot be listed. {sentence}"
                self.changed.emit()

        return tell

    def _take(self, source: PaletteSource, known: _List) -> None:
        self._lists[source] = known
        self._weights[source] = [source.rank + (_UNAVAILABLE if e.unavailable else 0) for e in known.entries]
        marks = ((i, self._recent.get(entry.mark)) for i, entry in enumerate(known.entries))
        self._places[source] = {i: place for i, place in marks if place is not None}

    def _find(self) -> None:
        best = self._best(FuzzyIndex.matches, MOST)
        self.found = [entry for _, entry in best]
        self.is_sure = bool(best) and MatchCloseness(best[0][0]).is_sure
        self.similar = []
        if not best and self.words:
            self.similar = [entry for _, entry in self._best(FuzzyIndex.similar, MOST_SIMILAR)]

    def _best(
        self, search: Callable[[FuzzyIndex, str], Sequence[tuple[int, int]]], most: int
    ) -> list[tuple[int, PaletteEntry]]:
        """Return (closeness or distance, entry) of the best entries of all searched sources."""
        wanted, words = self.source(), self.words
        asked = [s for s in self.sources if s in self._lists and wanted in (None, s)]
        scored: list[tuple[int, int, int, int, int]] = []
        for order, source in enumerate(asked):
            weights, places = self._weights[source], self._places[source]
            for score, i in search(self._lists[source].index, words):
                place = places.get(i, RECENT)
                # Without a query, no entry matches better than another.
                ranks = (weights[i], place) if words else (place, weights[i])
                scored.append((score, *ranks, order, i))
        best = heapq.nsmallest(most, scored)
        return [(score, self._lists[asked[order]].entries[i]) for score, *_, order, i in best]
