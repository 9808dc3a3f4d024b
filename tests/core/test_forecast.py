"""Forecasts of tokens and costs before a run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.forecast import AmountSpan, Forecast, LaneForecast, detail, line, show_span, span_of
from workbench.core.money import Rates, Usage, cost
from workbench.core.token_counts import Tokenizer, count_of, show_tokens

EXACT = Tokenizer("o", "o of Example", exact=True)
ROUGH = Tokenizer("r", "a rule")
RATES = Rates(1e-6, 2e-6)


def lane(title: str = "a", *parts: int, tokenizer: Tokenizer = EXACT, **more: object) -> LaneForecast:
    fields: dict[str, object] = {"rates": RATES, "context": 1000, "output": AmountSpan(10, 20), "past": 3, **more}
    return LaneForecast(title, title, (count_of(tokenizer, parts),), **fields)  # type: ignore[arg-type]


def test_token_count_includes_the_overhead_of_messages() -> None:
    assert count_of(EXACT, (10, 5)).whole == 10 + 5 + 2 * 4 + 3
    assert count_of(EXACT, ()).whole == 0
    assert not count_of(EXACT, (1,)).about
    assert count_of(ROUGH, (1,)).about
    assert count_of(EXACT, (1,), 7).about


@pytest.mark.parametrize(
    ("given_", "expected"),
    [((1,), "1 token"), ((412,), "412 tokens"), ((398, 412), "398–412 tokens"), ((1200, 1200), "1,200 tokens")],
)
def test_token_counts_are_formatted(given_: tuple[int, ...], expected: str) -> None:
    assert show_tokens(*given_) == expected
    assert show_tokens(*given_, about=True) == f"about {expected}"


@given(st.lists(st.integers(0, 10_000), max_size=60), st.none() | st.integers(1, 5000))
def test_output_range_lies_within_past_answers_and_the_limit(lengths: list[int], most: int | None) -> None:
    span = span_of(lengths, most)
    if not lengths:
        assert span is None
        return
    assert span is not None
    assert span.low <= span.high <= (max(lengths) if most is None else min(max(lengths), most))


def test_output_range_ignores_extremes_of_many_answers() -> None:
    assert span_of([5, 5000]) == AmountSpan(5, 5000)
    assert span_of([1, *range(100, 118), 90_000]) == AmountSpan(101, 116)


def test_forecast_line_shows_tokens_cost_and_lanes() -> None:
    assert line(Forecast()) == ""
    assert line(Forecast((LaneForecast("e", "echo", is_local=True),))) == ""
    local = lane("here", 89, is_local=True, rates=None, output=None)
    assert line(Forecast((local,))) == "96 tokens · free for 1 lane"
    one = lane("a", 493)
    assert line(Forecast((one,))) == "500 tokens · est. $0.0005 for 1 lane"
    assert line(Forecast((one, local))) == "96–500 tokens · est. $0.0005 for 2 lanes"
    unknown = lane("b", 493, rates=None, tokenizer=ROUGH)
    assert line(Forecast((unknown,))) == "about 500 tokens · cost unknown for 1 lane"
    assert line(Forecast((one, unknown))) == "about 500 tokens · est. $0.0005 + 1 lane without prices"
    new = lane("c", 493, output=None)
    assert line(Forecast((new,))) == "500 tokens · est. at least $0.0005 for 1 lane"
    assert line(Forecast((lane("nothing", output=None),))) == ""
    assert Forecast((lane("a", 0, 5),)).parts(2) == ("", "5 tokens")
    tiny = lane("d", 3, output=None)
    assert line(Forecast((tiny,))) == "10 tokens · input < $0.0001 for 1 lane"
    many = lane("d", 493, samples=20)
    assert line(Forecast((many,))) == "500 tokens · est. $0.0104–0.0108 for 1 lane, 20 calls"


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.0, 0.0, "$0"),
        (0.00001, 0.00002, "< $0.0001"),
        (0.00001, 0.0002, "up to $0.0002"),
        (0.0, 0.0002, "$0–0.0002"),
        (0.0008, 0.0015, "$0.0008–0.0015"),
    ],
)
def test_span_of_small_amounts_reads_as_one_phrase(low: float, high: float, shown: str) -> None:
    assert show_span(AmountSpan(low, high)) == shown


def test_free_lanes_and_lanes_without_prices_are_distinguished() -> None:
    free = lane("here", 89, is_local=True, rates=None, output=None)
    zero = lane("gift", 89, rates=Rates(0.0, 0.0, source="user"), output=None)
    unknown = lane("b", 89, rates=None)
    assert line(Forecast((free, zero, unknown, unknown))) == "96 tokens · est. $0 + 2 lanes without prices"
    assert line(Forecast((free, unknown))) == "96 tokens · est. $0 + 1 lane without prices"
    assert line(Forecast((unknown, unknown))) == "96 tokens · cost unknown for 2 lanes"


def test_long_prompts_are_forecast_at_the_prices_of_their_tier() -> None:
    sheet = {
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 2e-6,
        "input_cost_per_token_above_200k_tokens": 3e-6,
        "output_cost_per_token_above_200k_tokens": 5e-6,
        "input_cost_per_token_flex": 5e-7,
    }
    rates = Rates(1e-6, 2e-6, sheet=sheet)
    short, long = lane("a", 993, rates=rates), lane("a", 300_000 - 7, rates=rates)
    assert short.cost == AmountSpan(pytest.approx(1e-3 + 2e-5), pytest.approx(1e-3 + 4e-5))  # type: ignore[arg-type]
    assert long.cost == AmountSpan(pytest.approx(0.9 + 5e-5), pytest.approx(0.9 + 1e-4))  # type: ignore[arg-type]
    both = replace(long, counts=(*short.counts, *long.counts))
    assert both.input_cost == AmountSpan(pytest.approx(0.901), pytest.approx(0.901))  # type: ignore[arg-type]
    assert replace(short, tier="flex").input_cost == AmountSpan(pytest.approx(5e-4), pytest.approx(5e-4))  # type: ignore[arg-type]
    used = Usage(300_000, 10)
    assert long.cost is not None
    assert cost(used, rates) == pytest.approx(long.cost.low)


def test_price_per_second_is_not_used_as_a_token_price() -> None:
    timed = lane("a", 89, rates=Rates(0.0, 0.0, sheet={"input_cost_per_second": 0.01}))
    assert (timed.input_cost, timed.cost) == (None, None)
    assert "priced by time" in detail(Forecast((timed,)))


def test_prompt_exceeding_the_context_window_shows_a_warning() -> None:
    forecast = Forecast((lane("small", 2000),))
    assert line(forecast).startswith("▲ Too long for small · ")
    assert "more than its context window of 1,000 tokens" in detail(forecast)


def test_detail_describes_each_lane() -> None:
    told = detail(
        Forecast(
            (
                lane("a", 93),
                lane("b", 93, rates=None),
                lane("c", 93, output=None),
                lane("d", 93, context=None, is_local=True),
                LaneForecast("e", "echo", is_local=True),
                LaneForecast("f", "gone", trouble="Its endpoint was removed; choose another model."),
            )
        )
    ).splitlines()
    assert told[0] == (
        "a: 100 tokens by o of Example; 10 % of its context window of 1,000; "
        "$0.0001: input $0.0001, and 10–20 tokens of output as in 3 past answers."
    )
    assert "price unknown" in told[1]
    assert "output unknown" in told[2]
    assert "context window unknown; free." in told[3]
    assert told[4] == "echo: counts no tokens, free."
    assert told[5] == "gone: not counted. Its endpoint was removed; choose another model."


def test_detail_of_a_reported_cost_without_past_answers_has_the_input_cost() -> None:
    told = detail(Forecast((lane("a", 93, output=None, past=0, reported=AmountSpan(0.01, 0.02)),)))
    assert "; input $0.0001, output unknown until this model has answered this prompt." in told


def test_cost_ranges_are_formatted() -> None:
    assert show_span(AmountSpan(0.0011, 0.0011)) == "$0.0011"
    assert show_span(AmountSpan(0.0008, 0.0015)) == "$0.0008–0.0015"
    assert show_span(AmountSpan(0.00001, 0.0015)) == "up to $0.0015"


CACHING = Rates(1e-6, 2e-6, 1e-7, written=1.25e-6)


def keeping(cacheable: int, **more: object) -> LaneForecast:
    """A lane of 100 input tokens, `cacheable` of which may come from the provider's cache."""
    counts = (replace(count_of(EXACT, (93,)), cacheable=cacheable),)
    fields: dict[str, object] = {"rates": CACHING, "context": 1000, "output": AmountSpan(10, 20), "past": 3, **more}
    return LaneForecast("a", "a", counts, **fields)  # type: ignore[arg-type]


