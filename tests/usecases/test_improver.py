"""Requesting an improved prompt, on a real database with a scripted engine child."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.usecases.making import PATIENCE_S, cloud, draft, echo, judged, new_prompt, opened, wait_for
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.improvement import NO_MESSAGES, ProposalError
from workbench.core.money import Rates
from workbench.core.runs import Verdict
from workbench.usecases.improver import ImprovementRequest, Improver, proposal_of
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

BETTER = 'Shorter.\n<message role="user">\nHello dear {{name}}\n</message>'
SCRIPT = {
    "models": {
        "better": [{"text": BETTER[:20]}, {"text": BETTER[20:]}, {"usage": {"input": 1000, "output": 10}}],
        "chat": [{"text": "Hello Ada!"}],
        "waits": [{"text": "so far"}, {"wait_ms": 60_000}],
    }
}
CONTENT = draft().content


def _improver(workbench: Workbench) -> Improver:
    return Improver(workbench.store, workbench.runner)


def _wanted(prompt: str, model: str = "better", **more: Any) -> ImprovementRequest:
    return ImprovementRequest(**{"prompt_uid": prompt, "content": CONTENT, "based_on": None, "lane": cloud(model),
                     "instructions": "Improve.", **more})  # fmt: skip


def _rows(workbench: Workbench, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(workbench.store.path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_improvement_request_is_recorded_outside_the_timeline(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        workbench.runner.start_iteration(prompt, draft(), based_on=None).wait(PATIENCE_S)
        changed = Content((Message("user", "Changed {{name}}"),))
        workbench.prompts.save_draft(prompt, draft(text="Changed {{name}}")).result(PATIENCE_S)
        timeline, versions = workbench.history.timeline(prompt), workbench.prompts.version_numbers(prompt)
        workbench.pricing.set_price(cloud().endpoint, "better", Rates(0.001, 0.002, None, "by hand"))
        handle, tag = _improver(workbench).ask(_wanted(prompt, content=changed, based_on=1, feedback="Be warm."))
        assert handle.wait(PATIENCE_S)
        assert handle.problem is None
        assert _rows(
            workbench,
            "SELECT runs.kind, runs.number, outputs.state, outputs.text, lanes.pinned, versions.number FROM runs"
            " JOIN lanes ON lanes.run_id = runs.id JOIN outputs ON outputs.run_id = runs.id"
            " JOIN versions ON versions.id = lanes.version_id WHERE kind = 'improve'",
        ) == [("improve", 1, "finished", BETTER, 1, 1)]
        assert workbench.history.timeline(prompt) == timeline
        assert workbench.prompts.version_numbers(prompt) == versions
        assert workbench.history.count(prompt) == 1
        assert workbench.prompts.open(prompt).draft == draft(text="Changed {{name}}")
        stats = workbench.session.stats()
        assert stats.iterations == 1
        assert stats.spent_usd == pytest.approx(1.02)
        (earlier,) = _improver(workbench).earlier(prompt)
        assert (earlier.number, earlier.title, earlier.state) == (1, "better", "finished")
        past = _improver(workbench).past(earlier.run_uid)
        assert (past.base, past.tag, past.feedback, past.result.text) == (changed, tag, "Be warm.", BETTER)
        sent = past.result.request["messages"]
        assert sent[0] == {"role": "system", "content": "Improve."}
        assert "Changed {{name}}" in sent[1]["content"]
        assert "Ada" not in sent[1]["content"], "values are not sent"
        assert proposal_of(past.base, past.result.text, past.tag).remark == "Shorter."


def test_improving_a_draft_without_versions_creates_its_version(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle, _ = _improver(workbench).ask(_wanted(prompt))
        assert handle.wait(PATIENCE_S)
        assert workbench.prompts.version_numbers(prompt) == (1,)
        (row,) = workbench.history.timeline(prompt).rows
        assert not getattr(row, "ran", True), "no lane of the user ran it"
        later = workbench.runner.start_iteration(prompt, draft(), based_on=None)
        assert later.wait(PATIENCE_S)
        assert later.began is not None
        assert (later.began.number, later.began.version_number) == (1, 1)


def test_answers_are_offered_with_verdicts_and_sent_with_values(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        for kind, positions in (("winner", (1,)), ("all_bad", (0, 1)), ("none", ())):
            handle = workbench.runner.start_iteration(prompt, draft(echo(), cloud("chat")), based_on=None)
            assert handle.wait(PATIENCE_S)
            detail = workbench.history.detail(handle.run_uid)
            verdict = Verdict(kind, positions)  # type: ignore[arg-type]
            workbench.history.mark(handle.run_uid, verdict, judged(detail)).result(PATIENCE_S)
        answers = _improver(workbench).known(prompt).answers
        assert [(a.number, a.title, a.judgement) for a in answers] == [
            (3, "echo", ""), (3, "chat", ""), (2, "echo", "all bad"), (2, "chat", "all bad"),
            (1, "echo", "lost"), (1, "chat", "winner"),
        ]  # fmt: skip
        workbench.history.mark(handle.run_uid, Verdict("tie", (0, 1)), judged(detail)).result(PATIENCE_S)
        assert [a.judgement for a in _improver(workbench).known(prompt).answers[:2]] == [
            "tie",
            "tie",
        ]
        handle, _ = _improver(workbench).ask(_wanted(prompt, answers=answers[2:3]))
        assert handle.wait(PATIENCE_S)
        sent = handle.transcripts[0].snapshot().wire["messages"][1]["content"]
        assert '<answer verdict="all bad">\n<value name="name">\nAda\n</value>\n<text>\nHello Ada\n</text>' in sent


def test_latest_verdict_counts_for_an_answer_judged_with_a_later_run(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        first = workbench.runner.start_iteration(prompt, draft(echo(), cloud("chat")), based_on=None)
        assert first.wait(PATIENCE_S)
        lost, won = judged(workbench.history.detail(first.run_uid))
        workbench.history.mark(first.run_uid, Verdict("winner", (1,)), (lost, won)).result(PATIENCE_S)
        later = workbench.runner.start_iteration(prompt, draft(echo()), based_on=None)
        assert later.wait(PATIENCE_S)
        (own,) = judged(workbench.history.detail(later.run_uid))
        kept = replace(won, place="c")

        def known() -> list[tuple[int, str, str]]:
            return [(a.number, a.title, a.judgement) for a in _improver(workbench).known(prompt).answers]

        workbench.history.mark(later.run_uid, Verdict("winner", (0,)), (own, kept)).result(PATIENCE_S)
        assert known() == [(2, "echo", "winner"), (1, "echo", "lost"), (1, "chat", "lost")]
        workbench.history.mark(later.run_uid, Verdict("all_bad"), (own, kept)).result(PATIENCE_S)
        assert known() == [(2, "echo", "all bad"), (1, "echo", "lost"), (1, "chat", "all bad")]
        workbench.history.mark(later.run_uid, Verdict("none"), (own, kept)).result(PATIENCE_S)
        assert known() == [(2, "echo", ""), (1, "echo", "lost"), (1, "chat", "winner")]


def test_answers_are_complete_after_a_nul_and_cut_when_too_long(tmp_path: Path) -> None:
    said = "before\0 the rest"
    with opened(tmp_path, {"models": {"chat": [{"text": said}], "long": [{"text": "😀" * 50_001}]}}) as (workbench, _):
        prompt = new_prompt(workbench)
        lanes = draft(cloud("chat"), cloud("long"))
        assert workbench.runner.start_iteration(prompt, lanes, based_on=None).wait(PATIENCE_S)
        nul, long = _improver(workbench).known(prompt).answers
        assert (nul.text, nul.is_cut) == (said, False)
        assert (len(long.text), long.is_cut) == (50_000, True)
        handle, _ = _improver(workbench).ask(_wanted(prompt, lane=cloud("chat")))
        assert handle.wait(PATIENCE_S)
        assert _improver(workbench).earlier(prompt)[0].opening == said


def test_answers_to_a_held_out_case_are_not_offered(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        for name in ("Ada", "Bo"):
            given = draft(text="Hello {{name}}", values={"name": name})
            assert workbench.runner.start_iteration(prompt, given, based_on=None).wait(PATIENCE_S)
        case = Case("c", "", (("name", "Ada"), ("tone", "")), held_out=True)
        workbench.store.packs.save_cases(prompt, [case]).result(PATIENCE_S)
        assert [dict(one.values)["name"] for one in _improver(workbench).known(prompt).answers] == ["Bo"]


def test_answers_of_a_blind_run_are_offered_only_after_its_verdict(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(), based_on=None, blind=True)
        assert handle.wait(PATIENCE_S)
        assert _improver(workbench).known(prompt).answers == ()
        shown = judged(workbench.history.detail(handle.run_uid))
        workbench.history.mark(handle.run_uid, Verdict("all_bad", (0,)), shown).result(PATIENCE_S)
        assert [a.judgement for a in _improver(workbench).known(prompt).answers] == ["all bad"]


def test_improvement_of_an_ordinary_run_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        other = workbench.runner.start_iteration(prompt, draft(), based_on=None)
        assert other.wait(PATIENCE_S)
        with pytest.raises(RefusedError, match="Another release"):
            _improver(workbench).past(other.run_uid)


def test_stopped_improvement_keeps_its_text(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle, tag = _improver(workbench).ask(_wanted(prompt, "waits"))
        uid = handle.output_uids[0]
        wait_for(lambda: handle.transcripts[0].snapshot().text == "so far")
        workbench.runner.stop(uid)
        assert handle.wait(PATIENCE_S)
        past = _improver(workbench).past(handle.run_uid)
        assert (past.result.state, past.result.text) == ("stopped", "so far")
        with pytest.raises(ProposalError, match=NO_MESSAGES[:30]):
            proposal_of(past.base, past.result.text, tag)


def test_invalid_request_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        with pytest.raises(RefusedError, match="no text to improve"):
            _improver(workbench).ask(_wanted(prompt, content=Content()))
        with pytest.raises(RefusedError, match="instructions"):
            _improver(workbench).ask(_wanted(prompt, instructions=" "))
        assert _improver(workbench).earlier(prompt) == ()


def test_model_and_instructions_are_remembered(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        known = _improver(workbench).known(prompt)
        assert known.lane is None
        assert known.instructions == known.shipped
        assert "double braces" in known.shipped
        for future in _improver(workbench).remember(cloud("better"), "Mine."):
            future.result(PATIENCE_S)
        known = _improver(workbench).known(prompt)
        assert known.lane == cloud("better")
        assert known.instructions == "Mine."
