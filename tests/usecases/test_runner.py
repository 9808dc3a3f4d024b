"""Runs on a real database with a scripted engine child."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from tests.usecases.making import PATIENCE_S, SCRIPT, STEPS, cloud, draft, echo, judged, new_prompt, opened, wait_for
from workbench.core.blocks import OutputFormat
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.money import Rates
from workbench.core.runs import AnswerStep, FormatCheck, Verdict
from workbench.usecases.problems import RefusedError


def test_lanes_stream_finish_and_are_recorded(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, heard):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(echo(), echo("b", "reasons")), based_on=None)
        assert handle.wait(PATIENCE_S)
        first, second = (t.snapshot() for t in handle.transcripts)
        assert (first.text, first.state, first.saved, first.attempt) == ("Hello Ada", "finished", True, 1)
        assert (second.text, second.reasoning) == ("Hello", "hm")
        assert [(m.kind, m.name) for m in second.marks] == [("refused", "seed")]
        assert first.wire["messages"] == [{"role": "user", "content": "Hello Ada"}]
        assert workbench.runner.drain_dirty() == set(handle.output_uids)
        assert workbench.runner.drain_dirty() == set()
        assert [kind for kind, _ in heard.all if kind != "engine"] == ["started", "output", "output", "ended"]
        detail = workbench.history.detail(handle.run_uid)
        assert [o.result.text for o in detail.outputs] == ["Hello Ada", "Hello"]
        assert detail.row.version == 1
        assert handle.began is not None
        assert (handle.began.number, handle.began.lane_versions) == (1, (1, 1))
        assert workbench.session.stats().iterations == 1
        assert workbench.runner.running() == ()


def test_steps_are_recorded_and_the_last_text_is_the_answer(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(echo("b", "steps")), based_on=None)
        assert handle.wait(PATIENCE_S)
        shown = handle.transcripts[0].snapshot()
        assert (shown.text, shown.reasoning, shown.rounds) == ("Found.", "", 1)
        steps = (
            AnswerStep("reasoning", "hm"),
            AnswerStep("text", "One moment."),
            AnswerStep("tool_call", '{"a": 1}', "look", "c1"),
            AnswerStep("tool_result", "found", "look", "c1"),
            AnswerStep("text", "Found."),
        )
        assert shown.steps == steps
        (record,) = workbench.history.detail(handle.run_uid).outputs
        assert (record.result.steps, record.result.text) == (steps, "Found.")
    with sqlite3.connect(tmp_path / "w.db") as other:
        rows = other.execute("SELECT seq, kind, json_extract(body, '$.text') FROM steps ORDER BY seq").fetchall()
    other.close()
    assert rows[2:4] == [(2, "tool_call", '{"a": 1}'), (3, "tool_result", "found")]


def test_same_text_makes_a_new_iteration_of_the_same_version(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handles = [workbench.runner.start_iteration(prompt, draft(), based_on=None) for _ in range(3)]
        assert all(handle.wait(PATIENCE_S) for handle in handles)
        assert [(h.began.number, h.began.version_number) for h in handles if h.began] == [(1, 1), (2, 1), (3, 1)]


def test_pinned_lane_sends_its_version_and_creates_none(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        workbench.runner.start_iteration(prompt, draft(), based_on=None).wait(PATIENCE_S)
        changed = draft(echo(pinned=1), text="Changed {{name}}", values={"name": "Bo"})
        handle = workbench.runner.start_iteration(prompt, changed, based_on=1)
        assert handle.wait(PATIENCE_S)
        assert handle.transcripts[0].snapshot().text == "Hello Bo"
        assert workbench.prompts.version_numbers(prompt) == (1,)


def test_cost_is_computed_and_stored_with_the_current_price(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT, {"OPENAI_API_KEY": "sk-test-0123456789"}) as (workbench, _):
        prompt = new_prompt(workbench)
        workbench.pricing.set_price("litellm", "priced", Rates(1e-3, 1e-2, 1e-4))
        handle = workbench.runner.start_iteration(prompt, draft(cloud("priced"), echo()), based_on=None)
        assert handle.wait(PATIENCE_S)
        stored = workbench.history.detail(handle.run_uid).outputs
        assert stored[0].result.cost_usd == pytest.approx(500 * 1e-3 + 500 * 1e-4 + 10 * 1e-2)
        assert stored[0].result.rates == Rates(1e-3, 1e-2, 1e-4, "user")
        assert stored[1].result.cost_usd == 0.0
        assert workbench.session.stats().spent_usd == pytest.approx(0.65)


def test_engine_crash_keeps_the_text_and_retry_adds_an_attempt(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(echo(model="dies"), echo("b")), based_on=None)
        assert handle.wait(PATIENCE_S)
        result = handle.transcripts[0].result
        assert result is not None
        assert (result.state, result.text) == ("failed", "half")
        again = workbench.runner.retry(handle.output_uids[1])
        assert again.wait(PATIENCE_S)
        assert again.transcripts[0].snapshot().attempt == 2
        assert again.transcripts[0].snapshot().position == 1
        detail = workbench.history.detail(handle.run_uid)
        assert [(o.position, o.attempt) for o in detail.outputs] == [(0, 1), (1, 1), (1, 2)]


def test_answer_of_an_earlier_session_can_be_retried(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(echo(model="fails")), based_on=None)
        assert handle.wait(PATIENCE_S)
    with opened(tmp_path, {}) as (workbench, _):
        with pytest.raises(RefusedError, match="no known run"):
            workbench.runner.retry(handle.output_uids[0])
        again = workbench.runner.retry(handle.output_uids[0], run_uid=handle.run_uid, prompt_uid=prompt)
        assert again.wait(PATIENCE_S)
        assert again.transcripts[0].snapshot().text == "Hello Ada"
        texts = [o.result.text for o in workbench.history.detail(handle.run_uid).outputs]
        assert texts == ["some", "Hello Ada"]


def test_stopping_keeps_the_text(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(
            prompt, draft(echo(model="waits"), echo("b", "waits"), echo("c", "waits")), based_on=None
        )
        wait_for(lambda: all(t.snapshot().text == "so far" for t in handle.transcripts))
        with pytest.raises(RefusedError, match="still being written"):
            workbench.runner.retry(handle.output_uids[0])
        running = workbench.history.detail(handle.run_uid)
        with pytest.raises(RefusedError, match="still being written"):
            workbench.history.mark(handle.run_uid, Verdict("winner", (0,)), judged(running))
        workbench.runner.stop(handle.output_uids[1])
        wait_for(lambda: handle.transcripts[1].snapshot().state == "stopped")
        assert handle.transcripts[0].snapshot().state == "streaming"
        workbench.runner.stop_all(handle.run_uid)
        assert handle.wait(PATIENCE_S)
        stored = workbench.history.detail(handle.run_uid)
        assert [(o.result.state, o.result.text) for o in stored.outputs] == [("stopped", "so far")] * 3
        workbench.history.mark(handle.run_uid, Verdict("winner", (2,)), judged(stored)).result(PATIENCE_S)
        assert workbench.history.detail(handle.run_uid).verdict == Verdict("winner", (2,))


def test_stop_before_the_engine_starts_is_honoured(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(echo(model="waits")), based_on=None)
        workbench.runner.stop(handle.output_uids[0])
        assert handle.wait(PATIENCE_S)
        assert [o.result.state for o in workbench.history.detail(handle.run_uid).outputs] == ["stopped"]


def test_closing_stops_running_answers_and_keeps_their_text(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(echo(model="waits")), based_on=None)
        wait_for(lambda: handle.transcripts[0].snapshot().text == "so far")
        assert workbench.close() == 0
        with pytest.raises(RefusedError, match="closing"):
            workbench.runner.start_iteration(prompt, draft(), based_on=None)
    with opened(tmp_path, SCRIPT) as (workbench, _):
        assert workbench.recovery.result(PATIENCE_S) == ""
        (output,) = workbench.history.detail(handle.run_uid).outputs
        assert (output.result.state, output.result.text) == ("stopped", "so far")


def test_text_is_stored_during_streaming(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(echo(model="waits")), based_on=None)
        wait_for(lambda: handle.began is not None)
        wait_for(lambda: workbench.history.detail(handle.run_uid).outputs[0].result.text == "so far")


def test_failing_listener_does_not_affect_the_run(tmp_path: Path) -> None:
    class Bad:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("no such callback")

    with opened(tmp_path, SCRIPT) as (workbench, heard):
        workbench.listeners.add(Bad())  # type: ignore[arg-type]
        prompt = new_prompt(workbench)
        assert workbench.runner.start_iteration(prompt, draft(), based_on=None).wait(PATIENCE_S)
        assert heard.wait("ended")


def test_jinja_is_rendered_by_the_engine(tmp_path: Path) -> None:
    with opened(tmp_path) as (workbench, _):
        prompt = new_prompt(workbench)
        content = Content((Message("user", "{% for n in name %}{{ n }}-{% endfor %}\n"),), "jinja")
        handle = workbench.runner.start_iteration(prompt, Draft(content, (("name", "ab"),), (echo(),)), based_on=None)
        assert handle.wait(PATIENCE_S)
        assert handle.transcripts[0].snapshot().text == "a-b-\n"
        wrong = Draft(Content((Message("user", "{{ gone }}"),), "jinja"), (), (echo(),))
        refused = workbench.runner.start_iteration(prompt, wrong, based_on=None)
        assert refused.wait(PATIENCE_S)
        assert refused.problem is not None
        assert "gone" in refused.problem.sentence + refused.problem.detail
        assert len(workbench.history.iterations(prompt)) == 1


def test_concurrent_runs_all_finish_and_are_numbered_in_order(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        lanes = [echo(chr(97 + n)) for n in range(12)]
        handles = [workbench.runner.start_iteration(prompt, draft(*lanes), based_on=None) for _ in range(8)]
        assert all(handle.wait(PATIENCE_S) for handle in handles)
        assert [h.began.number for h in handles if h.began] == list(range(1, 9))
        assert all(t.snapshot().saved for h in handles for t in h.transcripts)


def test_a_stop_from_another_thread_while_starting_never_hangs(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        for _ in range(10):
            handle = workbench.runner.start_iteration(prompt, draft(echo(model="waits")), based_on=None)
            stopper = threading.Thread(target=workbench.runner.stop_everything)
            stopper.start()
            stopper.join()
            assert handle.wait(PATIENCE_S)


FORM = OutputFormat("schema", '{"type": "object", "required": ["a"]}')


def formed(output: OutputFormat, *lanes: Lane) -> Draft:
    return Draft(Content((Message("user", "Hi"),), output=output), (), lanes)


def test_answers_are_checked_against_the_format_live_and_when_read(tmp_path: Path) -> None:
    script = {"models": {"good": [{"text": '{"a": 1}'}], "bad": [{"text": "{}"}], "dies": STEPS["fails"]}}
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        lanes = (echo("a", "good"), echo("b", "bad"), echo("c", "dies"))
        handle = workbench.runner.start_iteration(prompt, formed(FORM, *lanes), based_on=None)
        assert handle.wait(PATIENCE_S)
        live = [t.snapshot().result for t in handle.transcripts]
        stored = [o.result for o in workbench.history.detail(handle.run_uid).outputs]
        for results in (live, stored):
            checks = [r.format_check for r in results if r]
            assert [c and c.ok for c in checks] == [True, False, None]
            assert checks[1] == FormatCheck(False, 'Missing required field "a"')


def test_a_pinned_lane_is_checked_by_its_own_version(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        workbench.runner.start_iteration(prompt, formed(FORM, echo()), based_on=None).wait(PATIENCE_S)
        draft_ = formed(OutputFormat("json"), echo("a", pinned=1), echo("b"))
        handle = workbench.runner.start_iteration(prompt, draft_, based_on=1)
        assert handle.wait(PATIENCE_S)
        lanes = workbench.history.detail(handle.run_uid).lanes
        assert [lane.output for lane in lanes] == [FORM, OutputFormat("json")]
