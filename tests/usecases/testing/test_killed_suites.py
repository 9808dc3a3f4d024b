"""Tests whose terminal, engine or checking process is killed, counted at the server that is asked.

A recorded cell is never asked again, a kill loses at most as many complete answers as calls may run at once, and at the
end every cell has one finished answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests import depth
from tests.fakes.provider import JSON, FakeProvider, Reply, Request, Wait, status, whole
from tests.patience import PATIENCE_S
from tests.usecases.making import draft, new_prompt, opened, wait_for
from tests.usecases.testing import suites
from workbench.core.lanes import Lane
from workbench.host.clock import utc_now
from workbench.usecases.endpoint_form import EndpointForm

PROMPT = "Greeting"
AT_ONCE = 4
Asked = tuple[str, str]


class Counting:
    """Answers after a short pause, and counts the requests by model and message."""

    def __init__(self, fake: FakeProvider) -> None:
        self.asked: Counter[Asked] = Counter()
        self._lock = threading.Lock()
        fake.answer = self

    def __call__(self, request: Request) -> Reply:
        if request.method != "POST":
            return status(404)
        with self._lock:
            self.asked[request.body["model"], request.body["messages"][-1]["content"]] += 1
        reply = whole("Hello there")
        return replace(reply, before=(Wait(0.005),), headers=JSON)

    @property
    def total(self) -> int:
        """The number of requests."""
        with self._lock:
            return self.asked.total()


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


def prepared(directory: Path, fake: FakeProvider, cases: int, columns: int) -> str:
    """Store a prompt with cases, checks and columns at the server; return its uid."""
    with opened(directory, {}) as (workbench, _):
        saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url))
        saved.done.result(PATIENCE_S)
        lanes = tuple(Lane(f"c{n}", saved.endpoint.uid, f"fake-{n}") for n in range(columns))
        prompt = new_prompt(workbench, PROMPT)
        workbench.prompts.save_draft(prompt, draft()).result(PATIENCE_S)
        workbench.store.packs.save_cases(prompt, suites.cases(cases)).result(PATIENCE_S)
        workbench.store.tests.save_settings(prompt, suites.settings(*lanes), utc_now()).result(PATIENCE_S)
        return prompt


def terminal(path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "workbench.cli.main", "test", PROMPT, "--db", str(path), "--json"]
    return subprocess.Popen(
        [*command, "--concurrency", str(AT_ONCE)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def recorded(path: Path) -> Counter[Asked]:
    """Return how many finished outputs each cell has, made by any run."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT lanes.model, value_bodies.body FROM outputs JOIN lanes ON lanes.run_id = outputs.run_id"
            " AND lanes.position = outputs.lane JOIN run_values ON run_values.run_id = outputs.run_id"
            " AND run_values.position = outputs.value_set JOIN value_bodies ON value_bodies.id = values_id"
            " WHERE outputs.state = 'finished'"
        ).fetchall()
    return Counter((model, f"Hello {json.loads(body)['name']}") for model, body in rows)


def child_of(pid: int, module: str) -> int | None:
    """Return the child of a process that runs a module, None if there is none now."""
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                with contextlib.suppress(OSError):
                    if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                        return int(child)
    return None


