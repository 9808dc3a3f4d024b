"""The verdicts of promptfoo on thousands of checks are ours, too, except where a difference is listed."""

from __future__ import annotations

from tests.core.checks.samples import samples
from tests.core.checks.verdicts import DELIBERATE, disagreements, is_deliberate, known, needs_engine
from workbench.core.checks.check_types import CHECK_TYPES


def test_checks_are_judged_as_by_promptfoo() -> None:
    ours = tuple(one for one in known() if not needs_engine(one) and not is_deliberate(one))
    assert len(ours) > 600
    assert list(disagreements(ours)) == []


def test_deliberate_differences_are_few_and_real() -> None:
    different = [one for one in known() if is_deliberate(one)]
    assert len(different) <= 0.02 * len(known())
    assert len(list(disagreements(tuple(different)))) == len(different)
    assert all(any(difference.concerns(one) for one in different) for difference in DELIBERATE)


def test_checks_that_need_an_engine_are_unscored_without_one() -> None:
    from tests.core.checks.verdicts import answer_of
    from workbench.core.cases import check_from_json
    from workbench.core.checks.evaluator import evaluate

    for sample in known():
        if "check" in sample and sample["check"]["type"] in ("regex", "not-regex"):
            assert evaluate(check_from_json(sample["check"]), answer_of(sample)).state == "unscored"


def test_data_have_every_sample_and_every_type_that_needs_no_model() -> None:
    stored = [{key: item for key, item in one.items() if key != "verdict"} for one in known()]
    assert stored == samples()
    types = {one["check"]["type"].removeprefix("not-") for one in stored if "check" in one} | {"assert-set"}
    assert types == {row.name for row in CHECK_TYPES.values() if row.is_evaluated and not row.judged}
