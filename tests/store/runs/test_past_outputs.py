"""Statistics of a prompt's past outputs, for forecasts of the next one."""

from __future__ import annotations

from dataclasses import replace

from tests.store.making import NOW, done, lane, run, text
from workbench.core.forecast import PastAmounts
from workbench.core.money import Rates, Usage
from workbench.core.runs import Result
from workbench.store import Store


def test_past_amounts_hold_tokens_and_reported_costs_of_finished_answers(store: Store) -> None:
    reported, listed = Rates(0.0, 0.0, None, "provider"), Rates(1.0, 1.0)
    results: list[Result] = [
        replace(done("a"), usage=Usage(1, 10), cost_usd=0.5, rates=listed),
        replace(done("b"), usage=Usage(), cost_usd=0.25, rates=reported),
        replace(done("c"), usage=Usage(1, 30), cost_usd=0.0, rates=reported),
        replace(done("d"), usage=Usage()),
        replace(done("e"), usage=Usage(1, 50), state="stopped"),
    ]
    for number, result in enumerate(results):
        store.begin_run(run(f"r{number}", text("Hi"), lanes=(lane("A", "m"),))).result(60)
        store.finish_output(f"r{number}.0.0", result, NOW).result(60)
    amounts = [PastAmounts(30, 0.0), PastAmounts(None, 0.25), PastAmounts(10, None)]
    endpoint = lane().endpoint
    assert store.past_amounts("p", endpoint, "m", 50) == amounts
    assert store.past_amounts("p", endpoint, "m", 1) == amounts[:1]
    assert store.past_amounts("p", endpoint, "other", 50) == []
