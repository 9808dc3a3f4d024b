"""The README's statements about the program that can be checked automatically; keys are in tests/ui/features."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.cli.main import main
from workbench.core.techniques import PLACES

README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")


_COMMANDS = [
    "run",
    "models",
    "history list",
    "history search",
    "history show",
    "history training",
    "pack export",
    "pack import",
    "doctor",
]


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_line_option_in_the_readme_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    helped = capsys.readouterr().out
    examples = [line for line in README.splitlines() if line.strip("` ").startswith(f"workbench {command}")]
    assert examples
    for flag in (word.strip("`") for line in examples for word in line.split() if word.startswith("--")):
        assert flag in helped


def test_readme_names_every_technique_insertion_point() -> None:
    assert [place for place in PLACES if f"`{place}`" not in README] == []
