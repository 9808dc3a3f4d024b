"""A command that only reads does not create a history when the path is misspelt or nothing was run yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.cli.main import main

READING = (
    ["history", "list"],
    ["history", "search", "word"],
    ["history", "searches"],
    ["history", "show", "id"],
    ["history", "diff", "a", "b"],
    ["history", "export"],
    ["history", "training", "folder", "--prompt", "Name"],
    ["history", "star", "id"],
    ["history", "backup"],
    ["history", "check"],
    ["history", "salvage", "new.db"],
    ["history", "move", "folder"],
    ["pack", "export", "out", "--prompt", "Name"],
    ["pack", "diff", "some.promptpack"],
    ["pack", "undo"],
    ["models", "echo"],
    ["prompt", "list"],
    ["prompt", "show", "Name"],
    ["prompt", "edit", "Name"],
    ["case", "list", "Name"],
    ["case", "add", "Name"],
    ["case", "import", "Name", "cases.csv"],
    ["case", "remove", "Name", "Case 1"],
    ["verdict", "id", "1"],
    ["rank", "Name"],
    ["endpoint", "list"],
    ["endpoint", "test", "lab"],
    ["endpoint", "remove", "lab"],
    ["key", "test", "openai"],
    ["history", "query", "SELECT 1"],
    ["doctor", "--network"],
)


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_misspelt_database_is_refused_and_not_created(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "misspelt.db"
    assert main([*words, "--db", str(missing)]) == 2
    assert f"There is no history at {missing}. Check the name after --db." in capsys.readouterr().err
    assert list(tmp_path.glob("misspelt*")) == []


def test_variable_that_names_a_missing_history_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "misspelt.db"
    assert main(["history", "list"], {"HOME": str(tmp_path), "WORKBENCH_DB": str(missing)}) == 2
    assert "WORKBENCH_DB names it" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_search_before_the_first_run_reports_no_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "search", "word"], {"HOME": str(tmp_path)}) == 2
    assert "There is no history yet. The first run creates it" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_models_are_listed_before_the_first_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "echo"], {"HOME": str(tmp_path)}) == 0
    assert "echo" in capsys.readouterr().out
