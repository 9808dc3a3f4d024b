"""The table of commands matches the parser, and every command keeps the promises that hold for all."""

from __future__ import annotations

import argparse
import json
import shlex
from pathlib import Path

import pytest

from tests.cli.test_steering import leaves
from workbench.cli.command_table import COMMANDS, CommandRow, row_of
from workbench.cli.main import main
from workbench.cli.parser import make_parser

LISTS = [row for row in COMMANDS.values() if row.lists]


def parser_of(path: str) -> argparse.ArgumentParser:
    parser = make_parser()
    for word in path.split():
        below = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
        parser = below.choices[word]
    parser.format_help()
    return parser


def test_every_command_has_a_row() -> None:
    assert sorted(COMMANDS) == sorted(leaves(make_parser()))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_json_and_a_function(path: str) -> None:
    assert "--json" in parser_of(path).format_help()
    assert callable(COMMANDS[path].load())


@pytest.mark.parametrize("path", COMMANDS)
def test_every_example_is_a_call_of_its_command(path: str) -> None:
    words = shlex.split(COMMANDS[path].example.partition(" < ")[0].partition(" > ")[0])
    assert words[0] == "workbench"
    assert row_of(make_parser().parse_args(words[1:])).path == path


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row.path)
def test_list_in_an_empty_home_is_empty_and_no_error(
    row: CommandRow, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*row.path.split(), *(["Name"] if row.path == "case list" else [])]
    assert main([*words, "--json"], {"HOME": str(tmp_path)}) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"json_format": 1, row.lists: []}
    assert "There is no history yet" in said.err
    assert main(words, {"HOME": str(tmp_path)}) == 0
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("row", [row for row in LISTS if row.path != "prompt list"], ids=lambda row: row.path)
def test_list_of_a_history_without_rows_is_no_error(
    row: CommandRow, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = str(tmp_path / "w.db")
    assert main(["prompt", "new", "Empty", "--db", db]) == 0
    words = [*row.path.split(), *(["Empty"] if row.path == "case list" else []), "--db", db]
    capsys.readouterr()
    assert main(words) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(("There are no ", "The prompt has no cases yet"))


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_version_is_printed(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([flag]) == 0
    assert capsys.readouterr().out.startswith("workbench 0.")
