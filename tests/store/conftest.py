"""Fixtures of the store's tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.making import FULL_RESULT, LATER, NOW, done, empty, lane, opened, run, text
from workbench.core.runs import BesideLane, Verdict
from workbench.store import Store


@pytest.fixture(scope="session", autouse=True)
def _made() -> None:
    """Make the history that new ones are copies of, before any test can change how it is made."""
    empty()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An open history with one prompt, uid "p"."""
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW).result(60)
    yield store
    store.close()


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of some hundred pages with rows of every kind."""
    return _filled(tmp_path_factory.mktemp("sound") / "history.db", 60)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with nine runs."""
    return _filled(tmp_path_factory.mktemp("small") / "history.db", 9)


def _filled(path: Path, runs: int) -> Path:
    store = opened(path)
    for prompt in range(3):
        store.create_prompt(f"p{prompt}", f"Prompt {prompt}", NOW)
    for number in range(runs):
        name, prompt = f"r{number}", f"p{number % 3}"
        lanes = [lane("A"), lane("B", "other")]
        given = (("order", str(number)),)
        beside = (BesideLane("C", f"r{number - 3}", 2),) if number > 2 else ()
        asked = run(name, text(f"Ask {number} 注文"), lanes=lanes, prompt=prompt, values=given, beside=beside)
        store.begin_run(asked).result(60)
        store.finish_output(f"{name}.0.0", FULL_RESULT, NOW)
        store.finish_output(f"{name}.1.0", done(f"answer {number} " * (1 + number * 20)), NOW).result(60)
        if number % 2:
            outputs = (f"{name}.0.0", f"{name}.1.0")
            store.mark(name, f"v{number}", Verdict("winner", (1,)), outputs, LATER).result(60)
    store.add_blob(b"\x89PNG" + bytes(range(256)) * 40, "image/png").result(60)
    store.close()
    return path


@pytest.fixture
def damaged(sound: Path, tmp_path: Path) -> Path:
    """A copy of `sound` to damage."""
    return Path(shutil.copy(sound, tmp_path / "history.db"))
