"""Budgets, adaptive concurrency and the bar."""

from __future__ import annotations

import pytest

from workbench.core.blocks import Attachment, Tool
from workbench.core.content import Message
from workbench.core.money import FREE, Rates
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import AnswerStep, Result
from workbench.core.statistics.columns import summarise
from workbench.core.statistics.comparisons import NoWorseResult
from workbench.core.statistics.results import CaseResults, CellResult, CellState, ColumnResults
from workbench.core.testing.report import ReportBar
from workbench.core.testing.settings import SuiteBudget
from workbench.usecases.testing.bar import SuiteBar, judge
from workbench.usecases.testing.budget import BudgetLedger, CallBound, Reservation, call_bound, most_output, requests_of
from workbench.usecases.testing.concurrency import AdaptiveLimit

HELLO = RenderedRequest((Message("user", "hello world"),))


def test_a_limit_is_halved_once_for_all_calls_sent_under_it() -> None:
    limit = AdaptiveLimit(8)
    tickets = [limit.send() for _ in range(8)]
    for ticket in tickets:
        limit.refused(ticket)
    assert limit.limit == 4
    limit.refused(limit.send())
    assert limit.limit == 2
    for _ in range(5):
        limit.refused(limit.send())
    assert limit.limit == 1


def test_a_limit_climbs_by_one_after_as_many_answers_as_it_allows_calls() -> None:
    limit = AdaptiveLimit(8)
    limit.refused(limit.send())
    assert limit.limit == 4
    for _ in range(5):
        limit.answered()
    assert limit.limit == 5
    for _ in range(100):
        limit.answered()
    assert limit.limit == 8


@pytest.mark.parametrize(
    ("params", "model", "most"),
    [
        ({}, None, None),
        ({"max_tokens": 5}, None, 5),
        ({"max_completion_tokens": 7}, 4, 4),
        ({}, 9, 9),
        ({"max_tokens": 0}, None, None),
    ],
)
def test_the_most_output_is_the_smaller_limit(params: dict[str, int], model: int | None, most: int | None) -> None:
    assert most_output(params, model) == most


def test_a_call_is_bound_by_its_input_and_its_most_output() -> None:
    # Two words and the overhead of a message are 6 tokens, with a quarter more 7.5.
    bound = call_bound(HELLO, {"max_tokens": 10}, Rates(1.0, 100.0), None)
    assert bound == CallBound(1007.5, 1)
    assert call_bound(HELLO, {"max_tokens": 10, "n": 3}, Rates(0.0, 1.0), None).usd == 30.0
    assert call_bound(HELLO, {}, FREE, None) == CallBound(0.0, 1)
    assert call_bound(HELLO, {}, Rates(1.0, 1.0), None).usd is None
    assert call_bound(HELLO, {"max_tokens": 1}, None, None).usd is None
    by_second = Rates(0.0, 0.0, sheet={"output_cost_per_second": 1.0})
    assert call_bound(HELLO, {"max_tokens": 1}, by_second, None).usd is None


def test_rounds_with_tools_send_everything_again() -> None:
    tool = Tool("look", "Looks.", "{}")
    request = RenderedRequest((Message("user", "x"),), tools=(tool,), tool_rounds=2)
    bound = call_bound(request, {"max_tokens": 10}, Rates(0.0, 1.0), None)
    assert bound == CallBound(30.0, 3)
    steps = (AnswerStep("tool_call"), AnswerStep("tool_call"), AnswerStep("tool_result"), AnswerStep("tool_result"))
    assert requests_of(Result("finished", steps=(*steps, *steps, AnswerStep("text")))) == 3
    assert requests_of(Result("finished")) == 1


def test_images_count_as_input() -> None:
    image = Attachment("h", "image/png", "a.png")
    request = RenderedRequest((Message("user", "", (image,)),))
    bound = call_bound(request, {"max_tokens": 1}, Rates(1.0, 0.0), None)
    assert bound.usd is not None
    assert bound.usd > 1600


