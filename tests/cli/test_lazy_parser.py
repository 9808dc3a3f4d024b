"""A command's parser is completed lazily, and its imports are done only then."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.patience import PROCESS_S
from workbench.cli.lazy_parser import LazyParser
from workbench.cli.parser import make_parser


@pytest.mark.parametrize("use", [lambda p: p.parse_args(["x"]), lambda p: p.format_help(), lambda p: p.format_usage()])
def test_lazy_parser_is_completed_once_on_first_use(use: Callable[[argparse.ArgumentParser], object]) -> None:
    completed: list[argparse.ArgumentParser] = []

    def complete(parser: argparse.ArgumentParser) -> None:
        completed.append(parser)
        parser.add_argument("name")

    parser = LazyParser(complete=complete)
    assert completed == []
    use(parser)
    assert parser.parse_args(["x"]).name == "x"
    assert "name" in parser.format_help()
    assert completed == [parser]


def test_other_commands_load_neither_filters_nor_formats() -> None:
    code = (
        "import sys; from workbench.cli.parser import make_parser; make_parser().parse_args(['history', 'list']);"
        "print([name for name in sys.modules if name.startswith(('workbench.store', 'workbench.formats'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PROCESS_S)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize(
    ("line", "corrected"),
    [
        ("histroy", "“workbench history”"),
        ("history serch", "“workbench history search”"),
        ("searches", "“workbench history searches”"),
        ("run --modle x", "“--model”"),
        ("history list --limt 3", "“--limit”"),
        ("endpoint add http://x --nam lab", ""),
    ],
)
def test_misspelt_word_is_corrected(line: str, corrected: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = make_parser()
    if not corrected:
        assert parser.parse_args(line.split()).name == "lab"  # argparse completes what is unambiguous
        return
    with pytest.raises(SystemExit):
        parser.parse_args(line.split())
    said = capsys.readouterr().err
    assert f"Did you mean {corrected}" in said or f"or {corrected}?" in said


def test_word_that_resembles_nothing_is_sent_to_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        make_parser().parse_args(["zzz"])
    assert "there is no command “zzz”. workbench --help lists all." in capsys.readouterr().err
