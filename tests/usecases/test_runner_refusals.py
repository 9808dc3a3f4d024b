"""Runs and lanes that are not sent, on a real database with a scripted engine child."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.usecases.making import PATIENCE_S, SCRIPT, cloud, draft, echo, new_prompt, opened
from workbench.core.blocks import OutputFormat, Tool
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.usecases.problems import RefusedError


def test_a_version_of_a_newer_release_is_not_sent(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        workbench.runner.start_iteration(prompt, draft(), based_on=None).wait(PATIENCE_S)
        with sqlite3.connect(workbench.store.path) as other:
            other.execute("UPDATE contents SET body = json_set(body, '$.messages[0].files', json('[1]'))")
        other.close()
        handle = workbench.runner.start_iteration(prompt, draft(echo(pinned=1)), based_on=1)
        assert handle.wait(PATIENCE_S)
        assert handle.problem is not None
        assert handle.problem.sentence.startswith("#1 was not sent. Message 1 has 'files'")
        assert len(workbench.history.iterations(prompt)) == 1


def test_a_missing_variable_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        with pytest.raises(RefusedError, match=r"Enter a value for \{\{name\}\} below"):
            workbench.runner.start_iteration(prompt, draft(values={}), based_on=None)
        assert workbench.history.iterations(prompt) == []
        assert workbench.prompts.version_numbers(prompt) == ()


def test_unknown_pinned_version_is_refused_and_nothing_is_sent(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, heard):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(echo(pinned=9)), based_on=None)
        assert handle.wait(PATIENCE_S)
        assert handle.problem is not None
        assert heard.wait("problem") == [handle.problem.sentence]
        assert heard.of("ended") == [handle.run_uid]
        assert heard.of("started") == []
        assert workbench.engine.state == "new"
        assert workbench.runner.running() == ()


def test_a_run_that_cannot_be_recorded_is_not_sent(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
    with sqlite3.connect(tmp_path / "w.db") as connection:
        connection.execute("PRAGMA user_version = 2000")
    connection.close()
    with opened(tmp_path, SCRIPT) as (workbench, _):
        assert workbench.store.read_only
        assert workbench.notice
        assert workbench.recovery.result(PATIENCE_S) == ""
        handle = workbench.runner.start_iteration(prompt, draft(), based_on=None)
        assert handle.wait(PATIENCE_S)
        assert handle.problem is not None
        assert handle.problem.sentence.startswith("The run was not started, because it could not be recorded.")
        assert workbench.engine.state == "new"


def test_text_with_a_lone_surrogate_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(text="\ud83d {{name}}"), based_on=None)
        assert handle.wait(PATIENCE_S)
        assert handle.problem is not None
        assert "half of a character" in handle.problem.sentence


def test_missing_key_fails_only_its_lane_without_a_request(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(cloud(), echo()), based_on=None)
        assert handle.wait(PATIENCE_S)
        refused, answered = (t.snapshot() for t in handle.transcripts)
        assert refused.result is not None
        assert refused.result.failure is not None
        assert refused.result.failure.code == "no_key"
        assert "OpenAI needs an API key" in refused.result.failure.sentence
        assert refused.wire is None
        assert answered.state == "finished"
        stored = workbench.history.detail(handle.run_uid).outputs[0].result
        assert stored.failure == refused.result.failure
        assert stored.cost_usd is None
        assert workbench.session.stats().unknown == 0


def test_removed_endpoint_fails_its_lane(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(Lane("a", "gone", "m")), based_on=None)
        assert handle.wait(PATIENCE_S)
        result = handle.transcripts[0].result
        assert result is not None
        assert result.failure is not None
        assert result.failure.code == "no_endpoint"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Content((Message("user", "Hi"),), output=OutputFormat("schema", "{")), "not valid JSON at line 1"),
        (
            Content((Message("user", "Hi"),), output=OutputFormat("schema", '{"type": "text"}')),
            "The schema of the output format is invalid at type",
        ),
        (Content((Message("user", "Hi"),), tools=(Tool("look up"),)), "“look up” needs a name"),
    ],
)
def test_invalid_schema_or_tool_is_refused_before_anything_is_written(
    tmp_path: Path, content: Content, words: str
) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, Draft(content, (), (echo(),)), based_on=None)
        assert handle.wait(PATIENCE_S)
        assert handle.problem is not None
        assert words in handle.problem.sentence
        assert workbench.prompts.version_numbers(prompt) == ()


def test_disabled_tool_may_be_invalid(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        content = Content((Message("user", "Hi"),), tools=(Tool("look up", enabled=False),))
        handle = workbench.runner.start_iteration(new_prompt(workbench), Draft(content, (), (echo(),)), based_on=None)
        assert handle.wait(PATIENCE_S)
        assert handle.problem is None


def test_model_without_tool_support_gets_no_request(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        models = workbench.catalogue.get().models
        model = next(m.id for m in models if "tools" in m.lacks)
        assert "tools" not in next(m for m in models if m.id == model).abilities
        content = Content((Message("user", "Hi"),), tools=(Tool("look"),))
        lanes = (cloud(model), echo())
        handle = workbench.runner.start_iteration(new_prompt(workbench), Draft(content, (), lanes), based_on=None)
        assert handle.wait(PATIENCE_S)
        first, second = (t.snapshot().result for t in handle.transcripts)
        assert first is not None
        assert first.failure is not None
        assert (first.failure.code, first.request) == ("no_tools", None)
        assert second is not None
        assert second.state == "finished"
