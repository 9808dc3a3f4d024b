"""`workbench test` in this process: a real history, the real engine and checker, echo as the model."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.printed_reports import report_of
from tests.usecases.making import draft, echo, new_prompt, opened
from tests.usecases.testing import suites
from tests.workbooks import text_rows, xlsx
from workbench.cli.main import main
from workbench.cli.testing import ProgressPrinter
from workbench.core.cases import Case, Check
from workbench.core.testing.settings import SuiteBudget, SuiteSettings
from workbench.host.clock import utc_now
from workbench.usecases.testing.progress import SuiteProgress

CONFIG = """\
description: Greeter
prompts:
  - 'Hello {{name}}'
providers:
  - echo
defaultTest:
  assert:
    - type: contains
      value: Hello
tests:
  - vars: {name: Ada}
    assert:
      - type: contains
        value: Ada
  - vars: {name: NO}
"""


def prepared(tmp_path: Path, given: SuiteSettings, tested: Sequence[Case], text: str = "Hello {{name}}") -> None:
    """Store the prompt “Greeting” with cases and test settings."""
    with opened(tmp_path, {}) as (workbench, _):
        uid = new_prompt(workbench)
        workbench.prompts.save_draft(uid, draft(text=text)).result()
        workbench.store.packs.save_cases(uid, tested).result()
        workbench.store.tests.save_settings(uid, given, utc_now()).result()


def test_a_prompt_is_tested_and_the_bar_is_held(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(tmp_path, suites.settings(echo()), suites.cases(12))
    assert main(["test", "--db", db, "Greeting"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "Test run 1 of Greeting, on 12 cases."
    assert "100 % (76 to 100)" in said.out
    assert said.out.splitlines()[-1] == "Every case passes in every column."
    assert "12 new, 12 done" in said.err


def test_a_second_start_asks_nothing_again(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(tmp_path, suites.settings(echo()), suites.cases(3))
    assert main(["test", "--db", db, "Greeting"]) == 0
    assert main(["test", "--db", db, "Greeting", "--json"]) == 0
    said = capsys.readouterr()
    document = report_of(said.out[said.out.index("{") :])
    assert (document["calls"], document["reused"], document["run"]) == (0, 3, 1)
    assert [cell["state"] for cell in document["cells"]] == ["pass"] * 3
    assert main(["test", "--db", db, "Greeting", "--fresh", "--json"]) == 0
    document = report_of(capsys.readouterr().out)
    assert (document["calls"], document["reused"], document["round"]) == (3, 0, 2)


def test_old_answers_are_told_and_asked_again_on_wish(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tmp_path, suites.settings(echo()), suites.cases(3))
    assert main(["test", "--db", db, "Greeting", "--max-age", "30"]) == 0
    assert "older than" not in capsys.readouterr().err
    suites.age(tmp_path / "w.db", 45)
    assert main(["test", "--db", db, "Greeting"]) == 0
    assert capsys.readouterr().err.splitlines()[0] == (
        "3 answers that are used again are older than 30 days, the oldest from 45 days ago. --max-age 30 asks them"
        " again."
    )
    assert main(["test", "--db", db, "Greeting", "--max-age", "60"]) == 0
    told = "3 answers are used again, the oldest from 45 days ago."
    assert capsys.readouterr().err.splitlines()[0] == told
    assert main(["test", "--db", db, "Greeting", "--max-age", "40", "--json"]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines()[0] == "3 answers older than 40 days are asked again."
    document = report_of(said.out)
    assert (document["calls"], document["reused"], document["run"], document["round"]) == (3, 0, 2, 1)
    assert main(["test", "--db", db, "Greeting", "--max-age", "40", "--json"]) == 0
    assert report_of(capsys.readouterr().out)["run"] == 2
    assert main(["test", "--db", db, "Greeting", "--max-age", "0"]) == 2
    assert capsys.readouterr().err.startswith("workbench: --max-age must be 1 or more.")


def test_a_failing_case_misses_the_bar(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(tmp_path, suites.settings(echo(), checks=(Check("contains", value='"name 1"'),)), suites.cases(10))
    assert main(["test", "--db", db, "Greeting"]) == 1
    said = capsys.readouterr().out
    assert "fails: Case 0, Case 2, Case 3, Case 4, Case 5 and 4 more" in said
    assert "passes 10 %; at least 100 % is asked for." in said
    assert main(["test", "--db", db, "Greeting", "--fail-under", "10%"]) == 0
    assert main(["test", "--db", db, "Greeting", "--fail-under", "0.11"]) == 1


@pytest.mark.parametrize("more", [[], ["--fail-under", "0%"], ["--allow-unscored", "--fail-under", "0"]])
def test_nothing_scored_never_holds_a_bar(
    tmp_path: Path, db: str, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tmp_path, suites.settings(echo(), checks=()), suites.cases(2))
    assert main(["test", "--db", db, "Greeting", *more]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("Nothing was scored.")


def test_unscored_answers_miss_the_bar_unless_allowed(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tested = (*suites.cases(2), *suites.cases(3, Check("python", value='"True"'))[2:])
    prepared(tmp_path, suites.settings(echo()), tested)
    assert main(["test", "--db", db, "Greeting"]) == 1
    assert "1 answer unscored. Add --allow-unscored to accept that." in capsys.readouterr().out
    assert main(["test", "--db", db, "Greeting", "--allow-unscored"]) == 0


def test_a_failed_call_says_why(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(tmp_path, suites.settings(echo()), suites.cases(2))
    assert main(["test", "--db", db, "Greeting", "--model", "nosuch/model"]) == 1
    said = capsys.readouterr()
    assert "The last failed call: LiteLLM does not know the provider of “nosuch/model”." in said.err
    assert said.out.splitlines()[-1] == "Nothing was scored: 2 calls without an answer."


def test_figures_of_columns_are_aligned(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(tmp_path, suites.settings(echo("a", "m"), echo("b", "longer")), suites.cases(2))
    assert main(["test", "--db", db, "Greeting"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "100 %" in line]
    assert [line.index("100 %") for line in lines] == [len("  longer  ")] * 2


def test_a_budget_that_is_reached_exits_with_3(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(tmp_path, suites.settings(echo(), budget=SuiteBudget(calls=2)), suites.cases(5))
    assert main(["test", "--db", db, "Greeting"]) == 3
    said = capsys.readouterr()
    assert "The budget was reached" in said.out
    assert "5 new, 2 done. The budget was reached." in said.err
    assert main(["test", "--db", db, "Greeting", "--max-calls", "3"]) == 0


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["unknown"], "unknown"),
        (["Greeting", "--repeat", "0"], "--repeat must be 1 or more."),
        (["Greeting", "--repeat", "21"], "--repeat must be at most 20."),
        (["Greeting", "--no-worse-than", ""], "--no-worse-than needs a value, or leave it out."),
        (["Greeting", "--fail-under", ""], "--fail-under needs a value, or leave it out."),
        (["Greeting", "--hold-out", "--filter", "1"], "The hold-out is tested as a whole"),
        (["Greeting", "--junit", "/no/such/folder/a.xml"], "There is no folder /no/such/folder."),
        (["Greeting", "--markdown", "/"], "/ is a folder."),
        (["Greeting", "--fail-under", "100"], "--fail-under is a rate from 0 to 1, or a percentage: write 100%."),
        (["Greeting", "--fail-under", "1.5"], "write 1.5%."),
        (["Greeting", "--fail-under", "101"], "--fail-under is a rate such as 90% or 0.9"),
        (["missing/x.yaml"], "There is no file “missing/x.yaml”. Check its name and its folder."),
        (["Greeting", "--fail-under", "much"], "--fail-under is a rate such as 90% or 0.9"),
        (["Greeting", "--margin", "5%"], "--margin needs --no-worse-than RUN."),
        (["Greeting", "--baseline", "9"], "There is not exactly one test run “9” of this prompt. It was never tested."),
        (["Greeting", "--filter", "zebra"], "No case matches “zebra”."),
        (["Greeting", "--version", "#9"], "This prompt has no version “#9”."),
        (["Greeting", "--hold-out"], "There is no hold-out yet."),
        (["Greeting", "--budget", "1", "--model", "unknown/model"], "has no known price, so dollars cannot limit"),
    ],
)
def test_wrong_use_exits_with_2_and_sends_nothing(
    tmp_path: Path, db: str, args: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tmp_path, suites.settings(echo()), suites.cases(3))
    assert main(["test", "--db", db, *args]) == 2
    assert words in capsys.readouterr().err
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.store.tests.runs(workbench.prompts.find("Greeting").uid) == ()


def test_columns_are_versions_times_models(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(tmp_path, suites.settings(echo()), suites.cases(2))
    assert main(["run", "--db", db, "--prompt", "Greeting", "--var", "name=x"]) == 0
    capsys.readouterr()
    args = ["--version", "#1", "--version", "#1", "--model", "echo", "--repeat", "2", "--filter", "0", "--json"]
    assert main(["test", "--db", db, "Greeting", *args]) == 0
    document = report_of(capsys.readouterr().out)
    assert [column["title"] for column in document["columns"]] == ["echo (1)", "echo (2)"]
    assert [column["version"] for column in document["columns"]] == ["#1", "#1"]
    assert (document["cases"], document["samples"], len(document["cells"])) == (1, 2, 4)


def test_another_run_can_be_the_baseline(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(tmp_path, suites.settings(echo()), suites.cases(60))
    assert main(["test", "--db", db, "Greeting"]) == 0
    assert main(["test", "--db", db, "Greeting", "--baseline", "1", "--fresh"]) == 0
    assert "the baseline echo of test run 1" in capsys.readouterr().out
    assert main(["test", "--db", db, "Greeting", "--no-worse-than", "#1", "--margin", "10%"]) == 0
    said = capsys.readouterr().out
    # The run was begun before the margin was named.
    assert "than echo of test run 1 by more than 10 points (margin chosen after the run): " in said
    assert said.splitlines()[-1] == "Every compared column is no worse than the baseline by more than the margin."
    assert main(["test", "--db", db, "Greeting", "--no-worse-than", "1", "--margin", "1%"]) == 1


def test_try_asks_both_columns_anew_and_is_in_the_report(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tmp_path, suites.settings(echo()), suites.cases(3))
    assert main(["run", "--db", db, "--prompt", "Greeting", "--var", "name=x"]) == 0
    assert main(["test", "--db", db, "Greeting", "--try"]) == 2
    assert "--try compares two columns. Name two" in capsys.readouterr().err
    args = ["--version", "#1", "--version", "#1", "--model", "echo", "--try", "--json"]
    for number in (1, 2):
        assert main(["test", "--db", db, "Greeting", *args]) == 0
        document = report_of(capsys.readouterr().out)
        assert (document["calls"], document["round"]) == (6, number)
    assert document["tried"]["state"] == "cannot_tell"
    assert (document["tried"]["missing_cases"], document["tried"]["kind"]) == (47, "the same again")
    # The second try of the same pair replaces the first one, which showed nothing.
    assert (len(document["tries"]["tries"]), document["tries"]["open"]) == (2, 1)
    assert document["sentences"][0].startswith("Cannot tell: 47 more cases needed. #1 · echo (2) against the champion")


def test_reports_are_written_as_junit_and_markdown(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    prepared(tmp_path, suites.settings(echo(), checks=(Check("contains", value='"name 1"'),)), suites.cases(3))
    junit, markdown = tmp_path / "junit.xml", tmp_path / "report.md"
    assert main(["test", "--db", db, "Greeting", "--junit", str(junit), "--markdown", str(markdown)]) == 1
    assert len(list(ElementTree.fromstring(junit.read_text("utf-8")).iter("failure"))) == 2
    assert "Greeting" in markdown.read_text("utf-8")


def test_a_promptfoo_file_is_tested_and_continued(tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "promptfooconfig.yaml"
    config.write_text(CONFIG, "utf-8")
    assert main(["test", "--db", db, str(config), "--json"]) == 0
    document = report_of(capsys.readouterr().out)
    assert (document["prompt"], document["cases"], document["calls"]) == ("Greeter", 2, 2)
    assert [cell["text"] for cell in document["cells"]] == ["Hello Ada", "Hello NO"]
    config.write_text(CONFIG + "  - vars: {name: Bo}\n", "utf-8")
    assert main(["test", "--db", db, str(config), "--json"]) == 0
    document = report_of(capsys.readouterr().out)
    assert (document["cases"], document["calls"], document["reused"]) == (3, 1, 2)


def test_a_file_reads_the_variables_that_are_named_and_never_a_key(
    tmp_path: Path, db: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "promptfooconfig.yaml"
    config.write_text(CONFIG.replace("Hello {{name}}", "Hello {{env.CITY}} {{env.MY_TOKEN}} {{name}}"), "utf-8")
    monkeypatch.setenv("CITY", "Oslo")
    monkeypatch.setenv("MY_TOKEN", "hidden")
    for given, text in ((["CITY", "MY_TOKEN", "UNSET"], "Hello Oslo  Ada"), ([], "Hello   Ada")):
        names = [word for name in given for word in ("--env", name)]
        assert main(["test", "--db", db, str(config), "--json", *names]) == 0
        assert report_of(capsys.readouterr().out)["cells"][0]["text"] == text


def test_values_of_a_promptfoo_file_are_json_and_pictures(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
    (tmp_path / "photo.png").write_bytes(picture)
    config = tmp_path / "promptfooconfig.yaml"
    config.write_text(
        "prompts: ['{{order.id}} {{of}} {{photo}}']\nproviders: [echo]\ntests:\n"
        "  - vars: {order: {id: 7}, of: [1, 2], photo: file://photo.png}\n"
        "    assert:\n"
        "      - {type: javascript, value: 'context.vars.order.id === 7 && context.vars.of[1] === 2'}\n"
        "      - {type: contains, value: '{{ order.id }} {{ of }} {{ photo }}'}\n",
        "utf-8",
    )
    assert main(["test", "--db", db, str(config), "--json"]) == 0
    document = report_of(capsys.readouterr().out)
    (cell,) = document["cells"]
    assert (cell["state"], cell["text"]) == ("pass", "7 1,2 photo.png")
    assert any(
        "It is a file, which messages of the user that name it are sent with" in one for one in document["notes"]
    )
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.store.blob(hashlib.sha256(picture).hexdigest()) == picture


def test_columns_of_a_promptfoo_file_are_called_after_prompt_and_provider(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config, report = tmp_path / "promptfooconfig.yaml", tmp_path / "report.md"
    prompts = "  - {label: warm, raw: 'Hello {{name}}'}\n  - {label: cold, raw: 'Hello, {{name}}.'}"
    labelled = CONFIG.replace("  - 'Hello {{name}}'", prompts).replace("  - echo", "  - {id: echo, label: parrot}")
    config.write_text(labelled, "utf-8")
    assert main(["test", "--db", db, str(config), "--json", "--markdown", str(report)]) == 0
    document = report_of(capsys.readouterr().out)
    wanted = ["warm · parrot", "cold · parrot"]
    assert [column["title"] for column in document["columns"]] == wanted
    assert [column["version"] for column in document["columns"]] == ["warm", "cold"]
    assert all(title in report.read_text("utf-8") for title in wanted)
    assert main(["test", "--db", db, str(config)]) == 0
    told = capsys.readouterr().out
    assert all(title in told for title in wanted)
    assert "text 1" not in told


def test_progress_is_rewritten_on_a_terminal_and_rare_in_a_pipe() -> None:
    out = io.StringIO()
    printer = ProgressPrinter(out, is_terminal=True)
    printer.show(SuiteProgress(new=100, done=10, running=8, state="running"))
    printer.show(SuiteProgress(new=100, done=9, state="running"))
    printer.close()
    assert out.getvalue() == "\r100 new, 10 done, 8 running\r100 new, 9 done            \n"
    piped = io.StringIO()
    printer = ProgressPrinter(piped, is_terminal=False)
    printer.show(SuiteProgress(new=100, done=10, state="running"))
    printer.show(SuiteProgress(new=100, done=100, state="finished"))
    printer.close()
    assert piped.getvalue() == "100 new, 100 done\n"


GRIDS = """\
prompts: [{raw: 'Say {{q}}', label: A}, {raw: 'Tell {{q}}', label: B}]
providers: [echo]
defaultTest: {assert: [{type: contains, value: '{{q}}'}]}
tests:
  - {vars: {q: one}, prompts: [A]}
  - {vars: {q: two}, prompts: [A]}
  - {vars: {q: three}, prompts: [B]}
  - {vars: {q: four}, prompts: [B]}
