"""A parsed search.

Invariant: every part is valid. `QueryWords` hold at least one searchable character, and a filter has a value that its
field accepts. Dates stay as written (`7d` is seven days before the search runs), so that a saved search moves with
time.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class QueryRange:
    """Numbers from `low` to `high`; None is no limit. Dollars, tokens, or milliseconds."""

    low: Decimal | None = None
    high: Decimal | None = None
    with_low: bool = True
    with_high: bool = True

    def holds(self, number: Decimal | float) -> bool:
        """Whether a number lies in it; compared as floats, which costs are stored as."""
        low, high, given = float(self.low or 0), float(self.high or 0), float(number)
        above = self.low is None or given > low or (self.with_low and given == low)
        return above and (self.high is None or given < high or (self.with_high and given == high))


@dataclass(frozen=True, slots=True)
class QueryWords:
    """A word, or words that follow each other; with `prefix` the last one is only a beginning."""

    text: str
    prefix: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class QueryFilter:
    """What a run has to be besides its words. The value is a `QueryRange` for amounts and text for all other fields."""

    field: str
    value: str | QueryRange
    negated: bool = False


Term = QueryWords | QueryFilter


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search: a run is found when every term holds. Words hold for a value set with its prompt, answers and notes."""

    terms: tuple[Term, ...] = ()

    @property
    def words(self) -> tuple[QueryWords, ...]:
        """What is looked for in texts, and not what must be missing there."""
        return tuple(term for term in self.terms if isinstance(term, QueryWords) and not term.negated)


@dataclass(frozen=True, slots=True)
class QueryComplaint:
    """What was not understood: where it stands, and a sentence with a next step."""

    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query, where each of its terms stands in the text, and what was not understood."""

    query: SearchQuery
    spans: tuple[tuple[int, int], ...] = ()
    complaints: tuple[QueryComplaint, ...] = ()
