"""Searching the history.

Invariant: searching changes nothing; any text can be searched, and parts that were not understood are reported.
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
    """Result of a search: a page of runs, complaints about places in the text, and remarks about the whole.

    `text` is the normalised search; `took_ms` is its duration. While `is_late`, runs are being indexed, and the same
    search may soon find more.
    """

    page: HistoryPage
    text: str
    complaints: tuple[QueryComplaint, ...] = ()
    remarks: tuple[str, ...] = ()
    took_ms: int = 0
    is_late: bool = False


class Searcher:
    """Searches the runs of all prompts. Blocks; use it on worker threads. A `SearchStop` interrupts a search."""

    def __init__(
        self, store: Store, now: Callable[[], str], clock_ms: Callable[[], int], zone: tzinfo | None = None
    ) -> None:
        """`now` returns UTC text, `clock_ms` monotonic ms; `zone` decides when days begin, None is the system's."""
        self._store, self._now, self._clock_ms, self._zone = store, now, clock_ms, zone

    def search(
        self,
        text: str,
        after: SearchCursor | None = None,
        limit: int = PAGE,
        *,
        order: Order = "newest",
        stop: SearchStop | None = None,
        prompt: str = "",
    ) -> SearchPage:
        """Return up to `limit` runs after `after` (None: from the first); without words, all runs.

        With the uid of a `prompt`, only its iterations. Raises StoreError, with code interrupted after a request by
        `stop`.
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
            prompt=prompt,
        )
        complaints = sorted([*parsed.complaints, *_unknown(parsed, page)], key=lambda complaint: complaint.start)
        took = self._clock_ms() - began
        remarks = self._remarks(page)
        if after is None and not page.rows:
            remarks += self._prompts_called(parsed)
        late = bool(page.behind) and not self._store.read_only and self._store.searches.trouble is None
        return SearchPage(page, to_text(parsed.query, FIELDS), tuple(complaints), remarks, took, late)

    def complete(self, text: str, caret: int) -> QueryCompletion:
        """Return completions at the caret: filters, or values in the history. Raises StoreError."""
        return complete(text, caret, self._store.searches.known(), FIELDS)

    def run_of(self, beginning: str) -> tuple[str, ...]:
        """Return the uids of runs with this prefix, at most two: with two the prefix is ambiguous."""
        return tuple(self._store.searches.find_run(beginning))

    def behind(self, most: int = 1_000_000) -> int:
        """Return the number of runs waiting to be indexed, up to `most`; 0 if indexing is impossible."""
        searches = self._store.searches
        return 0 if self._store.read_only or searches.trouble is not None else searches.behind(most)

    def _prompts_called(self, parsed: ParsedQuery) -> tuple[str, ...]:
        """Return a remark on prompts whose names contain these words, because only a filter searches names."""
        words = [folded(term.text) for term in parsed.query.terms if isinstance(term, QueryWords) and not term.negated]
        prompts = self._store.searches.known()["prompt"]
        named = [name for name in prompts if all(word in folded(name) for word in words)]
        if not words or not named:
            return ()
        others = f" and {len(named) - 1:,} more" if named[1:] else ""
        asked = to_text(
            SearchQuery(tuple(QueryFilter("prompt", name) for name in (words if named[1:] else named))), FIELDS
        )
        return (f"To search by prompt name, use a filter: {asked} finds the runs of {cited(named[0])}{others}.",)

    def _remarks(self, page: HistoryPage) -> tuple[str, ...]:
        remarks = []
        if page.behind and (trouble := self._store.searches.trouble) is not None:
            remarks.append(trouble.sentence)
        elif page.behind:
            many = f"{page.behind:,}" if page.behind <= _COUNTED else f"More than {_COUNTED:,}"
            what = "run cannot be found by its" if page.behind == 1 else "runs cannot be found by their"
            remarks.append(f"{many} {what} words until indexed.")
        if page.within:
            remarks.append(f"Best of the newest {page.within:,} that match. Add a word to search further back.")
        return tuple(remarks)


def _unknown(parsed: ParsedQuery, page: HistoryPage) -> list[QueryComplaint]:
    """Return complaints about filters whose value is not in the history."""
    found = []
    for number in page.unknown:
        term, (start, end) = parsed.query.terms[number], parsed.spans[number]
        if isinstance(term, QueryFilter):
            what = FIELDS[term.field].values.noun
            named = cited(str(term.value))
            sentence = f"No {what} in the history is called {named}. Choose a suggestion after the colon."
            found.append(QueryComplaint(start, end, sentence))
    return found
