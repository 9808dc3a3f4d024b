"""Judged tests whose terminal is killed, counted at the server that is asked.

A stored judgement is never made again, and a kill loses at most as many replies as calls may run at once.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import depth
from tests.fakes.provider import FakeProvider
from tests.patience import PATIENCE_S
from tests.usecases.judging import judged_suites as judged
from tests.usecases.judging.judge_server import JUDGE, JudgeServer
from tests.usecases.making import draft, new_prompt, opened, wait_for
from tests.usecases.testing import suites
from tests.usecases.testing.test_killed_suites import children_of, command_of
from workbench.core.lanes import Lane
from workbench.host.clock import utc_now
from workbench.usecases.endpoint_form import EndpointForm

AT_ONCE = 4


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


def prepared(directory: Path, fake: FakeProvider, cases: int) -> str:
    with opened(directory, {}) as (workbench, _):
        saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url))
        saved.done.result(PATIENCE_S)
        prompt = new_prompt(workbench)
        workbench.prompts.save_draft(prompt, draft()).result(PATIENCE_S)
        workbench.store.packs.save_cases(prompt, suites.cases(cases)).result(PATIENCE_S)
        columns = [Lane(f"c{n}", saved.endpoint.uid, f"fake-{n}") for n in range(2)]
        # The second column answers like the first one, so that half of the judgements may be about equal answers.
        given = judged.settings(*columns, judge=Lane("judge", saved.endpoint.uid, JUDGE))
        workbench.store.tests.save_settings(prompt, given, utc_now()).result(PATIENCE_S)
        return prompt


def terminal(path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "workbench.cli.main", "test", "Greeting", "--db", str(path), "--json"]
    return subprocess.Popen(
        [*command, "--concurrency", str(AT_ONCE)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def finished(path: Path) -> int:
    """Return how many replies of judges are stored."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        query = "SELECT count(*) FROM outputs JOIN runs ON runs.id = run_id WHERE kind = 'judge' AND state = 'finished'"
        return int(connection.execute(query).fetchone()[0])


def hunted(directory: Path, fake: FakeProvider, *, cases: int, kills: int, seed: int) -> JudgeServer:
    prompt = prepared(directory, fake, cases)
    path, server, rng = directory / "w.db", JudgeServer(fake, 0.02), random.Random(seed)
    for _ in range(kills):
        process = terminal(path)
        try:
            wanted = server.count(JUDGE) + rng.randint(1, max(2, cases // kills))
            wait_for(lambda wanted=wanted, one=process: server.count(JUDGE) >= wanted or one.poll() is not None)
            children = children_of(process.pid)
        finally:
            process.kill()
            process.communicate()
        # Calls that the orphaned engine has sent may still arrive.
        wait_for(lambda left=children: not any(map(command_of, left)) and not fake.connected)
    process = terminal(path)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    asked, stored = server.count(JUDGE), finished(path)
    assert 0 <= asked - stored <= kills * AT_ONCE
    with opened(directory, {}) as (workbench, _):
        (run,) = workbench.store.tests.runs(prompt)
        assert judged.states(workbench, run.uid) == [["pass"] * cases] * 2
        counts = workbench.store.judges.counts(run.scoring_uid)
        assert (counts.finished, counts.failed, counts.running, counts.interrupted) == (2 * cases, 0, 0, 0)
        assert not workbench.store.owners_in_flight()
    assert stored <= 2 * cases
    return server


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform != "linux", reason="finds the children in /proc")
def test_no_judgement_is_paid_twice_when_the_terminal_is_killed(tmp_path: Path, fake: FakeProvider) -> None:
    hunted(tmp_path, fake, cases=24, kills=3, seed=1)


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform != "linux", reason="finds the children in /proc")
@pytest.mark.parametrize("seed", depth.seeds(0, 1))
def test_thirty_kills_during_judging(
    tmp_path: Path, fake: FakeProvider, seed: int, record_property: Callable[[str, object], None]
) -> None:
    server = hunted(tmp_path, fake, cases=150, kills=30, seed=seed)
    asked, stored = server.count(JUDGE), finished(tmp_path / "w.db")
    record_property(depth.FIGURE, f"{asked} requests to the judge for {stored} judgements, 30 kills")
