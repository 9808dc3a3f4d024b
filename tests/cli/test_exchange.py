"""`workbench history import` and `export`: files in, files out, exit codes, what stands where."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_history import Said, db, said
from tests.usecases.exchange.llm_making import new_log
from workbench.cli.main import main

__all__ = ["db", "said"]


def test_importing_says_what_came_and_what_was_refused(said: Said, tmp_path: Path) -> None:
    log = new_log(tmp_path / "logs.db")
    notes = tmp_path / "notes.txt"
    notes.write_text("x")
    assert said("import", "--preview", str(log))[1] == f"{log}: New: 7 runs with 7 answers in 2 new prompts.\n"
    code, out, err = said("import", str(log), str(notes), str(tmp_path / "gone"))
    assert (code, out) == (2, f"{log}: Imported 7 runs with 7 answers in 2 new prompts.\n")
    assert "“notes.txt” is nothing that can be imported" in err
    assert "There is no file" in err
    code, out, _ = said("import", "--json", str(log), str(notes))
    document: dict[str, Any] = json.loads(out)
    assert (code, [one["state"] for one in document["files"]]) == (2, ["done", "refused"])
    assert (document["files"][0]["runs"], document["files"][0]["known"]) == (0, 7)
    assert said("search", "Rex kind:import")[0] == 0


def test_exporting_writes_what_was_chosen(said: Said, tmp_path: Path) -> None:
    code, out, _ = said("export", "run-1")
    assert (code, [json.loads(line)["output"] for line in out.splitlines()]) == (0, ["run-1.0.0", "run-1.1.0"])
    target = tmp_path / "out.md"
    code, out, err = said("export", "--query", "winner:yes", "-o", str(target))
    assert (code, out, err) == (0, "", f"1 run with 2 answers in {target}\n")
    assert target.read_text("utf-8").startswith("# Order bot · iteration 1")
    assert said("export", "-o", str(target))[0] == 2
    code, out, _ = said("export", "-o", str(target), "--force", "--format", "csv", "--json")
    assert json.loads(out) == {"path": str(target), "format": "csv", "runs": 2, "answers": 4}
    code, out, _ = said("export", "run-1", "--format", "html")
    assert out.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("run-1", "--query", "x"), "not both"),
        (("run-1", "-o", "out.xyz"), "does not tell the format"),
        (("--json",), "Name one with --output"),
        (("run",), "Several runs begin with “run”"),
        (("--query", "nowhere"), "no run to take away"),
    ],
)
def test_a_wrong_choice_is_refused(said: Said, args: tuple[str, ...], words: str) -> None:
    code, out, err = said("export", *args)
    assert (code, out) == (2, "")
    assert words in err


def test_a_query_that_is_not_understood_is_told(said: Callable[..., tuple[int, str, str]], db: Path) -> None:
    code, _, err = said("export", "--query", "cost:>much tracking")
    assert code == 2
    assert len([line for line in err.splitlines() if line.startswith("workbench: ")]) == 2
    assert main(["history", "export", "--db", str(db), "--format", "pdf"]) == 2
