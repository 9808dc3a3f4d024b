"""Kills at random moments, a planted key, and no network."""

from __future__ import annotations

import logging
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import depth
from tests.engine.listening import BUILTIN, Engine, address, descendants, eventually, running
from tests.fakes import provider as fakes
from tests.fakes.provider import FakeProvider, error, status, stream
from workbench.core.content import Content, Message
from workbench.core.lanes import Endpoint
from workbench.host.processes import scrubbed_env

PLANTED = "sk-planted-in-a-call-0123456789"


@pytest.mark.parametrize("seed", depth.seeds(2, 60))
def test_engine_killed_at_random_moment_keeps_text_and_restarts(fake: FakeProvider, seed: int) -> None:
    rng = random.Random(seed)
    fake.answer = lambda request: stream(*[f"{n} " for n in range(300)], delay=0.002)
    with Engine(backoff=(0.01,)) as engine:
        calls = [engine.run(address(fake.base_url)) for _ in range(12)]
        wanted = rng.randrange(1, 1500)
        engine.heard.wait_for(lambda: _length(engine, calls) >= wanted)
        pid = engine.client.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        for call_id in calls:
            result = engine.heard.result(call_id)
            assert result.text == engine.heard.text(call_id)
            assert "".join(f"{n} " for n in range(300)).startswith(result.text)
            if result.state == "failed":
                assert result.failure is not None
                assert result.failure.code == "engine_died"
            else:
                assert result.state == "finished"
        eventually(lambda: engine.client.state == "ready" and engine.client.pid != pid)
        fake.answer = fakes.usual
        assert engine.ask(address(fake.base_url)).state == "finished"


def _length(engine: Engine, calls: list[str]) -> int:
    return sum(len(engine.heard.text(call_id)) for call_id in calls)


def test_repeatedly_killed_engines_leave_no_processes(fake: FakeProvider) -> None:
    rng = random.Random(7)
    killed: set[int | None] = set()
    with Engine(backoff=(0.01,)) as engine:
        for _ in range(4):
            # Until the client notices that its engine is dead, that one is "ready".
            eventually(lambda: engine.client.state == "ready" and engine.client.pid not in killed)
            call_id = engine.run(address(fake.base_url))
            if rng.random() < 0.5:
                engine.heard.wait_for(lambda call_id=call_id: engine.sent(call_id))
            pid = engine.client.pid
            assert pid is not None
            family = descendants(pid)
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
            assert engine.heard.result(call_id).state in ("finished", "failed")
            eventually(lambda family=family: not any(running(p) for p in family))


