"""The names of the runs that a decision was made from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from workbench.core.decide.report import EvidenceRun
from workbench.core.version_name import TEST, run_name
from workbench.store import Store


def evidence_runs(store: Store, uids: Collection[str]) -> tuple[EvidenceRun, ...]:
    """Return these runs, without deleted ones, newest first. Raises StoreError."""
    return tuple(
        EvidenceRun(run.uid, run_name(run.kind, run.number), _day(run.started_at), is_test=run.kind == TEST)
        for run in store.decide.named_runs(uids)
    )


def _day(started_at: str) -> date | None:
    try:
        return datetime.fromisoformat(started_at).date()
    except ValueError:
        return None
