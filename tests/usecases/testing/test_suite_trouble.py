"""Tests whose engine, checker, server or disk fails."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider, Wait, status, whole
from tests.patience import PATIENCE_S
from tests.usecases.making import new_prompt, opened, scripted, wait_for
from tests.usecases.testing import suites
from tests.usecases.testing.suites import real
from workbench.core.cases import Check
from workbench.core.lanes import Lane
from workbench.core.testing.cells import CellKey
from workbench.engine.calls import Event
from workbench.engine.client import EngineClient
from workbench.store.errors import failure
from workbench.store.testing.records import CellEnd
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.testing import end_writer

_LOOP = "let n = 0; const s = 'a'.repeat(2 ** 24);\nwhile (true) n += s.indexOf('ab' + n);"


def test_the_engine_that_dies_is_asked_again(tmp_path: Path) -> None:
    """The calls that were running are made again by the next engine, and nothing else is."""
    with real(tmp_path, scripted({}, tmp_path)) as workbench:
        prompt = new_prompt(workbench)
        handle = workbench.tests.start(
            prompt, suites.plan(workbench, prompt, suites.settings(), suites.cases(300), concurrency=4)
        )
        wait_for(lambda: handle.progress().answered > 20)
        pid = workbench.engine.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        shown = suites.finish(handle).progress()
        assert (shown.state, shown.answered, shown.failed) == ("finished", 300, 0)


def test_a_prompt_that_kills_every_engine_fails_and_the_others_are_answered(tmp_path: Path) -> None:
    script = {"models": {"m0": [{"exit": 3}], "m1": [{"echo": True}]}}
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(*suites.lanes(2))
        handle = suites.run(workbench, prompt, given, suites.cases(1), concurrency=1)
        assert (handle.progress().answered, handle.progress().failed) == (1, 1)
        failed = suites.result(workbench, handle.run_uid, 0)
        assert failed is not None
        assert failed.failure is not None
        assert failed.failure.code == "engine_died"


def test_refused_calls_halve_what_runs_at_once(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    steps = [{"retry_ms": 1, "code": "rate_limited"}, {"until": str(gate)}, {"echo": True}]
    with opened(tmp_path, {"default": steps}) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.tests.start(prompt, suites.plan(workbench, prompt, suites.settings(), suites.cases(40)))
        wait_for(lambda: handle.progress().limits == 8)
        gate.touch()
        shown = suites.finish(handle).progress()
        assert (shown.answered, shown.failed) == (40, 0)


def test_a_checker_that_is_killed_costs_at_most_the_check_it_was_at(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        slow = Check("javascript", value=json.dumps(_LOOP))
        handle = suites.run(workbench, prompt, suites.settings(checks=(slow, suites.HELLO)), suites.cases(2))
        run = workbench.store.tests.run(handle.run_uid)
        (column,) = workbench.store.tests.results(run.uid, run.scoring_uid)
        assert [cell.state for case in column.cases for cell in case.cells] == ["unscored", "unscored"]
        detail = workbench.store.tests.cell(run.uid, run.scoring_uid, CellKey(0, 0, 0))
        assert [one.state for one in detail.results] == ["unscored", "pass"]


def test_a_server_that_refuses_too_many_calls_gets_fewer(tmp_path: Path) -> None:
    """The server answers two calls at once, and refuses the others; in the end all are answered."""
    with FakeProvider() as fake, real(tmp_path) as workbench:
        fake.answer = lambda request: (
            status(429, headers={"retry-after": "0"})
            if fake.open > 2
            else replace(whole("Hello"), before=(Wait(0.03),))
        )
        saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url))
        saved.done.result(PATIENCE_S)
        prompt = new_prompt(workbench)
        lane = Lane("a", saved.endpoint.uid, "fake-1")
        handle = workbench.tests.start(
            prompt, suites.plan(workbench, prompt, suites.settings(lane), suites.cases(60), concurrency=8)
        )
        least = 8
        while not handle.wait(0.005):
            least = min(least, handle.progress().limits or least)
        shown = handle.progress()
        assert (shown.answered, shown.failed) == (60, 0)
        assert least <= 4
        assert len([one for one in fake.requests if one.method == "POST"]) > 60


def test_the_engine_that_never_starts_stops_the_run(tmp_path: Path) -> None:
    def make(env: dict[str, str], weights: Path | None, on_event: Callable[[Event], None]) -> EngineClient:
        return EngineClient([sys.executable, "-c", "raise SystemExit(3)"], env, on_event, backoff=(0.0,))

    with real(tmp_path, make) as workbench:
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, suites.settings(), suites.cases(500), concurrency=1)
        assert handle.problem is not None
        assert handle.problem.sentence.startswith("The test was stopped. The engine ends again and again.")
        assert handle.progress().state == "stopped"


def test_ends_that_cannot_be_written_are_written_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, {}) as (workbench, heard):
        monkeypatch.setattr(end_writer, "TRY_AGAIN_S", 0.05)
        prompt = new_prompt(workbench)
        records = workbench.store.tests
        written, failures = records.finish_outputs, iter(range(3))

        def finish(ends: Sequence[CellEnd]) -> Future[None]:
            if next(failures, None) is None:
                return written(ends)
            broken: Future[None] = Future()
            broken.set_exception(failure("full"))
            return broken

        monkeypatch.setattr(records, "finish_outputs", finish)
        handle = suites.run(workbench, prompt, suites.settings(), suites.cases(20))
        assert (handle.progress().answered, handle.progress().unsaved) == (20, 0)
        assert len(heard.of("problem")) == 1


def test_starts_that_cannot_be_written_stop_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        broken: Future[None] = Future()
        broken.set_exception(failure("full"))
        monkeypatch.setattr(workbench.store.tests, "start_outputs", lambda *_: broken)
        handle = suites.run(workbench, prompt, suites.settings(), suites.cases(20))
        assert handle.problem is not None
        assert handle.problem.sentence.startswith("The test was stopped.")
        assert handle.progress().answered == 0
