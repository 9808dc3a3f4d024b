"""The GitHub workflow of the guide: it is valid, its commands exist, and its steps pass their files on."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.cli.test_testing import CONFIG
from tests.guide.pages import DOCS
from workbench.cli.main import main
from workbench.cli.parser import make_parser

_FENCE = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def workflow() -> dict[str, Any]:
    (found,) = (text for text in _FENCE.findall((DOCS / "TESTING.md").read_text("utf-8")) if "\njobs:" in text)
    # YAML 1.1 reads the key "on" as true.
    read: dict[Any, Any] = yaml.safe_load(found)
    return {"on" if key is True else key: value for key, value in read.items()}


def steps() -> list[dict[str, Any]]:
    (job,) = workflow()["jobs"].values()
    return list(job["steps"])


def command() -> list[str]:
    """Return the arguments of the only call of the program."""
    (line,) = (step["run"] for step in steps() if step.get("run", "").startswith("workbench "))
    return shlex.split(line)[1:]


def test_workflow_has_what_its_actions_need() -> None:
    made = workflow()
    assert made["on"] == "pull_request"
    # The comment, and the check beside the code.
    assert made["permissions"] == {"contents": "read", "checks": "write", "pull-requests": "write"}
    assert all(("uses" in step) != ("run" in step) for step in steps())
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]) for step in steps() if "uses" in step)
    # What follows a missed bar runs nevertheless.
    after = steps()[[step.get("run", "").startswith("workbench ") for step in steps()].index(True) + 1 :]
    assert [step["if"].partition(" && ")[0] for step in after] == ["always()"] * 2


def test_workflow_passes_the_files_on_that_its_command_writes() -> None:
    args = make_parser().parse_args(command())
    (comment,) = (step for step in steps() if "gh pr comment" in step.get("run", ""))
    assert set(re.findall(r"--body-file (\S+)", comment["run"])) == {str(args.markdown)}
    assert f"hashFiles('{args.markdown}')" in comment["if"]
    (junit,) = (step for step in steps() if "junit" in step.get("uses", ""))
    assert junit["with"]["report_paths"] == str(args.junit)
    assert f"hashFiles('{args.junit}')" in junit["if"]


@pytest.mark.parametrize("passes", [True, False])
def test_workflow_command_holds_or_misses_its_bar_and_writes_its_files(
    tmp_path: Path, db: str, monkeypatch: pytest.MonkeyPatch, passes: bool
) -> None:
    args = command()
    file = tmp_path / args[1]
    file.parent.mkdir()
    file.write_text(CONFIG if passes else CONFIG.replace("value: Ada", "value: Bo"), "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main([*args, "--db", db]) == (0 if passes else 1)
    parsed = make_parser().parse_args(args)
    assert Path(parsed.markdown).read_text("utf-8").startswith(f"## {'✅' if passes else '❌'} Test of `Greeter`")
    failures = list(ElementTree.fromstring(Path(parsed.junit).read_text("utf-8")).iter("failure"))
    assert len(failures) == (0 if passes else 1)
