"""Lanes and parameters: unset values are absent, and unknown shapes are refused."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given

from tests.core import strategies as make
from workbench.core.lanes import FIXED_ENDPOINTS, Endpoint, Lane, Params, short_model
from workbench.core.parameters import table

NO_OBJECTS = ["[1]", "3", "null", "{", '"text"', '{"a": 1} x', '{"a": 1e999}', '{"a": [NaN]}', '{"a": -Infinity}']


@given(make.params)
def test_params_round_trip_through_their_stored_form(params: Params) -> None:
    assert Params.from_json(json.loads(json.dumps(params.to_json()))) == params


@given(make.lanes)
def test_lanes_round_trip_through_their_stored_form(lane: Lane) -> None:
    assert Lane.from_json(json.loads(json.dumps(lane.to_json()))) == lane


def test_unset_parameters_are_neither_stored_nor_sent() -> None:
    assert Params().to_json() == {}
    assert Params().request() == {}
    assert Lane("s", "echo", "echo").to_json() == {"slot": "s", "endpoint": "echo", "model": "echo"}


def test_zero_counts_as_set() -> None:
    assert Params(temperature=0.0, top_p=0.0, max_tokens=0, seed=0).to_json() == {
        "temperature": 0.0,
        "top_p": 0.0,
        "max_tokens": 0,
        "seed": 0,
    }


def test_every_set_parameter_is_stored() -> None:
    params = Params(
        temperature=0.5,
        top_p=0.9,
        max_tokens=100,
        stop=("END", "\n"),
        seed=7,
        reasoning_effort="low",
        extra='{"top_k": 3, "temperature": 1}',
    )
    assert params.to_json() == {
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 100,
        "stop": ["END", "\n"],
        "seed": 7,
        "reasoning_effort": "low",
        "extra": {"top_k": 3, "temperature": 1},
    }
    lane = Lane("s", "e", "p/m", params, 3, "Mine")
    assert lane.to_json() == {
        "slot": "s",
        "endpoint": "e",
        "model": "p/m",
        "params": params.to_json(),
        "pinned": 3,
        "label": "Mine",
    }


def test_extra_parameters_override_others_in_the_request() -> None:
    params = Params(temperature=0.5, seed=7, extra='{"top_k": 3, "temperature": 1}')
    assert params.request() == {"temperature": 1, "seed": 7, "top_k": 3}


@pytest.mark.parametrize("extra", NO_OBJECTS)
def test_extra_that_is_not_an_object_is_stored_unchanged(extra: str) -> None:
    lane = Lane("s", "echo", "echo", Params(extra=extra))
    assert Lane.from_json(json.loads(json.dumps(lane.to_json()))) == lane


@pytest.mark.parametrize("extra", NO_OBJECTS)
def test_extra_that_is_not_an_object_is_never_sent(extra: str) -> None:
    with pytest.raises(ValueError):
        Params(extra=extra).request()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "parameters of a lane are not an object"),
        ({"temperature": "0.5"}, "temperature of a lane is not a number"),
        ({"temperature": True}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"top_p": float("inf")}, "top_p"),
        ({"top_p": [1]}, "top_p"),
        ({"max_tokens": 1.5}, "max_tokens of a lane is not a whole number"),
        ({"max_tokens": False}, "max_tokens"),
        ({"seed": "7"}, "seed"),
        ({"stop": "END"}, "stop sequences of a lane are not a list"),
        ({"stop": [1]}, "stop sequences"),
        ({"temperature": 10**400}, "temperature of a lane is not a number"),
        ({"reasoning_effort": 3}, "reasoning_effort of a lane is not a text"),
        ({"extra": [1]}, "extra parameters of a lane are not an object"),
        ({"extra": {"x": [float("inf")]}}, "a number that JSON cannot hold"),
        ({"newer": float("nan")}, "a number that JSON cannot hold"),
    ],
)
def test_invalid_params_are_refused_with_a_sentence(data: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        Params.from_json(data)
    assert re.fullmatch(r"(The|An|A) .*\.", str(caught.value))


def test_null_parameters_count_as_unset() -> None:
    assert Params.from_json({row.name: None for row in table()}) == Params()


GOOD = {"slot": "s", "endpoint": "e", "model": "m"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("lane", "A lane is not an object"),
        ({**GOOD, "slot": None}, "slot of a lane is not a text"),
        ({"endpoint": "e", "model": "m"}, "slot of a lane"),
        ({"slot": "s", "model": "m"}, "endpoint of a lane"),
        ({"slot": "s", "endpoint": "e"}, "model of a lane"),
        ({**GOOD, "model": 3}, "model of a lane"),
        ({**GOOD, "pinned": "1"}, "pinned of a lane is not a whole number"),
        ({**GOOD, "pinned": True}, "pinned of a lane"),
        ({**GOOD, "label": 1}, "label of a lane"),
        ({**GOOD, "params": []}, "parameters of a lane"),
    ],
)
def test_invalid_lanes_are_refused_with_a_sentence(data: Any, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        Lane.from_json(data)
    assert words in str(caught.value)


@given(make.json_values)
def test_any_json_is_read_or_refused(data: Any) -> None:
    for kind in (Params, Lane):
        try:
            kind.from_json(data)
        except ValueError:
            continue


@pytest.mark.parametrize(
    ("model", "short"),
    [
        ("gpt-5", "gpt-5"),
        ("openrouter/anthropic/claude-haiku-4.5", "claude-haiku-4.5"),
        ("odd/", "odd/"),
        ("", ""),
    ],
)
def test_short_model_name_is_the_last_path_segment(model: str, short: str) -> None:
    assert short_model(model) == short
    assert Lane("s", "e", model).title == short
    assert Lane("s", "e", model, label="Mine").title == "Mine"


def test_only_builtin_echo_and_file_endpoints_are_local() -> None:
    assert {e.kind: e.is_local for e in FIXED_ENDPOINTS} == {"builtin": True, "echo": True, "litellm": False}
    assert Endpoint("u", "gguf", "File").is_local
    assert not Endpoint("u", "openai", "Mine", "http://127.0.0.1:1234/v1").is_local


def test_fixed_endpoints_keep_their_uids() -> None:
    assert [e.uid for e in FIXED_ENDPOINTS] == ["builtin", "echo", "litellm"]
