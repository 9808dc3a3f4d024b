"""How old the answers are that a test uses again.

Invariant: an age is counted in whole days of 24 hours from the end of the answer. An answer without a known time counts
as old, so that it is never used again silently.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.dates import is_stored, later, to_ms
from workbench.core.text import counted

OLD_AFTER_DAYS = 30
"""Models change behind their names: a start asks before it uses answers again that are older than this."""
_DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class StoredAnswers:
    """Stored answers to the cells of a test: how many there are, how many of them are `older` than a limit.

    `oldest` is when the oldest one ended, "" if there is none or its time is not known.
    """

    count: int = 0
    older: int = 0
    oldest: str = ""

    def __add__(self, other: StoredAnswers) -> StoredAnswers:
        known = [one.oldest for one in (self, other) if one.oldest]
        return StoredAnswers(self.count + other.count, self.older + other.older, min(known, default=""))


def days_before(now: str, days: int) -> str:
    """Return the time `days` days before `now`."""
    return later(now, -days * _DAY_MS)


def age_in_days(ended_at: str, now: str) -> int | None:
    """Return the age of an answer in whole days, 0 for one from the future; None if its time is not known."""
    if not is_stored(ended_at):
        return None
    return max(0, (to_ms(now) - to_ms(ended_at)) // _DAY_MS)


def days_ago(days: int | None) -> str:
    """Return "1 day ago" or "12 days ago"; "" for less than a day and for an unknown age."""
    return f"{counted(days, 'day')} ago" if days else ""


def oldest_words(days: int | None) -> str:
    """Return ", the oldest from 12 days ago"; "" for less than a day and for an unknown age."""
    ago = days_ago(days)
    return f", the oldest from {ago}" if ago else ""


def used_again(reused: int, oldest_days: int | None) -> str:
    """Return "32 answers are used again, the oldest from 12 days ago"."""
    return f"{counted(reused, 'answer')} {'is' if reused == 1 else 'are'} used again{oldest_words(oldest_days)}"


def old_answers(reused: int, older: int, oldest_days: int | None, verb: str) -> str:
    """Return "12 of the 32 answers that <verb> used again are older than 30 days, the oldest from 45 days ago."."""
    of = f" of the {reused:,}" if reused > older else ""
    noun, are = "answer" if reused == 1 else "answers", "is" if older == 1 else "are"
    limit = counted(OLD_AFTER_DAYS, "day")
    return f"{older:,}{of} {noun} that {verb} used again {are} older than {limit}{oldest_words(oldest_days)}."


def renewed_words(older: int, days: int) -> str:
    """Return the sentence about old answers that are asked again."""
    return f"{counted(older, 'answer')} older than {counted(days, 'day')} {'is' if older == 1 else 'are'} asked again."
