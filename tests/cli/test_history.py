"""`workbench history` on a real database: output for people, output for programs, and refusals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, opened, run, text
from tests.store.schema.freeze import restore
from tests.store.testing.suites import answered, begun, key, scored
from workbench.cli.main import main
from workbench.cli.past_run import lines
from workbench.core.blocks import Tool
from workbench.core.content import Content, Message
from workbench.core.runs import AnswerStep, Failure, Result, Verdict
from workbench.core.search.filter_fields import help_lines
from workbench.store.search.fields import FIELDS
from workbench.store.search.saved_searches import SavedSearch
from workbench.usecases.run_document import document

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    store = opened(path)
    store.create_prompt("p", "Order\nbot", NOW)
    lanes = (lane("A", "vendor/one"), lane("B", "two"))
    store.begin_run(run("run-1", text("Where is {{order}}?", "Be kind."), lanes=lanes, note="tab\there"))
    store.finish_output("run-1.0.0", FULL_RESULT, LATER)
    store.finish_output("run-1.1.0", done("The \x1b[2J tracking link: 注文の状況"), LATER)
    store.mark("run-1", "v", Verdict("winner", (0,)), ("run-1.0.0", "run-1.1.0"), LATER)
    store.begin_run(replace(run("run-2", text("x"), lanes=lanes), blind=True))
    store.finish_output("run-2.0.0", done("tracking, too"), LATER)
    store.finish_output("run-2.1.0", FAILED, LATER).result(60)
    store.close()
    return path


@pytest.fixture
def said(db: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    def ask(*args: str) -> tuple[int, str, str]:
        code = main(["history", *args, "--db", str(db)])
        out = capsys.readouterr()
        return code, out.out, out.err

    return ask


def test_run_is_shown_with_its_tools_and_tool_calls(db: Path, said: Said) -> None:
    store = opened(db)
    tool = Tool("look_up", "Finds an order.", answer="It is in Bonn.")
    store.begin_run(run("tooled", Content((Message("user", "Where?"),), tools=(tool,))))
    steps = (AnswerStep("tool_call", "{}", "look_up", "c"), AnswerStep("tool_result", "It is in Bonn.", "look_up", "c"))
    store.finish_output("tooled.0.0", replace(done("In Bonn."), steps=(*steps, AnswerStep("text", "In Bonn."))), LATER)
    store.set_note("tooled", "n").result(60)
    store.close()
    code, out, _ = said("show", "tooled")
    assert code == 0
    assert "== Tool 1 · look_up ==\nname: look_up\ndescription: Finds an order.\n" in out
    assert out.endswith("[Called look_up] {}\n[Result of look_up] It is in Bonn.\nIn Bonn.\n")


def read(said: Said, *args: str) -> dict[str, Any]:
    code, out, _ = said(*args, "--json")
    assert out.isascii()
    document: dict[str, Any] = json.loads(out)
    assert code == (0 if document.get("runs", [1]) else 1)
    return document


def test_list_prints_one_line_for_each_run_starting_with_its_id(said: Said) -> None:
    code, out, err = said("list")
    assert code == 0
    lines = [line.split("\t") for line in out.splitlines()]
    assert [line[0] for line in lines] == ["run-2", "run-1"]
    assert lines[0][2:] == ["Order bot", "#2", "blind until it is judged", "", "1 of 2 failed", "", ""]
    assert lines[1][2:] == [
        "Order bot",
        "#1",
        "one · two",
        "★ one",
        "",
        "$0.0002 + 1 without a price",
        "tab here",
    ]
    assert err.startswith("2 runs · ")


def test_search_shows_the_matching_passage(said: Said) -> None:
    code, out, err = said("search", "tracking winner:yes", "kind:iteration -sorry")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("run-1\t")
    assert lines[1] == "    two: The ␛[2J tracking link: 注文の状況"
    assert err.startswith("1 run · ")
    assert said("search", "状況 kind:iteration")[1].startswith("run-1\t")


def test_blind_run_hides_model_names(said: Said) -> None:
    _, out, _ = said("search", "tracking is:blind")
    assert out.splitlines()[1] == "    answer: tracking, too"
    document = read(said, "search", "tracking", "is:blind")
    assert (document["runs"][0]["lanes"], document["runs"][0]["hits"][0]["lane"]) == ([], "")
    _, out, _ = said("show", "run-2")
    assert ("one" in out, "== answer 1, blind until it is judged ==" in out) == (False, True)
    shown = read(said, "show", "run-2")
    assert shown["lanes"] == []
    assert [set(output) for output in shown["outputs"]] == [
        {"output", "lane", "value_set", "sample", "attempt", "state", "text"}
    ] * 2


def test_blind_run_hides_order_ids_costs_reasoning_and_failure_reasons(db: Path, said: Said) -> None:
    store = opened(db)
    lanes = (lane("A", "vendor/one"), lane("B", "two"), lane("C", "three"))
    store.begin_run(replace(run("run-3", text("x"), lanes=lanes), blind=True))
    store.finish_output("run-3.0.0", replace(done("zebra, last by text"), cost_usd=0.25), LATER)
    steps = (AnswerStep("reasoning", "Only two thinks."), AnswerStep("text", "a zebra"))
    store.finish_output("run-3.1.0", replace(done("a zebra"), reasoning="Only two thinks.", steps=steps), LATER)
    why = Failure("auth", "The key for three was refused.")
    store.finish_output("run-3.2.0", Result("failed", "", failure=why), LATER).result(60)
    store.close()
    for args in (("search", "zebra"), ("search", "zebra", "--json"), ("show", "run-3"), ("show", "run-3", "--json")):
        _, out, _ = said(*args)
        assert out.index("a zebra") < out.index("zebra, last")
        for told in ("0.25", "thinks", "three", "run-3.0", "run-3.1", "vendor"):
            assert told not in out, (args, told)
    (found,) = read(said, "search", "zebra")["runs"]
    assert [found[key] for key in ("cost_usd", "unpriced", "tokens", "longest_ms")] == [None, 0, None, None]


def test_unfinished_blind_run_shows_no_answers(db: Path) -> None:
    def told() -> str:
        detail = store.iteration_detail("run-3")
        return "\n".join([*lines(detail), json.dumps(document(detail))])

    store = opened(db)
    store.begin_run(replace(run("run-3", text("x"), lanes=(lane("A"), lane("B"))), blind=True))
    store.finish_output("run-3.1.0", done("quick zebra"), LATER).result(60)
    assert "quick" not in told()
    store.finish_output("run-3.0.0", done("slow zebra"), LATER).result(60)
    assert told().count("quick zebra") == 2
    store.close()


def test_search_prints_a_json_document(said: Said) -> None:
    document = read(said, "search", '"tracking link"', "cost:>0", "modle:x", "--limit", "5")
    assert document["runs"] == []
    assert document["complaints"][0]["sentence"].startswith("Unknown filter “modle:”. Did you mean model:?")
    document = read(said, "search", '"tracking link" cost:>0')
    assert document["query"] == '"tracking link" cost:>0'
    assert document["total"] == {"count": 1, "exact": True}
    (found,) = document["runs"]
    assert (found["run"], found["prompt"]["name"], found["lanes"]) == ("run-1", "Order\nbot", ["one", "two"])
    assert (found["cost_usd"], found["tokens"], found["longest_ms"], found["unpriced"]) == (0.000165, 150, 897, 1)
    hit = found["hits"][0]
    assert (hit["part"], hit["output"], hit["lane"], hit["value_set"]) == ("answer", "run-1.1.0", "two", 1)
    ((start, end),) = hit["marks"]
    assert hit["text"][start:end] == "tracking link"


def test_next_page_continues_after_the_last_one(said: Said) -> None:
    for args in (["list"], ["list", "--oldest"], ["search", "tracking"], ["search", "--best", "tracking"]):
        first = read(said, *args, "--limit", "1")
        second = read(said, *args, "--limit", "1", "--after", first["next"])
        assert {run["run"] for page in (first, second) for run in page["runs"]} == {"run-1", "run-2"}
        assert (second["next"], second["total"]) == (None, None)
    assert [run["run"] for run in read(said, "list", "--oldest")["runs"]] == ["run-1", "run-2"]
    _, _, err = said("list", "--limit", "1")
    assert f"Continue with --after {read(said, 'list', '--limit', '1')['next']}" in err


def test_show_prints_the_complete_run(said: Said) -> None:
    code, out, _ = said("show", "run-1")
    assert code == 0
    assert out.startswith("Order bot, #1\nrun-1 · ")
    for piece in (
        "== system ==\nBe kind.",
        "order: 123ABCDEFG",
        "== ★ 1 one · finished · 0.90 s · about $0.0002 ==",
        "\x1b[2J",
    ):
        assert piece in out
    document = read(said, "show", "run-1")
    assert document["name"] == "Order bot, #1"
    assert document["content"]["messages"][1]["text"] == "Where is {{order}}?"
    assert document["value_sets"] == [
        {
            "name": "",
            "values": {"order": "123ABCDEFG"},
            "verdict": {"kind": "winner", "lanes": [1], "blind": False},
            "blind": False,
        }
    ]
    assert [one["title"] for one in document["lanes"]] == ["one", "two"]
    first = document["outputs"][0]
    assert (first["lane"], first["text"], first["answered_by"]) == (1, FULL_RESULT.text, "vendor/model-2026")


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["search", "nothinglikethis"], 1, "No matches"),
        (["show", "run"], 2, "Several runs begin with “run”"),
        (["show", "x"], 2, "No run begins with “x”"),
        (["list", "--after", "there"], 2, "is not a valid place"),
        (["list", "--after", "9" * 30], 2, "is not a valid place"),
        (["fly"], 2, "usage"),
        ([], 2, "usage"),
        (["search", "model:nobody", "tracking"], 1, "No model or lane in the history is called “nobody”"),
    ],
)
def test_invalid_commands_and_empty_results_are_reported(args: list[str], code: int, sentence: str, said: Said) -> None:
    got, out, err = said(*args)
    assert (got, out) == (code, "")
    assert sentence in err


def test_list_reports_a_history_without_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new.db"
    opened(path).close()
    assert main(["history", "list", "--db", str(path)]) == 0
    assert capsys.readouterr().err == "There are no runs to list. Run a prompt, or import runs from other tools.\n"


def test_search_indexes_an_old_history_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "old.db"
    restore(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO run_search (run_search) VALUES ('delete-all')")
        connection.execute("INSERT OR REPLACE INTO unindexed (run_id) SELECT id FROM runs")
    assert main(["history", "search", "確認", "--json", "--db", str(path)]) == 0
    assert [run["run"] for run in json.loads(capsys.readouterr().out)["runs"]] == ["r1"]
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM unindexed").fetchone() == (0,)
    connection.close()


def test_saved_search_is_run_by_name_and_narrowed_down(db: Path, said: Said) -> None:
    code, out, err = said("searches")
    assert (code, out) == (0, "")
    assert "There are no saved searches yet" in err
    store = opened(db)
    store.searches.saved.save(SavedSearch("u", "Good ones", "winner:yes", NOW)).result(60)
    store.close()
    assert said("searches")[:2] == (0, "Good ones\twinner:yes\n")
    assert json.loads(said("searches", "--json")[1])["searches"] == [
        {"name": "Good ones", "query": "winner:yes", "created_at": NOW}
    ]
    assert [run["run"] for run in read(said, "search", "--saved", "good ones")["runs"]] == ["run-1"]
    assert read(said, "search", "tracking", "--saved", "Good ones")["query"] == "winner:yes tracking"
    code, _, err = said("search", "--saved", "gone")
    assert code == 2
    assert "No search is saved as “gone”. There are: “Good ones”." in err
    code, _, err = said("search")
    assert code == 2
    assert "name a saved search with --saved" in err


def test_search_help_lists_every_filter(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "search", "--help"]) == 0
    listed = "".join(f"  {line}\n" for line in help_lines(FIELDS))
    assert capsys.readouterr().out.endswith(
        f"""
