"""Where the history has the values that filters match: index terms, columns, or the time of a run.

Invariant: a source makes both the terms of a run and the terms to look for, so they always agree. Typed text reaches
SQL only as a parameter, and the index only as a known term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from workbench.core.search.filter_fields import FilterField
from workbench.core.search.query import QueryFilter, QueryRange
from workbench.core.search.text_folding import folded, prepared, words_of
from workbench.store.search import index_terms
from workbench.store.search.index_terms import RunFacts
from workbench.store.search.search_plan import SearchPlan, ToStored
from workbench.store.sqlite import sqlite3


class SearchSource(Protocol):
    """Where the history has the values of a field."""

    def words(self, connection: sqlite3.Connection, run: RunFacts) -> Iterable[str]:
        """Return the index terms of a run. Inside a transaction of the writer.

        Documents that are in the index already get new terms only when it is rebuilt.
        """

    def set_words(self, name: str) -> Iterable[str]:
        """Return the index terms of one value set of a run, which only its document has, by the name of the set."""

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        """Add a filter term to a plan; return whether the history has what it names."""

    def names(self, connection: sqlite3.Connection, most: int) -> tuple[str, ...]:
        """Return up to `most` names that the filter can match, in the order to offer them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryField(FilterField):
    """A filter with its source in the history."""

    source: SearchSource

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        """Add a filter term to a plan; return whether the history has what it names."""
        return self.source.ask(connection, made, term, stored)


class _OfRuns:
    """A source whose index terms are those of a whole run."""

    __slots__ = ()

    def set_words(self, name: str) -> Iterable[str]:
        return ()


class _Nameless(_OfRuns):
    """A source whose values are not names."""

    __slots__ = ()

    def names(self, connection: sqlite3.Connection, most: int) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class FlagSource(_Nameless):
    """Index terms for a few fixed values; `values` returns those of a run."""

    prefix: str
    values: Callable[[RunFacts], Iterable[str]]

    def words(self, connection: sqlite3.Connection, run: RunFacts) -> Iterable[str]:
        return map(self._word, self.values(run))

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        made.ask([self._word(str(term.value))], negated=term.negated)
        return True

    def _word(self, value: str) -> str:
        return f"{index_terms.MARK}{self.prefix}{value}"


@dataclass(frozen=True, slots=True)
class KeySource(_OfRuns):
    """Index terms for rows of a table, by id; `keys` returns those of a run.

    `listed` selects id and name of every row; `offered` returns the query of the names to offer, in their order.
    """

    prefix: str
    keys: Callable[[RunFacts], Iterable[int]]
    listed: str
    offered: Callable[[sqlite3.Connection], str]

    def words(self, connection: sqlite3.Connection, run: RunFacts) -> Iterable[str]:
        return (f"{index_terms.MARK}{self.prefix}{key}" for key in self.keys(run))

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        found = _containing(connection.execute(self.listed), str(term.value))
        words = [f"{index_terms.MARK}{self.prefix}{key}" for key in found]
        made.ask(words, negated=term.negated)
        return bool(words)

    def names(self, connection: sqlite3.Connection, most: int) -> tuple[str, ...]:
        return tuple(name for (name,) in connection.execute(f"{self.offered(connection)} LIMIT ?", (most,)))


@dataclass(frozen=True, slots=True)
class TextSource(_OfRuns):
    """Index terms for texts that have no table; `texts` returns those of a run.

    Each text gets an id in search_names, under `kind`.
    """

    kind: str
    texts: Callable[[RunFacts], Iterable[str]]

    def words(self, connection: sqlite3.Connection, run: RunFacts) -> Iterable[str]:
        for text in sorted(self.texts(run)):
            named = (self.kind, text)
            row = connection.execute("SELECT id FROM search_names WHERE kind = ? AND name = ?", named).fetchone()
            if row is None:
                row = (connection.execute("INSERT INTO search_names (kind, name) VALUES (?, ?)", named).lastrowid,)
            yield f"{index_terms.MARK}m{row[0]}"

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        rows = connection.execute("SELECT id, name FROM search_names WHERE kind = ?", (self.kind,))
        words = [f"{index_terms.MARK}m{key}" for key in _containing(rows, str(term.value))]
        made.ask(words, negated=term.negated)
        return bool(words)

    def names(self, connection: sqlite3.Connection, most: int) -> tuple[str, ...]:
        named = "SELECT name FROM search_names WHERE kind = ? ORDER BY id DESC LIMIT ?"
        return tuple(name for (name,) in connection.execute(named, (self.kind, most)))


