"""From a query to what SQLite is asked.

Invariant: whatever was typed reaches FTS5 only inside quotation marks and prepared as its texts were, so that none of
its signs means anything there. An expression has at least one part that a document must have.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field

from workbench.core.searching.folding import beginning_length, folded, prepared, words_of
from workbench.core.searching.language import AMOUNTS, Amount, Field, Filter, Query, Range, Words
from workbench.store.search import facts
from workbench.store.sqlite import sqlite3

_HIDDEN = (facts.ARCHIVED, facts.DELETED)
_NEVER = f'"{facts.MARK}never"'


@dataclass(slots=True)
class Plan:
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

    def match(self) -> str:
        """Return the expression of FTS5."""
        must = [*self.words, *self.facts] or [_any_of([facts.ALL])]
        never = [*self.without, *([_any_of(self.hidden)] if self.hidden else ())]
        return f"({' AND '.join(must)})" + (f" NOT ({' OR '.join(never)})" if never else "")


def plan(connection: sqlite3.Connection, query: Query, moment: Callable[[str], str]) -> Plan:
    """Return how to search; `moment` tells when a moment of the language begins, as stored."""
    asked = {t.value for t in query.terms if isinstance(t, Filter) and t.field == "is" and not t.negated}
    made = Plan(hidden=_hidden(asked))
    for number, term in enumerate(query.terms):
        if isinstance(term, Words):
            (made.without if term.negated else made.words).append(expression(term))
        elif isinstance(term.value, Range):
            _amount(made, next(amount for amount in AMOUNTS if amount == term.field), term.value, term.negated)
        elif term.field in ("before", "after"):
            _time(made, (term.field == "before") != term.negated, moment(term.value))
        elif (term.field, term.value) == ("error", "no"):
            (made.facts if term.negated else made.without).append(_any_of([facts.FAILED]))
        else:
            words = _facts_for(connection, term.field, term.value)
            if not words:
                made.unknown.append(number)
            (made.without if term.negated else made.facts).append(_any_of(words))
    for before, when in made.times:
        _narrow(connection, made, before, when)
    return made


def _hidden(asked: Container[object]) -> tuple[str, ...]:
    """Return the facts that keep a run from being shown; what is deleted is not archived besides."""
    if "deleted" in asked:
        return ()
    return (facts.DELETED,) if "archived" in asked else _HIDDEN


def expression(words: Words) -> str:
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


def _facts_for(connection: sqlite3.Connection, name: Field, value: str) -> list[str]:
    if name == "winner":
        return [facts.winner(value)]
    if name == "kind":
        return [facts.kind(value)]
    if name == "is":
        return [f"{facts.MARK}is{value}"]
    if (name, value) == ("error", "yes"):
        return [facts.FAILED]
    if name == "prompt":
        return [facts.prompt(key) for key in _named(connection, "SELECT id, name FROM prompts", value)]
    if name == "tag":
        return [facts.tag(key) for key in _named(connection, "SELECT id, name FROM tags", value)]
    names = "SELECT id, name FROM search_names WHERE kind = ?"
    return [facts.name(key) for key in _named(connection, names, value, name)]


def _named(connection: sqlite3.Connection, names: str, value: str, *given: str) -> list[int]:
    wanted = folded(value)
    return [key for key, name in connection.execute(names, given) if wanted in folded(name)]


def _amount(made: Plan, field: Amount, span: Range, negated: bool) -> None:
    column = f"run_rows.{facts.COLUMNS[field]}"
    checks: list[str] = []
    for sign, limit, closed in ((">", span.low, span.with_low), ("<", span.high, span.with_high)):
        if limit is not None:
            checks.append(f"{column} {sign}{'=' if closed else ''} ?")
            made.values.append(float(limit))
    check = " AND ".join(checks)
    # What is negated holds also where the number is unknown, and no word of the index tells that.
    made.checks.append(f"({check}) IS NOT 1" if negated else check)
    made.facts.append(_any_of([facts.ALL] if negated else facts.amounts(field, span)))


def _time(made: Plan, before: bool, when: str) -> None:
    made.checks.append(f"run_rows.started_at {'<' if before else '>='} ?")
    made.values.append(when)
    made.times.append((before, when))


def _narrow(connection: sqlite3.Connection, made: Plan, before: bool, when: str) -> None:
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
