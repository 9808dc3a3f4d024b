"""What judging takes, before the start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.usecases.judging import judged_suites as judged
from tests.usecases.making import echo, new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import Check
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.core.money import Rates
from workbench.core.testing.settings import SuiteBudget
from workbench.usecases.problems import RefusedError


def test_calls_of_judges_are_estimated(tmp_path: Path) -> None:
    with opened(tmp_path, {}, {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        prompt = new_prompt(workbench)
        judge = Lane("judge", LITELLM, "gpt-5-mini", Params(max_tokens=10))
        workbench.pricing.set_price(LITELLM, "gpt-5-mini", Rates(1e-6, 2e-6, source="user"))
        best = Check("select-best", value='"shorter"')
        given = judged.settings(*suites.lanes(2), checks=(suites.HELLO, judged.POLITE, best), judge=judge, repeats=2)
        found = workbench.tests.estimator.estimate(suites.plan(workbench, prompt, given, suites.cases(5))).judge
        assert found is not None
        # 10 cells twice, and 5 of the second column in both orders twice.
        assert found.calls == 40
        assert found.cost is not None
        assert 0 < found.cost.low < found.cost.high < 1
        assert found.words.startswith("up to 40 judgements by gpt-5-mini, est. ")
        assert not found.sentences


def test_a_judge_that_is_tested_itself_is_said(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings(*suites.lanes(2), judge=echo("judge", "m1"))
        plan = suites.plan(workbench, prompt, given, suites.cases(2))
        found = workbench.tests.estimator.estimate(plan).judge
        assert found is not None
        assert found.sentences == ("The judge m1 is tested, too: models favour their own answers.",)


def test_a_missing_judge_is_said(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        plan = suites.plan(workbench, prompt, judged.settings(judge=None), suites.cases(2))
        found = workbench.tests.estimator.estimate(plan).judge
        assert found is not None
        assert (found.calls, found.words) == (0, "")
        assert found.lacking.startswith("No judge model is chosen")
        plain = suites.plan(workbench, prompt, suites.settings(), suites.cases(2))
        assert workbench.tests.estimator.estimate(plain).judge is None


def test_dollars_need_a_price_of_the_judge(tmp_path: Path) -> None:
    with opened(tmp_path, {}, {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        prompt = new_prompt(workbench)
        workbench.pricing.set_price(LITELLM, "gpt-5-mini", Rates(1e-6, 2e-6, source="user"))
        column = Lane("a", LITELLM, "gpt-5-mini", Params(max_tokens=10))
        judge = Lane("judge", LITELLM, "openai/unheard-of")
        given = judged.settings(column, judge=judge, budget=SuiteBudget(usd=1.0))
        with pytest.raises(RefusedError, match=r"The judge .* has no known price"):
            suites.plan(workbench, prompt, given, suites.cases(1))
        suites.plan(workbench, prompt, replace(given, checks=(suites.HELLO,)), suites.cases(1))