class Killer:
    """Kills one process after the other, and looks at the history after each terminal's death."""

    def __init__(self, path: Path, server: Counting, seed: int) -> None:
        self.path, self.server = path, server
        self.rng = random.Random(seed)
        self.kills: Counter[str] = Counter()
        self.terminal = terminal(path)

    def kill(self, what: str, after: int) -> bool:
        """Kill a process once the server was asked `after` more times; return False if the test ended before."""
        wanted = self.server.total + after
        wait_for(lambda: self.server.total >= wanted or self.terminal.poll() is not None)
        if self.terminal.poll() is not None:
            return False
        if what == "terminal":
            self._kill_terminal()
            return True
        pid = child_of(self.terminal.pid, "workbench.engine" if what == "engine" else "workbench.engine.checker")
        if pid is not None:
            self.kills[what] += 1
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return True

    def _kill_terminal(self) -> None:
        self.kills["terminal"] += 1
        self.terminal.kill()
        self.terminal.communicate()
        known, asked = recorded(self.path), Counter(self.server.asked)
        self.terminal = terminal(self.path)
        # Nothing that was recorded is asked again; calls that the dead engine had sent may still arrive.
        before = {cell: number for cell, number in asked.items() if cell in known}
        wait_for(lambda: self.server.total > asked.total() or self.terminal.poll() is not None)
        assert {cell: self.server.asked[cell] for cell in before} == before

    def finish(self) -> None:
        """Wait for the end of the test, starting it again if it was incomplete."""
        for _ in range(3):
            out, _ = self.terminal.communicate(timeout=PATIENCE_S)
            if self.terminal.returncode == 0:
                return
            self.terminal = terminal(self.path)
        raise AssertionError(out.decode()[:2000])


def hunted(directory: Path, fake: FakeProvider, *, cases: int, columns: int, kills: int, seed: int) -> Killer:
    server = Counting(fake)
    prompt = prepared(directory, fake, cases, columns)
    path, cells = directory / "w.db", cases * columns
    killer = Killer(path, server, seed)
    order = [("terminal", "engine", "checker")[n % 3] for n in range(kills)]
    killer.rng.shuffle(order)
    most = max(2, cells // kills - AT_ONCE // 2)
    try:
        for what in order:
            if not killer.kill(what, killer.rng.randint(1, most)):
                break
        killer.finish()
    finally:
        killer.terminal.kill()
        killer.terminal.communicate()
    known = recorded(path)
    assert len(known) == cells
    assert set(known.values()) == {1}
    deadly = killer.kills["terminal"] + killer.kills["engine"]
    lost = server.total - cells
    assert 0 <= lost <= deadly * AT_ONCE, (lost, killer.kills)
    with opened(directory, {}) as (workbench, _):
        run = workbench.store.tests.runs(prompt)[0]
        results = workbench.store.tests.results(run.uid, run.scoring_uid)
        assert sum(len(case.cells) for column in results for case in column.cases) == cells
        assert not workbench.store.owners_in_flight()
    return killer


@pytest.mark.e2e
def test_ctrl_c_stops_and_a_second_start_continues(tmp_path: Path, fake: FakeProvider) -> None:
    server = Counting(fake)
    prompt = prepared(tmp_path, fake, 50, 2)
    path = tmp_path / "w.db"
    first = terminal(path)
    wait_for(lambda: server.total >= 20)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=PATIENCE_S)
    assert first.returncode == 130
    kept = sum(recorded(path).values())
    assert 0 < kept < 100
    second = terminal(path)
    out, _ = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0
    document = json.loads(out)
    assert (document["run"], document["reused"], document["calls"]) == (1, kept, 100 - kept)
    assert server.total <= 100 + AT_ONCE
    with opened(tmp_path, {}) as (workbench, _):
        assert len(workbench.store.tests.runs(prompt)) == 1


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform != "linux", reason="finds the children in /proc")
def test_nothing_is_paid_twice_when_processes_are_killed(tmp_path: Path, fake: FakeProvider) -> None:
    killer = hunted(tmp_path, fake, cases=20, columns=4, kills=6, seed=1)
    assert killer.kills["terminal"] >= 1


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform != "linux", reason="finds the children in /proc")
@pytest.mark.parametrize("seed", depth.seeds(0, 1))
def test_a_hundred_kills_in_800_cells(
    tmp_path: Path, fake: FakeProvider, seed: int, record_property: Callable[[str, object], None]
) -> None:
    killer = hunted(tmp_path, fake, cases=100, columns=8, kills=100, seed=seed)
    assert killer.kills.total() >= 80
    kills = ", ".join(f"{number} of the {what}" for what, number in sorted(killer.kills.items()))
    record_property(depth.FIGURE, f"{killer.server.total} requests for 800 cells, {kills} killed")
