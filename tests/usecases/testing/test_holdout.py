"""Setting a hold-out aside without cases seen in Compose, opening and ending it, and the wording of its reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.usecases.making import draft, echo, new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import Case
from workbench.core.drafts import ValueSet
from workbench.core.statistics.columns import summarise
from workbench.core.statistics.results import CaseResults, CellResult, ColumnResults
from workbench.formats.test_reports import FORMATS
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.holdout import HoldoutBook, held_out_values
from workbench.usecases.testing.holdout_totals import with_names
from workbench.usecases.workbench import Workbench


def book(workbench: Workbench) -> HoldoutBook:
    return HoldoutBook(workbench.store, new_uid, utc_now)


def prepared(workbench: Workbench, count: int = 36) -> str:
    prompt = new_prompt(workbench)
    workbench.store.packs.save_cases(prompt, suites.cases(count)).result()
    return prompt


def held(workbench: Workbench, prompt: str) -> list[Case]:
    return [case for case in workbench.store.packs.cases(prompt) if case.held_out]


def test_what_the_draft_uses_or_was_opened_is_not_proposed(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = prepared(workbench)
        sets = tuple(ValueSet(f"case-{n}", "", (("name", f"name {n}"),)) for n in range(30))
        workbench.prompts.save_draft(prompt, replace(draft(), sets=sets)).result()
        found = book(workbench).propose(prompt)
        assert found.uids == {f"case-{n}" for n in range(30, 36)}
        assert "A third would be 12" in found.sentence
        book(workbench).set_aside(found).result()
        book(workbench).open(prompt, "case-30").result()
        with pytest.raises(RefusedError, match="already has a hold-out"):
            book(workbench).propose(prompt)
        book(workbench).end(prompt).result()
        with pytest.raises(RefusedError, match="none is left"):
            book(workbench).propose(prompt)


def test_too_few_cases_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = prepared(workbench, 29)
        with pytest.raises(RefusedError, match="at least 30 cases, and there are 29"):
            book(workbench).propose(prompt)


def test_reports_say_on_which_set_they_stand_and_name_no_held_out_case(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = prepared(workbench)
        given = suites.settings(echo("a", "m1"), checks=(suites.IS_A,))
        workbench.store.tests.save_settings(prompt, given, utc_now()).result()
        book(workbench).set_aside(book(workbench).propose(prompt)).result()
        cases = workbench.store.packs.cases(prompt)
        analyst = workbench.tests.analyst
        tuning = suites.run(workbench, prompt, given, cases, draft=draft(text="Hello"))
        held_out = suites.run(workbench, prompt, given, cases, draft=draft(text="Hello"), set_name="holdout")
        report = analyst.report("Bot", tuning.run_uid, given)
        assert report.set_words == "on the 24 cases you tuned on"
        report = analyst.report("Bot", held_out.run_uid, given)
        assert report.set_words == "on 12 hold-out cases"
        assert (report.columns[0].failing, report.columns[0].failing_total) == ((), 12)
        names = [one.name for one in held(workbench, prompt)]
        for format_ in FORMATS.values():
            written = "".join(format_.write(report, lambda: analyst.cells(held_out.run_uid)))
            assert not [name for name in names if f"{name}\n" in written or f'{name}"' in written]
            assert "name 1" not in written
        cells = list(analyst.cells(held_out.run_uid))
        assert {one.state for one in cells} == {"fail"}
        assert len(cells) == 12
        assert not any(one.text or one.reason for one in cells)
        # The report says how many of its cases were seen since.
        opened_, *rest = held(workbench, prompt)
        run_in_compose = draft(text="Hello {{name}}", values=dict(rest[0].values))
        assert workbench.runner.start_iteration(prompt, run_in_compose, based_on=None).wait(PATIENCE_S)
        assert analyst.report("Bot", held_out.run_uid, given).set_words == (
            "on 12 hold-out cases, of which 1 ran in Compose since"
        )
        book(workbench).open(prompt, opened_.uid).result()
        assert analyst.report("Bot", held_out.run_uid, given).set_words == (
            "on 12 hold-out cases, of which 1 was opened and 1 ran in Compose since"
        )
        names = [one.name for one in held(workbench, prompt)]
        hidden = book(workbench).hidden(prompt, held_out.run_uid)
        assert [name for _, name in hidden] == names
        assert held_out_values(workbench.store, prompt) == {frozenset(one.values) for one in held(workbench, prompt)}


def test_flaky_cases_are_named_unless_they_are_held_out() -> None:
    cells = CellResult("pass"), CellResult("fail")
    summary = summarise(ColumnResults("m", tuple(CaseResults(uid, cells) for uid in ("u1", "u2", "u3"))))
    assert with_names(summary, {"u1": "One", "u2": "Two"}, {"u2"}).flaky == ("One", "u3", "Hold-out case 1")
