"""The recorder while the database cannot be written."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.store.making import NOW, lane, run, text
from tests.store.making import opened as opened_store
from tests.usecases.making import PATIENCE_S, wait_for
from workbench.core.runs import Result
from workbench.engine.calls import CallDelta
from workbench.store import Store, StoreError
from workbench.store.records import Partial, PartialText
from workbench.usecases.problems import Problem
from workbench.usecases.recorder import FULL, PIECES_UNSAVED, Recorder
from workbench.usecases.transcript import Transcript


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep the database locked by another connection."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened_store(tmp_path / "h.db", busy_ms=20)
    made.create_prompt("p", "Prompt", NOW).result()
    made.begin_run(run("r", text("hi"), lanes=(lane("A"), lane("B")))).result()
    yield made
    made.close()


@pytest.fixture
def problems() -> list[Problem]:
    return []


@pytest.fixture(autouse=True)
def _save_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.usecases.recorder.PARTIALS_EVERY_S", 0.01)


@pytest.fixture
def recorder(store: Store, problems: list[Problem]) -> Iterator[Recorder]:
    made = Recorder(store, lambda: NOW, problems.append)
    yield made
    made.close(PATIENCE_S)


def transcript(uid: str = "r.0.0") -> Transcript:
    return Transcript(uid, "r", 0, lambda: 0)


def test_late_saved_ends_are_announced_once_per_run(
    store: Store, problems: list[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.usecases.recorder.TRY_AGAIN_AFTER_S", 0.05)
    late: list[str] = []
    recorder = Recorder(store, lambda: NOW, problems.append, late.append)
    with locked(store.path):
        for uid in ("r.0.0", "r.1.0"):
            output, result = transcript(uid), Result("finished", "the answer")
            output.end(result)
            recorder.finish(output, result, lambda: None)
        wait_for(lambda: len(problems) == 1 and recorder.unsaved == 2)
        assert late == []
    wait_for(lambda: late == ["r"])
    assert recorder.close(PATIENCE_S) == 0
    assert late == ["r"]


def test_unsaved_end_is_kept_and_retried(
    store: Store, recorder: Recorder, problems: list[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.usecases.recorder.TRY_AGAIN_AFTER_S", 0.05)
    output, result = transcript(), Result("finished", "the answer")
    output.end(result)
    tried = threading.Event()
    with locked(store.path):
        recorder.finish(output, result, tried.set)
        assert tried.wait(PATIENCE_S)
        assert not output.snapshot().saved
        assert recorder.unsaved == 1
        assert output.snapshot().text == "the answer"
    wait_for(lambda: output.snapshot().saved)
    assert len(problems) == 1
    assert "retried" in problems[0].sentence
    assert store.iteration_detail("r").outputs[0].result.text == "the answer"


def test_unsaved_streamed_text_is_saved_with_the_next_chunk(
    store: Store, recorder: Recorder, problems: list[Problem]
) -> None:
    output = transcript()
    recorder.watch(output)
    with locked(store.path):
        output.apply(CallDelta("r.0.0", "text", 0, "one "))
        wait_for(lambda: bool(problems))
    output.apply(CallDelta("r.0.0", "text", 4, "two"))
    wait_for(lambda: store.iteration_detail("r").outputs[0].result.text == "one two")
    assert len(problems) == 1


def test_chunks_are_saved_in_order_after_a_failure(tmp_path: Path, problems: list[Problem]) -> None:
    """A piece that was refused and one behind it that was not would read as a text with a hole after a kill."""
    pending: list[tuple[list[Partial], Future[None]]] = []

    class Slow:
        def save_partials(self, pieces: Iterable[Partial]) -> Future[None]:
            pending.append((list(pieces), Future()))
            return pending[-1][1]

        def finish_output(self, output_uid: str, result: Result, now: str) -> Future[None]:
            raise AssertionError

    recorder = Recorder(Slow(), lambda: NOW, problems.append)
    output = transcript()
    recorder.watch(output)
    output.apply(CallDelta("r.0.0", "text", 0, "one "))
    wait_for(lambda: len(pending) == 1)
    output.apply(CallDelta("r.0.0", "text", 4, "two"))
    recorder._save_pieces()
    assert len(pending) == 1
    pending[0][1].set_exception(StoreError("Full.", code="full"))
    wait_for(lambda: len(pending) == 2)
    assert pending[1][0] == [PartialText("r.0.0", "text", 0, "one two")]
    pending[1][1].set_result(None)
    assert recorder.close(PATIENCE_S) == 0


def test_text_of_an_unsaved_end_is_kept_after_a_kill(
    store: Store, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last piece of the text fits where the whole end does not, and is there after a kill."""
    monkeypatch.setattr(store, "finish_output", refused)
    output = transcript()
    recorder.watch(output)
    output.apply(CallDelta("r.0.0", "text", 0, "so far"))
    wait_for(lambda: texts(store) == ["so far"])
    output.apply(CallDelta("r.0.0", "text", 6, ", and its tail"))
    output.end(Result("finished", "so far, and its tail"))
    recorder.finish(output, Result("finished", "so far, and its tail"), lambda: None)
    wait_for(lambda: texts(store) == ["so far, and its tail"])
    assert recorder.unsaved == 1
    store.recover(lambda _: False, NOW).result(PATIENCE_S)
    ended = store.iteration_detail("r").outputs[0].result
    assert (ended.state, ended.text) == ("interrupted", "so far, and its tail")
    monkeypatch.undo()
    assert recorder.settle(PATIENCE_S) == 0
    ended = store.iteration_detail("r").outputs[0].result
    assert (ended.state, ended.text) == ("finished", "so far, and its tail")
    assert store._writer is not None
    assert store._writer.ask(lambda c: c.execute("SELECT count(*) FROM partials").fetchone()).result() == (0,)


