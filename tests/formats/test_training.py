"""Training formats, validated by rules that are independent of the code that writes them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import strategies as make
from workbench.app.training.export import CHOSEN
from workbench.cli.main import main
from workbench.core.blocks import Tool
from workbench.core.training import Kind, TrainingCall, TrainingRow, TrainingTurn, Turns
from workbench.formats import training
from workbench.formats.training import FORMATS
from workbench.formats.training.format import TrainingFormat
from workbench.usecases.training import ChosenBy

TOOL = Tool("look", "Looks.", '{"type": "object", "properties": {"n": {"type": "string"}}}')
PROMPT: Turns = (
    TrainingTurn("system", "Be brief."),
    TrainingTurn("user", "1?"),
    TrainingTurn("assistant", "One."),
    TrainingTurn("user", "Where\u2028is\u00a02?\n"),
)
CALLED: Turns = (
    TrainingTurn("assistant", "", (TrainingCall("x9", "look", '{"n": "2"}'),)),
    TrainingTurn("tool", "late", (), "x9", "look"),
    TrainingTurn("assistant", "It is late."),
)
PLAIN: Turns = (TrainingTurn("assistant", "No idea."),)
ROW = TrainingRow("o", "v", "n: 2", PROMPT, CALLED, PLAIN, True, (TOOL,))


def line(name: str, row: TrainingRow = ROW) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(FORMATS[name].line(row)))
    return data


def test_openai_sft_weights_earlier_answers_zero() -> None:
    data = line("openai-sft")
    assert [(m["role"], m.get("weight")) for m in data["messages"]] == [
        ("system", None),
        ("user", None),
        ("assistant", 0),
        ("user", None),
        ("assistant", None),
        ("tool", None),
        ("assistant", None),
    ]
    call, answer = data["messages"][4:6]
    assert call == {
        "role": "assistant",
        "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"n": "2"}'}}],
    }
    assert answer == {"role": "tool", "tool_call_id": "call_1", "content": "late"}
    assert data["tools"][0]["function"]["parameters"]["properties"] == {"n": {"type": "string"}}
    assert data["messages"][3]["content"] == "Where\u2028is\u00a02?\n"


def test_openai_preference_has_input_and_both_answers() -> None:
    data = line("openai-preference")
    assert data["input"]["parallel_tool_calls"] is True
    assert [m["role"] for m in data["input"]["messages"]] == ["system", "user", "assistant", "user"]
    assert data["preferred_output"][-1] == {"role": "assistant", "content": "It is late."}
    assert data["non_preferred_output"] == [{"role": "assistant", "content": "No idea."}]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("trl-sft", {"prompt", "completion", "tools"}),
        ("trl-preference", {"prompt", "chosen", "rejected", "tools"}),
        ("trl-kto", {"prompt", "completion", "label", "tools"}),
    ],
)
def test_trl_formats_have_their_keys_and_tool_calls_as_objects(name: str, keys: set[str]) -> None:
    data = line(name)
    assert data.keys() == keys
    assert json.loads(data["tools"])[0]["function"]["name"] == "look"
    answer = data.get("chosen", data.get("completion"))
    assert answer[0]["tool_calls"] == [{"type": "function", "function": {"name": "look", "arguments": {"n": "2"}}}]
    assert answer[1] == {"role": "tool", "content": "late", "name": "look"}


turns = make.texts.filter(lambda text: bool(text.strip()))
answers = st.builds(lambda text: (TrainingTurn("assistant", text),), turns) | st.builds(
    lambda text, value, said: (
        TrainingTurn(
            "assistant", said, (TrainingCall("a", "look", json.dumps({"n": value})), TrainingCall("b", "look", "{}"))
        ),
        TrainingTurn("tool", value, (), "a", "look"),
        TrainingTurn("tool", text, (), "b", "look"),
        TrainingTurn("assistant", text),
    ),
    turns,
    make.texts,
    make.texts,
)


@pytest.mark.parametrize("name", FORMATS)
@given(st.lists(turns, min_size=1, max_size=3), answers, answers, st.booleans())
def test_written_rows_are_valid(name: str, said: list[str], one: Turns, other: Turns, label: bool) -> None:
    prompt = (
        TrainingTurn("system", "S"),
        *(turn for text in said for turn in (TrainingTurn("assistant", text), TrainingTurn("user", text))),
    )
    row = TrainingRow(
        "o", "v", "", prompt, one, (*other[:-1], TrainingTurn("assistant", f"other {other[-1].text}")), label, (TOOL,)
    )
    data = line(name, row)
    assert FORMATS[name].fault(data) == ""
    assert json.loads(json.dumps(data, ensure_ascii=False)) == data


def _spoilt(name: str) -> list[dict[str, Any]]:
    """Rows with one error each."""
    good = line(name)
    first = next(iter(good))
    inside = good["input"] if name == "openai-preference" else good
    messages = "messages" if "messages" in inside else "prompt"
    spoilt: list[dict[str, Any]] = [{}, {**good, "more": 1}, {key: good[key] for key in good if key != first}]
    for wrong in (
        [],
        "text",
        [{"role": "robot", "content": "x"}],
        [{"role": "user"}],
        [{"role": "tool", "content": "x"}],
    ):
        changed = {**inside, messages: wrong}
        spoilt.append({**good, "input": changed} if name == "openai-preference" else changed)
    for answer in ("completion", "chosen", "rejected", "preferred_output", "non_preferred_output"):
        if answer in good:
            spoilt += [{**good, answer: []}, {**good, answer: good[answer][:-1] or [{"role": "user", "content": "x"}]}]
    return spoilt


@pytest.mark.parametrize(("name", "data"), [(name, data) for name in FORMATS for data in _spoilt(name)])
def test_invalid_rows_are_reported(name: str, data: dict[str, Any]) -> None:
    assert FORMATS[name].fault(data)


@pytest.mark.parametrize("name", ["openai-preference", "trl-preference"])
def test_preference_of_identical_answers_is_invalid(name: str) -> None:
    same = TrainingRow("o", "v", "", PROMPT, PLAIN, PLAIN)
    assert "same" in FORMATS[name].fault(line(name, same))


def test_providers_that_do_not_accept_a_row_are_named() -> None:
    plain = TrainingRow("o", "v", "n: 2", PROMPT, PLAIN, (TrainingTurn("assistant", "Other."),))
    late = TrainingRow(
        "o", "v", "n: 2", (PROMPT[1], PROMPT[0], PROMPT[3]), PLAIN, (TrainingTurn("assistant", "Other."),)
    )
    for name in FORMATS:
        assert FORMATS[name].reserve(line(name, plain)) == ""
        said = FORMATS[name].reserve(line(name, late))
        assert said.startswith("Together and Fireworks accept" if name.startswith("openai") else "")
        assert bool(said) == name.startswith("openai")
    assert (
        FORMATS["openai-preference"]
        .reserve(line("openai-preference"))
        .startswith("Together accepts only answers of one")
    )
    assert FORMATS["openai-sft"].reserve(line("openai-sft")) == ""


def test_each_module_defines_one_format() -> None:
    files = {path.stem for path in Path(training.__file__).parent.glob("*.py")}
    assert len(files - {"__init__", "format", "messages"}) == len(FORMATS)
    assert len({row.order for row in FORMATS.values()}) == len(FORMATS)
    assert list(FORMATS)[:5] == ["openai-sft", "openai-preference", "trl-sft", "trl-preference", "trl-kto"]


@pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.name)
def test_each_format_is_complete(row: TrainingFormat) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", row.name)
    assert row.kind in get_args(Kind)
    assert len({row.title, row.name}) == 2
    assert all(words and not words.endswith(".") for words in (row.title, row.what, row.help))
    assert row.least >= 0
    assert row.fault(line(row.name)) == ""


def test_terminal_help_lists_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "training", "--help"]) == 0
    helped = capsys.readouterr().out
    listed = helped.partition("formats:\n")[2].splitlines()[: len(FORMATS)]
    assert [one.split(maxsplit=1) for one in listed] == [[row.name, row.help] for row in FORMATS.values()]
    assert "  openai-sft          OpenAI chat fine-tuning, also for Fireworks and Together\n" in helped
    assert "--format FORMAT     see below (openai-sft)\n" in helped


def test_every_selection_method_has_a_description() -> None:
    assert tuple(CHOSEN) == get_args(ChosenBy)
