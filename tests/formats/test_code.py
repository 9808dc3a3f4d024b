from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.provider import FakeProvider
from workbench.core.content import Message
from workbench.formats.code import TARGETS, CannotWriteError, Source
from workbench.formats.code.source import json_text, python, quoted

TEXT = "Say \"it's\" {{name}} $HOME `ls` \\n\n\u2028 日本 👍\u202e {% raw %}\n'''BODY\n"
MESSAGES = (Message("system", TEXT), Message("user", "Hi {{name}}"))
PARAMS = {"temperature": 0.5, "stop": ["a", "b'c"], "top_k": 4}
FILLED = [{"role": "system", "content": TEXT.replace("{{name}}", 'A "B"')}, {"role": "user", "content": 'Hi A "B"'}]


def source(base_url: str) -> Source:
    return Source(
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


def run(command: list[str], code: str, directory: Path) -> str:
    env = {**os.environ, "MINE_API_KEY": "sk-fake", "MINE_X_TEAM": "blue", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    done = subprocess.run(command, input=code, text=True, capture_output=True, cwd=directory, env=env, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("target", "command"), [("LiteLLM", [sys.executable, "-"]), ("OpenAI SDK", [sys.executable, "-"]), ("curl", ["sh"])]
)
def test_code_runs_as_pasted_and_sends_exactly_the_lane(target: str, command: list[str], tmp_path: Path) -> None:
    with FakeProvider() as fake:
        printed = run(command, TARGETS[target](source(fake.base_url)), tmp_path)
        (request,) = fake.requests
    assert request.path.endswith("/chat/completions")
    assert request.headers["authorization"] == "Bearer sk-fake"
    assert request.headers["x-team"] == "blue"
    assert request.body["messages"] == FILLED
    assert request.body["model"] == "fake-1"
    assert {name: request.body[name] for name in PARAMS} == PARAMS
    assert printed.strip()


def test_the_command_line_repeats_the_lane(tmp_path: Path) -> None:
    code = TARGETS["workbench"](Source("echo", "", "echo", MESSAGES, params=dict(PARAMS), values={"name": 'A "B"'}))
    bin_ = str(Path(sys.executable).parent)
    path = f"PATH='{bin_}':$PATH\nexport WORKBENCH_DB='{tmp_path}/w.db' XDG_DATA_HOME='{tmp_path}'\n"
    printed = run(["sh"], path + code.replace("workbench run", "workbench run --json"), tmp_path)
    (output,) = json.loads(printed)["lanes"]
    assert FILLED[0]["content"] in output["text"]
    assert output["params"] == {"temperature": 0.5, "stop": ["a", "b'c"], "extra": {"top_k": 4}}


def test_anthropic_gets_its_own_shape(tmp_path: Path) -> None:
    # The library is not among the dependencies; this one notes what it is called with.
    (tmp_path / "anthropic.py").write_text(
        "import json\nclass Anthropic:\n    def __init__(self, **k): self.messages = self\n"
        "    def create(self, **k):\n        print(json.dumps(k))\n        raise SystemExit\n"
    )
    made = Source(
        "claude-x",
        "claude-x",
        "claude-x",
        MESSAGES,
        "anthropic",
        key_variable="MINE_API_KEY",
        params=dict(PARAMS) | {"seed": 1},
        values={"name": 'A "B"'},
    )
    code = TARGETS["Anthropic SDK"](made)
    sent = json.loads(run([sys.executable, "-"], code, tmp_path))
    assert sent["system"] == [{"type": "text", "text": FILLED[0]["content"]}]
    assert sent["messages"] == FILLED[1:]
    assert (sent["max_tokens"], sent["stop_sequences"], sent["top_k"]) == (4096, ["a", "b'c"], 4)
    assert "not sent: seed" in code


def test_what_a_target_cannot_do_is_a_sentence() -> None:
    local = Source("m", "", "builtin", MESSAGES)
    for name in ("LiteLLM", "OpenAI SDK", "Anthropic SDK", "curl"):
        with pytest.raises(CannotWriteError, match="Choose"):
            TARGETS[name](local)


@given(st.text())
def test_literals_are_exact_and_visible(text: str) -> None:
    assert ast.literal_eval(python(text)) == text
    assert json.loads(json_text({"a": text})) == {"a": text}
    assert all(c.isprintable() for c in quoted(text))
    assert yaml.safe_load(f"a: {quoted(text)}") == {"a": text}


def test_half_a_character_is_escaped() -> None:
    assert quoted("\ud800") == '"\\ud800"'
    assert ast.literal_eval(python("a\ud800\nb")) == "a\ud800\nb"