def test_dollars_never_exceed_the_limit() -> None:
    ledger = BudgetLedger(SuiteBudget(usd=10.0), lambda: 0.0)
    assert ledger.reserve("a", CallBound(6.0)) is Reservation.MADE
    assert ledger.reserve("b", CallBound(6.0)) is Reservation.LATER
    assert ledger.reserve("c", CallBound(11.0)) is Reservation.NEVER
    ledger.settle("a", Result("finished", cost_usd=1.0, request={}))
    assert (ledger.spent_usd, ledger.reserved_usd) == (1.0, 0.0)
    assert ledger.reserve("b", CallBound(9.0)) is Reservation.MADE
    # A cost that is not known counts as the most it can be.
    ledger.settle("b", Result("failed", request={}))
    assert (ledger.spent_usd, ledger.unknown) == (10.0, 1)
    assert ledger.reserve("d", CallBound(0.1)) is Reservation.NEVER


def test_what_was_not_sent_costs_nothing() -> None:
    ledger = BudgetLedger(SuiteBudget(usd=10.0, calls=1), lambda: 0.0)
    ledger.reserve("a", CallBound(6.0))
    ledger.settle("a", Result("interrupted"))
    ledger.settle("never reserved", Result("finished", cost_usd=5.0, request={}))
    assert (ledger.spent_usd, ledger.calls) == (0.0, 0)
    assert ledger.reserve("b", CallBound(6.0)) is Reservation.MADE


def test_calls_and_minutes_are_limited() -> None:
    now = [0.0]
    ledger = BudgetLedger(SuiteBudget(calls=3, minutes=1.0), lambda: now[0])
    assert ledger.reserve("a", CallBound(None, 2)) is Reservation.MADE
    assert ledger.reserve("b", CallBound(None, 2)) is Reservation.LATER
    ledger.settle("a", Result("finished", request={}))
    assert ledger.reserve("b", CallBound(None, 2)) is Reservation.MADE
    assert not ledger.is_time_up
    now[0] = 60.0
    assert ledger.is_time_up


def column(*states: CellState) -> ColumnResults:
    return ColumnResults("m", tuple(CaseResults(str(n), (CellResult(state),)) for n, state in enumerate(states)))


@pytest.mark.parametrize(
    ("bar", "states", "expected", "words"),
    [
        (SuiteBar(), ("pass", "pass"), "held", "Every case passes in every column."),
        (SuiteBar(), ("pass", "fail"), "not_held", "m passes 50 %; at least 100 % is asked for."),
        (SuiteBar(0.5), ("pass", "fail"), "held", "Every column passes at least 50 %."),
        (SuiteBar(0.5), ("pass", "unscored"), "not_held", "m: 1 answer unscored. Add --allow-unscored to accept that."),
        (SuiteBar(0.5, allows_unscored=True), ("pass", "unscored"), "held", "Every column passes at least 50 %."),
        (
            SuiteBar(0.0, allows_unscored=True),
            ("unscored",),
            "nothing_scored",
            "Nothing was scored: the checks of 1 answer could not be evaluated.",
        ),
        (SuiteBar(0.0), ("no_answer",), "nothing_scored", "Nothing was scored: 1 call without an answer."),
        (SuiteBar(0.0), ("pass", "no_answer"), "not_held", "m: 1 call without an answer."),
        (SuiteBar(0.0), (), "nothing_scored", "Nothing was scored. Add checks"),
    ],
)
def test_a_bar_is_held_by_scored_answers_only(
    bar: SuiteBar, states: tuple[CellState, ...], expected: ReportBar, words: str
) -> None:
    found, said = judge(bar, [("m", summarise(column(*states)))])
    assert found == expected
    assert said.startswith(words)


def test_a_bar_is_not_held_by_a_part_of_a_run() -> None:
    columns = [("m", summarise(column("pass")))]
    assert judge(SuiteBar(), columns, is_over_budget=True)[0] == "budget_reached"
    assert judge(SuiteBar(), columns, is_complete=False)[0] == "not_held"
    assert judge(SuiteBar(), [*columns, ("n", summarise(column()))])[0] == "not_held"


def test_a_margin_replaces_the_rate_unless_both_are_asked_for() -> None:
    columns = [("m", summarise(column("pass", "fail")))]
    no_worse = [("m", NoWorseResult(0.05, -0.01, True))]
    assert judge(SuiteBar(no_worse=True), columns, no_worse)[0] == "held"
    assert judge(SuiteBar(0.9, no_worse=True), columns, no_worse)[0] == "not_held"
    assert judge(SuiteBar(no_worse=True), columns, [("m", NoWorseResult(0.05, None, None))])[0] == "not_held"
    assert judge(SuiteBar(no_worse=True), columns, [("m", None)])[0] == "not_held"
