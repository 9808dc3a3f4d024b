"""Running drafts with value sets, samples, tools and an output format in the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.usecases.making import PATIENCE_S, echo, opened
from workbench.cli.draft_arguments import ChosenDraft
from workbench.cli.main import main
from workbench.cli.report import document, summary
from workbench.core.blocks import OutputFormat
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import ECHO, Lane

SETS = (ValueSet("1", "Ada", (("n", "Ada"),), ticked=True), ValueSet("2", "Bo", (("n", "Bo"),), ticked=True))


@pytest.fixture
def db(tmp_path: Path) -> str:
    """A database whose prompt “Many” has two ticked sets, a hidden lane, and a lane with two samples."""
    lanes = (Lane("h", ECHO, "echo", hidden=True), Lane("a", ECHO, "echo", label="One", samples=2), echo("b"))
    draft = Draft(Content((Message("user", '"Hi {{n}}"'),), output=OutputFormat("json")), (), lanes, sets=SETS)
    with opened(tmp_path, {}) as (workbench, _):
        workbench.prompts.create("Many", draft)[1].result(PATIENCE_S)
    return str(tmp_path / "w.db")


def test_every_answer_has_its_own_heading(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--db", db, "--prompt", "Many"]) == 0
    said = capsys.readouterr()
    assert [line for line in said.out.splitlines() if line.startswith("==")] == [
        "== 1 One · Ada · sample 1 ==",
        "== 1 One · Ada · sample 2 ==",
        "== 1 One · Bo · sample 1 ==",
        "== 1 One · Bo · sample 2 ==",
        "== 2 echo · Ada ==",
        "== 2 echo · Bo ==",
    ]
    assert said.out.count('"Hi Bo"\n') == 3
    assert said.err.count("valid JSON") == 6


def test_json_document_has_all_answers(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--db", db, "--prompt", "Many", "--json"]) == 0
    lanes = json.loads(capsys.readouterr().out)["lanes"]
    assert [(one["lane"], one["value_set"], one["sample"], one["text"]) for one in lanes][2:5] == [
        (1, "Bo", 1, '"Hi Bo"'),
        (1, "Bo", 2, '"Hi Bo"'),
        (2, "Ada", 1, '"Hi Ada"'),
    ]
    assert lanes[0]["format_check"] == {"ok": True, "words": "valid JSON"}
    assert lanes[0]["steps"] == []


def test_tool_calls_are_counted_and_listed(tmp_path: Path) -> None:
    call = ["tool_call", "{}", "now", "c1", ""]
    script = {"default": [{"steps": [call, ["tool_result", "noon", "now", "c1", ""]]}, {"text": "Noon."}]}
    with opened(tmp_path, script) as (workbench, _):
        draft = Draft(Content((Message("user", "Hi"),)), (), (echo(),))
        uid, made = workbench.prompts.create("Tools", draft)
        made.result(PATIENCE_S)
        handle = workbench.runner.start_iteration(uid, draft, based_on=None)
        assert handle.wait(PATIENCE_S)
        choice = ChosenDraft(uid, "Tools", draft, draft)
        assert "1 tool call" in summary(choice, handle, 0)
        (lane,) = document(choice, handle)["lanes"]
    assert [step["kind"] for step in lane["steps"]] == ["tool_call", "tool_result", "text"]
    assert lane["text"] == "Noon."
