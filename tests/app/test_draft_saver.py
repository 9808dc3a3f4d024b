"""When drafts are saved: after a pause, and also during long typing."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from pytestqt.qtbot import QtBot

from workbench.app.compose import draft_saver
from workbench.app.compose.draft_saver import DraftSaver
from workbench.app.tasks import Tasks
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.usecases.problems import RefusedError


class Store:
    """Records drafts, or fails while `error` is set."""

    def __init__(self) -> None:
        self.saved: list[tuple[str, str]] = []
        self.error: Exception | None = None

    def save(self, uid: str, draft: Draft) -> Future[None]:
        future: Future[None] = Future()
        if self.error is not None:
            future.set_exception(self.error)
        else:
            self.saved.append((uid, draft.content.messages[0].text))
            future.set_result(None)
        return future


def _draft(text: str) -> Draft:
    return Draft(Content((Message("user", text),)))


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def tasks(qtbot: QtBot) -> Tasks:
    made = Tasks()
    yield made
    made.close()


@pytest.fixture
def saver(qtbot: QtBot, tasks: Tasks, store: Store, monkeypatch: pytest.MonkeyPatch) -> DraftSaver:
    monkeypatch.setattr(draft_saver, "LIMIT_MS", 60)
    monkeypatch.setattr(draft_saver, "RETRY_MS", 20)
    made = DraftSaver(tasks, store.save)
    made.attach("p", lambda: _draft("text"))
    yield made
    made.deleteLater()


def test_draft_is_saved_after_a_pause(qtbot: QtBot, saver: DraftSaver, store: Store) -> None:
    saver.touch()
    assert saver.pending
    assert not store.saved
    qtbot.waitUntil(lambda: store.saved == [("p", "text")])
    assert not saver.pending


def test_draft_is_saved_during_continuous_typing(qtbot: QtBot, saver: DraftSaver, store: Store) -> None:
    def type_on() -> bool:
        saver.touch()  # restarts the pause timer each time, so that it never fires
        return len(store.saved) >= 2

    qtbot.waitUntil(type_on)


def test_failed_save_is_reported_once_and_retried(qtbot: QtBot, saver: DraftSaver, store: Store) -> None:
    told: list[str] = []
    saver.failed.connect(lambda sentence, _: told.append(sentence))
    store.error = RefusedError("The disk is full.")
    attempts = 0

    def save(uid: str, draft: Draft) -> Future[None]:
        nonlocal attempts
        attempts += 1
        return store.save(uid, draft)

    saver._save = save
    saver.touch()
    qtbot.waitUntil(lambda: attempts >= 3)
    assert told == ["The disk is full."]
    store.error = None
    with qtbot.waitSignal(saver.saved):
        pass
    assert store.saved == [("p", "text")]


def test_attaching_another_prompt_saves_the_pending_draft(saver: DraftSaver, store: Store) -> None:
    saver.touch()
    saver.attach("q", lambda: _draft("other"))
    assert store.saved == [("p", "text")]
    assert saver.flush() is None


def test_text_typed_before_a_prompt_is_attached_is_saved(
    qtbot: QtBot, tasks: Tasks, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_saver, "LIMIT_MS", 60)
    saver = DraftSaver(tasks, store.save)
    saver.touch()
    saver._limit.timeout.emit()  # both timers fired before there was a prompt
    saver._limit.stop()
    saver._pause.stop()
    saver.attach("p", lambda: _draft("text"))

    def type_on() -> bool:
        saver.touch()
        return bool(store.saved)

    qtbot.waitUntil(type_on)
    saver.deleteLater()


def test_store_returns_the_save_that_is_not_over(qtbot: QtBot, tasks: Tasks) -> None:
    saves: list[Future[None]] = []

    def save(_uid: str, _draft: Draft) -> Future[None]:
        saves.append(Future())
        return saves[-1]

    saver = DraftSaver(tasks, save)
    saver.attach("p", lambda: _draft("text"))
    assert saver.store() is None
    saver.touch()
    first = saver.store()
    assert first is saves[0]
    assert saver.store() is first, "nothing changed since, and it is not over"
    saves[0].set_result(None)
    assert saver.store() is None
    saver.deleteLater()


def test_save_that_failed_is_not_taken_for_a_stored_draft(saver: DraftSaver, store: Store) -> None:
    """Also before its failure has reached the event loop, which is when it is tried again."""
    store.error = RefusedError("The disk is full.")
    saver.touch()
    first = saver.store()
    assert first is not None
    assert first.exception() is store.error
    assert saver.store() is first
