"""Code with files, tools and a wanted form, run as it is pasted."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.provider import FakeProvider, whole
from tests.formats.test_code import run
from workbench.core.blocks import Attachment, OutputFormat, Tool, ToolRow
from workbench.core.content import Message
from workbench.formats.code import TARGETS, Source

PYTHON = [sys.executable, "-"]
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


def source(base_url: str = "", **more: Any) -> Source:
    given: dict[str, Any] = {
        "base_url": base_url,
        "is_custom": bool(base_url),
        "key_variable": "MINE_API_KEY",
        "values": {"tone": "kind", "what": '"it"', "nothing": ""},
        "files": {"h2": "a,{{tone}}\n`x`"},
    }
    return Source("fake-1", "openai/fake-1", "Mine/fake-1", MESSAGES, **(given | more))


@pytest.mark.parametrize(("target", "command"), [("OpenAI SDK", PYTHON), ("curl", ["sh"])])
def test_files_are_sent_as_the_lane_sends_them(target: str, command: list[str], tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(PICTURE)
    with FakeProvider() as fake:
        run(command, TARGETS[target](source(fake.base_url, output=FORM)), tmp_path)
        (request,) = fake.requests
    system, user = request.body["messages"]
    assert system == {"role": "system", "content": "Be kind."}
    assert user["content"] == PARTS
    assert request.body["response_format"]["json_schema"]["schema"] == json.loads(FORM.schema)


def _called(arguments: str, name: str = "lookup_order") -> dict[str, Any]:
    return {"id": f"c-{arguments}", "type": "function", "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize("target", ["LiteLLM", "OpenAI SDK"])
def test_tools_are_answered_as_the_workbench_answers_them(target: str, tmp_path: Path) -> None:
    made = source("", tools=(TOOL,), tool_rounds=1)
    calls = [_called('{"id": "A1", "x": 1}'), _called('{"id": "B2"}'), _called("{"), _called("{}", "other")]
    with FakeProvider() as fake:
        (tmp_path / NAME).write_bytes(PICTURE)
        code = TARGETS[target](source(fake.base_url, tools=made.tools, tool_rounds=1))
        fake.script(whole("", tool_calls=calls), whole("It was sent."))
        assert run(PYTHON, code, tmp_path).strip() == "It was sent."
        first, second = fake.requests
    assert first.body["messages"][1]["content"] == PARTS
    assert first.body["tools"][0]["function"]["name"] == "lookup_order"
    assert [m["content"] for m in second.body["messages"] if m["role"] == "tool"] == [
        'sent "today"',
        "unknown\u2028 order",
        "Error: the arguments are not a JSON object. They were: {. Call lookup_order again.",
        "Error: there is no tool named 'other'. The tools are: lookup_order.",
    ]


def test_tools_stop_after_the_rounds_of_the_prompt(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(PICTURE)
    with FakeProvider() as fake:
        fake.script(*[whole("", tool_calls=[_called("{}")]) for _ in range(5)])
        code = TARGETS["OpenAI SDK"](source(fake.base_url, tools=(TOOL,), tool_rounds=2))
        with pytest.raises(AssertionError, match="The model still calls tools after 2 rounds"):
            run(PYTHON, code, tmp_path)
        assert len(fake.requests) == 3


FAKE_ANTHROPIC = """
import json
class Block:
    def __init__(self, **fields): self.__dict__.update(fields)
class Anthropic:
    def __init__(self, **k): self.messages, self.turn = self, 0
    def create(self, **k):
        print(json.dumps(k, default=vars))
        self.turn += 1
        called = Block(type="tool_use", id="t1", name="lookup_order", input={"id": "A1"})
        return Block(content=[called if self.turn == 1 and "tools" in k else Block(type="text", text="Done.")])
"""


def test_anthropic_gets_files_form_tools_and_breakpoints_in_its_own_shape(tmp_path: Path) -> None:
    (tmp_path / "anthropic.py").write_text(FAKE_ANTHROPIC)
    (tmp_path / NAME).write_bytes(PICTURE)
    code = TARGETS["Anthropic SDK"](source(provider="anthropic", tools=(TOOL,), output=FORM))
    first, second, said = run(PYTHON, code, tmp_path).splitlines()
    assert said == "Done."
    sent = json.loads(first)
    assert sent["system"][0] == {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}
    assert FORM.schema in sent["system"][1]["text"]
    (user,) = sent["messages"]
    data = base64.b64encode(PICTURE).decode()
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    assert user["content"] == [{"type": "text", "text": TEXT}, picture]
    (tool,) = sent["tools"]
    assert tool == {"name": TOOL.name, "description": TOOL.description, "input_schema": json.loads(TOOL.parameters)}
    assert json.loads(second)["messages"][2]["content"] == [
        {"type": "tool_result", "tool_use_id": "t1", "content": 'sent "today"'}
    ]


@pytest.mark.parametrize("target", list(TARGETS))
def test_nothing_ends_a_comment(target: str) -> None:
    evil = "x\nraise SystemExit(7)\r\u2028exit 7"
    # What the command is given stands in quotes, where a line may end.
    params = {} if target == "workbench" else {evil: 1}
    made = source("http://127.0.0.1:9", provider="anthropic", tools=(TOOL,), params=params, notes=(evil,))
    lines = TARGETS[target](made).splitlines()
    assert not any(line.strip().startswith(("raise SystemExit(7)", "exit 7")) for line in lines)
