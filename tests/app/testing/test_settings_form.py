"""The settings of a test as typed: what is accepted, what is refused with which sentence, and the line in the head."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.app.testing.settings_form import (
    SettingsFieldError,
    read_settings,
    settings_tip,
    settings_words,
    typed_settings,
)
from workbench.core.lanes import MOST_SAMPLES, Lane
from workbench.core.testing.settings import SuiteBudget, SuiteSettings

BASE = SuiteSettings(columns=(Lane("a", "e", "m"),), salt="s")
TYPED = typed_settings(BASE)


def test_defaults_stay_as_they_are() -> None:
    assert read_settings(TYPED, BASE) == BASE
    assert settings_words(BASE) == "Samples 1 · No budget · Difference 10 points · Margin 5 points"
    assert [line.partition(":")[0] for line in settings_tip(BASE).splitlines()] == settings_words(BASE).split(" · ")


def test_everything_can_be_set() -> None:
    typed = replace(TYPED, samples="3", usd="$1,50", calls=" 1,500 ", minutes="10", difference="12.5 ", margin="1%")
    found = read_settings(replace(typed, threshold="0.8"), BASE)
    assert found == replace(
        BASE, samples=3, budget=SuiteBudget(1.5, 1500, 10.0), difference=0.125, margin=0.01, threshold=0.8
    )
    assert settings_words(found) == (
        "Samples 3 · Budget $1.50, 1,500 calls, 10 min · Difference 12.5 points · Margin 1 point"
    )
    assert read_settings(typed_settings(found), BASE) == found


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("samples", "", f"from 1 to {MOST_SAMPLES}"),
        ("samples", "2.5", "whole number"),
        ("samples", str(MOST_SAMPLES + 1), "from 1 to"),
        ("usd", "much", "dollars such as 1.50"),
        ("usd", "0", "dollars"),
        ("usd", "nan", "dollars"),
        ("calls", "0", "1 or more"),
        ("minutes", "-1", "above 0"),
        ("difference", "0", "difference that matters is a number of points above 0 and at most 99"),
        ("margin", "100", "margin of “no worse” is a number of points"),
        ("margin", "", "margin"),
        ("threshold", "2", "from 0 to 1, or empty"),
    ],
)
def test_what_cannot_be_used_is_named(field: str, text: str, words: str) -> None:
    with pytest.raises(SettingsFieldError) as caught:
        read_settings(replace(TYPED, **{field: text}), BASE)  # type: ignore[arg-type] # every field is a text
    assert caught.value.field == field
    assert words in str(caught.value)


@given(st.floats(0.0001, 0.99), st.floats(0.0001, 0.99), st.integers(1, MOST_SAMPLES))
def test_what_is_shown_is_read_back(difference: float, margin: float, samples: int) -> None:
    given_ = replace(BASE, difference=round(difference, 4), margin=round(margin, 4), samples=samples)
    assert read_settings(typed_settings(given_), BASE) == given_


def test_vote_is_told_and_needs_three_samples() -> None:
    columns = tuple(replace(Lane("", "echo", "m"), slot=slot) for slot in "ab")
    some = replace(BASE, columns=columns, vote=("b", "gone"), samples=3)
    assert settings_words(some).startswith("Samples 3, 1 column voted · ")
    assert settings_words(replace(some, vote=("a", "b"))).startswith("Samples 3, voted · ")
    assert settings_words(replace(some, vote=("gone",))).startswith("Samples 3 · ")
    assert "the most frequent answer counts" in settings_tip(some)
    with pytest.raises(SettingsFieldError, match="1 column votes over its samples: 3 or more are needed"):
        read_settings(replace(typed_settings(some), samples="2"), some)
    assert read_settings(replace(typed_settings(some), samples="4"), some).samples == 4
