"""What it takes to have more scored cases in a set: cases that wait for their first test, then new ones.

Invariant: nobody chooses which cases are held out. A third of new cases joins the hold-out of a prompt that has one, so
that the number to add is more than the number that is missing in a set. None joins a hold-out that has ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.decide.decision import Action
from workbench.core.decide.evidence import EvidenceSet
from workbench.core.decide.reading import EvidenceReading
from workbench.core.testing.holdout import to_add
from workbench.core.text import counted, plural


@dataclass(frozen=True, slots=True)
class NewCases:
    """`count` scored cases that a set needs, of which `missing` have to be added: about `total` new ones for that.

    `words` are those of a title, "25 more hold-out cases". `note` says what adding takes, "" if nothing needs saying.
    `action` leads to the cases, or to the test if all are there.
    """

    count: int
    missing: int
    total: int
    words: str
    note: str
    action: Action


def new_cases(reading: EvidenceReading, count: int, set_name: EvidenceSet, *, more: bool = True) -> NewCases:
    """Return what `count` more scored cases of a set take; `more` unless there is no scored case yet."""
    is_held_out = set_name == "holdout"
    if is_held_out and reading.evidence.cases.ended_holdout:
        return _set_aside_again(reading, count)
    waiting = min(_waiting(reading, set_name), count)
    missing = count - waiting
    joins = is_held_out or reading.evidence.cases.holdout > 0
    total = to_add(missing, is_held_out=is_held_out) if joins else missing
    kind = "hold-out case" if is_held_out else "case"
    words = f"{count:,}{' more' if more else ''} {plural(count, kind)}"
    notes = []
    if waiting:
        notes.append(reading.rules.say("cases.waiting", count=f"{waiting:,}", are=plural(waiting, "is", "are")))
    if missing and joins:
        notes.append(reading.rules.say("cases.joining", count=counted(total, "case")))
    if missing:
        action = Action("cases", f"Add {counted(total, 'case')}", set_name=set_name, count=missing)
    else:
        label = "Run the hold-out" if is_held_out else "Run the new cases"
        action = Action("holdout" if is_held_out else "run", label, set_name=set_name, count=count)
    return NewCases(count, missing, total, words, "".join(f" {one}" for one in notes), action)


def _set_aside_again(reading: EvidenceReading, count: int) -> NewCases:
    """Return what more hold-out cases take after the hold-out has ended: another one, whose cases are all new."""
    count += reading.scored
    words, note = f"{count:,} new hold-out {plural(count, 'case')}", reading.rules.say("cases.ended")
    action = Action("holdout", "Set a hold-out aside", set_name="holdout", count=count)
    return NewCases(count, count, to_add(count, is_held_out=True), words, f" {note}", action)


def _waiting(reading: EvidenceReading, set_name: EvidenceSet) -> int:
    """Return the cases of a set that no test has asked yet."""
    counts, main = reading.evidence.cases, reading.lacking
    untried = counts.untried_holdout if set_name == "holdout" else counts.untried - counts.untried_holdout
    lost = main.unscored + main.unanswered if main is not None and main.set_name == set_name else 0
    return max(untried - lost, 0)
