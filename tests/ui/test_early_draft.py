"""Text typed before the window is complete survives a kill at any moment."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests import depth
from tests.ui.held_start import STAGES
from tests.ui.starting import Starting
from workbench.core import content as contents
from workbench.core.content import Content
from workbench.store import early_draft
from workbench.store.draft_preview import read_newest_preview, read_preview
from workbench.usecases.early_drafts import NAME
from workbench.usecases.prompts import PromptLibrary
from workbench.usecases.workbench import Workbench

pytestmark = [pytest.mark.window, pytest.mark.e2e]

FIRST = "You are brief."
DEEP = pytest.mark.deep(only=True)


class Child:
    """A start in its own process, stopped at a stage."""

    def __init__(self, forks: socket.socket, db: Path, stage: str) -> None:
        (its_input, write), (read, its_output) = os.pipe(), os.pipe()
        request = json.dumps([str(db), stage, {**os.environ, "QT_QPA_PLATFORM": "offscreen"}]).encode()
        socket.send_fds(forks, [request], [its_input, its_output])
        self._pid = int(forks.recv(100))
        os.close(its_input)
        os.close(its_output)
        self._input, self._output = os.fdopen(write, "w"), os.fdopen(read)

    def type(self, text: str) -> None:
        """Type, and return once the window has the text."""
        self._input.write(f"{text}\n")
        self._input.flush()
        assert self._output.readline() == "typed\n"

    def kill(self) -> None:
        """Kill it and wait until it has ended."""
        os.kill(self._pid, signal.SIGKILL)
        self._output.read()
        self._input.close()
        self._output.close()


Held = Callable[[Path, str], AbstractContextManager[Child]]


@pytest.fixture(scope="module")
def forks(_session_home: Path) -> Iterator[socket.socket]:
    """A process that forks starts, because the imports take longer than the start itself."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with its:
            command = [sys.executable, "-m", "tests.ui.held_start", str(its.fileno())]
            process = subprocess.Popen(command, pass_fds=[its.fileno()])
        # The leak check could not identify a process that is still being started, because its environment is empty.
        assert ours.recv(100) == b"ready"
        yield ours
    process.wait()


@pytest.fixture
def held(forks: socket.socket) -> Held:
    """Return a context manager that starts a window over a database, stopped at a stage, and kills it."""

    @contextmanager
    def hold(db: Path, stage: str) -> Iterator[Child]:
        child = Child(forks, db, stage)
        try:
            yield child
        finally:
            child.kill()

    return hold


def newest(db: Path) -> str:
    found = read_newest_preview(db)
    assert found is not None
    return found.content.messages[0].text


@pytest.mark.parametrize("seed", depth.seeds(quick=1, deep=40))
def test_text_typed_during_startup_survives_a_kill_at_any_stage(starting: Starting, held: Held, seed: int) -> None:
    """The start stands still, so nothing but the early draft can save it."""
    chance = random.Random(seed)
    stages = [STAGES[seed % len(STAGES)], *chance.sample(STAGES, chance.randint(0, 2))]
    text = FIRST
    for number, stage in enumerate(stages):
        with held(starting.db, stage) as child:
            words = [f"{number}.{word} " for word in range(chance.randint(1, 3))]
            for word in words:
                child.type(word)
            text = "".join(words) + text  # the caret is at the start of the text that was found
            starting.until(lambda wanted=text: newest(starting.db) == wanted)
    frame = starting.show()
    assert frame.text()[0].messages[0].text == text
    window = starting.complete()
    assert window.editor.content().messages[0].text == text
    starting.until(lambda: starting.stored() == text)
    assert early_draft.read(starting.db) == []


@pytest.mark.parametrize("seed", depth.seeds(quick=1, deep=60))
def test_kill_while_typing_keeps_the_early_draft_already_on_disk(starting: Starting, held: Held, seed: int) -> None:
    """What was on the disk once is never older at the next start, and never of another text than was typed."""
    chance = random.Random(seed)
    words = [f"{number} " for number in range(chance.randint(2, 40))]
    with held(starting.db, "shown") as child:
        for word in words:
            child.type(word)
        seen = newest(starting.db)
    after = newest(starting.db)
    possible = ["".join(words[:n]) + FIRST for n in range(len(words) + 1)]
    assert possible.index(after) >= possible.index(seen)


