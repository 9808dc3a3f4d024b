"""The client with real child processes: the engine with echo, and the scripted engine misbehaving."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.engine.listening import ECHO, Engine, Listener, eventually, running
from workbench.core.content import Content, Message
from workbench.engine import scripted_engine
from workbench.engine.calls import Call, CallQueued, EngineError, RequestSent
from workbench.engine.client import EngineClient

SOON = (0.01,)
"""Seconds until an engine is restarted, in tests of something else."""
EXACT = "NBSP\u00a0 {# x #} \\frac{a}{b} <%= y %> {{name}}\r lone CR\u2028 שלום 👩‍👩‍👧 \n\n"


def scripted(tmp_path: Path, *steps: dict[str, Any], **options: Any) -> Engine:
    return Engine(scripted_engine.command({"default": list(steps)}, tmp_path), **options)


def test_echo_returns_exact_text(engine: Engine) -> None:
    call_id = engine.run(ECHO, EXACT, model="echo")
    result = engine.heard.result(call_id)
    assert result.text == EXACT == engine.heard.text(call_id)
    assert (result.state, result.finish_reason, result.failure) == ("finished", "stop", None)
    assert result.request == {"model": "echo", "messages": [{"role": "user", "content": EXACT}]}
    kinds = [type(e) for e in engine.heard.events if getattr(e, "id", "") == call_id]
    assert kinds[:2] == [CallQueued, RequestSent]
    timing = result.timing
    assert None not in (timing.queued, timing.sent, timing.first, timing.end)
    assert 0 == timing.queued <= (timing.sent or 0) <= (timing.first or 0) <= (timing.end or 0)


def test_echo_names_roles_and_marks_ignored_parameters(engine: Engine) -> None:
    result = engine.ask(ECHO, [Message("system", "Be."), Message("user", "Hi")], params={"temperature": 1})
    assert result.text == "system:\nBe.\n\nuser:\nHi"
    assert [(m.kind, m.name) for m in result.marks] == [("refused", "temperature")]


def test_two_hundred_concurrent_echo_calls_finish(engine: Engine) -> None:
    ids = [engine.run(ECHO, f"text {n}", stream=n % 2 == 0) for n in range(200)]
    assert [engine.heard.result(i).text for i in ids] == [f"text {n}" for n in range(200)]


def test_cancelled_slow_echo_stops_and_keeps_text(engine: Engine) -> None:
    call_id = engine.run(ECHO, "one two three " * 1000, params={"delay_ms": 5})
    engine.wait_text(call_id, 10)
    engine.client.cancel(call_id)
    result = engine.heard.result(call_id)
    assert result.state == "stopped"
    assert result.text.startswith("one two")
    assert result.usage.source == "estimate"
    engine.client.cancel(call_id)
    engine.client.cancel("never was")


def test_immediately_cancelled_call_still_ends(engine: Engine) -> None:
    engine.ask()
    for _ in range(20):
        call_id = engine.run(ECHO, "x " * 200, params={"delay_ms": 50})
        engine.client.cancel(call_id)
        assert engine.heard.result(call_id).state == "stopped"


def test_calls_wait_for_engine_start_and_can_be_cancelled() -> None:
    heard = Listener()
    client = EngineClient(None, dict(os.environ), heard)
    client.run(Call("a", ECHO, "echo", (Message("user", "a"),)))
    client.run(Call("b", ECHO, "echo", (Message("user", "b"),)))
    client.cancel("a")
    assert heard.result("a").state == "stopped"
    client.start()
    client.start()
    assert heard.result("b").text == "b"
    client.close()
    assert client.state == "closed"
    with pytest.raises(EngineError):
        client.run(Call("c", ECHO, "echo", ()))
    client.close()


def test_closing_unstarted_client_ends_pending_calls_and_queries() -> None:
    heard = Listener()
    client = EngineClient(None, {}, heard)
    client.run(Call("a", ECHO, "echo", ()))
    future = client.list_models(ECHO)
    client.close()
    assert heard.result("a").state == "stopped"
    with pytest.raises(EngineError):
        future.result(1)


def test_listener_is_never_called_on_the_calling_thread() -> None:
    lock, heard = threading.Lock(), Listener()

    def listen(event: Any) -> None:
        with lock:
            heard(event)

    client = EngineClient(None, dict(os.environ), listen)
    with lock:
        client.run(Call("a", ECHO, "echo", (Message("user", "é" * 2_000_000),)))
        client.run(Call("b", ECHO, "echo", (Message("user", "x"),)))
        client.cancel("b")
    assert {heard.result("a").state, heard.result("b").state} == {"failed", "stopped"}
    client.close()


def test_duplicate_call_id_is_rejected(engine: Engine) -> None:
    call_id = engine.run(ECHO, "x " * 100, params={"delay_ms": 20})
    with pytest.raises(ValueError):
        engine.client.run(Call(call_id, ECHO, "echo", ()))


def test_oversized_call_fails_as_too_long(engine: Engine) -> None:
    result = engine.ask(ECHO, "é" * 2_000_000)
    assert result.failure is not None
    assert result.failure.code == "too_long"
    assert engine.ask(ECHO, "é" * 1_000_000).text == "é" * 1_000_000


def test_plain_template_renders_without_engine() -> None:
    client = EngineClient(None, {})
    content = Content((Message("user", "Hi {{ name }} {{x}}"), Message("system", "")))
    assert client.render(content, {"name": "Ada"}).result(0) == ("Hi Ada {{x}}", "")
    client.close()


def test_close_stops_running_calls_and_keeps_text() -> None:
    engine = Engine()
    call_id = engine.run(ECHO, "word " * 5000, params={"delay_ms": 5})
    engine.wait_text(call_id, 20)
    pid = engine.client.pid
    engine.client.close()
    result = engine.heard.result(call_id, 0)
    assert result.state == "stopped"
    assert result.text.startswith("word word")
    assert pid is not None
    assert not running(pid)


def test_killed_engine_fails_running_calls_and_restarts(engine: Engine) -> None:
    call_id = engine.run(ECHO, "word " * 5000, params={"delay_ms": 5})
    engine.wait_text(call_id, 20)
    pid = engine.client.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    result = engine.heard.result(call_id)
    assert result.state == "failed"
    assert result.failure is not None
    assert result.failure.code == "engine_died"
    assert "signal 9" in result.failure.detail
    assert result.text == engine.heard.text(call_id)
    assert result.request is not None
    assert engine.ask(ECHO, "again").text == "again"
    assert engine.client.pid != pid
    assert engine.heard.notices("restarting")


def test_suspended_engine_is_detected_and_replaced() -> None:
    with Engine(dead_after=2.0) as engine:
        call_id = engine.run(ECHO, "word " * 5000, params={"delay_ms": 5})
        engine.wait_text(call_id, 20)
        pid = engine.client.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        result = engine.heard.result(call_id)
        assert result.failure is not None
        assert result.failure.code == "engine_died"
        assert "sign of life" in result.failure.detail
        assert not running(pid)
        assert engine.ask(ECHO, "again").text == "again"


def test_engine_that_fails_to_start_fails_pending_calls(tmp_path: Path) -> None:
    with Engine([sys.executable, "-c", "import sys; sys.exit('no such thing')"], backoff=SOON) as engine:
        result = engine.ask()
        assert result.failure is not None
        assert result.failure.code == "engine_died"
        assert "no such thing" in result.failure.detail
        assert engine.heard.notices("dead")
    with Engine([str(tmp_path / "missing")], backoff=SOON) as engine:
        future = engine.client.list_models(ECHO)
        with pytest.raises(EngineError) as caught:
            future.result(30)
        assert caught.value.failure.code == "engine_died"


def test_engine_that_never_becomes_ready_is_killed() -> None:
    never = [sys.executable, "-c", "import time; time.sleep(600)"]
    with Engine(never, ready_within=0.1, dead_after=0.5, backoff=SOON) as engine:
        result = engine.ask()
        assert result.failure is not None
        assert "not ready" in result.failure.detail


@pytest.mark.parametrize("garbage", ["not json", '{"v": 9, "type": "pong"}', '{"v":1,"type":"delta","id":"c1"}', "[]"])
def test_garbage_on_the_wire_fails_the_call_and_keeps_its_text(tmp_path: Path, garbage: str) -> None:
    with scripted(tmp_path, {"text": "so far"}, {"garbage": garbage}, {"hang": True}) as engine:
        result = engine.ask()
        assert result.state == "failed"
        assert result.text == "so far"
        assert result.failure is not None
        assert result.failure.code == "engine_died"


def test_library_output_never_reaches_the_wire() -> None:
    noisy = (
        "from workbench.engine.pipes import ChildPipe\n"
        "pipe = ChildPipe()\n"
        "import os, subprocess, sys\n"
        "print('noise from python'); os.write(1, b'noise from C\\n')\n"
        "subprocess.run([sys.executable, '-c', 'print(1)'])\n"
        "assert sys.stdin.read() == ''\n"
        "from workbench.engine.child.server import serve\n"
        "serve(pipe)\n"
    )
    with Engine([sys.executable, "-c", noisy]) as engine:
        assert engine.ask(ECHO, "clean").text == "clean"
        assert engine.client.pid is not None
        os.kill(engine.client.pid, signal.SIGKILL)
        (notice,) = engine.heard.wait_for(lambda: engine.heard.notices("restarting"))
        assert "noise from C" in notice.text
        assert "noise from python" in notice.text


def test_exception_in_listener_is_logged_and_call_still_ends(caplog: pytest.LogCaptureFixture) -> None:
    ended = threading.Event()

    def listen(event: object) -> None:
        if type(event).__name__ == "CallEnded":
            ended.set()
        raise RuntimeError("my fault")

    client = EngineClient(None, dict(os.environ), listen)
    client.start()
    client.run(Call("a", ECHO, "echo", (Message("user", "a"),)))
    assert ended.wait(30)
    client.close()
    assert "my fault" in caplog.text


class TestStandIn:
    def test_scripted_engine_plays_its_script(self, tmp_path: Path) -> None:
        steps = [
            {"mark": ["changed", "max_tokens", "d"]},
            {"reasoning": "hm"},
            {"text": "a"},
            {"text": "b"},
            {"usage": {"input": 3, "output": 4}},
            {"finish": "length"},
            {"response": {"x": 1}},
        ]
        with scripted(tmp_path, *steps) as engine:
            result = engine.ask(model="any", params={"temperature": 0})
        assert (result.text, result.reasoning, result.finish_reason) == ("ab", "hm", "length")
        assert (result.usage.input, result.usage.output, result.response) == (3, 4, {"x": 1})
        assert result.request["temperature"] == 0
        assert [m.name for m in result.marks] == ["max_tokens"]

    def test_scripted_engine_fails_retries_waits_and_stops(self, tmp_path: Path) -> None:
        flag = tmp_path / "flag"
        script = {
            "models": {
                "bad": [{"text": "x"}, {"retry_ms": 5, "reason": "busy"}, {"fail": ["rate_limited", "Slow.", "d"]}],
                "slow": [{"text": "x"}, {"until": str(flag)}, {"text": "y"}],
            },
            "listed": ["one"],
            "check": ["bad_key", "No.", ""],
        }
        with Engine(scripted_engine.command(script, tmp_path)) as engine:
            bad = engine.run(model="bad")
            result = engine.heard.result(bad)
            assert (result.failure and result.failure.code) == "rate_limited"
            assert [r.in_ms for r in engine.retries(bad)] == [5]
            slow, other = engine.run(model="slow"), engine.run(model="slow")
            engine.wait_text(other)
            engine.client.cancel(other)
            assert engine.heard.result(other).state == "stopped"
            flag.touch()
            assert engine.heard.result(slow).text == "xy"
            assert engine.client.list_models(ECHO).result(60) == ("one",)
            with pytest.raises(EngineError):
                engine.client.check_key(ECHO, "k").result(60)

    def test_scripted_engine_crashes_and_hangs(self, tmp_path: Path) -> None:
        with scripted(tmp_path, {"text": "x"}, {"exit": 3}) as engine:
            result = engine.ask()
            assert result.failure is not None
            assert "code 3" in result.failure.detail
        with scripted(tmp_path, {"text": "x"}, {"hang": True}, dead_after=1.0) as engine:
            assert engine.ask().text == "x"


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux a stopped child is killed with its parent")
def test_killing_the_parent_ends_a_suspended_engine() -> None:
    """No thread of it runs, so it cannot see that its stdin is closed."""
    parent, pid = parent_and_engine()
    os.kill(pid, signal.SIGSTOP)
    parent.kill()
    parent.wait()
    eventually(lambda: not running(pid))


def test_killing_the_parent_ends_the_engine() -> None:
    parent, pid = parent_and_engine()
    parent.kill()
    parent.wait()
    eventually(lambda: not running(pid))


def parent_and_engine() -> tuple[subprocess.Popen[str], int]:
    """A process with a client whose engine is ready, and the engine's pid."""
    program = (
        "import os, sys, time\n"
        "from workbench.engine.client import EngineClient\n"
        "c = EngineClient(None, dict(os.environ), lambda e: print(getattr(e, 'kind', ''), c.pid, flush=True))\n"
        "c.start()\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        return parent, next(int(line.split()[1]) for line in parent.stdout if line.startswith("ready"))
