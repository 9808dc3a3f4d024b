"""How far the judges of tests were compared with labels of people.

Invariant: as in Test, only labels of answers of a test measure its judges; of several judged checks the one with the
fewest labels speaks for all, because results rest on each. Answers of the hold-out stay unseen, so its judge is
known by labels on the cases that the person tuned on, if the same model judged them by the same text; the error on the
hold-out itself stays unmeasured, as Test says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbench.core.decide.evidence import JudgeEvidence
from workbench.core.testing.grid import SuiteRun
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.judging.records import MeasuringLabels


class JudgeFacts:
    """Reads the evidence about the judges of a prompt's tests."""

    def __init__(self, judges: JudgeRecords, runs: Sequence[SuiteRun]) -> None:
        """`runs` are the tests of the prompt."""
        self._judges = judges
        self._runs = {run.uid: run for run in runs}

    def of(self, run_uids: Iterable[str]) -> dict[str, JudgeEvidence]:
        """Return the evidence about the judges of each test in which one decides. Raises StoreError."""
        found = {}
        for uid in dict.fromkeys(run_uids):
            if checks := self._judges.measuring_labels(uid):
                run, own = self._runs.get(uid), checks
                if run is not None and run.set_name == "holdout":
                    checks = tuple(self._elsewhere(run, one) for one in checks)
                least = min(checks, key=lambda one: (not one.is_comparing, one.labels))
                found[uid] = _evidence(least, is_elsewhere=least not in own)
        return found

    def _elsewhere(self, holdout: SuiteRun, check: MeasuringLabels) -> MeasuringLabels:
        """Return the most labels on answers of another test to the same judge, by the same check."""
        wanted = self._who(holdout, check.check_hash)
        same = (
            one
            for run in self._runs.values()
            if run.set_name == "tuning" and run.scoring_uid and not run.probe
            for one in self._judges.measuring_labels(run.uid)
            if one.check_hash == check.check_hash and one.labels and self._who(run, one.check_hash) == wanted
        )
        return max(same, key=lambda one: one.labels, default=check)

    def _who(self, run: SuiteRun, check_hash: str) -> frozenset[tuple[str, ...]]:
        return frozenset(self._asked(run, check_hash))

    def _asked(self, run: SuiteRun, check_hash: str) -> Iterator[tuple[str, ...]]:
        for one in self._judges.judges(run.scoring_uid):
            if one.check_hash == check_hash:
                yield one.content_hash, one.lane.endpoint, one.lane.model, repr(one.lane.params)


def _evidence(found: MeasuringLabels, *, is_elsewhere: bool) -> JudgeEvidence:
    return JudgeEvidence(
        found.labels,
        found.caught / found.wrong if found.wrong else None,
        found.alarms / found.right if found.right else None,
        found.is_comparing,
        is_elsewhere,
    )
