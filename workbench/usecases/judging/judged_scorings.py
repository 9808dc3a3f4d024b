"""Whether a stored scoring can go on with the judges of now.

Invariant: a scoring has one version of each judge prompt, one model per check, and one number of repeats; others belong
to another scoring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from workbench.core.cases import Check
from workbench.core.checks.check_sets import single_checks
from workbench.core.judging.judge_prompts import PROMPT_TYPES
from workbench.core.judging.judged_checks import is_judged
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import GridQuery
from workbench.core.testing.settings import JudgeSettings
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.judging.records import StoredJudge
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.judging.judge_models import Judge, JudgeModels, QuestionKind
from workbench.usecases.testing.cell_judge import needs_judge
from workbench.usecases.testing.job import SuiteJob

_LOOKED_AT = 2_000
"""Cases that are searched for judged checks."""


class JudgedScorings:
    """Looks at stored scorings. Blocks."""

    def __init__(self, records: SuiteRecords, judges: JudgeRecords, models: JudgeModels) -> None:
        self._records, self._judges, self._models = records, judges, models

    def is_stale(self, job: SuiteJob, *, is_repeated: bool) -> bool:
        """Whether a job's scoring needs another one: other judges would be asked now; or, if it `is_repeated`, judged
        checks of it are unscored, which may be judged now. Raises StoreError.
        """
        stored = self._judges.judges(job.scoring_uid)
        if any(self._has_changed(one, job) for one in stored):
            return True
        if not is_repeated:
            return False
        unscored = self._records.counts(job.uid, job.scoring_uid, GridQuery()).rows.get("unscored", 0)
        return bool(unscored) and _is_judged(job)

    def _has_changed(self, stored: StoredJudge, job: SuiteJob) -> bool:
        check = _check_of(job, stored.check_hash)
        if check is None:
            # It cannot be found quickly; a judgement that does not fit is unscored and says so.
            return False
        if not check.rubric_prompt and self._judges.newest(stored.prompt_uid).content_hash != stored.content_hash:
            return True
        if stored.repeats != self._models.repeats:
            return True
        kinds: tuple[QuestionKind, ...] = ("chat", "embedding")
        found = [self._models.find(check, kind) for kind in kinds]
        asked = {(one.lane.endpoint, one.lane.model, one.lane.params) for one in found if isinstance(one, Judge)}
        return (stored.lane.endpoint, stored.lane.model, stored.lane.params) not in asked


def with_stored_judges(settings: JudgeSettings, judges: Sequence[StoredJudge]) -> JudgeSettings:
    """Return settings whose missing models are those that judged most in a scoring."""
    lane, embedding = settings.lane, settings.embedding
    wrote = [one for one in judges if one.check_type in PROMPT_TYPES and 0 in one.steps]
    compared = [one for one in judges if one not in wrote]
    if lane is None and wrote:
        lane = max(wrote, key=lambda one: one.judgements).lane
    if embedding is None and compared:
        embedding = max(compared, key=lambda one: one.judgements).lane
    return replace(settings, lane=lane, embedding=embedding)


def _is_judged(job: SuiteJob) -> bool:
    if any(is_judged(one) for check in job.checks for one in single_checks(check)):
        return True
    return any(needs_judge(job.scored(position)) for position in range(min(job.run.cases, _LOOKED_AT)))


def _check_of(job: SuiteJob, hash_: str) -> Check | None:
    positions = islice(range(job.run.cases), _LOOKED_AT)
    general = (one for check in job.checks for one in single_checks(check))
    own = (one for position in positions for check in job.cases[position].checks for one in single_checks(check))
    return next(
        (one for checks in (general, own) for one in checks if is_judged(one) and check_hash(one) == hash_), None
    )
