"""Cases and packs of an open history.

Invariant: reads block and belong on a worker thread; writes return a future at once, and each is atomic.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from workbench.core.cases import Case
from workbench.core.drafts import ValueSet
from workbench.store.connections import Readers
from workbench.store.merging import pack_import_store
from workbench.store.merging.pack_bodies import pack_body
from workbench.store.merging.pack_import_store import KIND, PackArrival
from workbench.store.runs import cases, draft_cases
from workbench.store.runs.cases import CaseTotals, RemovedCase
from workbench.store.runs.draft_cases import AdoptedSets
from workbench.store.runs.prompts import prompt_id
from workbench.store.sqlite import sqlite3


class PackRecords:
    """All methods raise StoreError, writes in their futures."""

    def __init__(self, readers: Readers, write: Callable[[Callable[[sqlite3.Connection], Any]], Future[Any]]) -> None:
        self._readers = readers
        self._write = write

    def cases(self, prompt_uid: str) -> tuple[Case, ...]:
        """Return the cases of a prompt in order."""
        with self._readers.use() as connection:
            return cases.listed(connection, prompt_uid)

    def save_cases(self, prompt_uid: str, kept: Sequence[Case]) -> Future[None]:
        """Replace the cases of a prompt; each has a uid of its own."""
        taken = tuple(kept)
        return self._write(lambda c: cases.replace(c, prompt_uid, taken))

    def add_case(self, prompt_uid: str, case: Case) -> Future[None]:
        """Append a case; if the prompt has a hold-out, it may join it."""
        return self._write(lambda c: _add(c, prompt_uid, [case]))

    def append_cases(self, prompt_uid: str, added: Sequence[Case]) -> Future[None]:
        """Append cases in one transaction; if the prompt has a hold-out, some of them join it."""
        return self._write(lambda c: _add(c, prompt_uid, added))

    def remove_cases(self, prompt_uid: str, uids: Sequence[str]) -> Future[None]:
        """Remove cases in one transaction; uids that no longer exist are skipped."""
        return self._write(lambda c: cases.remove(c, prompt_uid, uids))

    def change_case(self, prompt_uid: str, case: Case) -> Future[None]:
        """Replace the case with the same uid, in its position."""
        return self._write(lambda c: cases.change(c, prompt_uid, case))

    def put_cases(self, prompt_uid: str, changed: Sequence[Case], added: Sequence[Case]) -> Future[None]:
        """Replace the cases with the same uids, then append others, in one transaction."""
        return self._write(lambda c: _put(c, prompt_uid, changed, added))

    def return_cases(self, prompt_uid: str, before: Sequence[Case], added: Sequence[str]) -> Future[None]:
        """Undo `put_cases`: `before` are the changed cases as they were, without those that are gone by now."""
        return self._write(lambda c: _return(c, prompt_uid, before, added))

    def take_case(self, prompt_uid: str, uid: str) -> Future[RemovedCase]:
        """Remove a case; the future holds it with its position."""
        return self._write(lambda c: cases.take(c, prompt_uid, uid))

    def put_case_back(self, prompt_uid: str, taken: RemovedCase) -> Future[None]:
        """Restore a removed case to its position."""
        return self._write(lambda c: cases.put_back(c, prompt_uid, taken))

    def chosen(self, prompt_uid: str, uids: Sequence[str]) -> dict[str, ValueSet]:
        """Return cases of a prompt as Compose shows them, by uid, without those that are missing or held out."""
        with self._readers.use() as connection:
            return draft_cases.chosen(connection, prompt_id(connection, prompt_uid), uids)

    def case_count(self, prompt_uid: str) -> int:
        """Return the number of cases of a prompt."""
        statement = "SELECT count(*) FROM cases JOIN prompts ON prompts.id = prompt_id WHERE prompts.uid = ?"
        with self._readers.use() as connection:
            return int(connection.execute(statement, (prompt_uid,)).fetchone()[0])

    def case_totals(self, prompt_uid: str) -> CaseTotals:
        """Return the numbers of tuning cases, held-out cases and checks of a prompt."""
        with self._readers.use() as connection:
            return cases.totals(connection, prompt_uid)

    def holds_value_sets(self, prompt_uid: str) -> bool:
        """Whether the draft is one of an earlier release, whose value sets are no cases yet."""
        with self._readers.use() as connection:
            return draft_cases.holds_sets(connection, prompt_id(connection, prompt_uid))

    def adopt_value_sets(self, prompt_uid: str, new_uid: Callable[[], str]) -> Future[AdoptedSets | None]:
        """Make cases of the value sets in such a draft; the future holds None if there are none."""
        return self._write(lambda c: draft_cases.adopt(c, prompt_id(c, prompt_uid), new_uid))

    def return_value_sets(self, adopted: AdoptedSets) -> Future[bool]:
        """Undo `adopt_value_sets`; the future holds False if the draft was saved since, and nothing changed."""
        return self._write(lambda c: draft_cases.give_back(c, prompt_id(c, adopted.prompt_uid), adopted))

    def is_taken(self, prompt_uid: str) -> bool:
        """Whether a prompt has this uid, including one that is deleted and can be restored."""
        with self._readers.use() as connection:
            return connection.execute("SELECT 1 FROM prompts WHERE uid = ?", (prompt_uid,)).fetchone() is not None

    def about(self, pack_uid: str) -> Mapping[str, Any] | None:
        """Return the record of a pack, None if there is no readable one."""
        with self._readers.use() as connection:
            row = connection.execute("SELECT body FROM packs WHERE uid = ?", (pack_uid,)).fetchone()
        return None if row is None else pack_body(row[0])

    def known(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return uid and record of every pack, most recently used first; unreadable ones are left out."""
        with self._readers.use() as connection:
            rows = connection.execute("SELECT uid, body FROM packs ORDER BY updated_at DESC, uid").fetchall()
        return [(uid, body) for uid, text in rows if (body := pack_body(text)) is not None]

    def remember(self, pack_uid: str, body: Mapping[str, Any], now: str) -> Future[None]:
        """Store the record of a pack."""
        text = json.dumps(body)
        return self._write(lambda c: pack_import_store.remember(c, pack_uid, text, now))

    def origins(self, thing: str) -> dict[str, str]:
        """Return the uids of things of a kind that came from packs, by foreign id."""
        with self._readers.use() as connection:
            rows = connection.execute("SELECT foreign_id, uid FROM origins WHERE kind = ? AND thing = ?", (KIND, thing))
            return dict(rows.fetchall())

    def arrive(self, arrival: PackArrival, now: str) -> Future[None]:
        """Import a pack in one transaction."""
        return self._write(lambda c: pack_import_store.arrive(c, arrival, now))

    def take_back(self) -> Future[str]:
        """Undo the last import; the future holds a sentence about it."""
        return self._write(pack_import_store.take_back)


def _add(connection: sqlite3.Connection, prompt_uid: str, added: Sequence[Case]) -> None:
    # The window opens without what tests need.
    from workbench.store.testing import holdouts

    holdouts.add(connection, prompt_uid, added)


def _put(connection: sqlite3.Connection, prompt_uid: str, changed: Sequence[Case], added: Sequence[Case]) -> None:
    for case in changed:
        cases.change(connection, prompt_uid, case)
    if added:
        # After the changes: an added case is held out if its cluster is.
        _add(connection, prompt_uid, added)


def _return(connection: sqlite3.Connection, prompt_uid: str, before: Sequence[Case], added: Sequence[str]) -> None:
    cases.remove(connection, prompt_uid, added)
    there = {case.uid for case in cases.listed(connection, prompt_uid)}
    for case in before:
        if case.uid in there:
            cases.change(connection, prompt_uid, case)
