"""What training rows the rated answers of a prompt would give.

Invariant: counted as `usecases.training` writes them, from winners and starred answers, without those to values of
held-out cases and guard sets, but without comparing texts: near-duplicates are only left out when the files are made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import fsum
from statistics import median

from workbench.core.decide.evidence import TrainingEvidence
from workbench.store import Store
from workbench.store.decide.prompt_facts import AnswerFact, CaseFact
from workbench.store.runs.ranking_queries import StoredVerdict

_Row = tuple[int, str, bytes]
"""Version, values and text of an answer."""


def training_evidence(
    store: Store, prompt_uid: str, verdicts: Sequence[StoredVerdict], cases: Sequence[CaseFact], today: date
) -> TrainingEvidence | None:
    """Return the rows that rated answers give, None if nothing is rated. Raises StoreError."""
    good = {output for _, output in store.judgements.starred(prompt_uid)}
    bad = set[str]()
    for verdict in verdicts:
        for one in verdict.outputs:
            if verdict.kind == "winner" and one.place == 1:
                good.add(one.uid)
            elif verdict.kind != "tie":
                bad.add(one.uid)
    if not good:
        return None
    guards = store.tests.settings(prompt_uid).guards
    facts = {one.uid: one for one in store.decide.answers(prompt_uid, good | bad, guards) if not one.is_cut}
    claims: dict[_Row, set[bool]] = {}
    # A star marks a good answer even if another one won.
    for uid, fact in facts.items():
        claims.setdefault(_row(fact), set()).add(uid in good)
    rows = [facts[uid] for uid in facts if uid in good and claims[_row(facts[uid])] == {True}]
    single = list({_row(one): one for one in rows}.values())
    smallest = _smallest_tag(single, cases)
    return TrainingEvidence(
        rows=len(single),
        doubles=len(rows) - len(single),
        contradictions=sum(len(sides) == 2 for sides in claims.values()),
        smallest_tag=smallest[1] if smallest else None,
        smallest_tag_name=smallest[0] if smallest else "",
        pairs=_pairs(verdicts, facts),
        tokens_per_row=_tokens(single),
        median_age_days=_age(single, today),
        run_uids=tuple(sorted({one.run for one in rows})),
        contradiction_run_uids=tuple(
            sorted({one.run for one in facts.values() if len(claims[_row(one)]) == 2}),
        ),
    )


def _row(fact: AnswerFact) -> _Row:
    return fact.version, fact.values, fact.text


def _smallest_tag(rows: Sequence[AnswerFact], cases: Sequence[CaseFact]) -> tuple[str, int] | None:
    """Return the tag with the fewest rows among those that the cases have, None without tags."""
    tags: Mapping[str, tuple[str, ...]] = {case.uid: case.tags for case in cases if not case.is_held_out}
    counts = Counter(tag for row in rows for tag in tags.get(row.case, ()))
    known = sorted({tag for names in tags.values() for tag in names}, key=lambda tag: (counts[tag], tag))
    return (known[0], counts[known[0]]) if known else None


def _pairs(verdicts: Sequence[StoredVerdict], facts: Mapping[str, AnswerFact]) -> int:
    """Return the number of distinct pairs of a winner and another answer to the same question."""
    found = set[tuple[_Row, _Row]]()
    for verdict in verdicts:
        if verdict.kind != "winner":
            continue
        there = [(one.place == 1, facts[one.uid]) for one in verdict.outputs if one.uid in facts]
        for better in (fact for won, fact in there if won):
            for worse in (fact for won, fact in there if not won):
                if better.version == worse.version and better.text != worse.text:
                    found.add((_row(better), _row(worse)))
    return len(found)


def _tokens(rows: Sequence[AnswerFact]) -> float | None:
    known = [one.tokens for one in rows if one.tokens is not None]
    return fsum(known) / len(known) if known else None


def _age(rows: Sequence[AnswerFact], today: date) -> float | None:
    days = []
    for one in rows:
        try:
            days.append((today - datetime.fromisoformat(one.ended_at).date()).days)
        except ValueError:
            continue
    return float(max(0, median(days))) if days else None
