"""The engine's reports of exceptions and crashes become problems with a log, and no engine state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.engine.calls import EngineNotice
from workbench.host import faults
from workbench.usecases.problems import problem_of
from workbench.usecases.run_listeners import RunListener, RunListeners

REPORT = "Unexpected error: ZeroDivisionError\n  workbench/engine/child/server.py:1 in Server._reply"


class Heard(RunListener):
    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []
        self.engine: list[str] = []

    def on_problem(self, sentence: str, detail: str) -> None:
        self.problems.append((sentence, detail))

    def on_engine(self, kind: str, text: str) -> None:
        self.engine.append(kind)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    end = faults.watch(tmp_path, "test", "0", lambda *_: None)
    yield tmp_path / faults.NAME
    end()


def test_engine_fault_is_reported_as_a_problem_and_logged(log: Path) -> None:
    heard, listeners = Heard(), RunListeners()
    listeners.add(heard)
    listeners.engine(EngineNotice("fault", REPORT))
    ((sentence, detail),) = heard.problems
    assert str(log) in sentence
    assert detail == REPORT
    assert heard.engine == []
    logged = log.read_text("utf-8")
    assert " engine " in logged
    assert REPORT in logged
    late = Heard()
    listeners.add(late)
    assert late.engine == []


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("It was ended by signal 9.\nsecret words", "It was ended by signal 9."),
        ("It exited with code 1.\nsecret words", "It exited with code 1."),
        ("It sent an invalid message: 'secret words'", "Its parent ended it."),
    ],
)
def test_engine_exit_is_logged_without_its_output(log: Path, report: str, said: str) -> None:
    RunListeners().engine(EngineNotice("restarting", f"The engine stopped and is being restarted.\n{report}"))
    logged = log.read_text("utf-8")
    assert f"The engine ended. {said}" in logged
    assert "secret" not in logged


def test_unexpected_exception_is_reported_without_its_message(log: Path) -> None:
    problem = problem_of(ZeroDivisionError("secret words"))
    assert str(log) in problem.sentence
    assert problem.detail == "Unexpected error: ZeroDivisionError"
    assert "secret" not in log.read_text("utf-8")