def refused(*_: object) -> Future[None]:
    future: Future[None] = Future()
    future.set_exception(StoreError("The disk is full.", code="full"))
    return future


def texts(store: Store) -> list[str]:
    return [o.result.text for o in store.iteration_detail("r").outputs if o.result.text]


def test_full_disk_while_streaming_is_reported_with_one_advice(
    store: Store, recorder: Recorder, problems: list[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "save_partials", refused)
    output = transcript()
    recorder.watch(output)
    output.apply(CallDelta("r.0.0", "text", 0, "so far"))
    wait_for(lambda: bool(problems))
    assert problems[0].sentence == f"{PIECES_UNSAVED} {FULL}"
    assert "not saved. Free some space and try again" not in problems[0].sentence
    monkeypatch.undo()
    output.end(Result("finished", "so far"))
    recorder.finish(output, Result("finished", "so far"), lambda: None)
    assert recorder.settle(PATIENCE_S) == 0


def test_close_retries_and_returns_the_number_of_unsaved_answers(store: Store, problems: list[Problem]) -> None:
    recorder = Recorder(store, lambda: NOW, problems.append)
    result, tried = Result("finished", "x"), threading.Event()
    with locked(store.path):
        for uid in ("r.0.0", "r.1.0"):
            output = transcript(uid)
            output.end(result)
            recorder.finish(output, result, tried.set)
        assert tried.wait(PATIENCE_S)
        assert recorder.close(PATIENCE_S) == 2
    assert recorder.close(PATIENCE_S) == 0
    assert [o.result.state for o in store.iteration_detail("r").outputs] == ["finished", "finished"]


def test_recurring_save_failure_is_reported_again(
    store: Store, recorder: Recorder, problems: list[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.usecases.recorder.TRY_AGAIN_AFTER_S", 0.05)
    for count, uid in enumerate(("r.0.0", "r.1.0"), start=1):
        output, result = transcript(uid), Result("finished", "x")
        output.end(result)
        with locked(store.path):
            recorder.finish(output, result, lambda: None)
            wait_for(lambda count=count: len(problems) == count)
        wait_for(lambda output=output: output.snapshot().saved)
    assert len(problems) == 2
