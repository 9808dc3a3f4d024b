"""Mapping named parameters to rows: those with a row are validated by it, the others are kept."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.core.extra_parameters import row_of, sort_parameters
from workbench.core.lanes import Params
from workbench.core.parameters import PARAMETERS


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_each_parameter_name_maps_to_one_row(row: Any) -> None:
    for name in (row.name, row.name.upper(), row.name.replace("_", "-"), *row.aliases, *row.formats.values()):
        assert not name or row_of(name) is row


def test_known_parameters_are_extracted_and_the_rest_is_kept() -> None:
    found = sort_parameters({"topP": 0.5, "stop_sequences": "END", "max_new_tokens": 9, "z": {"temperature": 99}})
    assert found.values == {"top_p": 0.5, "stop": ("END",), "max_tokens": 9}
    assert found.rest == {"z": {"temperature": 99}}
    assert found.problems == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("temperature", 99, "“temperature” must be a number from 0 to 2."),
        ("temperature", "1", "“temperature” must be a number from 0 to 2."),
        ("topP", 7, "“topP” must be a number from 0 to 1."),
        ("max_completion_tokens", -3, "“max_completion_tokens” must be a whole number, at least 1."),
        ("stop", ["a", ""], "“stop” must be a list of texts that are not empty."),
        ("logprobs", 1, "“logprobs” must be true or false."),
    ],
)
def test_values_outside_their_row_are_reported(name: str, value: Any, sentence: str) -> None:
    found = sort_parameters({name: value, "z": 1})
    assert (found.values, found.rest, found.problems) == ({}, {"z": 1}, [sentence])


def test_two_names_for_one_parameter_are_reported() -> None:
    found = sort_parameters({"max_completion_tokens": 5, "max_tokens": 6})
    assert found.values == {"max_tokens": 6}
    assert found.problems == ["“max_completion_tokens” is the same as “max_tokens”: remove one of them."]


@pytest.mark.parametrize("value", [None, {"effort": "high", "summary": "auto"}])
def test_provider_specific_value_is_kept(value: Any) -> None:
    assert sort_parameters({"reasoning_effort": value}).rest == {"reasoning_effort": value}


@pytest.mark.parametrize("name", ["num_predict", "repeat_penalty", "thinking", "p", "k"])
def test_server_specific_names_are_kept(name: str) -> None:
    assert sort_parameters({name: -1}).rest == {name: -1}


def test_out_of_range_extra_parameters_of_a_lane_are_reported() -> None:
    assert Params(extra='{"topP": 0.5, "z": 1}').out_of_range() == ""
    assert (
        Params(extra='{"topP": 7}').out_of_range() == "Extra parameters of a lane: “topP” must be a number from 0 to 1."
    )
