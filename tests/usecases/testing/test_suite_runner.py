"""Running tests with the scripted engine and the real history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider, whole
from tests.patience import PATIENCE_S
from tests.usecases.making import draft as make_draft
from tests.usecases.making import echo, new_prompt, opened, wait_for
from tests.usecases.testing import suites
from tests.usecases.testing.suites import real
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.core.money import Rates
from workbench.core.runs import Result
from workbench.core.testing.report import ColumnReport
from workbench.core.testing.settings import SuiteBudget, SuiteSettings
from workbench.core.value_kinds import file_text
from workbench.host.clock import utc_now
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.problems import Problem, RefusedError, RetiredModelError
from workbench.usecases.testing.analysis import SuiteQuestion
from workbench.usecases.testing.progress import SuiteHandle
from workbench.usecases.workbench import Workbench


def test_every_cell_is_asked_recorded_and_scored(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, heard):
        prompt = new_prompt(workbench)
        given = suites.settings(*suites.lanes(3), samples=2, checks=(suites.HELLO, Check("contains", value='"name 1"')))
        handle = suites.run(workbench, prompt, given, suites.cases(20))
        assert handle.problem is None
        shown = handle.progress()
        assert (shown.state, shown.cells, shown.answered, shown.scored, shown.failed) == ("finished", 120, 120, 120, 0)
        run = workbench.store.tests.run(handle.run_uid)
        assert run.answered == 120
        columns = workbench.store.tests.results(run.uid, run.scoring_uid)
        states = [[cell.state for case in column.cases for cell in case.cells] for column in columns]
        assert [column.count("pass") for column in states] == [22] * 3
        assert [column.count("fail") for column in states] == [18] * 3
        assert not heard.of("problem")


def test_what_is_answered_in_a_round_is_not_asked_again(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(*suites.lanes(2))
        suites.run(workbench, prompt, given, suites.cases(5))
        made = suites.plan(workbench, prompt, given, suites.cases(7))
        assert workbench.tests.estimator.estimate(made).calls == 4
        second = suites.finish(workbench.tests.start(prompt, made)).progress()
        assert (second.cells, second.reused, second.done, second.answered) == (14, 10, 4, 14)
        assert second.scored == 14
        fresh = suites.run(workbench, prompt, given, suites.cases(7), round_="fresh").progress()
        assert (fresh.reused, fresh.done) == (0, 14)


def test_fresh_starts_that_were_planned_together_have_rounds_of_their_own(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt, given = new_prompt(workbench), suites.settings()
        plans = [suites.plan(workbench, prompt, given, suites.cases(3), round_="fresh") for _ in range(2)]
        handles = [suites.finish(workbench.tests.go_on_with(plan)) for plan in plans]
        runs = [workbench.store.tests.run(handle.run_uid) for handle in handles]
        assert ([run.round for run in runs], [handle.progress().done for handle in handles]) == ([1, 2], [3, 3])
        # The next grid of the first file belongs to its round, not to the newest.
        other = suites.plan(workbench, prompt, given, suites.cases(4), round_=runs[0].round)
        handle = suites.finish(workbench.tests.go_on_with(other))
        assert (workbench.store.tests.run(handle.run_uid).round, handle.progress().done) == (1, 1)


def test_only_the_case_that_renders_to_nothing_has_no_answer(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt, given = new_prompt(workbench), suites.settings(echo("a", "m1"), checks=(suites.IS_A,))
        tested = (*suites.cases(2), Case("e", "Empty", (("name", ""),), ()))
        handle = suites.run(workbench, prompt, given, tested, draft=make_draft(text="{{name}}"))
        assert (handle.progress().answered, handle.progress().failed) == (2, 1)
        report = workbench.tests.analyst.report("Greeting", handle.run_uid, given)
        assert (report.scored, report.unanswered) == (2, 1)
        reasons = [cell.reason for cell in workbench.tests.analyst.cells(handle.run_uid)]
        assert reasons[2].startswith("Every message is empty with these values")


def test_a_failed_call_has_no_answer_and_is_made_again_on_wish(tmp_path: Path) -> None:
    script = {"default": [{"fail": ["server", "The server had trouble.", ""]}]}
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(suites.lanes(1)[0])
        handle = suites.run(workbench, prompt, given, suites.cases(3))
        assert (handle.progress().state, handle.progress().failed) == ("finished", 3)
        again = suites.finish(workbench.tests.resume(handle.run_uid)).progress()
        assert (again.new, again.done, again.answered, again.failed) == (0, 0, 0, 3)
        report = workbench.tests.analyst.report("Greeting", handle.run_uid, given)
        assert report.unanswered == 3
        assert report.columns[0].rate_words == "nothing scored"
    with opened(tmp_path, {}) as (workbench, _):
        again = suites.finish(workbench.tests.resume(handle.run_uid, failed_too=True)).progress()
        assert (again.new, again.done, again.failed, again.scored) == (3, 3, 0, 3)
        assert workbench.tests.analyst.report("Greeting", handle.run_uid, given).unanswered == 0
        assert workbench.store.tests.run(handle.run_uid).answered == 3


def test_a_stopped_run_is_continued_where_it_stopped(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    script = {"models": {"m0": [{"until": str(gate)}, {"echo": True}]}}
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(*suites.lanes(2))
        handle = workbench.tests.start(prompt, suites.plan(workbench, prompt, given, suites.cases(40)))
        wait_for(lambda: handle.progress().answered >= 1 and handle.progress().running >= 8)
        workbench.tests.stop(handle.run_uid)
        stopped = suites.finish(handle).progress()
        assert (stopped.state, stopped.failed) == ("stopped", 0)
        gate.touch()
        again = suites.finish(workbench.tests.resume(handle.run_uid)).progress()
        assert again.state == "finished"
        assert (again.new, again.answered) == (80 - stopped.answered, 80)


def test_a_pause_lets_running_calls_end_and_sends_no_more(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    with opened(tmp_path, {"default": [{"until": str(gate)}, {"echo": True}]}) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.tests.start(
            prompt, suites.plan(workbench, prompt, suites.settings(), suites.cases(50), concurrency=4)
        )
        wait_for(lambda: handle.progress().running == 4)
        workbench.tests.pause(handle.run_uid)
        wait_for(lambda: handle.progress().state == "paused")
        gate.touch()
        # Ends are recorded in groups, a moment after the calls.
        wait_for(lambda: handle.progress().running == 0 and handle.progress().answered >= 4)
        assert handle.progress().answered == 4
        assert handle.progress().sentence == "50 new, 4 done · paused"
        workbench.tests.go_on(handle.run_uid)
        assert suites.finish(handle).progress().answered == 50


def test_a_budget_of_calls_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(budget=SuiteBudget(calls=5))
        handle = suites.run(workbench, prompt, given, suites.cases(20))
        shown = handle.progress()
        assert (shown.state, shown.answered, shown.why) == ("budget", 5, "The budget was reached.")
        more = suites.finish(workbench.tests.resume(handle.run_uid, budget=SuiteBudget(calls=100))).progress()
        assert (more.state, more.answered) == ("finished", 20)


def test_dollars_are_reserved_before_a_call_is_sent(tmp_path: Path) -> None:
    """With a price of 1 dollar per output token and 10 tokens at most, 35 dollars are enough for 3 calls at once."""
    gate = tmp_path / "go"
    script = {"default": [{"until": str(gate)}, {"text": "Hello"}, {"usage": {"input": 0, "output": 5}}]}
    with opened(tmp_path, script, {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        workbench.pricing.set_price(LITELLM, "gpt-5-mini", Rates(0.0, 1.0, source="user"))
        prompt = new_prompt(workbench)
        lane = Lane("a", LITELLM, "gpt-5-mini", Params(max_tokens=10))
        given = suites.settings(lane, budget=SuiteBudget(usd=35.0))
        handle = workbench.tests.start(prompt, suites.plan(workbench, prompt, given, suites.cases(20)))
        wait_for(lambda: handle.progress().running == 3)
        assert handle.progress().reserved_usd == 30.0
        gate.touch()
        shown = suites.finish(handle).progress()
        # Each call costs 5 dollars in the end; the last one that fits is reserved with 10.
        assert (shown.state, shown.spent_usd, shown.answered) == ("budget", 30.0, 6)


def test_columns_that_still_can_go_on_when_one_is_over_its_dollars(tmp_path: Path) -> None:
    with opened(tmp_path, {}, {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        workbench.pricing.set_price(LITELLM, "gpt-5-mini", Rates(0.0, 1.0, source="user"))
        prompt = new_prompt(workbench)
        paid = Lane("a", LITELLM, "gpt-5-mini", Params(max_tokens=10))
        given = suites.settings(paid, echo("b", "free"), budget=SuiteBudget(usd=5.0))
        handle = suites.run(workbench, prompt, given, suites.cases(600))
        shown = handle.progress()
        assert (shown.state, shown.answered, shown.why) == ("budget", 600, "The budget was reached.")
        counts = [summary.summary.cells for summary in _columns(workbench, handle.run_uid, given)]
        assert counts == [0, 600]
        alone = suites.settings(paid, budget=SuiteBudget(usd=5.0))
        shown = suites.run(workbench, prompt, alone, suites.cases(600)).progress()
        assert (shown.state, shown.answered) == ("budget", 0)


def _columns(workbench: Workbench, run_uid: str, given: SuiteSettings) -> tuple[ColumnReport, ...]:
    return workbench.tests.analyst.report("Greeting", run_uid, given).columns


def test_minutes_end_a_run(tmp_path: Path) -> None:
    with opened(tmp_path, {"default": [{"wait_ms": 30}, {"echo": True}]}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(budget=SuiteBudget(minutes=0.003))
        handle = suites.run(workbench, prompt, given, suites.cases(2000), concurrency=2)
        shown = handle.progress()
        assert shown.state == "budget"
        assert 0 < shown.answered < 2000
        assert shown.why == "The limit of minutes was reached."


def test_a_column_without_a_key_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, heard):
        prompt = new_prompt(workbench)
        given = suites.settings(Lane("a", LITELLM, "gpt-5-mini"))
        handle = suites.run(workbench, prompt, given, suites.cases(2))
        assert handle.problem is not None
        assert handle.problem.sentence.startswith("Column 1 (gpt-5-mini) cannot be asked.")
        assert not handle.is_recorded
        assert workbench.store.tests.runs(prompt) == ()
        # Whoever started it says it, once.
        assert heard.of("problem") == []


def test_refusal_is_reported_to_all_if_nobody_waits_for_it_any_longer() -> None:
    handle = SuiteHandle("run")
    assert not handle.wait_recorded(0)
    assert handle.refuse(Problem("The disk is full."))
    assert not SuiteHandle("other").refuse(Problem("The disk is full."))
    recorded = SuiteHandle("recorded")
    recorded.begin()
    assert recorded.wait_recorded(0)
    assert recorded.refuse(Problem("The disk is full."))


def test_jinja_is_rendered_by_the_engine(tmp_path: Path) -> None:
    with real(tmp_path) as workbench:
        prompt = new_prompt(workbench)
        draft = Draft(Content((Message("user", "Hi {{ name | upper }}"),), template="jinja"))
        given = suites.settings(echo(), checks=(Check("contains", value='"HI NAME 3"', negated=False),))
        made = suites.plan(workbench, prompt, given, suites.cases(5), draft)
        handle = suites.finish(workbench.tests.start(prompt, made))
        found = suites.result(workbench, handle.run_uid, 3)
        assert found is not None
        assert found.text == "Hi NAME 3"
        broken = Draft(Content((Message("user", "{{ name | nothing }}"),), template="jinja"))
        handle = suites.finish(
            workbench.tests.start(prompt, suites.plan(workbench, prompt, given, suites.cases(2), broken))
        )
        assert handle.progress().failed == 2


def test_json_values_are_objects_in_jinja_and_compact_in_plain_templates(tmp_path: Path) -> None:
    order = Case("c", "C", (("order", '{ "id": 7, "of": ["a b"] }'),), kinds=(("order", "json"),))
    as_text = replace(order, kinds=())
    with real(tmp_path) as workbench:
        prompt = new_prompt(workbench)
        given = suites.settings(echo())
        jinja = Draft(Content((Message("user", "{{ order.id + 1 }} {{ order.of[0] }} {{ order }}"),), template="jinja"))
        plain = Draft(Content((Message("user", "{{order}}"),)))

        def answer(draft: Draft, case: Case) -> Result | None:
            made = suites.plan(workbench, prompt, given, (case,), draft)
            return suites.result(workbench, suites.finish(workbench.tests.go_on_with(made)).run_uid, 0)

        for draft, text in ((jinja, '8 a b {"id":7,"of":["a b"]}'), (plain, '{"id":7,"of":["a b"]}')):
            found = answer(draft, order)
            assert found is not None
            assert found.text == text
        # The kind is part of what was asked: the answer is used for no case with the same text.
        found = answer(plain, as_text)
        assert found is not None
        assert found.text == order.values[0][1]
        failed = answer(jinja, as_text)
        assert failed is not None
        assert failed.state == "failed"
        assert workbench.tests.estimator.estimate(suites.plan(workbench, prompt, given, (order,), plain)).calls == 0
        # An iteration of Compose sends the same.
        draft = replace(jinja, lanes=(echo(),), sets=(ValueSet("c", "C", order.values, True, order.kinds),))
        handle = workbench.runner.start_iteration(prompt, draft, based_on=None)
        assert handle.wait(PATIENCE_S)
        assert handle.transcripts[0].snapshot(0, 0).text == '8 a b {"id":7,"of":["a b"]}'


def test_checks_get_json_values_as_objects_and_files_by_name(tmp_path: Path) -> None:
    checks = (
        Check("javascript", value='"context.vars.order.id === 7 && context.vars.order.of[0] === output"'),
        Check("javascript", value="\"typeof context.vars.text === 'string' && context.vars.photo === 'photo.png'\""),
        Check("equals", value='"{{ order.of[0] }}"'),
        Check("contains-any", value='["{{ order.of | join }}", "{{ order.none }}x"]'),
    )
    with real(tmp_path) as workbench:
        order = '{ "id": 7, "of": ["a b"] }'
        photo = file_text(workbench.attachments.take(PNG, "photo.png"))
        values = (("order", order), ("text", order), ("photo", photo))
        case = Case("c", "C", values, kinds=(("order", "json"), ("photo", "file")))
        draft = Draft(Content((Message("user", "{{ order.of[0] }}"),), template="jinja"))
        prompt, given = new_prompt(workbench), suites.settings(echo(), checks=checks)
        run = suites.finish(workbench.tests.start(prompt, suites.plan(workbench, prompt, given, (case,), draft)))
        detail = suites.detail(workbench, run.run_uid, 0)
        assert [(one.state, one.reason) for one in detail.results if one.state != "pass"] == []
        assert len(detail.results) == 4


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def test_files_of_cases_are_sent_with_the_messages_that_name_them(tmp_path: Path) -> None:
    with FakeProvider() as fake, real(tmp_path) as workbench:
        fake.answer = lambda request: whole("ok")
        saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url))
        saved.done.result(PATIENCE_S)
        prompt = new_prompt(workbench)
        lane = Lane("a", saved.endpoint.uid, "fake-1")
        cases = tuple(
            Case(name, name, (("file", file_text(workbench.attachments.take(body, name))),), kinds=(("file", "file"),))
            for name, body in (("note.txt", b"Late."), ("photo.png", PNG))
        )
        draft = Draft(Content((Message("system", "Be brief."), Message("user", "See {{file}}"))))
        given = suites.settings(lane, checks=())
        run = suites.finish(workbench.tests.start(prompt, suites.plan(workbench, prompt, given, cases, draft)))
        assert (run.progress().answered, run.progress().failed) == (2, 0)
        sent = [request.body["messages"] for request in fake.requests if request.method == "POST"]
        contents = [messages[-1]["content"] for messages in sent]
        (text,) = [one for one in contents if isinstance(one, str)]
        assert text == 'See note.txt\n\n<file name="note.txt">\nLate.\n</file>'
        ((words, picture),) = [one for one in contents if isinstance(one, list)]
        assert words == {"type": "text", "text": "See photo.png"}
        assert picture["image_url"]["url"].startswith("data:image/png;base64,")
        assert {messages[0]["content"] for messages in sent} == {"Be brief."}


def test_closing_stops_a_run_and_keeps_what_is_answered(tmp_path: Path) -> None:
    with opened(tmp_path, {"models": {"m0": [{"wait_ms": 60_000}], "m1": [{"echo": True}]}}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(*suites.lanes(2))
        handle = workbench.tests.start(prompt, suites.plan(workbench, prompt, given, suites.cases(3)))
        wait_for(lambda: handle.progress().answered >= 1)
        assert workbench.close() == 0
        assert handle.done
    with opened(tmp_path, {}) as (workbench, _):
        shown = suites.finish(workbench.tests.resume(handle.run_uid)).progress()
        assert (shown.state, shown.answered, shown.failed) == ("finished", 6, 0)


def test_changed_checks_score_stored_answers_again_without_calls(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(*suites.lanes(2))
        handle = suites.run(workbench, prompt, given, suites.cases(10))
        changed = replace(given, checks=(Check("contains", value='"name 4"'),))
        sweep = workbench.tests.rescore(handle.run_uid, changed)
        assert sweep.wait(PATIENCE_S)
        assert (sweep.scored, sweep.problem) == (20, None)
        records = workbench.store.tests
        assert [len(scoring.checks) for scoring in records.scorings(handle.run_uid)] == [1, 1]
        run = records.run(handle.run_uid)
        report = workbench.tests.analyst.report("Greeting", run.uid, changed)
        assert [column.summary.passed for column in report.columns] == [1, 1]
        old = records.scorings(run.uid)[-1].uid
        report = workbench.tests.analyst.report("Greeting", run.uid, given, SuiteQuestion(old))
        assert [column.summary.passed for column in report.columns] == [10, 10]


def test_a_run_is_worked_on_by_one_process_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path, {"default": [{"wait_ms": 60_000}]}) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.tests.start(prompt, suites.plan(workbench, prompt, suites.settings(), suites.cases(3)))
        wait_for(lambda: handle.progress().running == 3)
        with pytest.raises(RefusedError, match="This test is running already"):
            workbench.tests.resume(handle.run_uid)
        with opened(tmp_path, {}) as (other, _):
            refused = suites.finish(other.tests.resume(handle.run_uid))
            assert refused.problem is not None
            assert refused.problem.sentence.startswith("This test is running in another window or terminal.")
        workbench.tests.stop(handle.run_uid)
        suites.finish(handle)
        with opened(tmp_path, {}) as (other, _):
            assert suites.finish(other.tests.resume(handle.run_uid)).progress().answered == 3


def test_two_starts_never_ask_the_same_cells(tmp_path: Path) -> None:
    with opened(tmp_path, {"default": [{"wait_ms": 60_000}]}) as (workbench, _):
        prompt, lanes = new_prompt(workbench), suites.lanes(2)
        given = suites.settings(*lanes)
        handle = workbench.tests.start(prompt, suites.plan(workbench, prompt, given, suites.cases(3)))
        wait_for(lambda: handle.progress().running == 6)
        with opened(tmp_path, {}) as (other, _):
            # More cases of the same columns, or one of the columns.
            for columns, count in ((lanes, 5), (lanes[1:], 3)):
                wanted = suites.settings(*columns)
                refused = suites.finish(other.tests.go_on_with(suites.plan(other, prompt, wanted, suites.cases(count))))
                assert refused.problem is not None
                assert refused.problem.sentence.startswith("Another test of this prompt is asking the same models")
                assert [run.uid for run in other.store.tests.runs(prompt, 9)] == [handle.run_uid]
            # Other columns and a round of its own share no cell.
            apart = suites.settings(suites.lanes(3)[2])
            assert suites.run(other, prompt, apart, suites.cases(3)).progress().answered == 3
            fresh = suites.plan(other, prompt, given, suites.cases(3), round_="fresh")
            assert suites.finish(other.tests.start(prompt, fresh)).progress().answered == 6
        workbench.tests.stop(handle.run_uid)
        suites.finish(handle)
        with opened(tmp_path, {}) as (other, _):
            assert suites.run(other, prompt, given, suites.cases(5)).progress().answered == 10


def test_old_answers_are_used_again_or_asked_again(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt, given = new_prompt(workbench), suites.settings(*suites.lanes(2))
        first = suites.run(workbench, prompt, given, suites.cases(5)).run_uid
    suites.age(tmp_path / "w.db", 45)
    with opened(tmp_path, {}) as (workbench, _):
        tests = workbench.tests
        plan = suites.plan(workbench, prompt, given, suites.cases(7))
        estimate = tests.estimator.estimate(plan)
        assert (estimate.calls, estimate.reused, estimate.old, estimate.oldest_days) == (4, 10, 10, 45)
        assert estimate.sentence.startswith("4 new, 10 reused, the oldest from 45 days ago · ")
        same = suites.plan(workbench, prompt, given, suites.cases(5))
        assert tests.estimator.estimate(same).sentence == (
            "All 10 answers are here already, the oldest from 45 days ago; nothing is sent."
        )
        used = suites.finish(tests.go_on_with(same))
        assert used.run_uid == first
        report = tests.analyst.report("P", first, given, progress=used.progress())
        assert (report.reused, report.oldest_reused_days, report.oldest_reused[:4].isdigit()) == (10, 45, True)
        assert tests.analyst.report("P", first, given).oldest_reused_days is None
        renewed = same.without_answers_older(30, utc_now())
        assert tests.estimator.estimate(renewed).calls == 10
        again = suites.finish(tests.go_on_with(renewed))
        assert (again.run_uid != first, again.progress().done, again.progress().reused) == (True, 10, 0)
        report = tests.analyst.report("P", again.run_uid, given, progress=again.progress())
        assert (report.reused, report.oldest_reused, report.oldest_reused_days) == (0, "", None)
        # The round is the same, so that its new answers are used from now on.
        assert workbench.store.tests.run(again.run_uid).round == 1
        assert suites.finish(tests.go_on_with(same.without_answers_older(30, utc_now()))).run_uid == again.run_uid
        estimate = tests.estimator.estimate(suites.plan(workbench, prompt, given, suites.cases(7)))
        assert (estimate.calls, estimate.old, estimate.oldest_days) == (4, 0, 0)


def test_the_newest_run_is_continued_if_it_has_the_same_cells(tmp_path: Path) -> None:
    script = {"models": {"m1": [{"fail": ["server", "The server had trouble.", ""]}]}}
    with opened(tmp_path, script) as (workbench, _):
        prompt, tests = new_prompt(workbench), workbench.tests
        given = suites.settings(*suites.lanes(2))
        first = suites.run(workbench, prompt, given, suites.cases(3))
        assert first.progress().failed == 3
        again = suites.finish(tests.go_on_with(suites.plan(workbench, prompt, given, suites.cases(3))))
        assert again.run_uid == first.run_uid
        assert (again.progress().done, again.progress().failed) == (0, 3)
        retried = suites.finish(
            tests.go_on_with(suites.plan(workbench, prompt, given, suites.cases(3)), failed_too=True)
        )
        assert (retried.run_uid, retried.progress().done) == (first.run_uid, 3)
        changed = replace(given, checks=(Check("contains", value='"name 1"'),))
        rescored = suites.finish(tests.go_on_with(suites.plan(workbench, prompt, changed, suites.cases(3))))
        assert rescored.run_uid == first.run_uid
        assert rescored.progress().scored == 6
        assert len(workbench.store.tests.scorings(first.run_uid)) == 2
        more = suites.finish(tests.go_on_with(suites.plan(workbench, prompt, given, suites.cases(4))))
        assert more.run_uid != first.run_uid
        fresh = suites.finish(tests.go_on_with(suites.plan(workbench, prompt, given, suites.cases(4), round_="fresh")))
        assert fresh.run_uid not in (first.run_uid, more.run_uid)


def test_failed_calls_of_a_retired_model_are_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = {"models": {"m1": [{"fail": ["server", "The server had trouble.", ""]}]}}
    with opened(tmp_path, script) as (workbench, _):
        prompt, tests = new_prompt(workbench), workbench.tests
        given = suites.settings(*suites.lanes(2))
        first = suites.run(workbench, prompt, given, suites.cases(3))
        plan = suites.plan(workbench, prompt, given, suites.cases(3))
        facts = replace(
            tests.planner._facts, retired=lambda endpoint, model: date(2025, 9, 1) if model == "m1" else None
        )
        monkeypatch.setattr(tests.planner, "_facts", facts)
        for again in (
            lambda: tests.resume(first.run_uid, failed_too=True),
            lambda: tests.go_on_with(plan, failed_too=True),
        ):
            with pytest.raises(RetiredModelError, match=r"^Column 2 \(m1\) was retired on 2025-09-01,"):
                again()
        assert suites.finish(tests.go_on_with(plan)).progress().done == 0


def test_only_more_calls_than_usual_change_the_limit_of_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, {}, {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        told: list[tuple[str, int]] = []
        monkeypatch.setattr(workbench.engine, "set_limit", lambda uid, limit: told.append((uid, limit)))
        prompt = new_prompt(workbench)
        given = suites.settings(Lane("a", LITELLM, "gpt-5-mini"))
        for concurrency in (2, 8, 20):
            suites.run(workbench, prompt, given, suites.cases(3), concurrency=concurrency, round_="fresh")
        assert told == [(LITELLM, 20)]
