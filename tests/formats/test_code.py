"""Code that reproduces a lane, run as it would be pasted."""

from __future__ import annotations

import ast
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.provider import FakeProvider
from tests.formats.pasting import PYTHON, Interpreter, run
from workbench.core.content import Message
from workbench.formats.code import TARGETS, CannotWriteError, CodeSource
from workbench.formats.code import source as written
from workbench.formats.code.source import CodeTarget

TEXT = "Say \"it's\" {{name}} $HOME `ls` \\n\n\u2028 日本 👍\u202e {% raw %}\n'''BODY\n"
MESSAGES = (Message("system", TEXT), Message("user", "Hi {{name}}"))
PARAMS = {"temperature": 0.5, "stop": ["a", "b'c"], "top_k": 4}
FILLED = [{"role": "system", "content": TEXT.replace("{{name}}", 'A "B"')}, {"role": "user", "content": 'Hi A "B"'}]


def source(base_url: str) -> CodeSource:
    return CodeSource(
        "fake-1",
        "openai/fake-1",
        "Mine/fake-1",
        MESSAGES,
        base_url=base_url,
        is_custom=True,
        key_variable="MINE_API_KEY",
        secret_headers=(("x-team", "MINE_X_TEAM"),),
        params=dict(PARAMS),
        values={"name": 'A "B"'},
    )


@pytest.mark.parametrize(
    ("target", "command"),
    [("LiteLLM", None), ("OpenAI SDK", PYTHON), ("curl", ["sh"]), ("curl", ["bash"])],
)
def test_generated_code_runs_and_sends_the_request_of_the_lane(
    target: str, command: list[str] | None, python: Interpreter, tmp_path: Path
) -> None:
    with FakeProvider() as fake:
        code = TARGETS[target](source(fake.base_url))
        printed = python.run(code, tmp_path) if command is None else run(command, code, tmp_path)
        (request,) = fake.requests
    assert request.path.endswith("/chat/completions")
    assert request.headers["authorization"] == "Bearer sk-fake"
    assert request.headers["x-team"] == "blue"
    assert request.body["messages"] == FILLED
    assert request.body["model"] == "fake-1"
    assert {name: request.body[name] for name in PARAMS} == PARAMS
    assert printed.strip()


def test_workbench_command_reproduces_the_lane(tmp_path: Path) -> None:
    code = TARGETS["workbench"](CodeSource("echo", "", "echo", MESSAGES, params=dict(PARAMS), values={"name": 'A "B"'}))
    bin_ = str(Path(sys.executable).parent)
    path = f"PATH='{bin_}':$PATH\nexport WORKBENCH_DB='{tmp_path}/w.db' XDG_DATA_HOME='{tmp_path}'\n"
    printed = run(["sh"], path + code.replace("workbench run", "workbench run --json"), tmp_path)
    (output,) = json.loads(printed)["lanes"]
    assert FILLED[0]["content"] in output["text"]
    assert output["params"] == {"temperature": 0.5, "stop": ["a", "b'c"], "top_k": 4}


def test_anthropic_code_sends_the_anthropic_request_format(python: Interpreter, tmp_path: Path) -> None:
    made = CodeSource(
        "claude-x",
        "anthropic/claude-x",
        "claude-x",
        MESSAGES,
        "anthropic",
        key_variable="MINE_API_KEY",
        params=dict(PARAMS) | {"seed": 1, "max_tokens": 60_000},
        values={"name": 'A "B"'},
    )
    code = TARGETS["Anthropic SDK"](made)
    assert "no such parameter: seed" in code
    with FakeProvider() as fake:
        assert python.run(code, tmp_path, ANTHROPIC_BASE_URL=fake.url) == "Hello world\n"
        (request,) = fake.requests
    assert request.path == "/v1/messages"
    assert request.headers["authorization"] == "Bearer sk-fake"
    assert request.body == {
        "model": "claude-x",
        "system": [{"type": "text", "text": FILLED[0]["content"]}],
        "messages": FILLED[1:],
        "max_tokens": 60_000,
        "stop_sequences": ["a", "b'c"],
        "temperature": 0.5,
        "top_k": 4,
        "stream": True,
    }


def test_unsupported_target_raises_an_error() -> None:
    local = CodeSource("m", "", "builtin", MESSAGES)
    for name in ("LiteLLM", "OpenAI SDK", "Anthropic SDK", "curl"):
        with pytest.raises(CannotWriteError, match="Choose"):
            TARGETS[name](local)


@given(st.text())
def test_literals_are_exact_and_printable(text: str) -> None:
    assert ast.literal_eval(written.python(text)) == text
    assert json.loads(written.json_text({"a": text})) == {"a": text}
    assert all(c.isprintable() for c in written.quoted(text))
    assert yaml.safe_load(f"a: {written.quoted(text)}") == {"a": text}


def test_lone_surrogate_is_escaped() -> None:
    assert written.quoted("\ud800") == '"\\ud800"'
    assert ast.literal_eval(written.python("a\ud800\nb")) == "a\ud800\nb"


def test_litellm_settings_in_parameters_are_dropped_and_noted() -> None:
    params = {"base_url": "https://evil.example", "api_key": "x", "fallbacks": ["other"], "temperature": 0.5}
    code = TARGETS["LiteLLM"](CodeSource("m", "openai/m", "openai/m", MESSAGES, key_variable="KEY", params=params))
    assert "evil" not in code
    assert "# Settings of LiteLLM, not of the model, so not sent: base_url, fallbacks" in code
    assert "temperature=0.5" in code


def test_each_module_defines_one_target() -> None:
    modules = [path.stem for path in Path(written.__file__).parent.glob("*.py")]
    assert len(set(modules) - {"__init__", "contents", "source", "target", "tool_code"}) == len(TARGETS)
    assert len({row.order for row in TARGETS.values()}) == len(TARGETS)
    assert list(TARGETS)[:5] == ["LiteLLM", "OpenAI SDK", "Anthropic SDK", "curl", "workbench"]


def test_notes_precede_the_code_of_every_target() -> None:
    for title, target in TARGETS.items():
        made = replace(source("http://localhost/v1"), provider="anthropic", litellm_model="anthropic/fake-1")
        assert target(replace(made, notes=("Mind this.",))) == f"# Mind this.\n{target(made)}", title


@pytest.mark.parametrize("row", TARGETS.values(), ids=TARGETS)
def test_each_target_is_complete(row: CodeTarget) -> None:
    assert row.title == row.title.strip() != ""
    module = sys.modules[row.write.__module__]
    assert module.FORMAT is row
    assert (module.__doc__ or "").strip()
    try:
        told = row(source("https://api.example/v1"))
    except CannotWriteError as error:
        told = str(error)
    assert "fake-1" in told or told.endswith(".")
