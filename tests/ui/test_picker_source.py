"""The picker's source over a real workbench, and callbacks of futures on the waiting thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread
from pytestqt.qtbot import QtBot

from tests.fakes.provider import FakeProvider, models
from tests.patience import PATIENCE_S
from tests.ui.dialog_support import SentenceError
from tests.usecases.making import Drawer, opened
from workbench.app.future_results import FutureResults, sentence_of, start, start_then
from workbench.app.models.picker_source import WorkbenchPickerSource
from workbench.core.lanes import Endpoint
from workbench.core.money import Rates
from workbench.core.runs import Failure
from workbench.engine.calls import EngineError
from workbench.host.clock import utc_now
from workbench.usecases.workbench import Workbench


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    with opened(tmp_path) as (made, _):
        made.keys._chosen = Drawer()
        yield made


def test_offer_contains_catalogue_endpoints_keys_and_prices(workbench: Workbench) -> None:
    workbench.keys.set("anthropic", "sk-ant-0123456789", session=True)
    needy = Endpoint("e1", "openai", "Needy", "http://127.0.0.1:1/v1", needs_key=True)
    workbench.store.save_endpoint(needy, utc_now()).result(PATIENCE_S)
    by_hand = Rates(1e-6, 2e-6, source="user")
    workbench.pricing.set_price("litellm", "gpt-5-mini", by_hand)
    offer = WorkbenchPickerSource(workbench.models).offer().result(PATIENCE_S)
    assert len(offer.catalogue) > 1000
    mini = next(entry for entry in offer.catalogue if entry.model == "gpt-5-mini")
    assert offer.price(mini) == by_hand
    assert (mini.endpoint, mini.provider) == ("litellm", "openai")
    assert "OpenAI needs an API key" in offer.provider("openai").no_key
    assert offer.provider("anthropic").no_key == ""
    assert offer.provider("anthropic").ready
    assert not offer.provider("openai").ready
    assert not offer.provider("github_copilot").ready
    assert offer.provider("ollama").no_key == ""
    assert "Needy" in offer.provider("e1").no_key
    assert offer.endpoints == (needy,)
    assert bool(offer.builtin_path) != bool(offer.builtin_note)


class LockedDrawer(Drawer):
    """A keyring that refuses access and counts the attempts."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        raise RuntimeError("locked")


def test_locked_keyring_is_queried_once(workbench: Workbench) -> None:
    drawer = LockedDrawer()
    workbench.keys._chosen = drawer
    offer = WorkbenchPickerSource(workbench.models).offer().result(PATIENCE_S)
    assert "Unlock" in offer.provider("openai").no_key
    assert offer.provider("ollama").no_key == ""
    assert drawer.asked == 1


def test_models_of_an_endpoint_are_fetched_from_its_server(workbench: Workbench) -> None:
    workbench.engine.start()
    with FakeProvider() as fake:
        fake.script(models("llama3.2:3b", "phi4"))
        endpoint = Endpoint("e1", "openai", "Mine", fake.base_url)
        assert WorkbenchPickerSource(workbench.models).fetch_models(endpoint).result(PATIENCE_S) == (
            "llama3.2:3b",
            "phi4",
        )


def test_missing_key_is_reported_without_sending_a_request(workbench: Workbench) -> None:
    with FakeProvider() as fake:
        endpoint = Endpoint("e1", "openai", "Mine", fake.base_url, needs_key=True)
        error = WorkbenchPickerSource(workbench.models).fetch_models(endpoint).exception(PATIENCE_S)
        assert error is not None
        assert "needs an API key" in sentence_of(error, "fallback")
        assert fake.requests == []


def refuse(error: BaseException) -> None:
    raise AssertionError(error)


def test_results_are_delivered_on_the_owners_thread(qtbot: QtBot) -> None:
    owner = QObject()
    later = FutureResults(owner)
    seen: list[tuple[Any, bool]] = []

    def done(value: Any) -> None:
        seen.append((value, QThread.currentThread() == owner.thread()))

    later.watch(start(lambda: 7), done, refuse)
    later.watch(start_then(lambda: start(lambda: [1]), tuple), done, refuse)
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert sorted(map(repr, seen)) == ["((1,), True)", "(7, True)"]
    later.close()


def test_ready_result_is_delivered_after_watch_returns(qtbot: QtBot) -> None:
    owner = QObject()
    seen: list[int] = []
    ready: Future[int] = Future()
    ready.set_result(1)
    FutureResults(owner).watch(ready, seen.append, refuse)
    assert seen == []
    qtbot.waitUntil(lambda: seen == [1])


def test_failures_are_delivered_as_exceptions(qtbot: QtBot) -> None:
    owner = QObject()
    later = FutureResults(owner)
    seen: list[BaseException] = []

    def fail() -> int:
        raise SentenceError("No.")

    def fail_early() -> Future[int]:
        raise SentenceError("Earlier.")

    later.watch(start(fail), refuse, seen.append)  # type: ignore[arg-type]
    later.watch(start_then(fail_early, int), refuse, seen.append)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert {sentence_of(error, "") for error in seen} == {"No.", "Earlier."}


@pytest.mark.parametrize("end", ["close", "delete"])
def test_result_after_close_or_deletion_is_dropped(qtbot: QtBot, end: str) -> None:
    owner = QObject()
    later = FutureResults(owner)
    go, gone = threading.Event(), threading.Event()

    def work() -> int:
        go.wait(10)
        return 1

    future = start(work)
    future.add_done_callback(lambda _: gone.set())
    later.watch(future, refuse, refuse)  # type: ignore[arg-type]
    if end == "close":
        later.close()
    else:
        owner.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    go.set()
    assert gone.wait(10)
    QCoreApplication.processEvents()


def test_pending_delivery_is_dropped_on_close(qtbot: QtBot) -> None:
    owner = QObject()
    later = FutureResults(owner)
    ready: Future[int] = Future()
    later.watch(ready, refuse, refuse)  # type: ignore[arg-type]
    ready.set_result(1)
    later.close()
    QCoreApplication.processEvents()


def test_messages_of_unknown_errors_are_not_shown() -> None:
    assert sentence_of(ValueError("Bearer sk-secret"), "It failed.") == "It failed. (ValueError)"
    assert sentence_of(EngineError(Failure("x", "Do this.", "detail")), "It failed.") == "Do this."


def test_an_offer_for_a_task_has_the_models_that_do_it(workbench: Workbench) -> None:
    chat, vectors, decisions = (
        {entry.model for entry in WorkbenchPickerSource(workbench.models, task).offer().result(PATIENCE_S).catalogue}
        for task in ("chat", "embed", "decide")
    )
    assert "text-embedding-3-small" in vectors
    assert "gpt-5-mini" in chat
    assert "typesafe/jev-latest" in decisions
    assert not vectors & (chat | decisions)
