"""Which cases of two test runs can be compared.

Invariant: a result of another run counts only if the case has the same values and the same checks there, and both runs
were scored by the same rules for all cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.core.cases import Case, Check
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import SuiteRun
from workbench.store.testing.records import StoredScoring
from workbench.store.testing.suite_records import SuiteRecords

_CHUNK = 500


def run_cases(records: SuiteRecords, run: SuiteRun) -> Iterator[Case]:
    """Yield the cases of a run as they were tested, in order."""
    for start in range(0, run.cases, _CHUNK):
        yield from records.cases(run.uid, start, min(run.cases, start + _CHUNK))


def stored_scoring(records: SuiteRecords, run_uid: str, scoring_uid: str) -> StoredScoring | None:
    """Return a scoring of a run, None if there is none with this uid."""
    return next((one for one in records.scorings(run_uid) if one.uid == scoring_uid), None)


def scoring_rules(scoring: StoredScoring) -> tuple[tuple[str, ...], float | None]:
    """Return what answers of all cases are scored by: hashes of checks, and the threshold."""
    return tuple(check_hash(check) for check in scoring.checks), scoring.threshold


def is_same_case(one: Case, other: Case) -> bool:
    """Whether two cases have the same values and checks."""
    return (dict(one.values), dict(one.kinds), _own(one.checks), one.threshold) == (
        dict(other.values),
        dict(other.kinds),
        _own(other.checks),
        other.threshold,
    )


def _own(checks: Sequence[Check]) -> list[str]:
    return [check_hash(check) for check in checks]
