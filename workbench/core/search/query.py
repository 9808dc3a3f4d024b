"""A parsed search query.

Invariant: every part is valid. `QueryWords` have at least one searchable character, and a filter has a value that its
field accepts. Dates stay as written (`7d` is seven days before the search runs), so that a saved search stays relative.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class QueryRange:
    """Numbers from `low` to `high` in dollars, tokens or ms; None is no limit. `with_low`, `with_high`: inclusive."""

    low: Decimal | None = None
    high: Decimal | None = None
    with_low: bool = True
    with_high: bool = True

    def holds(self, number: Decimal | float) -> bool:
        """Whether a number is in the range; compared as floats, because costs are stored as floats."""
        low, high, given = float(self.low or 0), float(self.high or 0), float(number)
        above = self.low is None or given > low or (self.with_low and given == low)
        return above and (self.high is None or given < high or (self.with_high and given == high))


@dataclass(frozen=True, slots=True)
class QueryWords:
    """A word or a phrase; with `prefix` the last word matches as a prefix."""

    text: str
    prefix: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class QueryFilter:
    """A condition on a field of a run. The value is a `QueryRange` for amounts and text for all other fields."""

    field: str
    value: str | QueryRange
    negated: bool = False


Term = QueryWords | QueryFilter


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search query: all terms must match. Words are matched per value set, in its prompt, answers and notes."""

    terms: tuple[Term, ...] = ()

    @property
    def words(self) -> tuple[QueryWords, ...]:
        """The words that must occur, without negated ones."""
        return tuple(term for term in self.terms if isinstance(term, QueryWords) and not term.negated)


@dataclass(frozen=True, slots=True)
class QueryComplaint:
    """An invalid part of a query: its position, and a sentence with a next step."""

    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query, the position of each of its terms in the text, and complaints about invalid parts."""

    query: SearchQuery
    spans: tuple[tuple[int, int], ...] = ()
    complaints: tuple[QueryComplaint, ...] = ()
