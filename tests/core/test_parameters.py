"""The table of parameters: every row is complete, and every place that mentions parameters reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core import parameters
from workbench.core.lanes import Lane, Params
from workbench.core.parameter import FORMATS, Parameter, Value
from workbench.core.parameters import EFFORTS, PARAMETERS, names_in, parameter, wire_names


def row(name: str) -> Parameter:
    found = parameter(name)
    assert found is not None
    return found


@pytest.mark.parametrize("one", PARAMETERS, ids=lambda one: one.name)
def test_parameter_row_is_complete(one: Parameter) -> None:
    assert one.label[0].isupper()
    assert one.brief
    assert one.help.endswith(".")
    assert set(one.formats) == set(FORMATS), "every format is listed, with an empty name if it lacks the parameter"
    assert one.formats["llm"] == (one.name if one.is_sent else ""), "llm passes options on under their own names"
    assert bool(one.choices) == (one.kind == "choice")
    assert one.low is None or one.kind in ("number", "integer")
    assert one.name not in one.aliases
    assert one.name not in ("extra", "values", "unknown")
    assert one.requirement
    assert one.is_sent or not one.is_sampling


def test_parameter_names_are_unique() -> None:
    assert len({one.name for one in PARAMETERS}) == len(PARAMETERS)
    for format_ in FORMATS:
        named = [one.formats[format_] for one in PARAMETERS if one.formats[format_]]
        assert len(set(named)) == len(named)
    assert {
        "min_p",
        "top_k",
        "frequency_penalty",
        "presence_penalty",
        "repetition_penalty",
        "logprobs",
        "top_logprobs",
    } <= {one.name for one in PARAMETERS}


VALUES: dict[str, st.SearchStrategy[Value]] = {
    "number": st.floats(0, 1),
    "integer": st.integers(1, 20),
    "switch": st.booleans(),
    "texts": st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), min_size=1).map(tuple),
}


@given(st.data())
@pytest.mark.parametrize("one", PARAMETERS, ids=lambda one: one.name)
def test_values_round_trip_through_field_and_stored_form(one: Parameter, data: Any) -> None:
    value = data.draw(st.sampled_from(one.choices) if one.choices else VALUES[one.kind])
    assert one.read(one.show(value)) == value
    assert one.checked(json.loads(json.dumps(Params(**{one.name: value}).to_json()))[one.name]) == value
    assert one.summary(value)


@given(st.floats(0, 2))
def test_comma_is_read_as_decimal_point(value: float) -> None:
    assert row("temperature").read(row("temperature").show(value).replace(".", ",")) == value


@given(st.text())
@pytest.mark.parametrize("one", PARAMETERS, ids=lambda one: one.name)
def test_any_text_is_read_or_refused_with_a_sentence(one: Parameter, text: str) -> None:
    sentence = "."
    try:
        one.read(text)
    except ValueError as error:
        sentence = str(error)
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("temperature", text) for text in ("2.1", "-1", "nan", "inf", "abc", "1e999", "0_1", "٠", ".")),
        *(("max_tokens", text) for text in ("0", "1.5", "1" * 19, "1_0", "٣")),
        *(("logprobs", text) for text in ("1", "yes")),
        *(("reasoning_effort", text) for text in ("hihg", "7")),
        *(("top_logprobs", text) for text in ("21", "-1")),
        *(("frequency_penalty", text) for text in ("2.1", "-2.1")),
    ],
)
def test_text_of_out_of_range_values_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{row(name).label} must be {row(name).requirement}"):
        row(name).read(text)


def test_parameter_names_are_mapped_for_direct_providers() -> None:
    assert wire_names("openai", "o3") == {"max_tokens": "max_completion_tokens"}
    assert wire_names("openai", "gpt-4o") == {}
    assert wire_names("mistral", "x") == {"seed": "random_seed", "max_completion_tokens": "max_tokens"}
    assert wire_names("acme", "o3") == {}
    assert wire_names("openai", "gpt-5.5") == wire_names("openai", "o3")
    assert names_in("github") == {"temperature": "temperature", "topP": "top_p", "maxTokens": "max_tokens"}


def test_parameters_stored_by_a_newer_release_are_kept() -> None:
    stored = {
        "slot": "a",
        "endpoint": "echo",
        "model": "echo",
        "params": {"temperature": 0.5, "verbosity": "low", "modes": [{"x": None}], "extra": {"y": 1}},
        "tool_mode": {"name": "auto", "most": 3},
    }
    lane = Lane.from_json(json.loads(json.dumps(stored)))
    assert lane.to_json() == stored
    assert replace(lane.params, temperature=1.0).to_json() == {**stored["params"], "temperature": 1.0}  # type: ignore[dict-item]
    assert lane.params.request() == {"temperature": 0.5, "verbosity": "low", "modes": [{"x": None}], "y": 1}


def test_think_tags_setting_is_stored_but_not_sent() -> None:
    params = Params(temperature=0.5, think_tags="kept")
    assert params.to_json() == {"temperature": 0.5, "think_tags": "kept"}
    assert params.request() == {"temperature": 0.5}
    assert Params.from_json(params.to_json()) == params


def test_stored_out_of_range_value_is_kept_and_reported() -> None:
    params = Params.from_json({"temperature": 99})
    assert params.to_json() == {"temperature": 99}
    assert params.out_of_range() == "The temperature of a lane must be a number from 0 to 2."
    assert Params(temperature=0.5).out_of_range() == ""


def test_unknown_parameter_name_raises_a_type_error() -> None:
    with pytest.raises(TypeError, match="temprature"):
        Params(temprature=1)


def test_parameter_table_is_read_on_every_use(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parameter("verbosity") is None
    added = Parameter(
        "verbosity", "choice", "Verbosity", "verbosity", "How.", dict.fromkeys(FORMATS, ""), choices=("low",)
    )
    monkeypatch.setattr(parameters, "PARAMETERS", (*PARAMETERS, added))
    assert parameter("verbosity") is added
    assert Params(verbosity="low").to_json() == {"verbosity": "low"}


@pytest.mark.parametrize(
    ("name", "requirement"),
    [
        ("temperature", "a number from 0 to 2"),
        ("max_tokens", "a whole number, at least 1"),
        ("seed", "a whole number"),
        ("reasoning_effort", f"one of {', '.join(EFFORTS)}"),
        ("logprobs", "true or false"),
        ("stop", "a list of texts that are not empty"),
    ],
)
def test_requirement_describes_the_allowed_values(name: str, requirement: str) -> None:
    assert row(name).requirement == requirement
    assert row(name).is_text == (name in ("reasoning_effort", "stop"))


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("temperature", 0, 0.0),
        ("temperature", 2, 2.0),
        ("max_tokens", 1, 1),
        ("seed", 10**18 - 1, 10**18 - 1),
        ("seed", -(10**18) + 1, -(10**18) + 1),
        ("reasoning_effort", "low", "low"),
        ("reasoning_effort", "", None),
        ("logprobs", False, False),
        ("stop", ["END"], ("END",)),
        ("stop", [], None),
        ("stop", None, None),
    ],
)
def test_stored_values_in_range_are_accepted(name: str, value: Any, read: Any) -> None:
    found = row(name).checked(value)
    assert (found, type(found)) == (read, type(read))
    assert read is None or row(name).allows(read)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 2.5),
        ("temperature", -0.5),
        ("max_tokens", 0),
        ("seed", 10**18),
        ("seed", -(10**18)),
        ("reasoning_effort", "lots"),
    ],
)
def test_stored_values_out_of_range_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"The {name} of a lane must be {row(name).requirement}"):
        row(name).checked(value)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("temperature", None, ""),
        ("temperature", 1.0, "1"),
        ("temperature", 0.25, "0.25"),
        ("max_tokens", 12, "12"),
        ("logprobs", True, "true"),
        ("logprobs", False, "false"),
        ("reasoning_effort", "low", "low"),
        ("stop", ("a", "b\n"), "a\nb\\n"),
        ("stop", None, ""),
    ],
)
def test_field_shows_a_value_that_reads_back_the_same(name: str, value: Any, shown: str) -> None:
    assert row(name).show(value) == shown
    assert row(name).read(shown) == value


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("temperature", 0.25, "temp 0.25"),
        ("temperature", 1.0, "temp 1"),
        ("max_tokens", 1_000_000, "max 1000000"),
        ("logprobs", True, "logprobs on"),
        ("logprobs", False, "logprobs off"),
        ("reasoning_effort", "low", "effort low"),
        ("stop", ("END",), "stop “END”"),
        ("stop", ("x" * 12,), f"stop “{'x' * 12}”"),
        ("stop", ("x" * 13,), "1 stop"),
        ("stop", ("a", "b"), "2 stops"),
    ],
)
def test_header_shows_a_short_summary_of_the_value(name: str, value: Any, words: str) -> None:
    assert row(name).summary(value) == words


def test_ranges_match_those_of_the_providers() -> None:
    expected = {
        "temperature": (0, 2),
        "top_p": (0, 1),
        "top_k": (0, None),
        "min_p": (0, 1),
        "max_tokens": (1, None),
        "frequency_penalty": (-2, 2),
        "presence_penalty": (-2, 2),
        "repetition_penalty": (0, 2),
        "top_logprobs": (0, 20),
    }
    assert {name: (row(name).low, row(name).high) for name in expected} == expected


def test_switch_refuses_a_number() -> None:
    with pytest.raises(ValueError, match="neither true nor false"):
        row("logprobs").stored(1)
