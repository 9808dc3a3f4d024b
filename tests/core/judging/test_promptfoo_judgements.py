"""The real promptfoo asks the same fake judge the same things as we do, and comes to the same verdicts."""

from __future__ import annotations

from collections import Counter

from tests.core.judging.judgements import (
    DIFFERENT_REQUESTS,
    DIFFERENT_VERDICTS,
    concerns,
    known,
    request_problem,
    unexplained,
    verdict_problem,
)
from tests.core.judging.samples import samples
from workbench.core.checks.check_types import CHECK_TYPES


def test_answers_are_judged_as_by_promptfoo() -> None:
    assert list(unexplained(verdict_problem, DIFFERENT_VERDICTS)) == []


def test_judges_are_asked_as_by_promptfoo() -> None:
    assert list(unexplained(request_problem, DIFFERENT_REQUESTS)) == []


def test_deliberate_differences_are_real() -> None:
    for problem, differences in ((verdict_problem, DIFFERENT_VERDICTS), (request_problem, DIFFERENT_REQUESTS)):
        explained = [sample for sample in known() if concerns(differences, sample)]
        assert all(any(map(difference.concerns, explained)) for difference in differences)
        assert [sample for sample in explained if not problem(sample)] == []


def test_data_have_every_sample_and_every_type_with_promptfoos_name() -> None:
    stored = [{key: item for key, item in one.items() if key not in ("requests", "verdicts")} for one in known()]
    assert stored == samples()
    types = Counter(one["type"].removeprefix("not-") for sample in stored for one in sample["assert"])
    # Pairwise checks have a meaning of their own here.
    assert types.keys() - {"assert-set"} == {row.name for row in CHECK_TYPES.values() if row.judged} - {"select-best"}
    assert types["llm-rubric"] + types["factuality"] >= 40


def test_data_have_no_sentences_of_promptfoos_prompts() -> None:
    kept = [one for sample in known() for one in sample["requests"] if "messages" in one]
    assert kept
    for sample in known():
        assert all("messages" not in one for one in sample["requests"]) or "rubricPrompt" in str(sample)
