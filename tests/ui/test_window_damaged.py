"""A history with damaged rows opens, reports what is damaged, and works otherwise."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PROCESS_S
from tests.ui.desk import Desk
from workbench.store import Store
from workbench.store.errors import failure

pytestmark = pytest.mark.window


def damage(desk: Desk, table: str, body: bytes, where: str) -> None:
    with sqlite3.connect(desk.db) as connection:
        connection.execute(f"UPDATE {table} SET body = CAST(? AS TEXT) WHERE {where}", (body,))
    connection.close()


def asides(desk: Desk) -> list[Path]:
    return list(desk.db.parent.glob("workbench.damaged-draft-*.json"))


def texts(desk: Desk) -> list[str]:
    return [message.text for message in desk.window.editor.content().messages]


@pytest.mark.parametrize(
    "body", [pytest.param(b"{", marks=pytest.mark.deep(only=True)), b'{"content": 3}', b"\xff\xfe"]
)
def test_damaged_draft_opens_as_its_newest_version(desk: Desk, body: bytes) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.type("Run once. ")
    desk.run()
    ran = texts(desk)
    version = desk.rows("SELECT max(number) FROM versions")[0][0]
    window.prompts.create("Other")
    desk.until(lambda: window.timeline.rowCount() == 0)
    other = window.prompt_uid
    desk.until(lambda: len(desk.rows("SELECT 1 FROM drafts")) == 3)
    sample = desk.rows("SELECT value FROM meta WHERE key = 'sample_prompt'")[0][0]
    window.choose_prompt(sample)
    desk.until(lambda: window.prompt_uid == sample and window.is_ready)
    desk.until(lambda: desk.rows("SELECT 1 FROM meta WHERE key = 'last_prompt' AND value = ?", sample))
    desk.close()
    damage(desk, "drafts", body, f"prompt_id = (SELECT id FROM prompts WHERE uid = '{sample}')")

    window = desk.open()
    assert window.prompt_uid == sample
    assert desk.notice().startswith("The draft of this prompt cannot be read, so the text of #1 is shown.")
    (file,) = asides(desk)
    assert str(file) in desk.notice()
    assert file.read_bytes() == body
    assert texts(desk) == ran
    assert window.based_on == version
    assert len(window.slots()) == 2
    window.choose_prompt(other)
    desk.until(lambda: window.prompt_uid == other and window.is_ready)
    window.choose_prompt(sample)
    desk.until(lambda: window.prompt_uid == sample and window.is_ready)
    assert "cannot be read" in desk.notice()
    window.editor.focus_first()
    desk.type("Mended. ")
    desk.until(lambda: (draft := peeked(desk, sample)) and "Mended. " in draft)
    assert file.read_bytes() == body
    desk.run()


def peeked(desk: Desk, prompt: str) -> str:
    body = desk.rows(
        "SELECT CAST(body AS BLOB) FROM drafts JOIN prompts ON prompts.id = prompt_id WHERE uid = ?", prompt
    )
    return body[0][0].decode(errors="replace") if body else ""


def test_damaged_draft_without_versions_opens_empty(desk: Desk) -> None:
    window = desk.open()
    window.prompts.create("New")
    desk.until(lambda: window.is_ready and window.timeline.rowCount() == 0 and len(window.slots()) == 1)
    new = window.prompt_uid
    desk.until(lambda: desk.rows("SELECT 1 FROM meta WHERE key = 'last_prompt' AND value = ?", new))
    desk.close()
    damage(desk, "drafts", b"{", f"prompt_id = (SELECT id FROM prompts WHERE uid = '{new}')")
    window = desk.open()
    assert "so it starts empty" in desk.notice()
    assert texts(desk) == [""]


def test_command_line_refuses_to_run_a_damaged_draft(desk: Desk) -> None:
    desk.open()
    desk.close()
    damage(desk, "drafts", b"{", "1")
    command = [sys.executable, "-m", "workbench.cli.main", "run", "--db", str(desk.db), "--model", "echo"]
    done = subprocess.run(command, capture_output=True, timeout=PROCESS_S, env=dict(os.environ), check=False, text=True)
    assert done.returncode == 1
    assert "The draft of this prompt cannot be read. Open it in the window" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    desk.until_rows([("{",)], "SELECT DISTINCT body FROM drafts")


def test_prompt_with_a_damaged_version_stays_usable(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.type("First. ")
    desk.run()
    desk.type("Second. ")
    desk.run()
    newest = desk.rows("SELECT max(content_id) FROM versions")[0][0]
    number = desk.rows("SELECT number FROM versions WHERE content_id = ?", newest)[0][0]
    desk.close()
    damage(desk, "contents", b"{", f"id = {newest}")
    window = desk.open()
    assert desk.notice() == "#2 cannot be read. It is damaged. Use another version of this prompt."
    desk.until(lambda: number in [label.number for label in window.lane_heads[0].versions])
    desk.until(lambda: len(desk.timeline()) == 2)
    window.view_row(desk.timeline()[1].run_uid)
    desk.until(lambda: window.viewing is not None)
    assert desk.text(0) == "Hello there."
    window.session.back()
    window.editor.focus_first()
    desk.type("Third. ")
    desk.run()
    assert len(desk.timeline()) == 3


def test_unreadable_iterations_are_reported_instead_of_an_empty_list(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open().run()
    desk.until(lambda: desk.rows("SELECT 1 FROM runs"))
    desk.settle()
    desk.close()

    def unreadable(*_: object) -> object:
        raise failure("corrupt", "page 7")

    monkeypatch.setattr(Store, "timeline", unreadable)
    window = desk.open()
    desk.until(lambda: "The history database is damaged." in desk.notice())
    empty = window.sidebar._empty
    assert empty.isVisible()
    assert empty.text() == "The iterations could not be read."
    monkeypatch.undo()
    window.timeline.set_prompt(window.prompt_uid)
    desk.until(lambda: not empty.isVisible())


def test_recovery_notice_keeps_the_path_of_the_old_file(desk: Desk) -> None:
    """A repaired history may have an answer that was cut off."""
    window = desk.open()
    window.notices.at_start("settings", "The old file is kept as /x.db.")
    window.say_recovered("Recovered 1 interrupted answer from the last session.")
    assert desk.notice() == "The old file is kept as /x.db. Recovered 1 interrupted answer from the last session."