def test_planted_key_appears_in_no_event_log_or_process(
    fake: FakeProvider, caplog: pytest.LogCaptureFixture, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    echoing = error(f"Incorrect API key provided: {PLANTED}. Header: Bearer {PLANTED}")
    secret = (("x-token", "hush-hush-value"),)
    with Engine() as engine:
        mine = address(fake.base_url)
        fake.script(
            status(401, echoing),
            status(500, echoing, {"retry-after": "0"}),
            stream("a", then=(fakes.Send(fakes.event(echoing)),)),
            fakes.raw(f"data: {{{PLANTED}\n\n".encode()),
            fakes.raw(f"<p>{PLANTED} hush-hush-value</p>".encode()),
            fakes.whole("ok", counted={"prompt_tokens": 1, "completion_tokens": 1, "note": PLANTED}),
        )
        for _ in range(5):
            engine.ask(mine, key=PLANTED, secret_headers=secret)
        engine.ask(mine, key=PLANTED, secret_headers=secret, stream=False)
        assert engine.client.pid is not None
        process = Path(f"/proc/{engine.client.pid}")
        outside = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        os.kill(engine.client.pid, signal.SIGKILL)
        said = "\n".join(map(repr, engine.heard.events)) + caplog.text + outside.decode(errors="replace")
    said += "".join(capfd.readouterr())
    for planted in (PLANTED, "hush-hush-value"):
        assert planted not in said
    assert fake.requests[0].headers["authorization"] == f"Bearer {PLANTED}"


ODD_NAMES = ("OPENAIKEY", "MYKEY", "TOKENX", "LLM_ACCESS", "SSH_KEYFILE", "OPENAI_HEADERS", "LC_KEY", "api_key", "X")


@pytest.mark.builtin
def test_secrets_in_unusual_variables_reach_no_child_process(weights: Path) -> None:
    planted = {name: f"planted-{number}" for number, name in enumerate(ODD_NAMES)}
    with Engine(env=scrubbed_env({**os.environ, **planted}), builtin_model=weights) as engine:
        assert engine.ask(BUILTIN, "hi", params={"max_tokens": 1}).state == "finished"
        content = Content((Message("user", "{{ a }}"),), template="jinja")
        assert engine.client.render(content, {"a": "b"}).result(30)[0] == "b"
        assert engine.client.pid is not None
        children = [engine.client.pid, *descendants(engine.client.pid)]
        seen = [Path(f"/proc/{pid}/environ").read_bytes() for pid in children]
    assert len(seen) == 3
    assert not any(b"planted-" in environ for environ in seen)


def test_no_authorization_header_without_key_or_after_redirect(engine: Engine, fake: FakeProvider) -> None:
    with FakeProvider() as other:
        fake.script(status(307, b"", {"location": f"{other.base_url}/chat/completions"}))
        result = engine.ask(address(fake.base_url), key=PLANTED)
        assert result.failure is not None
        assert result.failure.code == "bad_address"
        assert other.requests == []
    engine.ask(address(fake.base_url))
    assert "authorization" not in fake.requests[1].headers


def test_cookies_and_netrc_credentials_are_not_sent(engine: Engine, fake: FakeProvider, home: Path) -> None:
    (home / ".netrc").write_text("machine 127.0.0.1 login me password secret-in-netrc\n")
    (home / ".netrc").chmod(0o600)
    reply = fakes.whole("ok")
    fake.script(fakes.Reply(reply.steps, headers={**fakes.JSON, "set-cookie": "track=me; Path=/"}))
    for _ in range(2):
        engine.ask(address(fake.base_url), stream=False)
    for request in fake.requests:
        assert "cookie" not in request.headers
        assert "authorization" not in request.headers


def test_loopback_requests_bypass_the_proxy(fake: FakeProvider) -> None:
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")
    others = {"no_proxy": "intranet.example"}
    with Engine(env={**os.environ, **proxies, **others}) as engine:
        assert engine.ask(address(fake.base_url), retries=0).state == "finished"
        # LiteLLM has its own clients, some of which cache the servers to reach without a proxy.
        for host in ("127.0.0.1", "localhost", "0.0.0.0"):
            for model, path in (("anthropic/claude-x", ""), ("hosted_vllm/x", "/v1")):
                mine = Endpoint("mine", "litellm", "My gateway", f"http://{host}:{fake.port}{path}")
                assert engine.ask(mine, model=model, key=PLANTED, retries=0).text == "Hello world", (host, model)


def test_invalid_proxy_is_reported_as_bad_address() -> None:
    with Engine(env={**os.environ, "https_proxy": "nonsense://x", "HTTPS_PROXY": "nonsense://x"}) as engine:
        result = engine.ask(Endpoint("e", "openai", "E", "https://example.invalid/v1"), retries=0)
        assert result.failure is not None
        assert result.failure.code == "bad_address"


OFFLINE = """
import os, socket, sys, time
sys.path.insert(0, os.getcwd())
from tests.engine.listening import BUILTIN, ECHO, LITELLM, Engine
from workbench.host.weights import builtin_weights

try:
    socket.create_connection(("192.0.2.1", 80), 1)
    sys.exit("there is a network")
except OSError:
    pass
weights = builtin_weights()
with Engine(builtin_model=weights) as engine:
    assert engine.ask(ECHO, "hi").text == "hi"
    if weights:
        assert engine.ask(BUILTIN, "hi", params={"max_tokens": 2}).state == "finished"
    engine.client.warm("litellm")
    result = engine.heard.result(engine.run(LITELLM, "hi", model="anthropic/claude-haiku-4-5", key="k" * 20, retries=0))
    assert result.failure.code == "connect_failed", result
    print("spent", result.timing.end - result.timing.sent)
"""


def test_engine_works_offline_without_waiting_for_a_network(tmp_path: Path) -> None:
    """A hub or a price list that was asked for would show as a wait: names do not resolve in there."""
    unshare, ip = shutil.which("unshare"), shutil.which("ip")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode:
        pytest.skip("no network namespaces on this machine")
    up = f"{ip} link set lo up; " if ip else "python3 - <<'E'\n" + LOOPBACK_UP + "\nE\n"
    program = tmp_path / "offline.py"
    program.write_text(OFFLINE)
    done = subprocess.run(
        [unshare, "-rn", "sh", "-c", f"{up}exec {sys.executable} {program}"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # A request to a hub takes 20 s until it times out.
    assert int(done.stdout.split()[-1]) < 15_000


# struct ifreq with the flags UP and RUNNING.
LOOPBACK_UP = """
import fcntl, socket, struct
with socket.socket() as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x41))
"""
