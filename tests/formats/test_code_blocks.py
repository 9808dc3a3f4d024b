"""Generated code with files, tools and an output format, run as it would be pasted."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.anthropic import called, message, said, thought
from tests.fakes.provider import FakeProvider, whole
from tests.formats.pasting import Interpreter, run
from workbench.core.blocks import Attachment, OutputFormat, Tool, ToolRow
from workbench.core.chat_form import format_instruction
from workbench.core.content import Message
from workbench.formats.code import TARGETS, CodeSource
from workbench.formats.code.anthropic_sdk import MOST_TOKENS

PICTURE = b"\x89PNG\r\n\x1a\n\0\xff"
NAME = 'it\'s $HOME "a"\n; exit 1 #.png'
FORM = OutputFormat("schema", '{"type": "object", "properties": {"a": {"type": "string"}}}', "order")
TOOL = Tool(
    "lookup_order",
    "Finds an order",
    '{"type": "object", "properties": {"id": {"type": "string"}}}',
    "unknown\u2028 order",
    (ToolRow('{"id": "A1"}', 'sent "today"'), ToolRow("{broken", "never")),
)
MESSAGES = (
    Message("system", "Be {{tone}}.", cache=True),
    Message("user", "See {{what}}", (Attachment("h1", "image/png", NAME), Attachment("h2", "text/csv", "a.csv"))),
    Message("user", "{{nothing}}"),
)
DATA_URL = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
TEXT = 'See "it"\n\n<file name="a.csv">\na,{{tone}}\n`x`\n</file>'

PARTS = [{"type": "text", "text": TEXT}, {"type": "image_url", "image_url": {"url": DATA_URL}}]


def source(base_url: str = "", **more: Any) -> CodeSource:
    given: dict[str, Any] = {
        "base_url": base_url,
        "is_custom": bool(base_url),
        "key_variable": "MINE_API_KEY",
        "values": {"tone": "kind", "what": '"it"', "nothing": ""},
        "files": {"h2": "a,{{tone}}\n`x`"},
    }
    return CodeSource("fake-1", "openai/fake-1", "Mine/fake-1", MESSAGES, **(given | more))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / NAME).write_bytes(PICTURE)
    return tmp_path


@pytest.mark.parametrize("target", ["OpenAI SDK", "sh", "bash"])
def test_generated_code_sends_files_and_output_format_like_the_lane(
    target: str, python: Interpreter, desk: Path
) -> None:
    with FakeProvider() as fake:
        made = source(fake.base_url, output=FORM)
        if target == "OpenAI SDK":
            python.run(TARGETS[target](made), desk)
        else:
            run([target], TARGETS["curl"](made), desk)
        (request,) = fake.requests
    system, user = request.body["messages"]
    assert system == {"role": "system", "content": "Be kind."}
    assert user["content"] == PARTS
    assert request.body["response_format"]["json_schema"]["schema"] == json.loads(FORM.schema)


def test_messages_left_empty_by_the_values_are_not_sent(python: Interpreter, desk: Path) -> None:
    messages = (Message("user", "{{nothing}}", (Attachment("h1", "image/png", NAME),)), Message("user", "Hi"))
    with FakeProvider() as fake:
        python.run(TARGETS["OpenAI SDK"](replace(source(fake.base_url), messages=messages)), desk)
        cached = replace(source(), messages=(Message("system", "{{nothing}}", cache=True), *messages), caches=True)
        anthropic = replace(cached, provider="anthropic", litellm_model="anthropic/claude-x")
        for target in ("Anthropic SDK", "LiteLLM"):
            python.run(TARGETS[target](anthropic), desk, ANTHROPIC_BASE_URL=fake.url)
        openai, *others = (request.body["messages"] for request in fake.requests)
    assert [[part["type"] for part in openai[0]["content"]], openai[1]["content"]] == [["image_url"], "Hi"]
    for sent in others:
        assert "text" not in [part["type"] for part in sent[0]["content"][:1]]
    assert not any(request.body.get("system") for request in fake.requests)


def _called(arguments: str, name: str = "lookup_order") -> dict[str, Any]:
    return {"id": f"c-{arguments}", "type": "function", "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize("target", ["LiteLLM", "OpenAI SDK"])
def test_generated_code_answers_tool_calls_like_the_workbench(target: str, python: Interpreter, desk: Path) -> None:
    calls = [_called('{"id": "A1", "x": 1}'), _called('{"id": "B2"}'), _called("{"), _called("{}", "other")]
    with FakeProvider() as fake:
        code = TARGETS[target](source(fake.base_url, tools=(TOOL,), tool_rounds=1))
        fake.script(whole("", tool_calls=calls), whole("It was sent."))
        assert python.run(code, desk).strip() == "It was sent."
        first, second = fake.requests
    assert first.body["messages"][1]["content"] == PARTS
    assert first.body["tools"][0]["function"]["name"] == "lookup_order"
    assert [m["content"] for m in second.body["messages"] if m["role"] == "tool"] == [
        'sent "today"',
        "unknown\u2028 order",
        "Error: the arguments are not a JSON object. They were: {. Call lookup_order again.",
        "Error: there is no tool named 'other'. The tools are: lookup_order.",
    ]


def test_tool_calls_stop_after_the_tool_rounds_of_the_prompt(python: Interpreter, desk: Path) -> None:
    endless = message(called("t1", "lookup_order", "{}"))
    with FakeProvider() as fake:
        fake.script(*[whole("", tool_calls=[_called("{}")]) for _ in range(3)], *[endless] * 3)
        openai = TARGETS["OpenAI SDK"](source(fake.base_url, tools=(TOOL,), tool_rounds=2))
        anthropic = TARGETS["Anthropic SDK"](source(provider="anthropic", tools=(TOOL,), tool_rounds=2))
        for code in (openai, anthropic):
            with pytest.raises(AssertionError, match="The model still calls tools after 2 rounds"):
                python.run(code, desk, ANTHROPIC_BASE_URL=fake.url)
        assert len(fake.requests) == 6


def test_anthropic_code_sends_files_output_format_tools_and_cache_control(python: Interpreter, desk: Path) -> None:
    made = source(provider="anthropic", tools=(TOOL,), output=FORM, caches=True, params={"service_tier": "auto"})
    with FakeProvider() as fake:
        fake.script(
            message(
                thought("Let me ", "look.", signature="c2lnbmVk"),
                said("One moment."),
                called("t1", "lookup_order", '{"id"', ': "A1"}'),
                called("t2", "other", "{}"),
            )
        )
        code = TARGETS["Anthropic SDK"](made)
        assert python.run(code, desk, ANTHROPIC_BASE_URL=fake.url) == "Hello world\n"
        first, second = (request.body for request in fake.requests)
    data = base64.b64encode(PICTURE).decode()
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    assert first == {
        "model": "fake-1",
        "system": [
            {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": format_instruction(FORM)},
        ],
        "messages": [{"role": "user", "content": [{"type": "text", "text": TEXT}, picture]}],
        "max_tokens": MOST_TOKENS,
        "service_tier": "auto",
        "tools": [
            {"name": TOOL.name, "description": TOOL.description, "input_schema": json.loads(TOOL.parameters)},
        ],
        "stream": True,
    }
    assert second["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Let me look.", "signature": "c2lnbmVk"},
                {"type": "text", "text": "One moment."},
                {"type": "tool_use", "id": "t1", "name": "lookup_order", "input": {"id": "A1"}},
                {"type": "tool_use", "id": "t2", "name": "other", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": 'sent "today"'},
                {
                    "type": "tool_result",
                    "tool_use_id": "t2",
                    "content": "Error: there is no tool named 'other'. The tools are: lookup_order.",
                },
            ],
        },
    ]
    assert {key: first[key] for key in first if key != "messages"} == {
        key: second[key] for key in second if key != "messages"
    }


@pytest.mark.parametrize("target", list(TARGETS))
def test_line_breaks_in_inserted_text_do_not_end_a_comment(target: str) -> None:
    evil = "x\nraise SystemExit(7)\r\u2028exit 7"
    # The command's arguments are quoted, and quoted text may contain line breaks.
    params = {} if target == "workbench" else {evil: 1}
    made = source("http://127.0.0.1:9", provider="anthropic", tools=(TOOL,), params=params, notes=(evil,))
    lines = TARGETS[target](made).splitlines()
    assert not any(line.strip().startswith(("raise SystemExit(7)", "exit 7")) for line in lines)
