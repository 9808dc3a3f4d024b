"""Messages before and after a purge."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.filters import parse
from tests.store.making import LATER, NOW, done, lane, opened, run, text, uids
from tests.store.testing.suites import answered, begun, key, scored
from workbench.core.drafts import Draft
from workbench.core.maintenance import MaintenanceRules
from workbench.core.runs import BesideLane, Verdict
from workbench.store import Store
from workbench.usecases.deletion import Eraser, PurgeTargets, counted
from workbench.usecases.history_replacement import move_to
from workbench.usecases.maintenance import Maintenance


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db", busy_ms=200)
    store.create_prompt("p", "Order bot", NOW)
    for name in ("r1", "r2"):
        beside = (BesideLane("B", "r1", 1),) if name == "r2" else ()
        store.begin_run(run(name, text(name), lanes=(lane(), lane("B"))[: 2 - len(beside)], beside=beside))
        for position in range(2 - len(beside)):
            store.finish_output(f"{name}.{position}.0", done("Fine."), LATER).result(60)
    yield store
    store.close()


@pytest.fixture
def eraser(store: Store) -> Eraser:
    return Eraser(store, lambda: LATER, uids("erased"))


def test_preview_lists_deleted_data_and_effects_on_other_runs(store: Store, eraser: Eraser) -> None:
    store.mark("r2", "v", Verdict("winner", (), kept=("B",)), ("r2.0.0", "r1.1.0"), LATER).result(60)
    Maintenance(store, lambda: LATER).back_up()
    outlook = eraser.look(PurgeTargets(("r1",)))
    assert (outlook.what, outlook.verb) == ("1 run", "is")
    first, *rest = outlook.sentences()
    assert first == "Deletes its 2 answers, notes and verdicts from the history for good."
    assert rest == [
        "1 verdict elsewhere no longer counts.",
        "Answers also disappear from 1 other run that show them.",
        "1 backup still holds it.",
    ]


def test_result_lists_kept_text_and_deleted_backups(store: Store, eraser: Eraser) -> None:
    store.save_draft("p", Draft(text("new"), based_on=2), LATER)
    care = Maintenance(store, lambda: NOW)
    old = care.back_up()
    told: list[str] = []
    erased = eraser.erase(eraser.look(PurgeTargets(("r1", "r2"))), with_copies=True, tell=told.append)
    assert erased.sentence == (
        "2 runs are deleted for good. The text of #2 of “Order bot” stays: a draft or a label needs it."
        " Deleted 1 backup too; a new one was made."
    )
    assert told == ["Deleting for good…", "Rewriting the file…", "Making a new backup…"]
    assert not old.path.exists()
    assert [backup.made_at for backup in care.backups()] == [LATER]


def test_preview_uses_the_plural_for_several_runs(eraser: Eraser) -> None:
    (first,) = eraser.look(PurgeTargets(("r1", "r2"))).sentences()
    assert first.startswith("Deletes their 3 answers, notes and verdicts")


def test_backups_are_kept_when_no_new_one_can_be_made(store: Store, eraser: Eraser, tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    care = Maintenance(store, lambda: NOW)
    care.set_rules(MaintenanceRules(folder=str(folder)))
    old = care.back_up()
    outlook = eraser.look(PurgeTargets(("r1",)))
    assert outlook.copies == (old.path,)
    assert outlook.unseen is None
    folder.rename(tmp_path / "elsewhere")
    erased = eraser.erase(outlook, with_copies=True, tell=lambda _: None)
    assert erased.removed == 0
    assert erased.sentence.startswith(
        f"1 run is deleted for good. No new backup was made, so the old ones stay. The folder for backups, {folder},"
    )
    assert not store.deleting.is_unclean
    assert (tmp_path / "elsewhere" / old.path.name).exists()


def test_backup_that_cannot_be_removed_is_named(store: Store, eraser: Eraser, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Maintenance(store, lambda: NOW).back_up()
    outlook = eraser.look(PurgeTargets(("r1",)))
    unlink = Path.unlink

    def refusing(path: Path, missing_ok: bool = False) -> None:
        if path == old.path:
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refusing)
    erased = eraser.erase(outlook, with_copies=True, tell=lambda _: None)
    assert erased.sentence == (
        f"1 run is deleted for good. {old.path} could not be removed (Permission denied). Remove it by hand."
        " 1 backup still has it."
    )


def test_missing_backup_folder_is_mentioned(store: Store, eraser: Eraser, tmp_path: Path) -> None:
    folder = tmp_path / "unplugged"
    Maintenance(store, lambda: NOW).set_rules(MaintenanceRules(folder=str(folder)))
    assert eraser.look(PurgeTargets(("r1",))).sentences()[-1] == (
        f"The backup folder {folder} is missing. Its backups may also hold it."
    )


def test_backups_in_earlier_folders_are_found(store: Store, eraser: Eraser, tmp_path: Path) -> None:
    care = Maintenance(store, lambda: NOW)
    first = care.back_up()
    found = [first.path]
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        care.set_rules(MaintenanceRules(folder=str(tmp_path / name)))
        found.append(care.back_up().path)
    care.set_rules(MaintenanceRules())
    assert sorted(eraser.look(PurgeTargets(("r1",))).copies) == sorted(found)


def test_files_left_by_a_move_are_found_and_deleted(store: Store, tmp_path: Path) -> None:
    care = Maintenance(store, lambda: NOW)
    backup = care.back_up()
    store.close()
    away = tmp_path / "away"
    away.mkdir()
    moved = move_to(store.path, away, LATER, uids("move"), keep=True)
    (kept,) = tmp_path.glob("history.moved-*.db")
    there = opened(moved.database)
    eraser = Eraser(there, lambda: LATER, uids("erased"))
    unclear = tmp_path / "history.replaced-1.db"
    unclear.write_bytes(b"damaged")
    assert unclear in eraser.look(PurgeTargets(("r1",))).copies
    # With another history at that path the file belongs to it.
    store.path.touch()
    assert unclear not in eraser.look(PurgeTargets(("r1",))).copies
    assert sorted(eraser.look(PurgeTargets(("r1",))).copies) == sorted((backup.path, kept))
    erased = eraser.erase(eraser.look(PurgeTargets(("r1",))), with_copies=True, tell=lambda _: None)
    assert (erased.removed, erased.left) == (2, 0)
    assert not kept.exists()
    there.close()


@pytest.mark.parametrize("text", ["", "{", "7", '["a", 7]', "[" * 100_000])
def test_damaged_folder_list_is_treated_as_empty(store: Store, eraser: Eraser, text: str) -> None:
    store.set_meta("copy_folders", text).result(60)
    assert eraser.look(PurgeTargets(("r1",))).copies == ()


def test_backup_made_after_the_preview_is_counted(store: Store, eraser: Eraser) -> None:
    outlook = eraser.look(PurgeTargets(("r1",)))
    assert outlook.copies == ()
    Maintenance(store, lambda: LATER).back_up()
    erased = eraser.erase(outlook, with_copies=False, tell=lambda _: None)
    assert erased.sentence == "1 run is deleted for good. 1 backup still has it."


def test_failed_rewrite_of_the_file_is_reported_and_retried(
    store: Store, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.store.maintenance.deletion._TRIES", 1)
    reader = sqlite3.connect(store.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT 1 FROM runs").fetchone()
    erased = eraser.erase(eraser.look(PurgeTargets(("r1",))), with_copies=False, tell=lambda _: None)
    assert erased.sentence.startswith("1 run is deleted for good. The file could not be rewritten")
    assert store.deleting.is_unclean
    reader.close()
    eraser.clean()
    assert not store.deleting.is_unclean


def test_all_deleted_runs_and_prompts_can_be_restored(store: Store, eraser: Eraser) -> None:
    eraser.delete(["r1"], True).result(60)
    eraser.delete_prompt("p", True).result(60)
    doomed = eraser.deleted()
    assert doomed == PurgeTargets(("r1", "r2"), ("p",))
    assert eraser.look(doomed).what == "1 prompt and 2 runs"
    eraser.bring_all_back(doomed)
    assert eraser.look(eraser.deleted()).nothing
    assert [(row.uid, row.iterations) for row in store.prompts()] == [("p", 2)]


def test_counts_use_singular_and_plural_nouns() -> None:
    assert [counted(count, "copy", "copies") for count in (1, 2, 1200)] == ["1 copy", "2 copies", "1,200 copies"]


def test_test_runs_are_named_and_counted(store: Store, eraser: Eraser) -> None:
    begun(store, "t1")
    outputs = answered(store, "t1", [key(0), key(1)])
    store.tests.begin_scoring("t1", "s", (), LATER).result(60)
    store.tests.save_scores("s", [scored(key(0), outputs[0], "fail")]).result(60)
    begun(store, "t2")
    store.tests.begin_scoring("t2", "s2", (), LATER).result(60)
    store.tests.save_scores("s2", [scored(key(0), outputs[0], "fail")]).result(60)
    outlook = eraser.look(PurgeTargets(("t1",)))
    assert (outlook.what, outlook.verb) == ("1 test run", "is")
    assert outlook.sentences() == [
        "Deletes its 2 answers, notes, verdicts and test results from the history for good.",
        "2 cells of other test runs lose their answers and are open again.",
    ]
    assert eraser.look(PurgeTargets(("t1", "r2"))).what == "2 runs (1 of them a test)"
    assert eraser.look(PurgeTargets(("t1", "t2", "r1"))).what == "3 runs (2 of them tests)"

    def found() -> list[str]:
        assert store.searches.behind() == 0
        page = store.searches.page(parse("check:failed").query, lambda moment: moment)
        return [row.row.run_uid for row in page.rows]

    assert sorted(found()) == ["t1", "t2"]
    assert eraser.erase(outlook, with_copies=False, tell=lambda _: None).sentence == "1 test run is deleted for good."
    # The answers that the other run used are gone, and with them its results.
    assert found() == []
