"""The order in which answers are labelled: a random sample of each column first, then borderline ones.

Invariant: the order of the random sample depends on nothing but the check and the answers, so that it is the same
tomorrow and on another machine, and nothing that a judge says can change it. The labels of a column measure a judge
only as far as they are the beginning of that order without a gap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, zip_longest

from workbench.core.cases import Check
from workbench.core.statistics.judge_cells import FEWEST_LABELS
from workbench.store.judging.records import JudgedAnswerRow

WANTED = FEWEST_LABELS
"""Random labels of a column that are asked for before borderline answers are shown."""
_NEAR = 0.2
"""Scores within this distance of the threshold are borderline."""
_THRESHOLD = 0.5


def drawn(check_hash: str, rows: Iterable[JudgedAnswerRow]) -> list[JudgedAnswerRow]:
    """Return the answers of a column in the order in which chance draws them."""
    return sorted(rows, key=lambda row: _lot(check_hash, row.output_uid))


def random_sample(check_hash: str, columns: Sequence[Sequence[JudgedAnswerRow]]) -> list[JudgedAnswerRow]:
    """Return the first answers that chance draws of each column, mixed, so that the place tells no column."""
    rounds = zip_longest(*(drawn(check_hash, rows)[:WANTED] for rows in columns))
    mixed = (drawn(f"{check_hash}+", (row for row in one if row is not None)) for one in rounds)
    return list(chain.from_iterable(mixed))


def further_draws(check_hash: str, columns: Sequence[Sequence[JudgedAnswerRow]]) -> list[JudgedAnswerRow]:
    """Return the answers that chance draws after the sample, mixed in the same way."""
    rounds = zip_longest(*(drawn(check_hash, rows)[WANTED:] for rows in columns))
    mixed = (drawn(f"{check_hash}+", (row for row in one if row is not None)) for one in rounds)
    return list(chain.from_iterable(mixed))


def borderline(check: Check, rows: Iterable[JudgedAnswerRow]) -> list[JudgedAnswerRow]:
    """Return the answers about which a judge is unsure: repeats disagree, or the score is near the threshold."""
    threshold = _THRESHOLD if check.threshold is None else check.threshold

    def doubt(row: JudgedAnswerRow) -> tuple[float, float] | None:
        agreeing = row.agreeing / row.repeats if row.repeats else 1.0
        value = row.probability if row.probability is not None else row.score
        distance = 1.0 if value is None else abs(value - threshold)
        return (agreeing, distance) if agreeing < 1 or distance <= _NEAR else None

    found = [(doubt(row), row) for row in rows]
    return [row for rank, row in sorted(found, key=lambda one: one[0] or (2.0, 2.0)) if rank is not None]


def random_prefix(check_hash: str, rows: Sequence[JudgedAnswerRow], labelled: Mapping[str, object]) -> frozenset[str]:
    """Return the answers of a column whose labels measure a judge, if those in `labelled` (by uid) have one: all that
    chance draws before the first without one.
    """
    found = []
    for row in drawn(check_hash, rows):
        if row.output_uid not in labelled:
            break
        found.append(row.output_uid)
    return frozenset(found)


def _lot(check_hash: str, output_uid: str) -> bytes:
    return hashlib.sha256(f"{check_hash}\n{output_uid}".encode()).digest()
