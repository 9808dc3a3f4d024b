"""Verdicts in an open history, as Rank and the judging queue use them.

Invariant: reads block and belong on a worker thread; writes return a future at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future

from workbench.store.connections import Readers
from workbench.store.runs import pair_verdicts, ranking_queries, verdicts
from workbench.store.runs.ranking_queries import AnswerText, StoredAnswer, StoredSpending, StoredVerdict, VerdictKind
from workbench.store.sqlite import sqlite3

Work = Callable[[sqlite3.Connection], None]


class JudgementRecords:
    """Verdicts across runs. All methods raise StoreError, writes in their futures."""

    def __init__(self, readers: Readers, write: Callable[[Work], Future[None]]) -> None:
        self._readers = readers
        self._write = write

    def verdicts(self, prompt_uid: str | None) -> list[StoredVerdict]:
        """Return the current verdicts, oldest first; None for those of all prompts."""
        with self._readers.use() as connection:
            return ranking_queries.verdicts(connection, prompt_uid)

    def spent(self, prompt_uid: str | None) -> list[StoredSpending]:
        """Return what finished answers of the newest runs cost and took, by version, endpoint and model."""
        with self._readers.use() as connection:
            return ranking_queries.spent(connection, prompt_uid)

    def answers(self, prompt_uid: str) -> list[StoredAnswer]:
        """Return the newest finished answers to a prompt that can be judged in pairs, newest first."""
        with self._readers.use() as connection:
            return ranking_queries.answers(connection, prompt_uid)

    def digests(self, output_uids: Collection[str]) -> dict[str, bytes]:
        """Return a digest of the text of each of these answers, by uid; equal texts have equal digests."""
        with self._readers.use() as connection:
            return ranking_queries.digests(connection, output_uids)

    def starred(self, prompt_uid: str) -> list[tuple[str, str]]:
        """Return the uids (run, answer) of the starred answers to a prompt, oldest first."""
        with self._readers.use() as connection:
            return ranking_queries.starred(connection, prompt_uid)

    def text(self, output_uid: str) -> AnswerText:
        """Return the text of an answer and the values it answered."""
        with self._readers.use() as connection:
            return ranking_queries.text(connection, output_uid)

    def judge(
        self, uid: str, kind: VerdictKind, outputs: Sequence[str], winner: str, now: str, *, blind: bool
    ) -> Future[None]:
        """Add a verdict about answers in the order shown; `winner` is one of them, "" if none won."""
        shown = tuple(outputs)
        return self._write(lambda c: pair_verdicts.judge(c, uid, kind, shown, winner, now, blind=blind))

    def undo(self, verdict_uid: str, after: str, uid: str, now: str) -> Future[None]:
        """Add a verdict on a run, with this `uid`, that repeats the one in effect before `verdict_uid`.

        `after` is the verdict that must be in effect now. Raises StoreError (judged) if another one is.
        """
        return self._write(lambda c: verdicts.take_back(c, verdict_uid, after, uid, now))

    def redo(self, verdict_uid: str, after: str, uid: str, now: str) -> Future[None]:
        """Add a verdict on a run, with this `uid`, that repeats `verdict_uid`; `after` as for `undo`."""
        return self._write(lambda c: verdicts.give_again(c, verdict_uid, after, uid, now))

    def take_back(self, verdict_uid: str, uid: str, now: str) -> Future[None]:
        """Withdraw a verdict about a pair."""
        return self._write(lambda c: pair_verdicts.take_back(c, verdict_uid, uid, now))
