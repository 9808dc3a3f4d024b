"""Judgements in an open history, as Rank and the judging queue use them.

Invariant: reads block and belong on a worker thread; writes return at once with a future.
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
    """What people judged, across runs. All methods raise StoreError, writes in their futures."""

    def __init__(self, readers: Readers, write: Callable[[Work], Future[None]]) -> None:
        self._readers = readers
        self._write = write

    def verdicts(self, prompt_uid: str | None) -> list[StoredVerdict]:
        """Return the verdicts that count, oldest first; those of all prompts with None."""
        with self._readers.use() as connection:
            return ranking_queries.verdicts(connection, prompt_uid)

    def spent(self, prompt_uid: str | None) -> list[StoredSpending]:
        """Return what finished answers of the newest runs cost and took, by who gave them."""
        with self._readers.use() as connection:
            return ranking_queries.spent(connection, prompt_uid)

    def answers(self, prompt_uid: str) -> list[StoredAnswer]:
        """Return the newest finished answers to a prompt that may be judged in pairs, newest first."""
        with self._readers.use() as connection:
            return ranking_queries.answers(connection, prompt_uid)

    def digests(self, output_uids: Collection[str]) -> dict[str, bytes]:
        """Return a digest of the text of each of these answers, by uid: equal texts have equal ones."""
        with self._readers.use() as connection:
            return ranking_queries.digests(connection, output_uids)

    def starred(self, prompt_uid: str) -> list[tuple[str, str]]:
        """Return (run, answer) by uid of the answers to a prompt that have a star, oldest first."""
        with self._readers.use() as connection:
            return ranking_queries.starred(connection, prompt_uid)

    def text(self, output_uid: str) -> AnswerText:
        """Return what an answer says and the values it answered."""
        with self._readers.use() as connection:
            return ranking_queries.text(connection, output_uid)

    def judge(
        self, uid: str, kind: VerdictKind, outputs: Sequence[str], winner: str, now: str, *, blind: bool
    ) -> Future[None]:
        """Add a verdict about answers in the order they were shown; `winner` is one of them, "" when nobody won."""
        shown = tuple(outputs)
        return self._write(lambda c: pair_verdicts.judge(c, uid, kind, shown, winner, now, blind=blind))

    def undo(self, verdict_uid: str, after: str, uid: str, now: str) -> Future[None]:
        """Add a verdict on a run, with this `uid`, that says again what counted before `verdict_uid`.

        `after` is the verdict that counts now; StoreError (judged) when another one does.
        """
        return self._write(lambda c: verdicts.take_back(c, verdict_uid, after, uid, now))

    def redo(self, verdict_uid: str, after: str, uid: str, now: str) -> Future[None]:
        """Add a verdict on a run, with this `uid`, that says again what `verdict_uid` said; `after` as of `undo`."""
        return self._write(lambda c: verdicts.give_again(c, verdict_uid, after, uid, now))

    def take_back(self, verdict_uid: str, uid: str, now: str) -> Future[None]:
        """Let a verdict about a pair count no more."""
        return self._write(lambda c: pair_verdicts.take_back(c, verdict_uid, uid, now))
