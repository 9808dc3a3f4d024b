"""What a search can ask of a run besides its words, as words of the index.

Invariant: a fact is one word, which begins with a mark that no text in the index holds; indexing and searching make it
by the same function. Amounts are words for the power of two they lie under, so that a range is a few words, and only
what shares a limit's power is compared with the limit itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.core.searching.language import AMOUNTS, Amount, Range
from workbench.store.soundness import as_text, count, dollars
from workbench.store.sqlite import sqlite3

MARK = "\ue000"
ALL = f"{MARK}all"
STARRED, BLIND, INTERRUPTED = (f"{MARK}is{name}" for name in ("starred", "blind", "interrupted"))
ARCHIVED, DELETED = (f"{MARK}is{name}" for name in ("archived", "deleted"))
FAILED = f"{MARK}failed"
COLUMNS: dict[Amount, str] = {"cost": "cost_usd", "tokens": "tokens", "time": "longest_ms"}
"""Where run_rows has the number itself."""

_LETTERS: dict[Amount, str] = {"cost": "c", "tokens": "n", "time": "d"}
_LEAST, _MOST = -40, 60
_VERDICTS = {"winner": "yes", "tie": "tie", "all_bad": "bad", "none": "no"}


def prompt(key: int) -> str:
    """Return the fact that a run is one of this prompt."""
    return f"{MARK}p{key}"


def name(key: int) -> str:
    """Return the fact that goes with a row of search_names."""
    return f"{MARK}m{key}"


def tag(key: int) -> str:
    """Return the fact that a run has this tag."""
    return f"{MARK}t{key}"


def kind(value: str) -> str:
    """Return the fact of which kind a run is."""
    return f"{MARK}k{value}"


def winner(choice: str) -> str:
    """Return the fact how a run was judged: yes, no, tie, bad."""
    return f"{MARK}w{choice}"


def amount(field: Amount, number: float) -> str:
    """Return the word for a number."""
    return _power(field, _exponent(number))


def amounts(field: Amount, span: Range) -> list[str]:
    """Return the words of all numbers that may lie in a range."""
    low = _LEAST - 1 if span.low is None else _exponent(span.low)
    high = _MOST if span.high is None else _exponent(span.high)
    return [_power(field, exponent) for exponent in range(low, high + 1)]


def _power(field: Amount, exponent: int) -> str:
    return f"{MARK}{_LETTERS[field]}{exponent - _LEAST + 1}"


def _exponent(number: float | Decimal) -> int:
    return max(_LEAST, min(_MOST, math.frexp(number)[1])) if number > 0 else _LEAST - 1


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the history shows of a run, and the facts of its documents."""

    shown: tuple[Any, ...]
    """Values of run_rows from cost_usd on."""
    words: str


_RUN = "SELECT prompt_id, kind, verdict, starred, blind, archived FROM runs WHERE id = ?"
_OUTPUTS = (
    "SELECT lane, value_set, sample, state, finish_reason, error_code, cost_usd, input_tokens, output_tokens,"
    " duration_ms, starred FROM outputs WHERE run_id = ? ORDER BY lane, value_set, sample, attempt"
)
_LANES = "SELECT DISTINCT model, label FROM lanes WHERE run_id = ?"
_TAGS = "SELECT tag_id FROM run_tags WHERE run_id = ?"


def facts_of(connection: sqlite3.Connection, run: int) -> RunFacts | None:
    """Count a run, None when there is no such run; names that are new are added to search_names."""
    row = connection.execute(_RUN, (run,)).fetchone()
    if row is None:
        return None
    prompt_id, run_kind, verdict, starred, blind, archived = row
    outputs = [_sound(output) for output in connection.execute(_OUTPUTS, (run,))]
    counting = list({output[:3]: output for output in outputs}.values())
    states = [output[3] for output in counting]
    numbers: dict[Amount, float | None] = {
        "cost": _total(output[6] for output in outputs),
        "tokens": _total(tokens for output in outputs for tokens in output[7:9]),
        "time": max((output[9] for output in counting if output[9] is not None), default=None),
    }
    shown = (
        numbers["cost"],
        sum(output[3] == "finished" and output[6] is None for output in outputs),
        numbers["tokens"],
        numbers["time"],
        len(counting),
        *(states.count(state) for state in ("failed", "interrupted", "stopped")),
        sum(output[3] == "finished" and output[4] == "length" for output in counting),
    )
    words = [ALL, prompt(prompt_id), kind(as_text(run_kind)), winner(_VERDICTS.get(verdict, "no"))]
    words += [amount(field, number) for field in AMOUNTS if (number := numbers[field]) is not None]
    if starred or any(output[10] for output in outputs):
        words.append(STARRED)
    words += [word for word, is_so in ((BLIND, blind), (DELETED if archived > 1 else ARCHIVED, archived)) if is_so]
    words += [word for word, state in ((FAILED, "failed"), (INTERRUPTED, "interrupted")) if state in states]
    words += [tag(key) for (key,) in connection.execute(_TAGS, (run,))]
    names = {
        ("model", called) for lane in connection.execute(_LANES, (run,)) for called in map(as_text, lane) if called
    }
    names |= {("error", output[5]) for output in counting if output[5]}
    words += [name(key) for key in _names(connection, sorted(names))]
    return RunFacts(shown, " ".join(words))


def _sound(output: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return an output without amounts that are none, whatever its row holds."""
    *named, state, finish_reason, code, cost, tokens_in, tokens_out, duration, is_starred = output
    words = (as_text(state), as_text(finish_reason), as_text(code) or None)
    return (*named, *words, dollars(cost), count(tokens_in), count(tokens_out), count(duration), is_starred)


def _total(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _names(connection: sqlite3.Connection, names: Iterable[tuple[str, str]]) -> Iterator[int]:
    for named in names:
        row = connection.execute("SELECT id FROM search_names WHERE kind = ? AND name = ?", named).fetchone()
        if row is None:
            row = (connection.execute("INSERT INTO search_names (kind, name) VALUES (?, ?)", named).lastrowid,)
        yield int(row[0])