class TestWhatWasTypedInEarlierStarts:
    """Files of early drafts exist beside the history."""

    @pytest.fixture
    def typed(self, starting: Starting) -> Callable[..., None]:
        """Return a function that leaves the file of a start that was killed after `text` was typed over `over`."""
        sessions = count(1)

        def leave(text: str, *, over: Iterable[str] = (FIRST,), at: str = "2000-01-01T00:00:00.000Z") -> None:
            found = read_preview(starting.db)
            assert found is not None
            first, *others = found.content.messages

            def content(words: str) -> Content:
                return replace(found.content, messages=(replace(first, text=words), *others))

            bases = tuple(early_draft.text_hash(content(words), found.values) for words in over)
            session = f"{next(sessions):032x}"
            early_draft.write(
                starting.db,
                early_draft.EarlyDraft(found.prompt_uid, content(text), found.values, bases, at, session),
            )

        return leave

    def test_early_draft_is_shown_at_first_paint_and_stored(
        self, starting: Starting, typed: Callable[..., None]
    ) -> None:
        typed("Typed.")
        assert starting.show().text()[0].messages[0].text == "Typed."
        window = starting.complete()
        assert starting.stored() == "Typed."
        assert early_draft.read(starting.db) == []
        assert not window.editor.can_undo

    @pytest.mark.parametrize("at", [pytest.param("2000-01-01T00:00:00.000Z", marks=DEEP), "2999-01-01T00:00:00.000Z"])
    def test_early_draft_over_an_outdated_base_becomes_a_new_prompt(
        self, starting: Starting, typed: Callable[..., None], at: str
    ) -> None:
        """Whichever of the two is newer: nothing that was typed is dropped."""
        typed("Typed.", over=["Something else."], at=at)
        starting.show()
        window = starting.complete()
        assert starting.stored() == FIRST
        assert early_draft.read(starting.db) == []
        assert self.texts(starting) == [FIRST, "Typed."]
        assert self.names(starting)[1] in window.notice.text()

    def test_typing_in_another_start_keeps_an_early_draft_not_shown(
        self, starting: Starting, typed: Callable[..., None], held: Held
    ) -> None:
        """The draft changed since, so the next start shows the stored one; a letter typed there takes nothing away."""
        typed("Typed.", over=["Something else."])
        with held(starting.db, "shown") as child:
            child.type("x")
            starting.until(lambda: newest(starting.db) == f"x{FIRST}")
        starting.show()
        starting.complete()
        assert starting.stored() == f"x{FIRST}"
        assert sorted(self.texts(starting)) == sorted([f"x{FIRST}", "Typed."])
        assert early_draft.read(starting.db) == []

    def test_newer_of_two_early_drafts_over_the_same_text_becomes_the_draft(
        self, starting: Starting, typed: Callable[..., None]
    ) -> None:
        typed("Newer.", at="2000-01-02T00:00:00.000Z")
        typed("Older.")
        assert starting.show().text()[0].messages[0].text == "Newer."
        starting.complete()
        assert self.texts(starting) == ["Newer.", "Older."]

    def test_continued_early_draft_replaces_the_earlier_one(
        self, starting: Starting, typed: Callable[..., None]
    ) -> None:
        typed("One.")
        typed("One. Two.", over=[FIRST, "One."], at="2000-01-02T00:00:00.000Z")
        starting.show()
        starting.complete()
        assert self.texts(starting) == ["One. Two."]
        assert early_draft.read(starting.db) == []

    def test_early_draft_already_in_the_history_is_dropped(
        self, starting: Starting, typed: Callable[..., None]
    ) -> None:
        typed(FIRST, over=["Something else."])
        starting.show()
        starting.complete()
        assert self.texts(starting) == [FIRST]
        assert early_draft.read(starting.db) == []

    def test_unreadable_early_drafts_are_kept_and_do_not_block_the_start(
        self, starting: Starting, typed: Callable[..., None]
    ) -> None:
        """Neither the start nor what else lies there."""
        unreadable = [b"", b"{", b"[]", b'{"format": 1}', b"\xff\xfe", b"[" * 100_000, b'{"format": 99}']
        files = {early_draft.path_of(starting.db, f"{number:031x}f"): text for number, text in enumerate(unreadable)}
        for file, text in files.items():
            file.write_bytes(text)
        typed("Typed.")
        starting.show()
        starting.complete()
        assert starting.stored() == "Typed."
        starting.type("x")
        starting.until(lambda: starting.stored() == "xTyped.")
        assert {file: file.read_bytes() for file in files} == files

    def test_pipe_in_place_of_an_early_draft_does_not_block_the_start(self, starting: Starting) -> None:
        os.mkfifo(early_draft.path_of(starting.db, "0" * 32))
        starting.show()
        starting.until(starting.frame.isActiveWindow)
        starting.type("x")
        starting.complete()
        starting.until(lambda: starting.stored() == f"x{FIRST}")
        assert read_newest_preview(starting.db) is not None

    def names(self, starting: Starting) -> list[str]:
        return [name for (name,) in starting.rows("SELECT name FROM prompts ORDER BY id")]

    def texts(self, starting: Starting) -> list[str]:
        bodies = starting.rows("SELECT body FROM drafts ORDER BY prompt_id")
        return [contents.from_json(json.loads(body)["content"]).messages[0].text for (body,) in bodies]


@pytest.fixture
def opening(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Block the opening of the history until this is set."""
    may_open, real = threading.Event(), Workbench.open

    def wait(*args: Any) -> Workbench:
        may_open.wait()
        return real(*args)

    monkeypatch.setattr(Workbench, "open", wait)
    yield may_open
    may_open.set()


def test_early_draft_is_deleted_when_the_window_has_saved_the_text(
    starting: Starting, opening: threading.Event
) -> None:
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    starting.type("kept ")
    starting.until(lambda: early_draft.read(starting.db))
    opening.set()
    starting.complete()
    starting.until(lambda: starting.stored() == f"kept {FIRST}" and not early_draft.read(starting.db))


@pytest.mark.parametrize("stage", ["opening", "building"])
def test_closing_during_startup_saves_the_text_and_leaves_no_early_draft(
    starting: Starting, opening: threading.Event, stage: str
) -> None:
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    starting.type("kept ")
    starting.until(lambda: early_draft.read(starting.db))
    opening.set()
    if stage == "building":
        starting.until(lambda: starting.start._window is not None)
    frame.close()
    starting.start.end()
    assert starting.stored() == f"kept {FIRST}"
    assert list(starting.db.parent.glob("*early-draft*")) == []


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
