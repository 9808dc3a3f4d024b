"""Tests whose window, terminal, engine or checking process is killed, counted at the server that is asked.

A recorded cell is never asked again, a kill loses at most as many complete answers as calls may run at once, and at the
end every cell has one finished answer.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests import depth
from tests.cli.printed_reports import report_of
from tests.fakes.provider import JSON, FakeProvider, Reply, Request, Wait, status, whole
from tests.patience import PATIENCE_S
from tests.usecases.making import draft, new_prompt, opened, wait_for
from tests.usecases.testing import suites
from workbench.core.lanes import Lane
from workbench.engine.call_limits import DEFAULT_LIMIT
from workbench.host.clock import utc_now
from workbench.usecases.endpoint_form import EndpointForm

PROMPT = "Greeting"
AT_ONCE = {"terminal": 4, "window": DEFAULT_LIMIT}
"""How many calls each of the two runs at once."""
KINDS = (*AT_ONCE, "engine", "checker")
Asked = tuple[str, str]


class Counting:
    """Answers after a short pause, and notes the requests by model and message."""

    def __init__(self, fake: FakeProvider) -> None:
        self._asked: list[Asked] = []
        self._lock = threading.Lock()
        fake.answer = self

    def __call__(self, request: Request) -> Reply:
        if request.method != "POST":
            return status(404)
        with self._lock:
            self._asked.append((request.body["model"], request.body["messages"][-1]["content"]))
        reply = whole("Hello there")
        return replace(reply, before=(Wait(0.02),), headers=JSON)

    def requests(self) -> list[Asked]:
        """Return the model and last message of each request, oldest first."""
        with self._lock:
            return list(self._asked)

    @property
    def total(self) -> int:
        """The number of requests."""
        with self._lock:
            return len(self._asked)


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


def children_of(pid: int) -> list[int]:
    """Return the living children of a process."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def command_of(pid: int) -> list[bytes]:
    """Return the arguments of a process, none if it has ended."""
    with contextlib.suppress(OSError):
        return [part for part in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") if part]
    return []


def terminal(path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "workbench.cli.main", "test", PROMPT, "--db", str(path), "--json"]
    return subprocess.Popen(
        [*command, "--concurrency", str(AT_ONCE["terminal"])], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def window(path: Path, prompt: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.ui.driven_suite", str(path), prompt]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Killer:
    """Kills one process after the other. After the death of a window or a terminal it compares history and server.

    The window and the terminal take turns in running the same test: the next one is that which is killed next. A kill
    of theirs or of the engine ends a span of requests, because calls that were running then may be lost.
    """

    def __init__(self, path: Path, prompt: str, fake: FakeProvider, seed: int, order: Sequence[str]) -> None:
        self.path, self.prompt = path, prompt
        self.fake, self.server = fake, Counting(fake)
        self.rng = random.Random(seed)
        self.order = list(order)
        self.rng.shuffle(self.order)
        self.kills: Counter[str] = Counter()
        self._settled: dict[Asked, int] = {}
        self._spans: list[tuple[int, str]] = []
        """The number of requests until each kill that can lose calls, and the window or terminal that made them."""
        self.start()

    def start(self) -> None:
        """Start the window or the terminal, whichever is killed next."""
        self.host = next((what for what in self.order if what in AT_ONCE), "terminal")
        self.process = window(self.path, self.prompt) if self.host == "window" else terminal(self.path)

    def hunt(self, most: int) -> None:
        """Kill in order, each after at most `most` more requests, until nothing is left to kill or the test ends."""
        while self.order:
            wanted = self.server.total + self.rng.randint(1, most)
            wait_for(lambda wanted=wanted: self.server.total >= wanted or self.has_ended)
            if self.has_ended:
                return
            what = self.order.pop(0)
            if what in AT_ONCE:
                self._kill_host(what)
            elif not self._kill_child(what):
                # It is being started just now.
                self.order.append(what)

    @property
    def has_ended(self) -> bool:
        """Whether the window or terminal ended by itself."""
        return self.process.poll() is not None

    def _kill_child(self, what: str) -> bool:
        module = b"workbench.engine" if what == "engine" else b"workbench.engine.checker"
        for pid in children_of(self.process.pid):
            if module in command_of(pid):
                with self._halted():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                    self.kills[what] += 1
                    if what == "engine":
                        self._end_span([pid])
                return True
        return False

    @contextlib.contextmanager
    def _halted(self) -> Iterator[None]:
        """Keep the window or terminal from starting another engine, whose requests would be those of the next span."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def _end_span(self, dead: Sequence[int]) -> None:
        """End a span of requests once nothing more can come from these processes."""
        wait_for(lambda: not any(map(command_of, dead)) and not self.fake.connected)
        self._spans.append((self.server.total, self.host))

    def _kill_host(self, what: str) -> None:
        assert what == self.host
        children = children_of(self.process.pid)
        self.process.kill()
        self.process.communicate()
        self.kills[what] += 1
        # Calls that the orphaned engine has sent may still arrive.
        self._end_span(children)
        self.compare()
        self.start()

    def compare(self) -> None:
        """Check that recorded cells have one answer and were not asked again."""
        known, asked = recorded(self.path), Counter(self.server.requests())
        assert set(known.values()) <= {1}
        assert {cell: asked[cell] for cell in self._settled} == self._settled
        self._settled |= {cell: asked[cell] for cell in known}

    def lost(self) -> list[tuple[int, str]]:
        """Return how many requests each kill lost, at most so many complete answers, and of which host.

        As no cell is asked again once its answer is recorded, the recorded answer is that to the last request; all
        earlier ones for the cell were lost.
        """
        requests = self.server.requests()
        last = {cell: number for number, cell in enumerate(requests)}
        ends = [0, *(end for end, _ in self._spans)]
        hosts = [host for _, host in self._spans]
        spans = [range(start, end) for start, end in itertools.pairwise(ends)]
        assert all(last[cell] == number for number, cell in enumerate(requests) if number >= ends[-1])
        return [
            (sum(last[requests[number]] > number for number in span), host)
            for span, host in zip(spans, hosts, strict=True)
        ]

    def finish(self) -> None:
        """Wait for the end of the test, starting it again if the terminal left failed calls."""
        for _ in range(3):
            out, err = self.process.communicate(timeout=PATIENCE_S)
            self.compare()
            if self.process.returncode == 0:
                return
            # The window retries failed calls by itself.
            assert self.host == "terminal", err.decode()[-2000:]
            self.start()
        raise AssertionError(out.decode()[:2000])


def hunted(directory: Path, fake: FakeProvider, *, cases: int, columns: int, kills: int, seed: int) -> Killer:
    prompt = prepared(directory, fake, cases, columns)
    path, cells = directory / "w.db", cases * columns
    killer = Killer(path, prompt, fake, seed, [KINDS[n % len(KINDS)] for n in range(kills)])
    try:
        killer.hunt(max(2, cells // kills - 2))
        killer.finish()
    finally:
        killer.process.kill()
        killer.process.communicate()
    known = recorded(path)
    assert len(known) == cells
    assert set(known.values()) == {1}
    assert all(lost <= AT_ONCE[host] for lost, host in killer.lost())
    with opened(directory, {}) as (workbench, _):
        (run,) = workbench.store.tests.runs(prompt)
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
    document = report_of(out.decode())
    assert (document["run"], document["reused"], document["calls"]) == (1, kept, 100 - kept)
    assert server.total <= 100 + AT_ONCE["terminal"]
    with opened(tmp_path, {}) as (workbench, _):
        assert len(workbench.store.tests.runs(prompt)) == 1


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform != "linux", reason="finds the children in /proc")
def test_nothing_is_paid_twice_when_processes_are_killed(tmp_path: Path, fake: FakeProvider) -> None:
    killer = hunted(tmp_path, fake, cases=20, columns=4, kills=8, seed=1)
    assert killer.kills["terminal"] >= 1
    assert killer.kills["window"] >= 1


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform != "linux", reason="finds the children in /proc")
@pytest.mark.parametrize("seed", depth.seeds(0, 1))
def test_a_hundred_kills_in_800_cells(
    tmp_path: Path, fake: FakeProvider, seed: int, record_property: Callable[[str, object], None]
) -> None:
    killer = hunted(tmp_path, fake, cases=100, columns=8, kills=100, seed=seed)
    assert killer.kills.total() >= 80
    assert min(killer.kills[kind] for kind in KINDS) >= 15
    kills = ", ".join(f"{number} of the {what}" for what, number in sorted(killer.kills.items()))
    lost = ", ".join(
        f"{max(number for number, by in killer.lost() if by == host)} of {most} in the {host}"
        for host, most in AT_ONCE.items()
    )
    requests = f"{killer.server.total} requests for 800 cells, at most {lost} lost by one kill"
    record_property(depth.FIGURE, f"{requests}; {kills} killed")
