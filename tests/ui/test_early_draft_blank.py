"""Text typed before the window is complete, when there is no draft to show, and Ctrl+Enter pressed that early."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests import depth
from tests.ui.early_draft_support import DEEP, Held, forks, held, opening
from tests.ui.held_start import STAGES
from tests.ui.starting import Starting
from workbench.core import content as contents
from workbench.store import early_draft
from workbench.store.draft_preview import read_preview
from workbench.usecases.early_drafts import NAME
from workbench.usecases.prompts import PromptLibrary

__all__ = ["forks", "held", "opening"]


pytestmark = [pytest.mark.window, pytest.mark.e2e]


class TestWithoutADraftToShow:
    """Text typed without a stored draft becomes a prompt of its own; other drafts stay unchanged."""

    @pytest.fixture(params=["new", "locked"])
    def blank(self, request: pytest.FixtureRequest, starting: Starting, tmp_path: Path) -> Iterator[Callable[[], None]]:
        """Provide no draft to show at first; yield a function that lets the history be opened."""
        if request.param == "new":
            starting.db = tmp_path / "new.db"
            yield lambda: None
            return
        other = sqlite3.connect(starting.db, isolation_level=None)
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield other.close
        other.close()

    @pytest.fixture
    def writing(self, starting: Starting, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
        """Block the writing of a new prompt until this is set."""
        may_write, create = threading.Event(), PromptLibrary.create

        def create_late(prompts: PromptLibrary, *args: Any, **more: Any) -> Any:
            prompts._store._write(lambda _: may_write.wait())
            return create(prompts, *args, **more)

        monkeypatch.setattr(PromptLibrary, "create", create_late)
        yield may_write
        may_write.set()

    def prompts(self, starting: Starting) -> dict[str, str]:
        rows = starting.rows("SELECT name, body FROM prompts JOIN drafts ON prompt_id = prompts.id")
        return {name: contents.from_json(json.loads(body)["content"]).messages[0].text for name, body in rows}

    def test_text_typed_without_a_draft_becomes_a_new_prompt(
        self, starting: Starting, opening: threading.Event, blank: Callable[[], None]
    ) -> None:
        frame = starting.show()
        starting.until(frame.isActiveWindow)
        starting.type("hello world")
        starting.until(lambda: early_draft.read(starting.db))
        blank()
        opening.set()
        window = starting.complete()
        assert window.editor.content().messages[0].text == "hello world"
        assert NAME in window.notice.text()
        starting.type("!")
        starting.until(lambda: self.prompts(starting).pop(NAME, "") == "hello world!")

        def listed() -> list[str]:
            return [window.prompts.model.row(n).name for n in range(window.prompts.model.rowCount())]

        starting.until(lambda: NAME in listed())
        assert listed().count(NAME) == 1
        # The sample's lanes are pinned to versions that this prompt does not have.
        rows = starting.rows("SELECT name, body ->> '$.lanes' FROM prompts JOIN drafts ON prompt_id = prompts.id")
        assert not any("pinned" in lane for lane in json.loads(dict(rows)[NAME]))
        others = self.prompts(starting)
        assert len(others) > 1
        assert not any("hello" in text for name, text in others.items() if name != NAME)

    def test_window_waits_until_the_new_prompt_is_stored(
        self,
        starting: Starting,
        opening: threading.Event,
        blank: Callable[[], None],
        writing: threading.Event,
    ) -> None:
        """The window must not read the new prompt before it is stored, and report it missing."""
        starting.until(starting.show().isActiveWindow)
        starting.type("hello")
        starting.until(lambda: early_draft.read(starting.db))
        blank()
        opening.set()
        starting.until(lambda: starting.completed or starting.start._awaited is not None)
        starting.type(" world")
        writing.set()
        window = starting.complete()
        assert NAME in window.notice.text()
        starting.until(lambda: self.prompts(starting).pop(NAME, "") == "hello world")
        starting.until(lambda: not early_draft.read(starting.db))

    @pytest.mark.parametrize(
        ("blank", "stage"),
        [
            ("new", "shown"),
            ("locked", "opening"),
            ("new", "building"),
            pytest.param("locked", "shown", marks=DEEP),
            pytest.param("new", "opening", marks=DEEP),
            pytest.param("locked", "building", marks=DEEP),
        ],
        indirect=["blank"],
    )
    def test_closing_during_startup_stores_the_new_prompt(
        self, starting: Starting, opening: threading.Event, blank: Callable[[], None], stage: str
    ) -> None:
        frame = starting.show()
        starting.until(frame.isActiveWindow)
        starting.type("hello")
        blank()
        opening.set()
        if stage == "opening":
            starting.until(lambda: starting.start._thread is not None)
        elif stage == "building":
            starting.until(lambda: starting.start._window is not None)
        frame.close()
        starting.start.end()
        assert self.prompts(starting)[NAME] == "hello"
        assert list(starting.db.parent.glob("*early-draft*")) == []

    def test_bare_keys_are_not_queued_as_commands_during_startup(
        self, starting: Starting, opening: threading.Event
    ) -> None:
        starting.db = starting.db.with_name("new.db")
        frame = starting.show()
        starting.until(frame.isActiveWindow)
        QTest.keyClicks(frame.header, "hello r 1-")
        assert frame.complete() == []

    @pytest.mark.deep
    @pytest.mark.parametrize("stage", depth.pick(("opening", "whole"), STAGES))
    def test_text_typed_without_a_draft_survives_a_kill(self, starting: Starting, held: Held, stage: str) -> None:
        starting.db = starting.db.with_name("new.db")
        with held(starting.db, stage) as child:
            child.type("hello")
            starting.until(lambda: self.typed_into(starting))
        starting.show()
        window = starting.complete()
        assert "hello" in self.prompts(starting).get(NAME, "") + window.editor.content().messages[0].text
        assert early_draft.read(starting.db) == []

    def typed_into(self, starting: Starting) -> bool:
        """Whether the text is on the disk: a complete window over a new history saves into the sample."""
        return any("hello" in one.content.messages[0].text for one in early_draft.read(starting.db)) or (
            starting.db.exists()
            and (found := read_preview(starting.db)) is not None
            and "hello" in found.content.messages[0].text
        )


def press_run(*, keypad: bool = False) -> None:
    key = Qt.Key.Key_Enter if keypad else Qt.Key.Key_Return
    QTest.keyClick(QApplication.focusWidget(), key, Qt.KeyboardModifier.ControlModifier)


class TestCtrlEnter:
    @pytest.mark.parametrize("step", [0, *(pytest.param(n, marks=DEEP) for n in (1, 2, 4)), 3, 5])
    def test_ctrl_enter_runs_at_any_step_of_building_the_window(
        self, starting: Starting, monkeypatch: pytest.MonkeyPatch, step: int
    ) -> None:
        from workbench.ui.shell import window_builder
        from workbench.ui.shell.window import MainWindow

        real = window_builder.build

        def pressing(window: MainWindow) -> Iterator[None]:
            for number, _ in enumerate(real(window)):
                if number == step:
                    press_run()
                yield
            if step == 5:
                press_run()

        monkeypatch.setattr(window_builder, "build", pressing)
        frame = starting.show()
        starting.until(frame.isActiveWindow)
        starting.complete()
        starting.until(lambda: starting.rows("SELECT 1 FROM outputs WHERE state = 'finished'"))
        assert starting.rows("SELECT count(*) FROM runs") == [(1,)]

    def test_keys_and_button_pressed_together_start_one_run(self, starting: Starting) -> None:
        frame = starting.show()
        starting.until(frame.isActiveWindow)
        press_run()
        press_run(keypad=True)
        frame.view.runbar.run_clicked.emit()
        starting.complete()
        starting.until(lambda: starting.rows("SELECT 1 FROM outputs WHERE state = 'finished'"))
        assert starting.rows("SELECT count(*) FROM runs") == [(1,)]

    def test_queued_run_is_shown_and_escape_cancels_the_run(self, starting: Starting) -> None:
        frame = starting.show()
        starting.until(frame.isActiveWindow)
        run = frame.view.runbar.buttons[0]
        before = run.accessibleName()
        press_run()
        assert "queued" in run.accessibleName()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
        assert run.accessibleName() == before
        press_run()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
        window = starting.complete()
        assert not window.is_running()
        assert starting.rows("SELECT count(*) FROM runs") == [(0,)]

    def test_custom_run_shortcut_is_used_during_startup(self, starting: Starting) -> None:
        frame = starting.show()
        frame.settings = frame.settings._replace(keys=(("run", ("F7",)),))
        starting.until(frame.isActiveWindow)
        press_run()
        assert "queued" not in frame.view.runbar.buttons[0].accessibleName()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F7)
        assert "queued" in frame.view.runbar.buttons[0].accessibleName()
        starting.complete()
        starting.until(lambda: starting.rows("SELECT 1 FROM outputs WHERE state = 'finished'"))
