"""The facts of a run that filters can match, as terms of the index.

Invariant: a fact is one term, which begins with a mark that no indexed text contains; indexing and searching make it
with the same row of `search.fields`. Amounts are terms for the power of two above them, so that a range is a few terms
and only amounts that share a limit's power are compared with the limit itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.core.search.query import QueryRange
from workbench.store.safe_records import as_text, count, dollars
from workbench.store.search import test_facts
from workbench.store.sqlite import sqlite3

MARK = "\ue000"
ALL = f"{MARK}all"
ARCHIVED, DELETED = (f"{MARK}is{name}" for name in ("archived", "deleted"))
FAILED = f"{MARK}failed"
KIND = "k"
PROMPT = "p"
"""Begins the terms of kinds of runs."""
JUDGE = f"{MARK}{KIND}judge"
ITERATION = f"{MARK}{KIND}iteration"
_LEAST, _MOST = -40, 60


def amount(letter: str, number: float) -> str:
    """Return the term for a number; `letter` tells what it measures."""
    return _power(letter, _exponent(number))


def amounts(letter: str, span: QueryRange) -> list[str]:
    """Return the terms of all numbers that may lie in a range."""
    low = _LEAST - 1 if span.low is None else _exponent(span.low)
    high = _MOST if span.high is None else _exponent(span.high)
    return [_power(letter, exponent) for exponent in range(low, high + 1)]


def _power(letter: str, exponent: int) -> str:
    return f"{MARK}{letter}{exponent - _LEAST + 1}"


def _exponent(number: float | Decimal) -> int:
    return max(_LEAST, min(_MOST, math.frexp(number)[1])) if number > 0 else _LEAST - 1


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The facts of a run that a search can filter by.

    `numbers` has the columns of run_rows from cost_usd on. `states` and `errors` are those of the newest attempts,
    `starred` is whether the run or an answer is, and `archived` is the column of runs. `outcomes` and `checks` are the
    states of cells and the types of checks in the newest scoring of a test run.
    """

    prompt: int
    kind: str
    verdict: str
    starred: bool
    blind: bool
    archived: int
    numbers: Mapping[str, float | None]
    states: frozenset[str]
    errors: frozenset[str]
    models: frozenset[str]
    tags: tuple[int, ...]
    outcomes: frozenset[str] = frozenset()
    checks: frozenset[str] = frozenset()


_RUN = "SELECT prompt_id, kind, verdict, starred, blind, archived FROM runs WHERE id = ?"
_OUTPUTS = (
    "SELECT lane, value_set, sample, state, finish_reason, error_code, cost_usd, input_tokens, output_tokens,"
    " duration_ms, starred FROM outputs WHERE run_id = ? ORDER BY lane, value_set, sample, attempt"
)
_LANES = "SELECT model, label FROM lanes WHERE run_id = ?"
_TAGS = "SELECT tag_id FROM run_tags WHERE run_id = ?"


def facts_of(connection: sqlite3.Connection, run: int) -> RunFacts | None:
    """Collect the facts of a run, None if there is no such run."""
    row = connection.execute(_RUN, (run,)).fetchone()
    if row is None:
        return None
    prompt, kind, verdict, starred, blind, archived = row
    outputs = [_sound(output) for output in connection.execute(_OUTPUTS, (run,))]
    counting = list({output[:3]: output for output in outputs}.values())
    states = [output[3] for output in counting]
    numbers: dict[str, float | None] = {
        "cost_usd": _total(output[6] for output in outputs),
        "unpriced": sum(output[3] == "finished" and output[6] is None for output in outputs),
        "tokens": _total(tokens for output in outputs for tokens in output[7:9]),
        "longest_ms": max((output[9] for output in counting if output[9] is not None), default=None),
        "answers": len(counting),
        "failed": states.count("failed"),
        "interrupted": states.count("interrupted"),
        "stopped": states.count("stopped"),
        "cut": sum(output[3] == "finished" and output[4] == "length" for output in counting),
    }
    return RunFacts(
        prompt=prompt,
        kind=as_text(kind),
        verdict=verdict,
        starred=bool(starred) or any(output[10] for output in outputs),
        blind=bool(blind),
        archived=archived,
        numbers=numbers,
        states=frozenset(states),
        errors=frozenset(output[5] for output in counting if output[5]),
        models=frozenset(
            called for lane in connection.execute(_LANES, (run,)) for called in map(as_text, lane) if called
        ),
        tags=tuple(key for (key,) in connection.execute(_TAGS, (run,))),
        outcomes=test_facts.outcomes_of(connection, run) if kind == "test" else frozenset(),
        checks=test_facts.checks_of(connection, run) if kind == "test" else frozenset(),
    )


def _sound(output: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the row of an output with None for invalid amounts."""
    *named, state, finish_reason, code, cost, tokens_in, tokens_out, duration, is_starred = output
    words = (as_text(state), as_text(finish_reason), as_text(code) or None)
    return (*named, *words, dollars(cost), count(tokens_in), count(tokens_out), count(duration), is_starred)


def _total(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
