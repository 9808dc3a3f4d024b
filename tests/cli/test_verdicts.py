"""`workbench verdict` and `rank`, on real runs of echo."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from workbench.cli.main import main


@pytest.fixture
def run(db: str, capsys: pytest.CaptureFixture[str]) -> str:
    """A run with three lanes."""
    models = ["--model", "echo"] * 3
    assert main(["run", "--db", db, "Say hi", *models, "--json"]) == 0
    return str(json.loads(capsys.readouterr().out)["run"])


def verdicts(db: str) -> list[str]:
    with closing(sqlite3.connect(db)) as connection:
        return [str(kind) for (kind,) in connection.execute("SELECT kind FROM verdicts ORDER BY id")]


def test_verdicts_are_added_and_the_newest_counts(run: str, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    for says, sentence in (
        (["2"], "#1: 2 echo wins."),
        (["tie", "1", "3"], "#1: 1 echo, 3 echo tie."),
        (["tie"], "#1: 1 echo, 2 echo, 3 echo tie."),
        (["bad"], "#1: no answer is good."),
        (["none"], "#1: the verdict is taken back."),
    ):
        assert main(["verdict", run[:-2], *says, "--db", db]) == 0
        assert capsys.readouterr().out == f"{sentence}\n"
    assert verdicts(db) == ["winner", "tie", "tie", "all_bad", "none"]
    assert main(["verdict", run, "3", "--json", "--db", db]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["run"], document["verdict"], document["lanes"]) == (run, "winner", [3])


def test_last_is_the_newest_run(run: str, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--db", db, "Say bye", "--model", "echo", "--json"]) == 0
    newest = json.loads(capsys.readouterr().out)["run"]
    assert main(["verdict", "last", "1", "--json", "--db", db]) == 0
    assert json.loads(capsys.readouterr().out)["run"] == newest != run


def test_last_of_no_run_says_how_to_make_one(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompt", "new", "Greeting", "Say hi", "--db", db]) == 0
    assert main(["verdict", "last", "1", "--db", db]) == 2
    assert "There is no run yet. `workbench run` makes one." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        (["4"], "“4” is not a lane of this run. Write 1, 2, 3, tie, bad or none."),
        (["1", "2"], "Only one lane can win."),
        (["tie", "1"], "A tie needs at least two answers."),
        (["bad", "1"], "“bad” is about all answers."),
        (["1", "--set", "2"], "This run has 1 value set"),
    ],
)
def test_verdict_that_says_nothing_clear_is_refused(
    says: list[str], sentence: str, run: str, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verdict", run, *says, "--db", db]) == 2
    assert sentence in capsys.readouterr().err
    assert verdicts(db) == []


def test_rank_says_what_is_missing_and_then_ranks(run: str, db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rank", "Say hi", "--db", db]) == 0
    said = capsys.readouterr()
    assert (said.out, "The ranking appears after" in said.err) == ("", True)
    for number in range(8):
        text = f"Say hi {number % 2}"
        assert main(["run", "--db", db, text, "--prompt", "Two", "--model", "echo", "--model", "echo", "--json"]) == 0
        uid = json.loads(capsys.readouterr().out)["run"]
        assert main(["verdict", uid, "1", "--db", db]) == 0
        capsys.readouterr()
    assert main(["rank", "Two", "--by", "version", "--json", "--db", db]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["by"], document["verdicts"], document["judge"]) == ("version", 8, None)
    assert document["sentences"]
    assert main(["rank", "Two", "--judge", "--db", db]) == 0
    assert "No judge has compared answers yet." in capsys.readouterr().err
    assert main(["rank", "Two", "--by", "technique", "--db", db]) == 0
