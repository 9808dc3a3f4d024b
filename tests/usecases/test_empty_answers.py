"""Empty answers and additional choices are reported in every view of past runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import LATER, NOW, done, lane, opened, run, text
from workbench.app.history.detail import looked
from workbench.cli import report
from workbench.cli.main import main
from workbench.core.empty_answers import BLANKS
from workbench.core.outcome import Outcome
from workbench.core.runs import AnswerStep, Result
from workbench.store import Store
from workbench.usecases.exchange.exporter import Exporter, ExportSelection
from workbench.usecases.history import History
from workbench.usecases.searcher import Searcher

EMPTY = replace(done(""), reasoning="hm", finish_reason="length")
SENTENCE = "Empty answer (finish reason: length). Reasoning used up all tokens."
SEVERAL = replace(done("First"), response={"further_choices": [{"index": 1, "text": "The other one"}]})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "w.db")
    store.create_prompt("p", "Order bot", NOW)
    lanes = (lane("A", "vendor/one"), lane("B", "two"))
    store.begin_run(run("r1", text("x"), lanes=lanes))
    store.finish_output("r1.0.0", EMPTY, LATER)
    store.finish_output("r1.1.0", SEVERAL, LATER)
    store.begin_run(replace(run("r2", text("y"), lanes=lanes), blind=True))
    store.finish_output("r2.0.0", done(BLANKS), LATER)
    call = AnswerStep("tool_call", "{}", "find", "c1")
    store.finish_output("r2.1.0", replace(done(""), steps=(call,)), LATER).result(60)
    yield store
    store.close()


def test_timeline_and_history_count_empty_answers(store: Store) -> None:
    assert [row.outcome for row in store.iterations("p")] == [Outcome(2, empty=1), Outcome(2, empty=1)]
    rows = Searcher(store, lambda: NOW, lambda: 0).search("").page.rows
    assert [row.row.outcome for row in rows] == [Outcome(2, empty=1), Outcome(2, empty=1)]
    # Only the newest attempt counts.
    store.add_attempt("r1.0.0", "again", LATER)
    store.finish_output("again", done("x"), LATER).result(60)
    assert store.iteration("r1").outcome == Outcome(2)


def test_history_cards_show_empty_answers_and_hidden_choices(store: Store) -> None:
    rows = Searcher(store, lambda: NOW, lambda: 0).search("").page.rows
    blind, named = (looked(store, History(store, lambda: "u", lambda: NOW), row, "").sets[0].cards for row in rows)
    assert named[0].said.startswith(SENTENCE)
    assert named[1].said == "1 of 2 choices shown"
    assert sorted(card.said for card in blind) == ["", "Empty answer."]


def test_cli_shows_empty_answers_and_further_choices(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = ("--db", str(tmp_path / "w.db"))
    assert main(["history", "list", *database]) == 0
    assert [line.split("\t")[6] for line in capsys.readouterr().out.splitlines()] == ["1 of 2 empty"] * 2
    assert main(["history", "show", "r1", *database]) == 0
    told = capsys.readouterr().out
    assert "1 one · empty answer" in told
    assert SENTENCE in told
    assert "\nFirst\n[Choice 1, not shown in the lane] The other one\n" in told
    assert main(["history", "show", "r1", "--json", *database]) == 0
    first, second = json.loads(capsys.readouterr().out)["outputs"]
    assert (first["state"], first["empty"]["finish_reason"]) == ("finished", "length")
    assert (second["empty"], [choice["text"] for choice in second["further_choices"]]) == (None, ["The other one"])


def written(store: Store, format_: str, uid: str) -> str:
    out = io.StringIO(newline="")
    Exporter(store, Searcher(store, lambda: NOW, lambda: 0)).write(ExportSelection((uid,)), format_, out)
    return out.getvalue()


def test_exports_contain_empty_answers_and_further_choices(store: Store) -> None:
    told = written(store, "md", "r1")
    assert "\nempty answer\n" in told
    assert "\nEmpty answer (finish reason: length)" in told
    assert "The other one" in told
    page = written(store, "html", "r1")
    assert f'<p class="empty">{SENTENCE}' in page
    assert "The other one" in page
    rows = list(csv.DictReader(io.StringIO(written(store, "csv", "r1"), newline="")))
    assert [row["state"] for row in rows] == ["empty answer", "finished"]
    lines: list[dict[str, Any]] = [json.loads(line) for line in written(store, "jsonl", "r1").splitlines()]
    assert [line["empty"] and line["empty"]["finish_reason"] for line in lines] == ["length", None]
    assert "Empty answer." in written(store, "md", "r2")


def test_empty_result_is_reported_as_empty_answer() -> None:
    assert report._ending(EMPTY).startswith("empty answer · ")
    assert "finish reason: length. Reasoning used up all tokens." in report._ending(EMPTY)
    assert report._ending(SEVERAL).startswith("finished · ")
    assert "1 of 2 choices shown" in report._ending(SEVERAL)
    assert report._ending(Result("finished")).startswith("empty answer")