words, "phrases" and beginnings* are searched in prompts, values, answers and notes; all must match.
-word excludes runs that have it. Filters:
{listed}A - before a filter negates it. Put -- before a query that begins with -.
"""
    )


def test_test_run_is_listed_in_one_line_and_shown_as_a_report(db: Path, said: Said) -> None:
    store = opened(db)
    begun(store, "test-1", content=text("Where is {{order}}?", "Be kind."), started_at=LATER)
    cells = [key(0), key(1), key(0, 1), key(1, 1)]
    outputs = answered(store, "test-1", cells, done("xylophone"))
    store.tests.begin_scoring("test-1", "s", (), LATER).result(60)
    scores = [
        scored(cell, output, "pass" if cell.column else "fail") for cell, output in zip(cells, outputs, strict=True)
    ]
    store.tests.save_scores("s", scores).result(60)
    store.close()
    code, out, _ = said("search", "kind:test check:failed")
    assert (code, out.count("\n")) == (0, 1)
    assert "\ttest 1\t" in out
    assert "2/2 · 2 columns" in out
    code, out, err = said("show", "test-1")
    assert code == 0
    assert "Test run 1 of Order bot, text of #1, on 2 cases." in out
    assert "100 %" in out
    assert "xylophone" not in out
    assert "Export the run" in err
    _, out, _ = said("show", "test-1", "--json")
    assert json.loads(out)["columns"][0]["passed"] == 0
    _, out, _ = said("search", "kind:test", "--json")
    assert json.loads(out)["runs"][0]["test"]["passing"] == 2


def test_runs_are_deleted_brought_back_and_deleted_for_good(db: Path, said: Said) -> None:
    store = opened(db)
    begun(store, "test-1", content=text("Where is {{order}}?", "Be kind."), started_at=LATER)
    answered(store, "test-1", [key(0), key(1)], done("xylophone"))
    store.close()
    code, out, _ = said("delete", "test-1", "run-1", "--preview")
    assert (code, out.splitlines()) == (
        0,
        [
            "2 runs (1 of them a test):",
            "Deletes their 4 answers, notes, verdicts and test results from the history for good.",
            "Nothing was deleted.",
        ],
    )
    assert said("delete", "test-1")[1] == "1 test run is deleted; --back brings it back.\n"
    assert "test-1" not in said("search", "xylophone")[1]
    assert said("delete", "test-1", "--back")[1] == "1 test run is back in the history.\n"
    assert "test-1" in said("search", "xylophone")[1]
    code, out, err = said("delete", "test-1", "--for-good", "--json")
    document = json.loads(out)
    assert (document["runs"], document["tests"], document["deleted"]) == (1, 1, "for good")
    assert document["sentence"] == "1 test run is deleted for good."
    assert "Rewriting the file" in err
    assert b"xylophone" not in db.read_bytes()
    code, _, err = said("delete", "test-1")
    assert code == 2
    assert "No run begins with" in err
    code, _, err = said("delete", "run-1", "--with-backups")
    assert (code, "needs --for-good" in err) == (2, True)
    assert said("delete", "run-1", "--back", "--for-good")[0] == 2
