"""The table of strings on the screen holds what people read, and nothing else."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screen_strings import listed, main, screen_strings
from workbench.cli.parser import make_parser
from workbench.ui.composition import FEATURES
from workbench.ui.shell.notices import KEPT_BACK

SOURCE = '''"""A docstring with words."""

NAMES: "dict of names" = {}
"""The docstring of a name."""


def ask(count: int) -> "a type":
    """Ask for more."""
    rows = db.execute("SELECT a, b FROM rows WHERE id = ?", (count,))
    db.run("UPDATE rows SET a = ?")
    button = QPushButton("Save")
    button.setStyleSheet("color: red; margin: 2px")
    button.setObjectName("the save button")
    notices.quiet("saved", f"{count} rows are saved.\\n\\tAll of them.", label="Show")
    if mode == "not shown":
        raise StoreError("The disk is full. " "Free some space, then retry.")
    return {"kind": "save_rows"}


COMMAND = Command("save_rows", "Save rows", "File", ("Ctrl+S",))
parser.add_argument("--count", metavar="N", help="how many rows")
'''
EXPECTED = [
    (11, "Save"),
    (14, "Show"),
    (14, "{count} rows are saved.\n\tAll of them."),
    (16, "The disk is full. Free some space, then retry."),
    (20, "File"),
    (20, "Save rows"),
    (21, "how many rows"),
]


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "workbench" / "sub").mkdir(parents=True)
    (tmp_path / "workbench" / "first.py").write_text('say("First words")\n', "utf-8")
    file = tmp_path / "workbench" / "sub" / "second.py"
    file.write_text(SOURCE, "utf-8")
    return file


def test_only_visible_strings_are_found(module: Path, tmp_path: Path) -> None:
    assert [(one.line, one.text) for one in screen_strings(module, tmp_path)] == EXPECTED


def test_multiline_string_is_printed_on_one_line(module: Path, tmp_path: Path) -> None:
    row = str(screen_strings(module, tmp_path)[2])
    assert row == "workbench/sub/second.py\t14\t{count} rows are saved.\\n\\tAll of them."


@pytest.mark.parametrize(
    ("prefix", "files"), [("workbench", {"first.py", "second.py"}), ("workbench/sub", {"second.py"}), ("docs", set())]
)
def test_a_path_selects_files(module: Path, tmp_path: Path, prefix: str, files: set[str]) -> None:
    assert {Path(one.file).name for one in listed(prefix, tmp_path)} == files


def test_commands_and_option_help_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    texts = {line.split("\t", 2)[2] for line in capsys.readouterr().out.splitlines()}
    assert {command.title for command in FEATURES.commands()} - texts == set()
    assert set(_helps(make_parser())) - texts == set()
    assert KEPT_BACK in texts


def _helps(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the help texts of a parser, its subparsers and their arguments."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from (choice.help for choice in action._choices_actions if choice.help)
            for one in action.choices.values():
                yield from _helps(one)
        elif action.help and not isinstance(action, (argparse._HelpAction, argparse._VersionAction)):
            yield action.help
