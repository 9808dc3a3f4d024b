"""The tour of the sample: cases to test it on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.usecases.making import PATIENCE_S, opened
from workbench.core.cases import Case
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.host.ids import new_uid
from workbench.usecases.prompts import SAMPLE
from workbench.usecases.sample_prompts import load_sample
from workbench.usecases.tour import SampleTour
from workbench.usecases.workbench import Workbench


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    with opened(tmp_path, None, {"XDG_CACHE_HOME": str(tmp_path / "cache")}) as (made, _):
        yield made


def sample_uid(workbench: Workbench) -> str:
    uid = workbench.store.get_meta(SAMPLE)
    assert uid is not None
    return uid


def test_cases_of_the_sample_are_added_once(workbench: Workbench) -> None:
    tour, uid = SampleTour(workbench.store, new_uid), sample_uid(workbench)
    assert tour.add_cases() == 5
    cases = workbench.store.packs.cases(uid)
    assert [case.name for case in cases] == [case.name for case in load_sample().cases]
    assert len({case.uid for case in cases}) == 5
    assert tour.add_cases() == 0
    assert workbench.store.packs.cases(uid) == cases


def test_own_cases_stay_the_only_ones(workbench: Workbench) -> None:
    uid = sample_uid(workbench)
    workbench.store.packs.add_case(uid, Case("mine", "Mine")).result(PATIENCE_S)
    assert SampleTour(workbench.store, new_uid).add_cases() == 0
    assert [case.name for case in workbench.store.packs.cases(uid)] == ["Mine"]


def test_each_case_gives_the_values_of_the_prompt_and_checks_that_are_evaluated() -> None:
    sample = load_sample()
    for case in sample.cases:
        assert sorted(name for name, _ in case.values) == sorted(name for name, _ in sample.draft.values)
        assert case.checks
        assert {CHECK_TYPES[check.type].is_evaluated for check in case.checks} == {True}
