"""Counting tokens with the vocabularies of models, or by a rule without one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.listening import Engine, descendants, eventually, running
from tests.patience import PROCESS_S
from workbench.core.content import Message
from workbench.core.lanes import FIXED_ENDPOINTS, Endpoint
from workbench.core.token_counts import RULE
from workbench.engine.calls import Call, TokensCounted
from workbench.engine.child.token_counters import AT_ONCE
from workbench.engine.counter import Vocabularies
from workbench.engine.tokenizers import CL100K, CLAUDE, DEEPSEEK, ESTIMATE, O200K, RUNTIME, tokenizer_of

BUILTIN, ECHO, LITELLM = FIXED_ENDPOINTS
ROOT = Path(__file__).resolve().parents[2]
TEXT = "The order 123ABCDEFG is on its way; it should arrive on Friday."


def counted(engine: Engine, tokenizer: str, *texts: str, endpoint: Endpoint = LITELLM) -> TokensCounted:
    return engine.client.count(endpoint, tokenizer, [Message("user", text) for text in texts]).result(60)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-5-mini", O200K),
        ("openai/gpt-4o", O200K),
        ("o3", O200K),
        ("gpt-4.1-nano", O200K),
        ("ft:gpt-4o-mini:acme", O200K),
        ("gpt-4", CL100K),
        ("gpt-4-turbo", CL100K),
        ("gpt-3.5-turbo", CL100K),
        ("openrouter/openai/gpt-5", O200K),
        ("claude-haiku-4-5", CLAUDE),
        ("bedrock/anthropic.claude-3", CLAUDE),
        ("deepseek/deepseek-chat", DEEPSEEK),
        ("gemini/gemini-2.5-flash", ESTIMATE),
        ("openrouter/openai/gpt-oss-20b", O200K),
    ],
)
def test_tokenizer_is_chosen_by_model(model: str, expected: object) -> None:
    assert tokenizer_of(LITELLM, model) == expected


def test_model_name_at_custom_endpoint_does_not_choose_tokenizer() -> None:
    assert tokenizer_of(Endpoint("x", "openai", "Mine"), "gpt-4o") == ESTIMATE
    assert tokenizer_of(BUILTIN, "any") == RUNTIME
    assert tokenizer_of(ECHO, "echo") is None


def test_vocabularies_count_any_text(engine: Engine) -> None:
    assert counted(engine, "o200k_base", "hello world", "", "\ud800 half").counts[:2] == (2, 0)
    assert counted(engine, "cl100k_base", TEXT).counts == (16,)
    for name in ("claude", "deepseek"):
        found = counted(engine, name, TEXT, "日本語 👍\ud800")
        assert found.tokenizer == name
        assert 12 < found.counts[0] < 25
        assert 2 < found.counts[1] < 12
    (count,) = counted(engine, "o200k_base", "word " * 200_000).counts
    assert count == pytest.approx(200_000, rel=0.01)


def test_missing_vocabulary_falls_back_to_the_estimate_with_a_reason() -> None:
    used, counts, reason = Vocabularies().count("gpt2", ["hello world"])
    assert (used, counts) == (RULE, [2])
    assert "not installed" in reason


def test_killed_counter_is_replaced(engine: Engine) -> None:
    long = "hello " * AT_ONCE
    assert counted(engine, RULE, long).counts == (AT_ONCE,)
    pid = engine.client.pid
    assert pid is not None
    (counter,) = descendants(pid)
    os.kill(counter, signal.SIGKILL)
    eventually(lambda: not running(counter))
    assert counted(engine, RULE, long).counts == (AT_ONCE,)


def test_short_texts_are_estimated_without_a_child_process() -> None:
    with Engine() as engine:
        assert counted(engine, RULE, "hello", "x" * 100).counts == (1, 20)
        assert engine.client.pid is not None
        assert descendants(engine.client.pid) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("name", "most_mb"), [("o200k_base", 65), ("deepseek", 58)])
def test_loading_a_vocabulary_releases_temporary_memory(name: str, most_mb: int) -> None:
    code = f"""
from workbench.engine.counter import Vocabularies
print(Vocabularies().count({name!r}, ["hello world"])[1], open("/proc/self/smaps_rollup").read())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PROCESS_S)
    own = re.search(r"Private_Dirty: +(\d+) kB", done.stdout)
    assert own is not None, done.stderr
    assert done.stdout.startswith("[2]")
    assert int(own[1]) * 1024 / 1e6 < most_mb


def test_loaded_model_counts_the_input_tokens_of_the_run(weights: Path) -> None:
    messages = (Message("system", "Answer in one word."), Message("user", TEXT))
    with Engine(builtin_model=weights) as engine:
        before = engine.client.count(BUILTIN, RUNTIME.id, messages).result(60)
        assert (before.tokenizer, before.whole) == (RULE, None)
        engine.client.run(Call("c", BUILTIN, "m", messages, {"max_tokens": 1}))
        result = engine.heard.result("c")
        after = engine.client.count(BUILTIN, RUNTIME.id, messages).result(60)
    assert after.tokenizer == RUNTIME.id
    assert after.whole == result.usage.input
    assert sum(after.counts) < (after.whole or 0)
