"""The threshold of a decision model, chosen on labels and used in a test, over the real history."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.patience import PATIENCE_S
from tests.store.making import NOW
from tests.usecases.judging import judged_suites as judged
from tests.usecases.making import new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import SET, Check
from workbench.core.judging.check_thresholds import with_threshold
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.settings import JudgeSettings
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store.judging.records import LabelStart
from workbench.usecases.judging.chosen_thresholds import ChosenThresholds

OWN = Check("llm-rubric", value='"It is short."')
PROBABLY = [{"text": json.dumps({"answers": [{"type": "predicate", "probability": 0.6}]})}]


def test_a_check_is_found_by_its_hash_also_inside_of_sets() -> None:
    checks = (judged.POLITE, Check(SET, checks=(OWN, judged.POLITE)), replace(judged.POLITE, weight=2))
    changed = with_threshold(checks, check_hash(judged.POLITE), 0.7)
    assert [one.threshold for one in (changed[0], *changed[1].checks, changed[2])] == [0.7, None, 0.7, None]
    assert with_threshold(checks, "another", 0.7) == checks


def test_a_chosen_threshold_applies_without_calls_keeps_the_labels_and_can_be_undone(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=PROBABLY)) as (workbench, _):
        prompt, store = new_prompt(workbench), workbench.store
        given = replace(judged.settings(), judge=JudgeSettings(judged.JUDGE, decides=True))
        cases = [replace(case, checks=(OWN,)) if n == 0 else case for n, case in enumerate(suites.cases(3))]
        store.packs.save_cases(prompt, cases).result(PATIENCE_S)
        store.tests.save_settings(prompt, given, NOW).result(PATIENCE_S)
        handle = suites.run(workbench, prompt, given, cases)
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 3]
        calls = judged.judge_calls(tmp_path / "w.db")
        run = store.tests.run(handle.run_uid)
        hash_ = check_hash(judged.POLITE)
        rows = store.judges.answers(run.uid, run.scoring_uid, hash_, 0)
        starts = [LabelStart(new_uid(), row.output_uid, hash_, "fail", "random", "rude") for row in rows]
        store.judges.add_labels(run.uid, starts, NOW).result(PATIENCE_S)
        thresholds = ChosenThresholds(store, new_uid, utc_now)
        change = thresholds.use(prompt, judged.POLITE, 0.7)
        thresholds.use(prompt, OWN, 0.65)
        after = store.tests.settings(prompt)
        assert [check.threshold for check in after.checks] == [0.7]
        kept = store.packs.cases(prompt)
        assert [[check.threshold for check in case.checks] for case in kept] == [[0.65], [], []]
        new = check_hash(after.checks[0])
        assert [(one.label, one.picked, one.note) for one in store.judges.prompt_labels(prompt, new)] == [
            ("fail", "random", "rude")
        ] * 3
        assert workbench.tests.rescore(run.uid, after, {case.uid: case for case in kept}).wait(PATIENCE_S)
        assert judged.states(workbench, run.uid) == [["fail"] * 3]
        assert judged.judge_calls(tmp_path / "w.db") == calls
        reason = judged.detail(workbench, run.uid, 1).results[0].reason
        assert reason == "Probability of a pass 0.60; at least 0.7 expected."
        thresholds.undo(change)
        assert store.tests.settings(prompt).checks == (judged.POLITE,)
        # A second use of the same threshold adds no label twice.
        thresholds.use(prompt, judged.POLITE, 0.7)
        assert len(store.judges.prompt_labels(prompt, new)) == 3
