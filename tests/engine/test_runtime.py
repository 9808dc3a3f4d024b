"""The runtime of local models: the real llama.cpp with the real built-in model."""

from __future__ import annotations

import os
import random
import signal
import struct
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import depth
from tests.engine.listening import BUILTIN, ECHO, Engine, descendants, eventually, quick, running
from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.runs import Result

pytestmark = [pytest.mark.builtin]

PROMPT = [Message("system", "You are terse."), Message("user", "Count from one to twenty.")]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    from workbench.host.weights import builtin_weights

    path = builtin_weights()
    if path is None:
        pytest.skip("the built-in model is not installed")
    with Engine(builtin_model=path) as running_engine:
        running_engine.client.warm("builtin")
        running_engine.heard.wait_for(lambda: len(running_engine.heard.notices("runtime")) >= 2, 120)
        yield running_engine


def code(result: Result) -> str:
    return result.failure.code if result.failure else ""


def runtime_pid(engine: Engine) -> int:
    assert engine.client.pid is not None
    found = [pid for pid in descendants(engine.client.pid) if b"engine.runtime" in cmdline(pid)]
    assert len(found) == 1
    return found[0]


def cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def ports(pid: int) -> list[tuple[str, int]]:
    """Return address and port of every socket on which the process listens."""
    inodes = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(fd.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                host, port = fields[1].split(":")
                found.append((host, int(port, 16)))
    return found


def test_concurrent_builtin_model_calls_stream_and_finish(engine: Engine) -> None:
    params = {"max_tokens": 24, "temperature": 0, "seed": 1}
    ids = [engine.run(BUILTIN, PROMPT, params=params) for _ in range(3)]
    results = [engine.heard.result(i, 120) for i in ids]
    assert [r.state for r in results] == ["finished"] * 3
    for call_id, result in zip(ids, results, strict=True):
        assert result.text
        assert engine.heard.text(call_id) == result.text
        assert result.usage.source == "provider"
        assert result.usage.output is not None
        assert result.request["messages"][0] == {"role": "system", "content": "You are terse."}
        # Answers computed in one batch differ in the last digits, and so perhaps in where they end.
        assert result.finish_reason in ("length", "stop")
        assert result.model == "SmolLM2-135M-Instruct.Q4_1"


def test_runtime_listens_on_loopback_and_requires_its_key(engine: Engine) -> None:
    ((host, port),) = ports(runtime_pid(engine))
    assert host == "0100007F"
    base = f"http://127.0.0.1:{port}"
    body = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}
    with httpx.Client(trust_env=False) as client:
        for key in ({}, {"authorization": "Bearer x"}, {"authorization": "Bearer sk-no-key-required"}):
            for path in (
                "/v1/chat/completions",
                "/completion",
                "/v1/completions",
                "/infill",
                "/tokenize",
                "/embedding",
            ):
                assert client.post(base + path, json=body, headers=key).status_code in (401, 403, 404, 501), path
            for path in ("/v1/models", "/slots", "/props", "/metrics", "/lora-adapters"):
                assert client.get(base + path, headers=key).status_code in (401, 403, 404, 501), path
        page = client.get(base + "/")
        assert page.status_code == 404
        preflight = client.options(
            base + "/v1/chat/completions",
            headers={"origin": "http://evil.example", "access-control-request-method": "POST"},
        )
        assert preflight.headers.get("access-control-allow-origin", "") not in ("*", "http://evil.example")
    assert b"key" not in cmdline(runtime_pid(engine))


def test_stopped_lane_frees_the_runtime(engine: Engine) -> None:
    call_id = engine.run(BUILTIN, PROMPT, params={"max_tokens": 2000, "ignore_eos": True})
    engine.wait_text(call_id)
    engine.client.cancel(call_id)
    result = engine.heard.result(call_id)
    assert result.state == "stopped"
    assert result.text
    assert engine.ask(BUILTIN, PROMPT, params={"max_tokens": 2}).state == "finished"