"""


def test_the_grids_of_a_file_share_a_budget_and_a_round(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "promptfooconfig.yaml"
    config.write_text(GRIDS, "utf-8")
    assert main(["test", "--db", db, str(config), "--max-calls", "3"]) == 3
    assert "2 new, 1 done. The budget was reached." in capsys.readouterr().err
    assert main(["test", "--db", db, str(config), "--fresh"]) == 0
    assert capsys.readouterr().err.count("2 new, 2 done") == 2
    for _ in range(2):
        assert main(["test", "--db", db, str(config)]) == 0
        said = capsys.readouterr()
        assert said.err.count("0 new, 0 done · 2 reused") == 2
        # A start without calls adds no run for each grid.
        assert [line.split(" of ")[0] for line in said.out.splitlines() if line.startswith("Test run")] == [
            "Test run 3",
            "Test run 4",
        ]


@pytest.mark.parametrize("args", [["--version", "#1"], ["--param", "seed=1"], ["--prompt", "a"]])
def test_arguments_without_use_for_a_file_are_refused(
    tmp_path: Path, db: str, args: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "promptfooconfig.yaml"
    config.write_text(GRIDS, "utf-8")
    assert main(["test", "--db", db, str(config), *args]) == 2
    assert "file says itself" in capsys.readouterr().err


def test_cases_of_a_configuration_may_be_in_a_sheet(
    tmp_path: Path, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "promptfooconfig.yaml"
    config.write_text("prompts: ['Hello {{name}}']\nproviders: [echo]\ntests: file://cases.xlsx#People\n")
    rows = text_rows([["name", "__expected"], ["Ada", "contains:Ada"], ["007", "contains:Hello 007"]])
    (tmp_path / "cases.xlsx").write_bytes(xlsx(("Other", text_rows([["x"]])), ("People", rows)))
    assert main(["test", "--db", db, str(config), "--json"]) == 0
    document = report_of(capsys.readouterr().out)
    assert [cell["state"] for cell in document["cells"]] == ["pass", "pass"]
    (tmp_path / "cases.xlsx").write_bytes(b"PK no workbook")
    assert main(["test", "--db", db, str(config)]) == 2
    assert "“cases.xlsx” cannot be read. This is not a workbook" in capsys.readouterr().err


IDLE = "prompts: ['Hello {{q}}']\nproviders: [echo]\ntests:\n"


@pytest.mark.parametrize("idle", ["{type: assert-set, assert: []}", "{type: equals, value: no, weight: 0}"])
def test_checks_that_cannot_fail_hold_no_bar(
    tmp_path: Path, db: str, idle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "promptfooconfig.yaml"
    config.write_text(f"{IDLE}  - {{vars: {{q: one}}, assert: [{idle}]}}\n", "utf-8")
    for more in ([], ["--allow-unscored"]):
        assert main(["test", "--db", db, str(config), *more]) == 1
        out = capsys.readouterr().out
        assert "100 % (" in out, "the verdict of the case stays as it is"
        assert "Nothing was scored: no check can fail, only empty sets or checks of weight 0." in out
    other = "  - {vars: {q: two}, assert: [{type: contains, value: two}]}\n"
    config.write_text(f"{IDLE}  - {{vars: {{q: one}}, assert: [{idle}]}}\n{other}", "utf-8")
    assert main(["test", "--db", db, str(config)]) == 1
    assert "1 case has no check that can fail" in capsys.readouterr().out
    assert main(["test", "--db", db, str(config), "--allow-unscored"]) == 0
    capsys.readouterr()
    # The rate is that of the cases that can fail.
    config.write_text(config.read_text("utf-8").replace("value: two", "value: no"), "utf-8")
    assert main(["test", "--db", db, str(config), "--allow-unscored", "--fail-under", "50%"]) == 1
    assert "passes 0 %; at least 50 %" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("prompts", "tests", "said"),
    [
        ("['Hello {{q}}', 'file://more.py']", "[{vars: {q: a}}]", "is left out. It is a program"),
        ("['Hello {{q}}']", "[{vars: {q: a}}, {vars: {q: 'file://more.py'}}]", "tests[1]"),
        (
            "['Hello {{q}}']",
            "[{vars: {q: a}}, {vars: {q: b}, providers: [exec:x]}]",
            "1 case for providers that cannot",
        ),
    ],
)
def test_a_file_that_is_not_tested_as_a_whole_does_not_hold_the_bar(
    tmp_path: Path, db: str, prompts: str, tests: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "promptfooconfig.yaml"
    checks = "defaultTest: {assert: [{type: contains, value: Hello}]}"
    config.write_text(f"prompts: {prompts}\nproviders: [echo, exec:x]\n{checks}\ntests: {tests}\n", "utf-8")
    (tmp_path / "more.py").write_text("", "utf-8")
    assert main(["test", "--db", db, str(config)]) == 1
    out = capsys.readouterr().out
    assert "Not everything of the file is tested: " in out
    assert said in out
    assert out.endswith("Not everything of the file was tested. Add --allow-left-out to accept that.\n")
    assert main(["test", "--db", db, str(config), "--allow-left-out"]) == 0
    assert "Not everything of the file is tested: " in capsys.readouterr().out
