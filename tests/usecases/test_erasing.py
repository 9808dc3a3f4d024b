"""What is said before and after something goes for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, done, lane, opened, run, text, uids
from workbench.core.drafts import Draft
from workbench.core.runs import BesideLane, Verdict
from workbench.store import Store
from workbench.usecases.care import Care
from workbench.usecases.erasing import Doomed, Eraser, counted


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db", busy_ms=200)
    store.create_prompt("p", "Order bot", NOW)
    for name in ("r1", "r2"):
        beside = (BesideLane("B", "r1", 1),) if name == "r2" else ()
        store.begin_run(run(name, text(name), lanes=(lane(), lane("B"))[: 2 - len(beside)], beside=beside))
        for position in range(2 - len(beside)):
            store.finish_output(f"{name}.{position}.0", done("Fine."), LATER).result(10)
    yield store
    store.close()


@pytest.fixture
def eraser(store: Store) -> Eraser:
    return Eraser(store, lambda: LATER, uids("erased"))


def test_what_goes_along_and_what_others_lose_is_said_before(store: Store, eraser: Eraser) -> None:
    store.mark("r2", "v", Verdict("winner", (), kept=("B",)), ("r2.0.0", "r1.1.0"), LATER).result(10)
    Care(store, lambda: LATER).back_up()
    outlook = eraser.look(Doomed(("r1",)))
    assert (outlook.what, outlook.verb) == ("1 run", "is")
    first, *rest = outlook.sentences()
    assert first.startswith("With it go 2 answers, notes, verdicts")
    assert rest == [
        "1 verdict elsewhere counts no more.",
        "Answers are also shown beside 1 other run, and will not be.",
        "1 copy of the history still holds it.",
    ]


def test_what_stays_and_which_copies_went_is_said_after(store: Store, eraser: Eraser) -> None:
    store.save_draft("p", Draft(text("new"), based_on=2), LATER)
    care = Care(store, lambda: NOW)
    old = care.back_up()
    told: list[str] = []
    erased = eraser.erase(eraser.look(Doomed(("r1", "r2"))), with_copies=True, tell=told.append)
    assert erased.sentence == (
        "2 runs are deleted for good. Version 2 of “Order bot” stays: a draft or a label needs the text."
        " 1 copy went, too, and a new one was made."
    )
    assert told == ["Deleting for good…", "Writing the file anew…", "Making a new copy…"]
    assert not old.path.exists()
    assert [backup.made_at for backup in care.backups()] == [LATER]


def test_a_copy_that_was_made_since_is_counted(store: Store, eraser: Eraser) -> None:
    outlook = eraser.look(Doomed(("r1",)))
    assert outlook.copies == ()
    Care(store, lambda: LATER).back_up()
    erased = eraser.erase(outlook, with_copies=False, tell=lambda _: None)
    assert erased.sentence == "1 run is deleted for good. 1 copy still has it."


def test_a_file_that_could_not_be_written_anew_is_said_and_tried_again(
    store: Store, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.store.deleting._TRIES", 1)
    reader = sqlite3.connect(store.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT 1 FROM runs").fetchone()
    erased = eraser.erase(eraser.look(Doomed(("r1",))), with_copies=False, tell=lambda _: None)
    assert erased.sentence.startswith("1 run is deleted for good. The file could not be written anew")
    assert store.deleting.is_unclean
    reader.close()
    eraser.clean()
    assert not store.deleting.is_unclean


def test_all_that_is_deleted_comes_back(store: Store, eraser: Eraser) -> None:
    eraser.delete(["r1"], True).result(10)
    eraser.delete_prompt("p", True).result(10)
    doomed = eraser.deleted()
    assert doomed == Doomed(("r1", "r2"), ("p",))
    assert eraser.look(doomed).what == "1 prompt and 2 runs"
    eraser.bring_all_back(doomed)
    assert eraser.look(eraser.deleted()).nothing
    assert [(row.uid, row.iterations) for row in store.prompts()] == [("p", 2)]


def test_numbers_have_their_noun() -> None:
    assert [counted(count, "copy", "copies") for count in (1, 2, 1200)] == ["1 copy", "2 copies", "1,200 copies"]
