"""The completion scripts know every command and option, and bash runs its script."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_command_table import parser_of
from tests.patience import PROCESS_S
from workbench.cli.command_table import COMMANDS
from workbench.cli.completion import script_for
from workbench.cli.main import main
from workbench.cli.setup_arguments import SHELLS


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_option_is_in_the_script(shell: str) -> None:
    script = script_for(shell)
    for path in COMMANDS:
        lines = [line for line in script.splitlines() if f'" {path}"' in line]
        assert lines, path
        options = [name for action in parser_of(path)._actions for name in action.option_strings]
        told = " ".join(lines)
        for option in options:
            assert f"-l {option[2:]} " in f"{told} " if shell == "fish" and option[:2] == "--" else option[1:] in told


def test_script_is_printed_for_a_shell(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "zsh"]) == 0
    assert capsys.readouterr().out == script_for("zsh")
    assert main(["completion", "fish", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["script"] == script_for("fish")
    assert main(["completion", "tcsh"]) == 2


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (("workbench", "hist"), "history"),
        (("workbench", "history", "q"), "query"),
        (("workbench", "--db", "x.db", "history", "query", "--c"), "--csv"),
        (("workbench", "completion", "f"), "fish"),
        (("workbench", "run", "--model", ""), ""),
        (("workbench", "run", "--mod"), "--model"),
    ],
)
def test_bash_completes(words: tuple[str, ...], completed: str, tmp_path: Path) -> None:
    script = tmp_path / "completion.bash"
    script.write_text(script_for("bash"), "utf-8")
    program = f'source "{script}"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _workbench; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        ["bash", "-c", program, "bash", *words], capture_output=True, text=True, timeout=PROCESS_S, check=True
    )
    assert (done.stdout.strip(), done.stderr) == (completed, "")
