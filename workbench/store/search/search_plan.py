"""Plans a query: an FTS5 expression, and SQL conditions.

Invariant: typed text reaches FTS5 only inside quotation marks and prepared like the indexed texts, so that none of its
characters has a meaning there. An expression has at least one part that a document must match.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from workbench.core.search.query import QueryFilter, QueryWords, SearchQuery
from workbench.core.search.text_folding import beginning_length, prepared, words_of
from workbench.store.search import index_terms
from workbench.store.sqlite import sqlite3

_HIDDEN = (index_terms.ARCHIVED, index_terms.DELETED, index_terms.JUDGE)
_NEVER = f'"{index_terms.MARK}never"'
ToStored = Callable[[str], str]
"""Converts a time of the query language to its beginning, as stored."""


@dataclass(slots=True)
class SearchPlan:
    """What a document must and must not match, conditions on run_rows, and the range of places."""

    words: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    values: list[float | str] = field(default_factory=list)
    low: int = 0
    high: int = 2**62
    unknown: list[int] = field(default_factory=list)
    times: list[tuple[bool, str]] = field(default_factory=list)
    """Whether runs before the time match (else from it on), and the time as stored."""
    hidden: tuple[str, ...] = _HIDDEN
    """Facts of runs that are hidden unless the query asks for them."""

    @property
    def uses_index(self) -> bool:
        """Whether the index is needed; conditions on times alone do not need it."""
        return bool(self.words or self.facts or self.without)

    def ask(self, words: Iterable[str], *, negated: bool) -> None:
        """Require one of these index terms, or exclude all of them; without terms nothing matches."""
        (self.without if negated else self.facts).append(_any_of(words))

    def check(self, condition: str, *values: float | str) -> None:
        """Require a condition on run_rows, with values for its parameters."""
        self.checks.append(condition)
        self.values.extend(values)

    def match(self) -> str:
        """Return the FTS5 expression."""
        must = [*self.words, *self.facts] or [_any_of([index_terms.ALL])]
        never = [*self.without, *([_any_of(self.hidden)] if self.hidden else ())]
        return f"({' AND '.join(must)})" + (f" NOT ({' OR '.join(never)})" if never else "")


class PlannableFilter(Protocol):
    """The part of a filter that planning needs."""

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        """Add a filter term to a plan; return whether the history has what it names."""


def plan(
    connection: sqlite3.Connection, query: SearchQuery, stored: ToStored, fields: Mapping[str, PlannableFilter]
) -> SearchPlan:
    """Return the plan of a query with these filters."""
    asked = {(t.field, t.value) for t in query.terms if isinstance(t, QueryFilter) and not t.negated}
    made = SearchPlan(hidden=_hidden(asked))
    for number, term in enumerate(query.terms):
        if isinstance(term, QueryWords):
            (made.without if term.negated else made.words).append(expression(term))
        elif not fields[term.field].ask(connection, made, term, stored):
            made.unknown.append(number)
    for before, when in made.times:
        _narrow(connection, made, before, when)
    return made


def restrict(made: SearchPlan, prompt: int) -> None:
    """Restrict a plan to the iterations of the prompt with this id."""
    made.ask([index_terms.ITERATION], negated=False)
    made.ask([f"{index_terms.MARK}{index_terms.PROMPT}{prompt}"], negated=False)


def _hidden(asked: Container[tuple[str, object]]) -> tuple[str, ...]:
    """Return the facts that hide a run. Asking for deleted runs shows archived ones, too."""
    shown = set()
    if ("is", "deleted") in asked:
        shown = {index_terms.DELETED, index_terms.ARCHIVED}
    elif ("is", "archived") in asked:
        shown = {index_terms.ARCHIVED}
    if ("kind", "judge") in asked:
        shown.add(index_terms.JUDGE)
    return tuple(fact for fact in _HIDDEN if fact not in shown)


def expression(words: QueryWords) -> str:
    """Return words as an FTS5 phrase."""
    text = prepared(words.text).replace('"', " ").encode(errors="replace").decode()
    star = " *" if words.prefix and beginning_length(words.text) else ""
    return f'"{text}"{star}'


def single_words(phrase: str) -> list[str]:
    """Return the words of a phrase made by `expression`, each as an expression; longer ones tend to be rarer."""
    text, _, star = phrase.rpartition('"')
    words = [f'"{word}"' for word in words_of(text)]
    return [*words[:-1], words[-1] + star] if words else []


def _any_of(words: Iterable[str]) -> str:
    named = [f'facts : "{word}"' for word in words]
    return f"({' OR '.join(named) or _NEVER})"


def _narrow(connection: sqlite3.Connection, made: SearchPlan, before: bool, when: str) -> None:
    """Exclude places that cannot match the time; the exact comparison is among the checks."""
    row = connection.execute(
        "SELECT place FROM run_rows WHERE misplaced = 0 AND started_at >= ? ORDER BY started_at, place LIMIT 1", (when,)
    ).fetchone()
    if not before:
        # A misplaced run follows one with a later time, so this bound holds for it, too.
        made.low = max(made.low, 2**62 if row is None else row[0])
    elif row is not None:
        late = "SELECT 1 FROM run_rows WHERE misplaced = 1 AND place >= ? LIMIT 1"
        if connection.execute(late, (row[0],)).fetchone() is None:
            made.high = min(made.high, row[0])
