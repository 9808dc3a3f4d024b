"""Probes ask chosen cases again, with facts or as they are, and never touch the test that they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.usecases.making import cloud, new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import Check
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import LITELLM
from workbench.core.money import Rates
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import GridQuery
from workbench.core.testing.probes import MOST_FACTS, Probe, probe_title
from workbench.host.clock import utc_now
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.probes import Probes
from workbench.usecases.workbench import Workbench

ECHO = {"default": [{"echo": True}, {"finish": "stop"}]}
KNOWS = Check("contains", value='"Friday"')
FACTS = "It arrives on Friday."


def probes(workbench: Workbench) -> Probes:
    return Probes(workbench.store.tests, workbench.store, workbench.tests)


def ask(*, slot: bool = False) -> Draft:
    text = "Where is {{name}}? {{context}}" if slot else "Where is {{name}}?"
    return Draft(Content((Message("system", "Be brief."), Message("user", text))))


def test_listed_cases_are_asked_again_beside_the_stored_results(tmp_path: Path) -> None:
    with opened(tmp_path, ECHO) as (workbench, _):
        prompt, records = new_prompt(workbench), workbench.store.tests
        cases = (*suites.cases(3, KNOWS), *suites.cases(6, suites.IS_A)[3:])
        given = suites.settings(*suites.lanes(2), checks=())
        test = records.run(suites.run(workbench, prompt, given, cases, draft=ask()).run_uid)
        made = probes(workbench)
        listed = made.listed(test, GridQuery(rows="failed"))
        assert listed == (0, 1, 2)
        plan = made.again(prompt, test, listed, "failed")
        assert workbench.tests.estimator.estimate(plan).calls == 6
        handle = suites.finish(made.start(plan))
        assert (handle.progress().done, handle.progress().reused) == (6, 0)
        run = records.run(handle.run_uid)
        probe = Probe.from_text(run.probe)
        assert probe == Probe("again", test.uid, test.uid, "failed")
        assert probe_title(probe, run.cases) == "probe: 3 cases again (failed)"
        assert [one.version for one in run.columns] == [one.version for one in test.columns]
        page = records.page(run.uid, run.scoring_uid, GridQuery(), "", 10)
        assert [[cell.before for cell in row.cells] for row in page.rows] == [["fail", "fail"]] * 3
        report = workbench.tests.analyst.newest("Ask", prompt, run.uid)
        (sentence,) = report.sentences
        assert sentence.startswith("Asked again: of 6 cells that failed 0 now pass.")
        # Chosen cases say nothing about which column is better.
        assert {(one.verdict, one.sentence, one.is_baseline) for one in report.columns} == {("asked again", "", False)}
        # The test is as it was: it is continued, not the probe, and uses none of its answers.
        assert records.run(test.uid).answered == 12
        assert records.latest_round(prompt) == 1
        again = suites.plan(workbench, prompt, given, cases, ask())
        assert workbench.tests.estimator.estimate(again).calls == 0
        assert suites.finish(workbench.tests.go_on_with(again)).run_uid == test.uid
        assert workbench.tests.estimator.estimate(suites.plan(workbench, prompt, given, cases, ask())).calls == 0


def test_an_answer_of_a_probe_is_used_for_no_test(tmp_path: Path) -> None:
    with opened(tmp_path, ECHO) as (workbench, _):
        prompt, records = new_prompt(workbench), workbench.store.tests
        given = suites.settings(*suites.lanes(1), checks=(KNOWS,))
        test = records.run(suites.run(workbench, prompt, given, suites.cases(2), draft=ask()).run_uid)
        made = probes(workbench)
        suites.finish(made.start(made.again(prompt, test, (0, 1), "all")))
        fresh = suites.plan(workbench, prompt, given, suites.cases(2), ask(), round_="fresh")
        assert fresh.round == 2
        assert workbench.tests.estimator.estimate(fresh).calls == 2


@pytest.mark.parametrize("slot", [False, True])
def test_facts_are_tried_with_and_without_them(tmp_path: Path, slot: bool) -> None:
    with opened(tmp_path, ECHO) as (workbench, _):
        prompt, records = new_prompt(workbench), workbench.store.tests
        cases = tuple(
            case.__class__(case.uid, case.name, (*case.values, ("context", "")), case.checks)
            for case in (*suites.cases(8, KNOWS), *suites.cases(10, suites.IS_A)[8:])
        )
        given = suites.settings(*suites.lanes(2), checks=())
        test = records.run(suites.run(workbench, prompt, given, cases, draft=ask(slot=slot)).run_uid)
        made = probes(workbench)
        found = made.stubborn(prompt, test)
        assert (found.positions, found.slots) == (tuple(range(8)), (slot, slot))
        plans = made.with_facts(prompt, test, found.positions, 1, FACTS)
        assert [plan.cells for plan in plans] == [8, 8]
        run = records.run(suites.finish(made.start_facts(plans)).run_uid)
        control = next(one for one in records.runs(prompt) if "facts-control" in one.probe)
        suites.finish(handle) if (handle := workbench.tests.handle(control.uid)) is not None else None
        probe = Probe.from_text(run.probe)
        assert probe is not None
        assert (probe.kind, probe.of, probe.beside, probe.facts) == ("facts", test.uid, control.uid, FACTS)
        run = records.run(run.uid)
        asked = records.cell(run.uid, run.scoring_uid, CellKey(0, 0, 0)).result
        assert asked is not None
        sent = "Where is name 0? It arrives on Friday." if slot else "Where is name 0?\n\nIt arrives on Friday."
        assert asked.text == f"Be brief.\n\n{sent}"
        report = workbench.tests.analyst.newest("Ask", prompt, run.uid)
        (sentence,) = report.sentences
        assert sentence == (
            "With the facts 8 of 8 pass, without them 0 of 8 by themselves: the facts help (exact p = 0.008)."
        )
        page = records.page(run.uid, run.scoring_uid, GridQuery(), "", 10)
        assert {(row.cells[0].status, row.cells[0].before) for row in page.rows} == {("pass", "fail")}


def test_what_cannot_be_probed_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with opened(tmp_path, ECHO) as (workbench, _):
        prompt, records = new_prompt(workbench), workbench.store.tests
        given = suites.settings(*suites.lanes(1), checks=(suites.IS_A,))
        test = records.run(suites.run(workbench, prompt, given, suites.cases(2), draft=ask()).run_uid)
        made = probes(workbench)
        with pytest.raises(RefusedError, match="No case fails in every version"):
            made.stubborn(prompt, test)
        with pytest.raises(RefusedError, match="No case is listed"):
            made.again(prompt, test, (), "failed")
        with pytest.raises(RefusedError, match="longer than"):
            made.with_facts(prompt, test, (0,), 0, "x" * (MOST_FACTS + 1))
        probe = records.run(suites.finish(made.start(made.again(prompt, test, (0,), "all"))).run_uid)
        with pytest.raises(RefusedError, match="probe already"):
            made.again(prompt, probe, (0,), "all")


def test_cases_that_were_held_out_since_are_not_probed(tmp_path: Path) -> None:
    with opened(tmp_path, ECHO) as (workbench, _):
        prompt, records = new_prompt(workbench), workbench.store.tests
        cases = suites.cases(3, KNOWS)
        workbench.store.packs.save_cases(prompt, cases).result()
        given = suites.settings(*suites.lanes(1), checks=())
        test = records.run(suites.run(workbench, prompt, given, cases, draft=ask()).run_uid)
        records.set_aside(prompt, ["case-1"], "salt", utc_now()).result()
        made = probes(workbench)
        assert made.stubborn(prompt, test).positions == (0, 2)
        plan = made.again(prompt, test, (0, 1, 2), "all")
        assert [case.uid for case in plan.cases] == ["case-0", "case-2"]


def test_price_of_facts_is_counted_in_tokens_of_the_model(tmp_path: Path) -> None:
    """A letter of Japanese is about a token, a word of English, too."""
    with opened(tmp_path, {}, {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        prompt = new_prompt(workbench)
        plan = suites.plan(workbench, prompt, suites.settings(cloud()), suites.cases(10))
        made = probes(workbench)
        workbench.pricing.set_price(LITELLM, "gpt-5-mini", Rates(0.001, 0.0, source="user"))
        for facts in ("It arrives on Friday. " * 100, "金曜日に届きます。" * 100):
            tokens = workbench.tests.estimator.tokens_of(prompt, cloud(), facts)
            assert tokens is not None
            price = made.price_of_facts(plan, facts)
            assert price == pytest.approx(10 * tokens * 0.001)
            with_facts = suites.plan(
                workbench, prompt, suites.settings(cloud()), suites.cases(10), Draft(Content((Message("user", facts),)))
            )
            whole = workbench.tests.estimator.estimate(with_facts).cost
            assert whole is not None
            assert whole.low == pytest.approx(price, rel=0.02)
