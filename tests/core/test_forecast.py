from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.counting import Tokenizer, count_of, show_tokens
from workbench.core.forecast import Forecast, LaneForecast, Span, detail, line, show_span, span_of
from workbench.core.money import Rates

EXACT = Tokenizer("o", "o of Example", exact=True)
ROUGH = Tokenizer("r", "a rule")
RATES = Rates(1e-6, 2e-6)


def lane(title: str = "a", *parts: int, tokenizer: Tokenizer = EXACT, **more: object) -> LaneForecast:
    fields: dict[str, object] = {"rates": RATES, "context": 1000, "output": Span(10, 20), "past": 3, **more}
    return LaneForecast(title, title, (count_of(tokenizer, parts),), **fields)  # type: ignore[arg-type]


def test_a_count_knows_what_stands_around_the_messages() -> None:
    assert count_of(EXACT, (10, 5)).whole == 10 + 5 + 2 * 4 + 3
    assert count_of(EXACT, ()).whole == 0
    assert not count_of(EXACT, (1,)).about
    assert count_of(ROUGH, (1,)).about
    assert count_of(EXACT, (1,), 7).about


@pytest.mark.parametrize(
    ("given_", "expected"),
    [((1,), "1 token"), ((412,), "412 tokens"), ((398, 412), "398–412 tokens"), ((1200, 1200), "1,200 tokens")],
)
def test_tokens_in_words(given_: tuple[int, ...], expected: str) -> None:
    assert show_tokens(*given_) == expected
    assert show_tokens(*given_, about=True) == f"about {expected}"


@given(st.lists(st.integers(0, 10_000), max_size=60), st.none() | st.integers(1, 5000))
def test_a_range_lies_within_the_past_and_the_limit(lengths: list[int], most: int | None) -> None:
    span = span_of(lengths, most)
    if not lengths:
        assert span is None
        return
    assert span is not None
    assert span.low <= span.high <= (max(lengths) if most is None else min(max(lengths), most))


def test_of_many_answers_the_extremes_do_not_count() -> None:
    assert span_of([5, 5000]) == Span(5, 5000)
    assert span_of([1, *range(100, 118), 90_000]) == Span(101, 116)


def test_the_line_names_tokens_money_and_lanes() -> None:
    assert line(Forecast()) == ""
    assert line(Forecast((LaneForecast("e", "echo", is_local=True),))) == ""
    local = lane("here", 89, is_local=True, rates=None, output=None)
    assert line(Forecast((local,))) == "96 tokens · free for 1 lane"
    one = lane("a", 493)
    assert line(Forecast((one,))) == "500 tokens · est. $0.0005 for 1 lane"
    assert line(Forecast((one, local))) == "96–500 tokens · est. $0.0005 for 2 lanes"
    unknown = lane("b", 493, rates=None, tokenizer=ROUGH)
    assert line(Forecast((unknown,))) == "about 500 tokens · cost unknown for 1 lane"
    assert line(Forecast((one, unknown))) == "about 500 tokens · est. $0.0005 + unknown for 2 lanes"
    new = lane("c", 493, output=None)
    assert line(Forecast((new,))) == "500 tokens · est. at least $0.0005 for 1 lane"
    tiny = lane("d", 3, output=None)
    assert line(Forecast((tiny,))) == "10 tokens · est. more than $0 for 1 lane"
    many = lane("d", 493, samples=20)
    assert line(Forecast((many,))) == "500 tokens · est. $0.0104–0.0108 for 1 lane, 20 calls"


def test_a_prompt_that_does_not_fit_is_warned_of_in_words() -> None:
    forecast = Forecast((lane("small", 2000),))
    assert line(forecast).startswith("▲ Too long for small · ")
    assert "more than its context window of 1,000 tokens" in detail(forecast)


def test_the_detail_tells_each_lane() -> None:
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
        "$0.0001: input $0.0001, and 10–20 tokens of output after 3 past answers."
    )
    assert "price unknown" in told[1]
    assert "output unknown" in told[2]
    assert "size of the context window unknown; free." in told[3]
    assert told[4] == "echo: counts no tokens, free."
    assert told[5] == "gone: not counted. Its endpoint was removed; choose another model."


def test_a_span_of_money() -> None:
    assert show_span(Span(0.0011, 0.0011)) == "$0.0011"
    assert show_span(Span(0.0008, 0.0015)) == "$0.0008–0.0015"
    assert show_span(Span(0.00001, 0.0015)) == "< $0.0001–0.0015"