def test_cacheable_tokens_cost_between_cache_read_and_cache_write() -> None:
    """All of it there already is the least, nothing there yet the most."""
    given = keeping(80).input_cost
    assert given is not None
    assert given.low == pytest.approx(20 * 1e-6 + 80 * 1e-7)
    assert given.high == pytest.approx(20 * 1e-6 + 80 * 1.25e-6)
    whole = keeping(80).cost
    assert whole is not None
    assert (whole.low, whole.high) == pytest.approx((given.low + 10 * 2e-6, given.high + 20 * 2e-6))
    several = keeping(80, samples=5).input_cost
    assert several is not None
    assert (several.low, several.high) == pytest.approx((5 * given.low, 5 * given.high))
    none = keeping(0).input_cost
    assert none == AmountSpan(pytest.approx(100e-6), pytest.approx(100e-6))
    assert Forecast((keeping(80, output=None),)).known_cost == given


@given(st.integers(0, 100), st.floats(0, 1), st.none() | st.floats(0, 1), st.none() | st.floats(0, 2))
def test_actual_cost_of_a_call_lies_in_the_forecast_range(
    kept: int, price: float, read: float | None, write: float | None
) -> None:
    lane = keeping(kept, rates=Rates(price, 0.0, read, written=write))
    assert lane.input_cost is not None
    for usage in (Usage(100, 0, cached=kept), Usage(100, 0, written=kept)):
        spent = cost(usage, lane.rates)
        assert spent is not None
        assert lane.input_cost.low - 1e-9 <= spent <= lane.input_cost.high + 1e-9


