"""Finding again what was ever run.

Invariant: looking changes nothing; whatever is typed is searched, and what of it was not understood is said beside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from workbench.core.search.completion import QueryCompletion, complete
from workbench.core.search.date_values import stored_moment
from workbench.core.search.parser import cited, parse
from workbench.core.search.query import ParsedQuery, QueryComplaint, QueryFilter, QueryWords, SearchQuery
from workbench.core.search.query_text import to_text
from workbench.core.search.results import HistoryPage, Order, SearchCursor
from workbench.core.search.text_folding import folded
from workbench.store import Store
from workbench.store.search.fields import FIELDS
from workbench.store.search.searches import SearchStop

PAGE = 50
_COUNTED = 10_000

__all__ = ["PAGE", "SearchPage", "SearchStop", "Searcher"]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What a search brought: a page of runs, complaints about places in the text, and remarks about the whole.

    `text` is the search in the form in which it can be kept; `took_ms` is what it took. While it `is_late`, runs are on
    the way into the index, and the same search may soon find more.
    """

    page: HistoryPage
    text: str
    complaints: tuple[QueryComplaint, ...] = ()
    remarks: tuple[str, ...] = ()
    took_ms: int = 0
    is_late: bool = False


class Searcher:
    """Searches the runs of all prompts. Blocks, so it belongs on a worker thread; a `SearchStop` ends one early."""

    def __init__(
        self, store: Store, now: Callable[[], str], clock_ms: Callable[[], int], zone: tzinfo | None = None
    ) -> None:
        """`now` returns UTC text, `clock_ms` a monotonic clock; days begin where `zone` is, None is the system's."""
        self._store, self._now, self._clock_ms, self._zone = store, now, clock_ms, zone

    def search(
        self,
        text: str,
        after: SearchCursor | None = None,
        limit: int = PAGE,
        *,
        order: Order = "newest",
        stop: SearchStop | None = None,
    ) -> SearchPage:
        """Return up to `limit` runs behind `after` (None: from the first); without words, all runs.

        Raises StoreError, with code interrupted when `stop` asked for it.
        """
        began, now = self._clock_ms(), self._now()
        parsed = parse(text, FIELDS)
        page = self._store.searches.page(
            parsed.query,
            lambda moment: stored_moment(moment, now, self._zone),
            order=order,
            after=after,
            limit=limit,
            stop=stop,
        )
        complaints = sorted([*parsed.complaints, *_unknown(parsed, page)], key=lambda complaint: complaint.start)
        took = self._clock_ms() - began
        remarks = self._remarks(page)
        if after is None and not page.rows:
            remarks += self._prompts_called(parsed)
        late = bool(page.behind) and not self._store.read_only and self._store.searches.trouble is None
        return SearchPage(page, to_text(parsed.query, FIELDS), tuple(complaints), remarks, took, late)

    def complete(self, text: str, caret: int) -> QueryCompletion:
        """Return what can stand at the caret: filters, or values that the history has. Raises StoreError."""
        return complete(text, caret, self._store.searches.known(), FIELDS)

    def run_of(self, beginning: str) -> tuple[str, ...]:
        """Return the uids of runs that begin so, two at most: one is the run, two are not clear."""
        return tuple(self._store.searches.find_run(beginning))

    def behind(self, most: int = 1_000_000) -> int:
        """Return how many runs, up to `most`, are on the way into the index; 0 also when there is no getting there."""
        searches = self._store.searches
        return 0 if self._store.read_only or searches.trouble is not None else searches.behind(most)

    def _prompts_called(self, parsed: ParsedQuery) -> tuple[str, ...]:
        """Say which prompt has a name of these words: names are asked for by a filter."""
        words = [folded(term.text) for term in parsed.query.terms if isinstance(term, QueryWords) and not term.negated]
        prompts = self._store.searches.known()["prompt"]
        named = [name for name in prompts if all(word in folded(name) for word in words)]
        if not words or not named:
            return ()
        others = f" and {len(named) - 1:,} more" if named[1:] else ""
        asked = to_text(
            SearchQuery(tuple(QueryFilter("prompt", name) for name in (words if named[1:] else named))), FIELDS
        )
        return (f"Names of prompts are asked for by a filter: {asked} finds the runs of {cited(named[0])}{others}.",)

    def _remarks(self, page: HistoryPage) -> tuple[str, ...]:
        remarks = []
        if page.behind and (trouble := self._store.searches.trouble) is not None:
            remarks.append(trouble.sentence)
        elif page.behind:
            many = f"{page.behind:,}" if page.behind <= _COUNTED else f"More than {_COUNTED:,}"
            what = "run is not found by its" if page.behind == 1 else "runs are not found by their"
            remarks.append(f"{many} {what} words yet. They will be as soon as the index has them.")
        if page.within:
            remarks.append(f"The best of the newest {page.within:,} that match. Add a word to look further back.")
        return tuple(remarks)


def _unknown(parsed: ParsedQuery, page: HistoryPage) -> list[QueryComplaint]:
    """Return complaints about filters that name nothing that there is."""
    found = []
    for number in page.unknown:
        term, (start, end) = parsed.query.terms[number], parsed.spans[number]
        if isinstance(term, QueryFilter):
            what = FIELDS[term.field].values.noun
            named = cited(str(term.value))
            sentence = f"No {what} of the history is called {named}. Take one that is offered behind the colon."
            found.append(QueryComplaint(start, end, sentence))
    return found