@dataclass(frozen=True, slots=True)
class FailureSource(_OfRuns):
    """Whether an answer failed (yes, no), or the code of its error."""

    codes: TextSource

    def words(self, connection: sqlite3.Connection, run: RunFacts) -> Iterable[str]:
        if "failed" in run.states:
            yield index_terms.FAILED
        yield from self.codes.words(connection, run)

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        if term.value not in ("yes", "no"):
            return self.codes.ask(connection, made, term, stored)
        made.ask([index_terms.FAILED], negated=term.negated != (term.value == "no"))
        return True

    def names(self, connection: sqlite3.Connection, most: int) -> tuple[str, ...]:
        return self.codes.names(connection, most)


@dataclass(frozen=True, slots=True)
class CheckSource(_OfRuns):
    """What the checks of a test run said (one of `choices`), or the types of its checks."""

    choices: frozenset[str]
    outcomes: FlagSource
    types: TextSource

    def words(self, connection: sqlite3.Connection, run: RunFacts) -> Iterable[str]:
        yield from self.outcomes.words(connection, run)
        yield from self.types.words(connection, run)

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        source = self.outcomes if term.value in self.choices else self.types
        return source.ask(connection, made, term, stored)

    def names(self, connection: sqlite3.Connection, most: int) -> tuple[str, ...]:
        return self.types.names(connection, most)


@dataclass(frozen=True, slots=True)
class SetNameSource:
    """The words in the names of the value sets and cases of a run, each a term of the document of its set.

    A run matches if all typed words begin words of the name of one of its sets. `offered` selects the names to offer.
    """

    prefix: str
    offered: str

    def words(self, connection: sqlite3.Connection, run: RunFacts) -> Iterable[str]:
        return ()

    def set_words(self, name: str) -> Iterable[str]:
        return (f"{index_terms.MARK}{self.prefix}{word}" for word in dict.fromkeys(words_of(prepared(name))))

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        named = [f'facts : "{word}" *' for word in self.set_words(str(term.value))]
        if not named:
            made.ask([], negated=term.negated)
            return False
        every = f"({' AND '.join(named)})"
        if term.negated:
            # A run has a document for each of its sets; none of them may match.
            made.ask([index_terms.ALL], negated=False)
            made.check(
                "run_rows.place NOT IN (SELECT run_docs.place FROM run_search CROSS JOIN run_docs"
                " ON run_docs.id = run_search.rowid WHERE run_search MATCH ?)",
                every,
            )
        else:
            made.facts.append(every)
        found = connection.execute("SELECT 1 FROM run_search WHERE run_search MATCH ? LIMIT 1", (every,))
        return found.fetchone() is not None

    def names(self, connection: sqlite3.Connection, most: int) -> tuple[str, ...]:
        return tuple(name for (name,) in connection.execute(f"{self.offered} LIMIT ?", (most,)))


@dataclass(frozen=True, slots=True)
class NumberSource(_Nameless):
    """A column of run_rows. With a `letter`, its powers of two are index terms, so that few rows are compared."""

    column: str
    letter: str = ""

    def words(self, connection: sqlite3.Connection, run: RunFacts) -> Iterable[str]:
        number = run.numbers[self.column]
        return () if number is None or not self.letter else (index_terms.amount(self.letter, number),)

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        span = term.value
        if not isinstance(span, QueryRange):
            raise TypeError(f"{span!r} is no range")
        checks: list[str] = []
        limits: list[float] = []
        for sign, limit, closed in ((">", span.low, span.with_low), ("<", span.high, span.with_high)):
            if limit is not None:
                checks.append(f"run_rows.{self.column} {sign}{'=' if closed else ''} ?")
                limits.append(float(limit))
        check = " AND ".join(checks)
        # A negated range also matches an unknown number, which has no index term.
        made.check(f"({check}) IS NOT 1" if term.negated else check, *limits)
        told = self.letter and not term.negated
        made.ask(index_terms.amounts(self.letter, span) if told else [index_terms.ALL], negated=False)
        return True


@dataclass(frozen=True, slots=True)
class TimeSource(_Nameless):
    """The start time of a run: before a time, or from it on."""

    before: bool

    def words(self, connection: sqlite3.Connection, run: RunFacts) -> Iterable[str]:
        return ()

    def ask(self, connection: sqlite3.Connection, made: SearchPlan, term: QueryFilter, stored: ToStored) -> bool:
        before, when = self.before != term.negated, stored(str(term.value))
        made.check(f"run_rows.started_at {'<' if before else '>='} ?", when)
        made.times.append((before, when))
        return True


def _containing(rows: Iterable[tuple[int, str]], value: str) -> Iterator[int]:
    wanted = folded(value)
    return (key for key, name in rows if wanted in folded(name))
