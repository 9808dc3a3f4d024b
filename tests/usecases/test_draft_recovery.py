"""The draft that is opened in place of an unreadable one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.usecases.making import PATIENCE_S, draft, echo, new_prompt, opened
from workbench.core.content import Content, Message
from workbench.usecases.workbench import Workbench


def damage(workbench: Workbench, query: str, *values: object) -> None:
    with sqlite3.connect(workbench.store.path) as connection:
        connection.execute(query, values)
    connection.close()


def run(workbench: Workbench, prompt: str, text: str) -> None:
    handle = workbench.runner.start_iteration(prompt, draft(echo("kept"), text=text), based_on=None)
    assert handle.wait(PATIENCE_S)


def test_unreadable_draft_is_replaced_by_the_newest_readable_version(tmp_path: Path) -> None:
    with opened(tmp_path, {"default": [{"echo": True}]}) as (workbench, _):
        prompt = new_prompt(workbench)
        for text in ("one {{name}}", "two {{name}}", "three {{name}}"):
            run(workbench, prompt, text)
        bodies = "UPDATE contents SET body = ? WHERE body LIKE ?"
        newer = '{"format":1,"messages":[{"mood":"new","role":"user","text":"three {{name}}"}]}'
        damage(workbench, bodies, newer, "%three {{name}}%")
        damage(workbench, bodies, "{", "%two {{name}}%")
        damage(workbench, "UPDATE drafts SET body = '{' WHERE prompt_id = (SELECT max(id) FROM prompts)")
        found = workbench.prompts.open(prompt)
        assert found.problem is not None
        assert found.problem.sentence.startswith("The draft of this prompt cannot be read, so the text of #1 is shown.")
        assert found.draft.content == Content((Message("user", "one {{name}}"),))
        assert found.draft.based_on == 1
        assert [lane.slot for lane in found.draft.lanes] == ["kept"]
        assert found.draft.value_map == {"name": "Ada"}


def test_readable_draft_is_opened_unchanged(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        assert workbench.prompts.open(prompt).draft == workbench.prompts.draft(prompt)
        assert workbench.prompts.open(prompt).problem is None
