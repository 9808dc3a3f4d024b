"""A whole tour contacts nothing but this computer, in any of its processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider
from tests.fakes.watched import WatchedConnections
from tests.patience import PROCESS_S

pytestmark = pytest.mark.e2e


def test_watch_notices_children_and_other_computers(tmp_path: Path) -> None:
    """192.0.2.1 is reserved for documentation; a datagram there is lost."""
    watched = WatchedConnections(tmp_path / "watch")
    inner = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], check=False)"
    subprocess.run([sys.executable, "-c", outer], env=watched.env(), timeout=PROCESS_S, check=True)
    assert [line.split(" ")[:3] for line in watched.leaving()] == [["socket.connect", "192.0.2.1", "9"]]


@pytest.mark.builtin
def test_tour_in_the_terminal_contacts_only_this_computer(tmp_path: Path) -> None:
    watched, db = WatchedConnections(tmp_path / "watch"), str(tmp_path / "w.db")
    env = watched.env({**os.environ, "OPENAI_API_KEY": "sk-planted-0123456789"})
    letter, table = tmp_path / "letter.txt", tmp_path / "cases.csv"
    letter.write_text("Good morning", "utf-8")
    table.write_text("text\nhi\nbye\n", "utf-8")

    def call(*args: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "workbench.cli.main", *args, "--db", db],
            env=env,
            capture_output=True,
            text=True,
            timeout=PROCESS_S,
        )
        assert done.returncode == code, (args, done.stdout, done.stderr)
        return done.stdout

    with FakeProvider() as fake:
        run = json.loads(
            call("run", "Say {{text}}", "--prompt", "Tour", "--var", f"text=@{letter}", "--model", "echo")
            and call("run", "--prompt", "Tour", "--model", "builtin", "--model", "echo", "--var", "text=x", "--json")
        )["run"]
        call("verdict", run, "2")
        call("rank", "Tour")
        call("case", "import", "Tour", str(table))
        call("test", "Tour", "--model", "echo", "--allow-unscored", code=1)
        call("history", "search", "Say")
        call("history", "query", "SELECT count(*) FROM run_list")
        call("history", "export", "-o", str(tmp_path / "runs.html"))
        call("history", "backup")
        call("pack", "export", str(tmp_path / "pack"), "--prompt", "Tour")
        call("pack", "validate", str(tmp_path / "pack"))
        call("pack", "run", str(tmp_path / "pack"), "--model", "echo", "--var", "text=x")
        call("models", "claude")
        call("endpoint", "add", fake.base_url, "--name", "lab")
        call("endpoint", "test", "lab")
        call("run", "--prompt", "Tour", "--model", "lab/fake-1", "--var", "text=x")
        # Through LiteLLM, which the fake refuses; loading and calling it must be silent, too.
        call("endpoint", "add", fake.url, "--name", "translated", "--provider", "cohere")
        call("run", "--prompt", "Tour", "--model", "translated/command-r", "--var", "text=x", code=1)
        assert fake.requests[-1].method == "POST"
        call("doctor")
        assert fake.base_url in call("doctor", "--network")
        port = str(fake.port)
    assert watched.leaving() == []
    assert any(line.split(" ")[1:3] == ["127.0.0.1", port] for line in watched.all())
