"""`workbench test --hold-out` and `--guards`, in this process with echo as the model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.printed_reports import report_of, reports_of
from tests.usecases.making import draft, echo, new_prompt, opened
from tests.usecases.testing import suites
from workbench.cli.main import main
from workbench.core.cases import Check
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.usecases.testing.guards import GuardBook, GuardOffer
from workbench.usecases.testing.holdout import HoldoutBook


@pytest.fixture
def db(tmp_path: Path) -> str:
    """Return the history of “Greeting” with 30 cases, a hold-out, and “Guard” with three cases as its guard."""
    with opened(tmp_path, {}) as (workbench, _):
        prompt, other = new_prompt(workbench), new_prompt(workbench)
        workbench.prompts.rename(other, "Guard")
        for uid, cases in ((prompt, suites.cases(30)), (other, suites.cases(3))):
            workbench.prompts.save_draft(uid, draft(text="Hello {{name}}")).result()
            workbench.store.packs.save_cases(uid, cases).result()
            workbench.store.tests.save_settings(uid, suites.settings(echo(), echo("b", "echo")), utc_now()).result()
        book = HoldoutBook(workbench.store, new_uid, utc_now)
        book.set_aside(book.propose(prompt)).result()
        guards = GuardBook(workbench.store, lambda: workbench.tests, new_uid, utc_now)
        guards.add(prompt, GuardOffer("", "", uid=other))
    return str(tmp_path / "w.db")


def test_an_earlier_test_does_not_name_cases_that_were_held_out_since(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        uid = next(row.uid for row in workbench.prompts.all() if row.name == "Greeting")
        given = suites.settings(echo(), checks=(Check("contains", value='"Bye"'),))
        workbench.store.tests.save_settings(uid, given, utc_now()).result()
        then = [replace(case, held_out=False) for case in workbench.store.packs.cases(uid)]
        run = suites.run(workbench, uid, given, then, draft=draft(text="Hello {{name}}"))
        held = {case.name for case in workbench.store.packs.cases(uid) if case.held_out}
    assert main(["history", "--db", db, "show", run.run_uid, "--json"]) == 0
    (column,) = json.loads(capsys.readouterr().out)["columns"]
    assert (len(column["failing"]), column["failing_total"]) == (20, 30)
    assert not held & set(column["failing"])


def test_every_line_says_on_which_set_it_stands(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--db", db, "Greeting", "--model", "echo"]) == 0
    assert capsys.readouterr().out.startswith("Test run 1 of Greeting, on the 20 cases you tuned on.\n")
    assert main(["test", "--db", db, "Greeting", "--model", "echo", "--hold-out"]) == 0
    assert capsys.readouterr().out.startswith("Test run 2 of Greeting, text of test 1, on 10 hold-out cases.\n")


def test_failing_cases_of_the_hold_out_are_not_named(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        uid = next(row.uid for row in workbench.prompts.all() if row.name == "Greeting")
        given = suites.settings(echo(), checks=(Check("contains", value='"Bye"'),))
        workbench.store.tests.save_settings(uid, given, utc_now()).result()
    files = ["--junit", str(tmp_path / "r.xml"), "--markdown", str(tmp_path / "r.md")]
    assert main(["test", "--db", db, "Greeting", "--hold-out", *files]) == 1
    out = capsys.readouterr().out
    assert "fails: 10 cases, of which only the number is shown" in out
    assert main(["test", "--db", db, "Greeting", "--hold-out", "--json"]) == 1
    found = report_of(capsys.readouterr().out)
    assert (found["set"], found["set_words"]) == ("holdout", "on 10 hold-out cases")
    assert (found["columns"][0]["failing"], found["columns"][0]["failing_total"]) == ([], 10)
    assert {cell["text"] for cell in found["cells"]} == {""}
    told = out + (tmp_path / "r.xml").read_text("utf-8") + (tmp_path / "r.md").read_text("utf-8")
    assert "on 10 hold-out cases" in told
    assert "Case " not in told.replace("Hold-out answer", "")
    assert "Hello name" not in told


def test_guards_are_run_behind_the_test_and_their_totals_printed(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--db", db, "Greeting", "--guards"]) == 0
    out = capsys.readouterr().out
    assert "Test run 1 of Greeting" in out
    assert "\n\nTest run 1 of Guard, on 3 cases of this guard set.\n" in out
    assert main(["test", "--db", db, "Greeting", "--guards"]) == 0
    assert "Test run 1 of Guard" in capsys.readouterr().out


def test_guards_are_in_the_same_json_document(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--db", db, "Greeting", "--guards", "--json"]) == 0
    tested, guard = reports_of(capsys.readouterr().out)
    assert (tested["prompt"], bool(tested["cells"]), guard["cells"]) == ("Greeting", True, [])


def test_refused_test_prints_no_document(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--db", db, "Nothing is called that", "--json"]) == 2
    assert capsys.readouterr().out == ""


def test_old_answers_of_guards_are_asked_again_on_wish(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["test", "--db", db, "Greeting", "--guards"]) == 0
    suites.age(tmp_path / "w.db", 45)
    capsys.readouterr()
    assert main(["test", "--db", db, "Greeting", "--guards"]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "older than" in line]
    assert [line.split(" ", 1)[0] for line in told] == ["40", "3"]
    assert main(["test", "--db", db, "Greeting", "--guards", "--max-age", "30"]) == 0
    said = capsys.readouterr()
    assert "3 answers older than 30 days are asked again." in said.err
    assert "Test run 2 of Guard" in said.out


def test_guards_spend_what_the_test_left_of_the_budget(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--db", db, "Greeting", "--model", "echo", "--guards", "--max-calls", "21"]) == 3
    out = capsys.readouterr().out
    assert "on the 20 cases you tuned on" in out
    assert "2 answers are still to come" in out


def test_a_prompt_without_guards_says_so(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--db", db, "Guard", "--guards"]) == 0
    assert "has no guard sets" in capsys.readouterr().err


def test_a_hold_out_has_no_result_until_every_case_is_answered(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        uid = next(row.uid for row in workbench.prompts.all() if row.name == "Greeting")
        given = suites.settings(echo(), checks=(Check("contains", value='"Bye"'),))
        workbench.store.tests.save_settings(uid, given, utc_now()).result()
    files = ["--junit", str(tmp_path / "r.xml"), "--markdown", str(tmp_path / "r.md")]
    asked = ["test", "--db", db, "Greeting", "--hold-out", "--max-calls"]
    for count in range(1, 3):
        assert main([*asked, "1", *files]) == 3
        out = capsys.readouterr().out
        verb = "is" if count == 1 else "are"
        assert f"{count} of 10 answers of the hold-out {verb} here; the result is shown when all are." in out
        assert "fails" not in out
        assert "nothing scored" not in out
        assert 'tests="0" failures="0"' in (tmp_path / "r.xml").read_text("utf-8")
        assert "0 of" not in (tmp_path / "r.md").read_text("utf-8")
        assert main(["history", "--db", db, "list"]) == 0
        assert "0/" not in capsys.readouterr().out
        assert main(["history", "--db", db, "search", "check:failed"]) in (0, 1)
        assert "Greeting" not in capsys.readouterr().out
    assert main([*asked, "1", "--json"]) == 3
    found = report_of(capsys.readouterr().out)
    assert (found["bar"], found["cells"], found["cell_counts"]["scored"]) == ("budget_reached", [], 0)
    assert found["columns"][0]["pass_rate"] is None
    assert main([*asked, "99"]) == 1
    assert "fails: 10 cases" in capsys.readouterr().out