def test_oversized_prompt_is_reported_as_context_too_long(engine: Engine) -> None:
    result = engine.ask(BUILTIN, "word " * 9000, params={"max_tokens": 2})
    assert code(result) == "context_too_long"


@pytest.mark.deep
def test_runtime_crashes_hangs_and_shutdown_are_handled(weights: Path) -> None:
    """In one life of one client: starting a runtime takes seconds on a busy machine."""
    with Engine(builtin_model=weights) as engine:
        for seed in range(depth.pick(1, 20)):
            a_killed_runtime_keeps_the_text(engine, random.Random(seed).randrange(1, 60))
        a_runtime_killed_before_the_first_text_is_started_again(engine)
        a_hung_runtime_is_replaced(engine)
        killing_the_engine_ends_a_runtime_that_is_stopped(engine)
        a_runtime_that_is_still_loading_dies_with_the_engine(engine)
        a_start_that_failed_while_nobody_waited_is_forgotten(engine)
        closing_ends_everything(engine)


def answers(engine: Engine) -> bool:
    return engine.ask(BUILTIN, PROMPT, params={"max_tokens": 1}).state == "finished"


def long_answer(engine: Engine, length: int = 1) -> str:
    call_id = engine.run(BUILTIN, PROMPT, params={"max_tokens": 3000, "ignore_eos": True})
    engine.wait_text(call_id, length)
    return call_id


def a_killed_runtime_keeps_the_text(engine: Engine, length: int) -> None:
    call_id = long_answer(engine, length)
    os.kill(runtime_pid(engine), signal.SIGKILL)
    result = engine.heard.result(call_id)
    assert code(result) == "runtime_died"
    assert result.text == engine.heard.text(call_id) != ""
    # The last notice about the model stays in the status line.
    assert "has ended" in engine.heard.notices("runtime")[-1].text


def a_runtime_killed_before_the_first_text_is_started_again(engine: Engine) -> None:
    assert answers(engine)
    pid = runtime_pid(engine)
    # Stopped, so that it cannot have answered before it is killed.
    os.kill(pid, signal.SIGSTOP)
    call_id = engine.run(BUILTIN, PROMPT, params={"max_tokens": 1})
    engine.heard.wait_for(lambda: engine.sent(call_id))
    os.kill(pid, signal.SIGKILL)
    assert engine.heard.result(call_id).state == "finished"
    assert engine.retries(call_id)


def a_hung_runtime_is_replaced(engine: Engine) -> None:
    pid = runtime_pid(engine)
    os.kill(pid, signal.SIGSTOP)
    call_id = engine.run(BUILTIN, PROMPT, params={"max_tokens": 2}, timeouts=quick(first=0.5), retries=0)
    assert code(engine.heard.result(call_id)) == "runtime_died"
    assert not running(pid)


def killing_the_engine_ends_a_runtime_that_is_stopped(engine: Engine) -> None:
    """Stopped, it cannot end by itself: one that runs would."""
    call_id = long_answer(engine)
    pid, child = engine.client.pid, runtime_pid(engine)
    assert pid is not None
    os.kill(child, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    result = engine.heard.result(call_id)
    assert code(result) == "engine_died"
    assert result.text
    eventually(lambda: not running(child))
    eventually(lambda: engine.client.state == "ready" and engine.client.pid != pid)


def a_start_that_failed_while_nobody_waited_is_forgotten(engine: Engine) -> None:
    call_id = engine.run(BUILTIN, PROMPT)
    eventually(lambda: any(b"runtime" in cmdline(pid) for pid in family(engine)), 60)
    child = runtime_pid(engine)
    os.kill(child, signal.SIGSTOP)
    engine.client.cancel(call_id)
    assert engine.heard.result(call_id).state == "stopped"
    os.kill(child, signal.SIGKILL)
    # Calls made before the engine has noticed the death share one restart. The engine can notice it once the process is
    # gone, and an echo of this many words gives its loop a hundred iterations to do so.
    eventually(lambda: not Path(f"/proc/{child}").exists())
    engine.ask(ECHO, "word " * 6400)
    result = engine.ask(BUILTIN, PROMPT, params={"max_tokens": 1}, retries=0)
    assert result.state == "finished", result.failure


def a_runtime_that_is_still_loading_dies_with_the_engine(engine: Engine) -> None:
    call_id = engine.run(BUILTIN, PROMPT)
    eventually(lambda: any(b"runtime" in cmdline(pid) for pid in family(engine)), 60)
    pid, child = engine.client.pid, runtime_pid(engine)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not running(child))
    assert code(engine.heard.result(call_id)) == "engine_died"