def test_detail_explains_the_cost_of_the_cache() -> None:
    dear = Rates(1e-3, 2e-3, 1e-4, written=1.25e-3)
    told, _ = detail(Forecast((keeping(80, rates=dear),))).splitlines()
    assert told.endswith(
        "; $0.0480–0.1600: input $0.0280 with 80 tokens read from the cache, $0.1200 when written to it, "
        "and 10–20 tokens of output as in 3 past answers."
    )
    told, _ = detail(Forecast((keeping(80, rates=dear, output=None),))).splitlines()
    assert "$0.1200 when written to it, output unknown until" in told
    told, _ = detail(Forecast((keeping(80, rates=Rates(1e-3, 2e-3)),))).splitlines()
    assert "input $0.1000, cache prices unknown, and 10–20" in told
    assert "cache" not in detail(Forecast((keeping(0, rates=dear),)))
    assert line(Forecast((keeping(80, rates=dear),))) == "100 tokens · est. $0.0480–0.1600 for 1 lane"


def test_lane_without_prices_uses_previously_reported_costs() -> None:
    told = lane("a", 93, rates=None, output=None, samples=2, reported=AmountSpan(0.01, 0.02))
    assert told.cost == AmountSpan(0.02, 0.04)
    both = Forecast((told, lane("b", 93, rates=None)))
    assert both.unpriced == ("b",)
    assert line(both) == "100 tokens · est. $0.0200–0.0400 + 1 lane without prices"
    assert "$0.0200–0.0400, from the reported cost of 3 past answers." in detail(both).splitlines()[0]


def test_price_list_takes_precedence_over_reported_costs() -> None:
    """The prompt may be another one; a report is of the prompt as it was."""
    listed, report = lane("a", 93), AmountSpan(5.0, 5.0)
    assert replace(listed, reported=report).cost == listed.cost
    assert replace(listed, reported=report, output=None).cost == report
