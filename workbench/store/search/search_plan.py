"""From a query to what SQLite is asked.

Invariant: whatever was typed reaches FTS5 only inside quotation marks and prepared as its texts were, so that none of
its signs means anything there. An expression has at least one part that a document must have.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from workbench.core.search.query import QueryFilter, QueryWords, SearchQuery
from workbench.core.search.text_folding import beginning_length, prepared, words_of
from workbench.store.search import index_terms
from workbench.store.sqlite import sqlite3

_HIDDEN = (index_terms.ARCHIVED, index_terms.DELETED)
_NEVER = f'"{index_terms.MARK}never"'
ToStored = Callable[[str], str]
"""Tells when a moment of the language begins, as stored."""


@dataclass(slots=True)
class SearchPlan:
    """What a document must have, and must not have; what run_rows must say besides; from which place to which."""

    words: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    values: list[float | str] = field(default_factory=list)
    low: int = 0
    high: int = 2**62
    unknown: list[int] = field(default_factory=list)
    times: list[tuple[bool, str]] = field(default_factory=list)
    """Whether before it, and the moment as stored."""
    hidden: tuple[str, ...] = _HIDDEN
    """Facts of runs that are not shown because nobody asked for them."""

    @property
    def uses_index(self) -> bool:
        """Whether anything has to be looked up in the index; times alone are not."""
        return bool(self.words or self.facts or self.without)

    def ask(self, words: Iterable[str], *, negated: bool) -> None:
        """Let a document have one of these words of the index, or none of them; without words nothing has one."""
        (self.without if negated else self.facts).append(_any_of(words))

    def check(self, condition: str, *values: float | str) -> None:
        """Let run_rows fulfil a condition, with values for its parameters."""
        self.checks.append(condition)
        self.values.extend(values)

    def match(self) -> str:
        """Return the expression of FTS5."""
        must = [*self.words, *self.facts] or [_any_of([index_terms.ALL])]
        never = [*self.without, *([_any_of(self.hidden)] if self.hidden else ())]
        return f"({' AND '.join(must)})" + (f" NOT ({' OR '.join(never)})" if never else "")


class PlannableFilter(Protocol):
    """A filter, as far as a plan is made of it."""

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        """Add to a plan what a filter asks for; return whether the history has what it names."""


def plan(
    connection: sqlite3.Connection, query: SearchQuery, stored: ToStored, fields: Mapping[str, PlannableFilter]
) -> SearchPlan:
    """Return how to search, with these filters."""
    asked = {t.value for t in query.terms if isinstance(t, QueryFilter) and t.field == "is" and not t.negated}
    made = SearchPlan(hidden=_hidden(asked))
    for number, term in enumerate(query.terms):
        if isinstance(term, QueryWords):
            (made.without if term.negated else made.words).append(expression(term))
        elif not fields[term.field].ask(connection, made, term, stored):
            made.unknown.append(number)
    for before, when in made.times:
        _narrow(connection, made, before, when)
    return made


def _hidden(asked: Container[object]) -> tuple[str, ...]:
    """Return the facts that keep a run from being shown; what is deleted is not archived besides."""
    if "deleted" in asked:
        return ()
    return (index_terms.DELETED,) if "archived" in asked else _HIDDEN


def expression(words: QueryWords) -> str:
    """Return words as a phrase of FTS5."""
    text = prepared(words.text).replace('"', " ").encode(errors="replace").decode()
    star = " *" if words.prefix and beginning_length(words.text) else ""
    return f'"{text}"{star}'


def single_words(phrase: str) -> list[str]:
    """Return the words of a phrase, as `expression` makes it, each as an expression; longer ones tend to be rarer."""
    text, _, star = phrase.rpartition('"')
    words = [f'"{word}"' for word in words_of(text)]
    return [*words[:-1], words[-1] + star] if words else []


def _any_of(words: Iterable[str]) -> str:
    named = [f'facts : "{word}"' for word in words]
    return f"({' OR '.join(named) or _NEVER})"


def _narrow(connection: sqlite3.Connection, made: SearchPlan, before: bool, when: str) -> None:
    """Look at no places that cannot hold the time; the exact comparison is among the checks."""
    row = connection.execute(
        "SELECT place FROM run_rows WHERE misplaced = 0 AND started_at >= ? ORDER BY started_at, place LIMIT 1", (when,)
    ).fetchone()
    if not before:
        # A run that is misplaced has one with a later time before it, so this holds for all of them.
        made.low = max(made.low, 2**62 if row is None else row[0])
    elif row is not None:
        late = "SELECT 1 FROM run_rows WHERE misplaced = 1 AND place >= ? LIMIT 1"
        if connection.execute(late, (row[0],)).fetchone() is None:
            made.high = min(made.high, row[0])