def closing_ends_everything(engine: Engine) -> None:
    assert answers(engine)
    children = family(engine)
    assert children
    engine.client.close()
    eventually(lambda: not any(running(pid) for pid in children))


def family(engine: Engine) -> list[int]:
    return descendants(engine.client.pid) if engine.client.pid else []


def adapter_file(path: Path, strength: float) -> Path:
    """Write a LoRA adapter for one matrix of the built-in model, in GGUF."""
    width, rank = 576, 2

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    keys = {"general.type": "adapter", "general.architecture": "llama", "adapter.type": "lora"}
    fields = b"".join(text(k) + struct.pack("<I", 8) + text(v) for k, v in keys.items())
    fields += text("adapter.lora.alpha") + struct.pack("<If", 6, 1.0)
    size = width * rank * 4
    shapes = [("blk.0.attn_q.weight.lora_a", (width, rank), 0), ("blk.0.attn_q.weight.lora_b", (rank, width), size)]
    infos = b"".join(text(n) + struct.pack("<IQQIQ", 2, *shape, 0, offset) for n, shape, offset in shapes)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(keys) + 1) + fields + infos
    head += b"\0" * (-len(head) % 32)
    path.write_bytes(head + struct.pack("<f", strength) * (width * rank * 2))
    return path


@pytest.mark.deep(only=True)
def test_adapter_changes_the_answer_and_at_most_two_runtimes_are_loaded(weights: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.gguf"
    copy.symlink_to(weights)
    answers = {}
    with Engine() as engine:
        for name, strength in [("none", None), ("zero", 0.0), ("strong", 3.0)]:
            adapter = "" if strength is None else str(adapter_file(tmp_path / f"{name}.gguf", strength))
            endpoint = Endpoint(f"g-{name}", "gguf", name, path=str(copy), adapter=adapter)
            result = engine.ask(endpoint, PROMPT, params={"max_tokens": 12, "temperature": 0})
            assert result.state == "finished", result.failure
            assert result.model == ("copy" if strength is None else f"copy + {name}")
            answers[name] = result.text
            assert len([p for p in family(engine) if b"runtime" in cmdline(p)]) <= 2
    assert answers["none"] == answers["zero"] != answers["strong"]


def test_invalid_model_files_are_reported(engine: Engine, tmp_path: Path, weights: Path) -> None:
    not_gguf = tmp_path / "text.gguf"
    not_gguf.write_text("hello")
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(weights.read_bytes()[:200_000])
    for path, adapter, word in [
        (str(tmp_path / "missing.gguf"), "", "cannot be read"),
        (str(not_gguf), "", "not a GGUF file"),
        (str(damaged), "", "could not be loaded"),
        (str(weights), str(not_gguf), "not a GGUF file"),
        (str(weights), str(weights), "could not be loaded"),
    ]:
        result = engine.ask(Endpoint("g", "gguf", "G", path=path, adapter=adapter), PROMPT)
        assert code(result) == "model_load_failed"
        assert result.failure is not None
        assert word in result.failure.sentence
        assert result.request is None
        assert not engine.heard.notices("runtime")[-1].text.startswith("Loading")


def test_missing_weights_advise_install_command() -> None:
    with Engine() as engine:
        result = engine.ask(BUILTIN, PROMPT)
        assert code(result) == "no_builtin_model"
        assert result.failure is not None
        assert "--install-model" in result.failure.sentence
