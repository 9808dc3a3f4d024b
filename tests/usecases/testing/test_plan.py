"""What prevents a test is refused with a sentence before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from tests.usecases.making import draft, echo
from tests.usecases.testing import suites
from workbench.core.blocks import OutputFormat
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Endpoint, Lane, Params
from workbench.core.money import FREE, Rates
from workbench.core.runs import VersionRow
from workbench.core.testing.answer_ages import StoredAnswers
from workbench.core.testing.settings import SuiteBudget, SuiteSettings
from workbench.usecases.problems import RefusedError, RetiredModelError
from workbench.usecases.testing.plan import ModelFacts, SuitePlanner, case_title, file_hash, filtered

PRICED, UNPRICED = Lane("p", LITELLM, "priced"), Lane("u", LITELLM, "unpriced")
LOCAL = Endpoint("own", "gguf", "Own", path="")


class _History:
    def version(self, prompt_uid: str, number: int) -> VersionRow:
        newer = "A newer release made it." if number == 9 else ""
        content = Content((Message("user", "Old {{name}} {{extra}}"),))
        return VersionRow("v", number, "", None, "", content, name=f"#{number}", newer=newer)

    def __init__(self, answered: bool = False) -> None:
        self._answered = answered

    def latest_round(self, prompt_uid: str) -> int:
        return 3

    def answered(
        self, prompt_uid: str, identities: Sequence[str], *, since: str = "", old_before: str = ""
    ) -> StoredAnswers:
        return StoredAnswers(len(identities) if self._answered else 0)


def planner(max_output: int | None = None) -> SuitePlanner:
    endpoints = {one.uid: one for one in FIXED_ENDPOINTS}

    def rates(endpoint: Endpoint, model: str) -> Rates | None:
        if endpoint.is_local:
            return FREE
        return Rates(1e-6, 2e-6) if model == "priced" else None

    facts = ModelFacts(endpoints.get, rates, lambda endpoint, model: max_output, lambda model: frozenset({"tools"}))
    return SuitePlanner(_History(), _History(), facts)


def refusal(given: SuiteSettings, tested: tuple[Case, ...], used: Draft | None = None, **more: object) -> str:
    with pytest.raises(RefusedError) as caught:
        planner().plan("p", used or draft(), given, tested, **more)  # type: ignore[arg-type]
    return caught.value.sentence


def test_a_plan_has_everything_that_is_asked() -> None:
    given = replace(suites.settings(*suites.lanes(2), samples=3), baseline="c1")
    plan = planner().plan("p", draft(), given, suites.cases(4))
    assert (plan.cells, plan.baseline, plan.round, plan.samples) == (24, 1, 3, 3)
    assert len(set(plan.questions)) == 2
    assert plan.content == draft().content
    fresh = planner().plan("p", draft(), given, suites.cases(4), round_="fresh")
    assert (fresh.round, fresh.questions) == (4, plan.questions)


@pytest.mark.parametrize("answered", [False, True])
def test_a_retired_model_is_not_asked_but_its_answers_stay(answered: bool) -> None:
    gone = Lane("g", LITELLM, "gone")
    endpoints = {one.uid: one for one in FIXED_ENDPOINTS}
    facts = ModelFacts(
        endpoints.get,
        lambda endpoint, model: None,
        lambda endpoint, model: None,
        lambda model: frozenset(),
        retired=lambda endpoint, model: date(2025, 9, 1) if model == "gone" else None,
    )
    made = SuitePlanner(_History(), _History(answered), facts)
    given = suites.settings(PRICED, gone)
    if answered:
        assert made.plan("p", draft(), given, suites.cases(2)).columns == given.columns
        return
    with pytest.raises(RetiredModelError, match=r"^Column 2 \(gone\) was retired on 2025-09-01,") as caught:
        made.plan("p", draft(), given, suites.cases(2))
    assert caught.value.lane == gone
    made.check_retired(given.columns, lambda column: column == 0)
    with pytest.raises(RetiredModelError):
        made.check_retired(given.columns, lambda column: column == 1)


def test_cases_are_those_of_one_set() -> None:
    held = (*suites.cases(2), Case("h", "Held", (("name", "x"),), held_out=True))
    assert len(planner().plan("p", draft(), suites.settings(), held).cases) == 2
    assert [case.uid for case in planner().plan("p", draft(), suites.settings(), held, set_name="holdout").cases] == [
        "h"
    ]


@pytest.mark.parametrize(
    ("given", "tested", "words"),
    [
        (SuiteSettings(), suites.cases(1), "There is no column to test. Add a column with a model, then test."),
        (suites.settings(), (), "There is no case to test. Add a case with values, then test."),
        (
            suites.settings(),
            (Case("h", held_out=True),),
            "All cases of this prompt are in the hold-out. Add a case for tuning, then test.",
        ),
        (
            suites.settings(),
            (*suites.cases(1), Case("b", "Bad"), Case("c")),
            "“Bad” has no value for {{name}}. Fill it in; an empty value is allowed. 1 more case also lacks values.",
        ),
        (
            suites.settings(echo(pinned=2)),
            suites.cases(1),
            "“Case 0” has no value for {{extra}}, which #2 uses. Fill it in; an empty value is allowed.",
        ),
        (suites.settings(echo(pinned=9)), suites.cases(1), "#9 was not sent. A newer release made it."),
        (
            suites.settings(Lane("a", "gone", "m")),
            suites.cases(1),
            "The endpoint of this lane was removed. Choose another model for the lane, or add the endpoint again.",
        ),
        (
            suites.settings(UNPRICED, budget=SuiteBudget(usd=1.0)),
            suites.cases(1),
            "Column 1 (unpriced) has no known price, so dollars cannot limit this test. Set its price in the model "
            "picker, or add a limit of calls.",
        ),
        (
            suites.settings(PRICED, budget=SuiteBudget(usd=1.0)),
            suites.cases(1),
            "Column 1 (priced) has no limit of output tokens, so dollars cannot limit this test. Set Max tokens in its "
            "parameters, or add a limit of calls.",
        ),
        (
            suites.settings(replace(echo(), params=Params(extra="[1]"))),
            suites.cases(1),
            'Column 1 (echo) has extra parameters that are not a JSON object. Write them like {"top_k": 40}.',
        ),
    ],
)
def test_what_cannot_be_tested_is_refused(given: SuiteSettings, tested: tuple[Case, ...], words: str) -> None:
    assert refusal(given, tested) == words


def test_content_that_cannot_be_sent_is_refused() -> None:
    assert refusal(suites.settings(), suites.cases(1), Draft()).startswith("The current text is empty")
    schema = Draft(Content((Message("user", "x"),), output=OutputFormat("schema", "a", "{")))
    assert refusal(suites.settings(), suites.cases(1), schema).startswith("The current text cannot be sent.")
    only_value = draft(text="{{name}}")
    empty = (Case("e", "Empty", (("name", ""),)), Case("f", "Other", (("name", ""),)))
    assert refusal(suites.settings(), empty, only_value) == ("“Empty” makes every message empty. Fill a value in.")


@pytest.mark.parametrize(
    "lane",
    [
        replace(PRICED, params=Params(max_tokens=100)),
        replace(PRICED, params=Params(extra='{"max_completion_tokens": 100}')),
        echo(),
    ],
)
def test_a_limit_of_dollars_holds_where_the_most_is_known(lane: Lane) -> None:
    plan = planner().plan("p", draft(), suites.settings(lane, budget=SuiteBudget(usd=1.0)), suites.cases(1))
    assert plan.budget.usd == 1.0
    planner(500).plan("p", draft(), suites.settings(PRICED, budget=SuiteBudget(usd=1.0)), suites.cases(1))
    planner().plan("p", draft(), suites.settings(UNPRICED, budget=SuiteBudget(1.0, 10)), suites.cases(1))


def test_cases_are_filtered_by_words_and_tags() -> None:
    named = Case("a", "Late order", (("q", "Where is it?"),), tags=("Hard",))
    other = Case("b", "Thanks", (("q", "ok"),))
    assert filtered((named, other), "") == (named, other)
    assert filtered((named, other), "late WHERE") == (named,)
    assert filtered((named, other), "tag:hard") == (named,)
    assert filtered((named, other), "tag:hard ok") == ()
    assert filtered((named, other), '"where is"') == (named,)
    assert filtered((named, other), '"is where"') == ()
    assert filtered((named, other), 'a"b') == ()
    slow = Case("c", "Slow", tags=("Needs a person",))
    assert filtered((named, slow), 'tag:"needs a person" slow') == (slow,)
    assert filtered((named, slow), 'tag:"needs a"') == ()
    assert case_title(other) == "“Thanks”"
    assert case_title(Case("x"), (named, Case("x"))) == "Case 2"


def test_a_changed_model_file_is_another_question(tmp_path: object) -> None:
    assert file_hash("/nowhere/model.gguf") == ""
